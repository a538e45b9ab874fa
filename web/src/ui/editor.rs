//! A text box with a mirrored layer behind it: the layer shows colours and marks and gives the box
//! its height, the box takes the typing. Both wrap the same way, so nothing has to be kept in step.
//!
//! When the editor's file has come (`web/editor`), `text-editor` shows CodeMirror in place of what is in
//! it. What CodeMirror is to show stands in the attributes; what is done in it comes from the box.

use dualstack_core::explain::diagnostic::Diagnostic;
use dualstack_core::explain::text::Lang;
use dualstack_core::release::version::KubeVersion;
use dualstack_core::source::position::{Utf16, byte_of_utf16};
use yew::prelude::*;

use super::classed;
use super::highlight::{Mark, cut};
use super::problems::{MOST, Problem, said, tone};
use crate::browser;
use crate::i18n;

/// What [`editor`] shows.
pub struct Props {
    /// The accessible name.
    pub label: &'static str,
    /// The id of the text box.
    pub id: &'static str,
    /// The ids of what describes its problems.
    pub described_by: AttrValue,
    /// The text.
    pub text: AttrValue,
    /// Whether something in it is refused.
    pub invalid: bool,
    /// Colours and marks.
    pub marks: Vec<Mark>,
    /// What is wrong with it.
    pub problems: Vec<Diagnostic>,
    /// What a component says of it, with places in the text.
    pub said: Vec<Problem>,
    /// The language of the page.
    pub lang: Lang,
    /// What is written in it: a `manifest`, or flags of the component of this name; `None` where nothing is
    /// known of it.
    pub kind: Option<&'static str>,
    /// The release whose fields, flags and gates may be written.
    pub version: KubeVersion,
    /// Whether its lines are numbered.
    pub numbered: bool,
    /// The text was changed.
    pub oninput: Callback<String>,
    /// The caret moved to this byte.
    pub oncaret: Callback<usize>,
}

/// The pieces of each line. The text ends with a line of its own, as in the text box, so that the layer
/// is as tall as what is typed.
fn lines(text: &str, marks: &[Mark]) -> Vec<Vec<(String, String)>> {
    let mut lines = vec![Vec::new()];
    for (class, text) in cut(text, marks) {
        for (at, part) in text.split('\n').enumerate() {
            if at > 0 {
                lines.push(Vec::new());
            }
            if let Some(line) = lines.last_mut().filter(|_| !part.is_empty()) {
                line.push((class.clone(), part.to_owned()));
            }
        }
    }
    lines
}

/// Marks for CodeMirror: `from to class,…`.
fn written(marks: &[Mark], offsets: &Utf16) -> String {
    let mut out = String::new();
    for (span, class) in marks {
        for offset in [span.start, span.end] {
            out.push_str(&offsets.of(offset).to_string());
            out.push(' ');
        }
        out.push_str(class);
        out.push(',');
    }
    out
}

/// Problems for CodeMirror, as JSON: `[from, to, severity, label, message, language]`; what stands
/// nowhere has no place (-1).
fn told(problems: &[Diagnostic], said_by: &[Problem], offsets: &Utf16, lang: Lang) -> String {
    let found = problems.iter().take(MOST).map(|problem| {
        let (class, label) = tone(problem);
        let (message, tag) = said(problem, lang);
        (problem.span, class == "bad", label, message, tag)
    });
    let by_component = said_by.iter().take(MOST).map(|Problem { span, exits, message }| {
        let label = if *exits { i18n::REFUSED } else { i18n::WARNING };
        (Some(*span), *exits, label, message.clone(), Lang::En.tag())
    });
    let listed = found.chain(by_component).map(|(span, is_error, label, message, tag)| {
        let place = |byte: Option<usize>| byte.map_or(-1, |byte| offsets.of(byte) as isize);
        let (from, to) = (place(span.map(|span| span.start)), place(span.map(|span| span.end)));
        let severity = if is_error { "error" } else { "warning" };
        (from, to, severity, label.get(lang), message, tag)
    });
    let listed: Vec<_> = listed.collect();
    serde_json::to_string(&listed).expect("texts and numbers can be written")
}

/// A text box that shows colours.
pub fn editor(props: &Props) -> Html {
    // CodeMirror draws them itself.
    let layer = (!browser::has_editor()).then(|| layer(props));
    let offsets = Utf16::new(&props.text);
    let marks = written(&props.marks, &offsets);
    let problems = told(&props.problems, &props.said, &offsets, props.lang);
    let oninput = props.oninput.reform(|event: InputEvent| browser::text_of(&event));
    let caret = {
        let oncaret = props.oncaret.clone();
        move |event: &Event| {
            if let Some((text, at)) = browser::caret_of(event) {
                oncaret.emit(byte_of_utf16(&text, at));
            }
        }
    };
    let onkeyup = {
        let caret = caret.clone();
        Callback::from(move |event: KeyboardEvent| caret(&event))
    };
    let onclick = Callback::from(move |event: MouseEvent| caret(&event));
    let invalid = props.invalid.then_some("true");
    let class = if props.numbered { "editor numbers" } else { "editor" };
    let element = html! {
        <text-editor
            kind={props.kind}
            release={props.version.bit().to_string()}
            text={props.text.clone()}
            {marks}
            {problems}
        >
            { layer }
            <textarea
                id={props.id}
                aria-label={props.label}
                aria-describedby={props.described_by.clone()}
                aria-invalid={invalid}
                value={props.text.clone()}
                lang="en"
                spellcheck="false"
                autocapitalize="off"
                autocomplete="off"
                {oninput}
                {onkeyup}
                {onclick}
            />
        </text-editor>
    };
    classed(class, element)
}

/// The text with its colours, behind the box.
fn layer(props: &Props) -> Html {
    let lines: Html = lines(&props.text, &props.marks)
        .into_iter()
        .map(|line| {
            let pieces: Html = line
                .into_iter()
                .map(|(class, text)| {
                    if class.is_empty() {
                        html! { { text } }
                    } else {
                        classed(class, html! { <span>{ text }</span> })
                    }
                })
                .collect();
            html! { <span class="ln">{ pieces }</span> }
        })
        .collect();
    html! { <pre class="layer" aria-hidden="true">{ lines }</pre> }
}

#[cfg(test)]
mod tests {
    use dualstack_core::explain::diagnostic::{Diagnostic, Program};
    use dualstack_core::explain::text::Lang;
    use dualstack_core::source::position::Utf16;
    use dualstack_core::source::span::Span;

    use super::{lines, told, written};

    #[test]
    fn a_mark_over_several_lines_marks_each_of_them() {
        let text = "a: 双\n\nb\n";
        let shown: Vec<String> = lines(text, &[(Span::new(3, 9), "err")])
            .iter()
            .map(|line| line.iter().map(|(class, text)| format!("[{class}|{text}]")).collect())
            .collect();
        assert_eq!(shown, ["[|a: ][err|双]", "", "[err|b]", ""]);
        assert_eq!(lines("", &[]).len(), 1);
    }
    #[test]
    fn codemirror_is_told_of_a_hundred_problems_at_most() {
        let problem = Diagnostic::plain(Program::Kubectl, "a");
        let told = told(&vec![problem; 10_000], &[], &Utf16::new(""), Lang::En);
        assert_eq!(told.matches("\"a\"").count(), 100);
    }
    #[test]
    fn codemirror_is_told_places_as_browsers_count_them() {
        let offsets = Utf16::new("双🚀 a");
        assert_eq!(written(&[(Span::new(3, 8), "v4 addr")], &offsets), "1 4 v4 addr,");
        let mut problem = Diagnostic::plain(Program::Kubectl, "say \"a\"");
        assert_eq!(
            told(&[problem.clone()], &[], &offsets, Lang::En),
            r#"[[-1,-1,"error","Rejected","say \"a\"","en"]]"#
        );
        problem.span = Some(Span::new(8, 9));
        problem.says = Program::Playground;
        problem.detail_zh = Some("说".to_owned());
        let both = told(&[problem.clone(), problem], &[], &offsets, Lang::Zh);
        let one = r#"[4,5,"warning","说明","说","zh-CN"]"#;
        assert_eq!(both, format!("[{one},{one}]"));
    }
}
