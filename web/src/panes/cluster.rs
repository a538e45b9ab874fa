//! The flags of the control plane, and whether it starts with them.

use std::cmp::Reverse;

use dualstack_core::explain::diagnostic::{Diagnostic, Program};
use dualstack_core::explain::text::{Lang, Text};
use dualstack_core::explain::trace::render;
use dualstack_core::facts;
use dualstack_core::installers::Installed;
use dualstack_core::release::version::KubeVersion;
use dualstack_core::session::BootReport;
use dualstack_core::source::flags::Component;
use dualstack_core::source::flags::boxes::{self as parts, Parts};
use yew::prelude::*;

use super::components::{Between, Messages, NodesThatFit, Seen, Summary};
use super::fixes::FixSlot;
use crate::i18n;
use crate::presets::{self, Preset};
use crate::state::choices::TextBox;
use crate::state::fixes::Offer;
use crate::state::shared::Shared;
use crate::state::store::Msg;
use crate::state::verdict;
use crate::ui::editor::{self, editor};
use crate::ui::problems::{Problem, problems};
use crate::ui::{Dispatch, badge, classed, click, flags_in, highlight, sentence};

const WHY_FLAGS: Text =
    Text { en: "Flags that {tool} sets, and why", zh: "{tool} 设置的标志及原因" };

#[derive(Clone, PartialEq, Properties)]
pub struct Props {
    pub lang: Lang,
    /// The flags, as typed.
    pub flags: AttrValue,
    /// How the start went; `None` in safe mode.
    pub boot: Option<Shared<BootReport>>,
    pub version: KubeVersion,
    /// Whether a page of middle width shows the flags, not only whether it starts with them.
    pub unfolded: bool,
    /// The other components; `None` in safe mode, and in a frame that shows less.
    pub seen: Option<Shared<Seen>>,
    /// The fixes that change the flags.
    pub fixes: Vec<Offer>,
    pub dispatch: Dispatch,
}

#[derive(Clone, PartialEq, Properties)]
pub struct FamiliesProps {
    pub lang: Lang,
    /// The flags, as typed.
    pub flags: AttrValue,
    pub version: KubeVersion,
    /// The start, which has read the flags; `None` in safe mode.
    pub boot: Option<Shared<BootReport>>,
    pub dispatch: Dispatch,
}

/// The buttons that choose the families of the cluster.
#[component]
pub fn Families(props: &FamiliesProps) -> Html {
    let FamiliesProps { lang, ref flags, version, ref boot, ref dispatch } = *props;
    let current = match boot {
        Some(boot) => presets::of_flags(&boot.flags),
        None => presets::current(flags, version),
    };
    let buttons: Html = Preset::ALL
        .into_iter()
        .enumerate()
        .map(|(at, preset)| {
            let pressed = (current == Some(preset)).to_string();
            let onclick = click(dispatch, Msg::Preset(preset));
            html! { <button type="button" id={format!("preset-{at}")} aria-pressed={pressed} {onclick}>{ preset.label() }</button> }
        })
        .collect();
    html! { <div class="seg" role="group" aria-label={i18n::FAMILIES.get(lang)}>{ buttons }</div> }
}

/// The accessible name of a component's box, and the id of the list of its problems.
const fn names(component: Component) -> (Text, &'static str) {
    match component {
        Component::KubeApiserver => (i18n::APISERVER_FLAGS, "flags-problems"),
        Component::KubeControllerManager => {
            (i18n::CONTROLLER_MANAGER_FLAGS, "flags-controller-manager-problems")
        }
        Component::KubeProxy => (i18n::PROXY_FLAGS, "flags-proxy-problems"),
        Component::Kubelet => (i18n::KUBELET_FLAGS, "flags-kubelet-problems"),
    }
}

/// The id of the list of what a component logs about its flags.
const fn messages_id(component: Component) -> &'static str {
    match component {
        Component::KubeApiserver => "flags-messages",
        Component::KubeControllerManager => "flags-controller-manager-messages",
        Component::KubeProxy => "flags-proxy-messages",
        Component::Kubelet => "flags-kubelet-messages",
    }
}

/// The box of a component's flags, and what there is to say of them.
fn part(
    props: &Props,
    parts: &Parts,
    component: Component,
    redraw: &UseForceUpdateHandle,
) -> [Html; 2] {
    let lang = props.lang;
    let is_server = component == Component::KubeApiserver;
    let (label, problems_id) = names(component);
    let text = parts.of(component);
    let mut marks = highlight::flags(&text);
    let mut list: Vec<Diagnostic> = Vec::new();
    if let Some(boot) = &props.boot {
        for problem in boot.problems.iter().chain(&boot.warnings) {
            let span = problem.span.and_then(|span| parts.span_in(component, span));
            // What stands in no box is kube-apiserver's: it says so.
            let is_elsewhere =
                |other| problem.span.and_then(|span| parts.span_in(other, span)).is_some();
            if span.is_some() || (is_server && !Component::ALL.into_iter().any(is_elsewhere)) {
                list.push(Diagnostic { span, ..problem.clone() });
            }
        }
        let refused = boot.problems.iter().filter(|it| it.says != Program::Playground);
        let refused: Vec<_> = refused.filter_map(|it| it.span).collect();
        for span in boot.problems.iter().filter_map(|problem| problem.span) {
            let class = if refused.contains(&span) { "err" } else { "note" };
            marks.extend(parts.span_in(component, span).map(|span| (span, class)));
        }
        let headings = boot.flags.sections.iter().filter_map(|section| section.heading);
        let headings = headings.filter_map(|heading| parts.span_in(component, heading));
        marks.extend(headings.map(|heading| (heading, "heading")));
    }
    let said = props.seen.iter().flat_map(|seen| seen.problems_of(component));
    let said = said.filter_map(|problem| {
        let span = parts.span_in(component, problem.span)?;
        Some(Problem { span, ..problem.clone() })
    });
    let said: Vec<Problem> = said.collect();
    let class = |exits: bool| if exits { "err" } else { "note" };
    marks.extend(said.iter().map(|problem| (problem.span, class(problem.exits))));
    let is_down = is_server && props.boot.as_ref().is_some_and(|boot| !boot.is_running());
    let described = problems(problems_id, &list, lang);
    let messages_id = messages_id(component);
    let box_ = editor(&editor::Props {
        label: label.get(lang),
        id: TextBox::Flags(component).id(),
        described_by: if props.seen.is_some() {
            [problems_id, " ", messages_id].concat().into()
        } else {
            problems_id.into()
        },
        text: text.into(),
        invalid: is_down || said.iter().any(|problem| problem.exits),
        marks,
        problems: list,
        said,
        lang,
        kind: Some(component.name()),
        version: props.version,
        numbered: false,
        oninput: {
            let (dispatch, redraw) = (props.dispatch.clone(), redraw.clone());
            Callback::from(move |text| {
                dispatch.emit(Msg::EditPart(component, text));
                // A pasted text may leave the flags as they were, but not what the box holds.
                redraw.force_update();
            })
        },
        oncaret: props.dispatch.reform(move |at| Msg::Caret(component, at)),
    });
    let fit = props.seen.clone().filter(|_| component == Component::KubeControllerManager);
    let fit = fit.map(|seen| html! { <NodesThatFit {lang} {seen} /> });
    let below = props.seen.as_ref().filter(|_| component != Component::Kubelet);
    let below = below.map(|seen| {
        html! { <div class="between"><Between {lang} seen={seen.clone()} upper={component} /></div> }
    });
    let box_ = html! {
        <>
            <div class="part">
                <h3 lang="en">{ component.name() }</h3>
                { box_ }
                { fit }
            </div>
            { below }
        </>
    };
    let seen = props.seen.clone();
    let messages = seen.map(|seen| {
        html! { <div id={messages_id}><Messages {lang} {seen} {component} dispatch={props.dispatch.clone()} /></div> }
    });
    [box_, html! { <>{ described }{ messages }</> }]
}

/// How bad the worst is that is said of a component: 3 where it does not start, 2 for a conflict with another one or a
/// feature that does not work, 1 for a warning of kube-apiserver, 0 for anything else.
fn weight(props: &Props, component: Component) -> u8 {
    let is_server = component == Component::KubeApiserver;
    let boot = props.boot.as_ref().filter(|_| is_server);
    if boot.is_some_and(|boot| !boot.is_running()) {
        return 3;
    }
    let of_all = props.seen.as_ref().map_or(0, |seen| seen.weight(component));
    let warns = boot.is_some_and(|boot| !boot.warnings.is_empty());
    of_all.max(u8::from(warns))
}

/// Why each flag is there, where the text is the config of a tool.
fn installed(installed: &Installed, lang: Lang) -> Html {
    let reasons: Html = installed
        .reasons
        .iter()
        .map(|reason| {
            let on = reason.node.iter().flat_map(|node| [" · ", &**node]);
            let on: String = [reason.component.name()].into_iter().chain(on).collect();
            let flag = ["--", &reason.flag, "=", &reason.value].concat();
            let why = installed.step(reason.step).map(|step| sentence(&step.render(lang), lang));
            html! { <li><code lang="en">{ on }{ " " }{ flags_in(&flag) }</code><br />{ why }</li> }
        })
        .collect();
    let title = render(WHY_FLAGS, &facts![tool = installed.tool.name()], lang);
    html! {
        <details class="reasons">
            <summary>{ sentence(&title, lang) }</summary>
            <ul>{ reasons }</ul>
        </details>
    }
}

#[component]
pub fn Cluster(props: &Props) -> Html {
    let redraw = use_force_update();
    // The answers come after the text, and with each of them the pane is drawn again.
    let parts = use_memo(props.flags.clone(), |flags| parts::split(flags).into_owned());
    let lang = props.lang;
    let mut status = html! {};
    let mut invalid = false;
    if let Some(boot) = &props.boot {
        invalid = !boot.is_running();
        status = match &boot.env {
            Some(env) => {
                let kind =
                    if env.ranges.is_dual() { i18n::DUAL_CLUSTER } else { i18n::SINGLE_CLUSTER };
                let badges: Html = env.ranges.families().map(badge).collect();
                let ranges: Html = env
                    .ranges
                    .iter()
                    .map(|(_, range)| html! { <code class="fold-only" lang="en">{ " " }{ range.to_string() }</code> })
                    .collect();
                html! { <span class="calm good">{ "✓ " }{ kind.get(lang) }{ " " }{ badges }{ ranges }</span> }
            }
            None if boot.start.installed.is_some() => {
                let words = verdict::does_not_start(boot, lang);
                html! { <span class="calm bad">{ "✕ " }{ sentence(&words, lang) }</span> }
            }
            None => html! { <span class="calm bad">{ "✕ " }{ i18n::BIND_FAILED.get(lang) }</span> },
        };
    }
    let (boxes, messages): (Vec<Html>, Vec<Html>) = Component::ALL
        .into_iter()
        .map(|component| part(props, &parts, component, &redraw).into())
        .unzip();
    let mut messages: Vec<_> = Component::ALL.into_iter().zip(messages).collect();
    // What is worst stands in sight: an error, then a conflict, then what is only logged.
    messages.sort_by_key(|(component, _)| Reverse(weight(props, *component)));
    let messages = messages.into_iter().map(|(component, messages)| {
        html! { <div key={component.name()}>{ messages }</div> }
    });
    let reasons = props.boot.as_ref().and_then(|boot| boot.start.installed.as_ref());
    let reasons = reasons.filter(|it| !it.refuses()).map(|it| installed(it, lang));
    let is_refused =
        |boot: &Shared<BootReport>| boot.start.installed.as_ref().is_some_and(|it| it.refuses());
    let seen = props.seen.as_ref().filter(|_| !props.boot.as_ref().is_some_and(is_refused));
    let summary = seen.map(|seen| html! { <Summary {lang} seen={seen.clone()} /> });
    // What is refused must be seen.
    let unfolded = props.unfolded || invalid;
    let fold = click(&props.dispatch, Msg::Unfold(!unfolded));
    let pane = html! {
        <section aria-label={i18n::CLUSTER.get(lang)}>
            <h2>
                <b>{ i18n::CLUSTER.get(lang) }</b>
                <Families {lang} flags={props.flags.clone()} version={props.version} boot={props.boot.clone()} dispatch={props.dispatch.clone()} />
                <button type="button" class="btn fold" aria-expanded={unfolded.to_string()} aria-controls="flags-group" onclick={fold}>{ i18n::SHOW_FLAGS.get(lang) }</button>
            </h2>
            <FixSlot {lang} fixes={props.fixes.clone()} dispatch={props.dispatch.clone()}>{ status }</FixSlot>
            <div class="grow parts" id="flags-group" role="group" aria-label={i18n::CLUSTER_FLAGS.get(lang)}>
                { for boxes }
            </div>
            <div class="messages" role="group" tabindex="0" aria-label={i18n::MESSAGES.get(lang)}>
                <div class="said">{ for messages }</div>
                { summary }
                { reasons }
            </div>
        </section>
    };
    classed(if unfolded { "pane cluster" } else { "pane cluster folded" }, pane)
}
