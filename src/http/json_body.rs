//! A JSON body, and its fields read one by one so that each fault can be pointed at.

use std::fmt;

use actix_web::dev::Payload;
use actix_web::http::header;
use actix_web::web::Data;
use actix_web::{FromRequest, HttpMessage, HttpRequest};
use bytes::BytesMut;
use futures_util::StreamExt;
use futures_util::future::LocalBoxFuture;
use serde_json::{Map, Value};

use crate::domain::rejection::FieldError;
use crate::problem::Problem;
use crate::{App, auth};

/// A request's body. Nothing at all stands for `{}`.
pub struct JsonBody {
    pub value: Value,
}

impl fmt::Debug for JsonBody {
    /// Without what it says: there may be a password in it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Body")
    }
}

impl FromRequest for JsonBody {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(req: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let req = req.clone();
        let payload = payload.take();
        Box::pin(async move { read_body(&req, payload).await })
    }
}

async fn read_body(req: &HttpRequest, mut payload: Payload) -> Result<JsonBody, Problem> {
    let max_bytes = req.app_data::<Data<App>>().map_or(65_536, |app| app.config.body_bytes);
    let content_length = req.headers().get(header::CONTENT_LENGTH);
    let announced = content_length.and_then(|length| length.to_str().ok()?.parse::<usize>().ok());
    if announced.is_some_and(|length| length > max_bytes) {
        return Err(Problem::BodyTooLarge(max_bytes));
    }
    let mut bytes = BytesMut::new();
    while let Some(chunk) = payload.next().await {
        let chunk = chunk.map_err(|_| Problem::BadRequest("the body broke off".to_owned()))?;
        if bytes.len() + chunk.len() > max_bytes {
            return Err(Problem::BodyTooLarge(max_bytes));
        }
        bytes.extend_from_slice(&chunk);
    }
    if bytes.is_empty() {
        return Ok(JsonBody { value: Value::Object(Map::new()) });
    }
    if !is_json_content_type(req.content_type()) {
        return Err(Problem::UnsupportedMediaType);
    }
    let value = serde_json::from_slice(&bytes)
        .map_err(|error| Problem::MalformedJson(error.to_string()))?;
    reject_nul(&value, &mut String::new())?;
    Ok(JsonBody { value })
}

fn is_json_content_type(content_type: &str) -> bool {
    let kind = content_type.trim().to_ascii_lowercase();
    kind == "application/json" || (kind.starts_with("application/") && kind.ends_with("+json"))
}

/// PostgreSQL can't keep U+0000 in JSON, and nobody types it.
fn reject_nul(value: &Value, pointer: &mut String) -> Result<(), Problem> {
    let nul_error = |pointer: &str| {
        let detail = "has the character U+0000".to_owned();
        Problem::fields(vec![FieldError { pointer: pointer.to_owned(), detail }])
    };
    let mut check_nested = |name: &str, value: &Value| {
        let length = pointer.len();
        pointer.push('/');
        pointer.push_str(&name.replace('~', "~0").replace('/', "~1"));
        reject_nul(value, pointer)?;
        pointer.truncate(length);
        Ok(())
    };
    match value {
        Value::String(text) if text.contains('\0') => Err(nul_error(pointer)),
        Value::Array(items) => items
            .iter()
            .enumerate()
            .try_for_each(|(index, item)| check_nested(&index.to_string(), item)),
        Value::Object(fields) => {
            if fields.keys().any(|name| name.contains('\0')) {
                return Err(nul_error(pointer));
            }
            fields.iter().try_for_each(|(name, value)| check_nested(name, value))
        }
        _ => Ok(()),
    }
}

impl JsonBody {
    /// [`hash`] of what the body says.
    pub fn hash(&self) -> String {
        hash(&self.value)
    }

    /// The fields of the object it has to be.
    pub fn fields(self) -> Result<FieldReader, Problem> {
        FieldReader::from_value(self.value, "")
    }
}

/// The last word in the names of fields that hold a secret.
const SECRETS: [&str; 6] = ["password", "secret", "token", "code", "ticket", "pin"];

/// SHA-256 of a body, however it was spaced, without its secret fields: a list of likely passwords
/// finds nothing in it. So the same key with another password is the same request again.
pub fn hash(body: &Value) -> String {
    auth::sha256_hex(without_secrets(body).to_string().as_bytes())
}

fn without_secrets(value: &Value) -> Value {
    match value {
        Value::Object(fields) => {
            let kept = fields.iter().filter(|(name, _)| !is_secret(name));
            kept.map(|(name, value)| (name.clone(), without_secrets(value))).collect()
        }
        Value::Array(items) => items.iter().map(without_secrets).collect(),
        plain => plain.clone(),
    }
}

fn is_secret(name: &str) -> bool {
    let last = name.rsplit(['_', '-']).next().unwrap_or_default();
    SECRETS.iter().any(|word| last.eq_ignore_ascii_case(word))
}

/// Fields that are still to be read, and what was wrong with those that were.
pub struct FieldReader {
    remaining: Map<String, Value>,
    /// Where the object stands in the body.
    pointer: String,
    errors: Vec<FieldError>,
}

impl FieldReader {
    pub fn from_value(value: Value, pointer: &str) -> Result<Self, Problem> {
        let Value::Object(remaining) = value else {
            let detail = "must be an object".to_owned();
            return Err(Problem::fields(vec![FieldError { pointer: pointer.to_owned(), detail }]));
        };
        Ok(Self { remaining: remaining, pointer: pointer.to_owned(), errors: Vec::new() })
    }

    /// The field, or `None` where it is absent or null.
    pub fn optional<T>(
        &mut self,
        name: &str,
        parse: impl Fn(&Value) -> Result<T, String>,
    ) -> Option<T> {
        self.nullable(name, parse).flatten()
    }

    /// The field; it is a fault that it is absent or null.
    pub fn required<T: Default>(
        &mut self,
        name: &str,
        parse: impl Fn(&Value) -> Result<T, String>,
    ) -> T {
        let errors_before = self.errors.len();
        let value = self.optional(name, parse);
        if value.is_none() && self.errors.len() == errors_before {
            self.add_error(name, "is missing");
        }
        value.unwrap_or_default()
    }

    /// The field, or `None` where it is absent; it is a fault that it is null.
    pub fn optional_non_null<T>(
        &mut self,
        name: &str,
        parse: impl Fn(&Value) -> Result<T, String>,
    ) -> Option<T> {
        let value = self.nullable(name, parse)?;
        if value.is_none() {
            self.add_error(name, "must not be null");
        }
        value
    }

    /// `None` where the field is absent, `Some(None)` where it is null.
    #[expect(
        clippy::option_option,
        reason = "an edit tells a field that is left from one that is emptied"
    )]
    pub fn nullable<T>(
        &mut self,
        name: &str,
        parse: impl Fn(&Value) -> Result<T, String>,
    ) -> Option<Option<T>> {
        match self.remaining.remove(name)? {
            Value::Null => Some(None),
            value => match parse(&value) {
                Ok(parsed) => Some(Some(parsed)),
                Err(detail) => {
                    self.add_error(name, detail);
                    None
                }
            },
        }
    }

    /// The object in a field, its own fields read one by one: `None` where it is absent,
    /// `Some(None)` where it is null.
    #[expect(clippy::option_option, reason = "as of `nullable`")]
    pub fn nullable_object<T>(
        &mut self,
        name: &str,
        read: impl FnOnce(&mut Self) -> T,
    ) -> Option<Option<T>> {
        match self.remaining.remove(name)? {
            Value::Null => Some(None),
            value => self.read_nested(name, value, read).map(Some),
        }
    }

    /// The objects in a list, or `None` where it is absent; it is a fault that it is null.
    pub fn optional_list<T>(
        &mut self,
        name: &str,
        max_items: usize,
        read: impl Fn(&mut Self) -> T,
    ) -> Option<Vec<T>> {
        let Value::Array(items) = self.remaining.remove(name)? else {
            self.add_error(name, "must be a list");
            return None;
        };
        if items.len() > max_items {
            self.add_error(name, format!("must have at most {max_items} items"));
            return None;
        }
        let items = items.into_iter().enumerate();
        Some(
            items
                .filter_map(|(at, item)| self.read_nested(&format!("{name}/{at}"), item, &read))
                .collect(),
        )
    }

    /// Reads an object at `place` of this one; its faults are this one's.
    fn read_nested<T>(
        &mut self,
        path: &str,
        value: Value,
        read: impl FnOnce(&mut Self) -> T,
    ) -> Option<T> {
        let place = format!("{}/{path}", self.pointer);
        let Value::Object(remaining) = value else {
            let detail = "must be an object".to_owned();
            self.errors.push(FieldError { pointer: place, detail });
            return None;
        };
        let mut inner = Self { remaining: remaining, pointer: place, errors: Vec::new() };
        let parsed = read(&mut inner);
        inner.reject_unknown();
        self.errors.append(&mut inner.errors);
        Some(parsed)
    }

    fn reject_unknown(&mut self) {
        let unknown: Vec<_> = self.remaining.keys().cloned().collect();
        for name in unknown {
            self.add_error(&name, "is not known");
        }
    }

    /// Says that a field is wrong.
    pub fn add_error(&mut self, name: &str, detail: impl Into<String>) {
        let name = name.replace('~', "~0").replace('/', "~1");
        let pointer = format!("{}/{name}", self.pointer);
        self.errors.push(FieldError { pointer, detail: detail.into() });
    }

    /// Refuses the body if any field was wrong or isn't known.
    pub fn finish(mut self) -> Result<(), Problem> {
        self.reject_unknown();
        if self.errors.is_empty() { Ok(()) } else { Err(Problem::fields(self.errors)) }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::http::parse;

    fn errors_of(body: Value, read: impl Fn(&mut FieldReader)) -> Vec<String> {
        let mut fields = JsonBody { value: body }.fields().unwrap();
        read(&mut fields);
        match fields.finish() {
            Err(Problem::Rejected(rejection)) => {
                rejection.errors.iter().map(|e| format!("{} {}", e.pointer, e.detail)).collect()
            }
            _ => Vec::new(),
        }
    }

    #[test]
    fn all_errors_are_reported_with_pointers() {
        let body = json!({ "name": 7, "a/b~c": 1, "colour": null });
        let errors = errors_of(body, |fields| {
            fields.required("name", parse::name);
            fields.required("role", parse::name);
            fields.optional("colour", parse::colour);
        });
        assert_eq!(errors, ["/name must be text", "/role is missing", "/a~1b~0c is not known"]);
    }

    #[test]
    fn secrets_are_no_part_of_a_bodys_hash() {
        let user = |password: &str| json!({ "email": "mia@x.org", "password": password });
        assert_eq!(hash(&user("one")), hash(&user("another")));
        assert_eq!(hash(&user("one")), hash(&json!({ "email": "mia@x.org" })));
        assert_ne!(hash(&user("one")), hash(&json!({ "email": "max@x.org", "password": "one" })));
        for name in ["current_password", "new_password", "code", "secret", "Client-Secret", "token"]
        {
            let deep = json!({ "kept": [{ name: "hush", "a": 1 }] });
            assert_eq!(hash(&deep), hash(&json!({ "kept": [{ "a": 1 }] })), "{name}");
        }
        for name in ["ticket_type", "password_hint", "decode", "pinned", "topics"] {
            assert_ne!(hash(&json!({ name: 1 })), hash(&json!({ name: 2 })), "{name}");
        }
    }

    #[test]
    fn nested_errors_carry_nested_pointers() {
        let body = json!({
            "points": { "win": "x", "bonus/~": 1 }, "price": null, "types": [{ "name": 1 }, 7, {}],
        });
        let errors = errors_of(body, |fields| {
            let win = |inner: &mut FieldReader| inner.optional("win", parse::id);
            assert_eq!(fields.nullable_object("points", win), Some(Some(None)));
            assert_eq!(fields.nullable_object("price", win), Some(None));
            assert_eq!(fields.nullable_object("absent", win), None);
            let name = |inner: &mut FieldReader| inner.required("name", parse::name);
            assert_eq!(fields.optional_list("types", 3, name).map(|all| all.len()), Some(2));
        });
        assert_eq!(
            errors,
            [
                "/points/win must be an id: 1 to 9007199254740991",
                "/points/bonus~1~0 is not known",
                "/types/0/name must be text",
                "/types/1 must be an object",
                "/types/2/name is missing",
            ]
        );
        for types in [json!(null), json!({}), json!([{ "name": "a" }, { "name": "b" }])] {
            let found = errors_of(json!({ "types": types }), |fields| {
                let name = |inner: &mut FieldReader| inner.required("name", parse::name);
                assert_eq!(fields.optional_list("types", 1, name), None);
            });
            assert_eq!(found.len(), 1, "{found:?}");
        }
    }

    #[test]
    fn null_is_not_absent() {
        let body = json!({ "name": null, "colour": null });
        let errors = errors_of(body, |fields| {
            assert_eq!(fields.optional_non_null("name", parse::name), None);
            assert_eq!(fields.nullable("colour", parse::colour), Some(None));
            assert_eq!(fields.nullable("venue", parse::name), None);
        });
        assert_eq!(errors, ["/name must not be null"]);
    }

    #[test]
    fn nul_is_rejected_at_any_depth() {
        for (body, pointer) in [
            (json!("\0"), ""),
            (json!({ "a": ["x", { "b/c": "y\0" }] }), "/a/1/b~1c"),
            (json!({ "a": { "\0": 1 } }), "/a"),
        ] {
            let Err(Problem::Rejected(rejection)) = reject_nul(&body, &mut String::new()) else {
                panic!("{body} was taken");
            };
            assert_eq!(rejection.errors[0].pointer, pointer, "{body}");
        }
        reject_nul(&json!({ "a": ["fine", 1, null] }), &mut String::new()).unwrap();
    }

    #[test]
    fn the_hash_ignores_whitespace_and_key_order() {
        let hash = |text: &str| JsonBody { value: serde_json::from_str(text).unwrap() }.hash();
        assert_eq!(hash(r#"{"a":1,"b":2}"#), hash(r#"{ "b": 2, "a": 1 }"#));
        assert_ne!(hash(r#"{"a":1}"#), hash(r#"{"a":2}"#));
    }
}
