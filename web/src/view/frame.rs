//! What stands around the panes: header, invitation, footer, and the phone's bar.

use dualstack_core::text::Lang;
use dualstack_core::version::KubeVersion;
use yew::prelude::*;

use super::{Dispatch, words};
use crate::browser;
use crate::presets::Preset;
use crate::scenarios;
use crate::store::{Msg, Pane, Theme};
use crate::text;

/// Properties of [`Header`].
#[derive(Properties, PartialEq)]
pub struct HeaderProps {
    /// The language.
    pub lang: Lang,
    /// The example that is shown, if it was not edited.
    pub scenario: Option<&'static str>,
    /// The colour scheme that was chosen.
    pub theme: Option<Theme>,
    /// Where messages go.
    pub dispatch: Dispatch,
}

/// Title, pickers and switches.
#[component]
pub fn Header(props: &HeaderProps) -> Html {
    let lang = props.lang;
    let own = props.scenario.is_none();
    let options: Html = scenarios::ALL
        .iter()
        .map(|scenario| {
            let selected = props.scenario == Some(scenario.id);
            html! { <option value={scenario.id} {selected}>{ scenario.title.get(lang) }</option> }
        })
        .collect();
    let onchange = {
        let dispatch = props.dispatch.clone();
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
    let switch = props.dispatch.reform(move |_: MouseEvent| Msg::Language(other));
    let next = if props.theme == Some(Theme::Dark) { Theme::Light } else { Theme::Dark };
    let theme = props.dispatch.reform(move |_: MouseEvent| Msg::Theme(next));
    let version = format!("Kubernetes {}", KubeVersion::LATEST);
    html! {
        <header>
            <a class="skip" href="#answer">{ text::SKIP.get(lang) }</a>
            <h1><span class="logo" aria-hidden="true"><b>{ "4" }</b><b>{ "6" }</b></span>{ text::TITLE.get(lang) }</h1>
            <select class="btn" aria-label={text::SCENARIO.get(lang)} {onchange}>
                if own { <option value="" selected={true}>{ text::OWN_SCENARIO.get(lang) }</option> }
                { options }
            </select>
            <select class="btn" aria-label={text::VERSION.get(lang)}>
                <option selected={true}>{ version }</option>
            </select>
            <span class="spacer"></span>
            <button type="button" class="btn ghost" lang={other.tag()} onclick={switch}>{ label }</button>
            <button type="button" class="btn ghost" aria-label={text::THEME.get(lang)} onclick={theme}>{ "◐" }</button>
        </header>
    }
}

/// Properties of [`Invitation`].
#[derive(Properties, PartialEq)]
pub struct InvitationProps {
    /// The language.
    pub lang: Lang,
    /// The example that is shown, if it was not edited.
    pub scenario: Option<&'static str>,
    /// Where messages go.
    pub dispatch: Dispatch,
}

/// The line of the first ten seconds: what to change, as buttons; then what the example is about.
#[component]
pub fn Invitation(props: &InvitationProps) -> Html {
    let lang = props.lang;
    let about = props.scenario.and_then(scenarios::find).map(|it| words(it.about, lang));
    let replace =
        props.dispatch.reform(|_: MouseEvent| Msg::Replace("PreferDualStack", "RequireDualStack"));
    let remove = props.dispatch.reform(|_: MouseEvent| Msg::Preset(Preset::V4));
    html! {
        <p class="invitation">
            { about }{ " " }
            <span class="try">
                <b>{ text::TRY.get(lang) }</b>{ " " }{ text::TRY_CHANGE.get(lang) }{ " " }<code lang="en">{ "PreferDualStack" }</code>{ " " }{ text::TRY_TO.get(lang) }{ " " }
                <button type="button" class="link" lang="en" onclick={replace}>{ "RequireDualStack" }</button>{ ", " }{ text::TRY_THEN.get(lang) }{ " " }
                <button type="button" class="link" onclick={remove}>{ text::TRY_REMOVE.get(lang) }</button>
            </span>
        </p>
    }
}

/// Properties of [`Footer`].
#[derive(Properties, PartialEq)]
pub struct FooterProps {
    /// The language.
    pub lang: Lang,
}

/// What to trust.
#[component]
pub fn Footer(props: &FooterProps) -> Html {
    let lang = props.lang;
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

/// Properties of [`PhoneBar`].
#[derive(Properties, PartialEq)]
pub struct PhoneBarProps {
    /// The language.
    pub lang: Lang,
    /// The pane that is shown.
    pub pane: Pane,
    /// The result in one line.
    pub summary: AttrValue,
    /// Where messages go.
    pub dispatch: Dispatch,
}

/// On a phone: the result in one line, and the three panes.
#[component]
pub fn PhoneBar(props: &PhoneBarProps) -> Html {
    let lang = props.lang;
    let panes = [
        (Pane::Cluster, text::CLUSTER),
        (Pane::Manifest, text::MANIFEST),
        (Pane::Result, text::RESULT),
    ];
    let buttons: Html = panes
        .into_iter()
        .map(|(pane, name)| {
            let current = (props.pane == pane).then_some("true");
            let onclick = props.dispatch.reform(move |_: MouseEvent| Msg::Pane(pane));
            html! { <button type="button" class="btn" aria-current={current} {onclick}>{ name.get(lang) }</button> }
        })
        .collect();
    html! {
        <nav class="phone-bar" aria-label={text::PANES.get(lang)}>
            <p>{ props.summary.clone() }</p>
            <div>{ buttons }</div>
        </nav>
    }
}
