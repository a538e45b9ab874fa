//! What stands around the panes: header, invitation, footer, and the phone's bar.

use dualstack_core::api::service::{PREFER_DUAL_STACK, REQUIRE_DUAL_STACK};
use dualstack_core::explain::text::{Lang, Text};
use dualstack_core::release::version::KubeVersion;
use yew::prelude::*;

use crate::browser;
use crate::presets::{self, Preset};
use crate::scenarios;
use crate::state::store::{Msg, Pane, Store, Theme};
use crate::text;
use crate::ui::{Dispatch, click, code, press, releases, words};

/// The buttons that go back and forth, which the keys press.
pub fn undo_and_redo(store: &Store, dispatch: &Dispatch) -> Html {
    let lang = store.lang;
    let tool = |id: &'static str, name: Text, sign: &'static str, msg: Msg, can: bool| {
        press("btn ghost", Some(id), name.get(lang), Some(sign), can, click(dispatch, msg))
    };
    html! {
        <>
            { tool("undo", text::UNDO, "↶", Msg::Undo, store.history.can_undo()) }
            { tool("redo", text::REDO, "↷", Msg::Redo, store.history.can_redo()) }
        </>
    }
}

/// Title, pickers and switches; and what to do to share, where there is an answer.
pub fn header(store: &Store, share: Option<Callback<MouseEvent>>, dispatch: &Dispatch) -> Html {
    let lang = store.lang;
    let own = store.scenario.is_none();
    let options: Html = scenarios::all()
        .iter()
        .map(|scenario| {
            let selected = store.scenario == Some(scenario.id);
            html! { <option value={scenario.id} {selected}>{ scenario.title.get(lang) }</option> }
        })
        .collect();
    let onchange = {
        let dispatch = dispatch.clone();
        Callback::from(move |event: Event| {
            if let Some(scenario) = scenarios::find(&browser::choice_of(&event)) {
                dispatch.emit(Msg::Scenario(scenario.id));
            }
        })
    };
    let (other, label) = match lang {
        Lang::En => (Lang::Zh, "中文"),
        Lang::Zh => (Lang::En, "English"),
    };
    let switch = click(dispatch, Msg::Language(other));
    let chosen = store.theme;
    let theme = dispatch.reform(move |_: MouseEvent| {
        let is_dark = chosen.map_or_else(browser::prefers_dark, |theme| theme == Theme::Dark);
        Msg::Theme(if is_dark { Theme::Light } else { Theme::Dark })
    });
    let (_, _, version) = store.boot();
    let versions = releases(Some(version));
    let choose = dispatch.reform(|event: Event| {
        Msg::Version(browser::choice_of(&event).parse().unwrap_or(KubeVersion::LATEST))
    });
    html! {
        <header>
            <a class="skip" href="#answer">{ text::SKIP.get(lang) }</a>
            <h1><span class="logo" aria-hidden="true"><b>{ "4" }</b><b>{ "6" }</b></span><span class="name">{ text::TITLE.get(lang) }</span></h1>
            <select class="btn scenario" id="scenario" aria-label={text::SCENARIO.get(lang)} {onchange}>
                if own { <option value="" selected={true}>{ text::OWN_SCENARIO.get(lang) }</option> }
                { options }
            </select>
            <select class="btn" id="version" aria-label={text::VERSION.get(lang)} onchange={choose}>{ versions }</select>
            <span class="spacer"></span>
            if share.is_some() { <button type="button" class="btn share" id="share" aria-haspopup="dialog" onclick={share}>{ text::SHARE.get(lang) }</button> }
            { undo_and_redo(store, dispatch) }
            // What it opens stands in the page (web/keys.js).
            <button type="button" class="btn ghost" id="keys" aria-haspopup="dialog" aria-label={text::KEYS.get(lang)} title={text::KEYS.get(lang)}>{ "?" }</button>
            <button type="button" class="btn ghost" id="language" lang={other.tag()} onclick={switch}>{ label }</button>
            { press("btn ghost", Some("theme"), text::THEME.get(lang), Some("◐"), true, theme) }
        </header>
    }
}

/// What the example is about, and the line of the first ten seconds: what to change, as buttons, for
/// as long as there is something to change.
pub fn invitation(store: &Store, dispatch: &Dispatch) -> Html {
    let lang = store.lang;
    let about = store.scenario.and_then(scenarios::find).map(|it| words(it.about, lang));
    let is_dual = matches!(presets::current(store.flags()), Some(Preset::V4V6 | Preset::V6V4));
    let manifest = store.manifest();
    let prefers = manifest.contains(PREFER_DUAL_STACK);
    let requires = manifest.contains(REQUIRE_DUAL_STACK);
    let replace = click(dispatch, Msg::Replace(PREFER_DUAL_STACK, REQUIRE_DUAL_STACK));
    let remove = click(dispatch, Msg::Preset(Preset::V4));
    let remove = press("link", None, text::TRY_REMOVE.get(lang), None, true, remove);
    html! {
        <section class="invitation" aria-label={text::EXAMPLE.get(lang)}>
            <p>
            { about }{ " " }
            if is_dual && prefers {
                <span>
                    <b>{ text::TRY.get(lang) }</b>{ " " }{ text::TRY_CHANGE.get(lang) }{ " " }{ code(PREFER_DUAL_STACK) }{ " " }{ text::TRY_TO.get(lang) }{ " " }
                    <button type="button" class="link" lang="en" onclick={replace}>{ REQUIRE_DUAL_STACK }</button>{ text::TRY_THEN.get(lang) }{ " " }
                    { remove }
                </span>
            } else if is_dual && requires {
                <span><b>{ text::TRY_NOW.get(lang) }</b>{ " " }{ remove }</span>
            }
        </p>
        </section>
    }
}

/// What to trust.
pub fn footer(lang: Lang) -> Html {
    html! {
        <footer>
            <span>{ text::FOOT_VERSION.get(lang) }</span>
            <span>{ text::FOOT_LOCAL.get(lang) }</span>
            <span>{ text::FOOT_SEED.get(lang) }</span>
            <span>{ text::FOOT_NOT_AFFILIATED.get(lang) }</span>
            <a href="third-party.txt">{ text::FOOT_NOTICE.get(lang) }</a>
        </footer>
    }
}

/// On a phone: the result in one line, and the three panes.
pub fn phone_bar(store: &Store, summary: String, dispatch: &Dispatch) -> Html {
    let lang = store.lang;
    let panes = [
        (Pane::Cluster, text::CLUSTER),
        (Pane::Manifest, text::MANIFEST),
        (Pane::Result, text::RESULT),
    ];
    let buttons: Html = panes
        .into_iter()
        .map(|(pane, name)| {
            let current = (store.pane == pane).then_some("true");
            let onclick = click(dispatch, Msg::Pane(pane));
            html! { <button type="button" class="btn" aria-current={current} {onclick}>{ name.get(lang) }</button> }
        })
        .collect();
    html! {
        <nav class="phone-bar" aria-label={text::PANES.get(lang)}>
            <p>{ summary }</p>
            <div>{ buttons }</div>
        </nav>
    }
}
