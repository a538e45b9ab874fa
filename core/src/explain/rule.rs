//! What can Kubernetes decide, and what does each decision mean? Rules are data: control flow stays
//! with the function that mirrors upstream, the explanation stands above it in a `rules!` table.

use crate::explain::text::Text;
use crate::release::version::Versions;

/// Where a rule is known from. Every rule declares it; coverage.rs compares [`Self::Recorded`] with the recordings.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Evidence {
    /// A recorded answer of Kubernetes' own code reaches the rule, in the versions that the generated table names;
    /// of the others nothing is recorded.
    Recorded,
    /// The upstream source was read for it, of one version at least.
    SourceRead,
    /// A document says so: the Kubernetes documentation, a changelog, an RFC, a registry.
    Documentation,
    /// Nobody recorded or read it: a choice of this playground where Kubernetes leaves one, a consequence worked out
    /// from other rules, or taken over from a similar object.
    Assumed,
    /// The rule is about this playground and claims nothing about Kubernetes.
    Playground,
}

/// How closely the simulator follows the real program.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Fidelity {
    /// The observable behaviour is the real one.
    Exact,
    /// Something is left out, for the reason given.
    Simplified(Text),
    /// The real program leaves this to chance or to its environment; we chose, as said.
    Chosen(Text),
}

/// One outcome of a decision Kubernetes (or this simulator) can take.
#[derive(Debug)]
pub struct Rule {
    /// The number in the behaviour description, such as `FAM-13`; never reused. Where one number
    /// has several outcomes a letter tells them apart.
    pub id: &'static str,
    /// What happens, present tense: for links and for people.
    pub slug: &'static str,
    /// The minors in which the rule exists.
    pub versions: Versions,
    /// Upstream file and function.
    pub source: &'static str,
    /// Where it is known from.
    pub evidence: Evidence,
    /// How closely it is followed.
    pub fidelity: Fidelity,
    /// The holes in `text`, by name.
    pub facts: &'static [&'static str],
    /// The sentence, with `{fact}` holes.
    pub text: Text,
}

/// Modules that are developed in the repository of Kubernetes, by how a rule's source names them.
const STAGED: [&str; 7] = [
    "apimachinery",
    "apiserver",
    "cli-runtime",
    "cloud-provider",
    "component-helpers",
    "kubectl",
    "k8s.io/endpointslice",
];

/// A place in the repository of Kubernetes.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Upstream {
    /// The file or folder.
    pub path: String,
    /// The functions named beside it.
    pub functions: Vec<&'static str>,
}

impl Rule {
    /// Where `source` lies in the repository of Kubernetes; `None` if it is something else.
    #[must_use]
    pub fn upstream(&self) -> Option<Upstream> {
        let mut words = self.source.split([' ', ',', ';']).filter(|word| !word.is_empty());
        let first = words.next()?;
        let path = if STAGED.contains(&first) {
            let module = first.strip_prefix("k8s.io/").unwrap_or(first);
            format!("staging/src/k8s.io/{module}/{}", words.next()?)
        } else if first.starts_with("pkg/") || first.starts_with("cmd/") {
            first.to_owned()
        } else {
            return None;
        };
        Some(Upstream { path, functions: words.collect() })
    }
}

impl PartialEq for Rule {
    fn eq(&self, other: &Self) -> bool {
        self.id == other.id
    }
}

impl Eq for Rule {}

/// Declares the rules of a file: a `pub static` each, and `RULES`, the list of them.
#[macro_export]
macro_rules! rules {
    ($( $(#[$doc:meta])* $name:ident {
        id: $id:literal, slug: $slug:literal,
        versions: $versions:expr,
        source: $source:literal,
        evidence: $evidence:ident,
        $( fidelity: $fidelity:expr, )?
        facts: [$($fact:ident),* $(,)?],
        en: $en:literal,
        zh: $zh:literal $(,)?
    } )*) => {
        $(
            $(#[$doc])*
            pub static $name: $crate::explain::rule::Rule = $crate::explain::rule::Rule {
                id: $id,
                versions: $versions,
                slug: $slug,
                source: $source,
                evidence: $crate::explain::rule::Evidence::$evidence,
                                fidelity: $crate::rules!(@fidelity $($fidelity)?),
                facts: &[$(stringify!($fact)),*],
                text: $crate::explain::text::Text { en: $en, zh: $zh },
            };
        )*
        /// The rules of this file, in order.
        pub static RULES: &[&$crate::explain::rule::Rule] = &[$(&$name),*];
    };
    (@fidelity) => { $crate::explain::rule::Fidelity::Exact };
    (@fidelity $fidelity:expr) => { $fidelity };
}
