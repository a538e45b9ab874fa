//! What does Go know of a value whose type it does not know? `map[string]interface{}` and its like, as the API
//! server merges strategic patches with them.
//!
//! A map is shared, as in Go: what a patch gives to an object and what is later done to it, the patch shows
//! as well.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fmt;
use std::rc::Rc;

use super::json::Json;

/// The members of a map, in the order in which Go prints them.
pub type Members = BTreeMap<String, Value>;

/// A value.
#[derive(Clone, Debug)]
pub enum Value {
    /// `nil`.
    Nil,
    /// `bool`.
    Bool(bool),
    /// `int64`: a number without fraction and exponent.
    Int(i64),
    /// `float64`: any other number.
    Float(f64),
    /// `string`.
    Text(Rc<str>),
    /// `[]interface {}`.
    List(Rc<Vec<Self>>),
    /// `map[string]interface {}`.
    Map(Rc<RefCell<Members>>),
}

/// Two values of a type that Go cannot compare were compared: it panics.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct NotComparable;

impl Value {
    /// A map of these members.
    #[must_use]
    pub fn map(members: Members) -> Self {
        Self::Map(Rc::new(RefCell::new(members)))
    }

    /// The text, if it is one.
    #[must_use]
    pub fn as_text(&self) -> Option<&str> {
        if let Self::Text(text) = self { Some(text) } else { None }
    }

    /// The members, if it is a map.
    #[must_use]
    pub fn as_map(&self) -> Option<&Rc<RefCell<Members>>> {
        if let Self::Map(members) = self { Some(members) } else { None }
    }

    /// The entries, if it is a list.
    #[must_use]
    pub fn as_list(&self) -> Option<&Rc<Vec<Self>>> {
        if let Self::List(entries) = self { Some(entries) } else { None }
    }

    /// Whether there is no value.
    #[must_use]
    pub const fn is_nil(&self) -> bool {
        matches!(self, Self::Nil)
    }

    /// The type as `reflect.TypeOf` prints it with `%s`.
    #[must_use]
    pub const fn type_name(&self) -> &'static str {
        match self {
            Self::Nil => "%!s(<nil>)",
            Self::Bool(_) => "bool",
            Self::Int(_) => "int64",
            Self::Float(_) => "float64",
            Self::Text(_) => "string",
            Self::List(_) => "[]interface {}",
            Self::Map(_) => "map[string]interface {}",
        }
    }

    /// The kind of the type, as `reflect.Kind` prints it.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::List(_) => "slice",
            Self::Map(_) => "map",
            other => other.type_name(),
        }
    }

    /// Whether two values are of one type.
    #[must_use]
    pub fn is_same_type(&self, other: &Self) -> bool {
        std::mem::discriminant(self) == std::mem::discriminant(other)
    }

    /// `==` of two interfaces.
    ///
    /// # Errors
    /// Both are lists, or both are maps.
    pub fn equals(&self, other: &Self) -> Result<bool, NotComparable> {
        Ok(match (self, other) {
            (Self::Nil, Self::Nil) => true,
            (Self::Bool(one), Self::Bool(two)) => one == two,
            (Self::Int(one), Self::Int(two)) => one == two,
            (Self::Float(one), Self::Float(two)) => one.total_cmp(two).is_eq(),
            (Self::Text(one), Self::Text(two)) => one == two,
            (Self::List(_), Self::List(_)) | (Self::Map(_), Self::Map(_)) => {
                return Err(NotComparable);
            }
            _ => false,
        })
    }

    /// Whether it can be the key of a Go map.
    ///
    /// # Errors
    /// It is a list or a map.
    pub const fn check_hash(&self) -> Result<(), NotComparable> {
        if matches!(self, Self::List(_) | Self::Map(_)) { Err(NotComparable) } else { Ok(()) }
    }
}

/// As sigs.k8s.io/json reads a value of an unknown type: whole numbers that fit stay whole.
impl From<&Json> for Value {
    fn from(json: &Json) -> Self {
        match json {
            Json::Null => Self::Nil,
            Json::Bool(value) => Self::Bool(*value),
            Json::Number(text) => {
                let whole = if text.contains(['.', 'e', 'E']) { None } else { text.parse().ok() };
                whole.map_or_else(|| Self::Float(text.parse().unwrap_or(f64::MAX)), Self::Int)
            }
            Json::String(text) => Self::Text(text.as_str().into()),
            Json::Array(entries) => Self::List(Rc::new(entries.iter().map(Self::from).collect())),
            Json::Object(members) => Self::map(
                members.iter().map(|(key, value)| (key.clone(), Self::from(value))).collect(),
            ),
        }
    }
}

/// As Go prints it with `%v`: `map[spec:map[ports:[map[port:80]]]]`.
impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Nil => f.write_str("<nil>"),
            Self::Bool(value) => write!(f, "{value}"),
            Self::Int(number) => write!(f, "{number}"),
            Self::Float(number) => write_float(*number, f),
            Self::Text(text) => f.write_str(text),
            Self::List(entries) => {
                f.write_str("[")?;
                for (i, entry) in entries.iter().enumerate() {
                    f.write_str(if i > 0 { " " } else { "" })?;
                    entry.fmt(f)?;
                }
                f.write_str("]")
            }
            Self::Map(members) => {
                f.write_str("map[")?;
                for (i, (key, value)) in members.borrow().iter().enumerate() {
                    f.write_str(if i > 0 { " " } else { "" })?;
                    write!(f, "{key}:{value}")?;
                }
                f.write_str("]")
            }
        }
    }
}

/// `%v` of a `float64`: an exponent from 10⁶ on and below 10⁻⁴, of two digits at least.
fn write_float(number: f64, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let shortest = format!("{number:e}");
    let (digits, exponent) = shortest.split_once('e').unwrap_or((&shortest, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    if number != 0.0 && !(-4..6).contains(&exponent) {
        let sign = if exponent < 0 { '-' } else { '+' };
        return write!(f, "{digits}e{sign}{:02}", exponent.abs());
    }
    write!(f, "{number}")
}

#[cfg(test)]
mod tests {
    use super::{NotComparable, Value};
    use crate::api::json::json;

    fn value(json: &crate::api::Json) -> Value {
        Value::from(json)
    }

    #[test]
    fn values_print_as_go_prints_them() {
        let printed = value(&json!({"b": [1, null, true, 80.5], "a": {"c": "d e"}})).to_string();
        assert_eq!(printed, "map[a:map[c:d e] b:[1 <nil> true 80.5]]");
        for (number, expect) in
            [(1e6, "1e+06"), (1e21, "1e+21"), (0.00001, "1e-05"), (80.5, "80.5")]
        {
            assert_eq!(Value::Float(number).to_string(), expect);
        }
    }

    #[test]
    fn lists_cannot_be_compared_and_other_types_differ() {
        let (list, number) = (value(&json!([])), value(&json!(1)));
        assert_eq!(list.equals(&list), Err(NotComparable));
        assert_eq!(list.equals(&number), Ok(false));
        assert_eq!(number.equals(&value(&json!(1.0))), Ok(false));
        assert_eq!(number.equals(&number.clone()), Ok(true));
    }
}
