//! The session as a terminal shows it: each command with what it prints.

use std::rc::Rc;

use dualstack_core::explain::text::Lang;
use yew::prelude::*;

use crate::i18n;
use crate::state::terminal::Typed;
use crate::ui::copy::CopyButton;

#[derive(Clone, PartialEq, Properties)]
pub struct Props {
    pub lang: Lang,
    /// The events up to the shown one, in order.
    pub entries: Rc<[Typed]>,
}

#[component]
pub fn Terminal(props: &Props) -> Html {
    let lang = props.lang;
    let mut all = String::new();
    for Typed { command, printed } in &*props.entries {
        all += &format!("$ {command}\n");
        if !printed.is_empty() {
            all += &format!("{printed}\n");
        }
    }
    let entries: Html = props
        .entries
        .iter()
        .map(|Typed { command, printed }| {
            html! {
                <li>
                    <p class="prompt">{ "$ " }{ command.clone() }</p>
                    if !printed.is_empty() { <pre>{ printed.clone() }</pre> }
                </li>
            }
        })
        .collect();
    html! {
        <div class="transcript">
            <p class="switch"><CopyButton {lang} id="copy-terminal" text={all} /></p>
            <ol class="terminal" lang="en" tabindex="0" aria-label={i18n::TERMINAL.get(lang)}>{ entries }</ol>
        </div>
    }
}
