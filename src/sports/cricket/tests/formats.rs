//! Parsing of formats.

use serde_json::json;

use super::*;

#[test]
fn formats_are_parsed() {
    // Format, innings of the match, overs, balls per over, overs per bowler, free hit.
    #[rustfmt::skip]
    let cases = [
        (Value::Null,                    2, json!(20),  6, json!(4),  true),
        (json!({}),                      2, json!(20),  6, json!(4),  true),
        (json!("t20"),                   2, json!(20),  6, json!(4),  true),
        (json!("odi"),                   2, json!(50),  6, json!(10), true),
        (json!("test"),                  4, json!(null), 6, json!(null), false),
        (json!("custom"),                2, json!(null), 6, json!(null), false),
        (json!({ "name": "t20", "scorers_required": 2 }), 2, json!(20), 6, json!(4), true),
        (json!({ "scorers_required": 2 }), 2, json!(20), 6, json!(4), true),
        (json!({ "name": "t20", "overs": 10 }), 2, json!(10), 6, json!(2), true),
        (json!({ "name": "odi", "overs": 48 }), 2, json!(48), 6, json!(10), true),
        (json!({ "name": "t20", "overs": 10, "overs_per_bowler": 3 }), 2, json!(10), 6, json!(3), true),
        (json!({ "name": "custom", "innings": 2, "overs": 20, "balls_per_over": 6, "overs_per_bowler": 4, "free_hit": true }), 2, json!(20), 6, json!(4), true),
        (json!({ "innings": 1, "overs": 16, "balls_per_over": 5 }), 2, json!(16), 5, json!(null), false),
        (json!({ "innings": 4, "follow_on": 150 }), 4, json!(null), 6, json!(null), false),
    ];
    for (format, innings, overs, balls, quota, free_hit) in cases {
        let harness = CricketHarness::new(format.clone());
        let played = harness.state()["playing_conditions"].clone();
        assert_eq!(played["innings"], innings, "{format}");
        assert_eq!(played["overs"], overs, "{format}");
        assert_eq!(played["balls_per_over"], balls, "{format}");
        assert_eq!(played["overs_per_bowler"], quota, "{format}");
        assert_eq!(played["free_hit"], free_hit, "{format}");
    }
}

#[test]
fn invalid_formats_are_rejected() {
    let cases = [
        (json!("t21"), "/format"),
        (json!(20), "/format"),
        (json!({ "name": "hundred" }), "/format/name"),
        (json!({ "innings": 3 }), "/format/innings"),
        (json!({ "overs": 0 }), "/format/overs"),
        (json!({ "overs": "20" }), "/format/overs"),
        (json!({ "players": 1 }), "/format/players"),
        (json!({ "scorers_required": 0 }), "/format/scorers_required"),
        (json!({ "free_hit": 1 }), "/format/free_hit"),
        (json!({ "powerplay": 6 }), "/format/powerplay"),
    ];
    let rules = SportRules::find("cricket").unwrap();
    for (format, pointer) in cases {
        let rejection = rules.initial_state(&test_match_info(format.clone())).unwrap_err();
        assert_eq!(error_pointers(&rejection), [pointer], "{format}");
    }
}

#[test]
fn a_format_can_set_no_ball_runs_to_two() {
    let mut harness = CricketHarness::with_home_batting(
        json!({ "overs": 20, "no_ball_runs": 2, "free_hit": true }),
    );
    harness.apply("balls", json!({ "runs": { "batter": 0 }, "extras": { "no_balls": 2 } }));
    assert_eq!((harness.score_text().as_str(), harness.batter_ids().0), ("2/0 (0.0)", json!(101)));
}

#[test]
fn overs_are_parsed_as_overs_and_balls() {
    let mut harness = CricketHarness::with_home_batting(json!("t20"));
    for (overs, allotted) in
        [(json!("15"), "15.0"), (json!("9.2"), "9.2"), (json!(12), "12.0"), (json!("0.4"), "0.4")]
    {
        harness.apply("target", json!({ "overs": overs }));
        assert_eq!(harness.latest_innings()["overs_allotted"], allotted);
    }
    for overs in [
        json!("9.6"),
        json!(9.2),
        json!("0"),
        json!("0.0"),
        json!(0),
        json!("x"),
        json!("-1"),
        json!("1.2.3"),
        json!("99999"),
    ] {
        let rejection = harness.expect_rejection("target", json!({ "overs": overs }));
        assert!(error_pointers(&rejection).contains(&"/overs"), "{overs}");
    }
    harness.bowl_symbols(". . . .");
    assert_eq!(harness.latest_innings()["end"], "overs");
}
