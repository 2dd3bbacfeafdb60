//! One write: who sends it, under which key, expecting which version, and how it is answered.

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
use crate::metrics::ReasonLabel;
use crate::problem::Problem;
use crate::store::Remembered;
use crate::store::mutation::{IdempotencyKey, Mutation, MutationRequest, Outcome};
use crate::stream::cursor;

/// The characters an idempotency key may have.
const MAX_KEY_LENGTH: usize = 128;

/// Somebody who writes, and what the headers say about it.
pub struct WriteContext {
    pub app: Data<App>,
    pub user: SignedInUser,
    /// The server's clock when the request came in, whole milliseconds.
    pub received_at: DateTime<Utc>,
    method: String,
    path: String,
    idempotency_key: Option<String>,
    if_match: Option<String>,
}

/// A mutation that the caller may make, or whose stored outcome the caller may see again.
pub struct Authorized<M> {
    pub mutation: M,
    /// Set where the mutation itself may not be made.
    pub stored_outcome: Option<Remembered>,
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
            app.ok_or_else(|| Problem::Internal("requests don't reach the app".to_owned()))?;
        let user = SignedInUser::extract(req).await?;
        let writes = app.limiters.writes.try_acquire(&user.id);
        writes.map_err(|retry_after| {
            let reason = ReasonLabel { reason: "writes_per_minute" };
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
    /// Where the caller may not, or may no longer, the outcome stored under the same idempotency
    /// key is returned again by [`WriteContext::commit`]; nothing is done anew.
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

    /// What is stored under the request's idempotency key, else `denial`.
    pub async fn stored_outcome(&self, denial: Problem) -> Result<Remembered, Problem> {
        let key = self.idempotency_key.as_ref().filter(|_| self.user.topics.is_none());
        let Some(key) = key else { return Err(denial) };
        let scope = self.idempotency_scope();
        self.app.store.remembered(self.user.id, &scope, key).await?.ok_or(denial)
    }

    /// What a key belongs to besides its user.
    fn idempotency_scope(&self) -> String {
        format!("{} {}", self.method, self.path)
    }

    /// Commits under the key and the conditions of the request.
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

    /// Checks the permission and commits under a key of its own, without the request's conditions.
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

    /// The response; what was created is found below `created_below`, or below the request's path.
    pub fn outcome_response(&self, created_below: Option<&str>, outcome: &Outcome) -> HttpResponse {
        let status = StatusCode::from_u16(outcome.status).unwrap_or(StatusCode::OK);
        let mut response = HttpResponse::build(status);
        response.insert_header((header::CACHE_CONTROL, "no-store"));
        if let Some(etag) = &outcome.etag {
            response.insert_header((header::ETAG, format!("\"{etag}\"")));
        }
        if let Some((_, seq)) = outcome.stream_head {
            let touchline_cursor = cursor::encode_single(self.app.store.epoch(), seq);
            response.insert_header(("Touchline-Cursor", touchline_cursor));
        }
        if outcome.is_replay {
            response.insert_header(("Idempotency-Replayed", "true"));
        }
        let created_id = outcome.body.get("id").or_else(|| outcome.body.get("number"));
        let made = created_id.filter(|id| status == StatusCode::CREATED && !id.is_null());
        let below = created_below.unwrap_or(&self.path);
        if let Some(id) = made {
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

/// Whether the text is fit to be an idempotency key.
pub fn is_valid_key(text: &str) -> bool {
    (1..=MAX_KEY_LENGTH).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic())
}

/// `"7"` → 7, and so `"7-1a2b3c4d"`, whose hash is for readers; `*` is any version. A weak tag
/// never matches (RFC 9110, 13.1.1), so it stays as it is.
fn parse_if_match(text: &str) -> Result<Option<String>, Problem> {
    if text == "*" {
        return Ok(None);
    }
    let bare = text.strip_prefix('"').and_then(|text| text.strip_suffix('"'));
    match bare {
        Some(bare) if !bare.contains('"') => {
            let version = bare.split_once('-').map_or(bare, |(version, _)| version);
            Ok(Some(version.to_owned()))
        }
        _ if text.starts_with("W/\"") => Ok(Some(text.to_owned())),
        _ => Err(Problem::BadRequest("If-Match: send one ETag, in quotes".to_owned())),
    }
}

/// The hash of no body.
pub fn empty_body_hash() -> String {
    json_body::hash(&Value::Object(Map::new()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_1_to_128_visible_characters() {
        let longest = "k".repeat(128);
        for good in ["k", "67e55044-10b1-426f-9247-bb680e5fe0c8", &longest] {
            assert!(parse_key(good).is_ok(), "{good}");
        }
        let longer = "k".repeat(129);
        for bad in ["", "two words", "tab\t", "ключ", &longer] {
            assert!(parse_key(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn if_match_takes_one_quoted_version() {
        let read = |text| parse_if_match(text).ok();
        assert_eq!(read("\"7\""), Some(Some("7".to_owned())));
        assert_eq!(read("\"7-1a2b3c4d\""), Some(Some("7".to_owned())));
        assert_eq!(read("*"), Some(None));
        assert_eq!(read("W/\"7\""), Some(Some("W/\"7\"".to_owned())), "matches nothing");
        assert_eq!(read("7"), None);
        assert_eq!(read("\"7\", \"8\""), None);
    }
}
