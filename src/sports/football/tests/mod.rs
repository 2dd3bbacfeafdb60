//! What incidents do to score and statistics, and what is told of them.

mod bodies;
mod figures;
mod told;

use serde_json::Value;
use serde_json::json;

use crate::sports::tests::AWAY;
use crate::sports::tests::HOME;
use crate::sports::tests::Scored;

/// A body with the fields that each incident needs.
fn body(kind: &str, team_id: i64) -> Value {
    let period = if kind.starts_with("shootout") { "penalty_shootout" } else { "first_half" };
    json!({ "kind": kind, "team_id": team_id, "period": period, "minute": 10 })
}

/// Adds an incident; gives its id.
fn add(scored: &mut Scored, body: Value) -> i64 {
    scored.accepts("incidents", body).answer["id"].as_i64().unwrap()
}

/// What isn't 0 in the statistics of a side, as `name: figure`.
fn figures(scored: &Scored, side: &str) -> Vec<String> {
    let statistics = scored.read("statistics").unwrap();
    let figures = statistics[side].as_object().unwrap().iter();
    figures.filter(|(_, figure)| **figure != 0).map(|(name, n)| format!("{name}: {n}")).collect()
}

#[test]
fn leicester_city_liverpool_23_september_2017() {
    let mut scored = Scored::live("football");
    let goal = |team_id, player, period, minute, stoppage| {
        json!({ "kind": "goal", "team_id": team_id, "player_id": player, "period": period,
                "minute": minute, "stoppage": stoppage })
    };
    add(&mut scored, goal(AWAY, 20, "first_half", 15, 0));
    add(&mut scored, goal(AWAY, 21, "first_half", 23, 0));
    add(&mut scored, goal(HOME, 11, "first_half", 45, 3));
    scored.later(48 * 60).accepts("pause", json!({ "reason": "half_time" }));
    scored.later(15 * 60).accepts("resume", json!({}));
    add(&mut scored, goal(AWAY, 22, "second_half", 68, 0));
    add(&mut scored, goal(HOME, 10, "second_half", 69, 0));
    let saved = json!({ "kind": "penalty_saved", "team_id": HOME, "player_id": 10,
                        "related_player_id": 23, "period": "second_half", "minute": 73 });
    let applied = scored.accepts("incidents", saved);
    assert_eq!(applied.answer["player"], "Jamie Vardy");
    assert_eq!(applied.answer["related_player"], "Simon Mignolet");
    let ended = scored.later(50 * 60).accepts("end", json!({}));

    assert_eq!(ended.answer["score"], json!({ "home": 2, "away": 3 }));
    assert_eq!(scored.score(), (2, 3));
    assert_eq!(figures(&scored, "home"), ["goals: 2", "penalties: 1", "shots_on_target: 3"]);
    assert_eq!(figures(&scored, "away"), ["goals: 3", "saves: 1", "shots_on_target: 3"]);
    let minutes: Vec<_> = scored.view()["incidents"]
        .as_array()
        .unwrap()
        .iter()
        .map(|incident| incident["minute"].as_i64().unwrap())
        .collect();
    assert_eq!(minutes, [15, 23, 45, 68, 69, 73]);
    assert_eq!(scored.view().get("shootout_score"), None);
}
