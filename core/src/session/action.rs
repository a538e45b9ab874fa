//! What did a person do? A session is a list of events, replayed from an empty cluster; and the one text
//! in which it is saved.

use std::rc::Rc;

use crate::api::go_json;
use crate::release::version::KubeVersion;
use crate::source::yaml::{Node, Value, parse_own};

/// A session: everything the page shows is computed from it.
#[derive(Clone, PartialEq, Debug)]
pub struct Session {
    /// Every dynamic pick of the cluster is a hash of this and of what asks.
    pub seed: u64,
    /// What happened, in order. The first event is a [`Action::Boot`].
    pub events: Rc<[Action]>,
}

/// What the page calls an [`Action`] and a [`Session`].
pub type Event = Action;
/// See [`Event`].
pub type Scenario = Session;

/// A session, and the event of it that is shown: what is saved and linked.
///
/// Invariant: it begins with a start, and the shown event is one of its own.
#[derive(Clone, PartialEq, Debug)]
pub struct Shown {
    /// The session.
    pub scenario: Session,
    /// Which event.
    pub at: usize,
}

impl Shown {
    /// As JSON: `{"at":1,"seed":0,"events":[…]}`, the events as [`Action::to_json`] writes them.
    #[must_use]
    pub fn to_json(&self) -> String {
        let events: Vec<String> = self.scenario.events.iter().map(Action::to_json).collect();
        let (at, seed) = (self.at, self.scenario.seed);
        format!("{{\"at\":{at},\"seed\":{seed},\"events\":[{}]}}", events.join(","))
    }

    /// Reads the document that [`Shown::to_json`] wrote.
    #[must_use]
    pub fn read(node: &Node) -> Option<Self> {
        let Value::Seq(list) = &node.entry("events")?.value.value else { return None };
        let events: Option<Rc<[Action]>> = list.iter().map(Action::read).collect();
        let events = events.filter(|it| matches!(it.first(), Some(Action::Boot { .. })))?;
        let number = |key: &str| match &node.entry(key)?.value.value {
            Value::Number(number) => number.parse::<u64>().ok(),
            _ => None,
        };
        let at = number("at").and_then(|at| usize::try_from(at).ok()).unwrap_or_default();
        let at = at.min(events.len() - 1);
        let seed = number("seed").unwrap_or_default();
        Some(Self { scenario: Session { seed, events }, at })
    }

    /// The same from its text: JSON is YAML.
    #[must_use]
    pub fn from_text(text: &str) -> Option<Self> {
        Self::read(&parse_own(text).documents.first().filter(|it| it.complete)?.node)
    }
}

/// One thing a person did.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Action {
    /// The control plane starts, or starts again, with these flags.
    Boot {
        /// The release.
        version: KubeVersion,
        /// The flags of all components, as typed.
        flags: Rc<str>,
    },
    /// `kubectl apply -f`: one or more documents, as typed.
    Apply(Rc<str>),
    /// `kubectl patch service`.
    Patch {
        /// Of which Service: what stands behind `kubectl patch`, such as `service/web -n shop`.
        service: Rc<str>,
        /// How the patch is to be read.
        form: PatchForm,
        /// The patch, as typed: JSON or YAML.
        body: Rc<str>,
    },
    /// `kubectl delete`: what stands behind it, such as `service/web -n shop`.
    Delete(Rc<str>),
}

impl Action {
    /// Reads what [`Action::to_json`] wrote; a start without a release is one of the newest.
    #[must_use]
    pub fn read(node: &Node) -> Option<Self> {
        let Value::Map(map) = &node.value else { return None };
        let entry = map.first()?;
        let value = &entry.value;
        let whole = || match &value.value {
            Value::String(text) => Some(Rc::from(text.as_str())),
            _ => None,
        };
        let text = |key: &str| Some(Rc::from(value.text_of(key)?));
        Some(match entry.key.as_str() {
            "apply" => Self::Apply(whole()?),
            "delete" => Self::Delete(whole()?),
            "patch" => {
                let named = |form: &PatchForm| value.text_of("type") == Some(form.name());
                let form = PatchForm::ALL.into_iter().find(named)?;
                Self::Patch { service: text("service")?, form, body: text("body")? }
            }
            "restart" => {
                let version = match value.text_of("version") {
                    Some(text) => text.parse().ok()?,
                    None => KubeVersion::LATEST,
                };
                Self::Boot { version, flags: text("flags")? }
            }
            _ => return None,
        })
    }

    /// The event as JSON: `{"apply":"…"}`, `{"restart":{"version":"1.36","flags":"…"}}`,
    /// `{"patch":{"service":"…","type":"…","body":"…"}}`, `{"delete":"…"}`.
    #[must_use]
    pub fn to_json(&self) -> String {
        let text = |text: &str| go_json(&text.into());
        match self {
            Self::Boot { version, flags } => {
                format!("{{\"restart\":{{\"version\":\"{version}\",\"flags\":{}}}}}", text(flags))
            }
            Self::Apply(manifest) => format!("{{\"apply\":{}}}", text(manifest)),
            Self::Patch { service, form, body } => format!(
                "{{\"patch\":{{\"service\":{},\"type\":\"{}\",\"body\":{}}}}}",
                text(service),
                form.name(),
                text(body)
            ),
            Self::Delete(object) => format!("{{\"delete\":{}}}", text(object)),
        }
    }
}

/// The `--type` of `kubectl patch`.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum PatchForm {
    /// Strategic merge patch, Kubernetes' own; kubectl's default.
    #[default]
    Strategic,
    /// JSON merge patch, RFC 7386.
    Merge,
    /// JSON patch, RFC 6902.
    Json,
    /// Server-side apply, which is not simulated.
    Apply,
}

impl PatchForm {
    /// Every form, the default first.
    pub const ALL: [Self; 4] = [Self::Strategic, Self::Merge, Self::Json, Self::Apply];

    /// As `--type` names it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Strategic => "strategic",
            Self::Merge => "merge",
            Self::Json => "json",
            Self::Apply => "apply",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Action, PatchForm, Session, Shown};
    use crate::release::version::KubeVersion;
    use crate::source::yaml::parse;

    #[test]
    fn an_event_is_read_back_as_it_was_written() {
        let mut events = vec![
            Action::Boot { version: KubeVersion::OLDEST, flags: "--v=\"2\"\n# 双".into() },
            Action::Apply("a: 'b'\n---\nc: <d>\n".into()),
            Action::Delete("service/web -n shop".into()),
        ];
        events.extend(PatchForm::ALL.map(|form| Action::Patch {
            service: "web".into(),
            form,
            body: "[]".into(),
        }));
        for event in events {
            let parsed = parse(&event.to_json());
            assert_eq!(Action::read(&parsed.documents[0].node), Some(event));
        }
    }

    #[test]
    fn a_session_is_read_back_with_its_seed_and_the_event_that_is_shown() {
        let start = Action::Boot { version: KubeVersion::LATEST, flags: "--v=2".into() };
        let events = [start, Action::Apply("a: 双".into())].into();
        let shown = Shown { scenario: Session { seed: u64::MAX, events }, at: 1 };
        assert_eq!(Shown::from_text(&shown.to_json()), Some(shown.clone()));
        // Older texts have no seed; an event that is not there is the last one.
        let older = shown.to_json().replace("\"at\":1,\"seed\":18446744073709551615", "\"at\":7");
        let read = Shown::from_text(&older).expect("it is a session");
        assert_eq!((read.scenario.seed, read.at), (0, 1));
        for text in ["", "{}", "{\"events\":[]}", "{\"events\":[{\"apply\":\"\"}]}", "[", "双"] {
            assert_eq!(Shown::from_text(text), None, "{text}");
        }
    }
}
