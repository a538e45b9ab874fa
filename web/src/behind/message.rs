//! What do the page and the program of the cluster tell each other? Texts, which both write and read here.

use std::rc::Rc;

use dualstack_core::api::go_json;
use dualstack_core::explain::text::Lang;
use dualstack_core::release::version::KubeVersion;
use dualstack_core::session::action::{Event, Scenario, Shown};
use dualstack_core::source::span::Span;
use dualstack_core::source::yaml::{Node, Value, parse_own};

/// What the page shows.
#[derive(Clone, PartialEq, Debug)]
pub struct Told {
    /// Its language.
    pub lang: Lang,
    /// The session, and the event that is shown.
    pub shown: Shown,
}

impl Told {
    /// As text.
    #[must_use]
    pub fn to_json(&self) -> String {
        format!("{{\"lang\":\"{}\",\"session\":{}}}", self.lang.tag(), self.shown.to_json())
    }

    /// Reads what [`Told::to_json`] wrote.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        let node = parse_own(text).documents.into_iter().next()?.node;
        let lang = if node.text_of("lang") == Some(Lang::Zh.tag()) { Lang::Zh } else { Lang::En };
        Some(Self { lang, shown: Shown::read(&node.entry("session")?.value)? })
    }

    /// The start that the shown event belongs to: its number, release and flags.
    #[must_use]
    pub fn boot(&self) -> (usize, KubeVersion, Rc<str>) {
        let Shown { scenario: Scenario { events, .. }, at } = &self.shown;
        let start = |(at, event): (usize, &Event)| match event {
            Event::Boot { version, flags } => Some((at, *version, Rc::clone(flags))),
            _ => None,
        };
        let mut starts = events.iter().enumerate().take(at + 1).rev().filter_map(start);
        starts.next().unwrap_or((0, KubeVersion::LATEST, "".into()))
    }
}

/// What a component says of a place in the flags, while it starts.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Problem {
    /// Where, in bytes of the flags of all components.
    pub span: Span,
    /// Whether it exits with it.
    pub exits: bool,
    /// In its own words.
    pub message: String,
}

/// What the components say of the flags; kube-apiserver's own the page finds itself.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Problems {
    /// The flags of which it is said.
    pub of: Rc<str>,
    /// In the order of the components and of what they print.
    pub list: Vec<Problem>,
}

/// What a person did in a pane, or what the page has to show of what was found.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Said {
    /// The flags of the shown start are now these.
    Flags(String),
    /// The release of the shown start is now this one.
    Version(KubeVersion),
    /// This happens after everything else.
    Event(Event),
    /// This is to be marked in the boxes.
    Problems(Problems),
}

impl Problem {
    fn read(node: &Node) -> Option<Self> {
        let Value::Seq(parts) = &node.value else { return None };
        let [start, end, exits, message] = parts.as_slice() else { return None };
        let byte = |node: &Node| match &node.value {
            Value::Number(number) => number.parse().ok(),
            _ => None,
        };
        let Value::String(message) = &message.value else { return None };
        let span = Span::new(byte(start)?, byte(end)?);
        Some(Self { span, exits: exits.value == Value::Bool(true), message: message.clone() })
    }
}

impl Problems {
    fn to_json(&self) -> String {
        let list = self.list.iter().map(|Problem { span, exits, message }| {
            format!("[{},{},{exits},{}]", span.start, span.end, go_json(&message.as_str().into()))
        });
        let list: Vec<String> = list.collect();
        format!("{{\"problems\":[{}],\"of\":{}}}", list.join(","), go_json(&(&*self.of).into()))
    }

    fn read(node: &Node) -> Option<Self> {
        let Value::Seq(list) = &node.entry("problems")?.value.value else { return None };
        let list = list.iter().map(Problem::read).collect::<Option<_>>()?;
        Some(Self { of: node.text_of("of")?.into(), list })
    }
}

impl Said {
    /// As text: `{"flags":"…"}`, `{"version":"1.36"}`, `{"problems":[[0,9,true,"…"]],"of":"…"}`, or an
    /// event as [`Event::to_json`] writes it.
    #[must_use]
    pub fn to_json(&self) -> String {
        match self {
            Self::Flags(text) => format!("{{\"flags\":{}}}", go_json(&text.as_str().into())),
            Self::Version(version) => format!("{{\"version\":\"{version}\"}}"),
            Self::Event(event) => event.to_json(),
            Self::Problems(problems) => problems.to_json(),
        }
    }

    /// Reads what [`Said::to_json`] wrote.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        let node = parse_own(text).documents.into_iter().next()?.node;
        let Value::Map(map) = &node.value else { return None };
        match (map.first()?.key.as_str(), node.text_of("flags"), node.text_of("version")) {
            ("flags", Some(text), _) => Some(Self::Flags(text.to_owned())),
            ("version", _, Some(version)) => Some(Self::Version(version.parse().ok()?)),
            ("problems", ..) => Some(Self::Problems(Problems::read(&node)?)),
            _ => Some(Self::Event(Event::read(&node)?)),
        }
    }
}

#[cfg(test)]
mod tests {
    use dualstack_core::explain::text::Lang;
    use dualstack_core::release::version::KubeVersion;
    use dualstack_core::session::action::Event;

    use dualstack_core::source::span::Span;

    use super::{Problem, Problems, Said, Told};
    use crate::store::{Msg, Store};

    #[test]
    fn what_one_program_writes_the_other_reads() {
        let store = Store::opening(Lang::Zh).update(Msg::EditManifest("a: \"双\"\n".to_owned()));
        let told = Told { lang: store.lang, shown: store.shown() };
        assert_eq!(Told::read(&told.to_json()), Some(told.clone()));
        assert_eq!(told.boot(), (0, KubeVersion::LATEST, store.flags().clone()));
        let (span, message) = (Span::new(3, 17), "invalid \"双\"".to_owned());
        let list = vec![Problem { span, exits: true, message }];
        let problems = Problems { of: "kubelet\n--node-ip=双".into(), list };
        for said in [
            Said::Flags("kubelet\n--node-ip=\"::\"".to_owned()),
            Said::Version(KubeVersion::LATEST),
            Said::Event(Event::Delete("node/a".into())),
            Said::Event(Event::Apply("kind: Node\n".into())),
            Said::Problems(Problems::default()),
            Said::Problems(problems),
        ] {
            assert_eq!(Said::read(&said.to_json()), Some(said));
        }
        for nonsense in
            ["", "{", "[]", "{}", "{\"flags\":1}", "{\"version\":\"x\"}", "{\"problems\":[1]}"]
        {
            assert_eq!((Said::read(nonsense), Told::read(nonsense)), (None, None), "{nonsense}");
        }
    }
}
