//! Which other examples show the error message that was pasted? The answer says that it is one, and names the first.

use std::rc::Rc;

use dualstack_core::explain::text::Lang;
use yew::prelude::*;

use crate::examples;
use crate::i18n;
use crate::state::store::Msg;
use crate::ui::{Dispatch, click, words};

/// So many examples are offered at most.
const MOST: usize = 3;

#[derive(Clone, PartialEq, Properties)]
pub struct Props {
    pub lang: Lang,
    /// By name, the best match first.
    pub examples: Rc<[&'static str]>,
    pub dispatch: Dispatch,
}

#[component]
pub fn PastedError(props: &Props) -> Html {
    let lang = props.lang;
    let found = props.examples.iter().filter_map(|id| examples::find(id)).take(MOST);
    let buttons: Html = found
        .map(|example| {
            let onclick = click(&props.dispatch, Msg::Example(example.id));
            html! { <button type="button" class="btn" {onclick}>{ words(example.title, lang) }</button> }
        })
        .collect();
    html! {
        <div class="notice" role="group" aria-label={i18n::SHOWN_BY_EXAMPLES.get(lang)}>{ buttons }</div>
    }
}
