//! What can Kubernetes decide, and what does each decision mean? Rules are data: control flow stays
//! with the function that mirrors upstream, the explanation stands above it in a `rules!` table.

use crate::explain::text::Text;
use crate::release::version::Versions;

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
    /// How closely it is followed.
    pub fidelity: Fidelity,
    /// The holes in `text`, by name.
    pub facts: &'static [&'static str],
    /// The sentence, with `{fact}` holes.
    pub text: Text,
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
