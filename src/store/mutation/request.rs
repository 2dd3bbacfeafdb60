//! The request of a mutation, and its outcome.

use std::fmt;

use chrono::{DateTime, Utc};
use serde_json::Value;

use crate::domain::rejection::{Rejection, RejectionReason};
use crate::domain::topic::{Seq, StreamId};

/// Minimum length in characters of an idempotency key that seals an outcome; a shorter one is
/// guessable.
pub const MIN_SEALING_KEY_CHARS: usize = 16;

/// Who requests a mutation, when, and under which conditions.
#[derive(Clone, Debug)]
pub struct MutationRequest {
    pub user_id: i64,
    /// The server's clock when the request arrived, in whole milliseconds.
    pub received_at: DateTime<Utc>,
    pub idempotency_key: Option<IdempotencyKey>,
    /// The `ETag` that the caller last saw (`If-Match`), without quotes.
    pub if_match: Option<String>,
}

impl MutationRequest {
    /// A request by this user at this time, without conditions.
    pub fn new(user_id: i64, received_at: DateTime<Utc>) -> Self {
        Self { user_id, received_at, idempotency_key: None, if_match: None }
    }

    /// Rejects the request if the caller last saw another version (`If-Match`) than this one (412).
    pub fn check_if_match(&self, version: i64) -> Result<(), Rejection> {
        match self.if_match.as_deref() {
            None | Some("*") => Ok(()),
            Some(seen) if seen == version.to_string() => Ok(()),
            Some(seen) => {
                let detail = format!("it has changed: its version is {version}, not {seen}");
                Err(Rejection::new(RejectionReason::Stale, "stale", detail))
            }
        }
    }

    /// Whether the idempotency key is too short to seal an answer with.
    pub fn has_short_key(&self) -> bool {
        let is_short = |key: &IdempotencyKey| key.key.len() < MIN_SEALING_KEY_CHARS;
        self.idempotency_key.as_ref().is_some_and(is_short)
    }
}

/// Makes retries of a write safe (G5): unique per user and scope.
#[derive(Clone, PartialEq, Eq)]
pub struct IdempotencyKey {
    /// Method and path, as in `POST /api/teams`.
    pub scope: String,
    /// At most 128 visible characters.
    pub key: String,
    /// SHA-256 of the body in hex, without its secret fields: a reuse with another body is
    /// rejected. It is stored only as an HMAC under the server's secret.
    pub body_hash: String,
}

impl fmt::Debug for IdempotencyKey {
    /// Omits the key, which opens sealed outcomes, and the path, which may hold a ticket code.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("IdempotencyKey").finish_non_exhaustive()
    }
}

/// The outcome of a mutation: the same for the first request and for each retry.
#[derive(Clone, Debug, PartialEq)]
pub struct Outcome {
    /// An HTTP status: 200, 201, 202 (accepted, but not yet official) or 204.
    pub status: u16,
    pub body: Value,
    /// The entity's version after the write, without quotes.
    pub etag: Option<String>,
    /// The resource's own stream and its head after the write, if the write published to one.
    pub stream_head: Option<(StreamId, Seq)>,
    /// Whether this is the remembered outcome of an earlier request with the same key.
    pub is_replay: bool,
}
