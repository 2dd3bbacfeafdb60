//! Balls of several scorers: agreement, disputes, rulings.

use serde_json::{Value, json};

use super::*;
use crate::domain::merge_patch::without_nulls;

fn two_scorers() -> CricketHarness {
    CricketHarness::with_home_batting(json!({ "name": "t20", "scorers_required": 2 }))
}

/// Submits the next ball, or a numbered one, as one scorer.
fn submit(
    harness: &mut CricketHarness,
    scorer_id: i64,
    number: Option<u32>,
    mut body: Value,
) -> Transition<ErasedMatch> {
    harness.scorer_id = scorer_id;
    if let Some(number) = number {
        body["expected_number"] = json!(number);
    }
    harness.apply("balls", body)
}

fn official_ball_count(harness: &CricketHarness) -> u64 {
    harness.live_json()["next_number"].as_u64().unwrap() - 1
}

#[test]
fn a_ball_becomes_official_once_enough_scorers_agree() {
    let mut harness = two_scorers();
    let transition = submit(&mut harness, 7, None, runs_body(1));
    assert_eq!(
        (&transition.response["official"], &transition.response["number"]),
        (&json!(false), &json!(1))
    );
    assert_eq!(match_message_kinds(&transition), ["ball_submitted"]);
    let message = &transition.messages[0].data;
    assert_eq!((&message["number"], &message["state"]), (&json!(1), &json!("waiting")));
    assert_eq!(message["submissions"][0]["by"], 7);
    assert_eq!(message["submissions"][0]["ball"]["runs.batter"], 1);
    let submissions = without_nulls(message["submissions"].clone());
    assert_eq!(harness.state()["pending"]["1"]["submissions"], submissions);
    assert_eq!(official_ball_count(&harness), 0);
    // A second submission by the same scorer doesn't count.
    submit(&mut harness, 7, Some(1), runs_body(1));
    assert_eq!(official_ball_count(&harness), 0);
    let applied = submit(&mut harness, 8, None, runs_body(1));
    assert_eq!(applied.response["official"], true);
    assert_eq!(match_message_kinds(&applied), ["ball_bowled"]);
    assert_eq!(harness.read_part("balls/1")["by"], json!([7, 8]));
    assert_eq!(harness.score_text(), "1/0 (0.1)");
}

#[test]
fn an_unnamed_player_contradicts_no_submission() {
    let mut harness = two_scorers();
    let named = json!({ "runs": { "batter": 0 }, "striker_id": 101, "bowler_id": 205,
                        "commentary": "on a length", "extras": {} });
    submit(&mut harness, 7, None, runs_body(0));
    assert_eq!(submit(&mut harness, 8, None, named).response["official"], true);
    let ball = harness.read_part("balls/1");
    assert_eq!(ball["commentary"], "on a length");
}

#[test]
fn a_dispute_lists_differing_fields_and_their_scorers() {
    let mut harness = two_scorers();
    submit(&mut harness, 7, None, runs_body(1));
    let transition = submit(
        &mut harness,
        8,
        None,
        json!({ "runs": { "batter": 0 }, "extras": { "leg_byes": 1 } }),
    );
    assert_eq!(match_message_kinds(&transition), ["scoring_dispute_raised"]);
    assert_eq!(transition.response["disputed"], true);
    let dispute = &messages_to(&transition, "match_9", "scoring_dispute_raised")[0];
    assert_eq!(dispute["number"], 1);
    let fields = json!([
        { "field": "extras.leg_byes", "values": [{ "by": 7, "value": 0 }, { "by": 8, "value": 1 }] },
        { "field": "runs.batter", "values": [{ "by": 7, "value": 1 }, { "by": 8, "value": 0 }] },
    ]);
    assert_eq!(dispute["fields"], fields);
    assert_eq!(dispute["submissions"].as_array().unwrap().len(), 2);
    assert_eq!(harness.state()["disputes"].as_object().unwrap().len(), 1);

    // A third scorer agrees with one of them.
    let applied = submit(&mut harness, 9, None, runs_body(1));
    assert_eq!(match_message_kinds(&applied), ["ball_bowled", "dispute_resolved"]);
    let resolved = &messages_to(&applied, "match_9", "dispute_resolved")[0];
    let parts = ["resolved_by", "by"].map(|name| resolved[name].clone());
    assert_eq!(parts, [json!("agreement"), json!([7, 9])]);
    assert!(harness.state()["disputes"].as_object().unwrap().is_empty());
    assert_eq!(harness.read_part("disputes")["items"][0]["state"], "resolved");
}

#[test]
fn disputes_resolve_once_enough_submissions_match() {
    let leg_bye = || json!({ "runs": { "batter": 0 }, "extras": { "leg_byes": 1 } });
    let wide = || json!({ "runs": { "batter": 0 }, "extras": { "wides": 1 } });
    let with_striker = |id: i64| json!({ "runs": { "batter": 0 }, "striker_id": id });
    // Scorers required, the ball before, submissions of scorers 7, 8, 9 …, differing fields, and
    // the scorers who agreed in the end.
    #[rustfmt::skip]
    #[expect(clippy::type_complexity, reason = "a table's row")]
    let cases: [(u32, &str, Vec<Value>, &[&str], &[i64]); 6] = [
        (2, ".", vec![runs_body(1), leg_bye(), wide()],
            &["extras.leg_byes", "extras.wides", "runs.batter"], &[]),
        (2, ".", vec![runs_body(1), leg_bye(), wide(), leg_bye()], &[], &[8, 10]),
        (3, ".", vec![runs_body(1), leg_bye(), leg_bye()], &["extras.leg_byes", "runs.batter"], &[]),
        (3, ".", vec![runs_body(1), leg_bye(), leg_bye(), wide(), leg_bye()], &[], &[8, 9, 11]),
        // A submission without players agrees with both; they don't agree with each other.
        (3, "W", vec![runs_body(0), with_striker(103), with_striker(104)], &["striker_id"], &[]),
        (3, "W", vec![runs_body(0), with_striker(104), with_striker(103), with_striker(103)], &[], &[7, 9, 10]),
    ];
    for (required, before, submissions, differing_fields, agreeing_scorers) in cases {
        let mut harness = CricketHarness::with_home_batting(
            json!({ "name": "t20", "scorers_required": required }),
        );
        submit(&mut harness, 7, Some(1), ball_body(before));
        for (scorer, submission) in (7..).zip(&submissions) {
            submit(&mut harness, scorer, Some(2), submission.clone());
        }
        harness.apply("rulings", json!({ "number": 1, "ball": ball_body(before) }));
        let open = harness.state()["disputes"]["2"]["fields"].clone();
        let names = open.as_array().into_iter().flatten().map(|one| one["field"].clone());
        assert_eq!(names.collect::<Vec<_>>(), differing_fields, "{submissions:?}");
        assert_eq!(
            official_ball_count(&harness),
            if agreeing_scorers.is_empty() { 1 } else { 2 },
            "{submissions:?}"
        );
        if !agreeing_scorers.is_empty() {
            assert_eq!(
                harness.read_part("balls/2")["by"],
                json!(agreeing_scorers),
                "{submissions:?}"
            );
        }
    }
}

#[test]
fn a_scorer_can_replace_a_submission() {
    let mut harness = two_scorers();
    submit(&mut harness, 7, None, runs_body(1));
    submit(&mut harness, 8, None, runs_body(2));
    let transition = submit(&mut harness, 8, Some(1), runs_body(1));
    assert_eq!(match_message_kinds(&transition), ["ball_bowled", "dispute_resolved"]);
}

#[test]
fn balls_after_a_disputed_one_wait_for_it() {
    let mut harness = two_scorers();
    for scorer_id in [7, 8] {
        submit(&mut harness, scorer_id, None, runs_body(0));
    }
    submit(&mut harness, 7, None, runs_body(1));
    submit(&mut harness, 8, None, runs_body(2));
    for runs_off in [0, 4] {
        submit(&mut harness, 7, None, runs_body(runs_off));
        let transition = submit(&mut harness, 8, None, runs_body(runs_off));
        assert_eq!(transition.response["official"], false);
        assert_eq!(match_message_kinds(&transition), ["ball_submitted"]);
    }
    assert_eq!(official_ball_count(&harness), 1);
    harness.scorer_id = 99;
    let applied = harness.apply("rulings", json!({ "number": 2, "ball": runs_body(2) }));
    let expected_kinds = ["ball_bowled", "dispute_resolved", "ball_bowled", "ball_bowled"];
    assert_eq!(
        match_message_kinds(&applied),
        expected_kinds,
        "then those that were agreed on, in order"
    );
    assert_eq!((official_ball_count(&harness), harness.score_text().as_str()), (4, "6/0 (0.4)"));
    let resolved = &harness.read_part("disputes")["items"][0];
    assert_eq!((&resolved["resolved_by"], &resolved["by"]), (&json!("ruling"), &json!([99])));
    assert_eq!(harness.read_part("balls/2")["by"], json!([99]));
}

#[test]
fn a_ruling_needs_a_pending_ball() {
    let mut harness = two_scorers();
    let ruling = |number: u32| json!({ "number": number, "ball": runs_body(1) });
    assert_eq!(harness.expect_rejection("rulings", ruling(1)).code, "no-dispute");
    submit(&mut harness, 7, None, runs_body(1));
    harness.apply("rulings", ruling(1));
    assert_eq!(official_ball_count(&harness), 1, "one of the two may be away");
    let rejection = harness.expect_rejection("rulings", ruling(1));
    assert!(rejection.detail.contains("PATCH balls/1"), "{rejection}");
    let invalid = json!({ "number": 2, "ball": { "runs": { "batter": -1 } }, "why": 1 });
    assert_eq!(
        error_pointers(&harness.expect_rejection("rulings", invalid)),
        ["/ball/runs/batter", "/why"]
    );
}

#[test]
fn a_late_submission_is_compared_with_the_official_ball() {
    let mut harness =
        CricketHarness::with_home_batting(json!({ "name": "t20", "scorers_required": 2 }));
    submit(&mut harness, 9, None, runs_body(0));
    for number in 1..=4 {
        for scorer_id in [7, 8] {
            submit(&mut harness, scorer_id, Some(number), runs_body(number - 1));
        }
    }
    assert_eq!(official_ball_count(&harness), 4);
    let transition = submit(&mut harness, 9, None, runs_body(1));
    let parts = ["number", "official", "agrees"].map(|name| transition.response[name].clone());
    assert_eq!(parts, [json!(2), json!(true), json!(true)]);
    let applied = submit(&mut harness, 9, None, runs_body(6));
    assert_eq!(
        (&applied.response["number"], &applied.response["differs"]),
        (&json!(3), &json!(["runs.batter"]))
    );
    assert_eq!(harness.read_part("balls/3")["runs"]["batter"], 2, "what is official stands");
    submit(&mut harness, 9, None, runs_body(3));
    let applied = submit(&mut harness, 9, None, runs_body(4));
    assert_eq!(
        (&applied.response["number"], &applied.response["official"]),
        (&json!(5), &json!(false))
    );
}

#[test]
fn late_submissions_are_accepted_after_the_end() {
    let format = json!({ "name": "custom", "overs": 1, "scorers_required": 2 });
    let mut harness = CricketHarness::with_home_batting(format);
    submit(&mut harness, 9, None, runs_body(0));
    for number in 1..=6 {
        for scorer_id in [7, 8] {
            submit(&mut harness, scorer_id, Some(number), runs_body(0));
        }
    }
    harness.apply("end", json!({ "result": "no_result" }));
    let transition = submit(&mut harness, 9, None, runs_body(0));
    assert_eq!(
        (&transition.response["number"], &transition.response["agrees"]),
        (&json!(2), &json!(true))
    );
    let next = json!({ "runs": { "batter": 0 }, "expected_number": 7 });
    assert_eq!(harness.expect_rejection("balls", next).code, "wrong-state");
}

#[test]
fn balls_must_be_submitted_in_order() {
    let mut harness = two_scorers();
    let ahead = json!({ "runs": { "batter": 1 }, "expected_number": 2 });
    assert_eq!(harness.expect_rejection("balls", ahead.clone()).code, "out-of-order");
    submit(&mut harness, 7, None, runs_body(1));
    harness.apply("balls", ahead);
    // A ball that could never become official is rejected at once.
    let invalid = json!({ "runs": { "batter": 1 }, "striker_id": 102, "expected_number": 1 });
    assert_eq!(harness.expect_rejection("balls", invalid).code, "contradicts");
}

#[test]
fn an_agreed_ball_that_no_longer_applies_is_disputed() {
    let mut harness = two_scorers();
    submit(&mut harness, 7, None, runs_body(1));
    submit(&mut harness, 8, None, runs_body(2));
    let second = json!({ "runs": { "batter": 0 }, "striker_id": 102 });
    for scorer_id in [7, 8] {
        submit(&mut harness, scorer_id, None, second.clone());
    }
    let transition = harness.apply("rulings", json!({ "number": 1, "ball": runs_body(2) }));
    assert_eq!(
        match_message_kinds(&transition),
        ["ball_bowled", "dispute_resolved", "scoring_dispute_raised"]
    );
    let dispute = &messages_to(&transition, "match_9", "scoring_dispute_raised")[0];
    assert_eq!(dispute["reason"], "H1 is the striker, not H2");
    assert_eq!(official_ball_count(&harness), 1);
    for by in [7, 8] {
        submit(&mut harness, by, Some(2), runs_body(0));
    }
    assert_eq!(official_ball_count(&harness), 2);
}

#[test]
fn an_undo_discards_pending_submissions() {
    let mut harness = two_scorers();
    for runs_off in [1, 2] {
        for scorer_id in [7, 8] {
            submit(&mut harness, scorer_id, None, runs_body(runs_off));
        }
    }
    submit(&mut harness, 7, None, runs_body(4));
    harness.apply("DELETE balls/2", Value::Null);
    assert_eq!(official_ball_count(&harness), 1);
    for by in [7, 8] {
        let transition = submit(&mut harness, by, None, runs_body(3));
        assert_eq!(transition.response["number"], 2);
    }
    assert_eq!(harness.score_text(), "4/0 (0.2)");
}

#[test]
fn a_ruling_is_rejected_with_a_single_scorer() {
    let mut harness = CricketHarness::with_home_batting(json!("t20"));
    harness.bowl_symbols("1");
    let rejection =
        harness.expect_rejection("rulings", json!({ "number": 1, "ball": runs_body(1) }));
    assert_eq!(rejection.code, "no-dispute");
}

#[test]
fn a_late_agreement_stops_the_clock_at_the_last_ball() {
    let mut harness = CricketHarness::with_home_batting(
        json!({ "name": "custom", "overs": 1, "scorers_required": 2 }),
    );
    for body in vec![runs_body(0); 6] {
        for scorer_id in [7, 8] {
            submit(&mut harness, scorer_id, None, body.clone());
        }
    }
    harness.open_innings(AWAY_TEAM_ID);
    submit(&mut harness, 7, None, runs_body(0));
    submit(&mut harness, 8, None, runs_body(1));
    let disputed = harness.now;
    for by in [7, 8] {
        submit(&mut harness, by, None, runs_body(4));
    }
    let last = harness.now;
    assert_eq!(harness.status(), "live");
    // A device sends the time when the ball was bowled, not when it was corrected.
    harness.now = disputed - TimeDelta::seconds(30);
    submit(&mut harness, 8, Some(7), runs_body(0));
    assert_eq!(harness.status(), "finished");
    let stopped: DateTime<Utc> = harness.state()["clock"]["at"].as_str().unwrap().parse().unwrap();
    assert_eq!(stopped, last - TimeDelta::seconds(30), "when the first said so");
}
