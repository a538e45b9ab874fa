//! The objects of a manifest, a row each: what became of it, and where it stands.

use std::rc::Rc;

use dualstack_core::explain::text::Lang;
use yew::prelude::*;

use crate::browser;
use crate::i18n;
use crate::state::choices::TextBox;
use crate::state::documents::Row;
use crate::state::store::Msg;
use crate::state::verdict::Tone;
use crate::ui::{Dispatch, classed};

/// From so many rows on they can be filtered.
const FILTERED_FROM: usize = 8;

#[derive(Clone, PartialEq, Properties)]
pub struct Props {
    pub lang: Lang,
    /// Several rows.
    pub rows: Rc<[Row]>,
    /// The one that is looked at.
    pub at: usize,
    /// The manifest.
    pub text: AttrValue,
    pub dispatch: Dispatch,
}

#[component]
pub fn Documents(props: &Props) -> Html {
    let Props { lang, at, ref rows, .. } = *props;
    let filter = use_state(String::new);
    let only_refused = use_state(|| false);
    let has_filter = rows.len() >= FILTERED_FROM;
    let wanted = filter.trim().to_lowercase();
    let is_shown = |row: &Row| {
        !has_filter
            || row.label().to_lowercase().contains(&wanted)
                && (!*only_refused || row.tone == Tone::Bad)
    };
    let shown = rows.iter().enumerate().filter(|(_, row)| is_shown(row));
    let items: Vec<Html> = shown.map(|(number, row)| item(number, row, at, props)).collect();
    let found = has_filter.then(|| {
        let oninput = {
            let filter = filter.setter();
            Callback::from(move |event: InputEvent| filter.set(browser::text_of(&event)))
        };
        let is_pressed = *only_refused;
        let onclick = {
            let only_refused = only_refused.setter();
            Callback::from(move |_: MouseEvent| only_refused.set(!is_pressed))
        };
        let name = i18n::FIND_DOCUMENT.get(lang);
        html! {
            <div class="find">
                <input type="search" id="find-document" aria-label={name} placeholder={name} spellcheck="false" autocomplete="off" value={(*filter).clone()} {oninput} />
                <button type="button" class="btn" id="only-refused" aria-pressed={is_pressed.to_string()} {onclick}>{ i18n::ONLY_REFUSED.get(lang) }</button>
            </div>
        }
    });
    let is_empty = items.is_empty();
    html! {
        <nav class="documents" aria-label={i18n::DOCUMENTS.get(lang)}>
            { found }
            <ul>{ for items }</ul>
            if is_empty { <p class="later">{ i18n::NO_DOCUMENT.get(lang) }</p> }
        </nav>
    }
}

fn item(number: usize, row: &Row, at: usize, props: &Props) -> Html {
    let lang = props.lang;
    let class = match row.tone {
        Tone::Good => "good",
        Tone::Look => "look",
        Tone::Bad => "bad",
        Tone::None | Tone::Aside => "aside",
    };
    let current = (number == at).then_some("true");
    let onclick = {
        let (dispatch, text, start) = (props.dispatch.clone(), props.text.clone(), row.start);
        Callback::from(move |_: MouseEvent| {
            dispatch.emit(Msg::Document(number));
            browser::scroll_to(TextBox::Manifest.id(), &text, start);
        })
    };
    let button = html! {
        <button type="button" aria-current={current} {onclick}>
            <span lang="en">{ row.label() }</span>{ " " }
            <span class="sign" aria-hidden="true">{ row.tone.mark() }</span>
            <span class="unseen">{ row.word().get(lang) }</span>
        </button>
    };
    html! { <li key={number}>{ classed(class, button) }</li> }
}
