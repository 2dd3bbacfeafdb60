//! Fields with secrets in the API description.

use serde_json::Value;

use crate::support::api_client::ApiClient;

/// Every operation whose request or response has a field named like a secret. A new one needs a
/// test in this module. The `code` of a sync belongs to a problem; `ticket` is a string only for
/// stream tickets.
pub const WITH_SECRETS: [&str; 17] = [
    "GET /api/events/{id}/purchases gives code",
    "GET /api/purchases gives code",
    "GET /api/purchases/{id} gives code",
    "PATCH /api/tickets/{code} gives code",
    "PATCH /api/tickets/{code} gives ticket",
    "PATCH /api/users/{id} gives token",
    "PATCH /api/users/{id} takes current_password",
    "PATCH /api/users/{id} takes password",
    "POST /api/auth/login gives token",
    "POST /api/auth/login takes password",
    "POST /api/events/{id}/purchases gives code",
    "POST /api/matches/{id}/sync gives code",
    "POST /api/purchases/{id}/status gives code",
    "POST /api/stream-tickets gives ticket",
    "POST /api/tickets/{code}/check-in gives code",
    "POST /api/tickets/{code}/check-in gives ticket",
    "POST /api/users takes password",
];

/// Collects the names of all properties of a schema, at any depth.
fn properties(document: &Value, schema: &Value, names: &mut Vec<String>) {
    if let Some(name) = schema["$ref"].as_str() {
        let pointer = name.trim_start_matches('#');
        // Recursive references are not followed again.
        if !names.iter().any(|known| known == name) {
            names.push(name.to_owned());
            properties(document, &document.pointer(pointer).unwrap().clone(), names);
        }
        return;
    }
    match schema {
        Value::Object(fields) => {
            for (key, value) in fields {
                if key == "properties" {
                    names.extend(value.as_object().unwrap().keys().cloned());
                }
                properties(document, value, names);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| properties(document, item, names)),
        _ => {}
    }
}

const NAMES: [&str; 6] = ["password", "secret", "token", "code", "ticket", "url"];

fn is_secret(name: &str) -> bool {
    NAMES.iter().any(|word| name == *word || name.ends_with(&format!("_{word}")))
}

/// Returns every operation with a secret in the served description.
pub async fn of(client: &ApiClient) -> Vec<String> {
    let document = client.get("/api/openapi.json").await.ok_json();
    let mut found = Vec::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            let mut note = |verb: &str, schema: &Value| {
                let mut names = Vec::new();
                properties(&document, schema, &mut names);
                names.retain(|name| is_secret(name));
                let context = format!("{} {path} {verb}", method.to_uppercase());
                found.extend(names.iter().map(|name| format!("{context} {name}")));
            };
            note("takes", &operation["requestBody"]);
            for (status, response) in operation["responses"].as_object().into_iter().flatten() {
                if status.starts_with('2') {
                    note("gives", response);
                }
            }
        }
    }
    found.sort();
    found.dedup();
    found
}
