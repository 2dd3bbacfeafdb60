//! Score and statistics by kind.

use serde_json::{Value, json};

use crate::sports::football::tests::{add_incident, incident_body, nonzero_statistics};
use crate::sports::tests::{AWAY_TEAM_ID, HOME_TEAM_ID, MatchHarness};

/// Kind of an incident of the home team; statistics of home and away team; the score after it.
type EffectCase = (&'static str, &'static [&'static str], &'static [&'static str], (i64, i64));

const EFFECT_CASES: [EffectCase; 20] = [
    ("goal", &["goals: 1", "shots_on_target: 1"], &[], (1, 0)),
    ("own_goal", &["goals: 1"], &[], (1, 0)),
    ("penalty_goal", &["goals: 1", "penalties: 1", "shots_on_target: 1"], &[], (1, 0)),
    ("penalty_missed", &["penalties: 1", "shots_off_target: 1"], &[], (0, 0)),
    ("penalty_saved", &["penalties: 1", "shots_on_target: 1"], &["saves: 1"], (0, 0)),
    ("shootout_goal", &[], &[], (0, 0)),
    ("shootout_miss", &[], &[], (0, 0)),
    ("yellow_card", &["yellow_cards: 1"], &[], (0, 0)),
    ("second_yellow", &["red_cards: 1", "yellow_cards: 1"], &[], (0, 0)),
    ("red_card", &["red_cards: 1"], &[], (0, 0)),
    ("substitution", &["substitutions: 1"], &[], (0, 0)),
    ("save", &["saves: 1"], &[], (0, 0)),
    ("shot_on_target", &["shots_on_target: 1"], &[], (0, 0)),
    ("shot_off_target", &["shots_off_target: 1"], &[], (0, 0)),
    ("corner", &["corners: 1"], &[], (0, 0)),
    ("foul", &["fouls: 1"], &[], (0, 0)),
    ("offside", &["offsides: 1"], &[], (0, 0)),
    ("injury", &[], &[], (0, 0)),
    ("var_review", &[], &[], (0, 0)),
    ("note", &[], &[], (0, 0)),
];

#[test]
fn each_kind_changes_only_its_own_statistics() {
    for (kind, home, away, score) in EFFECT_CASES {
        let mut harness = MatchHarness::started("football");
        add_incident(&mut harness, incident_body(kind, HOME_TEAM_ID));
        assert_eq!(nonzero_statistics(&harness, "home"), home, "{kind}");
        assert_eq!(nonzero_statistics(&harness, "away"), away, "{kind}");
        assert_eq!(harness.score(), score, "{kind}");

        let mut scored = MatchHarness::started("football");
        add_incident(&mut scored, incident_body(kind, AWAY_TEAM_ID));
        assert_eq!(nonzero_statistics(&scored, "away"), home, "{kind}, by the away team");
        assert_eq!(nonzero_statistics(&scored, "home"), away, "{kind}, by the away team");
        assert_eq!(scored.score(), (score.1, score.0), "{kind}, by the away team");
    }
}

#[test]
fn a_cancelled_or_deleted_incident_is_not_counted() {
    for (kind, home, ..) in EFFECT_CASES {
        let mut harness = MatchHarness::started("football");
        let id = add_incident(&mut harness, incident_body(kind, HOME_TEAM_ID));
        let patch = format!("PATCH incidents/{id}");
        harness.apply(&patch, json!({ "confirmation": "cancelled" }));
        assert_eq!(nonzero_statistics(&harness, "home"), [""; 0], "{kind}");
        harness.apply(&patch, json!({ "confirmation": "confirmed" }));
        assert_eq!(nonzero_statistics(&harness, "home"), home, "{kind}");
        harness.apply(&format!("DELETE incidents/{id}"), Value::Null);
        assert_eq!(nonzero_statistics(&harness, "home"), [""; 0], "{kind}");
        assert_eq!(harness.score(), (0, 0), "{kind}");
    }
}

#[test]
fn a_goal_can_be_cancelled_and_confirmed_again() {
    let mut harness = MatchHarness::started("football");
    let mut goal = incident_body("goal", HOME_TEAM_ID);
    goal["confirmation"] = json!("provisional");
    let id = add_incident(&mut harness, goal);
    let patch = format!("PATCH incidents/{id}");
    assert_eq!(harness.score(), (1, 0), "a goal under review is shown");

    let verdicts = [
        (json!({ "confirmation": "cancelled", "reason": "var_overturned" }), 2, (0, 0)),
        (json!({ "text": "Offside by a toe" }), 3, (0, 0)),
        (json!({ "confirmation": "confirmed" }), 4, (1, 0)),
    ];
    let reasons = [json!("var_overturned"), json!("var_overturned"), Value::Null];
    for ((verdict, rev, score), reason) in verdicts.into_iter().zip(reasons) {
        let response = harness.apply(&patch, verdict).response;
        assert_eq!((&response["id"], &response["rev"]), (&json!(id), &json!(rev)));
        assert_eq!(response["score"], json!({ "home": score.0, "away": score.1 }));
        assert_eq!(response["reason"], reason);
        assert_eq!(harness.score(), score);
        assert_eq!(harness.state()["incidents"]["1"]["rev"], rev, "cancelled ones stay listed");
    }
}

#[test]
fn the_id_of_a_deleted_incident_is_not_reused() {
    let mut harness = MatchHarness::started("football");
    add_incident(&mut harness, incident_body("goal", HOME_TEAM_ID));
    add_incident(&mut harness, incident_body("goal", AWAY_TEAM_ID));
    let response = harness.apply("DELETE incidents/2", Value::Null).response;
    assert_eq!(response["id"], 2);
    assert_eq!(response["score"], json!({ "home": 1, "away": 0 }));
    assert_eq!(response["statistics"]["away"]["goals"], 0);
    assert_eq!(harness.read_part("incidents/2"), None);
    assert_eq!(harness.read_part("incidents").unwrap()["items"].as_array().unwrap().len(), 1);
    for action in ["PATCH incidents/2", "DELETE incidents/2"] {
        assert_eq!(
            harness.expect_rejection(action, json!({ "minute": 1 })).detail,
            "no such incident"
        );
    }
    assert_eq!(add_incident(&mut harness, incident_body("goal", HOME_TEAM_ID)), 3);
}

#[test]
fn a_correction_can_move_a_goal_to_the_other_team() {
    let mut harness = MatchHarness::started("football");
    add_incident(&mut harness, incident_body("goal", HOME_TEAM_ID));
    harness.apply("PATCH incidents/1", json!({ "team_id": AWAY_TEAM_ID }));
    assert_eq!(harness.score(), (0, 1));
    harness.apply("PATCH incidents/1", json!({ "kind": "shot_on_target" }));
    assert_eq!(harness.score(), (0, 0));
    harness.apply("end", Value::Null);
    harness.apply("PATCH incidents/1", json!({ "kind": "own_goal" }));
    assert_eq!(harness.score(), (0, 1), "also after the whistle");
}

#[test]
fn shootout_goals_are_counted_separately() {
    let mut harness = MatchHarness::started("football");
    add_incident(&mut harness, incident_body("goal", HOME_TEAM_ID));
    add_incident(&mut harness, incident_body("goal", AWAY_TEAM_ID));
    assert_eq!(harness.state()["shootout"], json!({}));
    harness.apply("pause", json!({ "reason": "penalties" }));
    let resumed = harness.apply("resume", json!({}));
    assert_eq!(resumed.response["shootout_score"], json!({ "home": 0, "away": 0 }));
    for (kind, team_id) in [
        ("shootout_goal", HOME_TEAM_ID),
        ("shootout_miss", AWAY_TEAM_ID),
        ("shootout_goal", HOME_TEAM_ID),
        ("shootout_goal", AWAY_TEAM_ID),
    ] {
        add_incident(&mut harness, incident_body(kind, team_id));
    }
    let ended = harness.apply("end", json!({}));
    assert_eq!(harness.state()["shootout"], json!({ "home": 2, "away": 1 }));
    for source in [&ended.response, &ended.messages[0].data] {
        assert_eq!(source["score"], json!({ "home": 1, "away": 1 }));
        assert_eq!(source["shootout_score"], json!({ "home": 2, "away": 1 }));
    }
    let response =
        harness.apply("PATCH incidents/3", json!({ "confirmation": "cancelled" })).response;
    assert_eq!(response["shootout_score"], json!({ "home": 1, "away": 1 }));
}

#[test]
fn the_first_kick_starts_the_shootout_score_in_any_period() {
    for (kind, home) in [("shootout_goal", 1), ("shootout_miss", 0)] {
        let mut harness = MatchHarness::started("football");
        let response = harness.apply("incidents", incident_body(kind, HOME_TEAM_ID)).response;
        assert_eq!(response["shootout_score"], json!({ "home": home, "away": 0 }), "{kind}");
        harness.apply("PATCH incidents/1", json!({ "confirmation": "cancelled" }));
        assert_eq!(harness.state()["shootout"], json!({}), "{kind}");
    }
}

#[test]
fn only_cards_and_substitutions_in_a_shootout_count_as_statistics() {
    let mut harness = MatchHarness::started("football");
    for kind in ["save", "shot_on_target", "foul", "yellow_card", "substitution"] {
        let mut body = incident_body(kind, AWAY_TEAM_ID);
        body["period"] = json!("penalty_shootout");
        add_incident(&mut harness, body);
    }
    assert_eq!(nonzero_statistics(&harness, "away"), ["substitutions: 1", "yellow_cards: 1"]);
}

#[test]
fn incidents_are_listed_in_match_order() {
    let mut harness = MatchHarness::started("football");
    for (period, minute, stoppage) in [
        ("second_half", 46, 0),
        ("first_half", 45, 2),
        ("first_half", 45, 0),
        ("penalty_shootout", 120, 0),
        ("first_half", 45, 2),
        ("extra_first_half", 91, 0),
    ] {
        let note = json!({ "kind": "note", "period": period, "minute": minute,
                           "stoppage": stoppage });
        add_incident(&mut harness, note);
    }
    let listed = harness.read_part("incidents").unwrap();
    assert_eq!(listed["next"], Value::Null);
    let ids: Vec<_> = listed["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|incident| incident["id"].as_i64().unwrap())
        .collect();
    assert_eq!(ids, [3, 2, 5, 1, 6, 4]);
}
