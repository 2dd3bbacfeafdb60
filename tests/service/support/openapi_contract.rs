//! What the service's own `OpenAPI` document promises of an answer: held against every one that a
//! test gets, so that neither changes without the other.

use std::sync::LazyLock;

use reqwest::Method;
use serde_json::Value;

use crate::support::api_client::Answer;

/// The document as the service gives it.
pub static DOCUMENT: LazyLock<Value> =
    LazyLock::new(|| touchline::http::openapi::build_document().expect("the texts can be read"));

/// Fails the test where the answer isn't one that the document knows.
#[track_caller]
pub fn holds(method: &Method, path: &str, body: Option<&Value>, answer: &Answer) {
    let faults = faults(method, path, body, answer);
    assert!(faults.is_empty(), "{method} {path} {body:?}\n{answer:?}\n{}", faults.join("\n"));
}

fn faults(method: &Method, path: &str, body: Option<&Value>, answer: &Answer) -> Vec<String> {
    let path = path.split('?').next().unwrap_or_default().trim_end_matches('/');
    // What is no operation is refused in ways that no operation has.
    let Some(operation) = find(method, path) else { return Vec::new() };
    // A relay's own word, or a proxy's.
    if [421, 502, 504].contains(&answer.status) {
        return Vec::new();
    }
    let response = &operation["responses"][answer.status.to_string()];
    if response.is_null() {
        return vec![format!("the status {} is not documented", answer.status)];
    }
    let mut faults = Vec::new();
    let kind = answer.header("content-type").split(';').next().unwrap_or_default();
    match &response["content"][kind]["schema"] {
        Value::Null if answer.text.is_empty() => {}
        Value::Null => faults.push(format!("{kind} is not documented for {}", answer.status)),
        schema if kind.ends_with("json") => check(&answer.json(), schema, "answer", &mut faults),
        _ => {}
    }
    if let Some(body) = body.filter(|_| (200..300).contains(&answer.status)) {
        match &operation["requestBody"]["content"]["application/json"]["schema"] {
            Value::Null if *body == serde_json::json!({}) => {}
            Value::Null => faults.push("a body is not documented".to_owned()),
            schema => check(body, schema, "body", &mut faults),
        }
    }
    faults
}

/// The operation with the most literal path.
fn find(method: &Method, path: &str) -> Option<&'static Value> {
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

/// JSON Schema, as far as the document uses it. What is answered may have no field that is not
/// told of, unless its shape says that there are more.
fn check(value: &Value, schema: &Value, place: &str, faults: &mut Vec<String>) {
    if let Some(reference) = schema["$ref"].as_str() {
        let found = DOCUMENT.pointer(reference.trim_start_matches('#')).expect("a shape");
        return check(value, found, place, faults);
    }
    for part in schema["allOf"].as_array().into_iter().flatten() {
        // Parts know of each other's fields nothing.
        let mut part = part.clone();
        if part.get("$ref").is_none() {
            part["additionalProperties"] = Value::Bool(true);
        }
        check(value, &part, place, faults);
    }
    if let Some(kinds) = schema["anyOf"].as_array() {
        let tries = kinds.iter().map(|kind| {
            let mut found = Vec::new();
            check(value, kind, place, &mut found);
            found
        });
        let tries: Vec<_> = tries.collect();
        if tries.iter().all(|found| !found.is_empty()) {
            faults.extend(tries.into_iter().next().unwrap_or_default());
        }
        return;
    }
    if let Some(words) = schema["enum"].as_array()
        && !words.contains(value)
    {
        faults.push(format!("{place}: {value} is none of {words:?}"));
    }
    if !schema["const"].is_null() && schema["const"] != *value {
        faults.push(format!("{place}: {value} is not {}", schema["const"]));
    }
    if !is_of_type(value, &schema["type"]) {
        faults.push(format!("{place}: {value} is no {}", schema["type"]));
    }
    within(value, schema, place, faults);
}

fn within(value: &Value, schema: &Value, place: &str, faults: &mut Vec<String>) {
    let number = value.as_f64();
    let below = number.zip(schema["minimum"].as_f64()).is_some_and(|(is, least)| is < least);
    let above = number.zip(schema["maximum"].as_f64()).is_some_and(|(is, most)| is > most);
    if below || above {
        faults.push(format!("{place}: {value} is out of its range"));
    }
    for (at, item) in value.as_array().into_iter().flatten().enumerate() {
        check(item, &schema["items"], &format!("{place}/{at}"), faults);
    }
    let (Some(fields), false) = (value.as_object(), schema["properties"].is_null()) else {
        let values = &schema["additionalProperties"];
        for (name, value) in value.as_object().into_iter().flatten() {
            check(value, values, &format!("{place}/{name}"), faults);
        }
        return;
    };
    for name in schema["required"].as_array().into_iter().flatten() {
        if !fields.contains_key(name.as_str().expect("a name")) {
            faults.push(format!("{place}: {name} is missing"));
        }
    }
    for (name, value) in fields {
        let place = format!("{place}/{name}");
        match &schema["properties"][name] {
            Value::Null if schema["additionalProperties"] == true => {}
            Value::Null => faults.push(format!("{place} is not documented")),
            schema => check(value, schema, &place, faults),
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
