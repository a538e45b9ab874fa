//! The widths of the three panes: shares of the window, remembered in this browser.

use std::cell::Cell;

use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement, PointerEvent};

use super::{root, storage, store_item, stored};

/// Also read by boot.js, so that the panes have their widths before the program is there.
const KEY: &str = "dualstack.sizes";
/// As in style.css, where nothing is remembered.
const DEFAULT: [i32; 3] = [270, 300, 430];
/// The least share of a pane.
const LEAST: i32 = 150;
/// All panes together.
const WHOLE: i32 = 1000;
/// The properties of style.css that hold the widths.
const PROPERTIES: [&str; 3] = ["--cluster", "--manifest", "--result"];

/// The shares of the three panes, in thousandths.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Sizes([i32; 3]);

impl Default for Sizes {
    fn default() -> Self {
        Self(DEFAULT)
    }
}

impl Sizes {
    /// With the bar behind pane `between` moved by so many thousandths.
    #[must_use]
    pub fn moved_by(self, between: usize, by: i32) -> Self {
        let mut sizes = self.0;
        let both = sizes[between] + sizes[between + 1];
        let left = (sizes[between] + by).clamp(LEAST, both - LEAST);
        (sizes[between], sizes[between + 1]) = (left, both - left);
        Self(sizes)
    }

    /// With the bar behind pane `between` at this place, in thousandths.
    #[must_use]
    pub fn moved_to(self, between: usize, at: i32) -> Self {
        let now: i32 = self.0[..=between].iter().sum();
        self.moved_by(between, at - now)
    }

    /// How much of its two panes lies to the left of a bar, in percent.
    #[must_use]
    pub fn share(self, between: usize) -> i32 {
        let [left, right] = [self.0[between], self.0[between + 1]];
        let both = left + right;
        (left * 100 + both / 2) / both
    }

    fn written(self) -> String {
        self.0.map(|size| size.to_string()).join(" ")
    }

    fn read(text: &str) -> Option<Self> {
        let sizes: Vec<i32> = text.split(' ').map_while(|size| size.parse().ok()).collect();
        let sizes: [i32; 3] = sizes.try_into().ok()?;
        let is_fair = sizes.iter().all(|size| (LEAST..WHOLE).contains(size));
        (is_fair && sizes.iter().sum::<i32>() == WHOLE).then_some(Self(sizes))
    }
}

thread_local! {
    /// The widths of this visit, also where storage is refused.
    static NOW: Cell<Option<Sizes>> = const { Cell::new(None) };
}

/// The widths that were chosen last.
#[must_use]
pub fn now() -> Sizes {
    let remembered = || stored(storage(), KEY).and_then(|text| Sizes::read(&text));
    NOW.get().or_else(remembered).unwrap_or_default()
}

/// Gives the panes these widths, and remembers them.
pub fn set(sizes: Sizes) {
    NOW.set(Some(sizes));
    store_item(storage(), KEY, &sizes.written());
    let Some(root) = root().and_then(|root| root.dyn_into::<HtmlElement>().ok()) else { return };
    for (property, size) in PROPERTIES.into_iter().zip(sizes.0) {
        let _ = root.style().set_property(property, &format!("{size}fr"));
    }
}

/// The bar under the pointer; Yew listens at the root, which is what `current_target` says.
fn bar(event: &PointerEvent) -> Option<Element> {
    event.target()?.dyn_into().ok()
}

/// Begins to follow the pointer.
pub fn hold(event: &PointerEvent) {
    if let Some(bar) = bar(event) {
        let _ = bar.set_pointer_capture(event.pointer_id());
    }
}

/// Where a bar that is held is drawn to, in thousandths of the width of the panes.
#[must_use]
pub fn held_at(event: &PointerEvent) -> Option<i32> {
    let bar = bar(event)?;
    if !bar.has_pointer_capture(event.pointer_id()) {
        return None;
    }
    let panes = bar.parent_element()?.get_bounding_client_rect();
    let width = panes.width() as i32;
    (width > 0).then(|| (event.client_x() - panes.left() as i32) * WHOLE / width)
}

#[cfg(test)]
mod tests {
    use super::{LEAST, Sizes, WHOLE};

    #[test]
    fn a_bar_takes_from_one_pane_what_it_gives_the_other() {
        let sizes = Sizes::default();
        let wider = sizes.moved_by(0, 50);
        assert_eq!((wider.share(0), wider.0[2]), (56, sizes.0[2]));
        assert_eq!(wider.moved_to(0, sizes.0[0]), sizes);
        for by in [-WHOLE, WHOLE] {
            let far = sizes.moved_by(1, by);
            assert!(far.0.iter().all(|size| *size >= LEAST), "{far:?}");
            assert_eq!(far.0.iter().sum::<i32>(), WHOLE);
        }
    }

    #[test]
    fn what_is_remembered_is_read_again_and_nothing_else() {
        let sizes = Sizes::default().moved_by(1, 100);
        assert_eq!(Sizes::read(&sizes.written()), Some(sizes));
        for text in ["", "1 2 3", "500 500", "900 90 10", "-500 1000 500", "a b c"] {
            assert_eq!(Sizes::read(text), None, "{text}");
        }
    }
}
