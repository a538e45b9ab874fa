//! What does a body of JSON hold? Read as the API server's strict decoder does it: rules DEC-1 to DEC-3, DEC-6.
//! Source: apimachinery `pkg/runtime/serializer/json`, sigs.k8s.io/json.
//!
//! Invariant: the first value of a wrong type, in the order of the text, decides, and hides all unknown and
//! duplicate fields. Only a type that decodes itself (a time, a number or name) ends the reading, and so hides
//! what was wrong before it.

use std::fmt;

use super::{Checked, Decoded, Fields, Shape, Stray, Struct, TypeError, WrittenField, time};
use crate::api::field_path::{FieldPath, Segment};
use crate::api::service::Service;
use crate::source::span::Span;
use crate::source::yaml::{Entry, Node, Value};

type Done<T> = Result<T, Box<TypeError>>;

pub(super) struct Reader<'a> {
    unknown_spec_fields: &'a [&'a str],
    wants_fields: bool,
    /// The value that is being read.
    path: FieldPath,
    fields: Vec<WrittenField>,
    strays: Vec<Stray>,
    /// The first value of a wrong type.
    wrong: Option<Box<TypeError>>,
}

impl<'a> Reader<'a> {
    /// Reads a body as an object of this type.
    pub(super) fn read(
        body: &Node,
        shape: &'static Struct,
        unknown_spec_fields: &'a [&'a str],
        wants_fields: bool,
        build: impl FnOnce(Fields) -> Service,
    ) -> Done<Decoded> {
        let (path, fields, strays, wrong) = Default::default();
        let mut reader = Self { unknown_spec_fields, wants_fields, path, fields, strays, wrong };
        let object = reader.object(body, shape, "Service")?;
        match reader.wrong {
            Some(error) => Err(error),
            None => {
                Ok(Decoded { service: build(object), fields: reader.fields, strays: reader.strays })
            }
        }
    }

    fn error(
        &self,
        got: impl fmt::Display,
        holder: &str,
        go_type: &'static str,
        span: Span,
    ) -> Box<TypeError> {
        // Names from the root, without indices.
        let names: Vec<&str> = self.path.names().collect();
        let target = if names.is_empty() {
            format!("Go value of type {go_type}")
        } else {
            format!("Go struct field {holder}.{} of type {go_type}", names.join("."))
        };
        let message = format!("json: cannot unmarshal {got} into {target}");
        Box::new(TypeError { message, path: self.path.clone(), go_type, span })
    }

    /// Remembers a value of a wrong type, and reads on without it.
    fn wrong(&mut self, got: impl fmt::Display, holder: &str, go_type: &'static str, span: Span) {
        if self.wrong.is_none() {
            self.wrong = Some(self.error(got, holder, go_type, span));
        }
    }

    fn object(&mut self, node: &Node, shape: &'static Struct, holder: &str) -> Done<Fields> {
        let Value::Map(entries) = &node.value else {
            if node.value != Value::Null {
                self.wrong(node.value.kind(), holder, shape.go_type, node.span);
            }
            return Ok(Fields::default());
        };
        let mut fields = Vec::with_capacity(entries.len());
        for (i, entry) in entries.iter().enumerate() {
            if entries[..i].iter().any(|before| before.key == entry.key) {
                self.stray("duplicate", entry, shape);
            }
            if let Some((name, field)) = shape.field(&entry.key, self.unknown_spec_fields) {
                self.enter(Segment::Field(name), entry.key_span, entry.value.span);
                let value = self.value(&entry.value, field, shape.name)?;
                self.path.0.pop();
                fields.extend(value.map(|value| (*name, value)));
            } else {
                self.stray("unknown", entry, shape);
            }
        }
        Ok(Fields(fields))
    }

    fn stray(&mut self, what: &str, entry: &Entry, shape: &'static Struct) {
        let name = entry.key.clone();
        let path = match self.path.0.len() {
            0 => name.clone(),
            _ => format!("{}.{name}", self.path),
        };
        self.strays.push(Stray {
            message: format!("{what} field {}", crate::api::quote(&path)),
            span: entry.key_span,
            name,
            known: shape.all().map(|(name, _)| *name).collect(),
        });
    }

    /// Reads a field; `None` where it counts as absent.
    fn value(
        &mut self,
        node: &Node,
        shape: &'static Shape,
        holder: &'static str,
    ) -> Done<Option<Checked>> {
        if node.value == Value::Null || matches!(shape, Shape::Any) {
            return Ok(None);
        }
        let go_type = match shape {
            Shape::Str(go_type) | Shape::Strings(go_type, _) | Shape::Objects(go_type, _) => {
                go_type
            }
            Shape::Bool => "bool",
            Shape::Int32 | Shape::IntOrString => "int32",
            Shape::Int64 => "int64",
            Shape::Time => "string",
            Shape::Labels => "map[string]string",
            Shape::Object(inner) => inner.go_type,
            Shape::Any => return Ok(None),
        };
        Ok(Some(match (shape, &node.value) {
            (Shape::Str(_) | Shape::IntOrString, Value::String(text)) => {
                Checked::Text(text.clone())
            }
            (Shape::Bool, Value::Bool(value)) => Checked::Bool(*value),
            (Shape::Int32 | Shape::Int64 | Shape::IntOrString, Value::Number(text)) => {
                match whole(text, go_type) {
                    Some(number) => Checked::Int(number),
                    None => {
                        let got = format_args!("number {text}");
                        if matches!(shape, Shape::IntOrString) {
                            return Err(self.error(got, holder, go_type, node.span));
                        }
                        self.wrong(got, holder, go_type, node.span);
                        return Ok(None);
                    }
                }
            }
            (Shape::Time, Value::String(text)) => match time::rfc3339(text) {
                Ok(moment) => Checked::Text(moment),
                Err(message) => {
                    let (path, span) = (self.path.clone(), node.span);
                    return Err(Box::new(TypeError { message, path, go_type, span }));
                }
            },
            (Shape::IntOrString | Shape::Time, other) => {
                return Err(self.error(other.kind(), holder, go_type, node.span));
            }
            (Shape::Labels, Value::Map(entries)) => {
                let mut labels = Vec::with_capacity(entries.len());
                for entry in entries {
                    let key = Segment::Key(entry.key.as_str().into());
                    self.enter(key, entry.key_span, entry.value.span);
                    let text = self.string(&entry.value, "string", holder);
                    self.path.0.pop();
                    labels.push((entry.key.clone(), text));
                }
                Checked::Labels(labels.into_iter().collect())
            }
            (Shape::Strings(_, entry_type), Value::Seq(entries)) => self
                .list(entries, |reader, entry| {
                    Ok(Checked::Text(reader.string(entry, entry_type, holder)))
                })?,
            (Shape::Object(inner), _) => Checked::Fields(self.object(node, inner, holder)?),
            (Shape::Objects(_, inner), Value::Seq(entries)) => self
                .list(entries, |reader, entry| {
                    Ok(Checked::Fields(reader.object(entry, inner, holder)?))
                })?,
            (_, other) => {
                self.wrong(other.kind(), holder, go_type, node.span);
                return Ok(None);
            }
        }))
    }

    fn list(
        &mut self,
        entries: &[Node],
        read: impl Fn(&mut Self, &Node) -> Done<Checked>,
    ) -> Done<Checked> {
        let mut list = Vec::with_capacity(entries.len());
        for (i, entry) in entries.iter().enumerate() {
            let start = Span::new(entry.span.start, entry.span.start);
            self.enter(Segment::Index(i), start, entry.span);
            list.push(read(self, entry)?);
            self.path.0.pop();
        }
        Ok(Checked::List(list))
    }

    fn enter(&mut self, segment: Segment, key: Span, value: Span) {
        self.path.0.push(segment);
        if self.wants_fields {
            self.fields.push(WrittenField { path: self.path.clone(), key, value });
        }
    }

    fn string(&mut self, node: &Node, go_type: &'static str, holder: &str) -> String {
        match &node.value {
            Value::String(text) => text.clone(),
            Value::Null => String::new(),
            other => {
                self.wrong(other.kind(), holder, go_type, node.span);
                String::new()
            }
        }
    }
}

fn whole(text: &str, go_type: &str) -> Option<i64> {
    let fits = |number: &i64| go_type == "int64" || i32::try_from(*number).is_ok();
    text.parse::<i64>().ok().filter(fits)
}
