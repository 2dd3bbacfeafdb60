//! One operation of the texts. After its first line, in any order:
//!
//! | line | says |
//! | --- | --- |
//! | `< Shape` | what is sent |
//! | `? after limit` | query parameters and headers, described elsewhere |
//! | `201 Team`, `200 page of Team`, `200 text/plain text`, `204` | what is answered |
//! | `! sold-out @conflicts` | codes of problems, besides those that all may end with |
//! | anything else | words: the first line is the summary |

use serde_json::{Value, json};

use super::source_parser::DocumentBuilder;
use super::{problem_codes, type_parser};
use crate::domain::number;

/// Writes that are no changes of the domain: a key would do nothing.
const PATHS_WITHOUT_KEY: [&str; 4] = ["/api/auth", "/api/stream-tickets", "/api/admin", "/sync"];

/// What a POST changes, and makes nothing: all of these but who is named for a match.
const CHANGE_PATHS: [&str; 4] =
    ["/api/matches/{id}/", "/api/announcements/{id}/", "/api/purchases/{id}/", "/api/tickets/"];

pub fn parse_operation(
    document: &DocumentBuilder,
    method: &str,
    path: &str,
    callers: &str,
    lines: &[&str],
) -> Result<Value, String> {
    let is_write = method != "GET";
    let mut operation = json!({
        "tags": [document.current_tag],
        "operationId": operation_id(method, path),
        "x-who": callers,
        "responses": {},
        "parameters": path_parameters(path),
        "security": security_schemes(path, callers),
    });
    let mut codes = problem_codes::default_codes(is_write, callers == "anybody");
    let mut text_lines = Vec::new();
    for line in lines {
        if !parse_clause(document, &mut operation, &mut codes, line)? {
            text_lines.push(*line);
        }
    }
    if is_write && !PATHS_WITHOUT_KEY.iter().any(|part| path.contains(part)) {
        add_parameter_refs(document, &mut operation, "Idempotency-Key")?;
        codes.push("idempotency-key-reused".to_owned());
        codes.push("idempotency-key-too-short".to_owned());
        if method != "POST" || is_change(path) {
            add_parameter_refs(document, &mut operation, "If-Match")?;
            codes.push("stale".to_owned());
        }
    }
    add_problem_responses(&mut operation["responses"], &codes);
    let (summary, rest) = text_lines.split_first().ok_or("what does it do?")?;
    operation["summary"] = json!(summary);
    operation["description"] = json!(format!("{} For: {callers}.", rest.join(" ")).trim());
    Ok(operation)
}

fn is_change(path: &str) -> bool {
    CHANGE_PATHS.iter().any(|part| path.starts_with(part)) && !path.ends_with("/officials")
}

/// Adds what a line says; not if it is words.
fn parse_clause(
    document: &DocumentBuilder,
    operation: &mut Value,
    codes: &mut Vec<String>,
    line: &str,
) -> Result<bool, String> {
    let (first, rest) = line.split_once(' ').unwrap_or((line, ""));
    match first {
        "<" => operation["requestBody"] = request_body(rest)?,
        "?" => {
            add_parameter_refs(document, operation, rest)?;
            // Lists have a tag, as all that is found.
            if rest.split(' ').any(|name| name == "after") {
                add_response(&mut operation["responses"]["304"], "304", "")?;
            }
        }
        "!" => codes.extend(expand_codes(document, rest)?),
        _ if first.parse::<u16>().is_ok() => {
            add_response(&mut operation["responses"][first], first, rest)?
        }
        _ => return Ok(false),
    }
    Ok(true)
}

/// Adds the problems; what has another answer with the same status keeps it.
fn add_problem_responses(responses: &mut Value, codes: &[String]) {
    for (status, response) in problem_codes::problem_responses(codes) {
        let existing = &mut responses[&status];
        if existing.is_null() {
            *existing = response;
        } else {
            let content_type = "application/problem+json";
            existing["content"][content_type] = response["content"][content_type].clone();
        }
    }
}

/// `GET /api/teams/{id}/players` → `get_teams_id_players`
fn operation_id(method: &str, path: &str) -> String {
    let name = path.trim_start_matches("/api").replace(['{', '}', '.'], "");
    format!("{}{}", method.to_lowercase(), name.replace(['/', '-'], "_"))
}

/// Ids in the path.
fn path_parameters(path: &str) -> Value {
    let names = path.split('{').skip(1).filter_map(|part| part.split('}').next());
    let of_connection = path.starts_with("/api/admin/connections/");
    let of_purchase = path.starts_with("/api/purchases/");
    let path_parameters = names.map(|name| {
        let schema = match name {
            "code" | "topic" | "channel" => json!({ "type": "string" }),
            "id" if of_purchase => json!({ "type": "string", "format": "uuid" }),
            _ if of_connection => json!({ "type": "string" }),
            _ => json!({ "type": "integer", "minimum": 1, "maximum": number::MAX }),
        };
        json!({ "name": name, "in": "path", "required": true, "schema": schema })
    });
    path_parameters.collect()
}

/// Nothing is needed for what may be public; what is private there takes the same as the rest.
fn security_schemes(path: &str, callers: &str) -> Value {
    let signed_in = [json!({ "token": [] }), json!({ "cookie": [] })];
    let stream =
        path.ends_with("/stream") || path.contains("/stream/") || path.ends_with("/replay");
    let ticket = stream.then(|| json!({ "ticket": [] }));
    let anonymous = callers.starts_with("anybody").then(|| json!({}));
    anonymous.into_iter().chain(signed_in).chain(ticket).collect()
}

fn request_body(shape: &str) -> Result<Value, String> {
    let content = json!({ "application/json": { "schema": type_parser::parse_type(shape)? } });
    Ok(json!({ "required": true, "content": content }))
}

fn add_parameter_refs(
    document: &DocumentBuilder,
    operation: &mut Value,
    names: &str,
) -> Result<(), String> {
    for name in names.split(' ') {
        if !document.parameters.contains_key(name) {
            return Err(format!("no such parameter: {name}"));
        }
        if let Value::Array(all) = &mut operation["parameters"] {
            all.push(json!({ "$ref": format!("#/components/parameters/{name}") }));
        }
    }
    Ok(())
}

fn expand_codes(document: &DocumentBuilder, codes: &str) -> Result<Vec<String>, String> {
    let mut all = Vec::new();
    for word in codes.split(' ') {
        if word.starts_with('@') {
            all.extend(document.code_groups.get(word).ok_or_else(|| format!("no {word}"))?.clone());
        } else {
            all.push(word.to_owned());
        }
    }
    Ok(all)
}

/// One status may be answered in several media types, a line each.
fn add_response(response: &mut Value, status: &str, rest: &str) -> Result<(), String> {
    if response.is_null() {
        let description = if status == "304" { "What you have is what there is" } else { "Done" };
        *response = json!({ "description": description });
    }
    let (content_type, shape) = match rest.split_once(' ') {
        Some((kind, shape)) if kind.contains('/') => (kind, shape),
        _ => ("application/json", rest),
    };
    if shape.is_empty() {
        return Ok(());
    }
    response["description"] = json!(shape.replace(['[', ']'], ""));
    let schema = match shape.strip_prefix("page of ") {
        Some(items) => page_schema(type_parser::parse_type(items)?),
        None => type_parser::parse_type(shape)?,
    };
    response["content"][content_type] = json!({ "schema": schema });
    Ok(())
}

/// A list as all lists are; `next` goes into `after`.
fn page_schema(items: Value) -> Value {
    json!({
        "type": "object",
        "required": ["items", "next"],
        "properties": {
            "items": { "type": "array", "items": items },
            "next": { "type": ["integer", "string", "null"] },
        },
    })
}
