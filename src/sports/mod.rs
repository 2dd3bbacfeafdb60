//! The rules of each sport, and the list of sports: pure.
//!
//! A match is the fold of its entries: `state = entries.fold(start, apply)`. An entry is an
//! accepted [`Command`], stored whole, so `apply` may look at nothing but its arguments.

mod clock;
mod command_body;
mod game;
mod lifecycle;
pub mod result;
pub mod rules;
mod score;
mod sport;

mod cricket;
mod football;
mod score_only;

#[cfg(test)]
mod tests;

use chrono::{DateTime, Utc};
pub use result::MatchResult;
pub use rules::{ErasedMatch, SportRules};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::domain::message::Message;
use crate::domain::rejection::Rejection;

/// Every sport we score. A new one is one file, its `mod` line and one line here.
static ALL_SPORTS: [SportRules; 3] = [
    SportRules::for_sport::<football::Football>(),
    SportRules::for_sport::<cricket::Cricket>(),
    SportRules::for_sport::<score_only::ScoreOnly>(),
];

/// One of the two teams of a match, as displays draw it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TeamInfo {
    pub team_id: i64,
    pub name: String,
    pub short_name: String,
    /// `#rrggbb`
    pub colour: Option<String>,
}

/// What is fixed about a match before it starts.
#[derive(Clone, Debug, PartialEq)]
pub struct MatchInfo {
    pub match_id: i64,
    /// The event it belongs to.
    pub event_id: Option<i64>,
    /// The sport's own settings: `null`, a name (`"t20"`) or an object.
    pub format: Value,
    pub home: TeamInfo,
    pub away: TeamInfo,
}

/// A player a command speaks of, as known when it was given.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Player {
    pub id: i64,
    pub team_id: i64,
    pub name: String,
    pub shirt_number: Option<i32>,
}

/// Where a sport says who recorded its incidents, by their ids: for officials, so no address can
/// name it.
pub const RECORDERS_PATH: &str = "incidents by whom";

/// What a scorer asks; once accepted, an entry of the match.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MatchCommand {
    /// The path after `/api/matches/{id}/`, with the method before it unless that is POST:
    /// `start`, `incidents`, `PATCH incidents/21`, `DELETE incidents/21`.
    pub action: String,
    /// The JSON body, as sent.
    pub body: Value,
    /// The user who asked.
    #[serde(rename = "by")]
    pub user_id: i64,
    /// When it happened, by the scorer's device where it says so, else the server's clock.
    #[serde(rename = "at")]
    pub occurred_at: DateTime<Utc>,
    /// Those whom [`Rules::players`] named and who exist.
    pub players: Vec<Player>,
}

/// The next state, what readers are told about it, and what the caller is answered.
#[derive(Debug)]
pub struct Transition<S> {
    pub state: S,
    pub messages: Vec<Message>,
    pub response: Value,
    /// Whether the answer is a new thing (201) or a changed one (200).
    pub is_created: bool,
}

/// The next state, or why nothing changes.
pub type ApplyResult<S> = Result<Transition<S>, Rejection>;

/// What lists and pages show of a match without asking its sport.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MatchSummary {
    /// `scheduled`, `live`, `paused`, `finished`, `postponed`, `cancelled`, `abandoned`
    pub status: &'static str,
    pub home_score: i64,
    pub away_score: i64,
}
