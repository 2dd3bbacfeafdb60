//! The two sides of a match, and the score.

use std::cmp::Ordering;
use std::fmt;

use serde::Serialize;
use serde_json::{Map, Value, json};

/// Highest accepted score: above any real one, so that a typing mistake is rejected.
pub const MAX_SCORE: i64 = 100_000;

/// One of the two sides of a match.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    Home,
    Away,
}

/// A value per side.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct PerSide<T> {
    pub home: T,
    pub away: T,
}

/// The score, with the shoot-out's if there was one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Score {
    pub totals: PerSide<i64>,
    /// Not part of the totals; `None` without a shoot-out.
    pub shootout: Option<PerSide<i64>>,
}

impl Side {
    /// The opponent's side.
    pub fn other(self) -> Self {
        match self {
            Self::Home => Self::Away,
            Self::Away => Self::Home,
        }
    }
}

impl<T: PartialEq> PerSide<T> {
    /// The side with this value; home's if both have it.
    pub fn side_of(&self, value: &T) -> Option<Side> {
        if *value == self.home {
            Some(Side::Home)
        } else if *value == self.away {
            Some(Side::Away)
        } else {
            None
        }
    }
}

impl<T> PerSide<T> {
    /// The value of one side.
    pub fn get_mut(&mut self, side: Side) -> &mut T {
        match side {
            Side::Home => &mut self.home,
            Side::Away => &mut self.away,
        }
    }
}

impl PerSide<i64> {
    /// The side with the greater value; `None` if they are equal.
    pub fn leading_side(&self) -> Option<Side> {
        match self.home.cmp(&self.away) {
            Ordering::Greater => Some(Side::Home),
            Ordering::Less => Some(Side::Away),
            Ordering::Equal => None,
        }
    }
}

impl Score {
    /// Writes `score`, and `shootout_score` if there was a shoot-out, into a response or message.
    pub fn write_to(&self, fields: &mut Map<String, Value>) {
        fields.insert("score".into(), json!(self.totals));
        if let Some(shootout) = self.shootout {
            fields.insert("shootout_score".into(), json!(shootout));
        }
    }
}

impl fmt::Display for Score {
    /// In words for people: `2:1`, or `1:1 (4:3 on kicks)`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.totals.home, self.totals.away)?;
        match self.shootout {
            Some(kicks) => write!(f, " ({}:{} on kicks)", kicks.home, kicks.away),
            None => Ok(()),
        }
    }
}
