//! The parts of a URL's path: ids in range, or there is no such page.

use std::future::{Ready, ready};
use std::ops::Deref;

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest, web};
use serde::de::DeserializeOwned;
use uuid::Uuid;

use crate::domain::number;
use crate::problem::Problem;

/// What a handler takes from the path of its URL.
#[derive(Debug)]
pub struct Path<T>(T);

/// A part of a path, or several, made of the texts that stand there.
pub trait FromPath: Sized + 'static {
    type Raw: DeserializeOwned;

    /// `None` for what can't exist.
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
        number::read_id(&raw)
    }
}

impl FromPath for (i64, i64) {
    type Raw = (String, String);

    fn read((first, second): Self::Raw) -> Option<Self> {
        number::read_id(&first).zip(number::read_id(&second))
    }
}

impl FromPath for (i64, String) {
    type Raw = (String, String);

    fn read((id, rest): Self::Raw) -> Option<Self> {
        Some((number::read_id(&id)?, rest))
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
        let read = raw.ok().and_then(|raw| T::read(raw.into_inner()));
        ready(read.map(Self).ok_or(Problem::NotFound("page")))
    }
}

impl<T> Path<T> {
    /// The parts themselves.
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

    async fn read<T: FromPath>(parts: &[(&'static str, &'static str)]) -> Option<T> {
        let mut request = TestRequest::default();
        for (name, value) in parts {
            request = request.param(*name, *value);
        }
        Path::extract(&request.to_http_request()).await.ok().map(Path::into_inner)
    }

    #[actix_web::test]
    async fn g10_a_path_holds_ids_that_can_exist() {
        assert_eq!(read(&[("id", "7")]).await, Some(7_i64));
        assert_eq!(read(&[("id", "7"), ("user", "9")]).await, Some((7_i64, 9_i64)));
        assert_eq!(read(&[("id", "7"), ("action", "start")]).await, Some((7, "start".to_owned())));
        for bad in ["0", "-1", "+1", "01", "1e3", "x", "9007199254740992", "9223372036854775808"] {
            assert_eq!(read::<i64>(&[("id", bad)]).await, None, "{bad}");
            assert_eq!(read::<(i64, i64)>(&[("id", "1"), ("user", bad)]).await, None, "{bad}");
            assert_eq!(read::<(i64, String)>(&[("id", bad), ("action", "x")]).await, None, "{bad}");
        }
    }
}
