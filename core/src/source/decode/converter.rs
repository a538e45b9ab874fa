//! What does a strategic patch leave? Untyped values into a Service, as the API server converts them.
//! Source: apimachinery `pkg/runtime/converter.go` (`fromUnstructured`).
//!
//! Unlike the decoder of JSON it goes by the fields of the type, wraps numbers that are too large, and names
//! types of Go in its errors.

use super::{Checked, Fields, Shape, Stray, Struct, time};
use crate::api::json::Map;
use crate::api::unstructured::{Members, Value};
use crate::source::span::Span;

/// Converts the members of an object; unknown fields are in the order of their messages.
pub(super) fn convert(
    members: &Members,
    shape: &'static Struct,
    unknown_spec_fields: &[&str],
) -> Result<(Fields, Vec<Stray>), String> {
    let (path, strays) = Default::default();
    let mut converter = Converter { unknown_spec_fields, path, strays };
    let fields = converter.members(members, shape)?;
    converter.strays.sort_by(|one, other| one.message.cmp(&other.message));
    Ok((fields, converter.strays))
}

struct Converter<'a> {
    unknown_spec_fields: &'a [&'a str],
    /// The value that is being read, as an error names it.
    path: String,
    strays: Vec<Stray>,
}

impl Converter<'_> {
    fn members(&mut self, members: &Members, shape: &'static Struct) -> Result<Fields, String> {
        let mut fields = Vec::new();
        let length = self.path.len();
        let dot = if length > 0 { "." } else { "" };
        for (name, field) in shape.all() {
            let known = shape.field(name, self.unknown_spec_fields);
            let Some(value) = members.get(*name).filter(|value| known.is_some() && !value.is_nil())
            else {
                continue;
            };
            self.path.push_str(dot);
            self.path.push_str(name);
            let converted = self.value(value, field)?;
            self.path.truncate(length);
            fields.extend(converted.map(|value| (*name, value)));
        }
        for name in members.keys() {
            if shape.field(name, self.unknown_spec_fields).is_none() {
                self.strays.push(Stray {
                    message: format!("unknown field \"{}{dot}{name}\"", self.path),
                    span: Span::default(),
                    name: name.clone(),
                    known: shape.all().map(|(name, _)| *name).collect(),
                });
            }
        }
        Ok(Fields(fields))
    }

    fn value(&mut self, value: &Value, shape: &'static Shape) -> Result<Option<Checked>, String> {
        Ok(Some(match shape {
            Shape::Any => return Ok(None),
            Shape::Str(go_type) => Checked::Text(text(value, go_type)?),
            Shape::Bool => match value {
                Value::Bool(value) => Checked::Bool(*value),
                _ => return Err("unrecognized type: bool".to_owned()),
            },
            Shape::Int32 => Checked::Int(i64::from(number(value, "int32")? as i32)),
            Shape::Int64 => Checked::Int(number(value, "int64")?),
            Shape::Time => Checked::Text(match value {
                Value::Text(text) => time::rfc3339(text)?,
                other => return Err(unmarshal(other, "string")),
            }),
            Shape::IntOrString => match value {
                Value::Text(text) => Checked::Text(text.to_string()),
                Value::Int(number) if i32::try_from(*number).is_ok() => Checked::Int(*number),
                Value::Float(number) if number.fract() == 0.0 && number.abs() < 2_147_483_648.0 => {
                    Checked::Int(*number as i64)
                }
                other => return Err(unmarshal(other, "int32")),
            },
            Shape::Labels => {
                let Value::Map(members) = value else {
                    return Err(format!("cannot restore map from {}", value.kind()));
                };
                let mut labels = Map::new();
                for (key, value) in members.borrow().iter() {
                    let value = if value.is_nil() { String::new() } else { text(value, "string")? };
                    labels.insert(key.clone(), value);
                }
                Checked::Labels(labels)
            }
            Shape::Strings(_, entry_type) => self.list(value, |_, entry| {
                let is_nil = entry.is_nil();
                Ok(Checked::Text(if is_nil { String::new() } else { text(entry, entry_type)? }))
            })?,
            Shape::Object(inner) => Checked::Fields(self.structure(value, inner)?),
            Shape::Objects(_, inner) => self.list(value, |converter, entry| {
                let is_nil = entry.is_nil();
                let fields =
                    if is_nil { Fields::default() } else { converter.structure(entry, inner)? };
                Ok(Checked::Fields(fields))
            })?,
        }))
    }

    fn structure(&mut self, value: &Value, shape: &'static Struct) -> Result<Fields, String> {
        match value {
            Value::Map(members) => self.members(&members.borrow(), shape),
            other => Err(format!("cannot restore struct from: {}", other.kind())),
        }
    }

    fn list(
        &mut self,
        value: &Value,
        read: impl Fn(&mut Self, &Value) -> Result<Checked, String>,
    ) -> Result<Checked, String> {
        let Value::List(entries) = value else {
            return Err(format!("cannot restore slice from {}", value.kind()));
        };
        let length = self.path.len();
        let mut list = Vec::with_capacity(entries.len());
        for (i, entry) in entries.iter().enumerate() {
            self.path.push_str(&format!("[{i}]"));
            list.push(read(self, entry)?);
            self.path.truncate(length);
        }
        Ok(Checked::List(list))
    }
}

/// Go converts a whole number to a text, but not here; of the other types it does not even think.
fn text(value: &Value, go_type: &str) -> Result<String, String> {
    match value {
        Value::Text(text) => Ok(text.to_string()),
        Value::Int(_) => Err(format!("cannot convert int64 to {go_type}")),
        _ => Err("unrecognized type: string".to_owned()),
    }
}

/// A whole number. Too large a fraction-less `float64` becomes the smallest number, as on amd64.
fn number(value: &Value, go_type: &str) -> Result<i64, String> {
    match value {
        Value::Int(number) => Ok(*number),
        Value::Float(number) if number.fract() == 0.0 => {
            let fits = number.abs() < 9_223_372_036_854_775_808.0;
            Ok(if fits { *number as i64 } else { i64::MIN })
        }
        Value::Float(_) => Err(format!("cannot convert float64 to {go_type}")),
        _ => Err(format!("unrecognized type: {go_type}")),
    }
}

/// What the type's own decoder says of a value.
fn unmarshal(value: &Value, go_type: &str) -> String {
    let shown = match value {
        Value::Nil => "null".to_owned(),
        Value::Bool(_) => "bool".to_owned(),
        Value::Int(_) | Value::Float(_) if go_type == "string" => "number".to_owned(),
        Value::Int(number) => format!("number {number}"),
        Value::Float(number) => format!("number {number}"),
        Value::Text(_) => "string".to_owned(),
        Value::List(_) => "array".to_owned(),
        Value::Map(_) => "object".to_owned(),
    };
    format!("json: cannot unmarshal {shown} into Go value of type {go_type}")
}

#[cfg(test)]
mod tests {
    use crate::api::json::{Json, json};
    use crate::api::unstructured::Value;
    use crate::source::decode::{Decoded, converted};

    fn convert(object: &Json) -> Result<Decoded, String> {
        let Value::Map(members) = Value::from(object) else { panic!("an object") };
        let members = members.borrow();
        converted(&members, &["trafficDistribution"])
    }

    #[test]
    fn wrong_types_are_told_by_the_type_of_go() {
        for (spec, expect) in [
            (json!({"type": 5}), "cannot convert int64 to v1.ServiceType"),
            (json!({"type": 5.5}), "unrecognized type: string"),
            (json!({"ports": [{"port": 80.5}]}), "cannot convert float64 to int32"),
            (json!({"ports": [{"port": "80"}]}), "unrecognized type: int32"),
            (json!({"ports": "x"}), "cannot restore slice from string"),
            (json!({"ports": ["x"]}), "cannot restore struct from: string"),
            (json!({"selector": []}), "cannot restore map from slice"),
            (json!({"selector": {"a": 5}}), "cannot convert int64 to string"),
            (json!({"publishNotReadyAddresses": 1}), "unrecognized type: bool"),
            // The order is that of the type, not that of the text.
            (json!({"clusterIP": true, "ports": {}}), "cannot restore slice from map"),
            (
                json!({"ports": [{"targetPort": true}]}),
                "json: cannot unmarshal bool into Go value of type int32",
            ),
        ] {
            let object = Json::object(vec![("spec".to_owned(), spec)]);
            assert_eq!(convert(&object).map(|_| ()), Err(expect.to_owned()), "{object:?}");
        }
        let time = json!({"metadata": {"creationTimestamp": 5}});
        let words = "json: cannot unmarshal number into Go value of type string";
        assert_eq!(convert(&time).map(|_| ()), Err(words.to_owned()));
    }

    #[test]
    fn large_numbers_wrap_and_null_is_nothing() {
        let object = json!({"spec": {"healthCheckNodePort": 99_999_999_999_i64, "ports": [null], "type": null}});
        let spec = convert(&object).expect("a Service").service.spec;
        assert_eq!((spec.health_check_node_port, spec.ports.len()), (1_215_752_191, 1));
    }

    #[test]
    fn unknown_fields_are_sorted_by_their_messages() {
        let object =
            json!({"spec": {"trafficDistribution": "x", "ports": [{"b": 1}], "a\"": 2}, "z": 1});
        let strays = convert(&object).expect("a Service").strays;
        let messages: Vec<&str> = strays.iter().map(|stray| stray.message.as_str()).collect();
        let expect = [
            "unknown field \"spec.a\"\"",
            "unknown field \"spec.ports[0].b\"",
            "unknown field \"spec.trafficDistribution\"",
            "unknown field \"z\"",
        ];
        assert_eq!(messages, expect);
    }
}
