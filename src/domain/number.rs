//! How large whole numbers may be that come from outside: ids, seqs, amounts.

use serde_json::Value;

/// 2⁵³ − 1: what every language holds exactly, and what readers of our JSON can read.
pub const MAX: i64 = (1 << 53) - 1;

/// A whole number from 0 to [`MAX`], written in one way only: no sign, no leading zero.
pub fn read(text: &str) -> Option<i64> {
    let plain = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let single = text == "0" || !text.starts_with('0');
    if !plain || !single {
        return None;
    }
    text.parse().ok().filter(|number| *number <= MAX)
}

/// A positive id, in a path, a topic or a query.
pub fn read_id(text: &str) -> Option<i64> {
    read(text).filter(|id| *id > 0)
}

/// A positive id in JSON.
pub fn id(value: &Value) -> Option<i64> {
    value.as_i64().filter(|id| (1..=MAX).contains(id))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn g10_a_number_is_written_in_one_way_and_has_a_range() {
        #[rustfmt::skip]
        let cases = [
            ("0",                    Some(0)),
            ("1",                    Some(1)),
            ("9007199254740991",     Some(MAX)),
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
            assert_eq!(read(text), expected, "{text:?}");
            assert_eq!(read_id(text), expected.filter(|id| *id > 0), "{text:?}");
        }
    }

    #[test]
    fn g10_an_id_in_json_is_a_positive_integer() {
        assert_eq!(id(&json!(1)), Some(1));
        assert_eq!(id(&json!(MAX)), Some(MAX));
        for bad in [json!(0), json!(-1), json!(MAX + 1), json!(i64::MAX), json!(u64::MAX)] {
            assert_eq!(id(&bad), None, "{bad}");
        }
        for bad in [json!(1.0), json!(1e3), json!("1"), json!(true), json!(null), json!([1])] {
            assert_eq!(id(&bad), None, "{bad}");
        }
    }
}
