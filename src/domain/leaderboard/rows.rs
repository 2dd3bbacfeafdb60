//! The rows of a leaderboard, best first.

use serde::Serialize;

use crate::domain::leaderboard::ordering::{Contender, ContenderTable};
use crate::domain::leaderboard::ranking::Ranking;
use crate::domain::leaderboard::results::{Entrant, PlayedMatch};

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
