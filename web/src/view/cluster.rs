//! The flags of the control plane, and whether it starts with them.

use std::rc::Rc;

use dualstack_core::explain::diagnostic::{Diagnostic, Program};
use dualstack_core::explain::text::Lang;
use dualstack_core::release::version::KubeVersion;
use dualstack_core::session::BootReport;
use dualstack_core::source::flags::Component;
use dualstack_core::source::flags::boxes as parts;
use dualstack_core::source::flags::boxes::Parts;
use yew::prelude::*;

use super::editor::{self, editor};
use super::{Dispatch, Shared, badge, classed, click, highlight};
use crate::behind;
use crate::behind::message::{Problem, Problems};
use crate::presets::{self, Preset};
use crate::store::{Msg, TextBox};
use crate::text;

/// What [`cluster`] shows.
pub struct Props {
    /// The language.
    pub lang: Lang,
    /// The flags, as typed.
    pub flags: AttrValue,
    /// How the start went; `None` in safe mode.
    pub boot: Option<Shared<BootReport>>,
    /// What the other components say of their flags.
    pub problems: Rc<Problems>,
    /// The release.
    pub version: KubeVersion,
    /// Whether a page of middle width shows the flags, not only whether it starts with them.
    pub unfolded: bool,
    /// Whether the program of the cluster has places here.
    pub has_places: bool,
    /// Where messages go.
    pub dispatch: Dispatch,
}

/// How a problem is shown, and what it is called.
pub fn verdict(problem: &Diagnostic) -> (&'static str, text::Word) {
    if problem.says == Program::Playground {
        ("remark", text::REMARK)
    } else if problem.is_warning {
        ("warn", text::WARNING)
    } else {
        ("bad", text::REFUSED)
    }
}

/// What a problem says, and in which language: Kubernetes' own words stay English.
pub fn said(problem: &Diagnostic, lang: Lang) -> (String, &'static str) {
    match (lang, &problem.detail_zh) {
        (Lang::Zh, Some(zh)) => (zh.clone(), lang.tag()),
        (_, Some(_)) => (problem.detail.clone(), Lang::En.tag()),
        (_, None) => (problem.to_string(), Lang::En.tag()),
    }
}

/// Problems as a list under an editor.
pub fn problems(id: &'static str, list: &[Diagnostic], lang: Lang) -> Html {
    let items: Html = list
        .iter()
        .map(|problem| {
            let (class, word) = verdict(problem);
            let (words, tag) = said(problem, lang);
            let words = match problem.detail_zh {
                Some(_) => html! { <span>{ words }</span> },
                None => html! { <code lang={tag}>{ words }</code> },
            };
            classed(class, html! { <li><b>{ word.get(lang) }</b>{ words }</li> })
        })
        .collect();
    html! { <ul class="problems" id={id}>{ items }</ul> }
}

/// The buttons that choose the families of the cluster.
pub fn families(lang: Lang, flags: &str, dispatch: &Dispatch) -> Html {
    let current = presets::current(flags);
    let buttons: Html = Preset::ALL
        .into_iter()
        .enumerate()
        .map(|(at, preset)| {
            let pressed = (current == Some(preset)).to_string();
            let onclick = click(dispatch, Msg::Preset(preset));
            html! { <button type="button" id={format!("preset-{at}")} aria-pressed={pressed} {onclick}>{ preset.label() }</button> }
        })
        .collect();
    html! { <div class="seg" role="group" aria-label={text::FAMILIES.get(lang)}>{ buttons }</div> }
}

/// The accessible name of a component's box, and the id of the list of its problems.
const fn names(component: Component) -> (text::Word, &'static str) {
    match component {
        Component::KubeApiserver => (text::APISERVER_FLAGS, "flags-problems"),
        Component::KubeControllerManager => {
            (text::CONTROLLER_MANAGER_FLAGS, "flags-controller-manager-problems")
        }
        Component::KubeProxy => (text::PROXY_FLAGS, "flags-proxy-problems"),
        Component::Kubelet => (text::KUBELET_FLAGS, "flags-kubelet-problems"),
    }
}

/// The flags of a component, with what is wrong with them.
fn part(props: &Props, parts: &Parts, component: Component) -> Html {
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
    // What was said of other flags has no place in these.
    let said = props.problems.list.iter().filter(|_| *props.problems.of == *props.flags);
    let said = said.filter_map(|problem| {
        let span = parts.span_in(component, problem.span)?;
        Some(Problem { span, ..problem.clone() })
    });
    let said: Vec<Problem> = said.collect();
    let class = |exits: bool| if exits { "err" } else { "note" };
    marks.extend(said.iter().map(|problem| (problem.span, class(problem.exits))));
    let is_down = is_server && props.boot.as_ref().is_some_and(|boot| !boot.is_running());
    let described = problems(problems_id, &list, lang);
    let place = behind::box_of(component);
    let box_ = editor(&editor::Props {
        label: label.get(lang),
        id: TextBox::Flags(component).id(),
        described_by: if props.has_places {
            [problems_id, " ", place].concat().into()
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
        oninput: props.dispatch.reform(move |text| Msg::EditPart(component, text)),
        oncaret: props.dispatch.reform(move |at| Msg::Caret(component, at)),
    });
    html! {
        <>
            <div class="part">
                <h3 lang="en">{ component.name() }</h3>
                { box_ }
                { described }
                if props.has_places { <div id={place}></div> }
            </div>
            if props.has_places && component != Component::Kubelet {
                <div class="between" id={behind::below(component)}></div>
            }
        </>
    }
}

/// The Cluster pane.
pub fn cluster(props: &Props) -> Html {
    let lang = props.lang;
    let mut status = html! {};
    let mut invalid = false;
    if let Some(boot) = &props.boot {
        invalid = !boot.is_running();
        status = match &boot.env {
            Some(env) => {
                let kind =
                    if env.ranges.is_dual() { text::DUAL_CLUSTER } else { text::SINGLE_CLUSTER };
                let badges: Html = env.ranges.families().map(badge).collect();
                let ranges: Html = env
                    .ranges
                    .iter()
                    .map(|(_, range)| html! { <code class="fold-only" lang="en">{ " " }{ range.to_string() }</code> })
                    .collect();
                html! { <p class="status good">{ "✓ " }{ kind.get(lang) }{ " " }{ badges }{ ranges }</p> }
            }
            None => html! { <p class="status bad">{ "✕ " }{ text::BIND_FAILED.get(lang) }</p> },
        };
    }
    let parts = parts::split(&props.flags);
    let boxes: Html =
        Component::ALL.into_iter().map(|component| part(props, &parts, component)).collect();
    // What is refused must be seen.
    let unfolded = props.unfolded || invalid;
    let fold = click(&props.dispatch, Msg::Unfold(!unfolded));
    let pane = html! {
        <section aria-label={text::CLUSTER.get(lang)}>
            <h2>
                <b>{ text::CLUSTER.get(lang) }</b>{ " " }{ text::CLUSTER_ABOUT.get(lang) }
                <button type="button" class="btn fold" aria-expanded={unfolded.to_string()} aria-controls="flags-group" onclick={fold}>{ text::SHOW_FLAGS.get(lang) }</button>
            </h2>
            { families(lang, &props.flags, &props.dispatch) }
            <div class="grow parts" id="flags-group" role="group" aria-label={text::CLUSTER_FLAGS.get(lang)}>
                { boxes }
            </div>
            { status }
        </section>
    };
    classed(if unfolded { "pane cluster" } else { "pane cluster folded" }, pane)
}

#[cfg(test)]
mod tests {
    use dualstack_core::release::version::KubeVersion;
    use dualstack_core::session::action::{Event, Scenario};
    use dualstack_core::session::{EventReport, run};

    use super::{Lang, verdict};
    use crate::text;

    #[test]
    fn a_start_that_fails_is_refused_and_one_that_warns_is_not() {
        for (flags, word) in [
            ("--service-cluster-ip-range=oops", text::REFUSED),
            ("--service-cluster-ip-range=10.96.0.0/16 --secure-port=0", text::REFUSED),
            ("--secure-port=6443", text::WARNING),
        ] {
            let boot = Event::Boot { version: KubeVersion::LATEST, flags: flags.into() };
            let report = run(&Scenario { seed: 0, events: [boot].into() });
            let EventReport::Boot(boot) = &report.events[0] else { panic!("it is a start") };
            let said: Vec<_> = boot.problems.iter().chain(&boot.warnings).collect();
            assert_eq!(said.len(), 1, "{flags}");
            assert_eq!(verdict(said[0]).1.get(Lang::En), word.get(Lang::En), "{flags}");
        }
    }
}
