//! Inputs declared in the `OpenAPI` document: every number and every time, by location.

use std::collections::HashMap;

use chrono::{DateTime, SecondsFormat, SubsecRound};
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::openapi_contract::DOCUMENT;

/// Values for field names and path segments of one request.
pub type Case = HashMap<&'static str, Value>;

/// Times that may be accepted.
const VALID_TIMES: [&str; 3] =
    ["0001-01-01T00:00:00.000Z", "2026-11-21T16:00:00.1239+01:00", "9999-12-31T23:59:59.999Z"];

/// 2⁵³ − 1, the largest integer every JSON client represents exactly; default bound.
const MAX: i64 = 9_007_199_254_740_991;

const LEAF: &str = "@leaf@";

pub struct Operation {
    pub method: Method,
    pub path: String,
    value: &'static Value,
}

/// A number or a time in a request body.
#[derive(Debug)]
pub struct Leaf {
    path: Vec<String>,
    schema: &'static Value,
    /// Whether the schema also allows arbitrary text.
    any_text: bool,
}

/// A number, a time or a cursor in the path, query or headers.
pub struct Parameter {
    name: String,
    place: String,
    schema: Value,
}

/// A request location with the parameter filled in.
pub struct PlacedParameter {
    pub path: String,
    pub query: Option<String>,
    pub header: Option<(String, String)>,
}

pub fn operations() -> Vec<Operation> {
    let paths = DOCUMENT["paths"].as_object().expect("paths");
    let of = |(path, item): (&String, &'static Value)| {
        let methods = item.as_object().expect("operations").iter();
        let made = methods.map(|(method, value)| {
            let method = method.to_uppercase().parse().unwrap();
            Operation { method, path: path.clone(), value }
        });
        made.collect::<Vec<_>>()
    };
    paths.iter().flat_map(of).collect()
}

fn resolve(schema: &'static Value) -> &'static Value {
    match schema["$ref"].as_str() {
        Some(place) => DOCUMENT.pointer(place.trim_start_matches('#')).expect("a shape"),
        None => schema,
    }
}

fn alternatives(schema: &'static Value) -> Vec<&'static Value> {
    match schema["anyOf"].as_array() {
        Some(kinds) => kinds.iter().map(resolve).collect(),
        None => vec![schema],
    }
}

fn is_time(schema: &Value) -> bool {
    schema["format"] == "date-time"
}

fn is_number(schema: &Value) -> bool {
    schema["type"] == "integer" || schema["type"] == "number"
}

impl Operation {
    fn schema(&self) -> Option<&'static Value> {
        let schema = &self.value["requestBody"]["content"]["application/json"]["schema"];
        (!schema.is_null()).then_some(schema)
    }

    pub fn leaves(&self) -> Vec<Leaf> {
        let mut leaves = Vec::new();
        if let Some(schema) = self.schema() {
            walk(schema, &mut Vec::new(), &mut leaves);
        }
        leaves
    }

    /// Builds a body with this raw value at the leaf and all required fields.
    pub fn body(&self, leaf: &Leaf, raw: &str, case: &Case) -> String {
        let schema = self.schema().expect("a body");
        let made = build(schema, "", Some(&leaf.path), case).expect("a place in the body");
        made.to_string().replace(&format!("\"{LEAF}\""), raw)
    }

    pub fn usual_body(&self, case: &Case) -> Value {
        self.schema().and_then(|schema| build(schema, "", None, case)).unwrap_or(json!({}))
    }

    pub fn parameters(&self) -> Vec<Parameter> {
        let all = self.value["parameters"].as_array().expect("parameters").iter().map(resolve);
        let made = all.map(|one| Parameter {
            name: one["name"].as_str().unwrap().to_owned(),
            place: one["in"].as_str().unwrap().to_owned(),
            schema: one["schema"].clone(),
        });
        // Request headers of writes are opaque strings.
        let is_read = self.method == Method::GET;
        made.filter(|one| one.schema["enum"].is_null() && (is_read || one.place != "header"))
            .collect()
    }
}

fn walk(schema: &'static Value, path: &mut Vec<String>, leaves: &mut Vec<Leaf>) {
    let kinds = alternatives(resolve(schema));
    let any_text = kinds
        .iter()
        .any(|kind| kind["type"] == "string" && kind["format"].is_null() && kind["enum"].is_null());
    for kind in kinds {
        if is_number(kind) || is_time(kind) {
            leaves.push(Leaf { path: path.clone(), schema: kind, any_text });
        } else if kind["type"] == "array" {
            path.push("0".to_owned());
            walk(&kind["items"], path, leaves);
            path.pop();
        }
        for (name, field) in kind["properties"].as_object().into_iter().flatten() {
            path.push(name.clone());
            walk(field, path, leaves);
            path.pop();
        }
    }
}

/// Builds a value of this schema with the leaf at `path`, or `None` if `path` does not exist in it.
fn build(
    schema: &'static Value,
    name: &str,
    path: Option<&[String]>,
    case: &Case,
) -> Option<Value> {
    if path.is_some_and(<[String]>::is_empty) {
        return Some(json!(LEAF));
    }
    let known = case.get(name).filter(|_| path.is_none());
    if let Some(known) = known {
        return Some(known.clone());
    }
    alternatives(resolve(schema)).into_iter().find_map(|kind| one(kind, name, path, case))
}

fn one(kind: &'static Value, name: &str, path: Option<&[String]>, case: &Case) -> Option<Value> {
    if kind["type"] == "array" {
        let rest = path.map(|path| &path[1..]);
        return Some(json!([build(&kind["items"], name, rest, case)?]));
    }
    if kind["type"] == "object" {
        let (fields, next) = (kind["properties"].as_object(), path.map(|path| path[0].as_str()));
        if next.is_some_and(|next| fields.is_none_or(|fields| !fields.contains_key(next))) {
            return None;
        }
        let mut made = json!({});
        for (name, field) in fields.into_iter().flatten() {
            let required =
                kind["required"].as_array().is_some_and(|all| all.contains(&json!(name)));
            let is_next = next == Some(name);
            if required || is_next {
                let rest = path.filter(|_| is_next).map(|path| &path[1..]);
                made[name] = build(field, name, rest, case)?;
            }
        }
        return Some(made);
    }
    if path.is_some() {
        return None;
    }
    let first = kind["enum"].get(0).or(kind.get("const"));
    Some(match kind["type"].as_str() {
        _ if first.is_some() => first.cloned().unwrap_or_default(),
        Some("integer" | "number") => json!(kind["minimum"].as_i64().unwrap_or(1).max(1)),
        Some("string") if is_time(kind) => json!("2026-11-21T15:00:00.000Z"),
        Some("string") => json!("Text"),
        Some("boolean") => json!(false),
        _ => json!({}),
    })
}

/// Whether a number is outside the range of its schema.
fn is_outside(schema: &Value, value: &Value) -> bool {
    let is_whole = schema["type"] == "integer";
    let number = value.as_f64().filter(|_| !is_whole || value.is_i64());
    let (least, most) = (&schema["minimum"], &schema["maximum"]);
    let least = least.as_f64().unwrap_or(-(MAX as f64));
    let most = most.as_f64().unwrap_or(MAX as f64);
    number.is_none_or(|number| number < least || number > most)
}

impl Leaf {
    pub fn pointer(&self) -> String {
        self.path.iter().fold(String::new(), |text, part| format!("{text}/{part}"))
    }

    pub fn is_named(&self, name: &str) -> bool {
        self.path.iter().any(|part| part == name)
    }

    /// Limits values of a wrong JSON type to two per leaf.
    pub fn is_relevant(&self, raw: &str) -> bool {
        let is_text = raw.starts_with('"');
        is_text == is_time(self.schema) || ["0", "1e400", "\"1e3\"", "\"NaN\""].contains(&raw)
    }

    pub fn must_be_rejected(&self, raw: &str) -> bool {
        let Ok(value) = serde_json::from_str::<Value>(raw) else { return true };
        match value.as_str() {
            _ if self.any_text => false,
            Some(text) if is_time(self.schema) => !VALID_TIMES.contains(&text),
            None if !is_time(self.schema) => is_outside(self.schema, &value),
            _ => true,
        }
    }
}

/// The value as the service returns it.
pub fn emitted(raw: &str) -> Value {
    let value: Value = serde_json::from_str(raw).unwrap();
    let time = value.as_str().and_then(|text| DateTime::parse_from_rfc3339(text).ok());
    time.map_or(value, |time| {
        let time = time.to_utc().trunc_subsecs(3);
        json!(time.to_rfc3339_opts(SecondsFormat::Millis, true))
    })
}

impl Parameter {
    /// Puts the text at the parameter's location; other path parameters stay unfilled.
    pub fn put(&self, path: &str, text: &str) -> PlacedParameter {
        let plain = || path.to_owned();
        match self.place.as_str() {
            "query" => PlacedParameter {
                path: plain(),
                query: Some(format!("{}={text}", self.name)),
                header: None,
            },
            "header" => {
                let header = Some((self.name.clone(), text.replace("%2B", "+")));
                PlacedParameter { path: plain(), query: None, header }
            }
            _ => {
                let path = path.replacen(&format!("{{{}}}", self.name), text, 1);
                PlacedParameter { path, query: None, header: None }
            }
        }
    }

    pub fn must_be_rejected(&self, text: &str) -> bool {
        if self.place == "path" {
            // No resource has such an id, and text of another form is not an id.
            return is_number(&self.schema);
        }
        if !is_number(&self.schema) {
            return is_time(&self.schema) && !VALID_TIMES.contains(&text);
        }
        let number = text.replace("%2B", "+").parse::<f64>().map(|number| json!(number));
        let whole = text.parse::<i64>().map(|number| json!(number));
        let value = if self.schema["type"] == "integer" { whole.ok() } else { number.ok() };
        value.is_none_or(|value| is_outside(&self.schema, &value))
    }
}
