//! A text box with a mirrored layer behind it: the layer shows colours and marks and gives the box
//! its height, the box takes the typing. Both wrap the same way, so nothing has to be kept in step.

use dualstack_core::source::position::byte_of_utf16;
use yew::prelude::*;

use super::highlight::{Mark, cut};
use crate::browser;

/// What [`editor`] shows.
pub struct Props {
    /// The accessible name.
    pub label: &'static str,
    /// The id of the text box.
    pub id: &'static str,
    /// The id of the list that describes its problems.
    pub described_by: &'static str,
    /// The text.
    pub text: AttrValue,
    /// Whether something in it is refused.
    pub invalid: bool,
    /// Colours and marks.
    pub marks: Vec<Mark>,
    /// Whether its lines are numbered.
    pub numbered: bool,
    /// The text was changed.
    pub oninput: Callback<String>,
    /// The caret moved to this byte.
    pub oncaret: Callback<usize>,
}

/// The pieces of each line. The text ends with a line of its own, as in the text box, so that the layer
/// is as tall as what is typed.
fn lines(text: &str, marks: &[Mark]) -> Vec<Vec<(String, String)>> {
    let mut lines = vec![Vec::new()];
    for (class, text) in cut(text, marks) {
        for (at, part) in text.split('\n').enumerate() {
            if at > 0 {
                lines.push(Vec::new());
            }
            if let Some(line) = lines.last_mut().filter(|_| !part.is_empty()) {
                line.push((class.clone(), part.to_owned()));
            }
        }
    }
    lines
}

/// A text box that shows colours.
pub fn editor(props: &Props) -> Html {
    let layer: Html = lines(&props.text, &props.marks)
        .into_iter()
        .map(|line| {
            let pieces: Html = line
                .into_iter()
                .map(|(class, text)| {
                    if class.is_empty() {
                        html! { { text } }
                    } else {
                        html! { <span class={class}>{ text }</span> }
                    }
                })
                .collect();
            html! { <span class="ln">{ pieces }</span> }
        })
        .collect();
    let oninput = props.oninput.reform(|event: InputEvent| browser::text_of(&event));
    let caret = {
        let (text, oncaret) = (props.text.clone(), props.oncaret.clone());
        move |event: &Event| {
            if let Some(at) = browser::caret_of(event) {
                oncaret.emit(byte_of_utf16(&text, at));
            }
        }
    };
    let onkeyup = {
        let caret = caret.clone();
        Callback::from(move |event: KeyboardEvent| caret(&event))
    };
    let onclick = Callback::from(move |event: MouseEvent| caret(&event));
    let invalid = props.invalid.then_some("true");
    html! {
        <div class={classes!("editor", props.numbered.then_some("numbers"))}>
            <pre class="layer" aria-hidden="true">{ layer }</pre>
            <textarea
                id={props.id}
                aria-label={props.label}
                aria-describedby={props.described_by}
                aria-invalid={invalid}
                value={props.text.clone()}
                lang="en"
                spellcheck="false"
                autocapitalize="off"
                autocomplete="off"
                {oninput}
                {onkeyup}
                {onclick}
            />
        </div>
    }
}

#[cfg(test)]
mod tests {
    use dualstack_core::span::Span;

    use super::lines;

    #[test]
    fn a_mark_over_several_lines_marks_each_of_them() {
        let text = "a: 双\n\nb\n";
        let shown: Vec<String> = lines(text, &[(Span::new(3, 9), "err")])
            .iter()
            .map(|line| line.iter().map(|(class, text)| format!("[{class}|{text}]")).collect())
            .collect();
        assert_eq!(shown, ["[|a: ][err|双]", "", "[err|b]", ""]);
        assert_eq!(lines("", &[]).len(), 1);
    }
}
