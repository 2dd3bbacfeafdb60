//! One read: who asks, and how the answer may be kept.

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
use crate::domain::number;
use crate::domain::permission::Permission;
use crate::problem::Problem;
use crate::store::{ListPage, ListQuery, VisibilityScope};
use crate::{App, auth};

/// Somebody who reads, signed in or not.
pub struct ReadContext {
    pub app: Data<App>,
    pub user: Option<SignedInUser>,
    if_none_match: String,
}

/// `?after=…&limit=…`
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Paging {
    /// The id the page starts after: an earlier page's `next`.
    #[serde(default, deserialize_with = "after")]
    pub after: i64,
    /// Items at most, 1 to 500.
    #[serde(default = "default_limit", deserialize_with = "limit")]
    pub limit: i64,
    /// Of matches: only those with this status.
    pub status: Option<String>,
    /// Credentials, which are for streams: not looked at.
    #[serde(rename = "token")]
    _token: Option<String>,
    #[serde(rename = "ticket")]
    _ticket: Option<String>,
}

impl Paging {
    /// Of a list that has more to be asked for than this.
    pub fn new(after: i64, limit: i64) -> Self {
        Self { after, limit, status: None, _token: None, _ticket: None }
    }
}

/// Characters of the hash beside a version: two bodies of one version are told apart.
const ETAG_HASH_CHARS: usize = 8;

pub fn default_limit() -> i64 {
    100
}

/// A whole number of the query, which must be in this range.
pub fn number(name: &str, given: &str, range: RangeInclusive<i64>) -> Result<i64, String> {
    let number = number::read(given).filter(|number| range.contains(number));
    number.ok_or_else(|| format!("{name}: use {} to {}", range.start(), range.end()))
}

pub fn after<'de, D: Deserializer<'de>>(from: D) -> Result<i64, D::Error> {
    number("after", &String::deserialize(from)?, 0..=number::MAX).map_err(D::Error::custom)
}

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
            let app =
                app.ok_or_else(|| Problem::Internal("requests don't reach the app".to_owned()))?;
            let MaybeSignedIn(who) = MaybeSignedIn::extract(&req).await?;
            let if_none_match = req.headers().get_all(header::IF_NONE_MATCH);
            let known: Vec<_> = if_none_match.filter_map(|value| value.to_str().ok()).collect();
            Ok(Self { app, user: who, if_none_match: known.join(",") })
        })
    }
}

impl ReadContext {
    pub async fn require(&self, permission: Permission) -> Result<(), Problem> {
        permission::check(&self.app.store, self.user.as_ref(), permission).await
    }

    pub fn is_admin(&self) -> bool {
        self.user.as_ref().is_some_and(|user| user.is_admin)
    }

    /// Whose eyes a list is made for. A token for topics shows of lists what anybody sees.
    pub fn visibility_scope(&self) -> VisibilityScope {
        let unrestricted = self.user.as_ref().filter(|user| user.topics.is_none());
        VisibilityScope {
            user_id: unrestricted.map(|who| who.id),
            sees_all: unrestricted.is_some_and(|who| who.is_admin),
        }
    }

    pub fn user_id(&self) -> Option<i64> {
        self.user.as_ref().map(|user| user.id)
    }

    /// Lists aren't topics, not even those of a topic's event or team: they show what its reader
    /// sees by other rights. A token for topics doesn't open them.
    pub fn require_list_access(&self) -> Result<(), Problem> {
        match &self.user {
            Some(SignedInUser { topics: Some(_), .. }) => {
                Err(Problem::Forbidden("this token is for reading its topics only"))
            }
            _ => Ok(()),
        }
    }

    /// The answer, or that the caller has it already.
    ///
    /// A body may show what its version doesn't count, as a match does its teams' names: it is
    /// known by its hash too, and what has no version by that alone. Writers compare the version
    /// (`If-Match`): whoever renames a team doesn't stop its matches' scorers.
    pub fn json_response(&self, version: Option<&str>, body: &Value) -> HttpResponse {
        let text = body.to_string();
        let hash = auth::sha256_hex(text.as_bytes());
        let etag = match version {
            Some(version) => format!("{version}-{}", hash.get(..ETAG_HASH_CHARS).unwrap_or(&hash)),
            None => hash,
        };
        self.json_response_with_etag(&etag, text)
    }

    /// The same of a body whose tag the caller makes.
    pub fn json_response_with_etag(&self, etag: &str, text: String) -> HttpResponse {
        self.cacheable_response("application/json", etag, text)
    }

    /// The same of what is printed, not read by programs.
    pub fn text_response(&self, text: &str) -> HttpResponse {
        let etag = auth::sha256_hex(text.as_bytes());
        self.cacheable_response("text/plain; charset=utf-8", &etag, text.to_owned())
    }

    fn cacheable_response(&self, content_type: &str, etag: &str, text: String) -> HttpResponse {
        let is_cached = matches_if_none_match(&self.if_none_match, etag);
        let mut response = if is_cached { HttpResponse::NotModified() } else { HttpResponse::Ok() };
        // What anybody gets without signing in is everybody's.
        let cache = if self.user.is_some() { "private, no-cache" } else { "public, no-cache" };
        response.insert_header((header::CACHE_CONTROL, cache));
        response.insert_header((header::VARY, "Authorization, Cookie"));
        response.insert_header((header::ETAG, format!("\"{etag}\"")));
        if is_cached { response.finish() } else { response.content_type(content_type).body(text) }
    }

    /// One page of a list.
    pub async fn fetch_page(
        &self,
        list_query: ListQuery,
        paging: &Paging,
    ) -> Result<ListPage, Problem> {
        Ok(self.app.store.list(list_query, paging.after, paging.limit).await?)
    }

    pub fn list_response(&self, list: &ListPage) -> HttpResponse {
        self.json_response(None, &json!({ "items": list.items, "next": list.next }))
    }
}

/// A word of the query, which must be one of these.
pub fn parse_choice(
    name: &str,
    value: Option<&str>,
    choices: &[&str],
) -> Result<Option<String>, Problem> {
    if value.is_some_and(|given| !choices.contains(&given)) {
        return Err(Problem::BadRequest(format!("{name}: use one of {}", choices.join(", "))));
    }
    Ok(value.map(str::to_owned))
}

/// Weak comparison (RFC 9110, 13.1.2).
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
