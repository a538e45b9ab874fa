//! What a page says that was opened by a link; and the page in a frame.

use dualstack_core::facts;
use dualstack_core::text::Lang;
use dualstack_core::trace::render;
use yew::prelude::*;

use super::{Dispatch, click, sentence};
use crate::browser::{self, address_bar};
use crate::embed::{Embed, Unknown, View};
use crate::link::Trouble;
use crate::store::{Msg, Store};
use crate::text::{self, Word};
use crate::visit::Step;

const fn word(trouble: Trouble) -> Word {
    match trouble {
        Trouble::Damaged => text::LINK_DAMAGED,
        Trouble::Newer => text::LINK_NEWER,
        Trouble::TooLong => text::LINK_TOO_BIG,
    }
}

/// Whose work this is, and the way back to one's own; or why a link could not be read.
pub fn notice(store: &Store, dispatch: &Dispatch) -> Html {
    let lang = store.lang;
    let step = |step: Step| click(dispatch, Msg::Visit(step));
    if let Some(trouble) = store.visit.trouble {
        return html! {
            <p class="notice" role="alert">
                <span>{ word(trouble).get(lang) }{ " " }{ text::NOTHING_CHANGED.get(lang) }</span>
                <button type="button" class="btn" onclick={step(Step::Dismiss)}>{ text::DISMISS.get(lang) }</button>
            </p>
        };
    }
    let Some(draft) = &store.visit.draft else { return html! {} };
    let has_own = draft.own.is_some();
    let keep = if has_own { text::KEEP_INSTEAD } else { text::KEEP };
    let own = dispatch.reform(|_: MouseEvent| Msg::Visit(Step::Own(browser::own_work())));
    html! {
        <section class="notice" aria-label={text::SHARED_LINK.get(lang)}>
            <span>{ text::DRAFT.get(lang) }{ " " }if has_own { { text::OWN_WAITS.get(lang) } }</span>
            if has_own { <button type="button" class="btn primary" onclick={own}>{ text::TO_OWN.get(lang) }</button> }
            <button type="button" class="btn" onclick={step(Step::Keep)}>{ keep.get(lang) }</button>
        </section>
    }
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
}

/// What was asked for in vain.
fn unknown(unknown: &Unknown, lang: Lang) -> Html {
    let say = |word: Word, what: &String| sentence(&render(word.text(), &facts![what], lang), lang);
    match unknown {
        Unknown::Scenario(what) => say(text::UNKNOWN_SCENARIO, what),
        Unknown::Parameter(what) => say(text::UNKNOWN_PARAMETER, what),
        Unknown::Link(trouble) => html! { { word(*trouble).get(lang) } },
    }
}

/// The page in a frame: as many panes as were asked for, and the ways out.
pub fn frame(store: &Store, embed: &Embed, panes: Panes, dispatch: &Dispatch) -> Html {
    let lang = store.lang;
    let remarks: Html = embed
        .unknown
        .iter()
        .map(|it| html! { <p class="notice" role="alert">{ unknown(it, lang) }</p> })
        .collect();
    let Panes { answer, families, cluster, manifest, stored, timeline, why } = panes;
    let main = match embed.view {
        View::All => html! {
            <>{ answer }<main>{ cluster }{ manifest }{ stored }</main>{ timeline }{ why }</>
        },
        View::Editor => html! { <>{ answer }<main>{ cluster }{ manifest }</main></> },
        View::Result => html! { <>{ answer }<main>{ stored }</main>{ why }</> },
        View::Mini => html! { <main>{ families }{ answer }</main> },
    };
    let reset = click(dispatch, Msg::Visit(Step::Reset));
    let lang_asked = embed.lang.map(|lang| format!("?lang={}", lang.tag())).unwrap_or_default();
    let place = store.place();
    let open = format!("{}{lang_asked}#{}", address_bar::page(false), place.fragment);
    html! {
        <div class="embed" data-view={embed.view.name()}>
            { remarks }
            { main }
            <p class="unseen" role="status" id="spoken"></p>
            <footer class="ways">
                <button type="button" class="btn" onclick={reset}>{ text::RESET.get(lang) }</button>
                <a class="btn" href={open} target="_blank" rel="noopener">{ text::OPEN.get(lang) }</a>
                if place.fragment.is_empty() { <span>{ text::LINK_TOO_LONG.get(lang) }</span> }
            </footer>
        </div>
    }
}
