//! One incident at its latest revision.

use chrono::{DateTime, Utc};
use serde_json::{Map, Value, json};

use crate::domain::closed_set::closed_set;
use crate::sports::Player;
use crate::sports::clock::{Period, format_timestamp};
use crate::sports::football::incident_kind::IncidentKind;
use crate::sports::score::Side;

/// Something that happened in a match.
#[derive(Clone, Debug, PartialEq)]
pub struct Incident {
    /// Counts from 1 in the match; never reused.
    pub id: i64,
    /// Starts at 1; each correction adds 1.
    pub rev: i64,
    pub kind: IncidentKind,
    pub confirmation: Confirmation,
    pub team_id: Option<i64>,
    /// Side of the team `team_id`.
    pub side: Option<Side>,
    pub player: Option<Player>,
    pub related_player: Option<Player>,
    pub period: &'static Period,
    pub minute: i64,
    pub stoppage: i64,
    pub occurred_at: DateTime<Utc>,
    pub text: Option<String>,
    /// Reason of the last correction or of the cancellation.
    pub reason: Option<String>,
    pub recorded_at: DateTime<Utc>,
    /// User who recorded it; only officials can read this and the next.
    pub recorded_by: i64,
    pub corrected_by: Option<i64>,
}

/// Whether an incident is certain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Confirmation {
    /// Counts, but may still be cancelled.
    Provisional,
    Confirmed,
    /// Listed, but doesn't count.
    Cancelled,
}

closed_set!(Confirmation {
    Provisional => "provisional",
    Confirmed => "confirmed",
    Cancelled => "cancelled",
});

impl Incident {
    /// Whether it counts in score and statistics.
    pub fn is_counted(&self) -> bool {
        self.confirmation != Confirmation::Cancelled
    }

    /// Sorts by time in the match; within a minute by id.
    pub fn sort_key(&self) -> (i64, i64, i64, i64) {
        (self.period.starts_ms, self.minute, self.stoppage, self.id)
    }

    /// Fields that a correction may change, as in a body.
    pub fn editable_fields(&self) -> Map<String, Value> {
        let mut fields = Map::new();
        let mut put = |name: &str, value: Value| fields.insert(name.into(), value);
        put("kind", json!(self.kind.as_str()));
        put("confirmation", json!(self.confirmation.as_str()));
        put("team_id", json!(self.team_id));
        put("player_id", json!(self.player.as_ref().map(|player| player.id)));
        put("related_player_id", json!(self.related_player.as_ref().map(|player| player.id)));
        put("period", json!(self.period.name));
        put("minute", json!(self.minute));
        put("stoppage", json!(self.stoppage));
        put("occurred_at", json!(format_timestamp(self.occurred_at)));
        put("text", json!(self.text));
        put("reason", json!(self.reason));
        fields
    }

    /// The incident in responses, messages and lists.
    pub fn json_fields(&self) -> Map<String, Value> {
        let mut view = self.editable_fields();
        let mut put = |name: &str, value: Value| view.insert(name.into(), value);
        put("id", json!(self.id));
        put("rev", json!(self.rev));
        put("player", json!(self.player.as_ref().map(|player| &player.name)));
        put("related_player", json!(self.related_player.as_ref().map(|player| &player.name)));
        put("recorded_at", json!(format_timestamp(self.recorded_at)));
        view
    }
}
