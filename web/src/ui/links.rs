//! Where does a sentence lead that names a place of the page? The name as a button that opens the pane and gives it the
//! focus; a phone turns to its tab.

use dualstack_core::explain::text::Lang;
use dualstack_core::explain::trace::Piece;
use yew::prelude::*;

use super::{Dispatch, click, piece};
use crate::state::choices::{Pane, Place, Tab};
use crate::state::store::Msg;
use crate::{browser, examples};

/// The page whose places can be opened. A frame that shows less has none: there the names are words.
#[derive(Clone, PartialEq)]
pub struct Links(pub Dispatch);

/// The id of the element that shows the chosen tab.
pub const PANEL: &str = "result-panel";

/// The id of the element of a place that gets the focus.
const fn id(place: Place) -> &'static str {
    match place {
        Place::Text(text_box) => text_box.id(),
        Place::Timeline => "timeline",
        Place::Tab(_) => PANEL,
        Place::Prerequisites => "prerequisites",
        Place::Planning => "planning",
    }
}

/// What is chosen to show a place.
fn messages(place: Place) -> Vec<Msg> {
    match place {
        Place::Text(text_box) if text_box.pane() == Pane::Cluster => {
            vec![Msg::Pane(Pane::Cluster), Msg::Unfold(true)]
        }
        Place::Text(text_box) => vec![Msg::Pane(text_box.pane())],
        Place::Timeline => Vec::new(),
        Place::Tab(tab) => vec![Msg::Tab(tab)],
        Place::Prerequisites => vec![Msg::Tab(Tab::Nodes)],
        Place::Planning => vec![Msg::Tab(Tab::Addresses)],
    }
}

#[derive(Clone, PartialEq, Properties)]
pub struct Props {
    /// How the sentence names the place.
    pub words: &'static str,
    /// The name of the place ([`Place::named`]), or of the example that opens.
    pub to: &'static str,
}

/// The name of a place within a sentence.
#[component]
pub fn Link(props: &Props) -> Html {
    let Props { words, to } = *props;
    let links = use_context::<Links>();
    if let (Some(Links(dispatch)), Some(example)) = (&links, examples::find(to)) {
        let onclick = click(dispatch, Msg::Example(example.id));
        return html! { <button type="button" class="to" {onclick}>{ words }</button> };
    }
    let Some((Links(dispatch), place)) = links.zip(Place::named(to)) else {
        return html! { { words } };
    };
    let onclick = Callback::from(move |_: MouseEvent| {
        for msg in messages(place) {
            dispatch.emit(msg);
        }
        browser::later(move || {
            browser::focus(id(place));
            browser::reveal(id(place));
        });
    });
    html! { <button type="button" class="to" {onclick}>{ words }</button> }
}

/// A sentence of pieces. The places of the page that it names are links.
pub fn linked(pieces: &[Piece], lang: Lang) -> Html {
    let pieces = pieces.iter().map(|it| match *it {
        Piece::Link { words, to } => html! { <Link {words} {to} /> },
        ref it => piece(it, lang),
    });
    pieces.collect()
}

#[cfg(test)]
mod tests {
    use dualstack_core::explain::text::{Lang, Text};
    use dualstack_core::explain::trace::{Piece, render};

    use crate::state::choices::Place;
    use crate::{examples, i18n, panes};

    #[test]
    fn no_example_has_the_name_of_a_place() {
        for example in examples::all() {
            assert!(Place::named(example.id).is_none(), "{}", example.id);
        }
    }

    #[test]
    fn every_link_of_a_text_names_a_place() {
        let of_examples = examples::all().iter().flat_map(|it| {
            assert!(!it.title.en.contains("]("), "{}: a title is within a button", it.id);
            let tries = it.tries.iter().map(|it| it.text);
            tries.chain([it.about])
        });
        let of_rules = dualstack_core::all_rules().map(|rule| rule.text);
        let texts: Vec<Text> = i18n::ALL
            .iter()
            .chain(panes::text::ALL)
            .copied()
            .chain(of_examples)
            .chain(of_rules)
            .collect();
        let mut count = 0;
        for text in texts {
            let places = [Lang::En, Lang::Zh].map(|lang| {
                let pieces = render(text, &[], lang).into_iter();
                let links = pieces.filter_map(|piece| match piece {
                    Piece::Link { to, .. } => Some(to),
                    _ => None,
                });
                links.collect::<Vec<_>>()
            });
            assert_eq!(places[0], places[1], "{}", text.en);
            for place in &places[0] {
                assert!(Place::named(place).is_some(), "{place}: {}", text.en);
            }
            count += places[0].len();
        }
        assert!(count >= 15, "{count}");
    }
}
