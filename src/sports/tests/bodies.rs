//! Errors of bodies that are wrong.

use serde_json::{Value, json};

use crate::input::FieldReader;
use crate::sports::tests::{MatchHarness, error_pointers};

#[test]
fn all_errors_are_reported_at_once() {
    let mut harness = MatchHarness::started("football");
    let rejection = harness.expect_rejection(
        "incidents",
        json!({ "minute": 201, "stoppage": "2", "team_id": 0, "period": "half", "text": 7,
                "occurred_at": "yesterday", "player_id": 99, "assist": 4 }),
    );
    assert_eq!(
        error_pointers(&rejection),
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
    assert!(rejection.detail.contains("/player_id: no such player"), "{}", rejection.detail);
}

#[test]
fn a_body_that_is_not_an_object_is_rejected() {
    let mut harness = MatchHarness::started("generic");
    for body in [json!([]), json!("score"), json!(1), json!(true)] {
        assert_eq!(error_pointers(&harness.expect_rejection("score", body.clone())), [""]);
        assert_eq!(error_pointers(&harness.expect_rejection("pause", body)), [""]);
    }
}

#[test]
fn pointers_to_unknown_fields_are_escaped_truncated_and_limited() {
    let mut fields = serde_json::Map::new();
    fields.insert("a/b~c\u{0}\n".into(), Value::Null);
    for number in 10..40 {
        fields.insert(format!("field_{number}_{}", "x".repeat(500)), json!(1));
    }
    let fields = Value::Object(fields);
    let rejection = FieldReader::new(&fields).finish().unwrap_err();
    assert_eq!(rejection.errors.len(), 10);
    assert_eq!(rejection.errors[0].pointer, "/a~1b~0c");
    assert!(rejection.errors.iter().all(|error| error.pointer.len() <= 61));
}

#[test]
fn texts_accept_any_unicode_but_nul_up_to_the_limit() {
    let score = |text: &str| json!({ "home": 0, "away": 0, "text": text });
    let long = "ö".repeat(500);
    let mut harness = MatchHarness::started("generic");
    for text in ["", "</script>\r\n\u{2028}data: x", "🏏 \u{202e}abc", long.as_str()] {
        let message = harness.apply("score", score(text)).messages.remove(0);
        assert_eq!(message.data["text"], text);
    }
    for text in ["\u{0}", &"ö".repeat(501)] {
        assert_eq!(error_pointers(&harness.expect_rejection("score", score(text))), ["/text"]);
    }
}

#[test]
fn times_are_truncated_to_utc_milliseconds() {
    let cases = [
        ("2026-11-21T16:04:05.1239+01:00", Some("2026-11-21T15:04:05.123Z")),
        ("2026-11-21T15:04:05Z", Some("2026-11-21T15:04:05.000Z")),
        ("2026-11-21T15:04:05", None),
        ("2026-11-21", None),
        ("9999-12-31T23:59:59-01:00", None),
        ("0000-01-01T00:00:00Z", None),
        ("+12026-11-21T15:04:05Z", None),
    ];
    for (input, expected) in cases {
        let mut harness = MatchHarness::started("football");
        let body = json!({ "kind": "note", "period": "first_half", "minute": 1,
                           "occurred_at": input });
        match expected {
            Some(kept) => {
                assert_eq!(harness.apply("incidents", body).response["occurred_at"], kept);
            }
            None => {
                assert_eq!(
                    error_pointers(&harness.expect_rejection("incidents", body)),
                    ["/occurred_at"]
                );
            }
        }
    }
}
