//! The database: one transaction a write, and the log that all else follows.

pub mod job;

mod error;
mod games;
mod model;
mod options;
#[expect(clippy::duplicate_mod, reason = "each query is written once and compiled for both")]
mod postgres;
mod principal;
mod rows;
mod schema;
mod server_secret;
mod shapes;
#[expect(clippy::duplicate_mod, reason = "each query is written once and compiled for both")]
mod sqlite;

use std::sync::Arc;

use chrono::DateTime;
use chrono::Utc;

use crate::bus::Bell;
use crate::bus::link::Connect;
use crate::domain::topic::Seq;
use crate::domain::topic::Stream;
use crate::domain::topic::Topic;
use crate::store::games::Games;
use crate::store::job::Done;
use crate::store::job::Job;
use crate::store::server_secret::ServerSecret;

pub use error::StoreError;
pub use model::AnnouncementFilter;
pub use model::AnnouncementRights;
pub use model::EventRights;
pub use model::Head;
pub use model::List;
pub use model::ListOf;
pub use model::MatchRights;
pub use model::Page;
pub use model::PurchaseRights;
pub use model::SeenBy;
pub use model::Snapshot;
pub use model::TeamRights;
pub use model::User;
pub use options::Options;
pub use options::Waits;
pub use principal::Authentication;
pub use principal::Issued;
pub use principal::Principal;

pub type Result<T, E = StoreError> = std::result::Result<T, E>;

/// What a write gives, and the heads to ring the bell with once it is committed.
type Told<T> = (T, Vec<(Stream, Seq)>);

/// The one thing that reaches the database. Clones share its connections.
#[derive(Clone)]
pub struct Store {
    database: Database,
    games: Arc<Games>,
    epoch: Arc<str>,
    secret: Arc<ServerSecret>,
    bell: Bell,
}

#[derive(Clone)]
enum Database {
    Postgres(postgres::Database),
    Sqlite(sqlite::Database),
}

/// Asks the database there is: `|conn, queries|` are its connection and its queries.
macro_rules! ask {
    ($database:expr, $way:ident, |$conn:ident, $queries:ident| $work:expr) => {
        match &$database {
            Database::Postgres(database) => {
                use postgres::queries as $queries;
                database.$way(move |$conn| Box::pin($work)).await
            }
            Database::Sqlite(database) => {
                use sqlite::queries as $queries;
                database.$way(move |$conn| Box::pin($work)).await
            }
        }
    };
}

// Below the macro, which they use.
mod asked;
mod lead;
mod people;
mod remembered;
mod sessions;

pub use lead::Lead;
pub use remembered::Remembered;

impl Store {
    /// Opens the database, runs what migrations it lacks, and reads or makes its epoch.
    pub async fn open(options: &Options) -> Result<Self> {
        let bell = Bell::default();
        let url = options.url.as_str();
        let database = if let Some(path) = url.strip_prefix("sqlite:") {
            let path = path.strip_prefix("//").unwrap_or(path);
            if path.is_empty() || path.contains(":memory:") {
                let words = "sqlite: needs a file, as in sqlite://touchline.db";
                return Err(StoreError::Failed(words.to_owned()));
            }
            let opened = sqlite::Database::open(path, options.connections, bell.clone());
            Database::Sqlite(opened.await?)
        } else {
            Database::Postgres(postgres::Database::open(options, bell.clone()).await?)
        };
        let made = made_up();
        let epoch = ask!(database, write, |conn, queries| {
            let made = made.clone();
            async move { Ok((queries::settings::epoch(conn, &made).await?, Vec::new())) }
        })?;
        let secret = match &options.secret {
            Some(secret) => secret.clone(),
            None => remembered::kept_secret(&database).await?,
        };
        let secret = Arc::new(ServerSecret::new(&secret)?);
        let store = Self { database, games: Arc::default(), epoch: epoch.into(), secret, bell };
        store.upgrade().await?;
        Ok(store)
    }

    /// A short random word made when the database was created: lower-case hex.
    pub fn epoch(&self) -> &str {
        &self.epoch
    }

    /// Makes another epoch, for a log that has lost its end or that was another's: readers who
    /// come with a cursor of before get a snapshot, and nodes that run begin anew. Gives it.
    pub async fn begin_epoch(&self) -> Result<String> {
        let made = made_up();
        let given = made.clone();
        ask!(self.database, write, |conn, queries| {
            let made = made.clone();
            async move { Ok((queries::settings::begin_epoch(conn, &made).await?, Vec::new())) }
        })?;
        Ok(given)
    }

    /// Rung after every commit that told something.
    pub fn bell(&self) -> &Bell {
        &self.bell
    }

    /// Opens lines between nodes through the database; none where it is a file of this node's.
    pub fn lines(&self) -> Option<Connect> {
        match &self.database {
            Database::Postgres(database) => Some(database.lines()),
            Database::Sqlite(_) => None,
        }
    }

    /// The same through another address of it: notices don't get through every pooler.
    pub fn lines_to(&self, options: &Options) -> Result<Connect> {
        postgres::lines_to(options)
    }

    /// Whether the database answers.
    pub async fn ping(&self) -> Result<()> {
        ask!(self.database, read, |conn, queries| queries::settings::ping(conn))
    }

    /// Does one write: idempotency record, rows and messages in one transaction, then the bell.
    ///
    /// Runs to its end although the caller stops waiting. Fails with `KeyTooShort` where the answer
    /// would be sealed with a key that can be guessed.
    pub async fn write(&self, job: Job) -> Result<Done> {
        if job.seals_with_a_short_key() {
            return Err(StoreError::KeyTooShort);
        }
        let (job, games, secret) =
            (Arc::new(job), Arc::clone(&self.games), Arc::clone(&self.secret));
        let answer = ask!(self.database, write, |conn, queries| {
            let (job, games, secret) = (Arc::clone(&job), Arc::clone(&games), Arc::clone(&secret));
            async move { queries::commit::job(conn, (&games, &secret), &job).await }
        })?;
        answer.map_err(StoreError::Rejected)
    }

    /// At most `limit` messages of a stream after `after`. A stream nobody wrote to has head 0.
    pub async fn read_after(&self, stream: Stream, after: Seq, limit: i64) -> Result<Page> {
        ask!(self.database, read, |conn, queries| {
            queries::log::read_after(conn, stream, after, limit)
        })
    }

    /// In the order asked.
    pub async fn heads(&self, streams: &[Stream]) -> Result<Vec<Head>> {
        let streams = streams.to_vec();
        ask!(self.database, read, |conn, queries| async move {
            queries::log::heads(conn, &streams).await
        })
    }

    /// `None`: there is no such thing.
    pub async fn snapshot(&self, topic: Topic) -> Result<Option<Snapshot>> {
        let games = Arc::clone(&self.games);
        ask!(self.database, read_whole, |conn, queries| async move {
            queries::snapshots::snapshot(conn, &games, topic).await
        })
    }

    /// Removes all but the newest `keep` messages of a stream, or of each. Gives how many went.
    pub async fn prune(&self, stream: Option<Stream>, keep: i64) -> Result<u64> {
        let ids = ask!(self.database, read, |conn, queries| queries::prune::streams(conn, stream))?;
        let mut gone = 0;
        for id in ids {
            let mut is_more = true;
            while is_more {
                let (count, more) = ask!(self.database, write, |conn, queries| async move {
                    Ok((queries::prune::chunk(conn, id, keep).await?, Vec::new()))
                })?;
                gone += count;
                is_more = more;
            }
        }
        Ok(gone)
    }

    /// Removes idempotency records older than 48 h, and sessions and tickets that have expired.
    pub async fn forget(&self, now: DateTime<Utc>) -> Result<()> {
        let now = now.timestamp_millis();
        ask!(self.database, write, |conn, queries| async move {
            queries::tickets::forget(conn, now).await?;
            queries::sessions::forget(conn, now).await?;
            queries::idempotency::forget(conn, now).await?;
            Ok(((), Vec::new()))
        })
    }

    /// Tells of the announcements that have run out by `now`, each once on however many nodes ask.
    /// Gives how many there were.
    ///
    /// Where nothing is due this is one look-up, and no transaction that writes.
    pub async fn expire_announcements(&self, now: DateTime<Utc>) -> Result<u64> {
        let mut count = 0;
        while ask!(self.database, read, |conn, queries| queries::announcements::is_any_due(
            conn, now
        ))? {
            let some = ask!(self.database, write, |conn, queries| async move {
                queries::announcements::expire(conn, now).await
            })?;
            count += some;
            if some == 0 {
                // Another node has them in hand.
                break;
            }
        }
        Ok(count)
    }
}

/// A word for an epoch.
fn made_up() -> String {
    format!("{:06x}", rand::random::<u32>() & 0xff_ffff)
}
