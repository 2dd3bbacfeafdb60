//! Context of a read request: who asks, and how the response may be cached.

use std::ops::RangeInclusive;

use actix_web::dev::Payload;
use actix_web::http::header;
use actix_web::web::Data;
use actix_web::{FromRequest, HttpRequest, HttpResponse};
use futures_util::future::LocalBoxFuture;
use serde::de::Error;
use serde::{Deserialize, Deserializer};
use serde_json::{Value, json};

use crate::auth::{MaybeSignedIn, SignedInUser, permission};
use crate::domain::closed_set::ClosedSet;
use crate::domain::number;
use crate::domain::permission::Permission;
use crate::problem::Problem;
use crate::store::{ListPage, ListQuery, VisibilityScope};
use crate::{App, auth};

/// A read request's caller, signed in or not, and its conditions.
pub struct ReadContext {
    pub app: Data<App>,
    pub user: Option<SignedInUser>,
    if_none_match: String,
}

/// `?after=…&limit=…`
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Paging {
    /// The page starts after this id: the `next` of the previous page.
    #[serde(default, deserialize_with = "after")]
    pub after: i64,
    /// Maximum number of items, 1 to 500.
    #[serde(default = "default_limit", deserialize_with = "limit")]
    pub limit: i64,
    /// For matches: only those with this status.
    pub status: Option<String>,
    /// Accepted and ignored here: credentials for streams.
    #[serde(rename = "token")]
    _token: Option<String>,
    #[serde(rename = "ticket")]
    _ticket: Option<String>,
}

impl Paging {
    /// Paging of a list that has filters of its own.
    pub fn new(after: i64, limit: i64) -> Self {
        Self { after, limit, status: None, _token: None, _ticket: None }
    }
}

/// Hash characters after the version: they distinguish two bodies of one version.
const ETAG_HASH_CHARS: usize = 8;

/// Items per page unless the query sets a limit.
pub fn default_limit() -> i64 {
    100
}

/// Parses an integer of the query; the error names the accepted range.
pub fn number(name: &str, text: &str, range: RangeInclusive<i64>) -> Result<i64, String> {
    let number = number::parse(text).filter(|number| range.contains(number));
    number.ok_or_else(|| format!("{name}: use {} to {}", range.start(), range.end()))
}

/// Parses `after`: 0 or more.
pub fn after<'de, D: Deserializer<'de>>(from: D) -> Result<i64, D::Error> {
    number("after", &String::deserialize(from)?, 0..=number::MAX_INTEGER).map_err(D::Error::custom)
}

/// Parses `limit`: 1 to 500.
pub fn limit<'de, D: Deserializer<'de>>(from: D) -> Result<i64, D::Error> {
    number("limit", &String::deserialize(from)?, 1..=500).map_err(D::Error::custom)
}

impl FromRequest for ReadContext {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        let req = req.clone();
        Box::pin(async move {
            let app = req.app_data::<Data<App>>().cloned();
            let app = app.ok_or_else(|| {
                Problem::Internal("the request has no application data".to_owned())
            })?;
            let MaybeSignedIn(user) = MaybeSignedIn::extract(&req).await?;
            let if_none_match = req.headers().get_all(header::IF_NONE_MATCH);
            let tags: Vec<_> = if_none_match.filter_map(|value| value.to_str().ok()).collect();
            Ok(Self { app, user, if_none_match: tags.join(",") })
        })
    }
}

impl ReadContext {
    /// Checks that the caller has this permission.
    pub async fn require(&self, permission: Permission) -> Result<(), Problem> {
        permission::check(&self.app.store, self.user.as_ref(), permission).await
    }

    /// Whether the caller is an administrator.
    pub fn is_admin(&self) -> bool {
        self.user.as_ref().is_some_and(|user| user.is_admin)
    }

    /// Whom lists are made for. A token for topics sees only what everyone sees.
    pub fn visibility_scope(&self) -> VisibilityScope {
        let unrestricted = self.user.as_ref().filter(|user| user.topics.is_none());
        VisibilityScope {
            user_id: unrestricted.map(|user| user.id),
            sees_all: unrestricted.is_some_and(|user| user.is_admin),
        }
    }

    /// The caller's id, if signed in.
    pub fn user_id(&self) -> Option<i64> {
        self.user.as_ref().map(|user| user.id)
    }

    /// Rejects tokens for topics. A list is not a topic, not even that of a topic's event or team:
    /// it shows what the user may see by other rights.
    pub fn require_list_access(&self) -> Result<(), Problem> {
        match &self.user {
            Some(SignedInUser { topics: Some(_), .. }) => {
                Err(Problem::Forbidden("this token is for reading its topics only"))
            }
            _ => Ok(()),
        }
    }

    /// The response, or 304 if the caller's version is current.
    ///
    /// A body may include data that its version doesn't count, such as the team names of a match:
    /// so the `ETag` also includes a hash, and without a version only that. `If-Match` compares the
    /// version alone, so that renaming a team doesn't stop the scorers of its matches.
    pub fn json_response(&self, version: Option<&str>, body: &Value) -> HttpResponse {
        let text = body.to_string();
        let hash = auth::sha256_hex(text.as_bytes());
        let etag = match version {
            Some(version) => format!("{version}-{}", hash.get(..ETAG_HASH_CHARS).unwrap_or(&hash)),
            None => hash,
        };
        self.json_response_with_etag(&etag, text)
    }

    /// Like [`Self::json_response`], with an `ETag` of the caller's.
    pub fn json_response_with_etag(&self, etag: &str, text: String) -> HttpResponse {
        self.cacheable_response("application/json", etag, text)
    }

    /// Like [`Self::json_response`], for plain text.
    pub fn text_response(&self, text: &str) -> HttpResponse {
        let etag = auth::sha256_hex(text.as_bytes());
        self.cacheable_response("text/plain; charset=utf-8", &etag, text.to_owned())
    }

    fn cacheable_response(&self, content_type: &str, etag: &str, text: String) -> HttpResponse {
        let is_cached = matches_if_none_match(&self.if_none_match, etag);
        let mut response = if is_cached { HttpResponse::NotModified() } else { HttpResponse::Ok() };
        // What an anonymous caller gets is public.
        let cache = if self.user.is_some() { "private, no-cache" } else { "public, no-cache" };
        response.insert_header((header::CACHE_CONTROL, cache));
        response.insert_header((header::VARY, "Authorization, Cookie"));
        response.insert_header((header::ETAG, format!("\"{etag}\"")));
        if is_cached { response.finish() } else { response.content_type(content_type).body(text) }
    }

    /// Reads one page of a list.
    pub async fn fetch_page(
        &self,
        list_query: ListQuery,
        paging: &Paging,
    ) -> Result<ListPage, Problem> {
        Ok(self.app.store.list(list_query, paging.after, paging.limit).await?)
    }

    /// The response with a page of a list.
    pub fn list_response(&self, list: &ListPage) -> HttpResponse {
        self.json_response(None, &json!({ "items": list.items, "next": list.next }))
    }
}

/// A value of the query that must be in a closed set.
pub fn parse_choice<T: ClosedSet>(name: &str, text: Option<&str>) -> Result<Option<T>, Problem> {
    let Some(text) = text else { return Ok(None) };
    let unknown = || Problem::BadRequest(format!("{name}: use one of {}", T::texts().join(", ")));
    T::from_text(text).map(Some).ok_or_else(unknown)
}

/// Compares weakly (RFC 9110, 13.1.2).
fn matches_if_none_match(if_none_match: &str, etag: &str) -> bool {
    let mut tags = if_none_match.split(',').map(str::trim);
    tags.any(|tag| tag == "*" || tag.trim_start_matches("W/").trim_matches('"') == etag)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn if_none_match_uses_weak_comparison() {
        for (header, is_match) in [
            ("\"7\"", true),
            ("W/\"7\"", true),
            ("\"6\", \"7\"", true),
            ("*", true),
            ("\"77\"", false),
            ("", false),
        ] {
            assert_eq!(matches_if_none_match(header, "7"), is_match, "{header}");
        }
    }
}
