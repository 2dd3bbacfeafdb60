//! One read: who asks, and how the answer may be kept.

use std::ops::RangeInclusive;

use actix_web::FromRequest;
use actix_web::HttpRequest;
use actix_web::HttpResponse;
use actix_web::dev::Payload;
use actix_web::http::header;
use actix_web::web::Data;
use futures_util::future::LocalBoxFuture;
use serde::Deserialize;
use serde::Deserializer;
use serde::de::Error;
use serde_json::Value;
use serde_json::json;

use crate::App;
use crate::auth;
use crate::auth::SignedIn;
use crate::auth::Viewer;
use crate::auth::permission;
use crate::auth::permission::Act;
use crate::domain::number;
use crate::problem::Problem;
use crate::store::List;
use crate::store::ListOf;
use crate::store::SeenBy;

/// Somebody who reads, signed in or not.
pub struct Reader {
    pub app: Data<App>,
    pub who: Option<SignedIn>,
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
    #[serde(default = "usual", deserialize_with = "limit")]
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
    pub fn of(after: i64, limit: i64) -> Self {
        Self { after, limit, status: None, _token: None, _ticket: None }
    }
}

/// Characters of the hash beside a version: two bodies of one version are told apart.
const HASH: usize = 8;

pub fn usual() -> i64 {
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

impl FromRequest for Reader {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        let req = req.clone();
        Box::pin(async move {
            let app = req.app_data::<Data<App>>().cloned();
            let app =
                app.ok_or_else(|| Problem::Internal("requests don't reach the app".to_owned()))?;
            let Viewer(who) = Viewer::extract(&req).await?;
            let known = req.headers().get_all(header::IF_NONE_MATCH);
            let known: Vec<_> = known.filter_map(|value| value.to_str().ok()).collect();
            Ok(Self { app, who, if_none_match: known.join(",") })
        })
    }
}

impl Reader {
    pub async fn may(&self, act: Act) -> Result<(), Problem> {
        permission::may(&self.app.store, self.who.as_ref(), act).await
    }

    pub fn is_admin(&self) -> bool {
        self.who.as_ref().is_some_and(|who| who.admin)
    }

    /// Whose eyes a list is made for. A token for topics shows of lists what anybody sees.
    pub fn seen_by(&self) -> SeenBy {
        let whole = self.who.as_ref().filter(|who| who.topics.is_none());
        SeenBy { user_id: whole.map(|who| who.id), all: whole.is_some_and(|who| who.admin) }
    }

    pub fn id(&self) -> Option<i64> {
        self.who.as_ref().map(|who| who.id)
    }

    /// Lists aren't topics, not even those of a topic's event or team: they show what its reader
    /// sees by other rights. A token for topics doesn't open them.
    pub fn may_list(&self) -> Result<(), Problem> {
        match &self.who {
            Some(SignedIn { topics: Some(_), .. }) => {
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
    pub fn found(&self, version: Option<&str>, body: &Value) -> HttpResponse {
        let text = body.to_string();
        let hash = auth::hash_of(text.as_bytes());
        let etag = match version {
            Some(version) => format!("{version}-{}", hash.get(..HASH).unwrap_or(&hash)),
            None => hash,
        };
        self.tagged(&etag, text)
    }

    /// The same of a body whose tag the caller makes.
    pub fn tagged(&self, etag: &str, text: String) -> HttpResponse {
        self.answer("application/json", etag, text)
    }

    /// The same of what is printed, not read by programs.
    pub fn printed(&self, text: &str) -> HttpResponse {
        let etag = auth::hash_of(text.as_bytes());
        self.answer("text/plain; charset=utf-8", &etag, text.to_owned())
    }

    fn answer(&self, kind: &str, etag: &str, text: String) -> HttpResponse {
        let known = is_known(&self.if_none_match, etag);
        let mut answer = if known { HttpResponse::NotModified() } else { HttpResponse::Ok() };
        // What anybody gets without signing in is everybody's.
        let cache = if self.who.is_some() { "private, no-cache" } else { "public, no-cache" };
        answer.insert_header((header::CACHE_CONTROL, cache));
        answer.insert_header((header::VARY, "Authorization, Cookie"));
        answer.insert_header((header::ETAG, format!("\"{etag}\"")));
        if known { answer.finish() } else { answer.content_type(kind).body(text) }
    }

    /// One page of a list.
    pub async fn page(&self, of: ListOf, paging: &Paging) -> Result<List, Problem> {
        Ok(self.app.store.list(of, paging.after, paging.limit).await?)
    }

    pub fn listed(&self, list: &List) -> HttpResponse {
        self.found(None, &json!({ "items": list.items, "next": list.next }))
    }
}

/// A word of the query, which must be one of these.
pub fn word(name: &str, given: Option<&str>, words: &[&str]) -> Result<Option<String>, Problem> {
    if given.is_some_and(|given| !words.contains(&given)) {
        return Err(Problem::BadRequest(format!("{name}: use one of {}", words.join(", "))));
    }
    Ok(given.map(str::to_owned))
}

/// Weak comparison (RFC 9110, 13.1.2).
fn is_known(if_none_match: &str, etag: &str) -> bool {
    let mut tags = if_none_match.split(',').map(str::trim);
    tags.any(|tag| tag == "*" || tag.trim_start_matches("W/").trim_matches('"') == etag)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_known_is_not_sent_again() {
        for (header, known) in [
            ("\"7\"", true),
            ("W/\"7\"", true),
            ("\"6\", \"7\"", true),
            ("*", true),
            ("\"77\"", false),
            ("", false),
        ] {
            assert_eq!(is_known(header, "7"), known, "{header}");
        }
    }
}
