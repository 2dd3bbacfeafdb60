//! One operation of the texts. After its first line, in any order:
//!
//! | line | says |
//! | --- | --- |
//! | `< Shape` | what is sent |
//! | `? after limit` | query parameters and headers, described elsewhere |
//! | `201 Team`, `200 page of Team`, `200 text/plain text`, `204` | what is answered |
//! | `! sold-out @conflicts` | codes of problems, besides those that all may end with |
//! | anything else | words: the first line is the summary |

use serde_json::Value;
use serde_json::json;

use super::codes;
use super::text::Document;
use super::types;
use crate::domain::number;

/// Writes that are no changes of the domain: a key would do nothing.
const KEYLESS: [&str; 4] = ["/api/auth", "/api/stream-tickets", "/api/admin", "/sync"];

/// What a POST changes, and makes nothing: all of these but who is named for a match.
const CHANGED: [&str; 4] =
    ["/api/matches/{id}/", "/api/announcements/{id}/", "/api/purchases/{id}/", "/api/tickets/"];

pub fn read(
    document: &Document,
    method: &str,
    path: &str,
    who: &str,
    lines: &[&str],
) -> Result<Value, String> {
    let is_write = method != "GET";
    let mut made = json!({
        "tags": [document.tag],
        "operationId": id(method, path),
        "x-who": who,
        "responses": {},
        "parameters": parameters(path),
        "security": security(path, who),
    });
    let mut problems = codes::usual(is_write, who == "anybody");
    let mut words = Vec::new();
    for line in lines {
        if !clause(document, &mut made, &mut problems, line)? {
            words.push(*line);
        }
    }
    if is_write && !KEYLESS.iter().any(|part| path.contains(part)) {
        refer(document, &mut made, "Idempotency-Key")?;
        problems.push("idempotency-key-reused".to_owned());
        problems.push("idempotency-key-too-short".to_owned());
        if method != "POST" || is_change(path) {
            refer(document, &mut made, "If-Match")?;
            problems.push("stale".to_owned());
        }
    }
    refuse(&mut made["responses"], &problems);
    let (summary, rest) = words.split_first().ok_or("what does it do?")?;
    made["summary"] = json!(summary);
    made["description"] = json!(format!("{} For: {who}.", rest.join(" ")).trim());
    Ok(made)
}

fn is_change(path: &str) -> bool {
    CHANGED.iter().any(|part| path.starts_with(part)) && !path.ends_with("/officials")
}

/// Adds what a line says; not if it is words.
fn clause(
    document: &Document,
    made: &mut Value,
    problems: &mut Vec<String>,
    line: &str,
) -> Result<bool, String> {
    let (first, rest) = line.split_once(' ').unwrap_or((line, ""));
    match first {
        "<" => made["requestBody"] = body(rest)?,
        "?" => {
            refer(document, made, rest)?;
            // Lists have a tag, as all that is found.
            if rest.split(' ').any(|name| name == "after") {
                answer(&mut made["responses"]["304"], "304", "")?;
            }
        }
        "!" => problems.extend(named(document, rest)?),
        _ if first.parse::<u16>().is_ok() => answer(&mut made["responses"][first], first, rest)?,
        _ => return Ok(false),
    }
    Ok(true)
}

/// Adds the problems; what has another answer with the same status keeps it.
fn refuse(responses: &mut Value, problems: &[String]) {
    for (status, response) in codes::responses(problems) {
        let known = &mut responses[&status];
        if known.is_null() {
            *known = response;
        } else {
            let kind = "application/problem+json";
            known["content"][kind] = response["content"][kind].clone();
        }
    }
}

/// `GET /api/teams/{id}/players` → `get_teams_id_players`
fn id(method: &str, path: &str) -> String {
    let words = path.trim_start_matches("/api").replace(['{', '}', '.'], "");
    format!("{}{}", method.to_lowercase(), words.replace(['/', '-'], "_"))
}

/// Ids in the path.
fn parameters(path: &str) -> Value {
    let names = path.split('{').skip(1).filter_map(|part| part.split('}').next());
    let of_connection = path.starts_with("/api/admin/connections/");
    let of_purchase = path.starts_with("/api/purchases/");
    let made = names.map(|name| {
        let schema = match name {
            "code" | "topic" | "channel" => json!({ "type": "string" }),
            "id" if of_purchase => json!({ "type": "string", "format": "uuid" }),
            _ if of_connection => json!({ "type": "string" }),
            _ => json!({ "type": "integer", "minimum": 1, "maximum": number::MAX }),
        };
        json!({ "name": name, "in": "path", "required": true, "schema": schema })
    });
    made.collect()
}

/// Nothing is needed for what may be public; what is private there takes the same as the rest.
fn security(path: &str, who: &str) -> Value {
    let signed_in = [json!({ "token": [] }), json!({ "cookie": [] })];
    let stream =
        path.ends_with("/stream") || path.contains("/stream/") || path.ends_with("/replay");
    let ticket = stream.then(|| json!({ "ticket": [] }));
    let nothing = who.starts_with("anybody").then(|| json!({}));
    nothing.into_iter().chain(signed_in).chain(ticket).collect()
}

fn body(shape: &str) -> Result<Value, String> {
    let content = json!({ "application/json": { "schema": types::schema(shape)? } });
    Ok(json!({ "required": true, "content": content }))
}

fn refer(document: &Document, made: &mut Value, names: &str) -> Result<(), String> {
    for name in names.split(' ') {
        if !document.parameters.contains_key(name) {
            return Err(format!("no such parameter: {name}"));
        }
        if let Value::Array(all) = &mut made["parameters"] {
            all.push(json!({ "$ref": format!("#/components/parameters/{name}") }));
        }
    }
    Ok(())
}

fn named(document: &Document, words: &str) -> Result<Vec<String>, String> {
    let mut all = Vec::new();
    for word in words.split(' ') {
        if word.starts_with('@') {
            all.extend(document.groups.get(word).ok_or_else(|| format!("no {word}"))?.clone());
        } else {
            all.push(word.to_owned());
        }
    }
    Ok(all)
}

/// One status may be answered in several media types, a line each.
fn answer(response: &mut Value, status: &str, rest: &str) -> Result<(), String> {
    if response.is_null() {
        let words = if status == "304" { "What you have is what there is" } else { "Done" };
        *response = json!({ "description": words });
    }
    let (kind, shape) = match rest.split_once(' ') {
        Some((kind, shape)) if kind.contains('/') => (kind, shape),
        _ => ("application/json", rest),
    };
    if shape.is_empty() {
        return Ok(());
    }
    response["description"] = json!(shape.replace(['[', ']'], ""));
    let schema = match shape.strip_prefix("page of ") {
        Some(items) => page(types::schema(items)?),
        None => types::schema(shape)?,
    };
    response["content"][kind] = json!({ "schema": schema });
    Ok(())
}

/// A list as all lists are; `next` goes into `after`.
fn page(items: Value) -> Value {
    json!({
        "type": "object",
        "required": ["items", "next"],
        "properties": {
            "items": { "type": "array", "items": items },
            "next": { "type": ["integer", "string", "null"] },
        },
    })
}
