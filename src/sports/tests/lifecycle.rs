//! From scheduled to finished: what may follow what, and who is told.

use serde_json::{Value, json};

use crate::domain::merge_patch::without_nulls;
use crate::domain::rejection::RejectionReason;
use crate::sports::tests::{MatchHarness, error_pointers};

const STATUSES: [&str; 7] =
    ["scheduled", "live", "paused", "finished", "postponed", "cancelled", "abandoned"];

/// Action, what it leads to, and the statuses it is allowed in.
const LIFECYCLE_CASES: [(&str, &str, &[&str]); 7] = [
    ("start", "live", &["scheduled", "postponed"]),
    ("pause", "paused", &["live"]),
    ("resume", "live", &["paused"]),
    ("end", "finished", &["live", "paused"]),
    ("abandon", "abandoned", &["live", "paused"]),
    ("postpone", "postponed", &["scheduled"]),
    ("cancel", "cancelled", &["scheduled", "postponed"]),
];

/// Refused as the status doesn't allow it, in words that name those that do.
fn assert_wrong_state(harness: &mut MatchHarness, action: &str, body: Value, allowed: &[&str]) {
    let status = harness.summary().status.as_str();
    let rejection = harness.expect_rejection(action, body);
    assert_eq!(
        (rejection.reason, rejection.code.as_str()),
        (RejectionReason::Conflict, "wrong-state"),
        "{action} when {status}"
    );
    let end = format!("is allowed when the match is {}, not {status}", allowed.join(" or "));
    assert!(rejection.detail.ends_with(&end), "{}", rejection.detail);
}

#[test]
fn lifecycle_actions_are_allowed_only_in_their_statuses() {
    for sport in ["football", "generic"] {
        for status in STATUSES {
            for (action, to, allowed) in LIFECYCLE_CASES {
                let mut harness = MatchHarness::with_status(sport, status);
                if allowed.contains(&status) {
                    let transition = harness.apply(action, json!({}));
                    assert_eq!(transition.response["status"], to, "{action} when {status}");
                    assert_eq!(harness.state()["match"]["status"], to);
                    assert_eq!(harness.summary().status.as_str(), to);
                    assert!(!transition.is_created);
                } else {
                    assert_wrong_state(&mut harness, action, json!({}), allowed);
                }
            }
        }
    }
}

#[test]
fn every_action_accepts_occurred_at() {
    let whistle = json!({ "occurred_at": "2026-11-21T15:00:00.000Z" });
    for (action, _, allowed) in LIFECYCLE_CASES {
        let mut harness = MatchHarness::with_status("football", allowed[0]);
        harness.apply(action, whistle.clone());
    }
    let mut scored = MatchHarness::started("generic");
    scored.apply("score", json!({ "home": 1, "away": 0, "occurred_at": whistle["occurred_at"] }));
    let invalid = scored.expect_rejection("end", json!({ "occurred_at": "a moment ago" }));
    assert_eq!(error_pointers(&invalid), ["/occurred_at"]);
    let result = json!({ "home_score": 1, "away_score": 0, "occurred_at": whistle["occurred_at"] });
    scored.apply("PUT result", result);
    let lineup = json!({ "starting": [10] });
    scored.apply("PUT lineups", json!({ "home": lineup, "occurred_at": whistle["occurred_at"] }));
}

#[test]
fn sport_actions_are_allowed_only_in_their_statuses() {
    let while_playing: &[&str] = &["live", "paused"];
    let correctable: &[&str] = &["live", "paused", "finished", "abandoned"];
    let note = json!({ "kind": "note", "period": "first_half", "minute": 1 });
    let cases = [
        ("generic", "score", json!({ "home": 1, "away": 0 }), while_playing),
        ("football", "incidents", note, while_playing),
        ("football", "PATCH incidents/1", json!({ "minute": 2 }), correctable),
        ("football", "DELETE incidents/1", Value::Null, correctable),
    ];
    for (sport, action, body, allowed) in cases {
        for status in STATUSES {
            let mut harness = MatchHarness::with_status(sport, status);
            if !allowed.contains(&status) {
                assert_wrong_state(&mut harness, action, body.clone(), allowed);
            } else if let Err(rejection) = harness.try_apply(action, body.clone()) {
                // There is no incident 1, which is the next thing to be looked at.
                assert_eq!(rejection.detail, "no such incident", "{action} when {status}");
            }
        }
    }
}

#[test]
fn a_wrong_status_is_named_in_the_rejection() {
    let mut harness = MatchHarness::new("football");
    let rejection = harness.expect_rejection("end", json!({}));
    assert_eq!(rejection.detail, "end is allowed when the match is live or paused, not scheduled");
}

#[test]
fn lifecycle_messages_carry_status_clock_and_score() {
    let mut harness = MatchHarness::started("generic");
    harness.apply("score", json!({ "home": 2, "away": 1 }));
    let cases = [
        ("pause", "match_pause", json!({ "reason": "rain" })),
        ("resume", "match_resume", json!({ "reason": "dry again" })),
        ("abandon", "match_end", json!({ "reason": "floodlights" })),
    ];
    for (action, kind, body) in cases {
        let transition = harness.apply(action, body.clone());
        let [message] = transition.messages.as_slice() else { panic!("{:?}", transition.messages) };
        assert_eq!((message.message_type, message.topic.to_string()), (kind, "match_3".to_owned()));
        let state = harness.state();
        let mut expected = json!({ "match_id": 3, "status": state["match"]["status"],
            "clock": state["clock"], "score": { "home": 2, "away": 1 } });
        let mut response = expected.clone();
        response.as_object_mut().unwrap().remove("match_id");
        assert_eq!(without_nulls(transition.response), response);
        if let Some(reason) = body.get("reason") {
            expected["reason"] = reason.clone();
        }
        assert_eq!(without_nulls(message.data.clone()), expected);
        let expected_reason = body.get("reason").filter(|_| action != "resume");
        assert_eq!(
            state["match"].get("reason"),
            expected_reason,
            "a display says why nothing moves"
        );
    }
}

#[test]
fn match_end_carries_the_result() {
    let mut harness = MatchHarness::started("generic");
    harness.apply("score", json!({ "home": 2, "away": 1 }));
    let transition = harness.apply("end", json!({}));
    assert_eq!(transition.messages[0].data["result"], harness.read_part("result").unwrap());
    assert_eq!(transition.messages[0].data["result"]["by_hand"], false);
}

#[test]
fn postpone_and_cancel_send_no_message_themselves() {
    for (action, status) in [("postpone", "postponed"), ("cancel", "cancelled")] {
        let mut harness = MatchHarness::new("football");
        let transition = harness.apply(action, json!({ "reason": "Frozen pitch" }));
        assert_eq!(transition.messages, []);
        assert_eq!(transition.response["status"], status);
        assert_eq!(harness.state()["match"]["reason"], "Frozen pitch", "it is found in the state");
    }
}

#[test]
fn unknown_fields_of_lifecycle_actions_are_rejected() {
    for (action, _, allowed) in LIFECYCLE_CASES {
        let mut harness = MatchHarness::with_status("football", allowed[0]);
        assert_eq!(
            error_pointers(&harness.expect_rejection(action, json!({ "why": "rain" }))),
            ["/why"]
        );
        assert_eq!(
            error_pointers(&harness.expect_rejection(action, json!({ "reason": 5 }))),
            ["/reason"]
        );
        if action != "resume" {
            let body = json!({ "period": "second_half" });
            assert_eq!(
                error_pointers(&harness.expect_rejection(action, body)),
                ["/period"],
                "{action}"
            );
        }
    }
}

#[test]
fn the_clock_has_no_time_before_the_start() {
    let clock = MatchHarness::new("football").state()["clock"].clone();
    assert_eq!(clock, json!({ "running": false, "elapsed_ms": 0 }));
}
