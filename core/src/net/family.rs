//! The two address families, and a value per configured family.

use std::fmt;
use std::net::IpAddr;

use serde::{Deserialize, Serialize};

/// An IP address family.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub enum Family {
    /// IPv4.
    #[serde(rename = "IPv4")]
    V4,
    /// IPv6.
    #[serde(rename = "IPv6")]
    V6,
}

impl Family {
    /// As the API spells it: `IPv4`, `IPv6`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::V4 => "IPv4",
            Self::V6 => "IPv6",
        }
    }

    /// The family this one is not.
    #[must_use]
    pub const fn other(self) -> Self {
        match self {
            Self::V4 => Self::V6,
            Self::V6 => Self::V4,
        }
    }

    /// The family of an address. An IPv4-mapped IPv6 address counts as IPv4, as in Go's `To4`.
    #[must_use]
    pub fn of(ip: IpAddr) -> Self {
        match ip {
            IpAddr::V4(_) => Self::V4,
            IpAddr::V6(v6) if v6.to_ipv4_mapped().is_some() => Self::V4,
            IpAddr::V6(_) => Self::V6,
        }
    }

    /// The family of an address or a range by how it is written, valid or not: only IPv6 has colons.
    #[must_use]
    pub fn of_text(text: &str) -> Self {
        if text.contains(':') { Self::V6 } else { Self::V4 }
    }

    /// Reads the API's spelling; case matters, as it does there.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        match name {
            "IPv4" => Some(Self::V4),
            "IPv6" => Some(Self::V6),
            _ => None,
        }
    }

    /// Bits of an address: 32 or 128.
    #[must_use]
    pub const fn bits(self) -> u8 {
        match self {
            Self::V4 => 32,
            Self::V6 => 128,
        }
    }
}

impl fmt::Display for Family {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A value per configured family, the primary first. The secondary is of the other family, so a
/// family never stands twice.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Stack<T> {
    primary: (Family, T),
    secondary: Option<T>,
}

impl<T> Stack<T> {
    /// One family.
    pub const fn single(family: Family, value: T) -> Self {
        Self { primary: (family, value), secondary: None }
    }

    /// Both families, `primary` first.
    pub const fn dual(primary: Family, first: T, second: T) -> Self {
        Self { primary: (primary, first), secondary: Some(second) }
    }

    /// The default family: that of every Service which names none.
    pub const fn primary(&self) -> Family {
        self.primary.0
    }

    /// Whether both families are there.
    pub const fn is_dual(&self) -> bool {
        self.secondary.is_some()
    }

    /// Whether this family is there.
    pub fn has(&self, family: Family) -> bool {
        self.primary.0 == family || self.is_dual()
    }

    /// The value of a family, if it is there.
    pub fn get(&self, family: Family) -> Option<&T> {
        if self.primary.0 == family { Some(&self.primary.1) } else { self.secondary.as_ref() }
    }

    /// The value of a family, if it is there, to change.
    pub fn get_mut(&mut self, family: Family) -> Option<&mut T> {
        if self.primary.0 == family { Some(&mut self.primary.1) } else { self.secondary.as_mut() }
    }

    /// Families with their values, the primary first.
    pub fn iter(&self) -> impl Iterator<Item = (Family, &T)> {
        let other = self.primary.0.other();
        std::iter::once((self.primary.0, &self.primary.1))
            .chain(self.secondary.iter().map(move |value| (other, value)))
    }

    /// The families, the primary first.
    pub fn families(&self) -> impl Iterator<Item = Family> {
        self.iter().map(|(family, _)| family)
    }

    /// Another value for each family.
    pub fn map<U>(&self, mut f: impl FnMut(Family, &T) -> U) -> Stack<U> {
        let (family, first) = &self.primary;
        Stack {
            primary: (*family, f(*family, first)),
            secondary: self.secondary.as_ref().map(|second| f(family.other(), second)),
        }
    }
}
