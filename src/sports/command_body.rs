//! A command's JSON body, read field by field: every mistake in it is told at once.

use std::ops::RangeInclusive;

use chrono::{DateTime, Utc};
use serde_json::{Map, Value};

use crate::domain::rejection::{FieldError, Rejection};
use crate::domain::{number, time};

/// How many unknown fields are named before the rest is left unsaid: nobody reads more, and the
/// answer to a huge wrong body stays small.
const MAX_UNKNOWN_FIELDS_REPORTED: usize = 10;
/// How many characters of an unknown field's name are shown: longer than any that was meant.
const MAX_REPORTED_NAME_CHARS: usize = 60;

/// The fields of a body. Null and a missing field are the same.
#[derive(Debug, Default)]
pub struct CommandBody<'a> {
    fields: Option<&'a Map<String, Value>>,
    recognized_fields: Vec<&'static str>,
    errors: Vec<FieldError>,
}

impl<'a> CommandBody<'a> {
    /// An object, or nothing at all (null) where no field is needed.
    pub fn from_value(value: &'a Value) -> Result<Self, Rejection> {
        match value {
            Value::Null => Ok(Self::default()),
            Value::Object(fields) => Ok(Self { fields: Some(fields), ..Self::default() }),
            _ => Err(Rejection::field("", "the body must be a JSON object")),
        }
    }

    /// At most `longest` characters, any of Unicode but U+0000 (`jsonb` has no place for it).
    pub fn text(&mut self, name: &'static str, max_chars: usize) -> Option<String> {
        let value = self.lookup(name)?;
        let Some(text) = value.as_str() else { return self.add_error(name, "must be a string") };
        if text.chars().count() > max_chars {
            return self.add_error(name, format!("must have at most {max_chars} characters"));
        }
        if text.contains('\0') {
            return self.add_error(name, "must not contain the character U+0000");
        }
        Some(text.to_owned())
    }

    /// An integer in `range`.
    pub fn integer(&mut self, name: &'static str, range: RangeInclusive<i64>) -> Option<i64> {
        let value = self.lookup(name)?;
        let number = value.as_i64().filter(|number| range.contains(number));
        if number.is_none() {
            let (min, max) = range.into_inner();
            return self.add_error(name, format!("must be an integer from {min} to {max}"));
        }
        number
    }

    /// A positive id.
    pub fn positive_id(&mut self, name: &'static str) -> Option<i64> {
        let value = self.lookup(name)?;
        let id = number::id(value);
        if id.is_none() {
            return self.add_error(name, "must be a positive integer");
        }
        id
    }

    /// `true` or `false`.
    pub fn boolean(&mut self, name: &'static str) -> Option<bool> {
        let flag = self.lookup(name)?.as_bool();
        if flag.is_none() {
            return self.add_error(name, "must be true or false");
        }
        flag
    }

    /// One of `words`; gives what stands beside it.
    pub fn one_of<T>(
        &mut self,
        name: &'static str,
        choices: impl IntoIterator<Item = (&'static str, T), IntoIter: Clone>,
    ) -> Option<T> {
        let words = choices.into_iter();
        let value = self.lookup(name)?;
        let chosen = words.clone().find(|(word, _)| value.as_str() == Some(*word));
        if chosen.is_none() {
            let all: Vec<_> = words.map(|(word, _)| word).collect();
            return self.add_error(name, format!("must be one of {}", all.join(", ")));
        }
        chosen.map(|(_, meant)| meant)
    }

    /// An RFC 3339 time, cut to the milliseconds that all our times have.
    pub fn time(&mut self, name: &'static str) -> Option<DateTime<Utc>> {
        let value = self.lookup(name)?;
        let time = value.as_str().and_then(time::read);
        if time.is_none() {
            return self.add_error(name, "must be an RFC 3339 time, as 2026-11-21T15:04:05.123Z");
        }
        time
    }

    /// A field as it came, whatever it is.
    pub fn any(&mut self, name: &'static str) -> Option<&'a Value> {
        self.lookup(name)
    }

    /// A list of positive ids.
    pub fn id_list(&mut self, name: &'static str, max_items: usize) -> Option<Vec<i64>> {
        let value = self.lookup(name)?;
        let items = value.as_array().filter(|items| items.len() <= max_items);
        let ids = items.and_then(|items| items.iter().map(number::id).collect());
        if ids.is_none() {
            return self.add_error(name, format!("must be a list of at most {max_items} ids"));
        }
        ids
    }

    /// A field that is an object: `read` reads it, and is told off with the whole pointer.
    pub fn object<T>(
        &mut self,
        name: &'static str,
        parse: impl FnOnce(&mut CommandBody<'a>) -> Option<T>,
    ) -> Option<T> {
        let value = self.lookup(name)?;
        self.read_nested(name, value, parse)
    }

    /// A list of objects, each read by `read`.
    pub fn object_list<T>(
        &mut self,
        name: &'static str,
        max_items: usize,
        mut parse: impl FnMut(&mut CommandBody<'a>) -> Option<T>,
    ) -> Option<Vec<T>> {
        let value = self.lookup(name)?;
        let Some(items) = value.as_array().filter(|items| items.len() <= max_items) else {
            return self.add_error(name, format!("must be a list of at most {max_items} objects"));
        };
        let items = items.iter().enumerate();
        let parsed: Vec<_> = items
            .map(|(index, item)| self.read_nested(&format!("{name}/{index}"), item, &mut parse))
            .collect();
        parsed.into_iter().collect()
    }

    fn read_nested<T>(
        &mut self,
        path: &str,
        value: &'a Value,
        parse: impl FnOnce(&mut CommandBody<'a>) -> Option<T>,
    ) -> Option<T> {
        let Value::Object(fields) = value else {
            let pointer = format!("/{path}");
            self.errors.push(FieldError { pointer, detail: "must be an object".to_owned() });
            return None;
        };
        let mut inner = CommandBody { fields: Some(fields), ..Self::default() };
        let parsed = parse(&mut inner);
        match inner.finish(parsed) {
            Ok(made) => Some(made),
            Err(rejection) => {
                let with_prefix = |error: FieldError| FieldError {
                    pointer: format!("/{path}{}", error.pointer),
                    ..error
                };
                self.errors.extend(rejection.errors.into_iter().map(with_prefix));
                None
            }
        }
    }

    /// Refuses the body unless it has all of `names`.
    pub fn require(&mut self, names: &[&'static str]) {
        for name in names {
            if self.lookup(name).is_none() {
                self.add_error::<()>(name, "is required");
            }
        }
    }

    /// Says what is wrong with a field; gives `None` for the value it hasn't got.
    pub fn add_error<T>(&mut self, name: &str, detail: impl Into<String>) -> Option<T> {
        let pointer = format!("/{}", name.replace('~', "~0").replace('/', "~1"));
        self.errors.push(FieldError { pointer, detail: detail.into() });
        None
    }

    /// The same for a field inside another: `extras/wides`.
    pub fn add_error_at_path(&mut self, path: &str, detail: impl Into<String>) {
        self.errors.push(FieldError { pointer: format!("/{path}"), detail: detail.into() });
    }

    /// Whether nothing was wrong so far: what depends on several fields can be looked at.
    pub fn is_valid(&self) -> bool {
        self.errors.is_empty()
    }

    /// What was made of the body, if nothing was wrong with it and no field is left over.
    pub fn finish<T>(mut self, parsed: Option<T>) -> Result<T, Rejection> {
        let fields = self.fields.into_iter().flatten();
        let unknown = fields.filter(|(name, _)| !self.recognized_fields.contains(&name.as_str()));
        let unknown: Vec<_> = unknown
            .take(MAX_UNKNOWN_FIELDS_REPORTED)
            .map(|(name, _)| sanitized_name(name))
            .collect();
        for name in unknown {
            self.add_error::<()>(&name, "is not a field of this command");
        }
        match parsed {
            Some(made) if self.errors.is_empty() => Ok(made),
            _ => Err(Rejection::fields(self.errors)),
        }
    }

    fn lookup(&mut self, name: &'static str) -> Option<&'a Value> {
        self.recognized_fields.push(name);
        self.fields?.get(name).filter(|value| !value.is_null())
    }
}

/// A name that isn't ours, fit for an answer that is stored and may be logged.
fn sanitized_name(name: &str) -> String {
    name.chars().filter(|letter| !letter.is_control()).take(MAX_REPORTED_NAME_CHARS).collect()
}
