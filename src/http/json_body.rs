//! JSON request bodies: reading them within the size limit, and hashing them for idempotency.

use std::fmt;

use actix_web::dev::Payload;
use actix_web::http::header;
use actix_web::web::Data;
use actix_web::{FromRequest, HttpMessage, HttpRequest};
use bytes::{Bytes, BytesMut};
use futures_util::StreamExt;
use futures_util::future::LocalBoxFuture;
use serde_json::{Map, Value};

use crate::domain::rejection::FieldError;
use crate::input::FieldReader;
use crate::problem::Problem;
use crate::{App, auth};

/// A request's JSON body. An empty body is read as `{}`.
pub struct JsonBody {
    pub value: Value,
}

impl fmt::Debug for JsonBody {
    /// Omits the content, which may hold a password.
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

/// Reads a body of at most `max_bytes`.
pub async fn read_bytes(
    req: &HttpRequest,
    mut payload: Payload,
    max_bytes: usize,
) -> Result<Bytes, Problem> {
    let content_length = req.headers().get(header::CONTENT_LENGTH);
    let declared_length =
        content_length.and_then(|length| length.to_str().ok()?.parse::<usize>().ok());
    if declared_length.is_some_and(|length| length > max_bytes) {
        return Err(Problem::BodyTooLarge(max_bytes));
    }
    let mut bytes = BytesMut::new();
    while let Some(chunk) = payload.next().await {
        let chunk = chunk.map_err(|_| Problem::BadRequest("the body ended early".to_owned()))?;
        if bytes.len() + chunk.len() > max_bytes {
            return Err(Problem::BodyTooLarge(max_bytes));
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes.freeze())
}

async fn read_body(req: &HttpRequest, payload: Payload) -> Result<JsonBody, Problem> {
    let max_bytes = req.app_data::<Data<App>>().map_or(65_536, |app| app.config.body_bytes);
    let bytes = read_bytes(req, payload, max_bytes).await?;
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

/// Rejects U+0000 anywhere in a body: `PostgreSQL` can't store it in JSON.
fn reject_nul(value: &Value, pointer: &mut String) -> Result<(), Problem> {
    let nul_error = |pointer: &str| {
        let detail = "must not contain the character U+0000".to_owned();
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
    /// [`hash`] of this body.
    pub fn hash(&self) -> String {
        hash(&self.value)
    }

    /// A reader of the body's fields, which must form an object.
    pub fn fields(&self) -> FieldReader<'_> {
        FieldReader::new(&self.value)
    }
}

/// Last words of the names of fields that hold a secret.
const SECRET_NAMES: [&str; 6] = ["password", "secret", "token", "code", "ticket", "pin"];

/// SHA-256 in hex of a body without its secret fields, independent of whitespace and key order. The
/// hash can't be used to guess passwords, and the same key with another password counts as the
/// same request.
pub fn hash(body: &Value) -> String {
    auth::sha256_hex(without_secrets(body).to_string().as_bytes())
}

fn without_secrets(value: &Value) -> Value {
    match value {
        Value::Object(fields) => {
            let public_fields = fields.iter().filter(|(name, _)| !is_secret(name));
            public_fields.map(|(name, value)| (name.clone(), without_secrets(value))).collect()
        }
        Value::Array(items) => items.iter().map(without_secrets).collect(),
        value => value.clone(),
    }
}

fn is_secret(name: &str) -> bool {
    let last_word = name.rsplit(['_', '-']).next().unwrap_or_default();
    SECRET_NAMES.iter().any(|secret_name| last_word.eq_ignore_ascii_case(secret_name))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_body_hash_excludes_secret_fields() {
        let user = |password: &str| json!({ "email": "mia@x.org", "password": password });
        assert_eq!(hash(&user("one")), hash(&user("another")));
        assert_eq!(hash(&user("one")), hash(&json!({ "email": "mia@x.org" })));
        assert_ne!(hash(&user("one")), hash(&json!({ "email": "max@x.org", "password": "one" })));
        for name in ["current_password", "new_password", "code", "secret", "Client-Secret", "token"]
        {
            let nested = json!({ "kept": [{ name: "hush", "a": 1 }] });
            assert_eq!(hash(&nested), hash(&json!({ "kept": [{ "a": 1 }] })), "{name}");
        }
        for name in ["ticket_type", "password_hint", "decode", "pinned", "topics"] {
            assert_ne!(hash(&json!({ name: 1 })), hash(&json!({ name: 2 })), "{name}");
        }
    }

    #[test]
    fn nul_is_rejected_at_any_depth() {
        for (body, pointer) in [
            (json!("\0"), ""),
            (json!({ "a": ["x", { "b/c": "y\0" }] }), "/a/1/b~1c"),
            (json!({ "a": { "\0": 1 } }), "/a"),
        ] {
            let Err(Problem::Rejected(rejection)) = reject_nul(&body, &mut String::new()) else {
                panic!("{body} was accepted");
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
