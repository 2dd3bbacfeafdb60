//! The player of the match: by figures, or as somebody judged.

use serde_json::Value;
use serde_json::json;

use super::*;

/// One over a side: Kent (201 and 202 bat) wins with two balls left.
fn won() -> Scored {
    let mut scored = Scored::batting(overs(1));
    scored.bowls("4 W . 1 . .");
    scored.opens(AWAY);
    scored.bowls("1 . 1 4");
    scored
}

fn best(scored: &Scored) -> Value {
    scored.read("scorecard")["player_of_the_match"]["player_id"].clone()
}

#[test]
fn a_jury_overrules_figures() {
    let mut scored = won();
    assert_eq!(best(&scored), 205, "a wicket is worth more than five runs");
    let applied = scored.accepts("end", json!({ "player_of_the_match_id": 101 }));
    assert_eq!(applied.answer["player_of_the_match"], json!({ "player_id": 101, "name": "H1" }));
    assert_eq!(kinds(&applied), ["match_complete"]);
    for topic in ["match_9", "team_1_live", "team_2_live"] {
        let complete = &told(&applied, topic, "match_complete")[0];
        assert_eq!(complete["player_of_the_match"]["name"], "H1");
        assert_eq!(complete["text"], "Kent won by 10 wickets with 2 balls remaining");
    }
    assert_eq!((best(&scored), scored.status()), (json!(101), "finished"));
    let text = scored.read("scorecard/text");
    assert!(text.as_str().unwrap().ends_with("\nPlayer of the match: H1\n"), "{text}");
    let again = scored.accepts("end", json!({ "player_of_the_match_id": 101 }));
    assert_eq!(kinds(&again), [""; 0], "nobody hears the same twice");
    scored.accepts("DELETE balls/10", Value::Null);
    assert_eq!(best(&scored), Value::Null, "while the match goes on there is none");
    scored.bowls("4");
    assert_eq!(best(&scored), 205, "taken back with all that came after the ball");
}

#[test]
fn corrected_figures_make_another_best() {
    let mut scored = won();
    let run_out = json!({ "runs": { "batter": 0 }, "wickets": [out("run_out", 101)] });
    let applied = scored.accepts("PATCH balls/2", run_out);
    assert_eq!(kinds(&applied), ["ball_corrected", "match_complete"]);
    let complete = &told(&applied, "match_9", "match_complete")[0];
    assert_eq!(complete["player_of_the_match"], scored.read("scorecard")["player_of_the_match"]);
    assert_eq!(best(&scored), 201, "a run-out is nobody's wicket");
}

#[test]
fn whoever_ends_a_match_may_name_him() {
    let mut scored = Scored::batting(overs(5));
    scored.bowls("1 1");
    let end = json!({ "result": "awarded", "winner_team_id": HOME, "player_of_the_match_id": 205 });
    let applied = scored.accepts("end", end);
    let complete = &told(&applied, "match_9", "match_complete")[0];
    assert_eq!(
        (&complete["player_of_the_match"]["name"], best(&scored)),
        (&json!("A5"), json!(205))
    );
}

#[test]
fn who_cannot_be_named() {
    let live = || {
        let mut scored = Scored::batting(overs(5));
        scored.bowls("1");
        scored
    };
    let by_hand = || {
        let mut scored = Scored::batting(overs(5));
        let awarded = json!({ "ending": "awarded", "winner_team_id": HOME });
        scored.accepts("PUT result", awarded);
        scored
    };
    let one = || json!({ "player_of_the_match_id": 101 });
    let with_reason = json!({ "player_of_the_match_id": 101, "reason": "runs" });
    #[rustfmt::skip]
    let cases = [
        (live(),    one(),                                    "wrong-state"),
        (live(),    json!({}),                                "/result"),
        (by_hand(), one(),                                    "undecided"),
        (won(),   json!({ "player_of_the_match_id": 301 }), "/player_of_the_match_id"),
        (won(),   json!({ "player_of_the_match_id": 999 }), "/player_of_the_match_id"),
        (won(),   with_reason,                              "/result"),
        (won(),   json!({ "result": "no_result" }),         "wrong-state"),
    ];
    for (mut scored, body, why) in cases {
        let refused = scored.refuses("end", body.clone());
        let named = refused.code == why || pointers(&refused) == [why];
        assert!(named, "{body}: {refused:?}");
    }
}
