//! Balls taken back, changed, taken out.

use serde_json::Value;
use serde_json::json;

use super::*;

/// Everything a reader can see but what a correction leaves behind: who corrected, how often.
fn seen(scored: &Scored) -> Value {
    let view = scored.view();
    json!([view["scorecard"], view["live"], view["status"], view["score"]])
}

#[test]
fn the_last_ball_is_taken_back_with_all_it_brought() {
    // What was bowled before, and the ball that is taken back.
    let wicket = json!({ "runs": { "batter": 0 }, "wickets": [{ "kind": "bowled" }] });
    let cases = [
        ("", runs(1)),
        ("1 . 4", runs(6)),
        ("1nb", wicket.clone()),
        (". . . . .", runs(1)),
        (". . . . . .", runs(1)),
        ("W W W W W W W W W", wicket),
        ("6 6 6 6 6 6 6 6", runs(4)),
        ("1", json!({ "runs": { "batter": 0 }, "extras": { "no_balls": 1 } })),
    ];
    for (before, body) in cases {
        let mut scored = Scored::batting(json!("odi"));
        scored.bowls(before);
        let was = seen(&scored);
        let free = scored.live()["free_hit"] == true;
        let body = scored.filled(body);
        if free && body["wickets"].is_array() {
            continue;
        }
        scored.accepts("balls", body.clone());
        let number = scored.live()["next_number"].as_u64().unwrap() - 1;
        let applied = scored.accepts(&format!("DELETE balls/{number}"), Value::Null);
        assert_eq!(seen(&scored), was, "{before} and {body}");
        assert_eq!(kinds(&applied)[0], "ball_corrected");
        assert_eq!(applied.answer["number"], number);
        scored.accepts("balls", body);
    }
}

#[test]
fn an_undo_may_reopen_over_innings_and_match() {
    let mut scored = Scored::batting(overs(1));
    scored.bowls("6 . . . .");
    let before = seen(&scored);
    scored.bowls("1");
    scored.opens(AWAY);
    let answer = scored.accepts("DELETE balls/6", Value::Null).answer;
    assert_eq!(answer["taken_back"], json!(["innings"]));
    assert_eq!(seen(&scored), before, "the second innings hadn't begun");
    scored.bowls("1");
    scored.opens(AWAY);
    scored.bowls("6");
    let before = seen(&scored);
    scored.bowls("2");
    assert_eq!(scored.status(), "finished");
    let applied = scored.accepts("DELETE balls/8", json!({ "reason": "it was one" }));
    assert_eq!(kinds(&applied), ["ball_corrected", "match_reopened"]);
    let corrected = &told(&applied, "match_9", "ball_corrected")[0];
    let parts = ["change", "status", "reason"].map(|name| corrected[name].clone());
    assert_eq!(parts, [json!("undone"), json!("live"), json!("it was one")]);
    assert_eq!(seen(&scored), before);
    assert!(scored.rules.result(&scored.game).is_none());
    scored.bowls("1 1");
    assert_eq!(scored.text(), "Kent won by 10 wickets with 3 balls remaining");
}

#[test]
fn a_ball_in_the_middle_is_changed_and_the_rest_folded_anew() {
    let mut scored = Scored::batting(json!("t20"));
    scored.bowls("1 . 1 4 . 2 1 1 .");
    let before = seen(&scored);
    let was = scored.read("balls/2");
    let applied = scored.accepts("PATCH balls/2", runs(1));
    assert_eq!((&applied.answer["rev"], applied.created), (&json!(2), false));
    assert_eq!(scored.line("batting", 102)["runs"], 1 + 4 + 2 + 1, "who faced what has changed");
    let corrected = &told(&applied, "match_9", "ball_corrected")[0];
    assert_eq!((&corrected["was"], &corrected["ball"]["runs"]["batter"]), (&was, &json!(1)));
    assert_eq!(corrected["innings"], scored.live()["innings"]);
    assert_eq!(corrected["scorecard"], scored.read("scorecard"));
    scored.accepts("PATCH balls/2", runs(0));
    assert_eq!(seen(&scored), before);
    assert_eq!(scored.read("balls/2")["rev"], 3);
}

#[test]
fn a_correction_is_told_with_the_cards_from_its_innings_on() {
    let mut scored = Scored::batting(overs(1));
    scored.bowls("1 . 1 4 . 2");
    scored.opens(AWAY);
    scored.bowls("1 1");
    let first = scored.accepts("PATCH balls/4", runs(6));
    let card = scored.read("scorecard");
    assert_eq!(told(&first, "match_9", "ball_corrected")[0]["scorecard"], card);
    assert_eq!(card["innings"][1]["target"], 11);
    let second = scored.accepts("DELETE balls/8", Value::Null);
    let told = &told(&second, "match_9", "ball_corrected")[0]["scorecard"]["innings"];
    assert_eq!(*told, json!([scored.read("scorecard")["innings"][1]]));
}

#[test]
fn a_ball_in_the_middle_is_taken_out() {
    let mut with = Scored::batting(json!("t20"));
    with.bowls("1 . 5wd 4 .");
    let applied = with.accepts("DELETE balls/3", Value::Null);
    assert_eq!(told(&applied, "match_9", "ball_corrected")[0]["change"], "removed");
    let mut without = Scored::batting(json!("t20"));
    without.bowls("1 . 4 .");
    assert_eq!(seen(&with), seen(&without));
    assert_eq!(with.read("balls")["items"].as_array().unwrap().len(), 4);
}

#[test]
fn who_came_in_with_a_ball_comes_in_with_its_correction() {
    let mut scored = Scored::batting(json!("t20"));
    scored.bowls("W 1 1 1 1 1 . .");
    scored.accepts("PATCH balls/2", runs(3));
    scored.accepts("PATCH balls/7", runs(1));
    assert_eq!(
        scored.line("batting", 103)["balls"],
        scored.read("scorecard")["innings"][0]["batting"][2]["balls"]
    );
    assert_eq!(scored.read("balls/2")["striker_id"], 103);
    let mut other = runs(3);
    other["striker_id"] = json!(104);
    scored.accepts("PATCH balls/2", other);
    assert_eq!(scored.read("balls/2")["striker_id"], 104);
}

#[test]
fn what_a_correction_makes_impossible_is_refused_with_reason_and_ball() {
    let mut scored = Scored::batting(json!("t20"));
    scored.bowls(". . . W 1");
    let no_wicket = scored.refuses("PATCH balls/4", runs(0));
    assert_eq!(no_wicket.code, "correction-impossible");
    assert_eq!(no_wicket.detail, "ball 5 could not be: H1 is the striker, not H3");

    // Out earlier, batting later.
    let mut scored = Scored::batting(json!("t20"));
    scored.bowls("1 . 1 .");
    scored.accepts("balls", json!({ "runs": { "batter": 0 }, "striker_id": 101 }));
    let out =
        json!({ "runs": { "batter": 0 }, "striker_id": 101, "wickets": [out("bowled", 101)] });
    let refused = scored.refuses("PATCH balls/1", out);
    assert_eq!(refused.detail, "ball 2 could not be: there is no striker: send striker_id");

    // A seventh ball without a bowler, until the miscount is told.
    let mut scored = Scored::batting(json!("t20"));
    scored.bowls("1wd . . . . . . 1");
    let refused = scored.refuses("PATCH balls/1", runs(0));
    assert_eq!(refused.detail, "ball 7 could not be: there is no bowler: send bowler_id");
    scored.accepts("PATCH balls/6", json!({ "runs": { "batter": 0 }, "over_continues": true }));
    scored.accepts("PATCH balls/1", runs(0));
    assert_eq!(scored.board(), "1/0 (1.1)");

    // Won before it was.
    let mut scored = Scored::batting(overs(1));
    scored.bowls("4 . . . . .");
    scored.opens(AWAY);
    scored.bowls("2 . 1");
    let refused = scored.refuses("PATCH balls/7", runs(6));
    assert!(refused.detail.starts_with("ball 8 could not be: no innings"), "{refused}");
    for (action, what) in
        [("PATCH balls/99", "ball"), ("DELETE balls/0", "ball"), ("DELETE balls/07", "ball")]
    {
        let refused = scored.refuses(action, runs(0));
        assert_eq!(refused.detail, format!("no such {what}"), "{action}");
    }
}

#[test]
fn a_correction_may_end_the_match_or_change_its_result() {
    let mut scored = Scored::batting(overs(1));
    scored.bowls("4 . . . . .");
    scored.opens(AWAY);
    scored.bowls("2 . 1");
    let applied = scored.accepts("PATCH balls/9", runs(3));
    assert_eq!(kinds(&applied), ["ball_corrected", "match_end", "match_complete"]);
    assert_eq!(told(&applied, "match_9", "ball_corrected")[0]["status"], "finished");
    let applied = scored.accepts("PATCH balls/9", json!({ "runs": { "batter": 6 } }));
    assert_eq!(kinds(&applied), ["ball_corrected"], "the result is the same");
    let applied = scored.accepts("PATCH balls/1", runs(6));
    assert_eq!(kinds(&applied), ["ball_corrected"]);
    let applied = scored.accepts("PATCH balls/9", runs(1));
    assert_eq!(kinds(&applied), ["ball_corrected", "match_reopened"]);
    assert_eq!(scored.status(), "live");
}

#[test]
fn milestones_are_withdrawn_and_given_again() {
    let mut scored = Scored::batting(json!("test"));
    scored.bowls("6 6 6 6 6 6 6 6 6 6 6 6");
    let applied = scored.accepts("PATCH balls/1", runs(0));
    assert_eq!(kinds(&applied), ["ball_corrected"], "all marks are still reached");
    for number in 2..=3 {
        scored.accepts(&format!("PATCH balls/{number}"), runs(0));
    }
    let applied = scored.accepts("PATCH balls/4", runs(0));
    assert_eq!(kinds(&applied), ["ball_corrected", "milestone_withdrawn"]);
    let withdrawn = &told(&applied, "team_1_live", "milestone_withdrawn")[0]["milestone"];
    assert_eq!((&withdrawn["kind"], &withdrawn["value"]), (&json!("partnership"), &json!(50)));
    let applied = scored.accepts("PATCH balls/4", runs(6));
    assert_eq!(kinds(&applied), ["ball_corrected", "milestone_achieved"]);
}

#[test]
fn corrections_far_back_in_a_long_match() {
    let mut scored = Scored::batting(json!("test"));
    scored.bowls(&"1 . 2 . 4 . ".repeat(40));
    let before = seen(&scored);
    for number in [1, 31, 32, 33, 64, 65, 97, 240] {
        let was: Value = scored.read(&format!("balls/{number}"))["runs"]["batter"].clone();
        scored.accepts(&format!("PATCH balls/{number}"), runs(6));
        assert_ne!(seen(&scored), before, "{number}");
        scored.accepts(&format!("PATCH balls/{number}"), json!({ "runs": { "batter": was } }));
        assert_eq!(seen(&scored), before, "{number}");
    }
    for number in (150..=240).rev() {
        scored.accepts(&format!("DELETE balls/{number}"), Value::Null);
    }
    assert_eq!(scored.live()["next_number"], 150);
}

#[test]
fn a_correction_tells_of_the_balls_own_innings_too() {
    let mut scored = Scored::batting(overs(1));
    scored.bowls("6 . . . . .");
    scored.opens(AWAY);
    scored.bowls("1");
    let applied = scored.accepts("PATCH balls/1", runs(4));
    let corrected = &told(&applied, "match_9", "ball_corrected")[0];
    let figures =
        |name: &str| ["number", "runs", "target"].map(|figure| corrected[name][figure].clone());
    assert_eq!(figures("ball_innings"), [json!(1), json!(4), Value::Null]);
    assert_eq!(figures("innings"), [json!(2), json!(1), json!(5)]);
    assert_eq!(
        corrected["ball_innings"]["wickets"],
        scored.read("scorecard")["innings"][0]["wickets"]
    );
}

#[test]
fn an_undo_that_names_who_entered_the_ball_takes_back_no_others() {
    let mut scored = Scored::batting(json!("odi"));
    scored.by = 7;
    scored.bowls("1 4");
    let of = |by: i64| json!({ "by": by });
    assert_eq!(scored.refuses("DELETE balls/2", of(8)).code, "entered-by-another");
    assert_eq!(scored.accepts("DELETE balls/2", of(7)).answer["number"], 2);
}

#[test]
fn what_scorers_agreed_on_is_official_once_a_correction_makes_it_fit() {
    let mut scored = Scored::batting(json!({ "name": "t20", "scorers_required": 2 }));
    let second = json!({ "runs": { "batter": 4 }, "striker_id": 102 });
    for (by, first) in [(7, runs(1)), (8, runs(2))] {
        scored.by = by;
        scored.accepts("balls", first);
        scored.accepts("balls", second.clone());
    }
    scored.by = 99;
    scored.accepts("rulings", json!({ "number": 1, "ball": runs(2) }));
    assert_eq!(scored.view()["disputes"][0]["reason"], "H1 is the striker, not H2");
    let applied = scored.accepts("PATCH balls/1", runs(1));
    assert_eq!(kinds(&applied), ["ball_corrected", "ball_bowled", "dispute_resolved"]);
    assert_eq!(applied.messages[0].data["innings"]["runs"], 1, "as it stands after the correction");
    assert_eq!(applied.answer["state"]["next_number"], 3);
    assert_eq!(scored.board(), "5/0 (0.2)");
    assert!(scored.view()["disputes"].as_array().unwrap().is_empty());
}

#[test]
fn a_correction_tells_each_innings_that_it_changed() {
    let mut scored = Scored::batting(json!("test"));
    scored.bowls("1");
    scored.accepts("declare", json!({ "reason": "declared" }));
    scored.opens(AWAY);
    scored.bowls("1");
    let first = |applied: &Applied<Game>| {
        let card = &told(applied, "match_9", "ball_corrected")[0]["scorecard"]["innings"];
        card[0]["number"].clone()
    };
    assert_eq!(first(&scored.accepts("PATCH balls/2", runs(2))), 2);
    let mut body = runs(2);
    body["penalty"] = json!({ "team_id": HOME, "runs": 5 });
    assert_eq!(first(&scored.accepts("PATCH balls/2", body)), 1, "5 more there");
    assert_eq!(first(&scored.accepts("PATCH balls/2", runs(2))), 1, "5 less");
    scored.accepts("balls", json!({ "penalty": { "team_id": HOME, "runs": 5 } }));
    assert_eq!(first(&scored.accepts("DELETE balls/2", Value::Null)), 1, "the award too");
}
