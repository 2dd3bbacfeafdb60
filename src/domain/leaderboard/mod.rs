//! The leaderboard of an event, computed from its results. Pure.

mod ordering;
mod run_rate;
mod tally;

#[cfg(test)]
mod tests;

use std::cmp::Ordering;

pub use run_rate::{MatchRunRates, RunsOffBalls};
use serde::{Deserialize, Serialize};

use crate::domain::leaderboard::ordering::{Contender, ContenderTable};

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
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
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

/// The outcome of a match as the leaderboard counts it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// The home side won.
    Home,
    /// The away side won.
    Away,
    /// Nobody won.
    Draw,
    /// The match has no result, for example because it was abandoned.
    NoResult,
}

/// A team of the leaderboard.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entrant {
    pub team_id: i64,
    pub name: String,
    /// Points deducted by the event's managers.
    pub deduction: i64,
}

/// The result of one match.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PlayedMatch {
    pub home_team_id: i64,
    pub away_team_id: i64,
    pub home_score: i64,
    pub away_score: i64,
    pub verdict: Verdict,
    /// Set if the match counts for net run rates (cricket with limited overs).
    pub rates: Option<MatchRunRates>,
}

/// One row of the leaderboard. The order of the fields is that of the JSON on the wire.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct LeaderboardRow {
    /// From 1; teams that no tie-breaker separates share a position.
    pub position: i64,
    pub team_id: i64,
    /// Name of the team.
    pub team: String,
    pub played: i64,
    pub won: i64,
    pub drawn: i64,
    pub lost: i64,
    /// Total score.
    pub r#for: i64,
    /// Total score of the opponents.
    pub against: i64,
    /// `for` less `against`.
    pub difference: i64,
    /// Points won, less deductions.
    pub points: i64,
    /// Runs per over, to three decimals.
    pub net_run_rate: Option<f64>,
}

impl Default for Points {
    fn default() -> Self {
        Self { win: 3, draw: 1, loss: 0, no_result: 1 }
    }
}

impl Verdict {
    /// The verdict that the scores imply: the higher one wins.
    pub fn from_scores(home: i64, away: i64) -> Self {
        match home.cmp(&away) {
            Ordering::Greater => Self::Home,
            Ordering::Less => Self::Away,
            Ordering::Equal => Self::Draw,
        }
    }

    /// The name on the wire and in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Home => "home",
            Self::Away => "away",
            Self::Draw => "draw",
            Self::NoResult => "no_result",
        }
    }

    /// Parses a name that [`Self::as_str`] wrote.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Home, Self::Away, Self::Draw, Self::NoResult]
            .into_iter()
            .find(|verdict| verdict.as_str() == name)
    }
}

/// Computes the leaderboard: one row per entrant, best first.
///
/// Entrants and results may come in any order. Teams that no tie-breaker separates share a
/// position and are listed by name, then by id.
pub fn compute_leaderboard(
    ranking: &Ranking,
    entrants: &[Entrant],
    played: &[PlayedMatch],
) -> Vec<LeaderboardRow> {
    let contender_table = ContenderTable::new(&ranking.points, entrants, played);
    let mut rows = Vec::with_capacity(entrants.len());
    for group in contender_table.ranked_groups(&ranking.tie_breakers) {
        let position = rows.len() as i64 + 1;
        let tied = group
            .into_iter()
            .map(|index| leaderboard_row(position, &contender_table.contenders[index]));
        rows.extend(tied);
    }
    rows
}

fn leaderboard_row(position: i64, contender: &Contender<'_>) -> LeaderboardRow {
    let Contender { entrant, tally, points, net_run_rate, .. } = contender;
    LeaderboardRow {
        position,
        team_id: entrant.team_id,
        team: entrant.name.clone(),
        played: tally.played,
        won: tally.won,
        drawn: tally.drawn,
        lost: tally.lost,
        r#for: tally.r#for,
        against: tally.against,
        difference: tally.difference(),
        points: *points,
        net_run_rate: *net_run_rate,
    }
}
