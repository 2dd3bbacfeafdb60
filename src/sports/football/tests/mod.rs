//! Incidents: score, statistics, validation, messages.

mod messages;
mod statistics;
mod validation;

use serde_json::{Value, json};

use crate::sports::tests::{AWAY_TEAM_ID, HOME_TEAM_ID, MatchHarness};

/// A body with the required fields.
fn incident_body(kind: &str, team_id: i64) -> Value {
    let period = if kind.starts_with("shootout") { "penalty_shootout" } else { "first_half" };
    json!({ "kind": kind, "team_id": team_id, "period": period, "minute": 10 })
}

/// Adds an incident; returns its id.
fn add_incident(harness: &mut MatchHarness, body: Value) -> i64 {
    harness.apply("incidents", body).response["id"].as_i64().unwrap()
}

/// Statistics of a side that are not 0, as `name: figure`.
fn nonzero_statistics(harness: &MatchHarness, side: &str) -> Vec<String> {
    let statistics = harness.read_part("statistics").unwrap();
    let figures_of_side = statistics[side].as_object().unwrap().iter();
    figures_of_side
        .filter(|(_, figure)| **figure != 0)
        .map(|(name, n)| format!("{name}: {n}"))
        .collect()
}

#[test]
fn a_real_match_yields_its_score_and_statistics() {
    let mut harness = MatchHarness::started("football");
    let goal = |team_id, player, period, minute, stoppage| {
        json!({ "kind": "goal", "team_id": team_id, "player_id": player, "period": period,
                "minute": minute, "stoppage": stoppage })
    };
    add_incident(&mut harness, goal(AWAY_TEAM_ID, 20, "first_half", 15, 0));
    add_incident(&mut harness, goal(AWAY_TEAM_ID, 21, "first_half", 23, 0));
    add_incident(&mut harness, goal(HOME_TEAM_ID, 11, "first_half", 45, 3));
    harness.advance_clock(48 * 60).apply("pause", json!({ "reason": "half_time" }));
    harness.advance_clock(15 * 60).apply("resume", json!({}));
    add_incident(&mut harness, goal(AWAY_TEAM_ID, 22, "second_half", 68, 0));
    add_incident(&mut harness, goal(HOME_TEAM_ID, 10, "second_half", 69, 0));
    let saved = json!({ "kind": "penalty_saved", "team_id": HOME_TEAM_ID, "player_id": 10,
                        "related_player_id": 23, "period": "second_half", "minute": 73 });
    let transition = harness.apply("incidents", saved);
    assert_eq!(transition.response["player"], "Jamie Vardy");
    assert_eq!(transition.response["related_player"], "Simon Mignolet");
    let ended = harness.advance_clock(50 * 60).apply("end", json!({}));

    assert_eq!(ended.response["score"], json!({ "home": 2, "away": 3 }));
    assert_eq!(harness.score(), (2, 3));
    assert_eq!(
        nonzero_statistics(&harness, "home"),
        ["goals: 2", "penalties: 1", "shots_on_target: 3"]
    );
    assert_eq!(
        nonzero_statistics(&harness, "away"),
        ["goals: 3", "saves: 1", "shots_on_target: 3"]
    );
    let minutes: Vec<_> = harness.read_part("incidents").unwrap()["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|incident| incident["minute"].as_i64().unwrap())
        .collect();
    assert_eq!(minutes, [15, 23, 45, 68, 69, 73]);
    assert_eq!(harness.state()["shootout"], json!({}));
}
