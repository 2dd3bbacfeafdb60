//! A command's JSON body, read field by field: every mistake in it is told at once.

use std::ops::RangeInclusive;

use chrono::DateTime;
use chrono::Utc;
use serde_json::Map;
use serde_json::Value;

use crate::domain::number;
use crate::domain::rejection::FieldError;
use crate::domain::rejection::Rejection;
use crate::domain::time;

/// How many unknown fields are named before the rest is left unsaid: nobody reads more, and the
/// answer to a huge wrong body stays small.
const UNKNOWN_TOLD: usize = 10;
/// How many characters of an unknown field's name are shown: longer than any that was meant.
const NAME_SHOWN: usize = 60;

/// The fields of a body. Null and a missing field are the same.
#[derive(Debug, Default)]
pub struct Body<'a> {
    fields: Option<&'a Map<String, Value>>,
    known: Vec<&'static str>,
    errors: Vec<FieldError>,
}

impl<'a> Body<'a> {
    /// An object, or nothing at all (null) where no field is needed.
    pub fn of(body: &'a Value) -> Result<Self, Rejection> {
        match body {
            Value::Null => Ok(Self::default()),
            Value::Object(fields) => Ok(Self { fields: Some(fields), ..Self::default() }),
            _ => Err(Rejection::field("", "the body must be a JSON object")),
        }
    }

    /// At most `longest` characters, any of Unicode but U+0000 (`jsonb` has no place for it).
    pub fn text(&mut self, name: &'static str, longest: usize) -> Option<String> {
        let value = self.take(name)?;
        let Some(text) = value.as_str() else { return self.refuse(name, "must be a string") };
        if text.chars().count() > longest {
            return self.refuse(name, format!("must have at most {longest} characters"));
        }
        if text.contains('\0') {
            return self.refuse(name, "must not contain the character U+0000");
        }
        Some(text.to_owned())
    }

    pub fn integer(&mut self, name: &'static str, range: RangeInclusive<i64>) -> Option<i64> {
        let value = self.take(name)?;
        let number = value.as_i64().filter(|number| range.contains(number));
        if number.is_none() {
            let (least, most) = range.into_inner();
            return self.refuse(name, format!("must be an integer from {least} to {most}"));
        }
        number
    }

    /// A positive id.
    pub fn id(&mut self, name: &'static str) -> Option<i64> {
        let value = self.take(name)?;
        let id = number::id(value);
        if id.is_none() {
            return self.refuse(name, "must be a positive integer");
        }
        id
    }

    pub fn flag(&mut self, name: &'static str) -> Option<bool> {
        let flag = self.take(name)?.as_bool();
        if flag.is_none() {
            return self.refuse(name, "must be true or false");
        }
        flag
    }

    /// One of `words`; gives what stands beside it.
    pub fn word<T>(
        &mut self,
        name: &'static str,
        words: impl IntoIterator<Item = (&'static str, T), IntoIter: Clone>,
    ) -> Option<T> {
        let words = words.into_iter();
        let value = self.take(name)?;
        let found = words.clone().find(|(word, _)| value.as_str() == Some(*word));
        if found.is_none() {
            let all: Vec<_> = words.map(|(word, _)| word).collect();
            return self.refuse(name, format!("must be one of {}", all.join(", ")));
        }
        found.map(|(_, meant)| meant)
    }

    /// An RFC 3339 time, cut to the milliseconds that all our times have.
    pub fn time(&mut self, name: &'static str) -> Option<DateTime<Utc>> {
        let value = self.take(name)?;
        let time = value.as_str().and_then(time::read);
        if time.is_none() {
            return self.refuse(name, "must be an RFC 3339 time, as 2026-11-21T15:04:05.123Z");
        }
        time
    }

    /// A field as it came, whatever it is.
    pub fn raw(&mut self, name: &'static str) -> Option<&'a Value> {
        self.take(name)
    }

    /// A list of positive ids.
    pub fn ids(&mut self, name: &'static str, most: usize) -> Option<Vec<i64>> {
        let value = self.take(name)?;
        let items = value.as_array().filter(|items| items.len() <= most);
        let ids = items.and_then(|items| items.iter().map(number::id).collect());
        if ids.is_none() {
            return self.refuse(name, format!("must be a list of at most {most} ids"));
        }
        ids
    }

    /// A field that is an object: `read` reads it, and is told off with the whole pointer.
    pub fn object<T>(
        &mut self,
        name: &'static str,
        read: impl FnOnce(&mut Body<'a>) -> Option<T>,
    ) -> Option<T> {
        let value = self.take(name)?;
        self.inside(name, value, read)
    }

    /// A list of objects, each read by `read`.
    pub fn list<T>(
        &mut self,
        name: &'static str,
        most: usize,
        mut read: impl FnMut(&mut Body<'a>) -> Option<T>,
    ) -> Option<Vec<T>> {
        let value = self.take(name)?;
        let Some(items) = value.as_array().filter(|items| items.len() <= most) else {
            return self.refuse(name, format!("must be a list of at most {most} objects"));
        };
        let items = items.iter().enumerate();
        let made: Vec<_> = items
            .map(|(place, item)| self.inside(&format!("{name}/{place}"), item, &mut read))
            .collect();
        made.into_iter().collect()
    }

    fn inside<T>(
        &mut self,
        path: &str,
        value: &'a Value,
        read: impl FnOnce(&mut Body<'a>) -> Option<T>,
    ) -> Option<T> {
        let Value::Object(fields) = value else {
            let pointer = format!("/{path}");
            self.errors.push(FieldError { pointer, detail: "must be an object".to_owned() });
            return None;
        };
        let mut inner = Body { fields: Some(fields), ..Self::default() };
        let made = read(&mut inner);
        match inner.end(made) {
            Ok(made) => Some(made),
            Err(rejection) => {
                let within = |error: FieldError| FieldError {
                    pointer: format!("/{path}{}", error.pointer),
                    ..error
                };
                self.errors.extend(rejection.errors.into_iter().map(within));
                None
            }
        }
    }

    /// Refuses the body unless it has all of `names`.
    pub fn require(&mut self, names: &[&'static str]) {
        for name in names {
            if self.take(name).is_none() {
                self.refuse::<()>(name, "is required");
            }
        }
    }

    /// Says what is wrong with a field; gives `None` for the value it hasn't got.
    pub fn refuse<T>(&mut self, name: &str, detail: impl Into<String>) -> Option<T> {
        let pointer = format!("/{}", name.replace('~', "~0").replace('/', "~1"));
        self.errors.push(FieldError { pointer, detail: detail.into() });
        None
    }

    /// The same for a field inside another: `extras/wides`.
    pub fn refuse_within(&mut self, path: &str, detail: impl Into<String>) {
        self.errors.push(FieldError { pointer: format!("/{path}"), detail: detail.into() });
    }

    /// Whether nothing was wrong so far: what depends on several fields can be looked at.
    pub fn is_right(&self) -> bool {
        self.errors.is_empty()
    }

    /// What was made of the body, if nothing was wrong with it and no field is left over.
    pub fn end<T>(mut self, made: Option<T>) -> Result<T, Rejection> {
        let fields = self.fields.into_iter().flatten();
        let unknown = fields.filter(|(name, _)| !self.known.contains(&name.as_str()));
        let unknown: Vec<_> = unknown.take(UNKNOWN_TOLD).map(|(name, _)| shown(name)).collect();
        for name in unknown {
            self.refuse::<()>(&name, "is not a field of this command");
        }
        match made {
            Some(made) if self.errors.is_empty() => Ok(made),
            _ => Err(Rejection::fields(self.errors)),
        }
    }

    fn take(&mut self, name: &'static str) -> Option<&'a Value> {
        self.known.push(name);
        self.fields?.get(name).filter(|value| !value.is_null())
    }
}

/// A name that isn't ours, fit for an answer that is stored and may be logged.
fn shown(name: &str) -> String {
    name.chars().filter(|letter| !letter.is_control()).take(NAME_SHOWN).collect()
}
