//! The final outcome of a match.

use serde::Serialize;
use serde_json::Value;
use serde_json::json;

use crate::domain::leaderboard::Verdict;
use crate::sports::Fixture;
use crate::sports::score::Score;

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
}

impl MatchResult {
    /// What a score at the end says by itself.
    pub fn of_score(fixture: &Fixture, score: &Score) -> Self {
        let (home, away) = (score.goals.home, score.goals.away);
        let by_kicks = score.shootout.map_or((0, 0), |kicks| (kicks.home, kicks.away));
        let side = |(home, away): (i64, i64)| match home.cmp(&away) {
            std::cmp::Ordering::Greater => Some(fixture.home.team_id),
            std::cmp::Ordering::Less => Some(fixture.away.team_id),
            std::cmp::Ordering::Equal => None,
        };
        Self {
            home_score: home,
            away_score: away,
            verdict: Verdict::of_scores(home, away),
            winner_team_id: side((home, away)).or_else(|| side(by_kicks)),
            ending: Ending::Played,
            by_hand: false,
            reason: None,
            text: None,
        }
    }

    /// As readers see it.
    pub fn view(&self, fixture: &Fixture) -> Value {
        json!({
            "match_id": fixture.match_id,
            "event_id": fixture.event_id,
            "home_team_id": fixture.home.team_id,
            "away_team_id": fixture.away.team_id,
            "home_score": self.home_score,
            "away_score": self.away_score,
            "winner_team_id": self.winner_team_id,
            "ending": self.ending,
            "by_hand": self.by_hand,
            "reason": self.reason,
            "text": self.text,
        })
    }
}
