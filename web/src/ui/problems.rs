//! What is wrong with a text: how it is shown, and in which words.

use dualstack_core::explain::diagnostic::{Diagnostic, Program};
use dualstack_core::explain::text::{Lang, Text};
use dualstack_core::explain::trace::{Piece, code_spans, plain, render};
use dualstack_core::facts;
use dualstack_core::source::span::Span;
use yew::prelude::*;

use super::{classed, flags_in, sentence};
use crate::i18n;

/// What a component logs about a place in its flags while it starts.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Problem {
    /// Where, in bytes.
    pub span: Span,
    /// Whether it exits with it.
    pub exits: bool,
    /// In its own words.
    pub message: String,
}

/// How a problem is shown, and what it is called.
pub fn tone(problem: &Diagnostic) -> (&'static str, Text) {
    if problem.says == Program::Playground {
        ("remark", i18n::REMARK)
    } else if problem.is_warning {
        ("warn", i18n::WARNING)
    } else {
        ("bad", i18n::REFUSED)
    }
}

/// A remark of ours, with its code spans; `None` of what a program prints.
fn remark(problem: &Diagnostic, lang: Lang) -> Option<Vec<Piece>> {
    let zh = problem.detail_zh.as_ref()?;
    Some(code_spans(if lang == Lang::Zh { zh } else { &problem.detail }))
}

/// What a problem says as plain text, and in which language: Kubernetes' own words stay English.
pub fn said(problem: &Diagnostic, lang: Lang) -> (String, &'static str) {
    match remark(problem, lang) {
        Some(pieces) => (plain(&pieces), lang.tag()),
        None => (problem.to_string(), Lang::En.tag()),
    }
}

/// How many problems of a text are shown; the rest is counted. Nobody reads ten thousand, and each key would wait for
/// them.
pub const MOST: usize = 100;

/// Problems as a list under an editor.
pub fn problems(id: &'static str, list: &[Diagnostic], lang: Lang) -> Html {
    let more = list.len().saturating_sub(MOST);
    let items: Html = list
        .iter()
        .take(MOST)
        .map(|problem| {
            let (class, word) = tone(problem);
            let words = match remark(problem, lang) {
                Some(pieces) => html! { <span>{ sentence(&pieces, lang) }</span> },
                None => {
                    let (words, tag) = said(problem, lang);
                    html! { <code lang={tag}>{ flags_in(&words) }</code> }
                }
            };
            classed(class, html! { <li><b>{ word.get(lang) }</b>{ words }</li> })
        })
        .collect();
    let more = (more > 0).then(|| {
        let words = render(i18n::AND_MORE, &facts![count = more], lang);
        classed("remark", html! { <li><span>{ sentence(&words, lang) }</span></li> })
    });
    html! { <ul class="problems" id={id}>{ items }{ more }</ul> }
}

#[cfg(test)]
mod tests {
    use dualstack_core::release::version::KubeVersion;
    use dualstack_core::session::action::{Action, Session};
    use dualstack_core::session::{EventReport, run};

    use dualstack_core::source::pasted::in_manifest;

    use super::{Lang, Piece, remark, said, tone};
    use crate::i18n;

    #[test]
    fn a_remark_has_code_and_no_back_quotes_around_it() {
        let text = "```yaml\nkind: “Service”";
        let remarks: Vec<_> = in_manifest(text).into_iter().map(|it| it.remark(text)).collect();
        for lang in [Lang::En, Lang::Zh] {
            let of = |number: usize| remark(&remarks[number], lang).expect("it is a remark");
            let code = |code: &str| Piece::Code(code.to_owned());
            assert!(of(0).contains(&code("```yaml")), "{:?}", of(0));
            assert!(of(1).contains(&code("\"")) && of(1).contains(&code("'")), "{:?}", of(1));
            assert!(!said(&remarks[1], lang).0.contains('`'));
        }
    }

    #[test]
    fn a_start_that_fails_is_refused_and_one_that_warns_is_not() {
        for (flags, word) in [
            ("--service-cluster-ip-range=oops", i18n::REFUSED),
            ("--service-cluster-ip-range=10.96.0.0/16 --secure-port=0", i18n::REFUSED),
            ("--secure-port=6443", i18n::WARNING),
        ] {
            let boot = Action::Boot { version: KubeVersion::LATEST, flags: flags.into() };
            let report = run(&Session { seed: 0, events: [boot].into() });
            let EventReport::Boot(boot) = &report.events[0] else { panic!("it is a start") };
            let said: Vec<_> = boot.problems.iter().chain(&boot.warnings).collect();
            assert_eq!(said.len(), 1, "{flags}");
            assert_eq!(tone(said[0]).1.get(Lang::En), word.get(Lang::En), "{flags}");
        }
    }
}
