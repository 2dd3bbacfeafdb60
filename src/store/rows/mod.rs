//! Rows of the tables, as queries read and insert them.

mod results;

use diesel::{Insertable, Queryable};
pub use results::ResultRow;

use crate::domain::announcements::{AnnouncementStatus, AnnouncementType, Priority};
use crate::domain::leaderboard::Ranking;
use crate::domain::matches::MatchStatus;
use crate::domain::purchases::{PurchaseStatus, TicketSales, TicketStatus};
use crate::domain::users::UserRole;
use crate::domain::visibility::Visibility;
use crate::sports::{MatchInfo, TeamInfo};
use crate::store::error::{QueryError, QueryResult};
use crate::store::model::User;
use crate::store::schema;

/// A user; `generation` and `tokens_valid_from` decide which credentials are valid.
#[derive(Clone, Debug, Queryable)]
pub struct UserRow {
    pub id: i64,
    pub email: Option<String>,
    pub name: String,
    pub role: UserRole,
    pub disabled: bool,
    pub password_hash: Option<String>,
    pub version: i64,
    _created_at: i64,
    pub generation: i64,
    pub tokens_valid_from: i64,
}

/// A team.
#[derive(Clone, Debug, Queryable)]
pub struct TeamRow {
    pub id: i64,
    pub name: String,
    pub short_name: String,
    pub colour: Option<String>,
    pub visibility: Visibility,
    _created_by: i64,
    pub version: i64,
    _created_at: i64,
}

/// A player of a team.
#[derive(Clone, Debug, Queryable)]
pub struct PlayerRow {
    pub id: i64,
    pub team_id: i64,
    pub name: String,
    pub shirt_number: Option<i32>,
    pub version: i64,
}

/// A match: its fixture data, and a summary of the fold of its entries.
#[derive(Clone, Debug, Queryable)]
pub struct MatchRow {
    pub id: i64,
    pub sport: String,
    pub format: String,
    pub home_team_id: i64,
    pub away_team_id: i64,
    pub starts_at: Option<i64>,
    pub venue: Option<String>,
    pub visibility: Visibility,
    pub created_by: i64,
    pub version: i64,
    pub status: MatchStatus,
    pub home_score: i64,
    pub away_score: i64,
    pub entry_count: i64,
    pub last_hash: String,
    _created_at: i64,
    pub event_id: Option<i64>,
    pub event_is_public: bool,
    pub home_agreed: bool,
    pub away_agreed: bool,
    pub stage: Option<String>,
    pub round: Option<String>,
    pub group: Option<String>,
    pub pitch: Option<String>,
    /// Why it is paused, postponed, cancelled or abandoned.
    pub reason: Option<String>,
}

/// An event; `ranking` and `sales` are JSON.
#[derive(Clone, Debug, Queryable)]
pub struct EventRow {
    pub id: i64,
    pub name: String,
    pub sport: String,
    pub visibility: Visibility,
    pub ranking: String,
    pub sales: String,
    pub created_by: i64,
    pub version: i64,
    _created_at: i64,
}

/// A registration for an event, of either a user or a team.
#[derive(Clone, Debug, Queryable)]
pub struct RegistrationRow {
    pub id: i64,
    pub event_id: i64,
    pub user_id: Option<i64>,
    pub team_id: Option<i64>,
    pub accepted: bool,
    pub deduction: i64,
    pub reason: Option<String>,
    pub version: i64,
}

/// An announcement; times are milliseconds since 1970.
#[derive(Clone, Debug, Queryable)]
pub struct AnnouncementRow {
    pub id: i64,
    pub event_id: i64,
    pub kind: AnnouncementType,
    pub priority: Priority,
    pub title: String,
    pub message: String,
    pub targeted: bool,
    pub expires_at: Option<i64>,
    pub expired: bool,
    _created_by: i64,
    pub version: i64,
    pub created_at: i64,
}

/// A purchase; `amount` is in minor units of `currency`.
#[derive(Clone, Debug, Queryable)]
pub struct PurchaseRow {
    pub number: i64,
    pub id: String,
    pub event_id: i64,
    pub buyer_id: i64,
    pub ticket_type: String,
    pub quantity: i64,
    pub amount: Option<i64>,
    pub currency: Option<String>,
    pub status: PurchaseStatus,
    pub version: i64,
    pub created_at: i64,
}

/// A bought ticket.
#[derive(Clone, Debug, Queryable, Insertable)]
#[diesel(table_name = schema::seats, treat_none_as_default_value = false)]
pub struct SeatRow {
    pub code: String,
    pub number: i64,
    pub purchase_id: String,
    pub event_id: i64,
    pub ticket_type: String,
    pub status: TicketStatus,
    pub used_at: Option<i64>,
}

/// An accepted command of a match as JSON, with the hash that chains it to the entry before.
#[derive(Clone, Debug, Queryable)]
pub struct EntryRow {
    pub match_id: i64,
    pub number: i64,
    pub body: String,
    pub hash: String,
}

/// A stream: its root topic, its head, and the last sequence number that was pruned.
#[derive(Clone, Debug, Queryable)]
pub struct StreamRow {
    pub id: i64,
    pub topic: String,
    pub head_seq: i64,
    pub pruned_seq: i64,
}

/// A message of a stream. `treat_none_as_default_value = false` gives all rows the same statement,
/// so that it is prepared once.
#[derive(Clone, Debug, Insertable, Queryable)]
#[diesel(table_name = schema::messages, treat_none_as_default_value = false)]
pub struct MessageRow {
    pub stream_id: i64,
    pub seq: i64,
    pub channel: Option<String>,
    pub kind: String,
    pub label: Option<String>,
    pub envelope: String,
    pub committed_at: i64,
}

/// The remembered outcome of a write with an idempotency key.
#[derive(Clone, Debug, Queryable)]
pub struct IdempotencyRow {
    pub record_id: Vec<u8>,
    pub secret_id: Vec<u8>,
    pub request_hash: Vec<u8>,
    pub status: i32,
    pub answer: Option<String>,
    pub sealed_answer: Option<Vec<u8>>,
    pub etag: Option<String>,
    pub told_topic: Option<String>,
    pub told_seq: Option<i64>,
    _created_at: i64,
    /// Match whose entry makes the answer again, if it is not stored.
    pub match_id: Option<i64>,
    pub entry_number: Option<i64>,
}

/// Stored in place of an HTTP status for a rejection.
pub const REJECTED: i32 = 0;

impl IdempotencyRow {
    /// Whether the outcome is a rejection.
    pub fn is_rejection(&self) -> bool {
        self.status == REJECTED
    }
}

impl From<UserRow> for User {
    fn from(row: UserRow) -> Self {
        let UserRow { id, email, name, role, disabled, password_hash, version, .. } = row;
        let UserRow { generation, tokens_valid_from, .. } = row;
        Self {
            id,
            email,
            name,
            role,
            is_disabled: disabled,
            password_hash,
            version,
            generation,
            tokens_valid_from,
        }
    }
}

impl TeamRow {
    /// Whether anyone may read it.
    pub fn is_public(&self) -> bool {
        self.visibility.is_public()
    }

    fn side(&self) -> TeamInfo {
        TeamInfo {
            team_id: self.id,
            name: self.name.clone(),
            short_name: self.short_name.clone(),
            colour: self.colour.clone(),
        }
    }
}

impl EventRow {
    /// Whether anyone may read it.
    pub fn is_public(&self) -> bool {
        self.visibility.is_public()
    }

    /// The points and tie-breakers of its table.
    pub fn ranking(&self) -> QueryResult<Ranking> {
        Ok(serde_json::from_str(&self.ranking)?)
    }

    /// Its ticket types and limits.
    pub fn sales(&self) -> QueryResult<TicketSales> {
        Ok(serde_json::from_str(&self.sales)?)
    }
}

impl AnnouncementRow {
    /// Whether it has expired by `now_ms`, published or not.
    pub fn is_expired(&self, now_ms: i64) -> bool {
        self.expired || self.is_due(now_ms)
    }

    /// Whether it holds at `now_ms`.
    pub fn status(&self, now_ms: i64) -> AnnouncementStatus {
        if self.is_expired(now_ms) {
            AnnouncementStatus::Expired
        } else {
            AnnouncementStatus::Active
        }
    }

    /// Whether it has expired, but its expiry is not published yet.
    pub fn is_due(&self, now_ms: i64) -> bool {
        !self.expired && self.expires_at.is_some_and(|at| at <= now_ms)
    }

    /// The version for clients. Expiry changes what they read, so it counts as an edit at once;
    /// publishing the expiry then stores that version.
    pub fn effective_version(&self, now_ms: i64) -> i64 {
        self.version + i64::from(self.is_due(now_ms))
    }
}

impl MatchRow {
    /// Whether anyone may read it: neither it nor its event is private.
    pub fn is_public(&self) -> bool {
        self.visibility.is_public() && self.event_is_public
    }

    /// The match as the sport's rules see it; `teams` must include both of its teams.
    pub fn match_info(&self, teams: &[TeamRow]) -> QueryResult<MatchInfo> {
        let side = |id| {
            teams.iter().find(|team| team.id == id).map(TeamRow::side).ok_or_else(|| {
                QueryError::InvariantViolated(format!(
                    "match {} is played by team {id}, which does not exist",
                    self.id
                ))
            })
        };
        Ok(MatchInfo {
            match_id: self.id,
            event_id: self.event_id,
            format: serde_json::from_str(&self.format)?,
            home: side(self.home_team_id)?,
            away: side(self.away_team_id)?,
        })
    }
}
