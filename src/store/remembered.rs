//! A remembered answer, which is given only to the request that it was given to.

use std::sync::Arc;

use crate::domain::rejection::Rejection;
use crate::store::error::{QueryError, QueryResult};
use crate::store::mutation::{IdempotencyKey, Outcome};
use crate::store::rows::IdempotencyRow;
use crate::store::server_secret::ServerSecret;
use crate::store::{Backend, Result, Store, StoreError, postgres, sqlite};

/// What somebody was answered under a key, before it is known whether the body is the same.
#[derive(Debug)]
pub struct Remembered {
    pub(super) row: IdempotencyRow,
    pub(super) secret: Arc<ServerSecret>,
}

impl Remembered {
    /// The answer, where `key` is that of the same request; else `KeyReused`.
    pub fn answer(&self, key: &IdempotencyKey) -> Result<Outcome> {
        self.row.answer(&self.secret, key)?.map_err(StoreError::Rejected)
    }
}

impl Store {
    /// What this user was answered to a keyed write. `path` is as in [`Key`].
    pub async fn remembered(&self, by: i64, path: &str, key: &str) -> Result<Option<Remembered>> {
        let (path, key) = (path.to_owned(), key.to_owned());
        let row = query_backend!(self.backend, read, |conn, queries| async move {
            queries::idempotency::find_outcome(conn, by, &path, &key).await
        })?;
        Ok(row.map(|row| Remembered { row, secret: Arc::clone(&self.secret) }))
    }
}

impl IdempotencyRow {
    /// What the request was answered; fails with `KeyReused` where it isn't the same.
    ///
    /// After a change of the server's secret a record's body can't be compared any more: then the
    /// key alone says that it is the same. What was sealed can't be opened; it isn't done again.
    pub fn answer(
        &self,
        secret: &ServerSecret,
        key: &IdempotencyKey,
    ) -> QueryResult<Result<Outcome, Rejection>> {
        let is_ours = self.secret_id == secret.id;
        if is_ours && !secret.is_of(&key.body_hash, &self.request_hash) {
            return Err(QueryError::IdempotencyKeyReused);
        }
        let opened;
        let text = match (&self.answer, &self.sealed_answer) {
            (Some(text), _) => text,
            (None, Some(sealed)) if is_ours => {
                opened = secret.open(&self.record_id, &key.key, sealed)?;
                &opened
            }
            _ => return Err(QueryError::IdempotencyKeyReused),
        };
        if self.is_rejection() {
            return Ok(Err(serde_json::from_str(text)?));
        }
        let told = self.told_topic.as_ref().zip(self.told_seq);
        Ok(Ok(Outcome {
            status: u16::try_from(self.status).unwrap_or_default(),
            body: serde_json::from_str(text)?,
            etag: self.etag.clone(),
            stream_head: told.and_then(|(topic, seq)| Some((topic.parse().ok()?, seq))),
            is_replay: true,
        }))
    }
}

/// The secret that lies in the database, made the first time.
pub(super) async fn kept_secret(database: &Backend) -> Result<Vec<u8>> {
    let made = format!("{:032x}{:032x}", rand::random::<u128>(), rand::random::<u128>());
    let kept = query_backend!(database, write_transaction, |conn, queries| {
        let made = made.clone();
        async move { Ok((queries::settings::server_secret(conn, &made).await?, Vec::new())) }
    })?;
    Ok(kept.into_bytes())
}
