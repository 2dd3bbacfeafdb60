//! What a match adds to net run rates.

use serde_json::Value;
use serde_json::json;

use super::*;

fn rates(scored: &Scored) -> Value {
    let rates = scored.read("rates");
    if rates.is_null() {
        return rates;
    }
    let show = |side: &str| format!("{}/{}", rates[side]["runs"], rates[side]["balls"]);
    json!([show("home"), show("away")])
}

#[test]
fn balls_faced_count_and_all_out_counts_all_overs() {
    let mut scored = Scored::batting(overs(2));
    scored.bowls("6 6 1 . . . 4 . . . . .");
    scored.opens(AWAY);
    scored.bowls("6 6 6");
    assert_eq!(rates(&scored), json!(["17/12", "18/3"]));

    let mut scored = Scored::batting(overs(2));
    scored.bowls("6 W W W W W W W W W W");
    scored.opens(AWAY);
    scored.bowls("4 . . 4");
    assert_eq!(scored.innings()["end"], "target");
    assert_eq!(rates(&scored), json!(["6/12", "8/4"]));
}

#[test]
fn by_a_method_the_first_side_counts_with_one_less_than_the_target() {
    let mut scored = Scored::batting(overs(4));
    scored.bowls("6 6 6 6 6 6 . . . . . .").accepts("declare", json!({ "reason": "umpires" }));
    scored.accepts("target", json!({ "runs": 21, "overs": "2", "method": "D/L" }));
    scored.opens(AWAY);
    scored.bowls("6 6 6 6");
    assert_eq!(rates(&scored), json!(["20/12", "24/4"]));
}

#[test]
fn cut_short_the_par_counts_in_the_overs_faced() {
    let mut scored = Scored::batting(overs(4));
    scored.bowls(&"6 . . . . . ".repeat(4));
    scored.accepts("target", json!({ "runs": 25, "overs": "4", "method": "D/L" }));
    scored.opens(AWAY);
    scored.bowls("1 1 1 1 1 1 . . ");
    scored.accepts("declare", json!({ "reason": "umpires", "par": 9 }));
    assert_eq!(scored.text(), "Northants won by 3 runs (D/L method)");
    assert_eq!(rates(&scored), json!(["9/8", "6/8"]));
}

#[test]
fn other_matches_count_for_nothing() {
    let mut scored = Scored::batting(overs(2));
    scored.bowls("1");
    scored.accepts("end", json!({ "result": "no_result" }));
    assert_eq!(rates(&scored), Value::Null);
    let mut scored = Scored::batting(json!("test"));
    scored.bowls("1");
    scored.accepts("end", json!({ "result": "drawn" }));
    assert_eq!(rates(&scored), Value::Null);
}
