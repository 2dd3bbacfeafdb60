//! What is said about a body that is wrong.

use serde_json::Value;
use serde_json::json;

use crate::sports::body::Body;
use crate::sports::tests::Scored;
use crate::sports::tests::pointers;

#[test]
fn every_mistake_is_told_at_once() {
    let mut scored = Scored::live("football");
    let refused = scored.refuses(
        "incidents",
        json!({ "minute": 201, "stoppage": "2", "team_id": 0, "period": "half", "text": 7,
                "occurred_at": "yesterday", "player_id": 99, "assist": 4 }),
    );
    assert_eq!(
        pointers(&refused),
        [
            "/kind",
            "/period",
            "/minute",
            "/stoppage",
            "/team_id",
            "/player_id",
            "/occurred_at",
            "/text",
            "/assist"
        ]
    );
    assert!(refused.detail.contains("/player_id: no such player"), "{}", refused.detail);
}

#[test]
fn a_body_that_is_no_object_is_refused() {
    let mut scored = Scored::live("generic");
    for body in [json!([]), json!("score"), json!(1), json!(true)] {
        assert_eq!(pointers(&scored.refuses("score", body.clone())), [""]);
        assert_eq!(pointers(&scored.refuses("pause", body)), [""]);
    }
}

#[test]
fn pointers_to_unknown_fields_are_escaped_cut_and_few() {
    let mut fields = serde_json::Map::new();
    fields.insert("a/b~c\u{0}\n".into(), Value::Null);
    for number in 10..40 {
        fields.insert(format!("field_{number}_{}", "x".repeat(500)), json!(1));
    }
    let fields = Value::Object(fields);
    let refused = Body::of(&fields).unwrap().end(Some(())).unwrap_err();
    assert_eq!(refused.errors.len(), 10);
    assert_eq!(refused.errors[0].pointer, "/a~1b~0c");
    assert!(refused.errors.iter().all(|error| error.pointer.len() <= 61));
}

#[test]
fn texts_keep_all_of_unicode_but_nul_up_to_their_length() {
    let score = |text: &str| json!({ "home": 0, "away": 0, "text": text });
    let long = "ö".repeat(500);
    let mut scored = Scored::live("generic");
    for text in ["", "</script>\r\n\u{2028}data: x", "🏏 \u{202e}abc", long.as_str()] {
        let told = scored.accepts("score", score(text)).messages.remove(0);
        assert_eq!(told.data["text"], text);
    }
    for text in ["\u{0}", &"ö".repeat(501)] {
        assert_eq!(pointers(&scored.refuses("score", score(text))), ["/text"]);
    }
}

#[test]
fn times_are_cut_to_milliseconds_in_utc() {
    let cases = [
        ("2026-11-21T16:04:05.1239+01:00", Some("2026-11-21T15:04:05.123Z")),
        ("2026-11-21T15:04:05Z", Some("2026-11-21T15:04:05.000Z")),
        ("2026-11-21T15:04:05", None),
        ("2026-11-21", None),
        ("9999-12-31T23:59:59-01:00", None),
        ("0000-01-01T00:00:00Z", None),
        ("+12026-11-21T15:04:05Z", None),
    ];
    for (given, kept) in cases {
        let mut scored = Scored::live("football");
        let body = json!({ "kind": "note", "period": "first_half", "minute": 1,
                           "occurred_at": given });
        match kept {
            Some(kept) => {
                assert_eq!(scored.accepts("incidents", body).answer["occurred_at"], kept);
            }
            None => {
                assert_eq!(pointers(&scored.refuses("incidents", body)), ["/occurred_at"]);
            }
        }
    }
}
