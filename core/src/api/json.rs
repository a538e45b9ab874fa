//! What does a value say, without a place in a text? JSON, as the server and its clients exchange it.
//!
//! Invariant: numbers stay the texts that were sent, as Go prints them back in its errors.

use std::collections::BTreeMap;
use std::ops::Index;

/// Values by key, in the order of the keys' bytes.
pub type Map<V> = BTreeMap<String, V>;

/// A value.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub enum Json {
    /// `null`.
    #[default]
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number, as it was written.
    Number(String),
    /// A text.
    String(String),
    /// A list.
    Array(Vec<Self>),
    /// An object.
    Object(Map<Self>),
}

impl Json {
    /// An object of its entries; of duplicate keys the last one wins.
    #[must_use]
    pub fn object(entries: Vec<(String, Self)>) -> Self {
        Self::Object(entries.into_iter().collect())
    }

    /// Its JSON kind, as Go's decoder names it.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool(_) => "bool",
            Self::Number(_) => "number",
            Self::String(_) => "string",
            Self::Array(_) => "array",
            Self::Object(_) => "object",
        }
    }

    /// Whether this is `null`.
    #[must_use]
    pub const fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    /// Whether this is a list.
    #[must_use]
    pub const fn is_array(&self) -> bool {
        matches!(self, Self::Array(_))
    }

    /// Whether this is an object.
    #[must_use]
    pub const fn is_object(&self) -> bool {
        matches!(self, Self::Object(_))
    }

    /// The text, if this is one.
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        if let Self::String(text) = self { Some(text) } else { None }
    }

    /// The entries, if this is a list.
    #[must_use]
    pub fn as_array(&self) -> Option<&[Self]> {
        if let Self::Array(list) = self { Some(list) } else { None }
    }

    /// What a JSON pointer (RFC 6901) leads to.
    #[must_use]
    pub fn pointer(&self, pointer: &str) -> Option<&Self> {
        pointer.split('/').skip(1).try_fold(self, |value, part| match value {
            Self::Object(map) => map.get(&key_of(part)),
            Self::Array(list) => list.get(part.parse::<usize>().ok()?),
            _ => None,
        })
    }

    /// What a JSON pointer leads to, to change it.
    pub fn pointer_mut(&mut self, pointer: &str) -> Option<&mut Self> {
        pointer.split('/').skip(1).try_fold(self, |value, part| match value {
            Self::Object(map) => map.get_mut(&key_of(part)),
            Self::Array(list) => list.get_mut(part.parse::<usize>().ok()?),
            _ => None,
        })
    }

    /// The value of a key, if this is an object that has it.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Self> {
        if let Self::Object(map) = self { map.get(key) } else { None }
    }
}

/// The key that a part of a JSON pointer names. Source: RFC 6901.
#[must_use]
pub fn key_of(part: &str) -> String {
    part.replace("~1", "/").replace("~0", "~")
}

/// The value of a key; `null` where there is none.
impl Index<&str> for Json {
    type Output = Self;

    fn index(&self, key: &str) -> &Self {
        self.get(key).unwrap_or(&Self::Null)
    }
}

impl From<bool> for Json {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl From<i32> for Json {
    fn from(number: i32) -> Self {
        Self::Number(number.to_string())
    }
}

impl From<&str> for Json {
    fn from(text: &str) -> Self {
        Self::String(text.to_owned())
    }
}

impl From<String> for Json {
    fn from(text: String) -> Self {
        Self::String(text)
    }
}

/// For the tests: they write values with `json!`.
impl From<serde_json::Value> for Json {
    fn from(value: serde_json::Value) -> Self {
        use serde_json::Value;
        match value {
            Value::Null => Self::Null,
            Value::Bool(value) => Self::Bool(value),
            Value::Number(number) => Self::Number(number.to_string()),
            Value::String(text) => Self::String(text),
            Value::Array(list) => Self::Array(list.into_iter().map(Self::from).collect()),
            Value::Object(map) => {
                Self::object(map.into_iter().map(|(key, value)| (key, value.into())).collect())
            }
        }
    }
}

/// For the tests: they compare with recorded values.
impl From<Json> for serde_json::Value {
    fn from(value: Json) -> Self {
        match value {
            Json::Null => Self::Null,
            Json::Bool(value) => Self::Bool(value),
            Json::Number(text) => Self::Number(serde_json::Number::from_string_unchecked(text)),
            Json::String(text) => Self::String(text),
            Json::Array(list) => list.into_iter().map(Self::from).collect(),
            Json::Object(map) => {
                map.into_iter().map(|(key, value)| (key, Self::from(value))).collect()
            }
        }
    }
}

/// By way of the library's own value, which keeps the texts of numbers.
impl serde::Serialize for Json {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serde_json::Value::from(self.clone()).serialize(serializer)
    }
}

impl<'de> serde::Deserialize<'de> for Json {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        serde_json::Value::deserialize(deserializer).map(Self::from)
    }
}

/// `json!` of the library, as a value of the core.
#[cfg(test)]
macro_rules! json {
    ($($value:tt)+) => { $crate::api::json::Json::from(serde_json::json!($($value)+)) };
}
#[cfg(test)]
pub(crate) use json;
