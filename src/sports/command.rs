//! A scorer's command, and what comes of it.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::domain::message::Message;
use crate::domain::rejection::Rejection;

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
