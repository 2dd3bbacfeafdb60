//! One incident, as it stands at its latest revision.

use chrono::{DateTime, Utc};
use serde_json::{Map, Value, json};

use crate::sports::Player;
use crate::sports::clock::{Period, format_timestamp};
use crate::sports::football::incident_kind::IncidentKind;
use crate::sports::score::Side;

/// Something that happened in a match.
#[derive(Clone, Debug, PartialEq)]
pub struct Incident {
    /// From 1 within the match; never given twice.
    pub id: i64,
    /// 1 when it is added, one more with each correction.
    pub rev: i64,
    pub kind: IncidentKind,
    pub confirmation: Confirmation,
    pub team_id: Option<i64>,
    /// The side of `team_id`.
    pub side: Option<Side>,
    pub player: Option<Player>,
    pub related_player: Option<Player>,
    pub period: &'static Period,
    pub minute: i64,
    pub stoppage: i64,
    pub occurred_at: DateTime<Utc>,
    pub text: Option<String>,
    /// Why it was corrected last, or why it is cancelled.
    pub reason: Option<String>,
    pub recorded_at: DateTime<Utc>,
    /// The user who recorded it, and who corrected it last: for officials alone.
    pub recorded_by: i64,
    pub corrected_by: Option<i64>,
}

/// How sure an incident is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Confirmation {
    /// Given, and may be taken back.
    Provisional,
    Confirmed,
    /// Taken back: still listed, counts for nothing.
    Cancelled,
}

impl Confirmation {
    pub const ALL: [Self; 3] = [Self::Provisional, Self::Confirmed, Self::Cancelled];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Provisional => "provisional",
            Self::Confirmed => "confirmed",
            Self::Cancelled => "cancelled",
        }
    }
}

impl Incident {
    /// Whether it counts for score and statistics.
    pub fn is_counted(&self) -> bool {
        self.confirmation != Confirmation::Cancelled
    }

    /// The order of play; the id decides between what happened in the same minute.
    pub fn sort_key(&self) -> (i64, i64, i64, i64) {
        (self.period.starts_ms, self.minute, self.stoppage, self.id)
    }

    /// What a correction may change, in the shape it was asked in.
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

    /// The incident as answers, messages and lists hold it.
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
