//! The match clock, period by period.

use serde_json::Value;
use serde_json::json;

use crate::sports::tests::Scored;
use crate::sports::tests::pointers;

/// Period, whether it runs, and what it shows in milliseconds.
fn clock(scored: &Scored) -> (Value, bool, i64) {
    let clock = scored.view()["clock"].clone();
    let running = clock["running"].as_bool().unwrap();
    (clock["period"].clone(), running, clock["elapsed_ms"].as_i64().unwrap())
}

#[test]
fn a_whole_match_with_extra_time_and_penalties() {
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
    let mut scored = Scored::new("football");
    for (after, action, reason, (period, running, elapsed)) in cases {
        scored.later(after * 60).accepts(action, json!({ "reason": reason }));
        assert_eq!(clock(&scored), (json!(period), running, elapsed * 60_000), "after {action}");
        let at = scored.at.format("%Y-%m-%dT%H:%M:%S.000Z").to_string();
        assert_eq!(scored.view()["clock"]["at"], at);
    }
}

#[test]
fn what_follows_a_pause() {
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
        let mut scored = Scored::live("football");
        scored.accepts("pause", Value::Null);
        scored.accepts("resume", json!({ "period": period }));
        scored.accepts("pause", json!({ "reason": reason }));
        scored.accepts("resume", json!({ "period": named }));
        assert_eq!(clock(&scored).0, follows, "{period}, {reason:?}, {named:?}");
    }
}

#[test]
fn going_on_in_the_named_period_keeps_its_time() {
    let mut scored = Scored::live("football");
    scored.later(50).accepts("pause", json!({ "reason": "half_time" }));
    scored.later(50).accepts("resume", json!({ "period": "first_half" }));
    assert_eq!(clock(&scored), (json!("first_half"), true, 50_000));
}

#[test]
fn a_period_nobody_knows_is_refused() {
    let mut scored = Scored::at_status("football", "paused");
    let refused = scored.refuses("resume", json!({ "period": "third_half" }));
    assert_eq!(pointers(&refused), ["/period"]);
    assert!(refused.detail.contains("first_half, second_half"), "{}", refused.detail);
}

#[test]
fn a_device_that_is_behind_doesnt_turn_the_clock_back() {
    let mut scored = Scored::live("football");
    scored.later(600).accepts("pause", Value::Null);
    let paused = scored.view()["clock"]["at"].clone();
    scored.later(-300).accepts("resume", Value::Null);
    assert_eq!(clock(&scored), (json!("first_half"), true, 600_000));
    assert_eq!(scored.view()["clock"]["at"], paused);
    scored.later(-9000).accepts("end", Value::Null);
    assert_eq!(clock(&scored), (json!("first_half"), false, 600_000));
}

#[test]
fn extreme_times_are_survived() {
    let mut scored = Scored::new("generic");
    scored.at = chrono::DateTime::<chrono::Utc>::MIN_UTC;
    scored.accepts("start", Value::Null);
    scored.at = chrono::DateTime::<chrono::Utc>::MAX_UTC;
    scored.accepts("pause", Value::Null);
    scored.accepts("resume", Value::Null);
    scored.accepts("end", Value::Null);
    assert!(clock(&scored).2 > 0);
}
