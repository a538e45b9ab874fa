//! What differs between a text and the one that became of it?

/// How many bytes at the beginning and at the end of both are the same. The two may overlap.
fn common(before: &str, after: &str) -> (usize, usize) {
    let same = |(one, other): &(char, char)| one == other;
    let ahead = before.chars().zip(after.chars()).take_while(same);
    let behind = before.chars().rev().zip(after.chars().rev()).take_while(same);
    (ahead.map(|(char, _)| char.len_utf8()).sum(), behind.map(|(char, _)| char.len_utf8()).sum())
}

/// Where the stretch ends in which `after` differs from `before`.
pub fn end_of_change(before: &str, after: &str) -> usize {
    let (ahead, behind) = common(before, after);
    // Where both meet, as in `aa` after `a`, what is ahead counts.
    (after.len() - behind).max(ahead)
}

/// A paste of several lines: where the caret comes to stand behind it is nobody's choice of a document.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Pasted {
    /// It ends at this byte or later, and the caret has not been heard of yet.
    Ends(usize),
    /// The caret stands at this byte since.
    Rests(usize),
}

impl Pasted {
    /// The paste that made one text of another.
    #[must_use]
    pub fn between(before: &str, after: &str) -> Option<Self> {
        let (start, behind) = common(before, after);
        let end = after.len() - behind.min(before.len() - start).min(after.len() - start);
        let lines = after.as_bytes()[start..end].iter().filter(|byte| **byte == b'\n').count();
        (lines > 1).then_some(Self::Ends(end))
    }

    /// The same once the caret stands here; `None` if it was moved.
    #[must_use]
    pub fn with_caret(self, caret: usize) -> Option<Self> {
        match self {
            Self::Ends(end) => (caret >= end).then_some(Self::Rests(caret)),
            Self::Rests(at) => (caret == at).then_some(self),
        }
    }
}
