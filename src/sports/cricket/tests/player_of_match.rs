//! The player of the match: by figures, or named by hand.

use serde_json::{Value, json};

use super::*;

/// One over a side: Kent (201 and 202 bat) wins with two balls left.
fn kent_win() -> CricketHarness {
    let mut harness = CricketHarness::with_home_batting(format_with_overs(1));
    harness.bowl_symbols("4 W . 1 . .");
    harness.open_innings(AWAY_TEAM_ID);
    harness.bowl_symbols("1 . 1 4");
    harness
}

fn player_of_match_id(harness: &CricketHarness) -> Value {
    harness.read_part("scorecard")["player_of_the_match"]["player_id"].clone()
}

#[test]
fn a_named_player_of_the_match_overrides_the_figures() {
    let mut harness = kent_win();
    assert_eq!(player_of_match_id(&harness), 205, "a wicket is worth more than five runs");
    let transition = harness.apply("end", json!({ "player_of_the_match_id": 101 }));
    assert_eq!(
        transition.response["player_of_the_match"],
        json!({ "player_id": 101, "name": "H1" })
    );
    assert_eq!(match_message_kinds(&transition), ["match_complete"]);
    for topic in ["match_9", "team_1_live", "team_2_live"] {
        let complete = &messages_to(&transition, topic, "match_complete")[0];
        assert_eq!(complete["player_of_the_match_id"], 101);
        let outcome = json!({ "kind": "won", "winner_team_id": AWAY_TEAM_ID,
                              "by": { "wickets": 10, "balls_left": 2 } });
        assert_eq!(complete["outcome"], outcome);
    }
    assert_eq!((player_of_match_id(&harness), harness.status()), (json!(101), "finished"));
    let text = harness.read_part("scorecard/text");
    assert!(text.as_str().unwrap().ends_with("\nPlayer of the match: H1\n"), "{text}");
    let repeated = harness.apply("end", json!({ "player_of_the_match_id": 101 }));
    assert_eq!(match_message_kinds(&repeated), [""; 0], "nobody hears the same twice");
    harness.apply("DELETE balls/10", Value::Null);
    assert_eq!(player_of_match_id(&harness), Value::Null, "while the match goes on there is none");
    harness.bowl_symbols("4");
    assert_eq!(player_of_match_id(&harness), 205, "taken back with all that came after the ball");
}

#[test]
fn a_correction_can_change_the_player_of_the_match() {
    let mut harness = kent_win();
    let run_out = json!({ "runs": { "batter": 0 }, "wickets": [wicket_entry("run_out", 101)] });
    let transition = harness.apply("PATCH balls/2", run_out);
    assert_eq!(match_message_kinds(&transition), ["ball_corrected", "match_complete"]);
    let complete = &messages_to(&transition, "match_9", "match_complete")[0];
    assert_eq!(complete["player_of_the_match_id"], 201);
    assert_eq!(player_of_match_id(&harness), 201, "a run-out is nobody's wicket");
}

#[test]
fn the_end_action_can_name_the_player_of_the_match() {
    let mut harness = CricketHarness::with_home_batting(format_with_overs(5));
    harness.bowl_symbols("1 1");
    let end = json!({ "result": "awarded", "winner_team_id": HOME_TEAM_ID, "player_of_the_match_id": 205 });
    let transition = harness.apply("end", end);
    let complete = &messages_to(&transition, "match_9", "match_complete")[0];
    assert_eq!(
        (&complete["player_of_the_match_id"], player_of_match_id(&harness)),
        (&json!(205), json!(205))
    );
}

#[test]
fn invalid_player_of_the_match_requests_are_rejected() {
    let live_match = || {
        let mut harness = CricketHarness::with_home_batting(format_with_overs(5));
        harness.bowl_symbols("1");
        harness
    };
    let manually_awarded = || {
        let mut scored = CricketHarness::with_home_batting(format_with_overs(5));
        let awarded = json!({ "ending": "awarded", "winner_team_id": HOME_TEAM_ID });
        scored.apply("PUT result", awarded);
        scored
    };
    let naming_body = || json!({ "player_of_the_match_id": 101 });
    let with_reason = json!({ "player_of_the_match_id": 101, "reason": "runs" });
    #[rustfmt::skip]
    let cases = [
        (live_match(),    naming_body(),                                    "wrong-state"),
        (live_match(),    json!({}),                                "/result"),
        (manually_awarded(), naming_body(),                                    "undecided"),
        (kent_win(),   json!({ "player_of_the_match_id": 301 }), "/player_of_the_match_id"),
        (kent_win(),   json!({ "player_of_the_match_id": 999 }), "/player_of_the_match_id"),
        (kent_win(),   with_reason,                              "/result"),
        (kent_win(),   json!({ "result": "no_result" }),         "wrong-state"),
    ];
    for (mut scored, body, expected) in cases {
        let rejection = scored.expect_rejection("end", body.clone());
        let named = rejection.code == expected || error_pointers(&rejection) == [expected];
        assert!(named, "{body}: {rejection:?}");
    }
}
