//! The row of a match result.

use diesel::{AsChangeset, Insertable, Queryable, Selectable};

use crate::domain::leaderboard::Verdict;
use crate::sports::{MatchInfo, MatchResult};
use crate::store::schema;

/// A match result: the columns that tables count, and the JSON that clients get.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = schema::results, treat_none_as_default_value = false)]
#[diesel(treat_none_as_null = true)]
pub struct ResultRow {
    pub match_id: i64,
    pub event_id: Option<i64>,
    pub home_team_id: i64,
    pub away_team_id: i64,
    pub home_score: i64,
    pub away_score: i64,
    pub verdict: Verdict,
    pub body: String,
    /// Runs and balls for net run rates; all five or none.
    pub home_runs: Option<i64>,
    pub home_balls: Option<i64>,
    pub away_runs: Option<i64>,
    pub away_balls: Option<i64>,
    pub balls_per_over: Option<i64>,
}

impl ResultRow {
    /// The row of a match's current result.
    pub fn new(match_info: &MatchInfo, result: &MatchResult) -> Self {
        Self {
            match_id: match_info.match_id,
            event_id: match_info.event_id,
            home_team_id: match_info.home.team_id,
            away_team_id: match_info.away.team_id,
            home_score: result.home_score,
            away_score: result.away_score,
            verdict: result.verdict,
            body: result.to_json(match_info).to_string(),
            home_runs: result.run_rates.map(|rates| rates.home.runs),
            home_balls: result.run_rates.map(|rates| rates.home.balls),
            away_runs: result.run_rates.map(|rates| rates.away.runs),
            away_balls: result.run_rates.map(|rates| rates.away.balls),
            balls_per_over: result.run_rates.map(|rates| rates.balls_per_over),
        }
    }
}
