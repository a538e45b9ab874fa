//! What do the page and the program of the cluster tell each other? Texts, which both write and read here.

use std::rc::Rc;

use dualstack_core::api::go_json;
use dualstack_core::scenario::{Event, Scenario, Shown};
use dualstack_core::source::yaml::{Value, parse_own};
use dualstack_core::text::Lang;
use dualstack_core::version::KubeVersion;

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

/// What a person did in a pane.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Said {
    /// The flags of the shown start are now these.
    Flags(String),
    /// The release of the shown start is now this one.
    Version(KubeVersion),
    /// This happens after everything else.
    Event(Event),
}

impl Said {
    /// As text: `{"flags":"…"}`, `{"version":"1.36"}`, or an event as [`Event::to_json`] writes it.
    #[must_use]
    pub fn to_json(&self) -> String {
        match self {
            Self::Flags(text) => format!("{{\"flags\":{}}}", go_json(&text.as_str().into())),
            Self::Version(version) => format!("{{\"version\":\"{version}\"}}"),
            Self::Event(event) => event.to_json(),
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
            _ => Some(Self::Event(Event::read(&node)?)),
        }
    }
}

#[cfg(test)]
mod tests {
    use dualstack_core::scenario::Event;
    use dualstack_core::text::Lang;
    use dualstack_core::version::KubeVersion;

    use super::{Said, Told};
    use crate::store::{Msg, Store};

    #[test]
    fn what_one_program_writes_the_other_reads() {
        let store = Store::opening(Lang::Zh).update(Msg::EditManifest("a: \"双\"\n".to_owned()));
        let told = Told { lang: store.lang, shown: store.shown() };
        assert_eq!(Told::read(&told.to_json()), Some(told.clone()));
        assert_eq!(told.boot(), (0, KubeVersion::LATEST, store.flags().clone()));
        for said in [
            Said::Flags("kubelet\n--node-ip=\"::\"".to_owned()),
            Said::Version(KubeVersion::LATEST),
            Said::Event(Event::Delete("node/a".into())),
            Said::Event(Event::Apply("kind: Node\n".into())),
        ] {
            assert_eq!(Said::read(&said.to_json()), Some(said));
        }
        for nonsense in ["", "{", "[]", "{}", "{\"flags\":1}", "{\"version\":\"x\"}"] {
            assert_eq!((Said::read(nonsense), Told::read(nonsense)), (None, None), "{nonsense}");
        }
    }
}
