//! Title, pickers and switches.

use dualstack_core::explain::text::{Lang, Text};
use dualstack_core::release::version::KubeVersion;
use yew::prelude::*;

use crate::browser;
use crate::examples;
use crate::i18n;
use crate::state::choices::Theme;
use crate::state::store::Msg;
use crate::ui::{Dispatch, click, press, releases};

/// Properties of [`UndoRedo`].
#[derive(PartialEq, Properties)]
pub struct UndoRedoProps {
    pub lang: Lang,
    pub can_undo: bool,
    pub can_redo: bool,
    pub dispatch: Dispatch,
}

/// The buttons that go back and forth, which the keys press.
#[component]
pub fn UndoRedo(props: &UndoRedoProps) -> Html {
    let UndoRedoProps { lang, can_undo, can_redo, ref dispatch } = *props;
    let tool = |id: &'static str, name: Text, sign: &'static str, msg: Msg, can: bool| {
        press("btn ghost", Some(id), name.get(lang), Some(sign), can, click(dispatch, msg))
    };
    html! {
        <>
            { tool("undo", i18n::UNDO, "↶", Msg::Undo, can_undo) }
            { tool("redo", i18n::REDO, "↷", Msg::Redo, can_redo) }
        </>
    }
}

#[derive(Clone, PartialEq, Properties)]
pub struct Props {
    pub lang: Lang,
    pub theme: Option<Theme>,
    /// The example that is shown, if nothing was edited since it was chosen.
    pub example: Option<&'static str>,
    pub version: KubeVersion,
    pub can_undo: bool,
    pub can_redo: bool,
    /// Opens the dialog to share; `None` where there is no answer.
    pub onshare: Option<Callback<MouseEvent>>,
    pub dispatch: Dispatch,
}

#[component]
pub fn Header(props: &Props) -> Html {
    let Props { lang, theme: chosen, example: shown, version, can_undo, can_redo, .. } = *props;
    let Props { onshare, dispatch, .. } = props;
    let own = shown.is_none();
    let options: Html = examples::all()
        .iter()
        .map(|example| {
            let selected = shown == Some(example.id);
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
    let theme = dispatch.reform(move |_: MouseEvent| {
        let is_dark = chosen.map_or_else(browser::prefers_dark, |theme| theme == Theme::Dark);
        Msg::Theme(if is_dark { Theme::Light } else { Theme::Dark })
    });
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
            if onshare.is_some() { <button type="button" class="btn share" id="share" aria-haspopup="dialog" onclick={onshare.clone()}>{ i18n::SHARE.get(lang) }</button> }
            <UndoRedo {lang} {can_undo} {can_redo} dispatch={dispatch.clone()} />
            // What it opens stands in the page (web/keys.js).
            <button type="button" class="btn ghost" id="keys" aria-haspopup="dialog" aria-label={i18n::KEYS.get(lang)} title={i18n::KEYS.get(lang)}>{ "?" }</button>
            <button type="button" class="btn ghost" id="language" lang={other.tag()} onclick={switch}>{ label }</button>
            { press("btn ghost", Some("theme"), i18n::THEME.get(lang), Some("◐"), true, theme) }
        </header>
    }
}
