//! One pure component per pane.

pub mod answer;
pub mod cluster;
pub mod editor;
pub mod frame;
pub mod highlight;
pub mod manifest;
pub mod stored;
pub mod why;

use std::ops::Deref;
use std::rc::Rc;

use dualstack_core::net::Family;
use dualstack_core::text::{Lang, Text};
use dualstack_core::trace::Piece;
use yew::prelude::*;

use crate::store::Msg;

/// A value shared between panes and compared by address, so that an unchanged one renders nothing.
#[derive(Debug)]
pub struct Shared<T>(pub Rc<T>);

impl<T> Clone for Shared<T> {
    fn clone(&self) -> Self {
        Self(Rc::clone(&self.0))
    }
}

impl<T> PartialEq for Shared<T> {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

impl<T> Deref for Shared<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

/// How panes tell the store what happened.
pub type Dispatch = Callback<Msg>;

/// The badge of a family: named by its number, round for IPv4 and square for IPv6.
pub fn badge(family: Family) -> Html {
    let (class, number) = match family {
        Family::V4 => ("fam v4", "4"),
        Family::V6 => ("fam v6", "6"),
    };
    html! { <span class={class}><span class="unseen">{ "IPv" }</span>{ number }</span> }
}

/// A sentence of pieces.
pub fn sentence(pieces: &[Piece], lang: Lang) -> Html {
    pieces
        .iter()
        .map(|piece| match piece {
            Piece::Words(words) => html! { { words.clone() } },
            Piece::Code(code) => {
                let lang = (lang == Lang::Zh).then_some("en");
                html! { <code lang={lang}>{ code.clone() }</code> }
            }
            Piece::Family(family) => badge(*family),
        })
        .collect()
}

/// Words of ours, with back-quoted stretches as code.
pub fn words(text: Text, lang: Lang) -> Html {
    sentence(&dualstack_core::trace::render(text, &[], lang), lang)
}
