//! Path parameters: ids in range, else 404.

use std::future::{Ready, ready};
use std::ops::Deref;

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest, web};
use serde::de::DeserializeOwned;
use uuid::Uuid;

use crate::domain::number;
use crate::problem::Problem;

/// The path parameters of a handler, parsed and validated.
#[derive(Debug)]
pub struct Path<T>(T);

/// Types that can be parsed from path parameters.
pub trait FromPath: Sized + 'static {
    type Raw: DeserializeOwned;

    /// Parses the raw texts; `None` for values that can't exist.
    fn read(raw: Self::Raw) -> Option<Self>;
}

impl FromPath for () {
    type Raw = ();

    fn read((): ()) -> Option<Self> {
        Some(())
    }
}

impl FromPath for i64 {
    type Raw = String;

    fn read(raw: String) -> Option<Self> {
        number::parse_id(&raw)
    }
}

impl FromPath for (i64, i64) {
    type Raw = (String, String);

    fn read((first, second): Self::Raw) -> Option<Self> {
        number::parse_id(&first).zip(number::parse_id(&second))
    }
}

impl FromPath for (i64, String) {
    type Raw = (String, String);

    fn read((id, rest): Self::Raw) -> Option<Self> {
        Some((number::parse_id(&id)?, rest))
    }
}

impl FromPath for String {
    type Raw = Self;

    fn read(raw: Self) -> Option<Self> {
        Some(raw)
    }
}

impl FromPath for Uuid {
    type Raw = Self;

    fn read(raw: Self) -> Option<Self> {
        Some(raw)
    }
}

impl<T: FromPath> FromRequest for Path<T> {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(req: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let raw = web::Path::<T::Raw>::from_request(req, payload).into_inner();
        let parsed = raw.ok().and_then(|raw| T::read(raw.into_inner()));
        ready(parsed.map(Self).ok_or(Problem::NotFound("page")))
    }
}

impl<T> Path<T> {
    /// The parsed parameters.
    pub fn into_inner(self) -> T {
        self.0
    }
}

impl<T> Deref for Path<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    async fn extract<T: FromPath>(parts: &[(&'static str, &'static str)]) -> Option<T> {
        let mut request = TestRequest::default();
        for (name, value) in parts {
            request = request.param(*name, *value);
        }
        Path::extract(&request.to_http_request()).await.ok().map(Path::into_inner)
    }

    #[actix_web::test]
    async fn g10_path_ids_must_be_in_range() {
        assert_eq!(extract(&[("id", "7")]).await, Some(7_i64));
        assert_eq!(extract(&[("id", "7"), ("user", "9")]).await, Some((7_i64, 9_i64)));
        assert_eq!(
            extract(&[("id", "7"), ("action", "start")]).await,
            Some((7, "start".to_owned()))
        );
        for invalid in
            ["0", "-1", "+1", "01", "1e3", "x", "9007199254740992", "9223372036854775808"]
        {
            assert_eq!(extract::<i64>(&[("id", invalid)]).await, None, "{invalid}");
            assert_eq!(
                extract::<(i64, i64)>(&[("id", "1"), ("user", invalid)]).await,
                None,
                "{invalid}"
            );
            assert_eq!(
                extract::<(i64, String)>(&[("id", invalid), ("action", "x")]).await,
                None,
                "{invalid}"
            );
        }
    }
}
