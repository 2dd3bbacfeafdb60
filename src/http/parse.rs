//! What single values of a body have to look like; the text of an error says it to the caller.

use std::ops::RangeInclusive;

use chrono::{DateTime, Utc};
use serde_json::Value;

use crate::auth::token;
use crate::domain::topic::Topic;
use crate::domain::{number, time};

type Parsed<T> = Result<T, String>;

/// 1 to 200 characters, none of them a control character.
pub fn name(value: &Value) -> Parsed<String> {
    bounded_text(value, 200)
}

pub fn short_name(value: &Value) -> Parsed<String> {
    bounded_text(value, 20)
}

fn bounded_text(value: &Value, max_chars: usize) -> Parsed<String> {
    let text = value.as_str().ok_or("must be text")?.trim();
    match text.chars().count() {
        0 => return Err("must not be empty".to_owned()),
        length if length > max_chars => {
            return Err(format!("must have at most {max_chars} characters"));
        }
        _ => {}
    }
    if text.chars().any(char::is_control) {
        return Err("must not have control characters".to_owned());
    }
    Ok(text.to_owned())
}

pub fn email(value: &Value) -> Parsed<String> {
    let text = bounded_text(value, 254)?;
    if token::is_email(&text) { Ok(text) } else { Err("must be a mail address".to_owned()) }
}

/// Long ones are fine, but not so long that hashing them is work.
pub fn new_password(value: &Value) -> Parsed<String> {
    let text = value.as_str().ok_or("must be text")?;
    if !(8..=1024).contains(&text.len()) {
        return Err("must have 8 to 1024 bytes".to_owned());
    }
    Ok(text.to_owned())
}

/// What is compared only: a password that was good once must stay good.
pub fn existing_password(value: &Value) -> Parsed<String> {
    let text = value.as_str().ok_or("must be text")?;
    if text.len() > 1024 {
        Err("must have at most 1024 bytes".to_owned())
    } else {
        Ok(text.to_owned())
    }
}

/// 1 to 4000 characters on one line or several.
pub fn multiline_text(value: &Value) -> Parsed<String> {
    let text = value.as_str().ok_or("must be text")?.replace("\r\n", "\n");
    let text = text.trim();
    match text.chars().count() {
        0 => return Err("must not be empty".to_owned()),
        length if length > 4000 => return Err("must have at most 4000 characters".to_owned()),
        _ => {}
    }
    if text.chars().any(|character| character.is_control() && !matches!(character, '\n' | '\t')) {
        return Err("must not have control characters but line ends and tabs".to_owned());
    }
    Ok(text.to_owned())
}

/// `#rrggbb`
pub fn colour(value: &Value) -> Parsed<String> {
    let text = value.as_str().ok_or("must be text")?;
    let digits = text.strip_prefix('#').unwrap_or_default();
    let is_valid = digits.len() == 6 && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    if is_valid {
        Ok(text.to_ascii_lowercase())
    } else {
        Err("must be a colour as in #003090".to_owned())
    }
}

pub fn id(value: &Value) -> Parsed<i64> {
    let words = || format!("must be an id: 1 to {}", number::MAX);
    number::id(value).ok_or_else(words)
}

pub fn shirt_number(value: &Value) -> Parsed<i32> {
    let number = value.as_i64().filter(|number| (0..=999).contains(number));
    let number = number.and_then(|number| i32::try_from(number).ok());
    number.ok_or_else(|| "must be a number from 0 to 999".to_owned())
}

pub fn boolean(value: &Value) -> Parsed<bool> {
    value.as_bool().ok_or_else(|| "must be true or false".to_owned())
}

/// A whole number in this range.
pub fn integer_in(range: RangeInclusive<i64>) -> impl Fn(&Value) -> Parsed<i64> {
    move |value| {
        let number = value.as_i64().filter(|number| range.contains(number));
        let message = || format!("must be a number from {} to {}", range.start(), range.end());
        number.ok_or_else(message)
    }
}

/// ISO 4217: three capital letters.
pub fn currency(value: &Value) -> Parsed<String> {
    let text = value.as_str().filter(|text| text.len() == 3);
    let text = text.filter(|text| text.bytes().all(|byte| byte.is_ascii_uppercase()));
    text.map(str::to_owned).ok_or_else(|| "must be a currency as in EUR".to_owned())
}

#[expect(clippy::unnecessary_wraps, reason = "it is one of the readers, which may fail")]
pub fn any_value(value: &Value) -> Parsed<Value> {
    Ok(value.clone())
}

/// RFC 3339, kept to the millisecond.
pub fn time(value: &Value) -> Parsed<DateTime<Utc>> {
    let words = "must be a time as in 2026-11-21T15:00:00.000Z, of the years 0001 to 9999 in UTC";
    value.as_str().and_then(time::read).ok_or_else(|| words.to_owned())
}

/// One of these words.
pub fn one_of(choices: &'static [&'static str]) -> impl Fn(&Value) -> Parsed<String> {
    move |value| match value.as_str() {
        Some(choice) if choices.contains(&choice) => Ok(choice.to_owned()),
        _ => Err(format!("must be one of {}", choices.join(", "))),
    }
}

pub fn visibility(value: &Value) -> Parsed<String> {
    one_of(&["public", "private"])(value)
}

/// 1 to 32 topics.
pub fn topics(value: &Value) -> Parsed<Vec<Topic>> {
    let items = value.as_array().filter(|items| (1..=32).contains(&items.len()));
    let items = items.ok_or("must be a list of 1 to 32 topics")?;
    let parse = |item: &Value| item.as_str().and_then(|text| text.parse().ok());
    let topics: Option<Vec<Topic>> = items.iter().map(parse).collect();
    topics.ok_or_else(|| "must be topics as in match_3 or team_7_live".to_owned())
}

/// RFC 3339 in UTC with milliseconds, as everywhere on the wire.
pub fn format_time(at: DateTime<Utc>) -> String {
    time::text(at)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn names_are_short_and_plain() {
        assert_eq!(name(&json!("  Leicester City ")), Ok("Leicester City".to_owned()));
        assert!(name(&json!("é".repeat(200))).is_ok());
        for bad in [
            json!(""),
            json!("  "),
            json!("a\nb"),
            json!("a\u{7f}"),
            json!("x".repeat(201)),
            json!(1),
        ] {
            assert!(name(&bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn messages_may_have_several_lines() {
        assert_eq!(
            multiline_text(&json!(" Lightning.\r\n\tGo in. \n")),
            Ok("Lightning.\n\tGo in.".to_owned())
        );
        assert!(multiline_text(&json!("é".repeat(4000))).is_ok());
        for bad in
            [json!("\n"), json!("a\rb"), json!("\u{1b}[2J"), json!("x".repeat(4001)), json!([])]
        {
            assert!(multiline_text(&bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn malformed_values_are_rejected() {
        assert_eq!(colour(&json!("#0030AB")), Ok("#0030ab".to_owned()));
        for bad in ["#03", "003090", "#00309g", "#0030900", "red", "#é0309"] {
            assert!(colour(&json!(bad)).is_err(), "{bad}");
        }
        for bad in ["ann", "@x", "ann@", "an n@x"] {
            assert!(email(&json!(bad)).is_err(), "{bad}");
        }
        assert_eq!(email(&json!(" Ann@Example.org")), Ok("Ann@Example.org".to_owned()));
        for bad in
            [json!(0), json!(-1), json!(1.5), json!("1"), json!(1_i64 << 53), json!(u64::MAX)]
        {
            assert!(id(&bad).is_err(), "{bad}");
        }
        let read = time(&json!("2026-11-21T16:00:00.1239+01:00")).map(format_time);
        assert_eq!(read, Ok("2026-11-21T15:00:00.123Z".to_owned()));
        for bad in [json!("9999-12-31T23:59:59-05:00"), json!("0000-12-31T00:00:00Z"), json!(7)] {
            assert!(time(&bad).is_err(), "{bad}");
        }
        assert!(topics(&json!(["match_3", "nonsense"])).is_err());
        for bad in [json!(-101), json!(101), json!(1.5), json!("1"), json!(u64::MAX), json!(null)] {
            assert!(integer_in(-100..=100)(&bad).is_err(), "{bad}");
        }
        assert_eq!(integer_in(-100..=100)(&json!(-100)), Ok(-100));
        for bad in [json!("eur"), json!("EURO"), json!("E1R"), json!(978), json!("€")] {
            assert!(currency(&bad).is_err(), "{bad}");
        }
        assert!(topics(&json!(vec!["match_3"; 33])).is_err());
    }
}
