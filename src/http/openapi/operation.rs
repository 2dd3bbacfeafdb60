//! Parses one operation of the texts. After its first line, in any order:
//!
//! | line | meaning |
//! | --- | --- |
//! | `< Shape` | request body |
//! | `? after limit` | query parameters and headers, defined elsewhere |
//! | `201 Team`, `200 page of Team`, `200 text/plain text`, `204` | response |
//! | `! sold-out @conflicts` | problem codes, besides those of every operation |
//! | anything else | text: the first line is the summary |

use serde_json::{Value, json};

use super::document_builder::DocumentBuilder;
use super::{problem_codes, type_parser};
use crate::domain::number;

/// Writes that change no domain data: an idempotency key has no effect on them.
const PATHS_WITHOUT_KEY: [&str; 4] = ["/api/auth", "/api/stream-tickets", "/api/admin", "/sync"];

/// Paths below which a POST changes a resource instead of creating one, except for officials.
const CHANGE_PATHS: [&str; 4] =
    ["/api/matches/{id}/", "/api/announcements/{id}/", "/api/purchases/{id}/", "/api/tickets/"];

/// Parses an operation into its JSON; `callers` says who may call it.
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
    let mut codes = problem_codes::default_codes(is_write, callers == "anyone");
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
    let (summary, rest) = text_lines.split_first().ok_or("the summary is missing")?;
    operation["summary"] = json!(summary);
    operation["description"] = json!(format!("{} For: {callers}.", rest.join(" ")).trim());
    Ok(operation)
}

fn is_change(path: &str) -> bool {
    CHANGE_PATHS.iter().any(|part| path.starts_with(part)) && !path.ends_with("/officials")
}

/// Applies a line to the operation; returns `false` if it is text.
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
            // Lists have an ETag, like all found resources.
            if rest.split(' ').any(|name| name == "after") {
                add_response(&mut operation["responses"]["304"], "304", "")?;
            }
        }
        "!" => codes.extend(expand_codes(document, rest)?),
        _ if first.parse::<u16>().is_ok() => {
            add_response(&mut operation["responses"][first], first, rest)?;
        }
        _ => return Ok(false),
    }
    Ok(true)
}

/// Adds problem responses; a status that has another response keeps that too.
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

/// The parameters in the path, with their schemas.
fn path_parameters(path: &str) -> Value {
    let names = path.split('{').skip(1).filter_map(|part| part.split('}').next());
    let of_connection = path.starts_with("/api/admin/connections/");
    let of_purchase = path.starts_with("/api/purchases/");
    let path_parameters = names.map(|name| {
        let schema = match name {
            "code" | "topic" | "channel" => json!({ "type": "string" }),
            "id" if of_purchase => json!({ "type": "string", "format": "uuid" }),
            _ if of_connection => json!({ "type": "string" }),
            _ => json!({ "type": "integer", "minimum": 1, "maximum": number::MAX_INTEGER }),
        };
        json!({ "name": name, "in": "path", "required": true, "schema": schema })
    });
    path_parameters.collect()
}

/// Accepted credentials. None are required for what may be public.
fn security_schemes(path: &str, callers: &str) -> Value {
    let signed_in = [json!({ "token": [] }), json!({ "cookie": [] })];
    let stream =
        path.ends_with("/stream") || path.contains("/stream/") || path.ends_with("/replay");
    let ticket = stream.then(|| json!({ "ticket": [] }));
    let anonymous = callers.starts_with("anyone").then(|| json!({}));
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
            return Err(format!("unknown parameter: {name}"));
        }
        if let Value::Array(parameters) = &mut operation["parameters"] {
            parameters.push(json!({ "$ref": format!("#/components/parameters/{name}") }));
        }
    }
    Ok(())
}

/// The codes of a line, with those of the groups that it names.
pub fn expand_codes(document: &DocumentBuilder, codes: &str) -> Result<Vec<String>, String> {
    let mut expanded = Vec::new();
    for code in codes.split(' ') {
        if code.starts_with('@') {
            expanded.extend(
                document
                    .code_groups
                    .get(code)
                    .ok_or_else(|| format!("unknown group of codes: {code}"))?
                    .clone(),
            );
        } else {
            expanded.push(code.to_owned());
        }
    }
    Ok(expanded)
}

/// Adds a response; a status may have several media types, one line each.
fn add_response(response: &mut Value, status: &str, rest: &str) -> Result<(), String> {
    if response.is_null() {
        let description = if status == "304" { "Not modified" } else { "Done" };
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

/// The schema of a list; `next` is the value of `after` for the following page.
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
