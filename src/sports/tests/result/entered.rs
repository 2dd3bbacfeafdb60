//! What may be entered, and what it does to the match.

use serde_json::{Value, json};

use crate::domain::leaderboard::Verdict;
use crate::domain::rejection::RejectionReason;
use crate::sports::tests::result::{
    DELETE_RESULT, PUT_RESULT, finished_after_shootout, live_at_two_one, result_summary,
    score_body, with_field,
};
use crate::sports::tests::{AWAY_TEAM_ID, HOME_TEAM_ID, MatchHarness, error_pointers};

#[test]
fn ending_score_and_winner_determine_the_result() {
    use Verdict::{Away, Draw, Home, NoResult};
    let ending_body = |ending: &str| json!({ "ending": ending });
    let with_winner = |body, team_id: i64| with_field(body, "winner_team_id", team_id);
    let score_with_ending =
        |word: &str, home, away| with_field(score_body(home, away), "ending", word);
    #[rustfmt::skip]
    let cases = [
        (score_body(2, 3),                               "played",    (2, 3, Away, Some(AWAY_TEAM_ID))),
        (score_body(100_000, 0),                         "played",    (100_000, 0, Home, Some(HOME_TEAM_ID))),
        (with_winner(score_body(2, 3), AWAY_TEAM_ID),                 "played",    (2, 3, Away, Some(AWAY_TEAM_ID))),
        (score_body(1, 1),                               "played",    (1, 1, Draw, None)),
        (with_winner(score_body(1, 1), AWAY_TEAM_ID),                 "played",    (1, 1, Draw, Some(AWAY_TEAM_ID))),
        (with_winner(ending_body("walkover"), HOME_TEAM_ID),        "walkover",  (0, 0, Home, Some(HOME_TEAM_ID))),
        (with_winner(score_with_ending("walkover", 0, 0), AWAY_TEAM_ID),   "walkover",  (0, 0, Away, Some(AWAY_TEAM_ID))),
        (score_with_ending("walkover", 3, 0),                 "walkover",  (3, 0, Home, Some(HOME_TEAM_ID))),
        (with_winner(ending_body("awarded"), AWAY_TEAM_ID),         "awarded",   (0, 0, Away, Some(AWAY_TEAM_ID))),
        (score_with_ending("awarded", 0, 3),                  "awarded",   (0, 3, Away, Some(AWAY_TEAM_ID))),
        (with_winner(score_with_ending("awarded", 1, 1), HOME_TEAM_ID),    "awarded",   (1, 1, Home, Some(HOME_TEAM_ID))),
        (ending_body("no_result"),                     "no_result", (0, 0, NoResult, None)),
        (score_with_ending("no_result", 80, 12),              "no_result", (80, 12, NoResult, None)),
    ];
    for (body, ending, expected) in cases {
        for sport in ["football", "generic"] {
            let mut harness = MatchHarness::new(sport);
            harness.apply(PUT_RESULT, body.clone());
            assert_eq!(result_summary(&harness), Some(expected), "{body}");
            assert_eq!(harness.read_part("result").unwrap()["ending"], ending);
            assert_eq!(harness.score(), (expected.0, expected.1));
        }
    }
}

#[test]
fn an_inconsistent_result_body_is_rejected() {
    #[rustfmt::skip]
    let cases: [(Value, &[&str]); 19] = [
        (json!({}),                                               &["/home_score", "/away_score"]),
        (Value::Null,                                             &["/home_score", "/away_score"]),
        (json!({ "home_score": 1 }),                              &["/away_score"]),
        (score_body(-1, 0),                                              &["/home_score"]),
        (score_body(0, 100_001),                                         &["/away_score"]),
        (json!({ "home_score": 1.5, "away_score": "1" }),         &["/home_score", "/away_score"]),
        (with_field(score_body(1, 0), "winner_team_id", AWAY_TEAM_ID),                 &["/winner_team_id"]),
        (with_field(score_body(1, 1), "winner_team_id", 3),                    &["/winner_team_id"]),
        (json!({ "ending": "walkover" }),                         &["/winner_team_id"]),
        (with_field(score_body(2, 2), "ending", "awarded"),                    &["/winner_team_id"]),
        (json!({ "ending": "walkover", "home_score": 3 }),        &["/away_score"]),
        (json!({ "ending": "awarded", "home_score": "x" }),       &["/home_score"]),
        (json!({ "ending": "awarded", "home_score": 3, "away_score": 0, "winner_team_id": AWAY_TEAM_ID }),
                                                                  &["/winner_team_id"]),
        (json!({ "ending": "no_result", "winner_team_id": HOME_TEAM_ID }), &["/winner_team_id"]),
        (json!({ "ending": "no_result", "away_score": 1 }),       &["/home_score"]),
        (with_field(score_body(1, 0), "ending", "abandoned"),                  &["/ending"]),
        (with_field(score_body(1, 0), "reason", "x".repeat(501)),              &["/reason"]),
        (with_field(score_body(1, 0), "override", "yes"),                      &["/override"]),
        (with_field(score_body(1, 0), "points", 3),                            &["/points"]),
    ];
    for (body, expected) in cases {
        let rejection = MatchHarness::new("generic").expect_rejection(PUT_RESULT, body.clone());
        assert_eq!(
            (rejection.reason, error_pointers(&rejection)),
            (RejectionReason::Invalid, expected.to_vec()),
            "{body}"
        );
    }
}

#[test]
fn a_result_finishes_the_match_from_any_status_but_cancelled() {
    for sport in ["football", "generic"] {
        for status in ["scheduled", "live", "paused", "finished", "postponed", "abandoned"] {
            let mut harness = MatchHarness::with_status(sport, status);
            let transition = harness.apply(PUT_RESULT, score_body(0, 0));
            assert_eq!(transition.response["status"], "finished", "from {status}");
            assert_eq!(harness.summary().status.as_str(), "finished");
            assert!(!transition.is_created);
            for action in ["start", "pause", "resume", "end", "abandon", "postpone", "cancel"] {
                assert_eq!(harness.expect_rejection(action, json!({})).code, "wrong-state");
            }
        }
        let rejection = MatchHarness::with_status(sport, "cancelled")
            .expect_rejection(PUT_RESULT, score_body(0, 0));
        assert_eq!(
            (rejection.reason, rejection.code.as_str()),
            (RejectionReason::Conflict, "wrong-state")
        );
        assert_eq!(
            rejection.detail,
            "entering a result is allowed when the match is scheduled or live or paused or \
             finished or postponed or abandoned, not cancelled"
        );
    }
}

#[test]
fn the_response_and_match_end_carry_the_whole_result() {
    let mut harness = MatchHarness::started("football");
    let body = json!({ "ending": "awarded", "home_score": 0, "away_score": 3,
                       "reason": "Ineligible player", "override": true });
    let transition = harness.advance_clock(600).apply(PUT_RESULT, body);
    let result = json!({ "match_id": 3, "event_id": null, "home_team_id": 1, "away_team_id": 2,
        "home_score": 0, "away_score": 3, "winner_team_id": 2, "ending": "awarded",
        "by_hand": true, "reason": "Ineligible player", "text": null });
    let clock = json!({ "period": "first_half", "running": false, "elapsed_ms": 600_000,
                        "at": "2017-09-23T16:40:00.000Z" });
    let score = json!({ "home": 0, "away": 3 });

    let mut response = result.clone();
    response["status"] = json!("finished");
    response["clock"] = clock.clone();
    response["score"] = score.clone();
    assert_eq!(transition.response, response);
    let [message] = transition.messages.as_slice() else { panic!("{:?}", transition.messages) };
    assert_eq!(
        (message.message_type, message.topic.to_string()),
        ("match_end", "match_3".to_owned())
    );
    assert_eq!(
        message.data,
        json!({ "match_id": 3, "status": "finished", "clock": clock, "score": score,
                "result": result, "reason": "Ineligible player" })
    );
    assert_eq!(harness.read_part("result"), Some(result.clone()));
    let state = harness.state();
    assert_eq!((&state["score"], &state["clock"]), (&score, &clock));
    assert_eq!(state["match"]["result"]["by_hand"], true);
    assert_eq!(state["match"]["reason"], "Ineligible player");
}

#[test]
fn correcting_a_result_sends_match_end_and_keeps_the_clock() {
    let mut harness = MatchHarness::new("generic");
    harness.apply(PUT_RESULT, with_field(score_body(1, 0), "reason", "typed at the bar"));
    assert_eq!(harness.state()["clock"].get("at"), None, "it never ran");
    let transition = harness.advance_clock(3600).apply(PUT_RESULT, score_body(0, 1));
    assert_eq!(transition.messages[0].message_type, "match_end");
    assert_eq!(transition.messages[0].data["score"], json!({ "home": 0, "away": 1 }));
    assert_eq!(result_summary(&harness), Some((0, 1, Verdict::Away, Some(AWAY_TEAM_ID))));
    assert_eq!(harness.state()["match"].get("reason"), None, "it was that of the first result");

    let mut scored = MatchHarness::with_status("generic", "finished");
    let clock = scored.state()["clock"].clone();
    scored.advance_clock(3600).apply(PUT_RESULT, score_body(0, 0));
    assert_eq!(scored.state()["clock"], clock);
}

#[test]
fn contradicting_the_live_score_requires_override() {
    for sport in ["football", "generic"] {
        for status in ["live", "paused", "finished", "abandoned"] {
            let mut harness = live_at_two_one(sport);
            match status {
                "paused" => drop(harness.apply("pause", json!({}))),
                "finished" => drop(harness.apply("end", json!({}))),
                "abandoned" => drop(harness.apply("abandon", json!({}))),
                _ => {}
            }
            let awarded = json!({ "ending": "awarded", "winner_team_id": AWAY_TEAM_ID });
            for body in [score_body(2, 2), with_field(score_body(2, 2), "override", false), awarded]
            {
                let rejection = harness.expect_rejection(PUT_RESULT, body);
                assert_eq!(rejection.reason, RejectionReason::Conflict);
                assert_eq!(rejection.code, "contradicts-score");
            }
            let refused = harness.expect_rejection(PUT_RESULT, score_body(2, 2));
            assert_eq!(
                refused.detail,
                "the live score is 2:1, not 2:2; send \"override\":true if it is meant"
            );
            harness.apply(PUT_RESULT, with_field(score_body(2, 2), "override", true));
            assert_eq!(result_summary(&harness), Some((2, 2, Verdict::Draw, None)));
            // It is the play that a correction is measured by, not what was entered before.
            assert_eq!(
                harness.expect_rejection(PUT_RESULT, score_body(2, 2)).code,
                "contradicts-score"
            );
            harness.apply(PUT_RESULT, score_body(2, 1));
            assert_eq!(result_summary(&harness), Some((2, 1, Verdict::Home, Some(HOME_TEAM_ID))));
        }
    }
}

#[test]
fn no_result_keeps_the_score_of_an_abandoned_match() {
    let mut harness = live_at_two_one("football");
    harness.apply("abandon", json!({ "reason": "floodlights" }));
    harness.apply(PUT_RESULT, json!({ "ending": "no_result" }));
    assert_eq!(result_summary(&harness), Some((2, 1, Verdict::NoResult, None)));
}

#[test]
fn an_overriding_winner_hides_the_shootout_score() {
    let kicks = json!({ "home": 1, "away": 0 });
    let mut harness = finished_after_shootout();
    assert_eq!(result_summary(&harness), Some((1, 1, Verdict::Draw, Some(HOME_TEAM_ID))));

    harness.apply(PUT_RESULT, score_body(1, 1));
    assert_eq!(result_summary(&harness), Some((1, 1, Verdict::Draw, Some(HOME_TEAM_ID))));
    assert_eq!(harness.state()["shootout"], kicks);

    let other = with_field(score_body(1, 1), "winner_team_id", AWAY_TEAM_ID);
    let rejection = harness.expect_rejection(PUT_RESULT, other.clone());
    assert_eq!(rejection.code, "contradicts-score");
    assert!(rejection.detail.starts_with("the live score is 1:1 (1:0 on kicks), not 1:1;"));
    harness.apply(PUT_RESULT, with_field(other, "override", true));
    assert_eq!(result_summary(&harness), Some((1, 1, Verdict::Draw, Some(AWAY_TEAM_ID))));
    assert_eq!(harness.state()["shootout"], json!({}), "it would tell another story");

    harness.apply(DELETE_RESULT, Value::Null);
    assert_eq!(harness.state()["shootout"], kicks);
}

#[test]
fn correcting_an_incident_updates_the_computed_result() {
    let mut harness = live_at_two_one("football");
    assert!(harness.result().is_none() && harness.read_part("result").is_none());
    harness.apply("end", json!({}));
    assert_eq!(result_summary(&harness), Some((2, 1, Verdict::Home, Some(HOME_TEAM_ID))));
    harness.apply("PATCH incidents/1", json!({ "confirmation": "cancelled" }));
    assert_eq!(result_summary(&harness), Some((1, 1, Verdict::Draw, None)));
}

#[test]
fn entering_the_same_result_again_sends_no_message() {
    let mut harness = MatchHarness::new("football");
    assert_eq!(harness.apply(PUT_RESULT, score_body(2, 3)).messages.len(), 1);
    assert_eq!(harness.apply(PUT_RESULT, score_body(2, 3)).messages, []);
    assert_eq!(
        harness.apply(PUT_RESULT, with_field(score_body(2, 3), "reason", "by fax")).messages.len(),
        1
    );
}
