//! The database: one transaction a write, and the log that all else follows.

pub mod job;

use serde_json::Value;

use crate::bus::Bell;
use crate::domain::message::StoredMessage;
use crate::domain::rejection::Rejection;
use crate::domain::topic::Seq;
use crate::domain::topic::Stream;
use crate::domain::topic::Topic;
use crate::store::job::Done;
use crate::store::job::Job;

pub type Result<T, E = StoreError> = std::result::Result<T, E>;

/// Why the store did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    #[error(transparent)]
    Rejected(Rejection),
    /// An idempotency key came again with another body (422).
    #[error("this idempotency key was used with another body")]
    KeyReused,
    /// The database can't be reached or is too busy; trying again helps (503).
    #[error("the database can't be reached: {0}")]
    Unavailable(String),
    #[error("the database failed: {0}")]
    Failed(String),
}

/// How to open a database.
#[derive(Clone, Debug)]
pub struct Options {
    /// `sqlite://touchline.db` or `postgres://…`
    pub url: String,
    /// Connections to PostgreSQL, or readers of SQLite.
    pub connections: usize,
    /// A PEM file of authorities to trust for PostgreSQL's TLS, besides the system's.
    pub ca_file: Option<std::path::PathBuf>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    pub id: i64,
    pub email: String,
    pub name: String,
    pub role: String,
    pub disabled: bool,
    pub password_hash: Option<String>,
}

/// What a user is to a match. Without a user, only what everybody is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MatchRights {
    pub public: bool,
    pub created: bool,
    pub referee: bool,
    pub scorer: bool,
    /// Member of one of its teams, in whatever role.
    pub member: bool,
}

/// What a user is to a team.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TeamRights {
    pub public: bool,
    /// `manager`, `coach`, `player` or `family`
    pub role: Option<String>,
}

/// One page of a stream's log.
#[derive(Clone, Debug, Default)]
pub struct Page {
    /// Consecutive, oldest first; the first is `after + 1` unless that was pruned.
    pub messages: Vec<StoredMessage>,
    pub head: Seq,
    /// Everything up to here is no longer kept.
    pub pruned: Seq,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Head {
    pub head: Seq,
    pub pruned: Seq,
}

/// A topic's whole state at exactly `seq`, read in one transaction.
#[derive(Clone, Debug)]
pub struct Snapshot {
    pub seq: Seq,
    pub data: Value,
}

/// A page of a list; `next` is where the following one starts.
#[derive(Clone, Debug, Default)]
pub struct List {
    pub items: Vec<Value>,
    pub next: Option<i64>,
}

/// The lists that can be asked for, oldest first.
#[derive(Clone, Debug)]
pub enum ListOf {
    Users,
    /// Teams that are public, or that this user is a member of; all for `None`.
    Teams {
        visible_to: Option<i64>,
        all: bool,
    },
    Players {
        team_id: i64,
    },
    Members {
        team_id: i64,
    },
    TeamMatches {
        team_id: i64,
    },
    Matches {
        visible_to: Option<i64>,
        all: bool,
        status: Option<String>,
    },
    Officials {
        match_id: i64,
    },
}

/// The one thing that reaches the database. Clones share its connections.
#[derive(Clone)]
pub struct Store {}

impl Store {
    /// Opens the database, runs what migrations it lacks, and reads or makes its epoch.
    pub async fn open(_options: &Options) -> Result<Self> {
        todo!()
    }
    /// A short random word made when the database was created: lower-case hex.
    pub fn epoch(&self) -> &str {
        todo!()
    }
    /// Rung after every commit that told something.
    pub fn bell(&self) -> &Bell {
        todo!()
    }
    /// Whether the database answers.
    pub async fn ping(&self) -> Result<()> {
        todo!()
    }
    /// Does one write: idempotency record, rows and messages in one transaction, then the bell.
    ///
    /// Runs to its end although the caller stops waiting.
    pub async fn write(&self, _job: Job) -> Result<Done> {
        todo!()
    }

    /// At most `limit` messages of a stream after `after`. A stream nobody wrote to has head 0.
    pub async fn read_after(&self, _stream: Stream, _after: Seq, _limit: i64) -> Result<Page> {
        todo!()
    }
    /// In the order asked.
    pub async fn heads(&self, _streams: &[Stream]) -> Result<Vec<Head>> {
        todo!()
    }
    /// `None`: there is no such thing.
    pub async fn snapshot(&self, _topic: Topic) -> Result<Option<Snapshot>> {
        todo!()
    }

    pub async fn user(&self, _id: i64) -> Result<Option<User>> {
        todo!()
    }
    pub async fn user_by_email(&self, _email: &str) -> Result<Option<User>> {
        todo!()
    }
    /// `None`: no such match.
    pub async fn match_rights(&self, _id: i64, _user: Option<i64>) -> Result<Option<MatchRights>> {
        todo!()
    }
    /// `None`: no such team.
    pub async fn team_rights(&self, _id: i64, _user: Option<i64>) -> Result<Option<TeamRights>> {
        todo!()
    }
    /// Grows with each write that may take a right away.
    pub async fn rights_version(&self) -> Result<i64> {
        todo!()
    }

    /// `(etag, body)` of `GET /api/teams/{id}`, `/api/users/{id}` or `/api/matches/{id}`.
    pub async fn team(&self, _id: i64) -> Result<Option<(String, Value)>> {
        todo!()
    }
    pub async fn game(&self, _id: i64) -> Result<Option<(String, Value)>> {
        todo!()
    }
    /// What the match's sport says at `path`: `incidents`, `incidents/21`, `statistics`.
    pub async fn game_part(&self, _id: i64, _path: &str) -> Result<Option<Value>> {
        todo!()
    }
    /// At most `limit` items after the one whose id is `after`.
    pub async fn list(&self, _of: ListOf, _after: i64, _limit: i64) -> Result<List> {
        todo!()
    }

    /// Remembers a stream ticket by the hash of its text. `token` is what it was made from.
    pub async fn keep_ticket(
        &self,
        _hash: &str,
        _grant: &Value,
        _until: chrono::DateTime<chrono::Utc>,
    ) -> Result<()> {
        todo!()
    }
    /// Takes a ticket that is still valid at `now`; it can be taken again until it runs out,
    /// so that a connection that failed at once can be tried again.
    pub async fn ticket(
        &self,
        _hash: &str,
        _now: chrono::DateTime<chrono::Utc>,
    ) -> Result<Option<Value>> {
        todo!()
    }

    /// Removes all but the newest `keep` messages of a stream, or of each. Gives how many went.
    pub async fn prune(&self, _stream: Option<Stream>, _keep: i64) -> Result<u64> {
        todo!()
    }
    /// Removes idempotency records older than 48 h and tickets that have run out.
    pub async fn forget(&self, _now: chrono::DateTime<chrono::Utc>) -> Result<()> {
        todo!()
    }
    /// Every fault found, in words; empty where the database is whole. `progress(done, of)`.
    pub async fn verify(&self, _progress: &(dyn Fn(u64, u64) + Sync)) -> Result<Vec<String>> {
        todo!()
    }
}
