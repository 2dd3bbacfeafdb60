//! Shapes: parsers of single JSON values. Their error texts are shown to the caller.

use std::ops::RangeInclusive;

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use crate::domain::closed_set::ClosedSet;
use crate::domain::topic::Topic;
use crate::domain::{number, time as times};

/// Length of a password in bytes; the maximum bounds the cost of hashing.
const PASSWORD_BYTES: RangeInclusive<usize> = 8..=1024;

/// Length of an announcement in characters.
const MAX_MESSAGE_CHARS: usize = 4000;

/// Topics per list.
const MAX_TOPICS: usize = 32;

/// The value, or an error text for the caller.
type Parsed<T> = Result<T, String>;

/// Parses one JSON value, and describes itself as JSON Schema.
pub trait Shape<T> {
    /// Parses a value; the error says what it must be: "must be a string".
    fn parse(&self, value: &Value) -> Parsed<T>;

    /// JSON Schema of what [`Shape::parse`] accepts.
    fn schema(&self) -> Value;
}

struct FnShape<P, S> {
    parse: P,
    schema: S,
}

impl<T, P: Fn(&Value) -> Parsed<T>, S: Fn() -> Value> Shape<T> for FnShape<P, S> {
    fn parse(&self, value: &Value) -> Parsed<T> {
        (self.parse)(value)
    }

    fn schema(&self) -> Value {
        (self.schema)()
    }
}

/// Makes a shape from a parser and a schema.
pub fn shape<T>(parse: impl Fn(&Value) -> Parsed<T>, schema: impl Fn() -> Value) -> impl Shape<T> {
    FnShape { parse, schema }
}

fn string(value: &Value) -> Parsed<&str> {
    value.as_str().ok_or_else(|| "must be a string".to_owned())
}

/// A line of 1 to `max_chars` characters without control characters; surrounding spaces are
/// trimmed.
fn line(max_chars: usize) -> impl Shape<String> {
    shape(
        move |value| parse_line(value, max_chars),
        move || json!({ "type": "string", "minLength": 1, "maxLength": max_chars }),
    )
}

fn parse_line(value: &Value, max_chars: usize) -> Parsed<String> {
    let text = string(value)?.trim();
    check_length(text, max_chars)?;
    if text.chars().any(char::is_control) {
        return Err("must not contain control characters".to_owned());
    }
    Ok(text.to_owned())
}

fn check_length(text: &str, max_chars: usize) -> Parsed<()> {
    match text.chars().count() {
        0 => Err("must not be empty".to_owned()),
        length if length > max_chars => Err(format!("must have at most {max_chars} characters")),
        _ => Ok(()),
    }
}

/// 1 to 200 characters on one line.
pub fn name() -> impl Shape<String> {
    line(200)
}

/// 1 to 20 characters on one line.
pub fn short_name() -> impl Shape<String> {
    line(20)
}

/// Up to `max_chars` Unicode characters except U+0000, which `jsonb` can't store.
pub fn any_text(max_chars: usize) -> impl Shape<String> {
    let parse = move |value: &Value| {
        let text = string(value)?;
        if text.chars().count() > max_chars {
            return Err(format!("must have at most {max_chars} characters"));
        }
        if text.contains('\0') {
            return Err("must not contain the character U+0000".to_owned());
        }
        Ok(text.to_owned())
    };
    shape(parse, move || json!({ "type": "string", "maxLength": max_chars }))
}

/// 1 to 4000 characters in one or more lines. Line breaks become `\n`.
pub fn multiline_text() -> impl Shape<String> {
    let parse = |value: &Value| {
        let text = string(value)?.replace("\r\n", "\n");
        let text = text.trim();
        check_length(text, MAX_MESSAGE_CHARS)?;
        if text.chars().any(|character| character.is_control() && !matches!(character, '\n' | '\t'))
        {
            return Err(
                "must not contain control characters except line breaks and tabs".to_owned()
            );
        }
        Ok(text.to_owned())
    };
    shape(parse, || json!({ "type": "string", "minLength": 1, "maxLength": MAX_MESSAGE_CHARS }))
}

/// Whether this looks like an email address; only sending a message could prove it.
pub fn is_email(text: &str) -> bool {
    let has_no_spaces = text.chars().all(|c| !c.is_control() && !c.is_whitespace());
    let parts = text.rsplit_once('@');
    has_no_spaces
        && text.len() <= 254
        && parts.is_some_and(|(name, host)| !name.is_empty() && !host.is_empty())
}

/// An email address of at most 254 characters (RFC 5321, 4.5.3.1.3).
pub fn email() -> impl Shape<String> {
    let parse = |value: &Value| {
        let text = parse_line(value, 254)?;
        if is_email(&text) { Ok(text) } else { Err("must be an email address".to_owned()) }
    };
    shape(parse, || json!({ "type": "string", "format": "email", "maxLength": 254 }))
}

/// A new password: 8 to 1024 bytes.
pub fn new_password() -> impl Shape<String> {
    let parse = |value: &Value| {
        let text = string(value)?;
        if PASSWORD_BYTES.contains(&text.len()) {
            Ok(text.to_owned())
        } else {
            let (min, max) = (PASSWORD_BYTES.start(), PASSWORD_BYTES.end());
            Err(format!("must have {min} to {max} bytes"))
        }
    };
    let schema = || {
        json!({ "type": "string", "format": "password", "minLength": PASSWORD_BYTES.start(),
                "maxLength": PASSWORD_BYTES.end() })
    };
    shape(parse, schema)
}

/// A password to verify: no minimum length, so that old passwords stay valid.
pub fn existing_password() -> impl Shape<String> {
    let parse = |value: &Value| {
        let text = string(value)?;
        let max = *PASSWORD_BYTES.end();
        if text.len() > max {
            Err(format!("must have at most {max} bytes"))
        } else {
            Ok(text.to_owned())
        }
    };
    let schema =
        || json!({ "type": "string", "format": "password", "maxLength": PASSWORD_BYTES.end() });
    shape(parse, schema)
}

/// `#rrggbb`, converted to lower case.
pub fn colour() -> impl Shape<String> {
    let parse = |value: &Value| {
        let text = string(value)?;
        let digits = text.strip_prefix('#').unwrap_or_default();
        if digits.len() == 6 && digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            Ok(text.to_ascii_lowercase())
        } else {
            Err("must be a colour such as #003090".to_owned())
        }
    };
    shape(parse, || json!({ "type": "string", "pattern": "^#[0-9A-Fa-f]{6}$" }))
}

/// The id of a row: an integer from 1 to 2^53 - 1, which JavaScript can hold.
pub fn id() -> impl Shape<i64> {
    let parse = |value: &Value| {
        number::id_from_json(value)
            .ok_or_else(|| format!("must be an id: an integer from 1 to {}", number::MAX_INTEGER))
    };
    shape(parse, || json!({ "type": "integer", "minimum": 1, "maximum": number::MAX_INTEGER }))
}

/// An integer in `range`.
pub fn integer(range: RangeInclusive<i64>) -> impl Shape<i64> {
    let (min, max) = range.into_inner();
    let parse = move |value: &Value| {
        let number = value.as_i64().filter(|number| (min..=max).contains(number));
        number.ok_or_else(|| format!("must be an integer from {min} to {max}"))
    };
    shape(parse, move || json!({ "type": "integer", "minimum": min, "maximum": max }))
}

/// A shirt number, 0 to 999.
pub fn shirt_number() -> impl Shape<i32> {
    let range = || integer(0..=999);
    let parse = move |value: &Value| {
        range().parse(value).map(|number| i32::try_from(number).unwrap_or_default())
    };
    shape(parse, move || range().schema())
}

/// `true` or `false`.
pub fn boolean() -> impl Shape<bool> {
    let parse = |value: &Value| value.as_bool().ok_or_else(|| "must be true or false".to_owned());
    shape(parse, || json!({ "type": "boolean" }))
}

/// An ISO 4217 currency code: three capital letters.
pub fn currency() -> impl Shape<String> {
    let parse = |value: &Value| {
        let text = value.as_str().filter(|text| text.len() == 3);
        let text = text.filter(|text| text.bytes().all(|byte| byte.is_ascii_uppercase()));
        text.map(str::to_owned).ok_or_else(|| "must be a currency such as EUR".to_owned())
    };
    shape(parse, || json!({ "type": "string", "pattern": "^[A-Z]{3}$" }))
}

/// Any JSON value, validated by the code that uses it.
pub fn any_value() -> impl Shape<Value> {
    shape(|value: &Value| Ok(value.clone()), || json!({}))
}

/// An RFC 3339 time within the years 0001 to 9999 UTC, truncated to milliseconds.
pub fn time() -> impl Shape<DateTime<Utc>> {
    let parse = |value: &Value| {
        let time = value.as_str().and_then(times::parse);
        time.ok_or_else(|| {
            "must be an RFC 3339 time such as 2026-11-21T15:04:05.123Z, in the years 0001 to 9999"
                .to_owned()
        })
    };
    shape(parse, || json!({ "type": "string", "format": "date-time" }))
}

/// A value of a closed set, by its text.
pub fn one_of<T: ClosedSet>() -> impl Shape<T> {
    one_of_these(T::ALL.iter().copied())
}

/// One of these values of a closed set, by its text.
pub fn one_of_these<T: ClosedSet>(values: impl IntoIterator<Item = T>) -> impl Shape<T> {
    choice(values.into_iter().map(|value| (value.text(), value)))
}

/// One of these words, each with the value that it stands for.
pub fn choice<T: Clone>(words: impl IntoIterator<Item = (&'static str, T)>) -> impl Shape<T> {
    Choice { words: words.into_iter().collect() }
}

struct Choice<T> {
    words: Vec<(&'static str, T)>,
}

impl<T> Choice<T> {
    fn names(&self) -> Vec<&'static str> {
        self.words.iter().map(|(word, _)| *word).collect()
    }
}

impl<T: Clone> Shape<T> for Choice<T> {
    fn parse(&self, value: &Value) -> Parsed<T> {
        let chosen = self.words.iter().find(|(word, _)| value.as_str() == Some(*word));
        chosen
            .map(|(_, meaning)| meaning.clone())
            .ok_or_else(|| format!("must be one of {}", self.names().join(", ")))
    }

    fn schema(&self) -> Value {
        json!({ "type": "string", "enum": self.names() })
    }
}

/// An array of at most `max_items` items of one shape; `items_name` names them in the error: "ids".
pub fn array_of<T>(
    item: impl Shape<T>,
    max_items: usize,
    items_name: &'static str,
) -> impl Shape<Vec<T>> {
    ArrayOf { item, max_items, items_name }
}

struct ArrayOf<S> {
    item: S,
    max_items: usize,
    items_name: &'static str,
}

impl<T, S: Shape<T>> Shape<Vec<T>> for ArrayOf<S> {
    fn parse(&self, value: &Value) -> Parsed<Vec<T>> {
        let items = value.as_array().filter(|items| items.len() <= self.max_items);
        let items: Option<Vec<T>> =
            items.and_then(|items| items.iter().map(|item| self.item.parse(item).ok()).collect());
        items.ok_or_else(|| {
            format!("must be a list of at most {} {}", self.max_items, self.items_name)
        })
    }

    fn schema(&self) -> Value {
        json!({ "type": "array", "items": self.item.schema(), "maxItems": self.max_items })
    }
}

/// An array of 1 to 32 topics.
pub fn topics() -> impl Shape<Vec<Topic>> {
    let parse = |value: &Value| {
        let items = value.as_array().filter(|items| (1..=MAX_TOPICS).contains(&items.len()));
        let items = items.ok_or_else(|| format!("must be a list of 1 to {MAX_TOPICS} topics"))?;
        let parse = |item: &Value| item.as_str().and_then(|text| text.parse().ok());
        let topics: Option<Vec<Topic>> = items.iter().map(parse).collect();
        topics.ok_or_else(|| "must be topics such as match_3 or team_7_live".to_owned())
    };
    let schema = || {
        json!({ "type": "array", "items": { "type": "string" }, "minItems": 1,
                "maxItems": MAX_TOPICS })
    };
    shape(parse, schema)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_one_short_line() {
        assert_eq!(name().parse(&json!("  Leicester City ")), Ok("Leicester City".to_owned()));
        assert!(name().parse(&json!("é".repeat(200))).is_ok());
        for invalid in [
            json!(""),
            json!("  "),
            json!("a\nb"),
            json!("a\u{7f}"),
            json!("x".repeat(201)),
            json!(1),
        ] {
            assert!(name().parse(&invalid).is_err(), "{invalid}");
        }
    }

    #[test]
    fn messages_may_have_several_lines() {
        assert_eq!(
            multiline_text().parse(&json!(" Lightning.\r\n\tGo in. \n")),
            Ok("Lightning.\n\tGo in.".to_owned())
        );
        assert!(multiline_text().parse(&json!("é".repeat(4000))).is_ok());
        for invalid in
            [json!("\n"), json!("a\rb"), json!("\u{1b}[2J"), json!("x".repeat(4001)), json!([])]
        {
            assert!(multiline_text().parse(&invalid).is_err(), "{invalid}");
        }
    }

    #[test]
    fn values_of_the_wrong_format_are_rejected() {
        assert_eq!(colour().parse(&json!("#0030AB")), Ok("#0030ab".to_owned()));
        for invalid in ["#03", "003090", "#00309g", "#0030900", "red", "#é0309"] {
            assert!(colour().parse(&json!(invalid)).is_err(), "{invalid}");
        }
        for invalid in ["ann", "@x", "ann@", "an n@x"] {
            assert!(email().parse(&json!(invalid)).is_err(), "{invalid}");
        }
        assert_eq!(email().parse(&json!(" Ann@Example.org")), Ok("Ann@Example.org".to_owned()));
        for invalid in
            [json!(0), json!(-1), json!(1.5), json!("1"), json!(1_i64 << 53), json!(u64::MAX)]
        {
            assert!(id().parse(&invalid).is_err(), "{invalid}");
        }
        let read = time().parse(&json!("2026-11-21T16:00:00.1239+01:00")).map(times::format);
        assert_eq!(read, Ok("2026-11-21T15:00:00.123Z".to_owned()));
        for invalid in [json!("9999-12-31T23:59:59-05:00"), json!("0000-12-31T00:00:00Z"), json!(7)]
        {
            assert!(time().parse(&invalid).is_err(), "{invalid}");
        }
        assert!(topics().parse(&json!(["match_3", "nonsense"])).is_err());
        assert!(topics().parse(&json!(vec!["match_3"; 33])).is_err());
        for invalid in
            [json!(-101), json!(101), json!(1.5), json!("1"), json!(u64::MAX), json!(null)]
        {
            assert!(integer(-100..=100).parse(&invalid).is_err(), "{invalid}");
        }
        assert_eq!(integer(-100..=100).parse(&json!(-100)), Ok(-100));
        for invalid in [json!("eur"), json!("EURO"), json!("E1R"), json!(978), json!("€")] {
            assert!(currency().parse(&invalid).is_err(), "{invalid}");
        }
        assert_eq!(array_of(id(), 2, "ids").parse(&json!([1, 2])), Ok(vec![1, 2]));
        for invalid in [json!([1, 2, 3]), json!([0]), json!({}), json!(1)] {
            let error = array_of(id(), 2, "ids").parse(&invalid);
            assert_eq!(error, Err("must be a list of at most 2 ids".to_owned()), "{invalid}");
        }
    }
}
