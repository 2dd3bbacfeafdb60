//! The row of a final outcome.

use diesel::AsChangeset;
use diesel::Insertable;
use diesel::Queryable;
use diesel::Selectable;

use crate::sports::Fixture;
use crate::sports::MatchResult;
use crate::store::schema;

/// A result as tables count it, and as readers see it.
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
    pub verdict: String,
    pub body: String,
    /// For net run rates; all five or none.
    pub home_runs: Option<i64>,
    pub home_balls: Option<i64>,
    pub away_runs: Option<i64>,
    pub away_balls: Option<i64>,
    pub balls_per_over: Option<i64>,
}

impl ResultRow {
    pub fn of(fixture: &Fixture, result: &MatchResult) -> Self {
        Self {
            match_id: fixture.match_id,
            event_id: fixture.event_id,
            home_team_id: fixture.home.team_id,
            away_team_id: fixture.away.team_id,
            home_score: result.home_score,
            away_score: result.away_score,
            verdict: result.verdict.word().to_owned(),
            body: result.view(fixture).to_string(),
            home_runs: result.rates.map(|rates| rates.home.runs),
            home_balls: result.rates.map(|rates| rates.home.balls),
            away_runs: result.rates.map(|rates| rates.away.runs),
            away_balls: result.rates.map(|rates| rates.away.balls),
            balls_per_over: result.rates.map(|rates| rates.balls_per_over),
        }
    }
}
