//! What stands around the panes: header, invitation, footer, and the phone's bar.

use dualstack_core::api::service::{PREFER_DUAL_STACK, REQUIRE_DUAL_STACK};
use dualstack_core::explain::text::{Lang, Text};
use dualstack_core::release::version::KubeVersion;
use yew::prelude::*;

use crate::browser;
use crate::examples;
use crate::i18n;
use crate::presets::{self, Preset};
use crate::state::store::{Msg, Pane, Store, Theme};
use crate::ui::{Dispatch, click, code, press, releases, words};

/// The buttons that go back and forth, which the keys press.
pub fn undo_and_redo(store: &Store, dispatch: &Dispatch) -> Html {
    let lang = store.lang;
    let tool = |id: &'static str, name: Text, sign: &'static str, msg: Msg, can: bool| {
        press("btn ghost", Some(id), name.get(lang), Some(sign), can, click(dispatch, msg))
    };
    html! {
        <>
            { tool("undo", i18n::UNDO, "↶", Msg::Undo, store.history.can_undo()) }
            { tool("redo", i18n::REDO, "↷", Msg::Redo, store.history.can_redo()) }
        </>
    }
}

/// Title, pickers and switches; and what to do to share, where there is an answer.
pub fn header(store: &Store, share: Option<Callback<MouseEvent>>, dispatch: &Dispatch) -> Html {
    let lang = store.lang;
    let own = store.example.is_none();
    let options: Html = examples::all()
        .iter()
        .map(|example| {
            let selected = store.example == Some(example.id);
            html! { <option value={example.id} {selected}>{ example.title.get(lang) }</option> }
        })
        .collect();
    let onchange = {
        let dispatch = dispatch.clone();
        Callback::from(move |event: Event| {
            if let Some(example) = examples::find(&browser::choice_of(&event)) {
                dispatch.emit(Msg::Example(example.id));
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
            <a class="skip" href="#answer">{ i18n::SKIP.get(lang) }</a>
            <h1><span class="logo" aria-hidden="true"><b>{ "4" }</b><b>{ "6" }</b></span><span class="name">{ i18n::TITLE.get(lang) }</span></h1>
            <select class="btn scenario" id="scenario" aria-label={i18n::SCENARIO.get(lang)} {onchange}>
                if own { <option value="" selected={true}>{ i18n::OWN_SCENARIO.get(lang) }</option> }
                { options }
            </select>
            <select class="btn" id="version" aria-label={i18n::VERSION.get(lang)} onchange={choose}>{ versions }</select>
            <span class="spacer"></span>
            if share.is_some() { <button type="button" class="btn share" id="share" aria-haspopup="dialog" onclick={share}>{ i18n::SHARE.get(lang) }</button> }
            { undo_and_redo(store, dispatch) }
            // What it opens stands in the page (web/keys.js).
            <button type="button" class="btn ghost" id="keys" aria-haspopup="dialog" aria-label={i18n::KEYS.get(lang)} title={i18n::KEYS.get(lang)}>{ "?" }</button>
            <button type="button" class="btn ghost" id="language" lang={other.tag()} onclick={switch}>{ label }</button>
            { press("btn ghost", Some("theme"), i18n::THEME.get(lang), Some("◐"), true, theme) }
        </header>
    }
}

/// What the example is about, and the line of the first ten seconds: what to change, as buttons, for
/// as long as there is something to change.
pub fn invitation(store: &Store, dispatch: &Dispatch) -> Html {
    let lang = store.lang;
    let about = store.example.and_then(examples::find).map(|it| words(it.about, lang));
    let is_dual = matches!(presets::current(store.flags()), Some(Preset::V4V6 | Preset::V6V4));
    let manifest = store.manifest();
    let prefers = manifest.contains(PREFER_DUAL_STACK);
    let requires = manifest.contains(REQUIRE_DUAL_STACK);
    let replace = click(dispatch, Msg::Replace(PREFER_DUAL_STACK, REQUIRE_DUAL_STACK));
    let remove = click(dispatch, Msg::Preset(Preset::V4));
    let remove = press("link", None, i18n::TRY_REMOVE.get(lang), None, true, remove);
    html! {
        <section class="invitation" aria-label={i18n::EXAMPLE.get(lang)}>
            <p>
            { about }{ " " }
            if is_dual && prefers {
                <span>
                    <b>{ i18n::TRY.get(lang) }</b>{ " " }{ i18n::TRY_CHANGE.get(lang) }{ " " }{ code(PREFER_DUAL_STACK) }{ " " }{ i18n::TRY_TO.get(lang) }{ " " }
                    <button type="button" class="link" lang="en" onclick={replace}>{ REQUIRE_DUAL_STACK }</button>{ i18n::TRY_THEN.get(lang) }{ " " }
                    { remove }
                </span>
            } else if is_dual && requires {
                <span><b>{ i18n::TRY_NOW.get(lang) }</b>{ " " }{ remove }</span>
            }
        </p>
        </section>
    }
}

/// What to trust.
pub fn footer(lang: Lang) -> Html {
    html! {
        <footer>
            <span>{ i18n::FOOT_VERSION.get(lang) }</span>
            <span>{ i18n::FOOT_LOCAL.get(lang) }</span>
            <span>{ i18n::FOOT_SEED.get(lang) }</span>
            <span>{ i18n::FOOT_NOT_AFFILIATED.get(lang) }</span>
            <a href="third-party.txt">{ i18n::FOOT_NOTICE.get(lang) }</a>
        </footer>
    }
}

/// On a phone: the result in one line, and the three panes.
pub fn phone_bar(store: &Store, summary: String, dispatch: &Dispatch) -> Html {
    let lang = store.lang;
    let panes = [
        (Pane::Cluster, i18n::CLUSTER),
        (Pane::Manifest, i18n::MANIFEST),
        (Pane::Result, i18n::RESULT),
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
        <nav class="phone-bar" aria-label={i18n::PANES.get(lang)}>
            <p>{ summary }</p>
            <div>{ buttons }</div>
        </nav>
    }
}
