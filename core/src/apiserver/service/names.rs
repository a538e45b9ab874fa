//! Which texts are names? The shared checks of Kubernetes, each with its exact words.
//! Source: apimachinery `pkg/util/validation/validation.go`.
//!
//! Every function gives the complaints about a text; none means it is fine.

use crate::release::behavior::Behavior;

const LABEL_1123: &str = "a lowercase RFC 1123 label must consist of lower case alphanumeric \
    characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or \
    '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";
const LABEL_1035: &str = "a DNS-1035 label must consist of lower case alphanumeric characters or \
    '-', start with an alphabetic character, and end with an alphanumeric character (e.g. \
    'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')";
const SUBDOMAIN_1123: &str = "a lowercase RFC 1123 subdomain must consist of lower case \
    alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character \
    (e.g. 'example.com', regex used for validation is \
    '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
const NAME_PART: &str = "must consist of alphanumeric characters, '-', '_' or '.', and must start \
    and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex \
    used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";
const LABEL_VALUE: &str = "a valid label must be an empty string or consist of alphanumeric \
    characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. \
    'MyValue',  or 'my_value',  or '12345', regex used for validation is \
    '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";

fn too_long(most: usize) -> String {
    format!("must be no more than {most} characters")
}

fn is_lower_alnum(byte: u8) -> bool {
    byte.is_ascii_lowercase() || byte.is_ascii_digit()
}

fn matches_label(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.iter().all(|byte| is_lower_alnum(*byte) || *byte == b'-')
        && bytes.first().is_some_and(|byte| is_lower_alnum(*byte))
        && bytes.last().is_some_and(|byte| is_lower_alnum(*byte))
}

fn matches_name_part(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.iter().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(byte))
        && bytes.first().is_some_and(u8::is_ascii_alphanumeric)
        && bytes.last().is_some_and(u8::is_ascii_alphanumeric)
}

/// An RFC 1123 label, as port names are.
#[must_use]
pub fn label_1123(text: &str) -> Vec<String> {
    let mut complaints = Vec::new();
    if text.len() > 63 {
        complaints.push(too_long(63));
    }
    if !matches_label(text) {
        if matches_subdomain(text) {
            // A subdomain in the place of a label: upstream then names only the dots.
            complaints.push("must not contain dots".to_owned());
        } else {
            complaints.push(LABEL_1123.to_owned());
        }
    }
    complaints
}

/// An RFC 1035 label: starts with a letter.
#[must_use]
pub fn label_1035(text: &str) -> Vec<String> {
    let mut complaints = Vec::new();
    if text.len() > 63 {
        complaints.push(too_long(63));
    }
    if !(matches_label(text) && text.as_bytes()[0].is_ascii_lowercase()) {
        complaints.push(LABEL_1035.to_owned());
    }
    complaints
}

fn matches_subdomain(text: &str) -> bool {
    text.split('.').all(matches_label)
}

/// An RFC 1123 subdomain: labels joined by dots, each of any length.
#[must_use]
pub fn subdomain_1123(text: &str) -> Vec<String> {
    let mut complaints = Vec::new();
    if text.len() > 253 {
        complaints.push(too_long(253));
    }
    if !matches_subdomain(text) {
        complaints.push(SUBDOMAIN_1123.to_owned());
    }
    complaints
}

/// How long a key may be, and how the release counts it.
fn too_long_key(most: usize, behavior: &Behavior) -> String {
    let unit = if behavior.says_label_key { "bytes" } else { "characters" };
    format!("must be no more than {most} {unit}")
}

/// `prefix/name`, the prefix optional: keys of labels and annotations, `appProtocol`, finalizers.
#[must_use]
pub fn qualified_name(text: &str, behavior: &Behavior) -> Vec<String> {
    let mut complaints = Vec::new();
    let mut parts = text.split('/');
    let (first, second) = (parts.next().unwrap_or_default(), parts.next());
    if parts.next().is_some() {
        let what = if behavior.says_label_key { "valid label key" } else { "qualified name" };
        return vec![format!(
            "a {what} {NAME_PART} with an optional DNS subdomain prefix and '/' (e.g. \
             'example.com/MyName')"
        )];
    }
    let name = match second {
        None => first,
        Some(name) => {
            if first.is_empty() {
                complaints.push("prefix part must be non-empty".to_owned());
            } else {
                if first.len() > 253 {
                    complaints.push(format!("prefix part {}", too_long_key(253, behavior)));
                }
                if !matches_subdomain(first) {
                    complaints.push(format!("prefix part {SUBDOMAIN_1123}"));
                }
            }
            name
        }
    };
    if name.is_empty() {
        complaints.push("name part must be non-empty".to_owned());
    } else if name.len() > 63 {
        complaints.push(format!("name part {}", too_long_key(63, behavior)));
    }
    if !matches_name_part(name) {
        complaints.push(format!("name part {NAME_PART}"));
    }
    complaints
}

/// The value of a label.
#[must_use]
pub fn label_value(text: &str, behavior: &Behavior) -> Vec<String> {
    let mut complaints = Vec::new();
    if text.len() > 63 {
        complaints.push(too_long_key(63, behavior));
    }
    if !text.is_empty() && !matches_name_part(text) {
        complaints.push(LABEL_VALUE.to_owned());
    }
    complaints
}

/// The name of a port of a Pod. `letter_or_number`: older releases say it otherwise (REL-28).
#[must_use]
pub fn port_name(text: &str, letter_or_number: bool) -> Vec<String> {
    let mut complaints = Vec::new();
    let bytes = text.as_bytes();
    if bytes.len() > 15 {
        complaints.push(too_long(15));
    }
    if bytes.is_empty() || !bytes.iter().all(|byte| is_lower_alnum(*byte) || *byte == b'-') {
        let words = "must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)";
        complaints.push(words.to_owned());
    }
    if !bytes.iter().any(u8::is_ascii_lowercase) {
        complaints.push(if letter_or_number {
            "must contain at least one letter or number (a-z, 0-9)".to_owned()
        } else {
            "must contain at least one letter (a-z)".to_owned()
        });
    }
    if text.contains("--") {
        complaints.push("must not contain consecutive hyphens".to_owned());
    }
    if text.starts_with('-') || text.ends_with('-') {
        complaints.push("must not begin or end with a hyphen".to_owned());
    }
    complaints
}

/// A segment of a URL path, or the beginning of one: what the name of an object must be at least.
#[must_use]
pub fn path_segment(text: &str, is_prefix: bool) -> Vec<String> {
    match text {
        "." | ".." if !is_prefix => vec![format!("may not be '{text}'")],
        _ => ["/", "%"]
            .into_iter()
            .filter(|bad| text.contains(bad))
            .map(|bad| format!("may not contain '{bad}'"))
            .collect(),
    }
}

/// What a name has to look like.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Form {
    /// [`label_1123`].
    Label1123,
    /// [`label_1035`].
    Label1035,
    /// [`subdomain_1123`].
    Subdomain1123,
    /// [`qualified_name`].
    QualifiedName,
    /// [`label_value`].
    LabelValue,
    /// [`port_name`].
    PortName,
}

impl Form {
    /// The form of names of Services.
    #[must_use]
    pub fn of_services(behavior: &Behavior) -> Self {
        if behavior.relaxed_service_name.on() { Self::Label1123 } else { Self::Label1035 }
    }

    /// A name of this form that is close to a text; `None` if the text has the form, or nothing of it
    /// can be kept.
    #[must_use]
    pub fn respell(self, text: &str) -> Option<String> {
        let name = match text.split_once('/') {
            Some((prefix, name)) if self == Self::QualifiedName => {
                let name = Self::LabelValue.spell(name)?;
                match Self::Subdomain1123.spell(prefix) {
                    Some(prefix) => [&prefix, "/", &name].concat(),
                    None => name,
                }
            }
            _ => self.spell(text)?,
        };
        (name != text).then_some(name)
    }

    /// Puts a hyphen in the place of what may not stand in a name.
    fn spell(self, text: &str) -> Option<String> {
        if self == Self::Subdomain1123 {
            let labels = text.split('.').filter_map(|label| Self::Label1123.spell(label));
            let mut name = labels.collect::<Vec<_>>().join(".");
            name.truncate(253);
            let name = name.trim_end_matches(['.', '-']);
            return (!name.is_empty()).then(|| name.to_owned());
        }
        let (most, others) = match self {
            Self::Label1123 | Self::Label1035 | Self::Subdomain1123 => (63, ""),
            Self::QualifiedName | Self::LabelValue => (63, "_."),
            Self::PortName => (15, ""),
        };
        let keeps_case = matches!(self, Self::QualifiedName | Self::LabelValue);
        let mut name = String::new();
        for char in text.chars() {
            let fits = char.is_ascii_alphanumeric() || others.contains(char);
            let char = if fits { char } else { '-' };
            if self != Self::PortName || char != '-' || !name.ends_with('-') {
                name.push(if keeps_case { char } else { char.to_ascii_lowercase() });
            }
        }
        let is_end = |char: char| !char.is_ascii_alphanumeric();
        let name = name.trim_matches(is_end);
        let first = name.bytes().next()?;
        let lacks_letter = match self {
            Self::Label1035 => !first.is_ascii_alphabetic(),
            Self::PortName => !name.bytes().any(|byte| byte.is_ascii_alphabetic()),
            _ => false,
        };
        let mut name = [if lacks_letter { "p-" } else { "" }, name].concat();
        name.truncate(most);
        Some(name.trim_end_matches(is_end).to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::{
        Form, label_1035, label_1123, label_value, port_name, qualified_name, subdomain_1123,
    };
    use crate::release::behavior::Behavior;
    use crate::release::version::KubeVersion;

    #[test]
    fn a_respelt_name_has_its_form() {
        let check = |form: Form, complaints: &dyn Fn(&str) -> Vec<String>| {
            let long = "a.b_".repeat(80);
            for text in
                ["My_App", "80", "-a--b-", "a/b/c", "A b/c_", "x.y_z", "/a", "a/", "ä", &long, "é1"]
            {
                let Some(name) = form.respell(text) else { continue };
                assert_eq!(complaints(&name), Vec::<String>::new(), "{form:?} {text} {name}");
                assert_eq!(form.respell(&name), None, "{form:?} {text} {name}");
            }
        };
        check(Form::Label1123, &label_1123);
        check(Form::Label1035, &label_1035);
        check(Form::Subdomain1123, &subdomain_1123);
        let behavior = Behavior::of(KubeVersion::LATEST);
        check(Form::QualifiedName, &|text| qualified_name(text, &behavior));
        check(Form::LabelValue, &|text| label_value(text, &behavior));
        check(Form::PortName, &|text| port_name(text, false));
        assert_eq!(Form::Label1035.respell("80"), Some("p-80".to_owned()));
        assert_eq!(Form::QualifiedName.respell("A b/c_"), Some("a-b/c".to_owned()));
        assert_eq!(Form::LabelValue.respell("fine"), None);
    }

    #[test]
    fn a_dot_in_a_label_gets_its_own_words() {
        assert_eq!(label_1123("a.b"), ["must not contain dots"]);
        assert!(label_1123("A.b")[0].starts_with("a lowercase RFC 1123 label"));
        assert!(label_1123("1-a").is_empty());
        assert_eq!(label_1123("").len(), 1);
    }

    #[test]
    fn an_empty_qualified_name_is_wrong_twice() {
        let behavior = Behavior::of(KubeVersion::LATEST);
        let complaints = |text: &str| qualified_name(text, &behavior);
        assert_eq!(complaints("").len(), 2);
        assert_eq!(complaints("/").len(), 3);
        assert!(complaints("example.com/Name").is_empty());
        assert_eq!(complaints("a/b/c").len(), 1);
    }

    #[test]
    fn a_numeric_port_name_needs_a_letter() {
        assert_eq!(port_name("80", false), ["must contain at least one letter (a-z)"]);
        assert!(port_name("http-2", false).is_empty());
    }

    #[test]
    fn an_address_is_a_subdomain() {
        assert!(subdomain_1123("10.0.0.1").is_empty());
        assert!(!subdomain_1123("a..b").is_empty());
    }
}
