//! Rules for all emitted JSON: integers within 2⁵³ − 1, and times with four-digit years.

use serde_json::Value;

/// 2⁵³ − 1.
const MAX: f64 = 9_007_199_254_740_991.0;

/// Returns the first number or time that breaks the rules.
pub fn find_invalid(value: &Value) -> Option<String> {
    match value {
        Value::Number(number) => {
            let is_large = number.as_f64().unwrap().abs() > MAX;
            is_large.then(|| format!("{number} is too large"))
        }
        Value::String(text) => {
            is_invalid_time(text).then(|| format!("{text} is no time with a year of four digits"))
        }
        Value::Array(items) => items.iter().find_map(find_invalid),
        Value::Object(fields) => fields.values().find_map(find_invalid),
        _ => None,
    }
}

/// Whether the text is a time, but not in RFC 3339 UTC form with milliseconds.
fn is_invalid_time(text: &str) -> bool {
    let bare = text.trim_start_matches(['+', '-']);
    let digits = bare.bytes().take_while(u8::is_ascii_digit).count();
    let rest = &bare.as_bytes()[digits..];
    let is_time = digits >= 4 && rest.len() > 6 && rest[0] == b'-' && rest[6] == b'T';
    let is_valid =
        text.len() == 24 && digits == 4 && text.ends_with('Z') && !text.starts_with("0000");
    is_time && !is_valid
}
