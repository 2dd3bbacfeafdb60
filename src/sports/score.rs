//! Two sides, and what each of them has.

use std::cmp::Ordering;
use std::fmt;

use serde::Serialize;
use serde_json::Map;
use serde_json::Value;
use serde_json::json;

use crate::sports::Fixture;

/// More than any game's score; keeps a slip of the thumb out.
pub const SCORE_MOST: i64 = 100_000;

/// One of the two sides of a match.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Which {
    Home,
    Away,
}

/// One thing for each side.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Pair<T> {
    pub home: T,
    pub away: T,
}

/// The score as it is told everywhere.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Score {
    pub goals: Pair<i64>,
    /// Kept apart from the goals; none where there was no shoot-out.
    pub shootout: Option<Pair<i64>>,
}

impl Which {
    pub fn other(self) -> Self {
        match self {
            Self::Home => Self::Away,
            Self::Away => Self::Home,
        }
    }
}

impl<T> Pair<T> {
    pub fn at(&mut self, which: Which) -> &mut T {
        match which {
            Which::Home => &mut self.home,
            Which::Away => &mut self.away,
        }
    }
}

impl Pair<i64> {
    /// The side that has more.
    pub fn ahead(&self) -> Option<Which> {
        match self.home.cmp(&self.away) {
            Ordering::Greater => Some(Which::Home),
            Ordering::Less => Some(Which::Away),
            Ordering::Equal => None,
        }
    }
}

impl Score {
    /// Writes `score`, and `shootout_score` where there was one, into an answer or a message.
    pub fn write(&self, into: &mut Map<String, Value>) {
        into.insert("score".into(), json!(self.goals));
        if let Some(shootout) = self.shootout {
            into.insert("shootout_score".into(), json!(shootout));
        }
    }
}

impl fmt::Display for Score {
    /// As people write it: `2:1`, or `1:1 (4:3 on kicks)`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.goals.home, self.goals.away)?;
        match self.shootout {
            Some(kicks) => write!(f, " ({}:{} on kicks)", kicks.home, kicks.away),
            None => Ok(()),
        }
    }
}

impl Fixture {
    /// The side that the team plays on.
    pub(super) fn which(&self, team_id: i64) -> Option<Which> {
        if team_id == self.home.team_id {
            Some(Which::Home)
        } else if team_id == self.away.team_id {
            Some(Which::Away)
        } else {
            None
        }
    }

    pub(super) fn team_id(&self, which: Which) -> i64 {
        match which {
            Which::Home => self.home.team_id,
            Which::Away => self.away.team_id,
        }
    }
}
