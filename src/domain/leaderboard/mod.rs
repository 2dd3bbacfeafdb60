//! An event's standings, computed from its results: pure.

mod ordering;
mod run_rate;
mod tally;

#[cfg(test)]
mod tests;

use std::cmp::Ordering;

pub use run_rate::{MatchRunRates, RunsOffBalls};
use serde::{Deserialize, Serialize};

use crate::domain::leaderboard::ordering::{Contender, ContenderTable};

/// How an event's table is ordered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ranking {
    pub points: Points,
    /// What separates teams, the first that does so wins.
    pub tie_breakers: Vec<TieBreaker>,
}

/// What a match is worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Points {
    pub win: i64,
    pub draw: i64,
    pub loss: i64,
    /// For each side of a match without a result.
    pub no_result: i64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TieBreaker {
    Points,
    Difference,
    For,
    /// The matches of the tied among themselves: points, then difference, then for.
    HeadToHead,
    Wins,
    NetRunRate,
    Name,
}

/// What a table counts of a match.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    Home,
    Away,
    Draw,
    NoResult,
}

/// A team of the table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entrant {
    pub team_id: i64,
    pub name: String,
    /// Points taken away.
    pub deduction: i64,
}

/// One result, as a table counts it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PlayedMatch {
    pub home_team_id: i64,
    pub away_team_id: i64,
    pub home_score: i64,
    pub away_score: i64,
    pub verdict: Verdict,
    /// Of limited overs, where they count.
    pub rates: Option<MatchRunRates>,
}

/// One row of the table. The field order is part of the wire.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct LeaderboardRow {
    /// From 1; shared where nothing separates.
    pub position: i64,
    pub team_id: i64,
    pub team: String,
    pub played: i64,
    pub won: i64,
    pub drawn: i64,
    pub lost: i64,
    pub r#for: i64,
    pub against: i64,
    pub difference: i64,
    pub points: i64,
    pub net_run_rate: Option<f64>,
}

impl Default for Points {
    fn default() -> Self {
        Self { win: 3, draw: 1, loss: 0, no_result: 1 }
    }
}

impl Verdict {
    /// Who has more.
    pub fn from_scores(home: i64, away: i64) -> Self {
        match home.cmp(&away) {
            Ordering::Greater => Self::Home,
            Ordering::Less => Self::Away,
            Ordering::Equal => Self::Draw,
        }
    }

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Home => "home",
            Self::Away => "away",
            Self::Draw => "draw",
            Self::NoResult => "no_result",
        }
    }

    pub fn from_name(word: &str) -> Option<Self> {
        [Self::Home, Self::Away, Self::Draw, Self::NoResult]
            .into_iter()
            .find(|verdict| verdict.as_str() == word)
    }
}

/// The table: every entrant once, the first first.
///
/// - Takes: each entrant and each result once, in any order.
/// - Gives: teams that no tie-breaker separates with one position, by name, then by id.
pub fn compute_leaderboard(
    ranking: &Ranking,
    entrants: &[Entrant],
    played: &[PlayedMatch],
) -> Vec<LeaderboardRow> {
    let contender_table = ContenderTable::new(&ranking.points, entrants, played);
    let mut table = Vec::with_capacity(entrants.len());
    for group in contender_table.ranked_groups(&ranking.tie_breakers) {
        let position = table.len() as i64 + 1;
        let tied = group
            .into_iter()
            .map(|index| leaderboard_row(position, &contender_table.contenders[index]));
        table.extend(tied);
    }
    table
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
