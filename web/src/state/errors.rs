//! Which examples show an error message, a warning or an event? Is an error pasted in place of a manifest or of flags?

use std::rc::Rc;

use dualstack_core::api::status::Status;
use dualstack_core::explain::diagnostic::{Cause, Diagnostic};
use dualstack_core::explain::text::Lang;
use dualstack_core::explain::trace::{Piece, render};
use dualstack_core::facts;
use dualstack_core::session::action::{Action, Session};
use dualstack_core::session::{EventReport, Replay};
use dualstack_core::source::pasted::{Speaker, error_in_flags, error_in_manifest};
use dualstack_core::source::span::Span;

use super::verdict::{Tone, Verdict};
use crate::{examples, i18n};

/// An error message that was pasted.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PastedError {
    /// Who printed it.
    pub speaker: Speaker,
    /// Whether it is in place of the manifest, not among the flags.
    pub is_request: bool,
    /// The examples that show the error, the best match first.
    pub examples: Rc<[&'static str]>,
}

impl PastedError {
    /// What was pasted into the text of a request, or else among the flags.
    #[must_use]
    pub fn of(event: &Action, flags: &str) -> Option<Self> {
        let in_request = match event {
            Action::Apply(text)
            | Action::Create(text)
            | Action::Replace(text)
            | Action::DeleteFile(text)
            | Action::Existing(text)
            | Action::Patch { body: text, .. } => Self::read(text, error_in_manifest(text), true),
            Action::Boot { .. } | Action::Delete(_) => None,
        };
        in_request.or_else(|| Self::read(flags, error_in_flags(flags), false))
    }

    fn read(text: &str, error: Option<(Speaker, Span)>, is_request: bool) -> Option<Self> {
        let (speaker, span) = error?;
        let examples = examples_by_error(text.get(span.start..)?).into();
        Some(Self { speaker, is_request, examples })
    }

    /// What is said of it in place of an answer.
    #[must_use]
    pub fn verdict(&self, lang: Lang) -> Verdict {
        let example = self.examples.first().and_then(|id| examples::find(id));
        let because = match example {
            Some(example) => {
                let words = example.title.get(lang);
                let mut pieces = render(i18n::SHOWN_BY, &facts![example = example.title], lang);
                // Its name opens it.
                for piece in &mut pieces {
                    if *piece == Piece::Words(words.to_owned()) {
                        *piece = Piece::Link { words, to: example.id };
                    }
                }
                pieces
            }
            None => render(i18n::PASTE_MANIFEST, &[], lang),
        };
        let head = render(i18n::IS_ERROR_MESSAGE, &facts![what = self.speaker.words()], lang);
        Verdict { tone: Tone::None, head, because }
    }
}

/// What is printed, logged or recorded in an example, with what is of this one Service only left out.
struct Said {
    example: &'static str,
    /// Field and message.
    whole: String,
    /// The message alone, if it says enough without its field and value.
    detail: Option<String>,
}

thread_local! {
    // The examples are replayed once, when the first error is looked for.
    static SAID: Vec<Said> = {
        let mut examples: Vec<_> = examples::all().iter().collect();
        examples.sort_by_key(|example| example.events.len());
        examples.into_iter().flat_map(said).collect()
    };
}

/// The names of the examples whose session leads to the error that `text` is, or is a part of; the best match first.
/// Warnings, the events of Services, Nodes and Pods, and the conditions of Nodes count too.
///
/// `text` may be what kubectl or a component prints, with everything around it, or a few words of it, as somebody
/// types them into a search box. Names, values, addresses and numbers may differ. The first call replays all examples
/// (some milliseconds for all of them); a text of less than four letters finds nothing.
#[must_use]
pub fn examples_by_error(text: &str) -> Vec<&'static str> {
    let asked = pattern(text);
    if asked.chars().filter(|char| char.is_alphabetic()).count() < 4 {
        return Vec::new();
    }
    SAID.with(|all| {
        let whole =
            all.iter().filter(|it| asked.contains(&it.whole)).map(|it| (it, it.whole.len()));
        let detail = all.iter().filter_map(|it| {
            let detail = it.detail.as_ref().filter(|detail| asked.contains(detail.as_str()))?;
            Some((it, detail.len()))
        });
        let part = all.iter().filter(|it| it.whole.contains(&asked)).map(|it| (it, 0));
        let mut found: Vec<(&Said, usize)> = whole.collect();
        if found.is_empty() {
            found = detail.collect();
        }
        if found.is_empty() {
            found = part.collect();
        }
        // A stable sort: among equals the shortest example comes first.
        found.sort_by_key(|(_, length)| std::cmp::Reverse(*length));
        let mut names: Vec<&'static str> = Vec::new();
        for (said, _) in found {
            if !names.contains(&said.example) {
                names.push(said.example);
            }
        }
        names
    })
}

/// The errors and warnings that an example leads to at any of its events, and what is recorded of
/// its Nodes and Pods after each.
fn said(example: &'static examples::Example) -> Vec<Said> {
    let session = Session { seed: 0, events: example.events.as_slice().into() };
    let mut list = Vec::new();
    let mut add = |whole: &str, detail: Option<&str>| {
        let detail =
            detail.map(pattern).filter(|it| it.split(' ').filter(|it| *it != "*").count() > 3);
        list.push(Said { example: example.id, whole: pattern(whole), detail });
    };
    let mut replay = Replay::default();
    let reports: Vec<_> = (0..session.events.len()).map(|at| replay.run(&session, at)).collect();
    for event in reports.last().iter().flat_map(|report| &report.events) {
        match event {
            EventReport::Boot(boot) => {
                for status in boot.start.components().all() {
                    status.errors.iter().for_each(|said| add(&said.message, None));
                    status.warnings.iter().for_each(|said| add(&said.message, None));
                }
                if let Some(tool) = &boot.start.installed {
                    let messages = tool.refusals.iter().chain(&tool.warnings);
                    messages.for_each(|said| add(&said.text, None));
                }
                for event in &boot.repairs {
                    add(&format!("Warning {} {}", event.reason, event.message), None);
                }
            }
            EventReport::Requests(requests) => {
                for document in &requests.documents {
                    let outcome = document.outcome.iter();
                    let warnings = outcome.flat_map(|outcome| &outcome.warnings);
                    warnings.for_each(|said| add(&said.to_string(), None));
                    match document.outcome.as_ref().map(|outcome| &outcome.result) {
                        Some(Err(status)) => of_status(status, &mut add),
                        Some(Ok(_)) => {}
                        // kubectl sends nothing.
                        None => add(&document.kubectl, None),
                    }
                }
            }
        }
    }
    for world in reports.iter().map(|report| &report.world) {
        for node in world.nodes.values() {
            if let Some(event) = node.event() {
                add(&event.to_string(), None);
            }
            if let Some((reason, message)) = node.not_ready() {
                add(&format!("{reason} {message}"), None);
            }
        }
        for pod in world.pods() {
            if let Some((reason, message)) = pod.event() {
                add(&format!("{reason} {message}"), None);
            }
        }
    }
    list.retain(|said| said.whole.chars().any(char::is_alphabetic));
    list
}

fn of_status(status: &Status, add: &mut impl FnMut(&str, Option<&str>)) {
    for cause in &status.causes {
        add(&cause.to_string(), own_words(cause));
    }
    if status.causes.is_empty() {
        add(&status.message, None);
    }
}

/// What a cause says beside its field and value.
fn own_words(cause: &Diagnostic) -> Option<&str> {
    matches!(cause.cause, Cause::Invalid { .. } | Cause::Forbidden).then_some(&cause.detail)
}

/// A message in lower case, with `*` for what is quoted and for words with digits.
fn pattern(text: &str) -> String {
    // klog quotes the error that ends a program.
    let inner = text.split_once(" err=\"").map(|(_, inner)| inner.replace("\\\"", "\""));
    let text = inner.as_deref().unwrap_or(text);
    let mut words = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('"') {
        words.push_str(&rest[..at]);
        let behind = &rest[at + 1..];
        let Some(end) = behind.find(['"', '\n']) else {
            rest = behind;
            break;
        };
        words.push('*');
        rest = &behind[end + 1..];
    }
    words.push_str(rest);
    let word = |word: &str| {
        if !word.contains(|char: char| char.is_ascii_digit()) {
            return word.to_lowercase();
        }
        let is_path = word.starts_with(char::is_alphabetic) && word.contains('[');
        if is_path {
            // A field: which entry of a list it is does not matter.
            let letters = word.chars().filter(|char| !char.is_ascii_digit());
            return letters.collect::<String>().to_lowercase();
        }
        let end = word.trim_end_matches([',', '.', ':', ';', ')', ']', '}']).len();
        format!("*{}", &word[end..])
    };
    words.split_whitespace().map(word).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use dualstack_core::explain::text::Lang;
    use dualstack_core::explain::trace::{Piece, plain};
    use dualstack_core::session::action::Action;
    use dualstack_core::source::pasted::Speaker;

    use super::{PastedError, examples_by_error, pattern};

    #[test]
    fn an_error_message_finds_the_example_that_shows_it() {
        for (text, example) in [
            (
                "The Service \"shop\" is invalid: spec.clusterIPs: Invalid value: [\"10.1.2.3\"]: failed to allocate IP \
                 10.1.2.3: provided IP is already allocated",
                "address-taken",
            ),
            (
                "The Service \"shop\" is invalid: spec.ipFamilyPolicy: Invalid value: \"RequireDualStack\": this cluster is \
                 not configured for dual-stack services",
                "require-on-single-stack",
            ),
            (
                "spec.ipFamilies[0]: Invalid value: \"IPv4\": not configured on this cluster",
                "family-not-configured",
            ),
            ("multiple IP families are specified", "two-families-without-policy"),
        ] {
            assert!(
                examples_by_error(text).contains(&example),
                "{text}: {:?}",
                examples_by_error(text)
            );
        }
    }

    #[test]
    fn an_event_and_its_reason_find_the_example_that_has_it() {
        for text in
            ["CIDRNotAvailable", "cidrnotavailable", "Node node-9 status is now: CIDRNotAvailable"]
        {
            let found = examples_by_error(text);
            assert!(found.contains(&"node-ranges-run-out"), "{text}: {found:?}");
        }
    }

    #[test]
    fn other_texts_find_nothing() {
        for text in ["", "e", "10.0.0.1", "kind: Service", "Error from server"] {
            assert_eq!(examples_by_error(text), Vec::<&str>::new(), "{text}");
        }
    }

    #[test]
    fn names_values_and_numbers_do_not_count() {
        let said = "spec.ports[1].nodePort: Invalid value: 80: The Service \"a\" has 10.0.0.0/24.";
        assert_eq!(pattern(said), "spec.ports[].nodeport: invalid value: *: the service * has *.");
        let log = "E0612 10:00:00.0 1 run.go:74] \"command failed\" err=\"range \\\"10.0.0.0/16\\\" must match\"";
        assert_eq!(pattern(log), "range * must match");
    }

    #[test]
    fn a_pasted_error_is_said_and_names_its_example() {
        let text = "The Service \"a\" is invalid: spec.ipFamilyPolicy: Invalid value: \"RequireDualStack\": this cluster is \
                    not configured for dual-stack services\n";
        let pasted = PastedError::of(&Action::Apply(text.into()), "").expect("an error is pasted");
        assert_eq!((pasted.speaker, pasted.is_request), (Speaker::ApiServer, true));
        let verdict = pasted.verdict(Lang::En);
        assert_eq!(
            plain(&verdict.head),
            "This is an error message of kube-apiserver, not a manifest."
        );
        assert!(plain(&verdict.because).starts_with("The example “"), "{verdict:?}");
        let opens =
            |piece: &Piece| matches!(piece, Piece::Link { to, .. } if *to == pasted.examples[0]);
        assert!(verdict.because.iter().any(opens), "{verdict:?}");
        let flags = "# kubelet\n--node-ip=::1\n# kube-proxy\nunknown flag: --foo";
        let pasted = PastedError::of(&Action::Apply("kind: Service".into()), flags);
        let pasted = pasted.expect("an error is pasted");
        assert_eq!((pasted.speaker, pasted.is_request), (Speaker::Component, false));
        assert_eq!(PastedError::of(&Action::Apply("kind: Service".into()), "--a=b"), None);
    }
}
