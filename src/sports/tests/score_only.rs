//! The sport that is a score and nothing else.

use serde_json::json;

use crate::domain::rejection::RejectionReason;
use crate::sports::tests::{MatchHarness, error_pointers};

#[test]
fn a_score_command_sends_the_whole_score() {
    let mut harness = MatchHarness::started("generic");
    let transition = harness.apply("score", json!({ "home": 1, "away": 0, "text": "What a shot" }));
    assert_eq!(transition.response, json!({ "score": { "home": 1, "away": 0 } }));
    assert!(!transition.is_created);
    let [message] = transition.messages.as_slice() else { panic!("{:?}", transition.messages) };
    assert_eq!(message.topic.to_string(), "match_3");
    assert_eq!(message.message_type, "score_update");
    assert_eq!(
        message.data,
        json!({ "match_id": 3, "score": { "home": 1, "away": 0 }, "text": "What a shot" })
    );
    assert_eq!(harness.score(), (1, 0));

    // It names the whole score, so a mistake is corrected by the next one.
    let applied = harness.apply("score", json!({ "home": 0, "away": 100_000 }));
    assert_eq!(
        applied.messages[0].data,
        json!({ "match_id": 3, "score": { "home": 0, "away": 100_000 } })
    );
    assert_eq!(harness.score(), (0, 100_000));
}

#[test]
fn a_score_out_of_range_is_rejected() {
    let mut harness = MatchHarness::started("generic");
    let cases = [
        (json!({ "home": -1, "away": 0 }), "/home"),
        (json!({ "home": 0, "away": 100_001 }), "/away"),
        (json!({ "home": 0 }), "/away"),
        (json!({ "home": 1.5, "away": 0 }), "/home"),
        (json!({ "home": "1", "away": 0 }), "/home"),
        (json!({ "home": u64::MAX, "away": 0 }), "/home"),
        (json!({ "home": 0, "away": 0, "minute": 3 }), "/minute"),
    ];
    for (body, pointer) in cases {
        let rejection = harness.expect_rejection("score", body);
        assert_eq!(
            (rejection.reason, error_pointers(&rejection)),
            (RejectionReason::Invalid, vec![pointer])
        );
    }
}

#[test]
fn a_score_only_sport_has_no_incidents_periods_or_players() {
    let mut harness = MatchHarness::started("generic");
    for action in ["incidents", "PATCH score", "goal", "", "PATCH incidents/1", "START"] {
        let rejection = harness.expect_rejection(action, json!({}));
        assert_eq!(
            (rejection.reason, rejection.detail.as_str()),
            (RejectionReason::NotFound, "no such action")
        );
    }
    assert_eq!(harness.rules.player_ids("score", &json!({ "player_id": 10 })), [0_i64; 0]);
    assert_eq!(harness.read_part("incidents"), None);
    assert_eq!(harness.state()["clock"].get("period"), None);
    harness.apply("pause", json!({ "reason": "half_time" }));
    assert_eq!(
        error_pointers(&harness.expect_rejection("resume", json!({ "period": "second_half" }))),
        ["/period"]
    );
}
