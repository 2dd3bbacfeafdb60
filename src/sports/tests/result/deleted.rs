//! What a result by hand covers, and what is there again without it.

use serde_json::{Value, json};

use crate::domain::leaderboard::Verdict;
use crate::domain::merge_patch::without_nulls;
use crate::domain::rejection::RejectionReason;
use crate::sports::tests::result::{
    DELETE_RESULT, PUT_RESULT, live_at_two_one, result_summary, score_body, with_field,
};
use crate::sports::tests::{AWAY_TEAM_ID, HOME_TEAM_ID, MatchHarness, error_pointers};

#[test]
fn an_entered_result_overrides_the_counted_score_everywhere() {
    let mut harness = live_at_two_one("football");
    harness.apply(PUT_RESULT, with_field(score_body(0, 3), "override", true));
    let entered_score = json!({ "home": 0, "away": 3 });
    for (action, body) in [
        ("PATCH incidents/1", json!({ "minute": 6 })),
        ("PATCH incidents/2", json!({ "confirmation": "cancelled" })),
        ("DELETE incidents/2", Value::Null),
    ] {
        let transition = harness.apply(action, body);
        assert_eq!(transition.response["score"], entered_score, "{action}");
        for message in &transition.messages {
            assert_eq!(message.data["score"], entered_score, "{action}");
        }
        assert_eq!(harness.state()["score"], entered_score);
        assert_eq!(harness.score(), (0, 3));
        assert_eq!(result_summary(&harness), Some((0, 3, Verdict::Away, Some(AWAY_TEAM_ID))));
    }
    // Two goals stand, and are what is counted once the result is gone.
    assert_eq!(harness.state()["statistics"]["home"]["goals"], 2);
    assert_eq!(harness.state()["statistics"]["away"]["goals"], 0);
    let applied = harness.apply(DELETE_RESULT, Value::Null);
    assert_eq!(applied.messages[0].data["score"], json!({ "home": 2, "away": 0 }));
    assert_eq!(harness.score(), (2, 0));
}

#[test]
fn deleting_an_entered_result_restores_the_previous_status() {
    for sport in ["football", "generic"] {
        for status in ["scheduled", "live", "paused", "postponed", "abandoned"] {
            let mut harness = MatchHarness::with_status(sport, status);
            let before = harness.state();
            harness
                .advance_clock(60)
                .apply(PUT_RESULT, with_field(score_body(0, 0), "reason", "fog"));
            harness
                .advance_clock(60)
                .apply(PUT_RESULT, with_field(score_body(4, 4), "override", true));
            let transition = harness.advance_clock(60).apply(DELETE_RESULT, Value::Null);
            assert_eq!((&transition.response, transition.is_created), (&Value::Null, false));
            assert_eq!(harness.state(), before, "{status}: as before the first entry");
            assert_eq!(harness.state()["match"].get("result"), None);
            let [message] = transition.messages.as_slice() else {
                panic!("{:?}", transition.messages)
            };
            assert_eq!(message.topic.to_string(), "match_3");
            assert_eq!(message.message_type, "match_reopened");
            let expected = json!({ "match_id": 3, "status": status, "clock": before["clock"],
                                   "score": { "home": 0, "away": 0 } });
            assert_eq!(without_nulls(message.data.clone()), expected);
            assert_eq!(
                harness.expect_rejection(DELETE_RESULT, Value::Null).detail,
                "no such result"
            );
        }
    }
}

#[test]
fn deleting_an_entered_result_restores_the_previous_reason() {
    let mut harness = MatchHarness::new("generic");
    harness.apply("postpone", json!({ "reason": "Frozen pitch" }));
    harness.apply(PUT_RESULT, score_body(1, 0));
    assert_eq!(harness.state()["match"].get("reason"), None);
    let transition = harness.apply(DELETE_RESULT, Value::Null);
    assert_eq!(transition.messages[0].data["reason"], "Frozen pitch");
    assert_eq!(harness.state()["match"]["reason"], "Frozen pitch");
}

#[test]
fn a_computed_result_can_be_deleted_and_replaced() {
    let mut harness = live_at_two_one("football");
    harness.apply("end", json!({}));

    // Corrected by hand and taken away: the play's own is there again.
    harness.apply(PUT_RESULT, with_field(score_body(3, 1), "override", true));
    let transition = harness.apply(DELETE_RESULT, Value::Null);
    assert_eq!(transition.messages[0].message_type, "match_end");
    assert_eq!(transition.messages[0].data["result"]["by_hand"], false);
    assert_eq!(result_summary(&harness), Some((2, 1, Verdict::Home, Some(HOME_TEAM_ID))));

    // Struck: finished, and nothing for a table to count.
    let applied = harness.apply(DELETE_RESULT, Value::Null);
    assert_eq!(applied.messages[0].message_type, "match_end");
    assert_eq!(applied.messages[0].data["result"], Value::Null);
    assert_eq!(applied.messages[0].data["score"], json!({ "home": 2, "away": 1 }));
    assert_eq!((harness.summary().status.as_str(), harness.result()), ("finished", None));
    harness.apply("PATCH incidents/1", json!({ "confirmation": "cancelled" }));
    assert_eq!(harness.result(), None, "a correction on the field brings it back for nobody");
    assert_eq!(
        harness.expect_rejection(DELETE_RESULT, Value::Null).reason,
        RejectionReason::NotFound
    );

    harness.apply(PUT_RESULT, score_body(1, 1));
    assert_eq!(result_summary(&harness), Some((1, 1, Verdict::Draw, None)));
    harness.apply(DELETE_RESULT, Value::Null);
    assert_eq!((harness.summary().status.as_str(), harness.result()), ("finished", None));
}

#[test]
fn deleting_a_missing_result_is_not_found() {
    for status in ["scheduled", "live", "paused", "postponed", "cancelled", "abandoned"] {
        let rejection = MatchHarness::with_status("football", status)
            .expect_rejection(DELETE_RESULT, Value::Null);
        assert_eq!(
            (rejection.reason, rejection.detail.as_str()),
            (RejectionReason::NotFound, "no such result")
        );
    }
    let mut finished = MatchHarness::with_status("football", "finished");
    assert_eq!(
        error_pointers(&finished.expect_rejection(DELETE_RESULT, json!({ "why": 1 }))),
        ["/why"]
    );
}
