//! Results by play and by hand: what may be said of a match, what it does, and how it is undone.

mod entered;
mod taken_away;

use serde_json::Value;
use serde_json::json;

use crate::domain::leaderboard::Verdict;
use crate::sports::tests::AWAY;
use crate::sports::tests::HOME;
use crate::sports::tests::Scored;

const PUT: &str = "PUT result";
const DELETE: &str = "DELETE result";

fn put(home: i64, away: i64) -> Value {
    json!({ "home_score": home, "away_score": away })
}

/// `body` with one field more.
fn with(mut body: Value, name: &str, value: impl Into<Value>) -> Value {
    body[name] = value.into();
    body
}

/// A game of the sport that stands at 2 : 1, going on.
fn at_two_one(sport: &str) -> Scored {
    let mut scored = Scored::live(sport);
    if sport == "generic" {
        scored.accepts("score", json!({ "home": 2, "away": 1 }));
    } else {
        for team_id in [HOME, AWAY, HOME] {
            goal(&mut scored, team_id);
        }
    }
    scored
}

fn goal(scored: &mut Scored, team_id: i64) {
    let body = json!({ "kind": "goal", "team_id": team_id, "period": "first_half", "minute": 5 });
    scored.accepts("incidents", body);
}

/// A cup tie at 1 : 1 that the home side won on kicks.
fn after_kicks() -> Scored {
    let mut scored = Scored::live("football");
    goal(&mut scored, HOME);
    goal(&mut scored, AWAY);
    scored.accepts("pause", json!({ "reason": "before_penalties" }));
    scored.accepts("resume", json!({}));
    let kick = json!({ "kind": "shootout_goal", "team_id": HOME, "period": "penalty_shootout",
                       "minute": 120 });
    scored.accepts("incidents", kick);
    scored.accepts("end", json!({}));
    scored
}

/// What a reader would see of it, in few words.
fn said(scored: &Scored) -> Option<(i64, i64, Verdict, Option<i64>)> {
    let result = scored.result()?;
    Some((result.home_score, result.away_score, result.verdict, result.winner_team_id))
}
