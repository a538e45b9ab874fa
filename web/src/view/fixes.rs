//! What would make the refused request succeed? A button for each change that the core has tried: what it
//! changes, and what that gives.

use dualstack_core::explain::text::Lang;
use dualstack_core::net::Family;
use yew::prelude::*;

use super::{Dispatch, classed, code, named};
use crate::browser;
use crate::extras::Fix;
use crate::store::Msg;
use crate::text;

/// The fixes; nothing where there are none.
pub fn fixes(list: &[Fix], lang: Lang, dispatch: &Dispatch) -> Html {
    if list.is_empty() {
        return html! {};
    }
    let buttons: Html = list.iter().enumerate().map(|it| button(it, lang, dispatch)).collect();
    let name = text::FIXES.get(lang);
    html! {
        <div class="fixes" role="group" aria-label={name}>
            <b aria-hidden="true">{ name }</b>
            { buttons }
        </div>
    }
}

fn button((number, fix): (usize, &Fix), lang: Lang, dispatch: &Dispatch) -> Html {
    let onclick = {
        let (dispatch, fix) = (dispatch.clone(), fix.clone());
        Callback::from(move |_: MouseEvent| {
            dispatch.emit(Msg::Fix(fix.clone()));
            // The button goes with the refusal; who used it by key reads the new answer.
            browser::later(|| browser::focus("answer"));
        })
    };
    let class = if number == 0 { "btn primary" } else { "btn" };
    let changes: Html = fix.changes.iter().cloned().map(code).collect();
    let button = html! {
        <button type="button" id={format!("fix-{number}")} {onclick}>
            <span>{ said(fix.title.get(lang)) }</span>{ " " }{ changes }{ " " }<small>{ said(fix.gives.get(lang)) }</small>
        </button>
    };
    classed(class, button)
}

/// Words with code and families between back quotes.
fn said(words: &str) -> Html {
    let part = |(at, part): (usize, &str)| match Family::from_name(part) {
        _ if at % 2 == 0 => html! { { part.to_owned() } },
        Some(family) => named(family),
        None => code(part.to_owned()),
    };
    words.split('`').enumerate().map(part).collect()
}
