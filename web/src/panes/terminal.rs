//! The session as a terminal shows it: each command with what it prints.

use std::rc::Rc;

use dualstack_core::explain::text::Lang;
use dualstack_core::session::EventReport;
use dualstack_core::session::action::Action;
use yew::prelude::*;

use crate::i18n;
use crate::state::terminal::command;
use crate::ui::copy::CopyButton;

/// A command with what it prints.
#[derive(Clone, PartialEq, Debug)]
pub struct Entry {
    command: String,
    output: String,
}

impl Entry {
    #[must_use]
    pub fn of(event: &Action, report: &EventReport) -> Self {
        let output = match report {
            EventReport::Boot(boot) => {
                let lines: Vec<String> = boot.problems.iter().map(ToString::to_string).collect();
                lines.join("\n")
            }
            EventReport::Requests(requests) => {
                let problems = requests.problems.iter().map(ToString::to_string);
                let documents = requests.documents.iter().map(|it| it.kubectl.clone());
                let lines: Vec<String> =
                    problems.chain(documents).filter(|it| !it.is_empty()).collect();
                lines.join("\n")
            }
        };
        Self { command: format!("$ {}", command(event)), output }
    }
}

#[derive(Clone, PartialEq, Properties)]
pub struct Props {
    pub lang: Lang,
    /// The events up to the shown one, in order.
    pub entries: Rc<[Entry]>,
}

#[component]
pub fn Terminal(props: &Props) -> Html {
    let lang = props.lang;
    let mut all = String::new();
    for Entry { command, output } in &*props.entries {
        all += command;
        all.push('\n');
        if !output.is_empty() {
            all += output;
            all.push('\n');
        }
    }
    let entries: Html = props
        .entries
        .iter()
        .map(|Entry { command, output }| {
            html! {
                <li>
                    <p class="prompt">{ command.clone() }</p>
                    if !output.is_empty() { <pre>{ output.clone() }</pre> }
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
