//! A scorer's command, and its outcome.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::domain::message::Message;
use crate::domain::rejection::Rejection;

/// A player named in a command, as known at that moment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Player {
    pub id: i64,
    pub team_id: i64,
    pub name: String,
    pub shirt_number: Option<i32>,
}

/// Path of [`SportRules::read_part`](crate::sports::SportRules::read_part) for who recorded which
/// incident; no URL contains it, as only officials may read it.
pub const RECORDERS_PATH: &str = "incidents by whom";

/// A command of a scorer; once accepted, an entry of the match.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MatchCommand {
    /// The path after `/api/matches/{id}/`, with the method before it unless that is POST:
    /// `start`, `incidents`, `PATCH incidents/21`, `DELETE incidents/21`.
    pub action: String,
    /// The JSON body, as sent.
    pub body: Value,
    /// User who sent it.
    #[serde(rename = "by")]
    pub user_id: i64,
    /// Time of the event: from the scorer's device if it sends one, else the server's clock.
    #[serde(rename = "at")]
    pub occurred_at: DateTime<Utc>,
    /// Existing players among the ids that `SportRules::player_ids` returned.
    pub players: Vec<Player>,
}

/// The next state, its messages, and the response.
#[derive(Debug)]
pub struct Transition<S> {
    pub state: S,
    pub messages: Vec<Message>,
    pub response: Value,
    /// Whether something was created (201) or not (200).
    pub is_created: bool,
}

/// The next state, or the reason why nothing changes.
pub type ApplyResult<S> = Result<Transition<S>, Rejection>;
