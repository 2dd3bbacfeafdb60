//! Reads the fields of a JSON object, and collects all faults with their JSON pointers.

use serde_json::{Map, Value, json};

use crate::domain::rejection::{FieldError, Rejection};
use crate::input::Shape;

/// Unknown fields reported per object: bounds the response to a huge invalid body.
const MAX_UNKNOWN_FIELDS_REPORTED: usize = 10;

/// Reported characters of an unknown field's name: longer than any known name.
const MAX_REPORTED_NAME_CHARS: usize = 60;

/// The fields of one object, and the faults of those that were read.
///
/// An invalid field reads as absent, or as the default if it is required. [`FieldReader::finish`]
/// reports the faults, so the values must not be used before.
#[derive(Debug)]
pub struct FieldReader<'a> {
    mode: Mode<'a>,
    /// JSON pointer of the object (RFC 6901); empty for the whole body.
    pointer: String,
    errors: Vec<FieldError>,
}

#[derive(Debug)]
enum Mode<'a> {
    /// Reads an object's fields.
    Read { fields: &'a Map<String, Value>, recognized: Vec<&'static str> },
    /// The value is not an object, which has been reported: faults of its fields are not.
    NotAnObject,
    /// Reads nothing, and records the fields as JSON Schema.
    Describe { properties: Map<String, Value>, required: Vec<&'static str> },
}

static NO_FIELDS: std::sync::LazyLock<Map<String, Value>> = std::sync::LazyLock::new(Map::new);

impl<'a> FieldReader<'a> {
    /// Reads `value`, which must be an object.
    pub fn new(value: &'a Value) -> Self {
        Self::at(value, String::new())
    }

    /// Reads `value`, an object at `pointer` in the body.
    pub fn at(value: &'a Value, pointer: String) -> Self {
        if let Value::Object(fields) = value {
            Self { mode: Mode::read(fields), pointer, errors: Vec::new() }
        } else {
            let detail = "must be an object".to_owned();
            let errors = vec![FieldError { pointer: pointer.clone(), detail }];
            Self { mode: Mode::NotAnObject, pointer, errors }
        }
    }

    /// Reads `value`; null is read as an object without fields.
    pub fn nullable_body(value: &'a Value) -> Self {
        if value.is_null() { Self::empty() } else { Self::new(value) }
    }

    /// Reads an object without fields.
    pub fn empty() -> Self {
        Self { mode: Mode::read(&NO_FIELDS), pointer: String::new(), errors: Vec::new() }
    }

    fn describing() -> Self {
        let mode = Mode::Describe { properties: Map::new(), required: Vec::new() };
        Self { mode, pointer: String::new(), errors: Vec::new() }
    }

    /// The raw field; `None` if it is absent, or in describing mode.
    fn lookup(&mut self, name: &'static str) -> Option<&'a Value> {
        let Mode::Read { fields, recognized } = &mut self.mode else { return None };
        recognized.push(name);
        fields.get(name)
    }

    fn describe_field(
        &mut self,
        name: &'static str,
        is_required: bool,
        schema: impl Fn() -> Value,
    ) {
        if let Mode::Describe { properties, required } = &mut self.mode {
            properties.insert(name.to_owned(), schema());
            if is_required {
                required.push(name);
            }
        }
    }

    fn parse<T>(&mut self, name: &str, value: &Value, shape: &impl Shape<T>) -> Option<T> {
        match shape.parse(value) {
            Ok(parsed) => Some(parsed),
            Err(detail) => self.add_error(name, detail),
        }
    }

    /// Reads a field; `None` if it is absent or null.
    pub fn optional<T>(&mut self, name: &'static str, shape: impl Shape<T>) -> Option<T> {
        self.nullable(name, shape).flatten()
    }

    /// Reads a field that must be present and not null.
    pub fn required<T: Default>(&mut self, name: &'static str, shape: impl Shape<T>) -> T {
        self.describe_field(name, true, || shape.schema());
        let value = self.lookup(name).filter(|value| !value.is_null());
        let parsed = match value {
            Some(value) => self.parse(name, value, &shape),
            None => self.add_error(name, "is required"),
        };
        parsed.unwrap_or_default()
    }

    /// Reads a field that may be absent (`None`), but not null.
    pub fn optional_non_null<T>(&mut self, name: &'static str, shape: impl Shape<T>) -> Option<T> {
        self.describe_field(name, false, || shape.schema());
        match self.lookup(name)? {
            Value::Null => self.add_error(name, "must not be null"),
            value => self.parse(name, value, &shape),
        }
    }

    /// Reads a field that may be absent (`None`) or null (`Some(None)`).
    pub fn nullable<T>(&mut self, name: &'static str, shape: impl Shape<T>) -> Option<Option<T>> {
        self.describe_field(
            name,
            false,
            || json!({ "anyOf": [shape.schema(), { "type": "null" }] }),
        );
        match self.lookup(name)? {
            Value::Null => Some(None),
            value => self.parse(name, value, &shape).map(Some),
        }
    }

    /// Reads an object in a field with `read`: `None` if it is absent, `Some(None)` if it is null.
    pub fn nullable_object<T>(
        &mut self,
        name: &'static str,
        read: impl Fn(&mut FieldReader<'a>) -> T,
    ) -> Option<Option<T>> {
        self.describe_field(
            name,
            false,
            || json!({ "anyOf": [describe(&read), { "type": "null" }] }),
        );
        match self.lookup(name)? {
            Value::Null => Some(None),
            value => self.read_nested(name, value, &read).map(Some),
        }
    }

    /// Reads an array of objects; `None` if it is absent. Null is a fault.
    pub fn optional_non_null_list<T>(
        &mut self,
        name: &'static str,
        max_items: usize,
        read: impl Fn(&mut FieldReader<'a>) -> T,
    ) -> Option<Vec<T>> {
        self.describe_field(
            name,
            false,
            || json!({ "type": "array", "items": describe(&read), "maxItems": max_items }),
        );
        let items = self.lookup(name)?.as_array().filter(|items| items.len() <= max_items);
        let Some(items) = items else {
            return self.add_error(name, format!("must be a list of at most {max_items} objects"));
        };
        let items = items.iter().enumerate();
        Some(
            items
                .filter_map(|(index, item)| {
                    self.read_nested(&format!("{name}/{index}"), item, &read)
                })
                .collect(),
        )
    }

    /// Reads a field as it came, whatever it is; `None` if it is absent or null.
    pub fn raw(&mut self, name: &'static str) -> Option<&'a Value> {
        self.describe_field(name, false, || json!({}));
        self.lookup(name).filter(|value| !value.is_null())
    }

    /// Reads an object in a field; `None` if it is absent, null or has errors.
    pub fn optional_object<T>(
        &mut self,
        name: &'static str,
        read: impl FnOnce(&mut FieldReader<'a>) -> Option<T>,
    ) -> Option<T> {
        if let Mode::Describe { properties, .. } = &mut self.mode {
            properties.insert(name.to_owned(), describe(read));
            return None;
        }
        let value = self.lookup(name).filter(|value| !value.is_null())?;
        self.read_valid(name, value, read)
    }

    /// Reads a list of objects; `None` if it is absent, null or has errors.
    pub fn optional_list<T>(
        &mut self,
        name: &'static str,
        max_items: usize,
        mut read: impl FnMut(&mut FieldReader<'a>) -> Option<T>,
    ) -> Option<Vec<T>> {
        if let Mode::Describe { properties, .. } = &mut self.mode {
            let items = describe(read);
            let schema = json!({ "type": "array", "items": items, "maxItems": max_items });
            properties.insert(name.to_owned(), schema);
            return None;
        }
        let value = self.lookup(name).filter(|value| !value.is_null())?;
        let Some(items) = value.as_array().filter(|items| items.len() <= max_items) else {
            return self.add_error(name, format!("must be a list of at most {max_items} objects"));
        };
        let items = items.iter().enumerate();
        let read: Vec<_> = items
            .map(|(index, item)| self.read_valid(&format!("{name}/{index}"), item, &mut read))
            .collect();
        read.into_iter().collect()
    }

    fn read_valid<T>(
        &mut self,
        path: &str,
        value: &'a Value,
        read: impl FnOnce(&mut FieldReader<'a>) -> Option<T>,
    ) -> Option<T> {
        let errors_before = self.errors.len();
        let value = self.read_nested(path, value, read).flatten();
        value.filter(|_| self.errors.len() == errors_before)
    }

    /// Reports each of these fields that is absent or null.
    pub fn require(&mut self, names: &[&'static str]) {
        for name in names {
            if let Mode::Describe { required, .. } = &mut self.mode {
                required.push(name);
            } else if self.lookup(name).is_none_or(Value::is_null) {
                self.add_error::<()>(name, "is required");
            }
        }
    }

    /// Reads the object at `path` within this one, and adds its faults to this reader's.
    fn read_nested<T>(
        &mut self,
        path: &str,
        value: &'a Value,
        read: impl FnOnce(&mut FieldReader<'a>) -> T,
    ) -> Option<T> {
        let mut nested = Self::at(value, format!("{}/{path}", self.pointer));
        let parsed = matches!(nested.mode, Mode::Read { .. }).then(|| read(&mut nested));
        nested.reject_unknown();
        self.errors.append(&mut nested.errors);
        parsed
    }

    fn reject_unknown(&mut self) {
        let Mode::Read { fields, recognized } = &self.mode else { return };
        let unknown = fields.keys().filter(|name| !recognized.contains(&name.as_str()));
        let unknown: Vec<_> =
            unknown.take(MAX_UNKNOWN_FIELDS_REPORTED).map(|name| printable(name)).collect();
        for name in unknown {
            self.add_error::<()>(&name, "is not a known field");
        }
    }

    /// Reports a fault if this field is present.
    pub fn reject(&mut self, name: &'static str, detail: &str) {
        if self.lookup(name).is_some() {
            self.add_error::<()>(name, detail);
        }
    }

    /// Reports a fault of a field; returns `None` in place of its value.
    pub fn add_error<T>(&mut self, name: &str, detail: impl Into<String>) -> Option<T> {
        self.add_error_at_path(&name.replace('~', "~0").replace('/', "~1"), detail);
        None
    }

    /// Reports a fault of a nested field, such as `extras/wides`.
    pub fn add_error_at_path(&mut self, path: &str, detail: impl Into<String>) {
        if let Mode::Read { .. } = self.mode {
            let pointer = format!("{}/{path}", self.pointer);
            self.errors.push(FieldError { pointer, detail: detail.into() });
        }
    }

    /// Whether there are no faults so far, so that rules across fields can be checked.
    pub fn is_valid(&self) -> bool {
        self.errors.is_empty()
    }

    /// Rejects the body (422) if any field is invalid or unknown.
    pub fn finish(self) -> Result<(), Rejection> {
        self.finish_with(Some(()))
    }

    /// `parsed`, unless any field was wrong or isn't known (422).
    pub fn finish_with<T>(mut self, parsed: Option<T>) -> Result<T, Rejection> {
        self.reject_unknown();
        match parsed {
            Some(parsed) if self.errors.is_empty() => Ok(parsed),
            _ => Err(Rejection::fields(self.errors)),
        }
    }
}

impl<'a> Mode<'a> {
    fn read(fields: &'a Map<String, Value>) -> Self {
        Self::Read { fields, recognized: Vec::new() }
    }
}

/// JSON Schema (2020-12) of the object that `read` reads. It runs without a body, so `read` must
/// read the same fields whatever their values are.
pub fn describe<'a, T>(read: impl FnOnce(&mut FieldReader<'a>) -> T) -> Value {
    let mut reader = FieldReader::describing();
    read(&mut reader);
    let Mode::Describe { properties, required } = reader.mode else { return Value::Null };
    json!({
        "type": "object", "properties": properties, "required": required,
        "additionalProperties": false,
    })
}

/// An unknown field's name without control characters, cut for responses and logs.
fn printable(name: &str) -> String {
    name.chars().filter(|letter| !letter.is_control()).take(MAX_REPORTED_NAME_CHARS).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input;

    fn errors_of(body: &Value, read: impl Fn(&mut FieldReader<'_>)) -> Vec<String> {
        let mut fields = FieldReader::new(body);
        read(&mut fields);
        let errors = fields.finish().err().map(|rejection| rejection.errors);
        let errors = errors.unwrap_or_default().into_iter();
        errors.map(|error| format!("{} {}", error.pointer, error.detail)).collect()
    }

    #[test]
    fn all_faults_are_reported_together() {
        let body = json!({ "name": 7, "a/b~c": 1, "colour": null });
        let errors = errors_of(&body, |fields| {
            fields.required("name", input::name());
            fields.required("role", input::name());
            fields.optional("colour", input::colour());
        });
        assert_eq!(
            errors,
            ["/name must be a string", "/role is required", "/a~1b~0c is not a known field"]
        );
    }

    #[test]
    fn nested_faults_have_the_whole_pointer() {
        let body = json!({
            "points": { "win": "x", "bonus/~": 1 }, "price": null, "types": [{ "name": 1 }, 7, {}],
        });
        let errors = errors_of(&body, |fields| {
            let win = |nested: &mut FieldReader<'_>| nested.optional("win", input::boolean());
            assert_eq!(fields.nullable_object("points", win), Some(Some(None)));
            assert_eq!(fields.nullable_object("price", win), Some(None));
            assert_eq!(fields.nullable_object("absent", win), None);
            let name = |nested: &mut FieldReader<'_>| nested.required("name", input::name());
            assert_eq!(
                fields.optional_non_null_list("types", 3, name).map(|items| items.len()),
                Some(2)
            );
        });
        assert_eq!(
            errors,
            [
                "/points/win must be true or false",
                "/points/bonus~1~0 is not a known field",
                "/types/0/name must be a string",
                "/types/1 must be an object",
                "/types/2/name is required",
            ]
        );
        for types in [json!(null), json!({}), json!([{ "name": "a" }, { "name": "b" }])] {
            let errors = errors_of(&json!({ "types": types }), |fields| {
                let name = |nested: &mut FieldReader<'_>| nested.required("name", input::name());
                assert_eq!(fields.optional_non_null_list("types", 1, name), None);
            });
            assert_eq!(errors.len(), 1, "{errors:?}");
        }
    }

    #[test]
    fn null_is_not_absent() {
        let body = json!({ "name": null, "colour": null });
        let errors = errors_of(&body, |fields| {
            assert_eq!(fields.optional_non_null("name", input::name()), None);
            assert_eq!(fields.nullable("colour", input::colour()), Some(None));
            assert_eq!(fields.nullable("venue", input::name()), None);
        });
        assert_eq!(errors, ["/name must not be null"]);
    }

    #[test]
    fn a_non_object_has_one_fault() {
        for body in [json!(null), json!(7), json!([{ "name": "a" }])] {
            let errors = errors_of(&body, |fields| {
                fields.required("name", input::name());
            });
            assert_eq!(errors, [" must be an object"]);
        }
        assert_eq!(FieldReader::nullable_body(&Value::Null).finish(), Ok(()));
    }

    #[test]
    fn unknown_fields_are_reported_up_to_a_bound() {
        let body: Map<_, _> =
            (0..50).map(|n| (format!("{n:02}\n{}", "x".repeat(99)), json!(1))).collect();
        let errors = errors_of(&Value::Object(body), |_| {});
        assert_eq!(errors.len(), 10);
        assert_eq!(errors[0], format!("/00{} is not a known field", "x".repeat(58)));
    }

    #[test]
    fn the_code_that_reads_a_body_describes_it() {
        let schema = describe(|fields| {
            fields.required("name", input::name());
            fields.nullable("minute", input::integer(0..=120));
            fields.optional_non_null_list("types", 3, |nested| nested.required("id", input::id()));
        });
        assert_eq!(schema["required"], json!(["name"]));
        assert_eq!(schema["additionalProperties"], json!(false));
        let properties = &schema["properties"];
        assert_eq!(
            properties["name"],
            json!({ "type": "string", "minLength": 1, "maxLength": 200 })
        );
        assert_eq!(
            properties["minute"]["anyOf"],
            json!([{ "type": "integer", "minimum": 0, "maximum": 120 }, { "type": "null" }])
        );
        assert_eq!(properties["types"]["items"]["required"], json!(["id"]));
    }
}
