//! Penalty runs: their innings, milestones and targets (Law 41.17).

use serde_json::{Value, json};

use super::*;

fn award_body(team: i64, runs: i64) -> Value {
    json!({ "penalty": { "team_id": team, "runs": runs } })
}

/// A ball with runs off the bat, and penalty runs.
fn runs_with_award(runs: u32, team_id: i64, penalty_runs: i64) -> Value {
    json!({ "runs": { "batter": runs }, "penalty": { "team_id": team_id, "runs": penalty_runs } })
}

/// The away side needs one run with one ball left.
fn chase_needing_one() -> CricketHarness {
    let mut harness = CricketHarness::with_home_batting(format_with_overs(1));
    harness.bowl_symbols("6 . . . . .");
    harness.open_innings(AWAY_TEAM_ID);
    harness.bowl_symbols("6 . . . .");
    harness
}

#[test]
fn moving_the_target_after_the_last_ball_adds_no_ball() {
    let mut harness = chase_needing_one();
    harness.bowl_symbols("1");
    assert_eq!(harness.result_text(), "Kent won by 10 wickets");
    let transition = harness.apply("balls", award_body(HOME_TEAM_ID, 5));
    assert_eq!(
        match_message_kinds(&transition),
        ["penalty_awarded", "innings_complete", "match_complete"]
    );
    let ended = &messages_to(&transition, "match_9", "innings_complete")[0]["innings"];
    assert_eq!((&ended["reason"], &ended["number"]), (&json!("overs"), &json!(2)));
    assert_eq!(harness.state()["innings"]["2"]["target"], 12);
    assert_eq!(
        (harness.result_text().as_str(), harness.status()),
        ("Northants won by 4 runs", "finished")
    );
    harness.apply("balls", award_body(HOME_TEAM_ID, -5));
    assert_eq!(
        harness.result_text(),
        "Kent won by 10 wickets",
        "by what was made, not by penalty runs"
    );
    harness.apply("balls", award_body(HOME_TEAM_ID, 5));
    harness.apply("balls", award_body(AWAY_TEAM_ID, 5));
    assert_eq!(harness.result_text(), "Kent won by penalty runs");
}

#[test]
fn g15_penalty_runs_patch_their_innings_and_the_target() {
    let mut harness = chase_needing_one();
    for body in [award_body(HOME_TEAM_ID, 5), runs_with_award(0, HOME_TEAM_ID, 5)] {
        let before = harness.state();
        let transition = harness.apply("balls", body);
        let message = &messages_to(&transition, "match_9", "penalty_awarded")[0];
        assert_eq!(message["innings"], 1);
        assert_eq!(message["penalty"], json!({ "team_id": HOME_TEAM_ID, "runs": 5 }));
        let after = harness.state();
        let rise = |pointer: &str| {
            let value = |state: &Value| state.pointer(pointer).unwrap().as_i64().unwrap();
            value(&after) - value(&before)
        };
        assert_eq!((rise("/innings/1/runs"), rise("/innings/2/target")), (5, 5));
    }
    assert_eq!(harness.latest_innings()["target"], 17);
    // For a side that hasn't batted: no innings has them yet.
    let mut scored = CricketHarness::with_home_batting(json!("t20"));
    let applied = scored.apply("balls", award_body(AWAY_TEAM_ID, 5));
    let said = &messages_to(&applied, "match_9", "penalty_awarded")[0];
    assert_eq!(said.get("innings"), None);
}

#[test]
fn awards_reach_and_withdraw_milestones() {
    let harness_at_96 = || {
        let mut harness = CricketHarness::with_home_batting(json!("test"));
        harness.bowl_symbols(&"4 ".repeat(24));
        harness.apply("players", json!({ "bowler_id": 211 }));
        harness
    };
    let team = |milestones: Vec<Value>| {
        let all = milestones.into_iter().map(|one| one["milestone"].clone());
        all.map(|one| json!([one["kind"], one["value"], one["ball_number"]])).collect::<Vec<_>>()
    };
    for (body, ball) in [
        (runs_with_award(0, HOME_TEAM_ID, 5), json!(25)),
        (award_body(HOME_TEAM_ID, 5), Value::Null),
    ] {
        let mut scored = harness_at_96();
        let transition = scored.apply("balls", body);
        let reached = team(messages_to(&transition, "match_9", "milestone_achieved"));
        let mark = |kind: &str| json!([kind, 100, ball]);
        assert_eq!(reached, [mark("partnership"), mark("team_runs")]);

        let applied = scored.apply("balls", award_body(HOME_TEAM_ID, -5));
        let order = ["penalty_awarded", "milestone_withdrawn", "milestone_withdrawn"];
        assert_eq!(match_message_kinds(&applied), order);
        let lost = team(messages_to(&applied, "match_9", "milestone_withdrawn"));
        assert_eq!(lost, [mark("partnership"), mark("team_runs")]);
        let applied = scored.bowl_body(runs_body(6));
        let again = team(messages_to(&applied, "match_9", "milestone_achieved"));
        let once = |kind: &str| again.iter().filter(|one| one[0] == kind).count();
        assert_eq!((once("team_runs"), once("partnership")), (1, 1), "{again:?}");
        let known = scored.latest_innings()["milestones"].as_array().unwrap().clone();
        assert_eq!(known.iter().filter(|one| one["kind"] == "team_runs").count(), 1);
    }
    let mut scored = harness_at_96();
    let applied = scored.apply("balls", runs_with_award(4, HOME_TEAM_ID, 5));
    let reached = team(messages_to(&applied, "match_9", "milestone_achieved"));
    let teams = reached.iter().filter(|one| one[0] == "team_runs").count();
    assert_eq!(teams, 1, "by the four, and not again by the award: {reached:?}");
}

#[test]
fn a_partnership_includes_penalty_runs_awarded_meanwhile() {
    let mut harness = CricketHarness::with_home_batting(json!("t20"));
    harness.bowl_symbols("1 2");
    harness.apply("balls", award_body(HOME_TEAM_ID, 5));
    let transition = harness.apply("balls", runs_with_award(1, HOME_TEAM_ID, 5));
    let bowled = &messages_to(&transition, "match_9", "ball_bowled")[0];
    assert_eq!(bowled["score"], json!({ "home": 14, "away": 0 }));
    let partnership = &harness.state()["innings"]["1"]["partnership"];
    assert_eq!((&partnership["runs"], &partnership["balls"]), (&json!(14), &json!(3)));
    // Runs of the other side don't count in it, nor do later ones once it is broken.
    harness.apply("balls", award_body(AWAY_TEAM_ID, 5));
    harness.bowl_symbols("W");
    harness.apply("balls", award_body(HOME_TEAM_ID, 5));
    assert_eq!(harness.latest_innings()["partnerships"][0]["runs"], 14);
    harness.apply("balls", award_body(HOME_TEAM_ID, -5));
    assert_eq!(harness.latest_innings()["runs"], 14);
}

#[test]
fn penalty_runs_in_a_super_over_belong_to_it() {
    let mut harness = CricketHarness::with_home_batting(format_with_overs(1));
    harness.bowl_symbols("6 . . . . .");
    harness.open_innings(AWAY_TEAM_ID);
    harness.bowl_symbols("6 . . . . .");
    harness.apply("super-over", json!({}));
    harness.open_innings(AWAY_TEAM_ID);
    let totals = |scored: &CricketHarness| {
        let card = scored.read_part("scorecard");
        let all = card["innings"].as_array().unwrap().iter();
        all.map(|one| one["runs"].as_u64().unwrap()).collect::<Vec<_>>()
    };
    harness.apply("balls", award_body(HOME_TEAM_ID, 5));
    assert_eq!(totals(&harness), [6, 6, 0], "owed to the innings to come");
    harness.bowl_symbols("4 W W");
    harness.open_innings(HOME_TEAM_ID);
    assert_eq!(totals(&harness), [6, 6, 4, 5]);
    assert_eq!(harness.result_text(), "Match tied (Northants won the Super Over)");
    harness.apply("balls", award_body(AWAY_TEAM_ID, 5));
    assert_eq!(totals(&harness), [6, 6, 9, 5]);
    assert_eq!((harness.status(), harness.latest_innings()["target"].clone()), ("live", json!(10)));
    harness.bowl_symbols("4 . . . . .");
    assert_eq!(harness.status(), "live", "level again");
    harness.apply("super-over", json!({}));
    harness.apply("balls", award_body(HOME_TEAM_ID, 5));
    harness.open_innings(HOME_TEAM_ID);
    assert_eq!(totals(&harness), [6, 6, 9, 9, 5]);
}
