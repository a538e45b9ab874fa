//! What stands around the panes where the page is in another page?

use dualstack_core::explain::text::{Lang, Text};
use dualstack_core::explain::trace::render;
use dualstack_core::facts;
use dualstack_core::session::action::Shown;
use yew::prelude::*;

use super::header::UndoRedo;
use crate::browser::{self, address_bar};
use crate::i18n;
use crate::state::embed::{Embed, Unknown};
use crate::state::link;
use crate::state::shared::Shared;
use crate::state::store::Msg;
use crate::state::visit::Step;
use crate::ui::{Dispatch, click, press, sentence};

/// The id of the way out of a frame.
const OPEN: &str = "open";

#[derive(Clone, PartialEq, Properties)]
pub struct RemarksProps {
    pub lang: Lang,
    pub embed: Shared<Embed>,
}

/// What the frame was asked for and is not known: on one line, which opens where it is cut.
#[component]
pub fn Remarks(props: &RemarksProps) -> Html {
    let unknown_ones = &props.embed.unknown;
    if unknown_ones.is_empty() {
        return html! {};
    }
    let remarks: Html = unknown_ones
        .iter()
        .map(|it| html! { <span>{ unknown(it, props.lang) }{ " " }</span> })
        .collect();
    html! { <details class="notice"><summary>{ remarks }</summary></details> }
}

#[derive(Clone, PartialEq, Properties)]
pub struct WaysProps {
    pub lang: Lang,
    /// The language that the frame was asked for, if it was.
    pub lang_asked: Option<Lang>,
    pub shown: Shown,
    pub can_undo: bool,
    pub can_redo: bool,
    pub dispatch: Dispatch,
}

/// The ways out of a frame.
#[component]
pub fn Ways(props: &WaysProps) -> Html {
    let WaysProps { lang, can_undo, can_redo, ref dispatch, .. } = *props;
    let reset = click(dispatch, Msg::Visit(Step::Reset));
    html! {
        <footer class="ways">
            { press("btn", None, i18n::RESET.get(lang), None, true, reset) }
            { open(props) }
            <UndoRedo {lang} {can_undo} {can_redo} dispatch={dispatch.clone()} />
        </footer>
    }
}

fn unknown(unknown: &Unknown, lang: Lang) -> Html {
    let say = |word: Text, what: &String| sentence(&render(word, &facts![what], lang), lang);
    match unknown {
        Unknown::Example(what) => say(i18n::UNKNOWN_SCENARIO, what),
        Unknown::Parameter(what) => say(i18n::UNKNOWN_PARAMETER, what),
        Unknown::Link(trouble) => html! { { trouble.text().get(lang) } },
    }
}

/// The way out of a frame: a link to its present state, which is made when it is wanted.
fn open(props: &WaysProps) -> Html {
    let WaysProps { lang, lang_asked, shown, dispatch, .. } = props.clone();
    let lang_asked = lang_asked.map(|lang| format!("?lang={}", lang.tag())).unwrap_or_default();
    let page = format!("{}{lang_asked}", address_bar::page(false));
    let start = page.clone();
    let onclick = Callback::from(move |event: MouseEvent| match link::write(&shown) {
        Ok(link) => browser::lead(OPEN, &format!("{page}#{link}")),
        Err(why) => {
            event.prevent_default();
            dispatch.emit(Msg::Visit(Step::Trouble(Some(why))));
        }
    });
    html! {
        <a class="btn" id={OPEN} href={start} target="_blank" rel="noopener" {onclick}>{ i18n::OPEN.get(lang) }</a>
    }
}
