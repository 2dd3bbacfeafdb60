//! Writes: mutations, and the removal of what is no longer needed.

use std::sync::Arc;

use chrono::{DateTime, Utc};

use crate::domain::topic::StreamId;
use crate::store::mutation::{Mutation, MutationRequest, Outcome};
use crate::store::{Result, Store, StoreError};

impl Store {
    /// Commits one mutation: idempotency record, rows and messages in one transaction, then the
    /// notification. The caller checks the permission.
    ///
    /// Runs to completion even if the caller stops waiting. Fails with `KeyTooShort` if the
    /// idempotency key is too guessable to seal the outcome.
    pub async fn commit<M: Mutation>(
        &self,
        request: MutationRequest,
        mutation: M,
    ) -> Result<Outcome> {
        self.commit_dyn(request, Arc::new(mutation)).await
    }

    /// Like [`Self::commit`], for a mutation of a kind that is known at run time only.
    pub async fn commit_dyn(
        &self,
        request: MutationRequest,
        mutation: Arc<dyn Mutation>,
    ) -> Result<Outcome> {
        if mutation.answers_with_secret() && request.has_short_key() {
            return Err(StoreError::KeyTooShort);
        }
        let work = Arc::new((request, mutation));
        let (match_cache, secret) = (Arc::clone(&self.match_cache), Arc::clone(&self.secret));
        let outcome = query_backend!(self.backend, write_transaction, |conn, queries| {
            let (work, match_cache, secret) =
                (Arc::clone(&work), Arc::clone(&match_cache), Arc::clone(&secret));
            async move {
                let (request, mutation) = &*work;
                let context = queries::commit::RunContext { request, match_cache: &match_cache };
                queries::commit::run_mutation(conn, &secret, context, &**mutation).await
            }
        })?;
        outcome.map_err(StoreError::Rejected)
    }

    /// Removes all but the newest `keep` messages of one stream, or of each, and returns how many.
    pub async fn prune(&self, stream: Option<StreamId>, keep: i64) -> Result<u64> {
        let ids = query_backend!(self.backend, read, |conn, queries| queries::prune::stream_ids(
            conn, stream
        ))?;
        let mut removed = 0;
        for id in ids {
            let mut is_more = true;
            while is_more {
                let (count, has_more) =
                    query_backend!(self.backend, write_transaction, |conn, queries| async move {
                        Ok((queries::prune::prune_chunk(conn, id, keep).await?, Vec::new()))
                    })?;
                removed += count;
                is_more = has_more;
            }
        }
        Ok(removed)
    }

    /// Removes idempotency records older than 48 h, and sessions and tickets that have expired.
    pub async fn remove_expired_records(&self, now: DateTime<Utc>) -> Result<()> {
        let now = now.timestamp_millis();
        query_backend!(self.backend, write_transaction, |conn, queries| async move {
            queries::tickets::delete_expired(conn, now).await?;
            queries::sessions::delete_expired(conn, now).await?;
            queries::idempotency::delete_expired(conn, now).await?;
            Ok(((), Vec::new()))
        })
    }

    /// Publishes the expiry of the announcements due by `now`, each once even if several nodes try.
    /// Returns how many there were.
    ///
    /// If none is due, this is one look-up and no write transaction.
    pub async fn expire_announcements(&self, now: DateTime<Utc>) -> Result<u64> {
        let mut count = 0;
        while query_backend!(self.backend, read, |conn, queries| {
            queries::announcements::is_any_due(conn, now)
        })? {
            let expired =
                query_backend!(self.backend, write_transaction, |conn, queries| async move {
                    queries::announcements::expire_due(conn, now).await
                })?;
            count += expired;
            if expired == 0 {
                // Another node is expiring them.
                break;
            }
        }
        Ok(count)
    }

    /// Shows what is private on the streams that turned private some seconds before `now`: until
    /// then, subscribers who have just lost the right to read them may still get their messages.
    /// Returns how many streams.
    ///
    /// If none is due, this is one look-up and no write transaction.
    pub async fn show_private_states(&self, now: DateTime<Utc>) -> Result<u64> {
        let mut count = 0;
        while query_backend!(self.backend, read, |conn, queries| {
            queries::publicity::is_widening_due(conn, now)
        })? {
            let shown =
                query_backend!(self.backend, write_transaction, |conn, queries| async move {
                    queries::publicity::widen_due(conn, now).await
                })?;
            count += shown;
            if shown == 0 {
                break;
            }
        }
        Ok(count)
    }
}
