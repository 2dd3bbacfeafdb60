//! What holds for all JSON that we emit: whole numbers that every language can hold, and times
//! with years of four digits.

use serde_json::Value;

/// 2⁵³ − 1.
const MAX: f64 = 9_007_199_254_740_991.0;

/// The first number or time that isn't so.
pub fn fault(value: &Value) -> Option<String> {
    match value {
        Value::Number(number) => {
            let is_large = number.as_f64().unwrap().abs() > MAX;
            is_large.then(|| format!("{number} is too large"))
        }
        Value::String(text) => {
            is_strange(text).then(|| format!("{text} is no time with a year of four digits"))
        }
        Value::Array(items) => items.iter().find_map(fault),
        Value::Object(fields) => fields.values().find_map(fault),
        _ => None,
    }
}

/// Whether it is a time, but none that RFC 3339 writes in UTC with milliseconds.
fn is_strange(text: &str) -> bool {
    let bare = text.trim_start_matches(['+', '-']);
    let digits = bare.bytes().take_while(u8::is_ascii_digit).count();
    let rest = &bare.as_bytes()[digits..];
    let is_time = digits >= 4 && rest.len() > 6 && rest[0] == b'-' && rest[6] == b'T';
    let is_plain =
        text.len() == 24 && digits == 4 && text.ends_with('Z') && !text.starts_with("0000");
    is_time && !is_plain
}
