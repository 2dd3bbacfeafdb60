//! The match clock, period by period.

use serde_json::{Value, json};

use crate::sports::tests::{MatchHarness, error_pointers};

/// Period, whether it runs, and what it shows in milliseconds.
fn clock_state(harness: &MatchHarness) -> (Value, bool, i64) {
    let clock = harness.state()["clock"].clone();
    let running = clock["running"].as_bool().unwrap();
    (clock["period"].clone(), running, clock["elapsed_ms"].as_i64().unwrap())
}

#[test]
fn the_clock_follows_a_match_through_extra_time_and_penalties() {
    // Minutes since the last line, action, reason, and the clock after it in minutes.
    let cases = [
        (0, "start", None, ("first_half", true, 0)),
        (20, "pause", Some("water"), ("first_half", false, 20)),
        (2, "resume", None, ("first_half", true, 20)),
        (27, "pause", Some("half_time"), ("first_half", false, 47)),
        (15, "resume", None, ("second_half", true, 45)),
        (48, "pause", Some("full_time"), ("second_half", false, 93)),
        (5, "resume", None, ("extra_first_half", true, 90)),
        (16, "pause", Some("extra_half_time"), ("extra_first_half", false, 106)),
        (1, "resume", None, ("extra_second_half", true, 105)),
        (15, "pause", Some("before_penalties"), ("extra_second_half", false, 120)),
        (5, "resume", None, ("penalty_shootout", false, 120)),
        (9, "end", None, ("penalty_shootout", false, 120)),
    ];
    let mut harness = MatchHarness::new("football");
    for (after, action, reason, (period, running, elapsed)) in cases {
        harness.advance_clock(after * 60).apply(action, json!({ "reason": reason }));
        assert_eq!(
            clock_state(&harness),
            (json!(period), running, elapsed * 60_000),
            "after {action}"
        );
        let at = harness.now.format("%Y-%m-%dT%H:%M:%S.000Z").to_string();
        assert_eq!(harness.state()["clock"]["at"], at);
    }
}

#[test]
fn the_pause_reason_decides_the_next_period() {
    // Period, reason of the pause, period named with resume, and the period that follows.
    let cases = [
        ("first_half", Some("half_time"), None, "second_half"),
        ("first_half", Some("injury"), None, "first_half"),
        ("first_half", None, None, "first_half"),
        ("first_half", None, Some("second_half"), "second_half"),
        ("first_half", Some("half_time"), Some("first_half"), "first_half"),
        ("second_half", Some("full_time"), None, "extra_first_half"),
        ("second_half", Some("penalties"), None, "penalty_shootout"),
        ("second_half", Some("full_time"), Some("penalty_shootout"), "penalty_shootout"),
        ("extra_first_half", Some("half_time"), None, "extra_second_half"),
        ("extra_first_half", None, Some("second_half"), "second_half"),
        ("extra_second_half", Some("before_penalties"), None, "penalty_shootout"),
        ("penalty_shootout", Some("full_time"), None, "penalty_shootout"),
    ];
    for (period, reason, named, follows) in cases {
        let mut harness = MatchHarness::started("football");
        harness.apply("pause", Value::Null);
        harness.apply("resume", json!({ "period": period }));
        harness.apply("pause", json!({ "reason": reason }));
        harness.apply("resume", json!({ "period": named }));
        assert_eq!(clock_state(&harness).0, follows, "{period}, {reason:?}, {named:?}");
    }
}

#[test]
fn resuming_the_same_period_keeps_the_elapsed_time() {
    let mut harness = MatchHarness::started("football");
    harness.advance_clock(50).apply("pause", json!({ "reason": "half_time" }));
    harness.advance_clock(50).apply("resume", json!({ "period": "first_half" }));
    assert_eq!(clock_state(&harness), (json!("first_half"), true, 50_000));
}

#[test]
fn an_unknown_period_is_rejected() {
    let mut harness = MatchHarness::with_status("football", "paused");
    let rejection = harness.expect_rejection("resume", json!({ "period": "third_half" }));
    assert_eq!(error_pointers(&rejection), ["/period"]);
    assert!(rejection.detail.contains("first_half, second_half"), "{}", rejection.detail);
}

#[test]
fn a_command_with_an_earlier_time_does_not_turn_the_clock_back() {
    let mut harness = MatchHarness::started("football");
    harness.advance_clock(600).apply("pause", Value::Null);
    let paused = harness.state()["clock"]["at"].clone();
    harness.advance_clock(-300).apply("resume", Value::Null);
    assert_eq!(clock_state(&harness), (json!("first_half"), true, 600_000));
    assert_eq!(harness.state()["clock"]["at"], paused);
    harness.advance_clock(-9000).apply("end", Value::Null);
    assert_eq!(clock_state(&harness), (json!("first_half"), false, 600_000));
}

#[test]
fn extreme_times_do_not_panic() {
    let mut harness = MatchHarness::new("generic");
    harness.now = chrono::DateTime::<chrono::Utc>::MIN_UTC;
    harness.apply("start", Value::Null);
    harness.now = chrono::DateTime::<chrono::Utc>::MAX_UTC;
    harness.apply("pause", Value::Null);
    harness.apply("resume", Value::Null);
    harness.apply("end", Value::Null);
    assert!(clock_state(&harness).2 > 0);
}
