//! Contribution of a match to net run rates.

use serde_json::{Value, json};

use super::*;

fn run_rates(harness: &CricketHarness) -> Value {
    let rates = harness.read_part("rates");
    if rates.is_null() {
        return rates;
    }
    let show = |side: &str| format!("{}/{}", rates[side]["runs"], rates[side]["balls"]);
    json!([show("home"), show("away")])
}

#[test]
fn all_out_counts_the_full_overs() {
    let mut harness = CricketHarness::with_home_batting(format_with_overs(2));
    harness.bowl_symbols("6 6 1 . . . 4 . . . . .");
    harness.open_innings(AWAY_TEAM_ID);
    harness.bowl_symbols("6 6 6");
    assert_eq!(run_rates(&harness), json!(["17/12", "18/3"]));

    let mut scored = CricketHarness::with_home_batting(format_with_overs(2));
    scored.bowl_symbols("6 W W W W W W W W W W");
    scored.open_innings(AWAY_TEAM_ID);
    scored.bowl_symbols("4 . . 4");
    assert_eq!(scored.latest_innings()["end"], "target");
    assert_eq!(run_rates(&scored), json!(["6/12", "8/4"]));
}

#[test]
fn a_revised_target_sets_the_first_sides_runs() {
    let mut harness = CricketHarness::with_home_batting(format_with_overs(4));
    harness
        .bowl_symbols("6 6 6 6 6 6 . . . . . .")
        .apply("declare", json!({ "reason": "umpires" }));
    harness.apply("target", json!({ "runs": 21, "overs": "2", "method": "D/L" }));
    harness.open_innings(AWAY_TEAM_ID);
    harness.bowl_symbols("6 6 6 6");
    assert_eq!(run_rates(&harness), json!(["20/12", "24/4"]));
}

#[test]
fn a_chase_cut_short_counts_the_par_score() {
    let mut harness = CricketHarness::with_home_batting(format_with_overs(4));
    harness.bowl_symbols(&"6 . . . . . ".repeat(4));
    harness.apply("target", json!({ "runs": 25, "overs": "4", "method": "D/L" }));
    harness.open_innings(AWAY_TEAM_ID);
    harness.bowl_symbols("1 1 1 1 1 1 . . ");
    harness.apply("declare", json!({ "reason": "umpires", "par": 9 }));
    assert_eq!(harness.result_text(), "Northants won by 3 runs (D/L method)");
    assert_eq!(run_rates(&harness), json!(["9/8", "6/8"]));
}

#[test]
fn matches_without_a_limited_overs_result_have_no_rates() {
    let mut harness = CricketHarness::with_home_batting(format_with_overs(2));
    harness.bowl_symbols("1");
    harness.apply("end", json!({ "result": "no_result" }));
    assert_eq!(run_rates(&harness), Value::Null);
    let mut scored = CricketHarness::with_home_batting(json!("test"));
    scored.bowl_symbols("1");
    scored.apply("end", json!({ "result": "drawn" }));
    assert_eq!(run_rates(&scored), Value::Null);
}
