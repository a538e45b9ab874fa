//! What a page says that was opened by a link; and the page in a frame.

use dualstack_core::explain::text::{Lang, Text};
use dualstack_core::explain::trace::render;
use dualstack_core::facts;
use yew::prelude::*;

use super::frame::undo_and_redo;
use crate::browser::{self, address_bar};
use crate::i18n;
use crate::state::embed::{Embed, Unknown, View};
use crate::state::link::{self, Trouble};
use crate::state::store::{Msg, Store};
use crate::state::visit::Step;
use crate::ui::{Dispatch, click, press, sentence};

/// The id of the way out of a frame.
const OPEN: &str = "open";

/// Why an address could not be read.
fn trouble(trouble: Trouble, lang: Lang, dispatch: &Dispatch) -> Html {
    let dismiss = click(dispatch, Msg::Visit(Step::Trouble(None)));
    html! {
        <p class="notice" role="alert">
            <span>{ trouble.text().get(lang) }{ " " }{ i18n::NOTHING_CHANGED.get(lang) }</span>
            { press("btn", None, i18n::CLOSE.get(lang), None, true, dismiss) }
        </p>
    }
}

/// Whose work a link shows, and the way back to one's own.
fn draft(store: &Store, dispatch: &Dispatch) -> Html {
    let lang = store.lang;
    let has_own = store.has_own();
    let keep = if has_own { i18n::KEEP_INSTEAD } else { i18n::KEEP };
    let own = dispatch.reform(|_: MouseEvent| Msg::Visit(Step::Own(browser::own_work())));
    let onclick = click(dispatch, Msg::Visit(Step::Keep));
    html! {
        <section class="notice" aria-label={i18n::SHARED_LINK.get(lang)}>
            <span>{ i18n::DRAFT.get(lang) }if has_own { { " " }{ i18n::OWN_WAITS.get(lang) } }</span>
            if has_own { { press("btn primary", None, i18n::TO_OWN.get(lang), None, true, own) } }
            { press("btn", None, keep.get(lang), None, true, onclick) }
        </section>
    }
}

/// What there is to say of a link: why it could not be read, and that the work is not one's own.
pub fn notice(store: &Store, dispatch: &Dispatch) -> Html {
    let why = store.visit.trouble.map(|why| trouble(why, store.lang, dispatch));
    let draft = store.is_draft().then(|| draft(store, dispatch));
    html! { <>{ why }{ draft }</> }
}

/// The panes of a frame.
pub struct Panes {
    /// The answer.
    pub answer: Html,
    /// The choice of families, alone.
    pub families: Html,
    /// The flags.
    pub cluster: Html,
    /// What is applied.
    pub manifest: Html,
    /// What is stored.
    pub stored: Html,
    /// What happened.
    pub timeline: Html,
    /// The reasons.
    pub why: Html,
    /// The whole cluster.
    pub tabs: Html,
}

/// What was asked for in vain.
fn unknown(unknown: &Unknown, lang: Lang) -> Html {
    let say = |word: Text, what: &String| sentence(&render(word, &facts![what], lang), lang);
    match unknown {
        Unknown::Example(what) => say(i18n::UNKNOWN_SCENARIO, what),
        Unknown::Parameter(what) => say(i18n::UNKNOWN_PARAMETER, what),
        Unknown::Link(trouble) => html! { { trouble.text().get(lang) } },
    }
}

/// The way out of a frame: a link to its present state, which is made when it is wanted.
fn open(store: &Store, embed: &Embed, dispatch: &Dispatch) -> Html {
    let lang_asked = embed.lang.map(|lang| format!("?lang={}", lang.tag())).unwrap_or_default();
    let page = format!("{}{lang_asked}", address_bar::page(false));
    let (shown, dispatch, start) = (store.shown(), dispatch.clone(), page.clone());
    let onclick = Callback::from(move |event: MouseEvent| match link::write(&shown) {
        Ok(link) => browser::lead(OPEN, &format!("{page}#{link}")),
        Err(why) => {
            event.prevent_default();
            dispatch.emit(Msg::Visit(Step::Trouble(Some(why))));
        }
    });
    html! {
        <a class="btn" id={OPEN} href={start} target="_blank" rel="noopener" {onclick}>{ i18n::OPEN.get(store.lang) }</a>
    }
}

/// The page in a frame: as many panes as were asked for, and the ways out.
pub fn frame(store: &Store, embed: &Embed, panes: Panes, dispatch: &Dispatch) -> Html {
    let lang = store.lang;
    let remarks =
        embed.unknown.iter().map(|it| html! { <p class="notice">{ unknown(it, lang) }</p> });
    let remarks: Html = remarks.collect();
    let Panes { answer, families, cluster, manifest, stored, timeline, why, tabs } = panes;
    let title = html! { <h1 class="unseen">{ i18n::TITLE.get(lang) }</h1> };
    let main = match embed.view {
        View::All => html! {
            <>{ answer }<main>{ title }{ cluster }{ manifest }{ stored }</main>{ timeline }{ why }{ tabs }</>
        },
        View::Editor => html! { <>{ answer }<main>{ title }{ cluster }{ manifest }</main></> },
        View::Result => html! { <>{ answer }<main>{ title }{ stored }</main>{ why }</> },
        View::Mini => html! { <main>{ title }{ families }{ answer }</main> },
    };
    let reset = click(dispatch, Msg::Visit(Step::Reset));
    html! {
        <div class="embed" data-view={embed.view.name()}>
            { remarks }
            { store.visit.trouble.map(|why| trouble(why, lang, dispatch)) }
            { main }
            <p class="unseen" role="status" id="spoken"></p>
            <footer class="ways">
                { press("btn", None, i18n::RESET.get(lang), None, true, reset) }
                { open(store, embed, dispatch) }
                { undo_and_redo(store, dispatch) }
            </footer>
        </div>
    }
}
