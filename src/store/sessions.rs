//! Sessions, stream tickets, and the check of credentials.

use chrono::{DateTime, Utc};
use serde_json::Value;

use crate::store::{Authentication, Principal, Result, Store};

impl Store {
    /// Checks a credential: one query, made for each request.
    pub async fn authenticate(&self, principal: &Principal) -> Result<Authentication> {
        let principal = principal.clone();
        query_backend!(self.backend, read, |conn, queries| async move {
            queries::sessions::authenticate(conn, &principal).await
        })
    }

    /// Stores a session when a user signs in. `id` is random.
    pub async fn open_session(
        &self,
        id: &str,
        user_id: i64,
        created_at: DateTime<Utc>,
        expires_at: DateTime<Utc>,
    ) -> Result<()> {
        let (id, created) = (id.to_owned(), created_at.timestamp_millis());
        let expires = expires_at.timestamp_millis();
        query_backend!(self.backend, write_transaction, |conn, queries| {
            let id = id.clone();
            async move {
                let session = (id.as_str(), user_id);
                queries::sessions::open(conn, session, created, expires).await?;
                Ok(((), Vec::new()))
            }
        })
    }

    /// Ends the session of a credential, if it has one, and with it the session's streams (G7).
    pub async fn end_session(&self, principal: &Principal) -> Result<()> {
        let Some(id) = principal.session_id().map(str::to_owned) else { return Ok(()) };
        let user_id = principal.user_id;
        query_backend!(self.backend, write_transaction, |conn, queries| {
            let id = id.clone();
            async move {
                queries::sessions::end(conn, user_id, &id).await?;
                Ok(((), Vec::new()))
            }
        })
    }

    /// Stores a stream ticket by the hash of its text. `grant` is what it opens.
    pub async fn keep_ticket(&self, hash: &str, grant: &Value, until: DateTime<Utc>) -> Result<()> {
        let (hash, grant, until) = (hash.to_owned(), grant.clone(), until.timestamp_millis());
        query_backend!(self.backend, write_transaction, |conn, queries| {
            let (hash, grant) = (hash.clone(), grant.clone());
            async move { Ok((queries::tickets::insert(conn, &hash, &grant, until).await?, Vec::new())) }
        })
    }

    /// Returns what a ticket grants if it is valid at `now`. It stays valid until it expires, so
    /// that a client can retry a connection that failed.
    pub async fn ticket(&self, hash: &str, now: DateTime<Utc>) -> Result<Option<Value>> {
        let (hash, now) = (hash.to_owned(), now.timestamp_millis());
        query_backend!(self.backend, read, |conn, queries| async move {
            queries::tickets::find_grant(conn, &hash, now).await
        })
    }
}
