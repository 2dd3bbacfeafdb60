//! The final result of a match, as leaderboards and subscribers get it.

use serde_json::{Map, Value, json};

use crate::domain::closed_set::closed_set;
use crate::domain::leaderboard::{MatchRunRates, Verdict};
use crate::sports::MatchInfo;
use crate::sports::score::Score;

/// How a match came to its result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ResultBasis {
    Played,
    /// One side did not appear.
    Walkover,
    /// Decided off the field.
    Awarded,
    NoResult,
}

closed_set!(ResultBasis {
    Played => "played",
    Walkover => "walkover",
    Awarded => "awarded",
    NoResult => "no_result",
});

/// The final result of a match: entered by hand, or computed from the score at its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MatchResult {
    pub home_score: i64,
    pub away_score: i64,
    /// What leaderboards count.
    pub verdict: Verdict,
    /// The winner: the side with the higher score, or the winner of the shoot-out after a draw.
    pub winner_team_id: Option<i64>,
    pub ending: ResultBasis,
    /// Whether it was entered by hand.
    pub is_entered: bool,
    pub reason: Option<String>,
    /// In words, if the sport has them: `… won by 12 runs`.
    pub text: Option<String>,
    /// Its part of net run rates, if it counts for them.
    pub run_rates: Option<MatchRunRates>,
}

impl MatchResult {
    /// The result by the final score alone.
    pub fn from_score(match_info: &MatchInfo, score: &Score) -> Self {
        let Score { totals: goals, shootout } = score;
        let ahead = goals.leading_side();
        let advancing = ahead.or_else(|| shootout.and_then(|kicks| kicks.leading_side()));
        Self {
            home_score: goals.home,
            away_score: goals.away,
            verdict: Verdict::from_scores(goals.home, goals.away),
            winner_team_id: advancing.map(|side| match_info.team_id(side)),
            ending: ResultBasis::Played,
            is_entered: false,
            reason: None,
            text: None,
            run_rates: None,
        }
    }

    /// The result on the wire.
    pub fn to_json(&self, match_info: &MatchInfo) -> Value {
        Value::Object(self.json_fields(match_info))
    }

    /// Its fields in the match's state: without what the state says elsewhere, and without the
    /// words of a computed result, which hold names.
    pub(in crate::sports) fn state_fields(&self) -> Value {
        json!({
            "home_score": self.home_score,
            "away_score": self.away_score,
            "winner_team_id": self.winner_team_id,
            "ending": self.ending,
            "by_hand": self.is_entered,
            "reason": self.reason,
        })
    }

    /// Its fields in responses and messages.
    pub(super) fn json_fields(&self, match_info: &MatchInfo) -> Map<String, Value> {
        let mut fields = Map::new();
        let mut put = |name: &str, value: Value| fields.insert(name.into(), value);
        put("match_id", json!(match_info.match_id));
        put("event_id", json!(match_info.event_id));
        put("home_team_id", json!(match_info.home.team_id));
        put("away_team_id", json!(match_info.away.team_id));
        put("home_score", json!(self.home_score));
        put("away_score", json!(self.away_score));
        put("winner_team_id", json!(self.winner_team_id));
        put("ending", json!(self.ending));
        put("by_hand", json!(self.is_entered));
        put("reason", json!(self.reason));
        put("text", json!(self.text));
        fields
    }
}
