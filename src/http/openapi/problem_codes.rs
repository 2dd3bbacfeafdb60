//! Problem codes: the status of each, and those of every operation.

use serde_json::{Map, Value, json};

/// Codes by status; all others are 409.
const CODES_BY_STATUS: [(u16, &[&str]); 10] = [
    (400, &["malformed-json", "bad-request"]),
    (401, &["not-signed-in", "invalid-token", "wrong-password"]),
    (403, &["forbidden", "cross-site", "sign-in-elsewhere"]),
    (404, &["not-found"]),
    (410, &["pruned", "stopped"]),
    (412, &["stale"]),
    (422, &["invalid-field", "no-action", "idempotency-key-reused", "idempotency-key-too-short"]),
    (429, &["too-many-requests"]),
    (500, &["internal"]),
    (503, &["unavailable"]),
];

/// Codes that appear in no operation of the document, with their statuses.
const UNDOCUMENTED_CODES: [(u16, &str); 3] =
    [(405, "method-not-allowed"), (413, "body-too-large"), (415, "unsupported-media-type")];

/// The HTTP status of a problem code.
pub fn status_of(code: &str) -> u16 {
    let undocumented = UNDOCUMENTED_CODES
        .iter()
        .find(|(_, existing)| *existing == code)
        .map(|(status, _)| *status);
    let documented = || CODES_BY_STATUS.iter().find(|(_, codes)| codes.contains(&code));
    undocumented.or_else(|| documented().map(|(status, _)| *status)).unwrap_or(409)
}

/// Codes of every operation.
const COMMON_CODES: [&str; 3] = ["bad-request", "internal", "unavailable"];

/// Codes of operations that need a caller.
const SIGNED_IN_CODES: [&str; 4] = ["not-signed-in", "invalid-token", "forbidden", "not-found"];

/// Codes of every write.
const WRITE_CODES: [&str; 6] = [
    "malformed-json",
    "cross-site",
    "body-too-large",
    "unsupported-media-type",
    "invalid-field",
    "too-many-requests",
];

/// The codes of every operation of this kind.
pub fn default_codes(is_write: bool, is_public: bool) -> Vec<String> {
    let signed_in_codes = if is_public { &[][..] } else { &SIGNED_IN_CODES[..] };
    let write_codes = if is_write { &WRITE_CODES[..] } else { &[] };
    [&COMMON_CODES[..], signed_in_codes, write_codes]
        .concat()
        .into_iter()
        .map(str::to_owned)
        .collect()
}

/// One problem response per status of these codes.
pub fn problem_responses(codes: &[String]) -> Map<String, Value> {
    let mut by_status: Map<String, Value> = Map::new();
    for code in codes {
        let codes_of_status =
            by_status.entry(status_of(code).to_string()).or_insert_with(|| json!([]));
        if let Value::Array(listed_codes) = codes_of_status
            && !listed_codes.contains(&json!(code))
        {
            listed_codes.push(json!(code));
        }
    }
    by_status.into_iter().map(|(status, codes)| (status, problem_response(&codes))).collect()
}

fn problem_response(codes: &Value) -> Value {
    let code_names: Vec<_> =
        codes.as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    let problem = json!({ "$ref": "#/components/schemas/Problem" });
    let code = json!({ "type": "object", "properties": { "code": { "enum": codes } } });
    let schema = json!({ "allOf": [problem, code] });
    json!({
        "description": code_names.join(", "),
        "content": { "application/problem+json": { "schema": schema } },
    })
}
