//! What is fixed about a match before it starts.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::domain::rejection::Rejection;
use crate::sports::score::{PerSide, Side};

/// One of the two teams of a match, as displays show it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TeamInfo {
    pub team_id: i64,
    pub name: String,
    pub short_name: String,
    /// `#rrggbb`
    pub colour: Option<String>,
}

/// Facts of a match that are fixed before it starts.
#[derive(Clone, Debug, PartialEq)]
pub struct MatchInfo {
    pub match_id: i64,
    /// Event that the match belongs to.
    pub event_id: Option<i64>,
    /// Settings of the sport: `null`, a name (`"t20"`) or an object.
    pub format: Value,
    pub home: TeamInfo,
    pub away: TeamInfo,
}

impl MatchInfo {
    /// Side that the team plays on; `None` if it isn't in the match.
    pub(super) fn side_of_team(&self, team_id: i64) -> Option<Side> {
        PerSide { home: self.home.team_id, away: self.away.team_id }.side_of(&team_id)
    }

    /// Id of the team on `side`.
    pub(super) fn team_id(&self, side: Side) -> i64 {
        match side {
            Side::Home => self.home.team_id,
            Side::Away => self.away.team_id,
        }
    }

    /// Rejects a format, for sports that have none.
    pub(super) fn reject_format(&self) -> Result<(), Rejection> {
        let is_empty = self.format.is_null() || self.format.as_object().is_some_and(Map::is_empty);
        if is_empty {
            Ok(())
        } else {
            Err(Rejection::field("/format", "this sport has no formats"))
        }
    }
}
