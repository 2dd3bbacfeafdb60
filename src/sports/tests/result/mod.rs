//! Results by play and by hand: what may be said of a match, what it does, and how it is undone.

mod deleted;
mod entered;

use serde_json::{Value, json};

use crate::domain::leaderboard::Verdict;
use crate::sports::tests::{AWAY_TEAM_ID, HOME_TEAM_ID, MatchHarness};

const PUT_RESULT: &str = "PUT result";
const DELETE_RESULT: &str = "DELETE result";

fn score_body(home: i64, away: i64) -> Value {
    json!({ "home_score": home, "away_score": away })
}

/// `body` with one field more.
fn with_field(mut body: Value, name: &str, value: impl Into<Value>) -> Value {
    body[name] = value.into();
    body
}

/// A game of the sport that stands at 2 : 1, going on.
fn live_at_two_one(sport: &str) -> MatchHarness {
    let mut harness = MatchHarness::started(sport);
    if sport == "generic" {
        harness.apply("score", json!({ "home": 2, "away": 1 }));
    } else {
        for team_id in [HOME_TEAM_ID, AWAY_TEAM_ID, HOME_TEAM_ID] {
            add_goal(&mut harness, team_id);
        }
    }
    harness
}

fn add_goal(harness: &mut MatchHarness, team_id: i64) {
    let body = json!({ "kind": "goal", "team_id": team_id, "period": "first_half", "minute": 5 });
    harness.apply("incidents", body);
}

/// A cup tie at 1 : 1 that the home side won on kicks.
fn finished_after_shootout() -> MatchHarness {
    let mut harness = MatchHarness::started("football");
    add_goal(&mut harness, HOME_TEAM_ID);
    add_goal(&mut harness, AWAY_TEAM_ID);
    harness.apply("pause", json!({ "reason": "before_penalties" }));
    harness.apply("resume", json!({}));
    let kick = json!({ "kind": "shootout_goal", "team_id": HOME_TEAM_ID, "period": "penalty_shootout",
                       "minute": 120 });
    harness.apply("incidents", kick);
    harness.apply("end", json!({}));
    harness
}

/// What a reader would see of it, in few words.
fn result_summary(harness: &MatchHarness) -> Option<(i64, i64, Verdict, Option<i64>)> {
    let result = harness.result()?;
    Some((result.home_score, result.away_score, result.verdict, result.winner_team_id))
}
