//! The database: one transaction a write, and the log that all else follows.

pub mod mutation;

mod error;
mod json;
mod match_cache;
mod model;
mod options;
#[expect(clippy::duplicate_mod, reason = "each query is written once and compiled for both")]
mod postgres;
mod principal;
mod rows;
mod schema;
mod server_secret;
#[expect(clippy::duplicate_mod, reason = "each query is written once and compiled for both")]
mod sqlite;

use std::sync::Arc;

use chrono::{DateTime, Utc};
pub use error::StoreError;
pub use model::{
    AnnouncementFilter, AnnouncementRights, EventRights, ListPage, ListQuery, LogPage, MatchRights,
    PurchaseRights, Snapshot, StreamHead, TeamRights, User, VisibilityScope,
};
pub use options::{DatabaseTimeouts, StoreOptions};
pub use principal::{Authentication, Issued, Principal};

use crate::bus::CommitNotifier;
use crate::bus::connection::ConnectFn;
use crate::domain::topic::{Seq, StreamId, Topic};
use crate::store::match_cache::MatchCache;
use crate::store::mutation::{Mutation, MutationRequest, Outcome};
use crate::store::server_secret::ServerSecret;

pub type Result<T, E = StoreError> = std::result::Result<T, E>;

/// What a write gives, and the heads to ring the bell with once it is committed.
type WithHeads<T> = (T, Vec<(StreamId, Seq)>);

/// The one thing that reaches the database. Clones share its connections.
#[derive(Clone)]
pub struct Store {
    backend: Backend,
    match_cache: Arc<MatchCache>,
    epoch: Arc<str>,
    secret: Arc<ServerSecret>,
    commit_notifier: CommitNotifier,
}

#[derive(Clone)]
enum Backend {
    Postgres(postgres::PostgresBackend),
    Sqlite(sqlite::SqliteBackend),
}

/// Asks the database there is: `|conn, queries|` are its connection and its queries.
macro_rules! query_backend {
    ($database:expr, $way:ident, |$conn:ident, $queries:ident| $work:expr) => {
        match &$database {
            Backend::Postgres(database) => {
                use postgres::queries as $queries;
                database.$way(move |$conn| Box::pin($work)).await
            }
            Backend::Sqlite(database) => {
                use sqlite::queries as $queries;
                database.$way(move |$conn| Box::pin($work)).await
            }
        }
    };
}

// Below the macro, which they use.
mod leadership;
mod people;
mod reads;
mod remembered;
mod sessions;

pub use leadership::Leadership;
pub use remembered::Remembered;

impl Store {
    /// Opens the database, runs what migrations it lacks, and reads or makes its epoch.
    pub async fn open(options: &StoreOptions) -> Result<Self> {
        let notifier = CommitNotifier::default();
        let url = options.url.as_str();
        let database = if let Some(path) = url.strip_prefix("sqlite:") {
            let path = path.strip_prefix("//").unwrap_or(path);
            if path.is_empty() || path.contains(":memory:") {
                let detail = "sqlite: needs a file, as in sqlite://touchline.db";
                return Err(StoreError::Internal(detail.to_owned()));
            }
            let opened =
                sqlite::SqliteBackend::open(path, options.max_connections, notifier.clone());
            Backend::Sqlite(opened.await?)
        } else {
            Backend::Postgres(postgres::PostgresBackend::open(options, notifier.clone()).await?)
        };
        let new_epoch = random_epoch();
        let epoch = query_backend!(database, write_transaction, |conn, queries| {
            let made = new_epoch.clone();
            async move { Ok((queries::settings::get_or_create_epoch(conn, &made).await?, Vec::new())) }
        })?;
        let secret = match &options.secret {
            Some(secret) => secret.clone(),
            None => remembered::kept_secret(&database).await?,
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

    /// A short random word made when the database was created: lower-case hex.
    pub fn epoch(&self) -> &str {
        &self.epoch
    }

    /// Makes another epoch, for a log that has lost its end or that was another's: readers who
    /// come with a cursor of before get a snapshot, and nodes that run begin anew. Gives it.
    pub async fn renew_epoch(&self) -> Result<String> {
        let new_epoch = random_epoch();
        let returned = new_epoch.clone();
        query_backend!(self.backend, write_transaction, |conn, queries| {
            let made = new_epoch.clone();
            async move { Ok((queries::settings::set_epoch(conn, &made).await?, Vec::new())) }
        })?;
        Ok(returned)
    }

    /// Rung after every commit that told something.
    pub fn commit_notifier(&self) -> &CommitNotifier {
        &self.commit_notifier
    }

    /// Opens lines between nodes through the database; none where it is a file of this node's.
    pub fn bus_connect_fn(&self) -> Option<ConnectFn> {
        match &self.backend {
            Backend::Postgres(database) => Some(database.bus_connect_fn()),
            Backend::Sqlite(_) => None,
        }
    }

    /// The same through another address of it: notices don't get through every pooler.
    pub fn bus_connect_fn_to(&self, options: &StoreOptions) -> Result<ConnectFn> {
        postgres::bus_connect_fn_to(options)
    }

    /// Whether the database answers.
    pub async fn ping(&self) -> Result<()> {
        query_backend!(self.backend, read, |conn, queries| queries::settings::ping(conn))
    }

    /// Commits one mutation: idempotency record, rows and messages in one transaction, then the
    /// notification. Permission is the caller's to check.
    ///
    /// Runs to its end although the caller stops waiting. Fails with `KeyTooShort` where the answer
    /// would be sealed with a key that can be guessed.
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
        let job = Arc::new((request, mutation));
        let (match_cache, secret) = (Arc::clone(&self.match_cache), Arc::clone(&self.secret));
        let outcome = query_backend!(self.backend, write_transaction, |conn, queries| {
            let (job, match_cache, secret) =
                (Arc::clone(&job), Arc::clone(&match_cache), Arc::clone(&secret));
            async move {
                let (request, mutation) = &*job;
                let context = queries::commit::RunContext { request, match_cache: &match_cache };
                queries::commit::run_mutation(conn, &secret, context, &**mutation).await
            }
        })?;
        outcome.map_err(StoreError::Rejected)
    }

    /// At most `limit` messages of a stream after `after`. A stream nobody wrote to has head 0.
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

    /// In the order asked.
    pub async fn stream_heads(&self, streams: &[StreamId]) -> Result<Vec<StreamHead>> {
        let streams = streams.to_vec();
        query_backend!(self.backend, read, |conn, queries| async move {
            queries::log::heads(conn, &streams).await
        })
    }

    /// `None`: there is no such thing.
    pub async fn snapshot(&self, topic: Topic) -> Result<Option<Snapshot>> {
        let match_cache = Arc::clone(&self.match_cache);
        query_backend!(self.backend, read_consistently, |conn, queries| async move {
            queries::snapshots::read_snapshot(conn, &match_cache, topic).await
        })
    }

    /// Removes all but the newest `keep` messages of a stream, or of each. Gives how many went.
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
            queries::sessions::forget(conn, now).await?;
            queries::idempotency::delete_expired(conn, now).await?;
            Ok(((), Vec::new()))
        })
    }

    /// Tells of the announcements that have run out by `now`, each once on however many nodes ask.
    /// Gives how many there were.
    ///
    /// Where nothing is due this is one look-up, and no transaction that writes.
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
                // Another node has them in hand.
                break;
            }
        }
        Ok(count)
    }
}

/// A word for an epoch.
fn random_epoch() -> String {
    format!("{:06x}", rand::random::<u32>() & 0xff_ffff)
}
