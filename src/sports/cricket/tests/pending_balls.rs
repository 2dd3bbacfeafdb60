//! Balls that aren't official yet: actions that must not overtake them, and the end of an innings.

use serde_json::{Value, json};

use super::*;

fn start_with_scorers(required: u32) -> CricketHarness {
    let format = json!({ "name": "custom", "overs": 1, "scorers_required": required });
    let mut harness = CricketHarness::with_home_batting(format);
    for _ in 0..5 {
        for scorer_id in 7..7 + i64::from(required) {
            submit(&mut harness, scorer_id, runs_body(0));
        }
    }
    harness
}

fn submit(harness: &mut CricketHarness, scorer_id: i64, body: Value) -> Transition<ErasedMatch> {
    harness.scorer_id = scorer_id;
    harness.apply("balls", body)
}

fn pending_count(harness: &CricketHarness) -> usize {
    harness.state()["pending"].as_object().unwrap().len()
}

#[test]
fn actions_that_could_move_a_disputed_ball_are_rejected() {
    let declared = json!({ "reason": "declared" });
    let opening = json!({ "batting_team_id": AWAY_TEAM_ID });
    let award = json!({ "penalty": { "team_id": AWAY_TEAM_ID, "runs": 5 } });
    let run_out_between_balls = json!({ "wickets": [wicket_entry("run_out", 102)] });
    // Action; whether it must wait for a pending ball, and for a disputed one.
    #[rustfmt::skip]
    let cases = [
        ("declare", declared,                         true,  true),
        ("innings", opening,                            true,  true),
        ("balls",   award,                           false, true),
        ("balls",   run_out_between_balls,                            false, true),
        ("end",     json!({ "result": "no_result" }), false, false),
        ("end",     json!({ "result": "awarded", "winner_team_id": 1 }), false, false),
        ("players", json!({ "bowler_id": 206 }),      false, false),
        ("abandon", json!({ "reason": "rain" }),      false, false),
    ];
    for (action, body, waits, disputed) in cases {
        for (submissions, must_wait) in [(vec![1], waits), (vec![1, 2], disputed)] {
            let mut harness = start_with_scorers(2);
            for (scorer_id, word) in (7..).zip(&submissions) {
                submit(&mut harness, scorer_id, runs_body(*word));
            }
            let attempt = harness.try_apply(action, body.clone());
            let code = attempt.as_ref().err().map(|rejection| rejection.code.clone());
            let expected = must_wait.then(|| "ball-pending".to_owned());
            assert_eq!(code, expected, "{action} {body} after {submissions:?}");
            if let Err(refused) = attempt {
                assert!(refused.detail.starts_with("ball 6 is not official yet: "), "{refused}");
            }
        }
    }
    let mut scored =
        CricketHarness::with_home_batting(json!({ "name": "test", "scorers_required": 2 }));
    submit(&mut scored, 7, runs_body(1));
    submit(&mut scored, 8, runs_body(2));
    assert_eq!(scored.expect_rejection("end", json!({ "result": "drawn" })).code, "ball-pending");
}

#[test]
fn submissions_past_the_last_ball_are_dropped_with_the_innings() {
    let mut harness = start_with_scorers(2);
    submit(&mut harness, 7, runs_body(1));
    submit(&mut harness, 7, runs_body(4));
    assert_eq!(pending_count(&harness), 2);
    submit(&mut harness, 8, runs_body(1));
    assert_eq!((pending_count(&harness), harness.score_text().as_str()), (0, "1/0 (1.0)"));
    harness.open_innings(AWAY_TEAM_ID);
    for (scorer_id, official) in [(7, false), (8, true)] {
        let transition = submit(&mut harness, scorer_id, runs_body(2));
        let parts = ["number", "official"].map(|name| transition.response[name].clone());
        assert_eq!(parts, [json!(7), json!(official)]);
    }
    assert_eq!(harness.score_text(), "2/0 (0.1)");
}

#[test]
fn a_dispute_past_the_last_ball_is_resolved_at_innings_end() {
    let mut harness = start_with_scorers(3);
    for scorer_id in [7, 8] {
        submit(&mut harness, scorer_id, runs_body(0));
        submit(&mut harness, scorer_id, runs_body(u32::try_from(scorer_id).unwrap() - 6));
    }
    assert!(harness.state()["disputes"]["7"].is_object());
    let transition = submit(&mut harness, 9, runs_body(0));
    let order = ["ball_bowled", "over_complete", "innings_complete", "dispute_resolved"];
    assert_eq!(match_message_kinds(&transition), order);
    let resolved = &messages_to(&transition, "match_9", "dispute_resolved")[0];
    let parts = ["number", "resolved_by", "by", "ball"].map(|name| resolved[name].clone());
    assert_eq!(parts, [json!(7), json!("innings_end"), json!([]), Value::Null]);
    assert_eq!(harness.state()["disputes"], json!({}));
    assert_eq!(harness.read_part("disputes")["items"][0]["state"], "resolved");
}

#[test]
fn a_player_named_by_another_scorer_need_not_be_named_again() {
    let mut harness =
        CricketHarness::with_home_batting(json!({ "name": "t20", "scorers_required": 2 }));
    for scorer_id in [7, 8] {
        submit(&mut harness, scorer_id, ball_body("W"));
    }
    let named = json!({ "runs": { "batter": 1 }, "striker_id": 103 });
    assert_eq!(harness.expect_rejection("balls", runs_body(1)).code, "vacant");
    submit(&mut harness, 7, named);
    let transition = submit(&mut harness, 8, runs_body(1));
    assert_eq!(transition.response["official"], true);
    assert_eq!(harness.card_row("batting", 103)["runs"], 1);
    assert_eq!(harness.read_part("balls/2")["by"], json!([7, 8]));
}
