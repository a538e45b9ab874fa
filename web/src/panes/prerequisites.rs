//! Has the cluster what dual-stack needs, and what follows if not? Three switches, which stand in the text of
//! the flags (`# provider: ipv4`) or are the release of the start.

use dualstack_core::cluster::environment::{Families, Switch, set};
use dualstack_core::conflicts::prerequisites::{Kind, Prerequisite, badge};
use dualstack_core::explain::text::{Lang, Text};
use dualstack_core::net::Family;
use dualstack_core::source::edit::Edit;
use yew::prelude::*;

use super::components::Seen;
use super::text;
use super::why::step;
use crate::browser;
use crate::state::shared::Shared;
use crate::state::store::Msg;
use crate::ui::{Dispatch, classed, click, releases};

#[derive(Clone, PartialEq, Properties)]
pub struct Props {
    pub lang: Lang,
    /// The components of the shown start.
    pub seen: Shared<Seen>,
    pub dispatch: Dispatch,
}

#[component]
pub fn Prerequisites(props: &Props) -> Html {
    let Props { lang, ref seen, .. } = *props;
    let components = &seen.components;
    let version = components.version;
    let list: Html = components.prerequisites().iter().map(|it| one(props, it)).collect();
    let unread: Html =
        components.switches.unread.iter().map(|it| step(&it.step(), version, lang)).collect();
    let badge = step(&badge(version), version, lang);
    html! {
        <section class="pane needs" id="prerequisites" tabindex="-1" aria-label={text::PREREQUISITES.get(lang)}>
            <h2><b>{ text::PREREQUISITES.get(lang) }</b>{ " " }{ text::PREREQUISITES_ABOUT.get(lang) }</h2>
            <div class="columns">{ list }</div>
            if !components.switches.unread.is_empty() { <ul class="steps unread">{ unread }</ul> }
            <details class="badge-why">
                <summary>{ text::BADGE.get(lang) }</summary>
                <ul class="steps">{ badge }</ul>
            </details>
        </section>
    }
}

fn one(props: &Props, it: &Prerequisite) -> Html {
    let Props { lang, ref seen, .. } = *props;
    let components = &seen.components;
    let (name, switch) = match it.kind {
        Kind::Release => (text::RELEASE, release(props)),
        Kind::Provider => {
            let all = Families::ALL.map(Switch::Provider);
            let now = Switch::Provider(components.switches.provider);
            (text::PROVIDER, choice(props, &all, now, text::PROVIDER))
        }
        Kind::Plugin => {
            let [both, v4, v6] = Families::ALL.map(|families| Switch::Plugin(Some(families)));
            let all = [both, v4, v6, Switch::Plugin(None)];
            let now = Switch::Plugin(components.switches.plugin);
            (text::PLUGIN, choice(props, &all, now, text::PLUGIN))
        }
    };
    let version = components.version;
    let follows: Html =
        it.consequences.iter().map(|follows| step(&follows.step(), version, lang)).collect();
    let sides: Vec<String> = it
        .flag_refs
        .iter()
        .filter_map(|side| {
            let value = components.text.get(side.span?.start..side.span?.end)?;
            Some(format!("{} --{} {value}", side.component.name(), side.flag))
        })
        .collect();
    let sides = sides.into_iter().map(|side| html! { <li><code lang="en">{ side }</code></li> });
    let sides: Vec<Html> = sides.collect();
    let mend = it.fix.clone().map(|edit| {
        let onclick = edited(props, &edit);
        html! { <button type="button" class="btn" {onclick}>{ text::MAKE_IT_SO.get(lang) }</button> }
    });
    let (class, mark, word) = if it.is_met {
        ("status good", "✓ ", text::MET)
    } else {
        ("status bad", "✕ ", text::MISSING)
    };
    let status = classed(class, html! { <p>{ mark }{ word.get(lang) }</p> });
    let id = match it.kind {
        Kind::Release => "need-release",
        Kind::Provider => "need-provider",
        Kind::Plugin => "need-plugin",
    };
    html! {
        <div role="group" aria-labelledby={id}>
            <h3 {id}>{ name.get(lang) }</h3>
            { switch }
            { status }
            <ul class="steps">{ step(&it.step(), version, lang) }</ul>
            if !it.consequences.is_empty() {
                <h4>{ text::FOLLOWS.get(lang) }</h4>
                <ul class="steps">{ follows }</ul>
            }
            if !sides.is_empty() {
                <h4>{ text::ASKED_BY.get(lang) }</h4>
                <ul>{ for sides }</ul>
            }
            { mend }
        </div>
    }
}

/// What a click says that edits the text of the flags.
fn edited(props: &Props, edit: &Edit) -> Callback<MouseEvent> {
    click(&props.dispatch, Msg::EditFlags(edit.apply(&props.seen.components.text)))
}

fn release(props: &Props) -> Html {
    let lang = props.lang;
    let dispatch = props.dispatch.clone();
    let onchange = Callback::from(move |event: Event| {
        if let Ok(version) = browser::choice_of(&event).parse() {
            dispatch.emit(Msg::Version(version));
        }
    });
    let options = releases(Some(props.seen.components.version));
    html! { <p><select aria-label={text::RELEASE.get(lang)} {onchange}>{ options }</select></p> }
}

/// The buttons of a switch.
fn choice(props: &Props, all: &[Switch], now: Switch, name: Text) -> Html {
    let Props { lang, ref seen, .. } = *props;
    let components = &seen.components;
    let buttons = all.iter().map(|switch| {
        let pressed = (*switch == now).to_string();
        let edit = set(&components.text, *switch).unwrap_or_default();
        let onclick = edited(props, &edit);
        let (word, tag) = match *switch {
            Switch::Provider(families) | Switch::Plugin(Some(families)) => match families {
                Families::Both => (text::DUAL_STACK.get(lang), None),
                Families::Only(Family::V4) => ("IPv4", Some("en")),
                Families::Only(Family::V6) => ("IPv6", Some("en")),
            },
            Switch::Plugin(None) => (text::NO_PLUGIN.get(lang), None),
        };
        html! { <button type="button" aria-pressed={pressed} lang={tag} {onclick}>{ word }</button> }
    });
    let buttons: Html = buttons.collect();
    html! { <div class="seg" role="group" aria-label={name.get(lang)}>{ buttons }</div> }
}
