//! Milestones of batters, partnerships, teams and bowlers.

use serde_json::json;

use super::*;

/// Kind and value of all milestones so far.
fn milestones_of(harness: &CricketHarness) -> Vec<String> {
    let card = harness.read_part("scorecard");
    let all = card["innings"].as_array().unwrap().iter();
    let all = all.flat_map(|innings| innings["milestones"].as_array().unwrap().clone());
    all.map(|one| format!("{} {}", one["kind"].as_str().unwrap(), one["value"])).collect()
}

#[test]
fn batters_partnerships_and_teams_reach_milestones() {
    let mut harness = CricketHarness::with_home_batting(json!("test"));
    harness.bowl_symbols("6 6 6 6 6 6 6 6");
    assert_eq!(milestones_of(&harness), [""; 0]);
    let transition = harness.bowl_body(ball_body("2"));
    let fifty = &messages_to(&transition, "team_1_live", "milestone_achieved");
    assert_eq!(fifty.len(), 1);
    let milestone = &fifty[0]["milestone"];
    let said = json!({ "kind": "partnership", "value": 50, "innings": 1, "ball_number": 9,
                       "team_id": 1, "player_ids": [101, 102] });
    assert_eq!(milestone, &said);
    let listed = &harness.latest_innings()["milestones"][0];
    assert_eq!(listed["text"], "H1 and H2: partnership of 50");
    // The first batter has 36 of the runs.
    harness.bowl_symbols("6 6 6 6 6 6 6 6 6 6");
    let all = milestones_of(&harness);
    for one in ["partnership 50", "batter_runs 50", "team_runs 100", "partnership 100"] {
        assert!(all.contains(&one.to_owned()), "{one}: {all:?}");
    }
    let once: std::collections::BTreeSet<_> = all.iter().collect();
    assert_eq!(once.len(), all.len(), "each once: {all:?}");
}

#[test]
fn a_milestone_counts_when_a_ball_passes_it() {
    let mut harness = CricketHarness::with_home_batting(json!("test"));
    harness.bowl_body(json!({ "runs": { "batter": 0 }, "extras": { "penalty": 45 } }));
    harness.bowl_body(json!({ "runs": { "batter": 0 }, "extras": { "penalty": 50 } }));
    assert_eq!(milestones_of(&harness), ["partnership 50"]);
    harness.apply("balls", json!({ "penalty": { "team_id": HOME_TEAM_ID, "runs": 5 } }));
    assert_eq!(milestones_of(&harness), ["partnership 50", "partnership 100", "team_runs 100"]);
}

#[test]
fn five_wickets_in_an_innings_and_ten_in_the_match() {
    let mut harness = CricketHarness::with_home_batting(json!("test"));
    let five = |scored: &mut CricketHarness, bowler: i64, other: i64| {
        for _ in 0..5 {
            scored.apply("players", json!({ "bowler_id": bowler }));
            scored.bowl_symbols("W . . . . .");
            scored.apply("players", json!({ "bowler_id": other }));
            scored.bowl_symbols(". . . . . .");
        }
    };
    five(&mut harness, 205, 206);
    assert_eq!(milestones_of(&harness), ["five_wickets 5"]);
    harness.apply("declare", json!({ "reason": "declared" }));
    harness.open_innings(AWAY_TEAM_ID);
    harness.apply("declare", json!({ "reason": "declared" }));
    harness.open_innings(HOME_TEAM_ID);
    five(&mut harness, 205, 206);
    assert_eq!(milestones_of(&harness), ["five_wickets 5", "five_wickets 5", "ten_wickets 10"]);
}

#[test]
fn hat_tricks_need_consecutive_wickets_of_one_bowler() {
    let run_out = "run-out";
    // The bowler's balls, and the streak announced at the end.
    #[rustfmt::skip]
    let cases: [(&str, &[&str], &[&str]); 9] = [
        ("three in three",             &["W", "W", "W"], &["hat_trick 3"]),
        ("four in four",               &["W", "W", "W", "W"], &["hat_trick 3", "wickets_in_a_row 4"]),
        ("a dot between",              &["W", "W", ".", "W"], &[]),
        ("a run-out isn't his",        &["W", "W", run_out, "W"], &[]),
        ("a wide breaks it",           &["W", "W", "1wd", "W"], &[]),
        ("over the end of an over",    &[".", ".", ".", ".", "W", "W", "/", "W"], &["hat_trick 3"]),
        ("over the end of an innings", &["W", "W", "#", "W"], &["hat_trick 3"]),
        ("a stumping off a wide",      &["W", "W", "stumped"], &["hat_trick 3"]),
        ("three and three",            &["W", "W", "W", ".", "W", "W", "/", "W"], &["hat_trick 3", "five_wickets 5", "hat_trick 3"]),
    ];
    for (case, balls, expected) in cases {
        let harness = bowl_row(json!("test"), balls);
        assert_eq!(milestones_of(&harness), expected, "{case}");
    }
    let spans = json!({ "name": "test", "hat_trick_spans_extras": true });
    assert_eq!(
        milestones_of(&bowl_row(spans, &["W", "W", "1wd", "W"])),
        ["hat_trick 3"],
        "by the format"
    );
}

/// Bowls balls of one bowler; `/` is an over by another, `#` starts another innings.
fn bowl_row(format: Value, balls: &[&str]) -> CricketHarness {
    let mut harness = CricketHarness::with_home_batting(format);
    for symbol in balls {
        match *symbol {
            "/" => {
                harness.apply("players", json!({ "bowler_id": 206 }));
                harness.bowl_symbols(". . . . . .");
                harness.apply("players", json!({ "bowler_id": 205 }));
            }
            "#" => {
                for side in [AWAY_TEAM_ID, HOME_TEAM_ID] {
                    harness.apply("declare", json!({ "reason": "declared" }));
                    harness.open_innings(side);
                }
            }
            "run-out" => {
                let body = harness.with_missing_players(runs_body(0));
                let mut body = body;
                let out_id = harness.batter_ids().1;
                body["wickets"] = json!([{ "kind": "run_out", "player_out_id": out_id }]);
                harness.apply("balls", body);
            }
            "stumped" => {
                let body = json!({ "runs": { "batter": 0 }, "extras": { "wides": 1 },
                                   "wickets": [{ "kind": "stumped" }] });
                harness.bowl_body(body);
            }
            symbol => {
                harness.bowl_symbols(symbol);
            }
        }
    }
    harness
}

#[test]
fn milestones_are_not_counted_in_a_super_over() {
    let mut harness = CricketHarness::with_home_batting(format_with_overs(1));
    harness.bowl_symbols("6 . . . . .");
    harness.open_innings(AWAY_TEAM_ID);
    harness.bowl_symbols("6 . . . W W");
    harness.apply("super-over", json!({}));
    harness.open_innings(AWAY_TEAM_ID);
    harness.bowl_symbols("W W");
    assert_eq!(milestones_of(&harness), [""; 0]);
}
