//! The sport that is a score and nothing else.

use serde_json::Value;
use serde_json::json;

use crate::domain::rejection::Reason;
use crate::sports::tests::Scored;
use crate::sports::tests::pointers;

#[test]
fn a_score_is_told_whole() {
    let mut scored = Scored::live("generic");
    let applied = scored.accepts("score", json!({ "home": 1, "away": 0, "text": "What a shot" }));
    assert_eq!(applied.answer, json!({ "score": { "home": 1, "away": 0 } }));
    assert!(!applied.created);
    let [message] = applied.messages.as_slice() else { panic!("{:?}", applied.messages) };
    assert_eq!(message.topic.to_string(), "match_3");
    assert_eq!(message.kind, "score_update");
    assert_eq!(
        message.data,
        json!({ "match_id": 3, "score": { "home": 1, "away": 0 }, "text": "What a shot" })
    );
    assert_eq!(scored.score(), (1, 0));

    // It names the whole score, so a mistake is corrected by the next one.
    let applied = scored.accepts("score", json!({ "home": 0, "away": 100_000 }));
    assert_eq!(
        applied.messages[0].data,
        json!({ "match_id": 3, "score": { "home": 0, "away": 100_000 } })
    );
    assert_eq!(scored.score(), (0, 100_000));
}

#[test]
fn a_score_out_of_range_is_refused() {
    let mut scored = Scored::live("generic");
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
        let refused = scored.refuses("score", body);
        assert_eq!((refused.reason, pointers(&refused)), (Reason::Invalid, vec![pointer]));
    }
}

#[test]
fn there_are_no_incidents_periods_or_players() {
    let mut scored = Scored::live("generic");
    for action in ["incidents", "PATCH score", "goal", "", "PATCH incidents/1", "START"] {
        let refused = scored.refuses(action, json!({}));
        assert_eq!((refused.reason, refused.detail.as_str()), (Reason::NotFound, "no such action"));
    }
    assert_eq!(scored.rules.players("score", &json!({ "player_id": 10 })), [0_i64; 0]);
    assert_eq!(scored.read("incidents"), None);
    assert_eq!(scored.view()["clock"]["period"], Value::Null);
    scored.accepts("pause", json!({ "reason": "half_time" }));
    assert_eq!(
        pointers(&scored.refuses("resume", json!({ "period": "second_half" }))),
        ["/period"]
    );
}
