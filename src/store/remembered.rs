//! Remembered outcomes, returned only to a retry of the same request.

use std::sync::Arc;

use crate::domain::rejection::Rejection;
use crate::store::error::{QueryError, QueryResult};
use crate::store::mutation::{IdempotencyKey, Outcome};
use crate::store::rows::IdempotencyRow;
use crate::store::server_secret::ServerSecret;
use crate::store::{Result, Store, StoreError};

/// A remembered outcome, before the body of the retry has been compared.
#[derive(Debug)]
pub struct RememberedOutcome {
    pub(super) row: IdempotencyRow,
    pub(super) secret: Arc<ServerSecret>,
}

impl RememberedOutcome {
    /// The outcome, if `key` belongs to the same request; else `IdempotencyKeyReused`.
    pub fn answer(&self, key: &IdempotencyKey) -> Result<Outcome> {
        self.row.answer(&self.secret, key)?.map_err(StoreError::Rejected)
    }
}

impl Store {
    /// Finds the outcome of a user's earlier write; `path` is the scope of an [`IdempotencyKey`].
    pub async fn remembered(
        &self,
        user_id: i64,
        scope: &str,
        key: &str,
    ) -> Result<Option<RememberedOutcome>> {
        let (scope, key) = (scope.to_owned(), key.to_owned());
        let match_cache = Arc::clone(&self.match_cache);
        let row = query_backend!(self.backend, read, |conn, queries| async move {
            queries::idempotency::find_outcome(conn, &match_cache, user_id, &scope, &key).await
        })?;
        Ok(row.map(|row| RememberedOutcome { row, secret: Arc::clone(&self.secret) }))
    }
}

impl IdempotencyRow {
    /// The outcome of the request; fails with `IdempotencyKeyReused` if the request differs.
    ///
    /// After a change of the server's secret, bodies can't be compared any more: then the key alone
    /// identifies the request. A sealed outcome can't be opened then, and the write is not
    /// repeated.
    pub fn answer(
        &self,
        secret: &ServerSecret,
        key: &IdempotencyKey,
    ) -> QueryResult<Result<Outcome, Rejection>> {
        let is_ours = self.secret_id == secret.id;
        if is_ours && !secret.is_of(&key.body_hash, &self.request_hash) {
            return Err(QueryError::IdempotencyKeyReused);
        }
        let unsealed;
        let text = match (&self.answer, &self.sealed_answer) {
            (Some(text), _) => text,
            (None, Some(sealed)) if is_ours => {
                unsealed = secret.open(&self.record_id, &key.key, sealed)?;
                &unsealed
            }
            _ => return Err(QueryError::IdempotencyKeyReused),
        };
        if self.is_rejection() {
            return Ok(Err(serde_json::from_str(text)?));
        }
        let stream_head = self.told_topic.as_ref().zip(self.told_seq);
        Ok(Ok(Outcome {
            status: u16::try_from(self.status).unwrap_or_default(),
            body: serde_json::from_str(text)?,
            etag: self.etag.clone(),
            stream_head: stream_head.and_then(|(topic, seq)| Some((topic.parse().ok()?, seq))),
            is_replay: true,
        }))
    }
}
