//! The database: one transaction per write, and the log that everything else reads.

// First: the others use its macro.
#[macro_use]
mod backend;

pub mod mutation;

mod error;
mod json;
mod leadership;
mod match_cache;
mod model;
mod options;
mod people;
#[expect(clippy::duplicate_mod, reason = "each query is written once and compiled for both")]
mod postgres;
mod principal;
mod reads;
mod remembered;
mod rows;
mod schema;
mod server_secret;
mod sessions;
#[expect(clippy::duplicate_mod, reason = "each query is written once and compiled for both")]
mod sqlite;

use std::sync::Arc;

use backend::Backend;
use chrono::{DateTime, Utc};
pub use error::{Result, StoreError};
pub use leadership::Leadership;
pub use model::{
    AnnouncementFilter, AnnouncementRights, EventRights, ListPage, ListQuery, LogPage, MatchRights,
    PurchaseRights, Snapshot, StreamHead, TeamRights, User, VisibilityScope,
};
pub use options::{DatabaseTimeouts, StoreOptions};
pub use principal::{Authentication, Issued, Principal};
pub use remembered::Remembered;

use crate::bus::CommitNotifier;
use crate::bus::connection::ConnectFn;
use crate::domain::topic::{Seq, StreamId, Topic};
use crate::store::match_cache::MatchCache;
use crate::store::mutation::{Mutation, MutationRequest, Outcome};
use crate::store::server_secret::ServerSecret;

/// The only way to the database. Clones share its connections.
#[derive(Clone)]
pub struct Store {
    backend: Backend,
    match_cache: Arc<MatchCache>,
    epoch: Arc<str>,
    secret: Arc<ServerSecret>,
    commit_notifier: CommitNotifier,
}

impl Store {
    /// Opens the database, runs pending migrations, and reads or creates its epoch.
    ///
    /// # Errors
    /// If the address is invalid, the database is unreachable, or a migration fails.
    pub async fn open(options: &StoreOptions) -> Result<Self> {
        let notifier = CommitNotifier::default();
        let url = options.url.as_str();
        let database = if let Some(path) = url.strip_prefix("sqlite:") {
            let path = path.strip_prefix("//").unwrap_or(path);
            if path.is_empty() || path.contains(":memory:") {
                let detail = "sqlite: needs a file, as in sqlite://touchline.db";
                return Err(StoreError::Internal(detail.to_owned()));
            }
            let opening =
                sqlite::SqliteBackend::open(path, options.max_connections, notifier.clone());
            Backend::Sqlite(opening.await?)
        } else {
            Backend::Postgres(postgres::PostgresBackend::open(options, notifier.clone()).await?)
        };
        let new_epoch = random_epoch();
        let epoch = query_backend!(database, write_transaction, |conn, queries| {
            let epoch = new_epoch.clone();
            async move { Ok((queries::settings::get_or_create_epoch(conn, &epoch).await?, Vec::new())) }
        })?;
        let secret = match &options.secret {
            Some(secret) => secret.clone(),
            None => remembered::load_or_create_secret(&database).await?,
        };
        let secret = Arc::new(ServerSecret::new(&secret)?);
        let store = Self {
            backend: database,
            match_cache: Arc::default(),
            epoch: epoch.into(),
            secret,
            commit_notifier: notifier,
        };
        store.backfill_missing_data().await?;
        Ok(store)
    }

    /// The database's epoch: six random hex digits that cursors refer to.
    pub fn epoch(&self) -> &str {
        &self.epoch
    }

    /// Replaces the epoch and returns the new one, for a log that was restored from a backup or
    /// copied. Clients with an older cursor get a snapshot, and running nodes start over.
    pub async fn renew_epoch(&self) -> Result<String> {
        let new_epoch = random_epoch();
        let returned = new_epoch.clone();
        query_backend!(self.backend, write_transaction, |conn, queries| {
            let epoch = new_epoch.clone();
            async move { Ok((queries::settings::set_epoch(conn, &epoch).await?, Vec::new())) }
        })?;
        Ok(returned)
    }

    /// The notifier that fires after each commit that published messages.
    pub fn commit_notifier(&self) -> &CommitNotifier {
        &self.commit_notifier
    }

    /// Opens bus connections through `PostgreSQL`; `None` for `SQLite`, which serves one node.
    pub fn bus_connect_fn(&self) -> Option<ConnectFn> {
        match &self.backend {
            Backend::Postgres(database) => Some(database.bus_connect_fn()),
            Backend::Sqlite(_) => None,
        }
    }

    /// Like [`Self::bus_connect_fn`] with an address of its own: a pooler may drop notifications.
    pub fn bus_connect_fn_to(&self, options: &StoreOptions) -> Result<ConnectFn> {
        postgres::bus_connect_fn_to(options)
    }

    /// Checks that the database responds.
    pub async fn ping(&self) -> Result<()> {
        query_backend!(self.backend, read, |conn, queries| queries::settings::ping(conn))
    }

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
        self.commit_boxed(request, Arc::new(mutation)).await
    }

    async fn commit_boxed(
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

    /// Returns at most `limit` messages of a stream after `after`. A stream without messages has
    /// head 0.
    pub async fn read_messages_after(
        &self,
        stream: StreamId,
        after: Seq,
        limit: i64,
    ) -> Result<LogPage> {
        query_backend!(self.backend, read, |conn, queries| {
            queries::log::read_after(conn, stream, after, limit)
        })
    }

    /// Returns the heads of these streams, in the order given.
    pub async fn stream_heads(&self, streams: &[StreamId]) -> Result<Vec<StreamHead>> {
        let streams = streams.to_vec();
        query_backend!(self.backend, read, |conn, queries| async move {
            queries::log::heads(conn, &streams).await
        })
    }

    /// Reads the whole state of a topic; `None` if its resource does not exist.
    pub async fn snapshot(&self, topic: Topic) -> Result<Option<Snapshot>> {
        let match_cache = Arc::clone(&self.match_cache);
        query_backend!(self.backend, read_consistently, |conn, queries| async move {
            queries::snapshots::read_snapshot(conn, &match_cache, topic).await
        })
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
}

/// Six random hex digits.
fn random_epoch() -> String {
    format!("{:06x}", rand::random::<u32>() & 0xff_ffff)
}
