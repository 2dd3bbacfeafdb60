//! Problems by their codes: which status each has, and which every operation may end with.

use serde_json::Map;
use serde_json::Value;
use serde_json::json;

/// Codes by status; all others are conflicts.
const STATUSES: [(u16, &[&str]); 10] = [
    (400, &["malformed-json", "bad-request"]),
    (401, &["not-signed-in", "invalid-token", "wrong-password"]),
    (403, &["forbidden", "cross-site", "sign-in-elsewhere"]),
    (404, &["not-found"]),
    (410, &["pruned"]),
    (412, &["stale"]),
    (422, &["invalid-field", "no-action", "idempotency-key-reused", "idempotency-key-too-short"]),
    (429, &["too-many-requests"]),
    (500, &["internal"]),
    (503, &["unavailable"]),
];

/// Those of what no operation is documented for, or whose one code says it all.
const OTHERS: [(u16, &str); 4] = [
    (405, "method-not-allowed"),
    (413, "body-too-large"),
    (415, "unsupported-media-type"),
    (421, "misdirected"),
];

pub fn status(code: &str) -> u16 {
    let plain = OTHERS.iter().find(|(_, known)| *known == code).map(|(status, _)| *status);
    let listed = || STATUSES.iter().find(|(_, codes)| codes.contains(&code));
    plain.or_else(|| listed().map(|(status, _)| *status)).unwrap_or(409)
}

/// What may go wrong anywhere.
const ALWAYS: [&str; 3] = ["bad-request", "internal", "unavailable"];

/// What may go wrong where it matters who asks.
const OF_SOMEBODY: [&str; 4] = ["not-signed-in", "invalid-token", "forbidden", "not-found"];

/// What may be wrong with any write.
const OF_WRITES: [&str; 6] = [
    "malformed-json",
    "cross-site",
    "body-too-large",
    "unsupported-media-type",
    "invalid-field",
    "too-many-requests",
];

/// The codes an operation of this kind may end with, whatever it does.
pub fn usual(is_write: bool, is_open: bool) -> Vec<String> {
    let somebody = if is_open { &[][..] } else { &OF_SOMEBODY[..] };
    let write = if is_write { &OF_WRITES[..] } else { &[] };
    [&ALWAYS[..], somebody, write].concat().into_iter().map(str::to_owned).collect()
}

/// A response for each status that one of the codes has.
pub fn responses(codes: &[String]) -> Map<String, Value> {
    let mut by_status: Map<String, Value> = Map::new();
    for code in codes {
        let known = by_status.entry(status(code).to_string()).or_insert_with(|| json!([]));
        if let Value::Array(known) = known
            && !known.contains(&json!(code))
        {
            known.push(json!(code));
        }
    }
    by_status.into_iter().map(|(status, codes)| (status, response(&codes))).collect()
}

fn response(codes: &Value) -> Value {
    let words: Vec<_> = codes.as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    let problem = json!({ "$ref": "#/components/schemas/Problem" });
    let code = json!({ "type": "object", "properties": { "code": { "enum": codes } } });
    let schema = json!({ "allOf": [problem, code] });
    json!({
        "description": words.join(", "),
        "content": { "application/problem+json": { "schema": schema } },
    })
}
