//! Sessions, stream tickets, and what credentials are worth: [`Store`]'s part of signing in and out.

use chrono::{DateTime, Utc};
use serde_json::Value;

use crate::store::{Authentication, Backend, Principal, Result, Store, postgres, sqlite};

impl Store {
    /// What this credential is worth now. One statement, made for each request.
    pub async fn authenticate(&self, principal: &Principal) -> Result<Authentication> {
        let principal = principal.clone();
        query_backend!(self.backend, read, |conn, queries| async move {
            queries::sessions::authenticate(conn, &principal).await
        })
    }

    /// Remembers that a user has signed in. `id` is random.
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

    /// Ends the session of this credential, if it has one: all that it opened ends too (G7).
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

    /// Remembers a stream ticket by the hash of its text. `grant` is what it opens.
    pub async fn keep_ticket(&self, hash: &str, grant: &Value, until: DateTime<Utc>) -> Result<()> {
        let (hash, grant, until) = (hash.to_owned(), grant.clone(), until.timestamp_millis());
        query_backend!(self.backend, write_transaction, |conn, queries| {
            let (hash, grant) = (hash.clone(), grant.clone());
            async move { Ok((queries::tickets::insert(conn, &hash, &grant, until).await?, Vec::new())) }
        })
    }

    /// Takes a ticket that is still valid at `now`; it can be taken again until it runs out,
    /// so that a connection that failed at once can be tried again.
    pub async fn ticket(&self, hash: &str, now: DateTime<Utc>) -> Result<Option<Value>> {
        let (hash, now) = (hash.to_owned(), now.timestamp_millis());
        query_backend!(self.backend, read, |conn, queries| async move {
            queries::tickets::find_grant(conn, &hash, now).await
        })
    }
}
