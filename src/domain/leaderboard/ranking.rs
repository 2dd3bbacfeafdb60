//! How an event awards points and breaks ties.

use serde::{Deserialize, Serialize};

use crate::domain::closed_set::closed_set;

/// How an event ranks its teams.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ranking {
    /// Points that a match awards.
    pub points: Points,
    /// Applied in order; the first that separates two teams decides.
    pub tie_breakers: Vec<TieBreaker>,
}

/// Points that a match awards to each side.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Points {
    /// To the winner.
    pub win: i64,
    /// To both sides of a draw.
    pub draw: i64,
    /// To the loser.
    pub loss: i64,
    /// To both sides of a match without a result.
    pub no_result: i64,
}

/// What teams are ranked by; figures in descending order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TieBreaker {
    /// Points, less deductions.
    Points,
    /// Score for, less score against.
    Difference,
    /// Score for.
    For,
    /// Points, then difference, then score for, in the matches among the tied teams only.
    HeadToHead,
    /// Matches won.
    Wins,
    /// Net run rate; teams without one come last.
    NetRunRate,
    /// Team name, in alphabetical order.
    Name,
}

closed_set!(TieBreaker {
    Points => "points",
    Difference => "difference",
    For => "for",
    HeadToHead => "head_to_head",
    Wins => "wins",
    NetRunRate => "net_run_rate",
    Name => "name",
});

impl Default for Points {
    fn default() -> Self {
        Self { win: 3, draw: 1, loss: 0, no_result: 1 }
    }
}
