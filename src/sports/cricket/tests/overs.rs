//! Overs: length, bowlers, counts.

use serde_json::{Value, json};

use super::*;

#[test]
fn balls_update_score_and_overs() {
    #[rustfmt::skip]
    let cases = [
        ("nothing yet",                      "",                        "0/0 (0.0)"),
        ("a dot and a four",                 ". 4",                     "4/0 (0.2)"),
        ("17.3 a wicket is a ball",          "W",                       "0/1 (0.1)"),
        ("17.3 a wide is not",               "1wd 1",                   "2/0 (0.1)"),
        ("17.3 nor is a no-ball hit for six", "7nb",                    "7/0 (0.0)"),
        ("17.1 six balls are an over",       "1 1 1 1 1 1",             "6/0 (1.0)"),
        ("a wide among them is a seventh",   "1wd . . . . . .",         "1/0 (1.0)"),
        ("all sorts",                        "1 . 4 W 2nb 1lb 1wd 2b",  "11/1 (1.0)"),
        ("into the second",                  ". . . . . . 1",           "1/0 (1.1)"),
    ];
    for (case, balls, board) in cases {
        let mut harness = CricketHarness::with_home_batting(json!("test"));
        harness.bowl_symbols(balls);
        assert_eq!(harness.score_text(), board, "{case}");
    }
}

#[test]
fn a_miscounted_over_stands() {
    let with = |name: &str| json!({ "runs": { "batter": 0 }, (name): true });
    let mut harness = CricketHarness::with_home_batting(json!("test"));
    harness.bowl_symbols(". . . .");
    harness.bowl_body(with("over_called"));
    assert_eq!(
        (harness.score_text().as_str(), harness.batter_ids().0),
        ("0/0 (1.0)", json!(102)),
        "17.5 five"
    );
    harness.bowl_symbols(". . . . .");
    harness.bowl_body(with("over_continues"));
    assert_eq!(harness.score_text(), "0/0 (1.6)", "17.5 six, and a seventh follows");
    harness.bowl_symbols("1wd");
    assert_eq!(harness.score_text(), "1/0 (1.6)", "a wide doesn't end it");
    harness.bowl_symbols(".");
    assert_eq!(
        (harness.score_text().as_str(), &harness.latest_innings()["balls"]),
        ("1/0 (2.0)", &json!(12))
    );
    assert_eq!(harness.card_row("bowling", 205)["overs"], "1.0", "a bowler's over is an over");
    assert_eq!(harness.card_row("bowling", 205)["balls"], 5);
    assert_eq!(harness.card_row("bowling", 206)["balls"], 7);
}

#[test]
fn overs_can_have_five_balls() {
    let mut harness = CricketHarness::with_home_batting(
        json!({ "name": "custom", "overs": 2, "balls_per_over": 5 }),
    );
    harness.bowl_symbols(". . . . . 1");
    assert_eq!(harness.score_text(), "1/0 (1.1)");
    harness.bowl_symbols("1 1 1 1");
    assert_eq!(harness.latest_innings()["end"], "overs");
    assert_eq!(harness.latest_innings()["run_rate"], 2.5, "runs for five balls");
}

#[test]
fn no_bowler_bowls_in_consecutive_overs() {
    let mut harness = CricketHarness::with_home_batting(json!("test"));
    harness.bowl_symbols(". . . . . .");
    let body = |id: i64| json!({ "runs": { "batter": 0 }, "bowler_id": id });
    assert_eq!(harness.expect_rejection("balls", body(205)).code, "two-overs-running", "17.6");
    assert_eq!(
        harness.expect_rejection("players", json!({ "bowler_id": 205 })).code,
        "two-overs-running"
    );
    assert_eq!(harness.live_json()["last_bowler_ids"], json!([205]));
    harness.apply("balls", body(206));
    assert_eq!(harness.live_json()["over_bowler_ids"], json!([206]));
    // 17.8: replaced during the over, by a bowler who did not bowl the previous one.
    assert_eq!(
        harness.expect_rejection("players", json!({ "bowler_id": 205 })).code,
        "two-overs-running"
    );
    harness.apply("players", json!({ "bowler_id": 207 }));
    harness.bowl_symbols(". . . . .");
    for id in [206, 207] {
        assert_eq!(harness.expect_rejection("balls", body(id)).code, "two-overs-running", "{id}");
    }
    let mut broken = body(206);
    broken["override"] = json!(true);
    harness.apply("balls", broken);
    assert_eq!(harness.card_row("bowling", 206)["overs"], "0.2");
    assert_eq!(harness.card_row("bowling", 207)["overs"], "0.5");
}

#[test]
fn an_unused_bowler_leaves_no_figures() {
    let mut harness = CricketHarness::with_home_batting(json!("t20"));
    harness.apply("players", json!({ "bowler_id": 206 }));
    harness.bowl_symbols(". . . . . .");
    harness.apply("players", json!({ "bowler_id": 207 }));
    harness.apply("players", json!({ "bowler_id": 205 }));
    harness.bowl_symbols(". . . . . .");
    let bowling = harness.latest_innings()["bowling"].clone();
    let ids: Vec<_> = bowling.as_array().unwrap().iter().map(|row| &row["player_id"]).collect();
    assert_eq!(ids, [&json!(206), &json!(205)]);
    harness.apply("players", json!({ "bowler_id": 206 }));
    assert_eq!(harness.live_json()["bowler"]["overs"], "1.0");
}

#[test]
fn part_overs_count_against_the_bowler_quota() {
    let format = json!({ "name": "custom", "overs": 10, "overs_per_bowler": 2 });
    let mut harness = CricketHarness::with_home_batting(format);
    harness.bowl_symbols(". . .");
    harness.apply("players", json!({ "bowler_id": 206 }));
    harness.bowl_symbols(". . .");
    let over = |scored: &mut CricketHarness, id: i64| {
        scored.apply("players", json!({ "bowler_id": id }));
        scored.bowl_symbols(". . . . . .");
    };
    over(&mut harness, 207);
    over(&mut harness, 205);
    over(&mut harness, 207);
    for id in [205, 207] {
        let rejection = harness.expect_rejection("players", json!({ "bowler_id": id }));
        let code = if id == 205 { "quota" } else { "two-overs-running" };
        assert_eq!(rejection.code, code, "{rejection}");
    }
    over(&mut harness, 206);
    let mut broken = json!({ "bowler_id": 207 });
    assert_eq!(harness.expect_rejection("players", broken.clone()).code, "quota");
    broken["override"] = json!(true);
    harness.apply("players", broken);
}

#[test]
fn a_shortened_innings_reduces_the_quota_to_a_fifth() {
    let mut harness = CricketHarness::with_home_batting(json!("t20"));
    harness.apply("target", json!({ "overs": "7" }));
    assert_eq!(harness.latest_innings()["overs_allotted"], "7.0");
    for id in [205, 206, 205, 206] {
        harness.apply("players", json!({ "bowler_id": id }));
        harness.bowl_symbols(". . . . . .");
    }
    let rejection = harness.expect_rejection("players", json!({ "bowler_id": 205 }));
    assert_eq!(rejection.detail, "A5 has bowled all 2 overs of a bowler's quota");
}

#[test]
fn a_maiden_concedes_no_runs_by_one_bowler() {
    let maidens = |balls: &str| {
        let mut harness = CricketHarness::with_home_batting(json!("test"));
        harness.bowl_symbols(balls);
        harness.card_row("bowling", 205)["maidens"].clone()
    };
    assert_eq!(maidens(". . . . . ."), 1);
    assert_eq!(maidens(". 1b . 4lb W ."), 1, "byes and leg byes don't spoil it");
    assert_eq!(maidens(". 1wd . . . . ."), 0);
    assert_eq!(maidens(". . . . . 1"), 0);
    assert_eq!(maidens(". . . . ."), 0, "not complete");

    let mut scored = CricketHarness::with_home_batting(json!("test"));
    scored.bowl_symbols(". . .");
    scored.apply("players", json!({ "bowler_id": 206 }));
    let messages = messages_to(
        &scored.bowl_symbols(". .").bowl_body(ball_body(".")),
        "match_9",
        "over_complete",
    );
    assert_eq!(messages[0]["maiden"], false, "shared");
}

#[test]
fn over_complete_summarizes_the_over() {
    let mut harness = CricketHarness::with_home_batting(json!("t20"));
    harness.bowl_symbols("1 . 4 W 2nb");
    let transition = harness.bowl_symbols("1lb").bowl_body(ball_body("6"));
    let over = &messages_to(&transition, "match_9", "over_complete")[0];
    assert_eq!(over["balls"], "1 . 4 W 2nb 1lb 6");
    assert_eq!((&over["over"], &over["runs"]), (&json!(1), &json!(14)));
    assert_eq!((&over["wickets"], &over["bowler_id"]), (&json!(1), &json!(205)));
    assert_eq!(over["innings"], 1);
}

#[test]
fn a_bowling_suspension_lasts_the_match() {
    let mut harness = CricketHarness::with_home_batting(json!("test"));
    harness.bowl_symbols(". .");
    harness.apply("players", json!({ "suspend": { "player_id": 205 } }));
    assert!(harness.live_json()["bowler"].is_null(), "41.7.3: another finishes the over");
    let rejection = harness.expect_rejection("players", json!({ "bowler_id": 205 }));
    assert_eq!(rejection.detail, "A5 is suspended from bowling");
    harness.apply("players", json!({ "bowler_id": 206 }));
    harness.bowl_symbols(". . . .");
    assert_eq!(harness.score_text(), "0/0 (1.0)");
}

#[test]
fn illegal_balls_share_the_number_of_the_next_ball() {
    let mut harness = CricketHarness::with_home_batting(json!("t20"));
    harness.bowl_symbols(". 1wd 1wd . . . . . 1");
    let balls = harness.read_part("balls");
    let places: Vec<&str> = balls["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["over"].as_str().unwrap())
        .collect();
    assert_eq!(places, ["0.1", "0.2", "0.2", "0.2", "0.3", "0.4", "0.5", "0.6", "1.1"]);
    let numbers: Vec<_> = balls["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["number"].as_i64().unwrap())
        .collect();
    assert_eq!(numbers, (1..=9).collect::<Vec<_>>());
    assert_eq!(harness.read_part("balls/2")["symbol"], "1wd");
    for path in ["balls/0", "balls/10", "balls/02", "balls/x"] {
        assert_eq!(
            harness.rules.read_part(&harness.match_info, &harness.game, path),
            None::<Value>,
            "{path}"
        );
    }
}
