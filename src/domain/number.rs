//! Range and spelling of integers in requests: ids, seqs, amounts.

use serde_json::Value;

/// 2⁵³ − 1: the largest integer that every JSON parser holds exactly (RFC 8259, 6).
pub const MAX_INTEGER: i64 = (1 << 53) - 1;

/// Parses an integer from 0 to [`MAX_INTEGER`] in canonical form: no sign, no leading zero.
pub fn parse(text: &str) -> Option<i64> {
    let is_digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let is_canonical = text == "0" || !text.starts_with('0');
    if !is_digits || !is_canonical {
        return None;
    }
    text.parse().ok().filter(|number| *number <= MAX_INTEGER)
}

/// Parses a positive id of a path, topic or query.
pub fn parse_id(text: &str) -> Option<i64> {
    parse(text).filter(|id| *id > 0)
}

/// Reads a positive id from JSON; `None` for any other value.
pub fn id_from_json(value: &Value) -> Option<i64> {
    value.as_i64().filter(|id| (1..=MAX_INTEGER).contains(id))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_canonical_numbers_in_range_parse() {
        #[rustfmt::skip]
        let cases = [
            ("0",                    Some(0)),
            ("1",                    Some(1)),
            ("9007199254740991",     Some(MAX_INTEGER)),
            ("9007199254740992",     None),
            ("9223372036854775807",  None),
            ("9223372036854775808",  None),
            ("18446744073709551616", None),
            ("-1",                   None),
            ("-0",                   None),
            ("+1",                   None),
            ("01",                   None),
            ("00",                   None),
            ("1e3",                  None),
            ("1.0",                  None),
            ("0x1",                  None),
            ("NaN",                  None),
            ("٣",                    None),
            (" 1",                   None),
            ("",                     None),
        ];
        for (text, expected) in cases {
            assert_eq!(parse(text), expected, "{text:?}");
            assert_eq!(parse_id(text), expected.filter(|id| *id > 0), "{text:?}");
        }
    }

    #[test]
    fn an_id_in_json_is_a_positive_integer() {
        assert_eq!(id_from_json(&json!(1)), Some(1));
        assert_eq!(id_from_json(&json!(MAX_INTEGER)), Some(MAX_INTEGER));
        for invalid in
            [json!(0), json!(-1), json!(MAX_INTEGER + 1), json!(i64::MAX), json!(u64::MAX)]
        {
            assert_eq!(id_from_json(&invalid), None, "{invalid}");
        }
        for invalid in [json!(1.0), json!(1e3), json!("1"), json!(true), json!(null), json!([1])] {
            assert_eq!(id_from_json(&invalid), None, "{invalid}");
        }
    }
}
