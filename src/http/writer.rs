//! One write: who sends it, under which key, expecting which version, and how it is answered.

use std::cell::RefCell;
use std::time::Instant;

use actix_web::FromRequest;
use actix_web::HttpRequest;
use actix_web::HttpResponse;
use actix_web::dev::Payload;
use actix_web::http::StatusCode;
use actix_web::http::header;
use actix_web::web::Data;
use chrono::DateTime;
use chrono::SubsecRound;
use chrono::Utc;
use futures_util::future::LocalBoxFuture;
use serde_json::Map;
use serde_json::Value;

use crate::App;
use crate::auth::SignedIn;
use crate::auth::permission;
use crate::auth::permission::Act;
use crate::http::body;
use crate::metrics::Why;
use crate::problem::Problem;
use crate::store::Remembered;
use crate::store::job::Done;
use crate::store::job::Job;
use crate::store::job::Key;
use crate::store::job::Write;
use crate::stream::cursor;

/// The characters an idempotency key may have.
const KEY_LENGTH: usize = 128;

/// Somebody who writes, and what the headers say about it.
pub struct Writer {
    pub app: Data<App>,
    pub who: SignedIn,
    /// The server's clock when the request came in, whole milliseconds.
    pub at: DateTime<Utc>,
    method: String,
    path: String,
    key: Option<String>,
    if_match: Option<String>,
    /// Where it may not be done (any more): what it was answered when it was.
    remembered: RefCell<Option<Remembered>>,
}

impl FromRequest for Writer {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        let req = req.clone();
        Box::pin(async move { Self::of(&req).await })
    }
}

impl Writer {
    async fn of(req: &HttpRequest) -> Result<Self, Problem> {
        let app = req.app_data::<Data<App>>().cloned();
        let app =
            app.ok_or_else(|| Problem::Internal("requests don't reach the app".to_owned()))?;
        let who = SignedIn::extract(req).await?;
        let writes = app.limits.writes.take(&who.id);
        writes.map_err(|retry_after| {
            let why = Why { reason: "writes_per_minute" };
            app.shared.metrics.rejects.get_or_create(&why).inc();
            Problem::TooManyRequests { retry_after }
        })?;
        let key = header(req, "idempotency-key")?.map(key).transpose()?;
        let if_match = header(req, "if-match")?.map(entity_tag).transpose()?.flatten();
        Ok(Self {
            app,
            who,
            at: Utc::now().trunc_subsecs(3),
            method: req.method().to_string(),
            path: req.path().trim_end_matches('/').to_owned(),
            key,
            if_match,
            remembered: RefCell::default(),
        })
    }

    /// Whether this may be done.
    ///
    /// What was done under the same key is answered again, although the thing is gone since, or
    /// the right to it: but nothing is done anew.
    pub async fn may(&self, act: Act) -> Result<(), Problem> {
        match permission::may(&self.app.store, Some(&self.who), act).await {
            Err(refusal @ (Problem::NotFound(_) | Problem::Forbidden(_))) => {
                self.refuse(refusal).await
            }
            outcome => outcome,
        }
    }

    /// Refuses what was not done under the same key before; what was is answered again.
    pub async fn refuse(&self, refusal: Problem) -> Result<(), Problem> {
        let key = self.key.as_ref().filter(|_| self.who.topics.is_none());
        let Some(key) = key else { return Err(refusal) };
        let known = self.app.store.remembered(self.who.id, &self.place(), key).await?;
        let Some(known) = known else { return Err(refusal) };
        self.remembered.borrow_mut().get_or_insert(known);
        Ok(())
    }

    /// What a key belongs to besides its user.
    fn place(&self) -> String {
        format!("{} {}", self.method, self.path)
    }

    /// Does it, and answers. `body_hash` is empty where there is no body.
    pub async fn write(self, body_hash: String, write: Write) -> Result<HttpResponse, Problem> {
        let done = self.perform(body_hash, write).await?;
        Ok(self.answer(&done))
    }

    /// Does it under the key of the request.
    pub async fn perform(&self, body_hash: String, write: Write) -> Result<Done, Problem> {
        let key =
            self.key.as_ref().map(|key| Key { path: self.place(), key: key.clone(), body_hash });
        self.execute(key, write, self.if_match.clone()).await
    }

    /// Does one write under a key of its own.
    pub async fn execute(
        &self,
        key: Option<Key>,
        write: Write,
        if_match: Option<String>,
    ) -> Result<Done, Problem> {
        if let Some(remembered) = &*self.remembered.borrow() {
            let key = key.ok_or(Problem::KeyReused)?;
            return Ok(remembered.answer(&key)?);
        }
        let began = Instant::now();
        let job = Job { by: self.who.id, at: self.at, key, if_match, write };
        let done = self.app.store.write(job).await?;
        self.app.shared.metrics.append_seconds.observe(began.elapsed().as_secs_f64());
        Ok(done)
    }

    pub fn answer(&self, done: &Done) -> HttpResponse {
        let status = StatusCode::from_u16(done.status).unwrap_or(StatusCode::OK);
        let mut answer = HttpResponse::build(status);
        answer.insert_header((header::CACHE_CONTROL, "no-store"));
        if let Some(etag) = &done.etag {
            answer.insert_header((header::ETAG, format!("\"{etag}\"")));
        }
        if let Some((_, seq)) = done.told {
            let place = cursor::of_one(self.app.store.epoch(), seq);
            answer.insert_header(("Touchline-Cursor", place));
        }
        if done.again {
            answer.insert_header(("Idempotency-Replayed", "true"));
        }
        let made = done.body.get("id").or_else(|| done.body.get("number"));
        let made = made.filter(|id| status == StatusCode::CREATED && !id.is_null());
        if let Some(id) = made {
            let id = id.as_str().map_or_else(|| id.to_string(), str::to_owned);
            answer.insert_header((header::LOCATION, format!("{}/{id}", self.path)));
        }
        if status == StatusCode::NO_CONTENT { answer.finish() } else { answer.json(&done.body) }
    }
}

fn header<'a>(req: &'a HttpRequest, name: &str) -> Result<Option<&'a str>, Problem> {
    let Some(value) = req.headers().get(name) else { return Ok(None) };
    let text = value.to_str().map_err(|_| Problem::BadRequest(format!("{name}: not plain text")));
    text.map(|text| Some(text.trim()))
}

/// 1 to 128 visible ASCII characters.
fn key(text: &str) -> Result<String, Problem> {
    if is_key(text) {
        return Ok(text.to_owned());
    }
    let detail = format!("Idempotency-Key: use 1 to {KEY_LENGTH} visible ASCII characters");
    Err(Problem::BadRequest(detail))
}

/// Whether the text is fit to be an idempotency key.
pub fn is_key(text: &str) -> bool {
    (1..=KEY_LENGTH).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic())
}

/// `"7"` → 7, and so `"7-1a2b3c4d"`, whose hash is for readers; `*` is any version. A weak tag
/// never matches (RFC 9110, 13.1.1), so it stays as it is.
fn entity_tag(text: &str) -> Result<Option<String>, Problem> {
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
pub fn no_body() -> String {
    body::hash(&Value::Object(Map::new()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_visible_and_short() {
        let longest = "k".repeat(128);
        for good in ["k", "67e55044-10b1-426f-9247-bb680e5fe0c8", &longest] {
            assert!(key(good).is_ok(), "{good}");
        }
        let longer = "k".repeat(129);
        for bad in ["", "two words", "tab\t", "ключ", &longer] {
            assert!(key(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn versions_stand_in_quotes() {
        let read = |text| entity_tag(text).ok();
        assert_eq!(read("\"7\""), Some(Some("7".to_owned())));
        assert_eq!(read("\"7-1a2b3c4d\""), Some(Some("7".to_owned())));
        assert_eq!(read("*"), Some(None));
        assert_eq!(read("W/\"7\""), Some(Some("W/\"7\"".to_owned())), "matches nothing");
        assert_eq!(read("7"), None);
        assert_eq!(read("\"7\", \"8\""), None);
    }
}
