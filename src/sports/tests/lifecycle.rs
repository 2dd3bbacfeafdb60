//! From scheduled to finished: what may follow what, and who is told.

use serde_json::Value;
use serde_json::json;

use crate::domain::rejection::Reason;
use crate::sports::tests::Scored;
use crate::sports::tests::pointers;

const STATUSES: [&str; 7] =
    ["scheduled", "live", "paused", "finished", "postponed", "cancelled", "abandoned"];

/// Action, what it leads to, and the statuses it is allowed in.
const COMMON: [(&str, &str, &[&str]); 7] = [
    ("start", "live", &["scheduled", "postponed"]),
    ("pause", "paused", &["live"]),
    ("resume", "live", &["paused"]),
    ("end", "finished", &["live", "paused"]),
    ("abandon", "abandoned", &["live", "paused"]),
    ("postpone", "postponed", &["scheduled"]),
    ("cancel", "cancelled", &["scheduled", "postponed"]),
];

/// Refused as the status doesn't allow it, in words that name those that do.
fn is_refused(scored: &mut Scored, action: &str, body: Value, allowed: &[&str]) {
    let status = scored.summary().status;
    let refused = scored.refuses(action, body);
    assert_eq!(
        (refused.reason, refused.code.as_str()),
        (Reason::Conflict, "wrong-state"),
        "{action} when {status}"
    );
    let end = format!("is allowed when the match is {}, not {status}", allowed.join(" or "));
    assert!(refused.detail.ends_with(&end), "{}", refused.detail);
}

#[test]
fn each_action_is_allowed_in_its_statuses_and_no_other() {
    for sport in ["football", "generic"] {
        for status in STATUSES {
            for (action, to, allowed) in COMMON {
                let mut scored = Scored::at_status(sport, status);
                if allowed.contains(&status) {
                    let applied = scored.accepts(action, json!({}));
                    assert_eq!(applied.answer["status"], to, "{action} when {status}");
                    assert_eq!(scored.view()["status"], to);
                    assert_eq!(scored.summary().status, to);
                    assert!(!applied.created);
                } else {
                    is_refused(&mut scored, action, json!({}), allowed);
                }
            }
        }
    }
}

#[test]
fn a_phone_may_say_when_the_whistle_went() {
    let whistle = json!({ "occurred_at": "2026-11-21T15:00:00.000Z" });
    for (action, _, allowed) in COMMON {
        let mut scored = Scored::at_status("football", allowed[0]);
        scored.accepts(action, whistle.clone());
    }
    let mut scored = Scored::live("generic");
    scored.accepts("score", json!({ "home": 1, "away": 0, "occurred_at": whistle["occurred_at"] }));
    let wrong = scored.refuses("end", json!({ "occurred_at": "a moment ago" }));
    assert_eq!(pointers(&wrong), ["/occurred_at"]);
    let result = json!({ "home_score": 1, "away_score": 0, "occurred_at": whistle["occurred_at"] });
    scored.accepts("PUT result", result);
}

#[test]
fn each_sports_own_actions_are_allowed_in_their_statuses_and_no_other() {
    let play: &[&str] = &["live", "paused"];
    let correct: &[&str] = &["live", "paused", "finished", "abandoned"];
    let note = json!({ "kind": "note", "period": "first_half", "minute": 1 });
    let cases = [
        ("generic", "score", json!({ "home": 1, "away": 0 }), play),
        ("football", "incidents", note, play),
        ("football", "PATCH incidents/1", json!({ "minute": 2 }), correct),
        ("football", "DELETE incidents/1", Value::Null, correct),
    ];
    for (sport, action, body, allowed) in cases {
        for status in STATUSES {
            let mut scored = Scored::at_status(sport, status);
            if !allowed.contains(&status) {
                is_refused(&mut scored, action, body.clone(), allowed);
            } else if let Err(refused) = scored.tries(action, body.clone()) {
                // There is no incident 1, which is the next thing to be looked at.
                assert_eq!(refused.detail, "no such incident", "{action} when {status}");
            }
        }
    }
}

#[test]
fn a_finished_match_is_refused_in_words() {
    let mut scored = Scored::new("football");
    let refused = scored.refuses("end", json!({}));
    assert_eq!(refused.detail, "end is allowed when the match is live or paused, not scheduled");
}

#[test]
fn the_match_is_told_with_status_clock_and_score() {
    let mut scored = Scored::live("generic");
    scored.accepts("score", json!({ "home": 2, "away": 1 }));
    let cases = [
        ("pause", "match_pause", json!({ "reason": "rain" })),
        ("resume", "match_resume", json!({ "reason": "dry again" })),
        ("abandon", "match_end", json!({ "reason": "floodlights" })),
    ];
    for (action, kind, body) in cases {
        let applied = scored.accepts(action, body.clone());
        let [message] = applied.messages.as_slice() else { panic!("{:?}", applied.messages) };
        assert_eq!((message.kind, message.topic.to_string()), (kind, "match_3".to_owned()));
        let view = scored.view();
        let mut expected = json!({ "match_id": 3, "status": view["status"],
            "clock": view["clock"], "score": { "home": 2, "away": 1 } });
        let mut answer = expected.clone();
        answer.as_object_mut().unwrap().remove("match_id");
        assert_eq!(applied.answer, answer);
        if let Some(reason) = body.get("reason") {
            expected["reason"] = reason.clone();
        }
        assert_eq!(message.data, expected);
        let shown = body.get("reason").filter(|_| action != "resume");
        assert_eq!(view.get("reason"), shown, "a display says why nothing moves");
    }
}

#[test]
fn the_end_is_told_with_the_result() {
    let mut scored = Scored::live("generic");
    scored.accepts("score", json!({ "home": 2, "away": 1 }));
    let applied = scored.accepts("end", json!({}));
    assert_eq!(applied.messages[0].data["result"], scored.read("result").unwrap());
    assert_eq!(applied.messages[0].data["result"]["by_hand"], false);
}

#[test]
fn what_changes_the_schedule_is_left_to_those_who_know_the_whole_match() {
    for (action, status) in [("postpone", "postponed"), ("cancel", "cancelled")] {
        let mut scored = Scored::new("football");
        let applied = scored.accepts(action, json!({ "reason": "Frozen pitch" }));
        assert_eq!(applied.messages, []);
        assert_eq!(applied.answer["status"], status);
        assert_eq!(scored.view()["reason"], "Frozen pitch", "it is found in the view");
    }
}

#[test]
fn fields_that_a_step_hasnt_got_are_refused() {
    for (action, _, allowed) in COMMON {
        let mut scored = Scored::at_status("football", allowed[0]);
        assert_eq!(pointers(&scored.refuses(action, json!({ "why": "rain" }))), ["/why"]);
        assert_eq!(pointers(&scored.refuses(action, json!({ "reason": 5 }))), ["/reason"]);
        if action != "resume" {
            let body = json!({ "period": "second_half" });
            assert_eq!(pointers(&scored.refuses(action, body)), ["/period"], "{action}");
        }
    }
}

#[test]
fn a_view_draws_both_teams() {
    let view = Scored::new("football").view();
    assert_eq!(view["sport"], "football");
    assert_eq!(view["home"]["short_name"], "LEI");
    assert_eq!(view["away"]["colour"], "#c8102e");
    assert_eq!(
        view["clock"],
        json!({ "period": null, "running": false, "elapsed_ms": 0,
                                      "at": null })
    );
}
