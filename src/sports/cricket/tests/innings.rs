//! Order and end of innings.

use serde_json::{Value, json};

use super::*;

fn end_reason(harness: &CricketHarness) -> Value {
    harness.latest_innings()["end"].clone()
}

#[test]
fn the_toss_decides_which_side_bats_first() {
    for (winner, decision, bats) in [
        (HOME_TEAM_ID, "bat", HOME_TEAM_ID),
        (HOME_TEAM_ID, "field", AWAY_TEAM_ID),
        (AWAY_TEAM_ID, "bat", AWAY_TEAM_ID),
        (AWAY_TEAM_ID, "field", HOME_TEAM_ID),
    ] {
        let mut harness = CricketHarness::new(json!("t20"));
        let toss = json!({ "winner_team_id": winner, "decision": decision });
        let transition = harness.apply("toss", toss.clone());
        assert_eq!(
            (match_message_kinds(&transition), &transition.response["toss"]),
            (vec!["toss"], &toss)
        );
        harness.apply("start", json!({}));
        assert_eq!(harness.expect_rejection("toss", toss.clone()).code, "wrong-state");
        let other = json!({ "batting_team_id": 3 - bats });
        assert_eq!(harness.expect_rejection("innings", other).code, "wrong-side");
        harness.open_innings(bats);
        assert_eq!(harness.state()["toss"], toss);
    }
    let mut scored = CricketHarness::new(json!("t20"));
    let rejection =
        scored.expect_rejection("toss", json!({ "winner_team_id": 3, "decision": "run" }));
    assert_eq!(error_pointers(&rejection), ["/winner_team_id", "/decision"]);
}

#[test]
fn ten_wickets_end_the_innings() {
    let mut harness = CricketHarness::with_home_batting(json!("test"));
    harness.bowl_symbols("W W W W W W W W W");
    assert!(end_reason(&harness).is_null());
    let transition = harness.bowl_body(ball_body("W"));
    assert_eq!(match_message_kinds(&transition).last(), Some(&"innings_complete"));
    assert_eq!(
        (end_reason(&harness), harness.score_text().as_str()),
        (json!("all_out"), "0/10 (1.4)")
    );
    assert_eq!(harness.expect_rejection("balls", runs_body(1)).code, "no-innings");
}

#[test]
fn absent_batters_count_towards_all_out() {
    let mut harness = CricketHarness::with_home_batting(json!("test"));
    harness.apply("players", json!({ "absent": { "player_id": 110 } }));
    harness.apply("players", json!({ "absent": { "player_id": 111 } }));
    harness.bowl_symbols("W W W W W W W");
    assert!(end_reason(&harness).is_null());
    harness.bowl_symbols("W");
    assert_eq!(
        (end_reason(&harness), harness.score_text().as_str()),
        (json!("all_out"), "0/8 (1.2)")
    );
}

#[test]
fn an_innings_can_be_declared_all_out() {
    let mut harness = CricketHarness::with_home_batting(json!("test"));
    harness.apply("players", json!({ "retire": { "player_id": 101, "kind": "retired_hurt" } }));
    harness.bowl_symbols("W W W W W W W W W");
    assert!(end_reason(&harness).is_null(), "13.2: he who retired may come again");
    harness.apply("declare", json!({ "reason": "all_out" }));
    assert_eq!(
        (end_reason(&harness), harness.score_text().as_str()),
        (json!("all_out"), "0/9 (1.3)")
    );
}

#[test]
fn a_wicket_on_the_last_ball_counts_before_the_overs_end() {
    let mut harness = CricketHarness::with_home_batting(format_with_overs(1));
    let transition = harness.bowl_symbols(". . . . .").bowl_body(ball_body("W"));
    let order = ["ball_bowled", "wicket_fallen", "over_complete", "innings_complete"];
    assert_eq!(match_message_kinds(&transition), order);
    assert_eq!(
        (end_reason(&harness), harness.score_text().as_str()),
        (json!("overs"), "0/1 (1.0)")
    );
}

#[test]
fn completed_overs_end_the_innings_not_balls() {
    let mut harness = CricketHarness::with_home_batting(format_with_overs(1));
    harness.bowl_symbols(". . . .");
    harness.bowl_body(json!({ "runs": { "batter": 0 }, "over_called": true }));
    assert_eq!(
        (end_reason(&harness), &harness.latest_innings()["balls"]),
        (json!("overs"), &json!(5))
    );
}

#[test]
fn runs_after_the_winning_run_do_not_count() {
    let extra =
        |batter: u32, extras: Value| json!({ "runs": { "batter": batter }, "extras": extras });
    let with_override = |mut body: Value| {
        body["override"] = json!(true);
        body
    };
    // Runs needed, the ball, and the winning total (Law 16.6).
    #[rustfmt::skip]
    let cases = [
        (2, runs_body(2), 2),
        (1, runs_body(2), 1),
        (1, with_override(runs_body(2)), 2),
        (1, runs_body(4), 4),
        (1, json!({ "runs": { "batter": 4 }, "non_boundary": true }), 1),
        (3, runs_body(6), 6),
        (1, extra(0, json!({ "wides": 1 })), 1),
        (1, extra(0, json!({ "wides": 5 })), 1),
        (2, extra(0, json!({ "wides": 5 })), 5),
        (1, extra(6, json!({ "no_balls": 1 })), 1),
        (2, extra(6, json!({ "no_balls": 1 })), 7),
        (2, extra(3, json!({ "no_balls": 1 })), 2),
        (1, extra(0, json!({ "byes": 3 })), 1),
        (2, extra(0, json!({ "leg_byes": 4 })), 4),
    ];
    for (needed, body, total) in cases {
        let mut harness = CricketHarness::with_home_batting(format_with_overs(1));
        harness.bowl_symbols(&format!("{} . . . . .", needed - 1));
        harness.open_innings(AWAY_TEAM_ID);
        let transition = harness.apply("balls", body.clone());
        assert_eq!(end_reason(&harness), "target", "{needed} {body}");
        assert_eq!(harness.latest_innings()["runs"], total, "{needed} {body}");
        assert_eq!(
            match_message_kinds(&transition)[1..],
            ["innings_complete", "match_end", "match_complete"]
        );
    }
}

#[test]
fn innings_must_be_opened_in_order() {
    let mut harness = CricketHarness::with_home_batting(json!("test"));
    assert_eq!(
        harness
            .bowl_symbols(".")
            .expect_rejection("innings", json!({ "batting_team_id": AWAY_TEAM_ID }))
            .code,
        "innings-open"
    );
    harness.apply("declare", json!({ "reason": "declared" }));
    assert_eq!(harness.latest_innings()["declared"], true);
    assert_eq!(
        harness.expect_rejection("declare", json!({ "reason": "declared" })).code,
        "no-innings"
    );
    assert_eq!(
        harness.expect_rejection("innings", json!({ "batting_team_id": HOME_TEAM_ID })).code,
        "wrong-side"
    );
    harness.open_innings(AWAY_TEAM_ID);
    harness.bowl_symbols("4");
    harness.apply("declare", json!({ "reason": "umpires" }));
    assert_eq!(
        harness.expect_rejection("innings", json!({ "batting_team_id": AWAY_TEAM_ID })).code,
        "wrong-side"
    );
    harness.open_innings(HOME_TEAM_ID);
    assert_eq!(harness.latest_innings()["number"], 3);
    harness.bowl_symbols("6");
    harness.apply("declare", json!({ "reason": "declared" }));
    assert_eq!(
        harness.expect_rejection("innings", json!({ "batting_team_id": HOME_TEAM_ID })).code,
        "wrong-side"
    );
    harness.open_innings(AWAY_TEAM_ID);
    assert_eq!(harness.latest_innings()["target"], 3);
}

#[test]
fn an_innings_without_a_ball_can_be_reopened() {
    let mut harness = CricketHarness::with_home_batting(json!("t20"));
    harness.open_innings(AWAY_TEAM_ID);
    assert_eq!(
        (harness.batter_ids(), harness.latest_innings()["number"].clone()),
        ((json!(201), json!(202)), json!(1))
    );
    harness.bowl_symbols("1");
    assert_eq!(
        harness.expect_rejection("innings", json!({ "batting_team_id": HOME_TEAM_ID })).code,
        "innings-open"
    );
}

#[test]
fn a_follow_on_needs_the_required_lead() {
    let format = |lead: u32| json!({ "name": "test", "follow_on": lead });
    for (lead, allowed) in [(10, true), (11, false)] {
        let mut harness = CricketHarness::with_home_batting(format(lead));
        harness.bowl_symbols("6 6");
        harness.apply("declare", json!({ "reason": "declared" }));
        harness.open_innings(AWAY_TEAM_ID);
        harness.bowl_symbols("2");
        harness.apply("declare", json!({ "reason": "all_out" }));
        let attempt = harness.try_apply("innings", json!({ "batting_team_id": AWAY_TEAM_ID }));
        assert_eq!(attempt.is_ok(), allowed, "14.1 a lead of 10, {lead} needed");
        match attempt {
            Ok(_) => assert_eq!(harness.latest_innings()["follow_on"], true),
            Err(rejection) => assert!(rejection.detail.contains("lead of 11"), "{rejection}"),
        }
    }
}

#[test]
fn the_other_side_bats_last_after_a_follow_on() {
    let mut harness = CricketHarness::with_home_batting(json!({ "name": "test", "follow_on": 5 }));
    harness.bowl_symbols("6 6");
    for side in [AWAY_TEAM_ID, AWAY_TEAM_ID] {
        harness.apply("declare", json!({ "reason": "all_out" }));
        harness.open_innings(side);
        harness.bowl_symbols("6 1");
    }
    harness.apply("declare", json!({ "reason": "all_out" }));
    assert_eq!(
        harness.expect_rejection("innings", json!({ "batting_team_id": AWAY_TEAM_ID })).code,
        "wrong-side"
    );
    harness.open_innings(HOME_TEAM_ID);
    assert_eq!(harness.latest_innings()["target"], 3);
}

#[test]
fn a_side_can_forfeit_its_innings() {
    let mut harness = CricketHarness::with_home_batting(json!("test"));
    harness.bowl_symbols("6");
    harness.apply("declare", json!({ "reason": "declared" }));
    harness.apply("declare", json!({ "reason": "forfeited" }));
    let innings = harness.latest_innings();
    assert_eq!(
        (&innings["batting_team_id"], &innings["forfeited"]),
        (&json!(AWAY_TEAM_ID), &json!(true)),
        "15.2"
    );
    harness.open_innings(HOME_TEAM_ID);
    harness.apply("declare", json!({ "reason": "forfeited" }));
    assert_eq!(harness.latest_innings()["number"], 3);
    harness.open_innings(AWAY_TEAM_ID);
    assert_eq!(harness.latest_innings()["target"], 7);
}

#[test]
fn penalty_runs_are_credited_as_law_41_17_says() {
    let award = |team: i64, runs: i64| json!({ "penalty": { "team_id": team, "runs": runs } });
    let total = |harness: &CricketHarness, number: usize| {
        harness.read_part("scorecard")["innings"][number - 1]["runs"].clone()
    };
    let mut scored = CricketHarness::with_home_batting(json!("test"));
    let transition = scored.apply("balls", award(HOME_TEAM_ID, 5));
    assert_eq!(match_message_kinds(&transition), ["penalty_awarded"]);
    assert_eq!(total(&scored, 1), 5, "41.17 to the innings being played");
    scored.apply("balls", award(AWAY_TEAM_ID, 5));
    assert_eq!(scored.score_text(), "5/0 (0.0)", "41.17 to their next innings");
    scored.bowl_symbols("1");
    scored.apply("declare", json!({ "reason": "declared" }));
    scored.open_innings(AWAY_TEAM_ID);
    assert_eq!(
        (total(&scored, 2), scored.latest_innings()["extras"]["penalty"].clone()),
        (json!(5), json!(5))
    );
    scored.apply("balls", award(HOME_TEAM_ID, 5));
    assert_eq!(
        (total(&scored, 1), total(&scored, 2)),
        (json!(11), json!(5)),
        "to their last innings"
    );
    scored.apply("balls", award(HOME_TEAM_ID, -5));
    assert_eq!(total(&scored, 1), 6, "taken back");
    assert_eq!(scored.expect_rejection("balls", award(HOME_TEAM_ID, -10)).code, "never-awarded");
    assert_eq!(
        error_pointers(&scored.expect_rejection("balls", award(3, 0))),
        ["/penalty/team_id", "/penalty/runs"]
    );

    // With a ball, to the fielding side.
    let mut body = runs_body(1);
    body["penalty"] = json!({ "team_id": HOME_TEAM_ID, "runs": 5 });
    let applied = scored.apply("balls", body);
    assert_eq!(match_message_kinds(&applied), ["ball_bowled", "penalty_awarded"]);
    assert_eq!((total(&scored, 1), total(&scored, 2)), (json!(11), json!(6)));
}

#[test]
fn each_action_is_allowed_only_in_its_statuses() {
    let mut harness = CricketHarness::with_home_batting(json!("t20"));
    harness.apply("pause", json!({ "reason": "rain" }));
    assert_eq!(harness.expect_rejection("balls", runs_body(1)).code, "wrong-state");
    harness.apply("players", json!({ "bowler_id": 206 }));
    harness.apply("resume", json!({}));
    harness.apply("balls", runs_body(1));
    harness.apply("abandon", json!({ "reason": "rain" }));
    assert_eq!(harness.result_text(), "Match abandoned");
    for action in ["innings", "balls", "players", "declare", "target", "super-over", "end"] {
        let body = if action == "balls" { runs_body(1) } else { json!({}) };
        assert_eq!(harness.expect_rejection(action, body).code, "wrong-state", "{action}");
    }
    harness.apply("PATCH balls/1", runs_body(2));
    assert_eq!((harness.score_text().as_str(), harness.status()), ("2/0 (0.1)", "abandoned"));
    for action in ["", "ball", "PUT balls/1", "GET balls/1", "incidents", "score"] {
        let rejection = harness.expect_rejection(action, json!({}));
        assert_eq!(rejection.code, "not-found", "{action}");
    }
}
