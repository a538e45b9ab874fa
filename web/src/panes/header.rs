//! Title, pickers and switches.

use dualstack_core::explain::text::{Lang, Text};
use dualstack_core::release::version::KubeVersion;
use yew::prelude::*;

use crate::browser;
use crate::examples;
use crate::i18n;
use crate::panes::examples::Examples;
use crate::state::choices::Theme;
use crate::state::navigation::OwnText;
use crate::state::store::Msg;
use crate::ui::{Dispatch, click, press};

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
    pub own: OwnText,
    pub version: KubeVersion,
    pub can_undo: bool,
    pub can_redo: bool,
    /// Opens the dialog to share; `None` where there is no answer.
    pub onshare: Option<Callback<MouseEvent>>,
    pub dispatch: Dispatch,
}

#[component]
pub fn Header(props: &Props) -> Html {
    let Props { lang, theme: chosen, example, own, version, can_undo, can_redo, .. } = *props;
    let Props { onshare, dispatch, .. } = props;
    let shown = match (example.and_then(examples::find), own) {
        (Some(example), _) => example.title,
        (None, OwnText::Waits | OwnText::None) => i18n::SHARED_LINK,
        (None, OwnText::Shown | OwnText::Left) => i18n::OWN_SCENARIO,
    };
    let is_open = use_state(|| false);
    let open = {
        let is_open = is_open.setter();
        Callback::from(move |_: MouseEvent| is_open.set(true))
    };
    let onclose = {
        let is_open = is_open.setter();
        Callback::from(move |()| is_open.set(false))
    };
    // Always one node: Yew matches unkeyed children from the last.
    let panel = if *is_open {
        html! { <Examples {lang} {example} {own} {onclose} dispatch={dispatch.clone()} /> }
    } else {
        Html::default()
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
    let versions: Html = KubeVersion::all()
        .map(|minor| {
            let value = AttrValue::from(minor.to_string());
            html! { <option value={value.clone()} selected={minor == version}>{ value }</option> }
        })
        .collect();
    let choose = dispatch.reform(|event: Event| {
        Msg::Version(browser::choice_of(&event).parse().unwrap_or(KubeVersion::LATEST))
    });
    html! {
        <header>
            <a class="skip" href="#answer">{ i18n::SKIP.get(lang) }</a>
            <h1><span class="logo" aria-hidden="true"><b>{ "4" }</b><b>{ "6" }</b></span><span class="name">{ i18n::TITLE.get(lang) }</span></h1>
            <p>{ i18n::ABOUT_PAGE.get(lang) }</p>
            <button type="button" class="btn scenario" id="examples" aria-haspopup="dialog" onclick={open}><span>{ i18n::EXAMPLES.get(lang) }</span>{ " " }<small>{ shown.get(lang) }</small><span aria-hidden="true">{ " ▾" }</span></button>
            <select class="btn" id="version" aria-label={i18n::VERSION.get(lang)} onchange={choose}>{ versions }</select>
            if onshare.is_some() { <button type="button" class="btn primary share" id="share" aria-haspopup="dialog" onclick={onshare.clone()}>{ i18n::SHARE.get(lang) }</button> }
            <UndoRedo {lang} {can_undo} {can_redo} dispatch={dispatch.clone()} />
            // What it opens stands in the page (web/keys.js).
            <button type="button" class="btn ghost" id="keys" aria-haspopup="dialog" aria-label={i18n::KEYS.get(lang)} title={i18n::KEYS.get(lang)}>{ "?" }</button>
            <button type="button" class="btn ghost" id="language" lang={other.tag()} onclick={switch}>{ label }</button>
            { press("btn ghost", Some("theme"), i18n::THEME.get(lang), Some("◐"), true, theme) }
            { panel }
        </header>
    }
}
