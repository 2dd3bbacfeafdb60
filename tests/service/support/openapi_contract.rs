//! Checks every response that a test receives against the service's own `OpenAPI` document, so that
//! neither changes without the other.

use std::sync::LazyLock;

use reqwest::Method;
use serde_json::Value;

use crate::support::api_client::ApiResponse;

/// The document as the service returns it.
pub static DOCUMENT: LazyLock<Value> =
    LazyLock::new(|| touchline::http::openapi::build_document().expect("readable API texts"));

/// Fails the test if the response does not match the document.
#[track_caller]
pub fn assert_documented(
    method: &Method,
    path: &str,
    body: Option<&Value>,
    response: &ApiResponse,
) {
    let errors = find_errors(method, path, body, response);
    assert!(errors.is_empty(), "{method} {path} {body:?}\n{response:?}\n{}", errors.join("\n"));
}

fn find_errors(
    method: &Method,
    path: &str,
    body: Option<&Value>,
    response: &ApiResponse,
) -> Vec<String> {
    let path = path.split('?').next().unwrap_or_default().trim_end_matches('/');
    // Requests to unknown operations are rejected in ways that no operation documents.
    let Some(operation) = find_operation(method, path) else { return Vec::new() };
    // Sent by a proxy.
    if [502, 504].contains(&response.status) {
        return Vec::new();
    }
    let documented = &operation["responses"][response.status.to_string()];
    if documented.is_null() {
        return vec![format!("the status {} is not documented", response.status)];
    }
    let mut errors = Vec::new();
    let kind = response.header("content-type").split(';').next().unwrap_or_default();
    match &documented["content"][kind]["schema"] {
        Value::Null if response.text.is_empty() => {}
        Value::Null => errors.push(format!("{kind} is not documented for {}", response.status)),
        schema if kind.ends_with("json") => check(&response.json(), schema, "answer", &mut errors),
        _ => {}
    }
    if let Some(body) = body.filter(|_| (200..300).contains(&response.status)) {
        match &operation["requestBody"]["content"]["application/json"]["schema"] {
            Value::Null if *body == serde_json::json!({}) => {}
            Value::Null => errors.push("a body is not documented".to_owned()),
            schema => check(body, schema, "body", &mut errors),
        }
    }
    errors
}

/// Returns the operation with the most literal path.
fn find_operation(method: &Method, path: &str) -> Option<&'static Value> {
    let paths = DOCUMENT["paths"].as_object()?;
    let fits = |template: &str| {
        let (one, other): (Vec<_>, Vec<_>) =
            (template.split('/').collect(), path.split('/').collect());
        let same = one.iter().zip(&other).all(|(one, other)| one.starts_with('{') || one == other);
        one.len() == other.len() && same
    };
    let fitting = paths.iter().filter(|(template, _)| fits(template));
    let best = fitting.min_by_key(|(template, _)| template.matches('{').count())?;
    best.1.get(method.as_str().to_lowercase())
}

/// JSON Schema, as far as the document uses it. Undocumented fields are errors, unless the schema
/// allows additional ones.
fn check(value: &Value, schema: &Value, place: &str, errors: &mut Vec<String>) {
    if let Some(reference) = schema["$ref"].as_str() {
        let found = DOCUMENT.pointer(reference.trim_start_matches('#')).expect("a shape");
        return check(value, found, place, errors);
    }
    for part in schema["allOf"].as_array().into_iter().flatten() {
        // Parts do not know each other's fields.
        let mut part = part.clone();
        if part.get("$ref").is_none() {
            part["additionalProperties"] = Value::Bool(true);
        }
        check(value, &part, place, errors);
    }
    if let Some(kinds) = schema["anyOf"].as_array() {
        let attempts = kinds.iter().map(|kind| {
            let mut found = Vec::new();
            check(value, kind, place, &mut found);
            found
        });
        let attempts: Vec<_> = attempts.collect();
        if attempts.iter().all(|found| !found.is_empty()) {
            errors.extend(attempts.into_iter().next().unwrap_or_default());
        }
        return;
    }
    if let Some(words) = schema["enum"].as_array()
        && !words.contains(value)
    {
        errors.push(format!("{place}: {value} is not one of {words:?}"));
    }
    if !schema["const"].is_null() && schema["const"] != *value {
        errors.push(format!("{place}: {value} is not {}", schema["const"]));
    }
    if !is_of_type(value, &schema["type"]) {
        errors.push(format!("{place}: {value} is not of type {}", schema["type"]));
    }
    check_contents(value, schema, place, errors);
}

fn check_contents(value: &Value, schema: &Value, place: &str, errors: &mut Vec<String>) {
    let number = value.as_f64();
    let below = number.zip(schema["minimum"].as_f64()).is_some_and(|(is, least)| is < least);
    let above = number.zip(schema["maximum"].as_f64()).is_some_and(|(is, most)| is > most);
    if below || above {
        errors.push(format!("{place}: {value} is out of range"));
    }
    for (at, item) in value.as_array().into_iter().flatten().enumerate() {
        check(item, &schema["items"], &format!("{place}/{at}"), errors);
    }
    let (Some(fields), false) = (value.as_object(), schema["properties"].is_null()) else {
        let values = &schema["additionalProperties"];
        for (name, value) in value.as_object().into_iter().flatten() {
            check(value, values, &format!("{place}/{name}"), errors);
        }
        return;
    };
    for name in schema["required"].as_array().into_iter().flatten() {
        if !fields.contains_key(name.as_str().expect("a name")) {
            errors.push(format!("{place}: {name} is missing"));
        }
    }
    for (name, value) in fields {
        let place = format!("{place}/{name}");
        match &schema["properties"][name] {
            Value::Null if schema["additionalProperties"] == true => {}
            Value::Null => errors.push(format!("{place} is not documented")),
            schema => check(value, schema, &place, errors),
        }
    }
}

fn is_of_type(value: &Value, kind: &Value) -> bool {
    match kind {
        Value::String(kind) => match kind.as_str() {
            "integer" => value.is_i64() || value.is_u64(),
            "number" => value.is_number(),
            "string" => value.is_string(),
            "boolean" => value.is_boolean(),
            "object" => value.is_object(),
            "array" => value.is_array(),
            "null" => value.is_null(),
            _ => false,
        },
        Value::Array(kinds) => kinds.iter().any(|kind| is_of_type(value, kind)),
        _ => true,
    }
}
