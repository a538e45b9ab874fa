//! Which field of an object? Printed as kubectl prints it: `spec.ipFamilies[1]`.

use std::fmt;
use std::rc::Rc;

use smallvec::{SmallVec, smallvec};

/// One step from an object to a field inside it.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Segment {
    /// A field of a structure: `.ipFamilies`.
    Field(&'static str),
    /// A field of which no decision speaks: `.terminationGracePeriodSeconds`.
    Other(Rc<str>),
    /// An entry of a list: `[1]`.
    Index(usize),
    /// An entry of a map: `[app.kubernetes.io/name]`.
    Key(Rc<str>),
}

/// The way from an object's root to a field. The empty path is the object itself. Every decision
/// names at least one, so those of usual depth stand in place, not on the heap.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct FieldPath(pub SmallVec<[Segment; 4]>);

impl FieldPath {
    /// `spec.<field>`.
    #[must_use]
    pub fn spec(field: &'static str) -> Self {
        Self(smallvec![Segment::Field("spec"), Segment::Field(field)])
    }

    /// `metadata.<field>`.
    #[must_use]
    pub fn metadata(field: &'static str) -> Self {
        Self(smallvec![Segment::Field("metadata"), Segment::Field(field)])
    }

    /// `spec.ports[i]`.
    #[must_use]
    pub fn port(i: usize) -> Self {
        Self::spec("ports").index(i)
    }

    /// This path, then a field.
    #[must_use]
    pub fn field(mut self, name: &'static str) -> Self {
        self.0.push(Segment::Field(name));
        self
    }

    /// This path, then an entry of a list.
    #[must_use]
    pub fn index(mut self, i: usize) -> Self {
        self.0.push(Segment::Index(i));
        self
    }

    /// This path, then an entry of a map.
    #[must_use]
    pub fn key(mut self, key: &str) -> Self {
        self.0.push(Segment::Key(key.into()));
        self
    }

    /// The names of fields on the way, without entries of lists and maps.
    pub fn names(&self) -> impl Iterator<Item = &'static str> {
        self.0.iter().filter_map(|segment| match segment {
            Segment::Field(name) => Some(*name),
            _ => None,
        })
    }

    /// Whether `self` is `other` or lies inside it.
    #[must_use]
    pub fn starts_with(&self, other: &Self) -> bool {
        self.0.starts_with(&other.0)
    }
}

impl fmt::Display for FieldPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, segment) in self.0.iter().enumerate() {
            match segment {
                Segment::Field(name) if at == 0 => write!(f, "{name}")?,
                Segment::Field(name) => write!(f, ".{name}")?,
                Segment::Other(name) if at == 0 => write!(f, "{name}")?,
                Segment::Other(name) => write!(f, ".{name}")?,
                Segment::Index(i) => write!(f, "[{i}]")?,
                Segment::Key(key) => write!(f, "[{key}]")?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::FieldPath;

    #[test]
    fn paths_print_as_kubectl_prints_them() {
        assert_eq!(FieldPath::spec("ipFamilies").index(1).to_string(), "spec.ipFamilies[1]");
        assert_eq!(FieldPath::port(0).field("nodePort").to_string(), "spec.ports[0].nodePort");
        assert_eq!(
            FieldPath::metadata("annotations").key("a/b").to_string(),
            "metadata.annotations[a/b]"
        );
    }
}
