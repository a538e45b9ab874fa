//! What would make the refused request succeed? A button for each change that the core has tried: what it
//! changes, and what that gives.

use std::rc::Rc;

use dualstack_core::api::service::EXTERNAL_NAME;
use dualstack_core::facts;
use dualstack_core::fix::{Act, Fix, Gives, Repair};
use dualstack_core::net::Family;
use dualstack_core::text::Lang;
use dualstack_core::trace::Piece;
use yew::prelude::*;

use super::answer::{families, render};
use super::{Dispatch, sentence};
use crate::browser::{self, keys};
use crate::store::Msg;
use crate::text;

/// The longest value that stands in a title.
const SHORT: usize = 24;

/// The fixes; nothing where there are none.
pub fn fixes(list: &Rc<Vec<Fix>>, lang: Lang, dispatch: &Dispatch) -> Html {
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
        let (dispatch, at, event) = (dispatch.clone(), fix.at, fix.event.clone());
        Callback::from(move |_: MouseEvent| {
            dispatch.emit(Msg::Fix(at, event.clone()));
            // The button goes with the refusal; who used it by key reads the new answer.
            browser::later(|| keys::focus("answer"));
        })
    };
    let class = if number == 0 { "btn primary" } else { "btn" };
    let line = |repair: &Repair| html! { <code lang="en">{ change(repair) }</code> };
    let changes: Html = fix.repairs.iter().map(line).collect();
    let title = sentence(&title(&fix.repairs, lang), lang);
    let gives = sentence(&gives(&fix.gives, lang), lang);
    html! {
        <button type="button" {class} id={format!("fix-{number}")} {onclick}>
            <span>{ title }</span>{ " " }{ changes }{ " " }<small>{ gives }</small>
        </button>
    }
}

/// What is changed, in words.
fn title(repairs: &[Repair], lang: Lang) -> Vec<Piece> {
    let Repair { act, field, after, .. } = &repairs[0];
    let mut family = Family::V4;
    let word = match act {
        _ if repairs.len() > 1 => text::FIX_SEVERAL,
        Act::AddRange(added) => {
            family = *added;
            text::FIX_RANGE
        }
        Act::Set if after.len() > SHORT => text::FIX_CHANGE,
        Act::Set => text::FIX_SET,
        Act::Restore => text::FIX_RESTORE,
        Act::Add => text::FIX_ADD,
        Act::Remove => text::FIX_REMOVE,
        Act::Rename => text::FIX_RENAME,
    };
    let (field, value, count) = (field.as_str(), after.as_str(), repairs.len());
    render(word, &facts![field, value, count, family], lang)
}

/// The changed text of a field: `spec.ipFamilyPolicy: RequireDualStack → PreferDualStack`.
fn change(repair: &Repair) -> String {
    let Repair { act, field, before, after, .. } = repair;
    let parts: &[&str] = match (act, before.is_empty(), after.is_empty()) {
        (Act::Rename, ..) => &[before, " → ", after],
        (_, true, _) => &["+ ", field, ": ", after],
        (_, _, true) => &["− ", field, ": ", before],
        _ => &[field, ": ", before, " → ", after],
    };
    parts.concat()
}

/// What the change leads to.
fn gives(gives: &Gives, lang: Lang) -> Vec<Piece> {
    let env = gives.boot.as_ref().and_then(|boot| boot.env.as_ref());
    let served: Vec<Family> = env.iter().flat_map(|env| env.ranges.families()).collect();
    let document = gives.document.as_ref().filter(|document| document.is_accepted());
    let service = document.and_then(|document| document.stored());
    let families = service.map(families).unwrap_or_default();
    let first = families.first().copied().unwrap_or(Family::V4);
    let of_document = match service {
        Some(service) if service.spec.type_ == EXTERNAL_NAME => text::GIVES_ALIAS,
        Some(service) if service.spec.has_no_cluster_ip() => text::GIVES_HEADLESS,
        Some(_) if families.len() > 1 => text::GIVES_TWO,
        Some(_) => text::GIVES_ONE,
        None => text::GIVES_ACCEPTED,
    };
    let (accepts, refuses) = (gives.accepts, gives.refuses);
    let said = [
        (env.is_some(), text::GIVES_START),
        (document.is_some(), of_document),
        (accepts > 0, text::GIVES_MORE),
        (refuses > 0, text::GIVES_LESS),
    ];
    let facts = facts![served, families, first, accepts, refuses];
    let mut pieces = Vec::new();
    for (_, word) in said.into_iter().filter(|(is_so, _)| *is_so) {
        if !pieces.is_empty() {
            pieces.push(Piece::Words(if lang == Lang::Zh { "；" } else { "; " }.to_owned()));
        }
        pieces.extend(render(word, &facts, lang));
    }
    pieces
}
