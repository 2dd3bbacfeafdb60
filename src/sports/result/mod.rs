//! The final outcome of a match: by playing it, or as somebody entered it.

mod ask;
pub(super) mod by_hand;

use std::sync::Arc;

use serde::Serialize;
use serde_json::Map;
use serde_json::Value;
use serde_json::json;

use crate::domain::leaderboard::Rates;
use crate::domain::leaderboard::Verdict;
use crate::sports::Fixture;
use crate::sports::play::DecidedBy;
use crate::sports::play::Play;
use crate::sports::play::Status;
use crate::sports::score::Score;
use crate::sports::sport::Sport;

/// How a match came to its result.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Ending {
    Played,
    /// One side did not come.
    Walkover,
    /// Decided off the field.
    Awarded,
    NoResult,
}

/// The final outcome of a match: entered by hand, or taken from the live score when it ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MatchResult {
    pub home_score: i64,
    pub away_score: i64,
    /// What tables count.
    pub verdict: Verdict,
    /// Who goes through: the better side, or who won the shoot-out after a draw.
    pub winner_team_id: Option<i64>,
    pub ending: Ending,
    /// Entered by somebody, not taken from the live score.
    pub by_hand: bool,
    pub reason: Option<String>,
    /// As newspapers print it, where the sport has such words: `… won by 12 runs`.
    pub text: Option<String>,
    /// What it adds to net run rates, where it counts for them.
    pub rates: Option<Rates>,
}

impl MatchResult {
    /// What a score at the end says by itself.
    pub fn of_score(fixture: &Fixture, score: &Score) -> Self {
        let Score { goals, shootout } = score;
        let ahead = goals.ahead();
        let through = ahead.or_else(|| shootout.and_then(|kicks| kicks.ahead()));
        Self {
            home_score: goals.home,
            away_score: goals.away,
            verdict: Verdict::of_scores(goals.home, goals.away),
            winner_team_id: through.map(|which| fixture.team_id(which)),
            ending: Ending::Played,
            by_hand: false,
            reason: None,
            text: None,
            rates: None,
        }
    }

    /// As readers see it.
    pub fn view(&self, fixture: &Fixture) -> Value {
        Value::Object(self.fields(fixture))
    }

    fn fields(&self, fixture: &Fixture) -> Map<String, Value> {
        let mut fields = Map::new();
        let mut put = |name: &str, value: Value| fields.insert(name.into(), value);
        put("match_id", json!(fixture.match_id));
        put("event_id", json!(fixture.event_id));
        put("home_team_id", json!(fixture.home.team_id));
        put("away_team_id", json!(fixture.away.team_id));
        put("home_score", json!(self.home_score));
        put("away_score", json!(self.away_score));
        put("winner_team_id", json!(self.winner_team_id));
        put("ending", json!(self.ending));
        put("by_hand", json!(self.by_hand));
        put("reason", json!(self.reason));
        put("text", json!(self.text));
        fields
    }
}

/// The result as it stands: only a finished match has one.
pub(super) fn of<S: Sport>(fixture: &Fixture, play: &Play<S::State>) -> Option<Arc<MatchResult>> {
    if play.status != Status::Finished {
        return None;
    }
    match &play.decided_by {
        DecidedBy::Play => S::result(fixture, play).map(Arc::new),
        DecidedBy::Nobody => None,
        DecidedBy::Hand(entered) => Some(Arc::clone(&entered.result)),
    }
}
