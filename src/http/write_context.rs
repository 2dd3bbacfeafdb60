//! Context of a write request: who sends it, its idempotency key and conditions, its response.

use std::time::Instant;

use actix_web::dev::Payload;
use actix_web::http::{StatusCode, header};
use actix_web::web::Data;
use actix_web::{FromRequest, HttpRequest, HttpResponse};
use chrono::{DateTime, SubsecRound, Utc};
use futures_util::future::LocalBoxFuture;
use serde_json::{Map, Value};

use crate::App;
use crate::auth::{SignedInUser, permission};
use crate::http::json_body;
use crate::metrics::ReasonMetricLabel;
use crate::problem::Problem;
use crate::store::RememberedOutcome;
use crate::store::mutation::{IdempotencyKey, Mutation, MutationRequest, Outcome};
use crate::stream::cursor;

/// Maximum length of an idempotency key in characters.
const MAX_KEY_LENGTH: usize = 128;

/// A write request's caller and conditions.
pub struct WriteContext {
    pub app: Data<App>,
    pub user: SignedInUser,
    /// The server's clock when the request arrived, in whole milliseconds.
    pub received_at: DateTime<Utc>,
    method: String,
    path: String,
    idempotency_key: Option<String>,
    if_match: Option<String>,
}

/// A mutation that the caller may make, or whose stored outcome the caller may see.
pub struct Authorized<M> {
    pub mutation: M,
    /// Set if the caller may not make the mutation (any more).
    pub stored_outcome: Option<RememberedOutcome>,
}

impl FromRequest for WriteContext {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        let req = req.clone();
        Box::pin(async move { Self::from_http(&req).await })
    }
}

impl WriteContext {
    async fn from_http(req: &HttpRequest) -> Result<Self, Problem> {
        let app = req.app_data::<Data<App>>().cloned();
        let app =
            app.ok_or_else(|| Problem::Internal("the request has no application data".to_owned()))?;
        let user = SignedInUser::extract(req).await?;
        let writes = app.limiters.writes.try_acquire(&user.id);
        writes.map_err(|retry_after| {
            let reason = ReasonMetricLabel { reason: "writes_per_minute" };
            app.stream_context.metrics.limit_rejections.get_or_create(&reason).inc();
            Problem::TooManyRequests { retry_after }
        })?;
        let key = header_text(req, "idempotency-key")?.map(parse_key).transpose()?;
        let if_match = header_text(req, "if-match")?.map(parse_if_match).transpose()?.flatten();
        Ok(Self {
            app,
            user,
            received_at: Utc::now().trunc_subsecs(3),
            method: req.method().to_string(),
            path: req.path().trim_end_matches('/').to_owned(),
            idempotency_key: key,
            if_match,
        })
    }

    /// Checks that the caller may make this mutation.
    ///
    /// If the caller may not, or not any more, [`WriteContext::commit`] returns the outcome stored
    /// under the same idempotency key and runs nothing.
    pub async fn authorize<M: Mutation>(&self, mutation: M) -> Result<Authorized<M>, Problem> {
        let (store, user) = (&self.app.store, Some(&self.user));
        let stored_outcome = match permission::check(store, user, mutation.permission()).await {
            Ok(()) => None,
            Err(denial @ (Problem::NotFound(_) | Problem::Forbidden(_))) => {
                Some(self.stored_outcome(denial).await?)
            }
            Err(problem) => return Err(problem),
        };
        Ok(Authorized { mutation, stored_outcome })
    }

    /// The outcome stored under the request's idempotency key, else `denial`.
    pub async fn stored_outcome(&self, denial: Problem) -> Result<RememberedOutcome, Problem> {
        let key = self.idempotency_key.as_ref().filter(|_| self.user.topics.is_none());
        let Some(key) = key else { return Err(denial) };
        let scope = self.idempotency_scope();
        self.app.store.remembered(self.user.id, &scope, key).await?.ok_or(denial)
    }

    /// What a key is unique in, besides the user.
    fn idempotency_scope(&self) -> String {
        format!("{} {}", self.method, self.path)
    }

    /// Commits with the request's idempotency key and conditions.
    pub async fn commit<M: Mutation>(
        &self,
        authorized: Authorized<M>,
        body_hash: String,
    ) -> Result<Outcome, Problem> {
        let Authorized { mutation, stored_outcome } = authorized;
        let key = self.idempotency_key.clone();
        let scope = self.idempotency_scope();
        let key = key.map(|key| IdempotencyKey { scope, key, body_hash });
        if let Some(stored) = stored_outcome {
            return Ok(stored.answer(&key.ok_or(Problem::IdempotencyKeyReused)?)?);
        }
        let if_match = self.if_match.clone();
        self.execute(mutation, MutationRequest { idempotency_key: key, if_match, ..self.request() })
            .await
    }

    /// Checks the permission and commits with another key, without the request's conditions.
    pub async fn commit_with_key<M: Mutation>(
        &self,
        mutation: M,
        key: IdempotencyKey,
    ) -> Result<Outcome, Problem> {
        permission::check(&self.app.store, Some(&self.user), mutation.permission()).await?;
        let request = MutationRequest { idempotency_key: Some(key), ..self.request() };
        self.execute(mutation, request).await
    }

    fn request(&self) -> MutationRequest {
        MutationRequest::new(self.user.id, self.received_at)
    }

    async fn execute<M: Mutation>(
        &self,
        mutation: M,
        request: MutationRequest,
    ) -> Result<Outcome, Problem> {
        let started = Instant::now();
        let outcome = self.app.store.commit(request, mutation).await?;
        self.app.stream_context.metrics.append_seconds.observe(started.elapsed().as_secs_f64());
        Ok(outcome)
    }

    /// The response. `Location` is below `created_below`, or else below the request's path.
    pub fn outcome_response(&self, created_below: Option<&str>, outcome: &Outcome) -> HttpResponse {
        let status = StatusCode::from_u16(outcome.status).unwrap_or(StatusCode::OK);
        let mut response = HttpResponse::build(status);
        response.insert_header((header::CACHE_CONTROL, "no-store"));
        if let Some(etag) = &outcome.etag {
            response.insert_header((header::ETAG, format!("\"{etag}\"")));
        }
        if let Some((stream, seq)) = outcome.stream_head {
            let touchline_cursor =
                cursor::encode_topic(self.app.store.epoch(), stream.topic(), seq);
            response.insert_header(("Touchline-Cursor", touchline_cursor));
        }
        if outcome.is_replay {
            response.insert_header(("Idempotency-Replayed", "true"));
        }
        let created_id = outcome.body.get("id").or_else(|| outcome.body.get("number"));
        let created_id = created_id.filter(|id| status == StatusCode::CREATED && !id.is_null());
        let below = created_below.unwrap_or(&self.path);
        if let Some(id) = created_id {
            let id = id.as_str().map_or_else(|| id.to_string(), str::to_owned);
            response.insert_header((header::LOCATION, format!("{below}/{id}")));
        }
        if status == StatusCode::NO_CONTENT {
            response.finish()
        } else {
            response.json(&outcome.body)
        }
    }
}

fn header_text<'a>(req: &'a HttpRequest, name: &str) -> Result<Option<&'a str>, Problem> {
    let Some(value) = req.headers().get(name) else { return Ok(None) };
    let text = value.to_str().map_err(|_| Problem::BadRequest(format!("{name}: not plain text")));
    text.map(|text| Some(text.trim()))
}

/// 1 to 128 visible ASCII characters.
fn parse_key(text: &str) -> Result<String, Problem> {
    if is_valid_key(text) {
        return Ok(text.to_owned());
    }
    let detail = format!("Idempotency-Key: use 1 to {MAX_KEY_LENGTH} visible ASCII characters");
    Err(Problem::BadRequest(detail))
}

/// Whether the text is a valid idempotency key.
pub fn is_valid_key(text: &str) -> bool {
    (1..=MAX_KEY_LENGTH).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic())
}

/// Parses `"7"` to 7, and likewise `"7-1a2b3c4d"`, whose hash is for reads; `*` is any version. A
/// weak tag never matches (RFC 9110, 13.1.1), so it is kept as it is.
fn parse_if_match(text: &str) -> Result<Option<String>, Problem> {
    if text == "*" {
        return Ok(None);
    }
    let tag = text.strip_prefix('"').and_then(|text| text.strip_suffix('"'));
    match tag {
        Some(tag) if !tag.contains('"') => {
            let version = tag.split_once('-').map_or(tag, |(version, _)| version);
            Ok(Some(version.to_owned()))
        }
        _ if text.starts_with("W/\"") => Ok(Some(text.to_owned())),
        _ => Err(Problem::BadRequest("If-Match: send one ETag, in quotes".to_owned())),
    }
}

/// The hash of an empty body.
pub fn empty_body_hash() -> String {
    json_body::hash(&Value::Object(Map::new()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_1_to_128_visible_characters() {
        let longest = "k".repeat(128);
        for valid in ["k", "67e55044-10b1-426f-9247-bb680e5fe0c8", &longest] {
            assert!(parse_key(valid).is_ok(), "{valid}");
        }
        let longer = "k".repeat(129);
        for invalid in ["", "two words", "tab\t", "ключ", &longer] {
            assert!(parse_key(invalid).is_err(), "{invalid}");
        }
    }

    #[test]
    fn if_match_takes_one_quoted_version() {
        let parse = |text| parse_if_match(text).ok();
        assert_eq!(parse("\"7\""), Some(Some("7".to_owned())));
        assert_eq!(parse("\"7-1a2b3c4d\""), Some(Some("7".to_owned())));
        assert_eq!(parse("*"), Some(None));
        assert_eq!(parse("W/\"7\""), Some(Some("W/\"7\"".to_owned())), "matches nothing");
        assert_eq!(parse("7"), None);
        assert_eq!(parse("\"7\", \"8\""), None);
    }
}
