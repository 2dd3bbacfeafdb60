//! Balls undone, replaced and removed.

use serde_json::{Value, json};

use super::*;
use crate::domain::merge_patch;

/// The readable state without revision and scorer, which a correction changes.
fn visible_state(harness: &CricketHarness) -> Value {
    let state = harness.state();
    let (card, live) = (harness.read_part("scorecard"), harness.live_json());
    json!([card, live, state["innings"], state["match"]["status"], state["score"]])
}

#[test]
fn an_undo_reverts_all_effects_of_the_last_ball() {
    // Balls before, and the ball that is undone.
    let wicket = json!({ "runs": { "batter": 0 }, "wickets": [{ "kind": "bowled" }] });
    let cases = [
        ("", runs_body(1)),
        ("1 . 4", runs_body(6)),
        ("1nb", wicket.clone()),
        (". . . . .", runs_body(1)),
        (". . . . . .", runs_body(1)),
        ("W W W W W W W W W", wicket),
        ("6 6 6 6 6 6 6 6", runs_body(4)),
        ("1", json!({ "runs": { "batter": 0 }, "extras": { "no_balls": 1 } })),
    ];
    for (before, body) in cases {
        let mut harness = CricketHarness::with_home_batting(json!("odi"));
        harness.bowl_symbols(before);
        let previous = visible_state(&harness);
        let free = harness.live_json()["free_hit"] == true;
        let body = harness.with_missing_players(body);
        if free && body["wickets"].is_array() {
            continue;
        }
        harness.apply("balls", body.clone());
        let number = harness.live_json()["next_number"].as_u64().unwrap() - 1;
        let transition = harness.apply(&format!("DELETE balls/{number}"), Value::Null);
        assert_eq!(visible_state(&harness), previous, "{before} and {body}");
        assert_eq!(match_message_kinds(&transition)[0], "ball_corrected");
        assert_eq!(transition.response["number"], number);
        harness.apply("balls", body);
    }
}

#[test]
fn an_undo_can_reopen_an_over_innings_or_match() {
    let mut harness = CricketHarness::with_home_batting(format_with_overs(1));
    harness.bowl_symbols("6 . . . .");
    let before = visible_state(&harness);
    harness.bowl_symbols("1");
    harness.open_innings(AWAY_TEAM_ID);
    let response = harness.apply("DELETE balls/6", Value::Null).response;
    assert_eq!(response["taken_back"], json!(["innings"]));
    assert_eq!(visible_state(&harness), before, "the second innings hadn't begun");
    harness.bowl_symbols("1");
    harness.open_innings(AWAY_TEAM_ID);
    harness.bowl_symbols("6");
    let before = visible_state(&harness);
    harness.bowl_symbols("2");
    assert_eq!(harness.status(), "finished");
    let transition = harness.apply("DELETE balls/8", json!({ "reason": "it was one" }));
    assert_eq!(match_message_kinds(&transition), ["ball_corrected", "match_reopened"]);
    let corrected = &messages_to(&transition, "match_9", "ball_corrected")[0];
    let parts = ["change", "reason"].map(|name| corrected[name].clone());
    assert_eq!(parts, [json!("undone"), json!("it was one")]);
    assert_eq!(corrected["was"]["number"], 8);
    assert_eq!(visible_state(&harness), before);
    assert!(harness.rules.result(&harness.game).is_none());
    harness.bowl_symbols("1 1");
    assert_eq!(harness.result_text(), "Kent won by 10 wickets with 3 balls remaining");
}

#[test]
fn correcting_an_earlier_ball_recomputes_later_balls() {
    let mut harness = CricketHarness::with_home_batting(json!("t20"));
    harness.bowl_symbols("1 . 1 4 . 2 1 1 .");
    let before = visible_state(&harness);
    let transition = harness.apply("PATCH balls/2", runs_body(1));
    assert_eq!((&transition.response["rev"], transition.is_created), (&json!(2), false));
    assert_eq!(
        harness.card_row("batting", 102)["runs"],
        1 + 4 + 2 + 1,
        "who faced what has changed"
    );
    let corrected = &messages_to(&transition, "match_9", "ball_corrected")[0];
    let runs = ["was", "ball"].map(|ball| corrected[ball]["runs"]["batter"].clone());
    assert_eq!(runs, [json!(0), json!(1)]);
    assert_eq!((&corrected["was"]["over"], &corrected["ball"]["rev"]), (&json!("0.2"), &json!(2)));
    harness.apply("PATCH balls/2", runs_body(0));
    assert_eq!(visible_state(&harness), before);
    assert_eq!(harness.read_part("balls/2")["rev"], 3);
}

#[test]
fn removing_an_earlier_ball_renumbers_the_rest() {
    let mut corrected = CricketHarness::with_home_batting(json!("t20"));
    corrected.bowl_symbols("1 . 5wd 4 .");
    let transition = corrected.apply("DELETE balls/3", Value::Null);
    assert_eq!(messages_to(&transition, "match_9", "ball_corrected")[0]["change"], "removed");
    let mut expected = CricketHarness::with_home_batting(json!("t20"));
    expected.bowl_symbols("1 . 4 .");
    assert_eq!(visible_state(&corrected), visible_state(&expected));
    assert_eq!(corrected.read_part("balls")["items"].as_array().unwrap().len(), 4);
}

#[test]
fn a_correction_keeps_the_players_that_came_in_with_the_ball() {
    let mut harness = CricketHarness::with_home_batting(json!("t20"));
    harness.bowl_symbols("W 1 1 1 1 1 . .");
    harness.apply("PATCH balls/2", runs_body(3));
    harness.apply("PATCH balls/7", runs_body(1));
    assert_eq!(
        harness.card_row("batting", 103)["balls"],
        harness.read_part("scorecard")["innings"][0]["batting"][2]["balls"]
    );
    assert_eq!(harness.read_part("balls/2")["striker_id"], 103);
    let mut other = runs_body(3);
    other["striker_id"] = json!(104);
    harness.apply("PATCH balls/2", other);
    assert_eq!(harness.read_part("balls/2")["striker_id"], 104);
}

#[test]
fn a_correction_that_breaks_a_later_ball_is_rejected() {
    let mut harness = CricketHarness::with_home_batting(json!("t20"));
    harness.bowl_symbols(". . . W 1");
    let no_wicket = harness.expect_rejection("PATCH balls/4", runs_body(0));
    assert_eq!(no_wicket.code, "correction-impossible");
    assert_eq!(no_wicket.detail, "ball 5 no longer fits: H1 is the striker, not H3");

    // Out by the correction, but batting later.
    let mut scored = CricketHarness::with_home_batting(json!("t20"));
    scored.bowl_symbols("1 . 1 .");
    scored.apply("balls", json!({ "runs": { "batter": 0 }, "striker_id": 101 }));
    let out = json!({ "runs": { "batter": 0 }, "striker_id": 101, "wickets": [wicket_entry("bowled", 101)] });
    let rejection = scored.expect_rejection("PATCH balls/1", out);
    assert_eq!(rejection.detail, "ball 2 no longer fits: there is no striker: send striker_id");

    // A seventh ball has no bowler until the miscounted over is entered.
    let mut scored = CricketHarness::with_home_batting(json!("t20"));
    scored.bowl_symbols("1wd . . . . . . 1");
    let refused = scored.expect_rejection("PATCH balls/1", runs_body(0));
    assert_eq!(refused.detail, "ball 7 no longer fits: there is no bowler: send bowler_id");
    scored.apply("PATCH balls/6", json!({ "runs": { "batter": 0 }, "over_continues": true }));
    scored.apply("PATCH balls/1", runs_body(0));
    assert_eq!(scored.score_text(), "1/0 (1.1)");

    // The match is won before that ball.
    let mut scored = CricketHarness::with_home_batting(format_with_overs(1));
    scored.bowl_symbols("4 . . . . .");
    scored.open_innings(AWAY_TEAM_ID);
    scored.bowl_symbols("2 . 1");
    let refused = scored.expect_rejection("PATCH balls/7", runs_body(6));
    assert!(refused.detail.starts_with("ball 8 no longer fits: no innings"), "{refused}");
    for (action, what) in
        [("PATCH balls/99", "ball"), ("DELETE balls/0", "ball"), ("DELETE balls/07", "ball")]
    {
        let refused = scored.expect_rejection(action, runs_body(0));
        assert_eq!(refused.detail, format!("no such {what}"), "{action}");
    }
}

#[test]
fn a_correction_can_end_or_reopen_the_match() {
    let mut harness = CricketHarness::with_home_batting(format_with_overs(1));
    harness.bowl_symbols("4 . . . . .");
    harness.open_innings(AWAY_TEAM_ID);
    harness.bowl_symbols("2 . 1");
    let transition = harness.apply("PATCH balls/9", runs_body(3));
    assert_eq!(match_message_kinds(&transition), ["ball_corrected", "match_end", "match_complete"]);
    assert_eq!(harness.status(), "finished");
    let applied = harness.apply("PATCH balls/9", json!({ "runs": { "batter": 6 } }));
    assert_eq!(match_message_kinds(&applied), ["ball_corrected"], "the result is the same");
    let applied = harness.apply("PATCH balls/1", runs_body(6));
    assert_eq!(match_message_kinds(&applied), ["ball_corrected"]);
    let applied = harness.apply("PATCH balls/9", runs_body(1));
    assert_eq!(match_message_kinds(&applied), ["ball_corrected", "match_reopened"]);
    assert_eq!(harness.status(), "live");
}

#[test]
fn corrections_withdraw_and_restore_milestones() {
    let mut harness = CricketHarness::with_home_batting(json!("test"));
    harness.bowl_symbols("6 6 6 6 6 6 6 6 6 6 6 6");
    let transition = harness.apply("PATCH balls/1", runs_body(0));
    assert_eq!(match_message_kinds(&transition), ["ball_corrected"], "all marks are still reached");
    for number in 2..=3 {
        harness.apply(&format!("PATCH balls/{number}"), runs_body(0));
    }
    let applied = harness.apply("PATCH balls/4", runs_body(0));
    assert_eq!(match_message_kinds(&applied), ["ball_corrected", "milestone_withdrawn"]);
    let withdrawn = &messages_to(&applied, "team_1_live", "milestone_withdrawn")[0]["milestone"];
    assert_eq!((&withdrawn["kind"], &withdrawn["value"]), (&json!("partnership"), &json!(50)));
    let applied = harness.apply("PATCH balls/4", runs_body(6));
    assert_eq!(match_message_kinds(&applied), ["ball_corrected", "milestone_achieved"]);
}

#[test]
fn corrections_work_across_timeline_segments() {
    let mut harness = CricketHarness::with_home_batting(json!("test"));
    harness.bowl_symbols(&"1 . 2 . 4 . ".repeat(40));
    let before = visible_state(&harness);
    for number in [1, 31, 32, 33, 64, 65, 97, 240] {
        let previous: Value =
            harness.read_part(&format!("balls/{number}"))["runs"]["batter"].clone();
        harness.apply(&format!("PATCH balls/{number}"), runs_body(6));
        assert_ne!(visible_state(&harness), before, "{number}");
        harness.apply(&format!("PATCH balls/{number}"), json!({ "runs": { "batter": previous } }));
        assert_eq!(visible_state(&harness), before, "{number}");
    }
    for number in (150..=240).rev() {
        harness.apply(&format!("DELETE balls/{number}"), Value::Null);
    }
    assert_eq!(harness.live_json()["next_number"], 150);
}

#[test]
fn an_undo_with_by_rejects_a_ball_of_another_scorer() {
    let mut harness = CricketHarness::with_home_batting(json!("odi"));
    harness.scorer_id = 7;
    harness.bowl_symbols("1 4");
    let of = |scorer_id: i64| json!({ "by": scorer_id });
    assert_eq!(harness.expect_rejection("DELETE balls/2", of(8)).code, "entered-by-another");
    assert_eq!(harness.apply("DELETE balls/2", of(7)).response["number"], 2);
}

#[test]
fn a_correction_makes_agreed_balls_official() {
    let mut harness =
        CricketHarness::with_home_batting(json!({ "name": "t20", "scorers_required": 2 }));
    let second = json!({ "runs": { "batter": 4 }, "striker_id": 102 });
    for (scorer_id, first) in [(7, runs_body(1)), (8, runs_body(2))] {
        harness.scorer_id = scorer_id;
        harness.apply("balls", first);
        harness.apply("balls", second.clone());
    }
    harness.scorer_id = 99;
    harness.apply("rulings", json!({ "number": 1, "ball": runs_body(2) }));
    assert_eq!(harness.state()["disputes"]["2"]["reason"], "H1 is the striker, not H2");
    let transition = harness.apply("PATCH balls/1", runs_body(1));
    assert_eq!(
        match_message_kinds(&transition),
        ["ball_corrected", "ball_bowled", "dispute_resolved"]
    );
    assert_eq!(transition.messages[0].data["ball"]["runs"]["total"], 1);
    assert_eq!(transition.response["state"]["next_number"], 3);
    assert_eq!(harness.score_text(), "5/0 (0.2)");
    assert!(harness.state()["disputes"].as_object().unwrap().is_empty());
}

#[test]
fn g15_a_correction_patches_the_innings_that_it_changes() {
    let mut harness = CricketHarness::with_home_batting(json!("test"));
    harness.bowl_symbols("1");
    harness.apply("declare", json!({ "reason": "declared" }));
    harness.open_innings(AWAY_TEAM_ID);
    harness.bowl_symbols("1");
    let mut changed_innings = |action: &str, body: Value| {
        let before = harness.rules.state(&harness.game);
        harness.apply(action, body);
        let patch = merge_patch::difference(&before, &harness.rules.state(&harness.game));
        let innings = patch.get("innings").and_then(Value::as_object);
        innings.unwrap().keys().cloned().collect::<Vec<_>>()
    };
    assert_eq!(changed_innings("PATCH balls/2", runs_body(2)), ["2"]);
    let mut body = runs_body(2);
    body["penalty"] = json!({ "team_id": HOME_TEAM_ID, "runs": 5 });
    assert_eq!(changed_innings("PATCH balls/2", body), ["1"], "5 more there");
    assert_eq!(changed_innings("PATCH balls/2", runs_body(2)), ["1"], "5 less");
    let award = json!({ "penalty": { "team_id": HOME_TEAM_ID, "runs": 5 } });
    assert_eq!(changed_innings("balls", award), ["1"]);
    assert_eq!(changed_innings("DELETE balls/2", Value::Null), ["1", "2"], "the award too");
}
