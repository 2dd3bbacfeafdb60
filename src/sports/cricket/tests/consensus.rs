//! Several scorers, who may disagree.

use serde_json::Value;
use serde_json::json;

use super::*;

fn two() -> Scored {
    Scored::batting(json!({ "name": "t20", "scorers_required": 2 }))
}

/// One scorer's word on the next ball, or on a numbered one.
fn says(scored: &mut Scored, by: i64, number: Option<u32>, mut body: Value) -> Applied<Game> {
    scored.by = by;
    if let Some(number) = number {
        body["expected_number"] = json!(number);
    }
    scored.accepts("balls", body)
}

fn official(scored: &Scored) -> u64 {
    scored.live()["next_number"].as_u64().unwrap() - 1
}

#[test]
fn a_ball_is_official_once_enough_agree() {
    let mut scored = two();
    let applied = says(&mut scored, 7, None, runs(1));
    assert_eq!(
        (&applied.answer["official"], &applied.answer["number"]),
        (&json!(false), &json!(1))
    );
    assert_eq!(kinds(&applied), ["ball_submitted"]);
    let told = &applied.messages[0].data;
    assert_eq!((&told["number"], &told["state"]), (&json!(1), &json!("waiting")));
    assert_eq!(told["submissions"][0]["by"], 7);
    assert_eq!(told["submissions"][0]["ball"]["runs.batter"], 1);
    assert_eq!(scored.view()["pending"][0]["submissions"], told["submissions"]);
    assert_eq!(official(&scored), 0);
    // The same scorer twice is one.
    says(&mut scored, 7, Some(1), runs(1));
    assert_eq!(official(&scored), 0);
    let applied = says(&mut scored, 8, None, runs(1));
    assert_eq!(applied.answer["official"], true);
    assert_eq!(kinds(&applied), ["ball_bowled"]);
    assert_eq!(scored.read("balls/1")["by"], json!([7, 8]));
    assert_eq!(scored.board(), "1/0 (0.1)");
}

#[test]
fn who_names_nobody_contradicts_nobody() {
    let mut scored = two();
    let named = json!({ "runs": { "batter": 0 }, "striker_id": 101, "bowler_id": 205,
                        "commentary": "on a length", "extras": {} });
    says(&mut scored, 7, None, runs(0));
    assert_eq!(says(&mut scored, 8, None, named).answer["official"], true);
    let ball = scored.read("balls/1");
    assert_eq!(ball["commentary"], "on a length");
}

#[test]
fn a_dispute_shows_what_differs_and_who_said_it() {
    let mut scored = two();
    says(&mut scored, 7, None, runs(1));
    let applied =
        says(&mut scored, 8, None, json!({ "runs": { "batter": 0 }, "extras": { "leg_byes": 1 } }));
    assert_eq!(kinds(&applied), ["scoring_dispute_raised"]);
    assert_eq!(applied.answer["disputed"], true);
    let dispute = &told(&applied, "match_9", "scoring_dispute_raised")[0];
    assert_eq!(dispute["number"], 1);
    let fields = json!([
        { "field": "extras.leg_byes", "values": [{ "by": 7, "value": 0 }, { "by": 8, "value": 1 }] },
        { "field": "runs.batter", "values": [{ "by": 7, "value": 1 }, { "by": 8, "value": 0 }] },
    ]);
    assert_eq!(dispute["fields"], fields);
    assert_eq!(dispute["submissions"].as_array().unwrap().len(), 2);
    assert_eq!(scored.view()["disputes"].as_array().unwrap().len(), 1);

    // A third agrees with one of them.
    let applied = says(&mut scored, 9, None, runs(1));
    assert_eq!(kinds(&applied), ["ball_bowled", "dispute_resolved"]);
    let resolved = &told(&applied, "match_9", "dispute_resolved")[0];
    let parts = ["resolved_by", "by"].map(|name| resolved[name].clone());
    assert_eq!(parts, [json!("agreement"), json!([7, 9])]);
    assert!(scored.view()["disputes"].as_array().unwrap().is_empty());
    assert_eq!(scored.read("disputes")["items"][0]["state"], "resolved");
}

#[test]
fn three_ways_to_see_a_ball() {
    let leg_bye = || json!({ "runs": { "batter": 0 }, "extras": { "leg_byes": 1 } });
    let wide = || json!({ "runs": { "batter": 0 }, "extras": { "wides": 1 } });
    let comes = |id: i64| json!({ "runs": { "batter": 0 }, "striker_id": id });
    // How many must agree, the ball before, what 7, 8, 9 … say of the next, the fields that
    // differ, and who agreed at last.
    #[rustfmt::skip]
    #[expect(clippy::type_complexity, reason = "a table's row")]
    let cases: [(u32, &str, Vec<Value>, &[&str], &[i64]); 6] = [
        (2, ".", vec![runs(1), leg_bye(), wide()],
            &["extras.leg_byes", "extras.wides", "runs.batter"], &[]),
        (2, ".", vec![runs(1), leg_bye(), wide(), leg_bye()], &[], &[8, 10]),
        (3, ".", vec![runs(1), leg_bye(), leg_bye()], &["extras.leg_byes", "runs.batter"], &[]),
        (3, ".", vec![runs(1), leg_bye(), leg_bye(), wide(), leg_bye()], &[], &[8, 9, 11]),
        // Who names nobody agrees with both; they don't with each other.
        (3, "W", vec![runs(0), comes(103), comes(104)], &["striker_id"], &[]),
        (3, "W", vec![runs(0), comes(104), comes(103), comes(103)], &[], &[7, 9, 10]),
    ];
    for (required, before, words, differ, by) in cases {
        let mut scored = Scored::batting(json!({ "name": "t20", "scorers_required": required }));
        says(&mut scored, 7, Some(1), ball(before));
        for (scorer, word) in (7..).zip(&words) {
            says(&mut scored, scorer, Some(2), word.clone());
        }
        scored.accepts("rulings", json!({ "number": 1, "ball": ball(before) }));
        let open = scored.view()["disputes"][0]["fields"].clone();
        let names = open.as_array().into_iter().flatten().map(|one| one["field"].clone());
        assert_eq!(names.collect::<Vec<_>>(), differ, "{words:?}");
        assert_eq!(official(&scored), if by.is_empty() { 1 } else { 2 }, "{words:?}");
        if !by.is_empty() {
            assert_eq!(scored.read("balls/2")["by"], json!(by), "{words:?}");
        }
    }
}

#[test]
fn a_scorer_may_think_again() {
    let mut scored = two();
    says(&mut scored, 7, None, runs(1));
    says(&mut scored, 8, None, runs(2));
    let applied = says(&mut scored, 8, Some(1), runs(1));
    assert_eq!(kinds(&applied), ["ball_bowled", "dispute_resolved"]);
}

#[test]
fn nothing_after_a_disputed_ball_is_official_before_it() {
    let mut scored = two();
    for by in [7, 8] {
        says(&mut scored, by, None, runs(0));
    }
    says(&mut scored, 7, None, runs(1));
    says(&mut scored, 8, None, runs(2));
    for runs_off in [0, 4] {
        says(&mut scored, 7, None, runs(runs_off));
        let applied = says(&mut scored, 8, None, runs(runs_off));
        assert_eq!(applied.answer["official"], false);
        assert_eq!(kinds(&applied), ["ball_submitted"]);
    }
    assert_eq!(official(&scored), 1);
    scored.by = 99;
    let applied = scored.accepts("rulings", json!({ "number": 2, "ball": runs(2) }));
    let told = ["ball_bowled", "dispute_resolved", "ball_bowled", "ball_bowled"];
    assert_eq!(kinds(&applied), told, "then those that were agreed on, in order");
    assert_eq!((official(&scored), scored.board().as_str()), (4, "6/0 (0.4)"));
    let resolved = &scored.read("disputes")["items"][0];
    assert_eq!((&resolved["resolved_by"], &resolved["by"]), (&json!("ruling"), &json!([99])));
    assert_eq!(scored.read("balls/2")["by"], json!([99]));
}

#[test]
fn a_ruling_needs_a_ball_that_somebody_spoke_of() {
    let mut scored = two();
    let ruling = |number: u32| json!({ "number": number, "ball": runs(1) });
    assert_eq!(scored.refuses("rulings", ruling(1)).code, "no-dispute");
    says(&mut scored, 7, None, runs(1));
    scored.accepts("rulings", ruling(1));
    assert_eq!(official(&scored), 1, "one of the two may be away");
    let refused = scored.refuses("rulings", ruling(1));
    assert!(refused.detail.contains("PATCH balls/1"), "{refused}");
    let wrong = json!({ "number": 2, "ball": { "runs": { "batter": -1 } }, "why": 1 });
    assert_eq!(pointers(&scored.refuses("rulings", wrong)), ["/ball/runs/batter", "/why"]);
}

#[test]
fn who_fell_behind_catches_up() {
    let mut scored = Scored::batting(json!({ "name": "t20", "scorers_required": 2 }));
    says(&mut scored, 9, None, runs(0));
    for number in 1..=4 {
        for by in [7, 8] {
            says(&mut scored, by, Some(number), runs(number - 1));
        }
    }
    assert_eq!(official(&scored), 4);
    let applied = says(&mut scored, 9, None, runs(1));
    let parts = ["number", "official", "agrees"].map(|name| applied.answer[name].clone());
    assert_eq!(parts, [json!(2), json!(true), json!(true)]);
    let applied = says(&mut scored, 9, None, runs(6));
    assert_eq!(
        (&applied.answer["number"], &applied.answer["differs"]),
        (&json!(3), &json!(["runs.batter"]))
    );
    assert_eq!(scored.read("balls/3")["runs"]["batter"], 2, "what is official stands");
    says(&mut scored, 9, None, runs(3));
    let applied = says(&mut scored, 9, None, runs(4));
    assert_eq!(
        (&applied.answer["number"], &applied.answer["official"]),
        (&json!(5), &json!(false))
    );
}

#[test]
fn who_fell_behind_catches_up_after_the_end_too() {
    let format = json!({ "name": "custom", "overs": 1, "scorers_required": 2 });
    let mut scored = Scored::batting(format);
    says(&mut scored, 9, None, runs(0));
    for number in 1..=6 {
        for by in [7, 8] {
            says(&mut scored, by, Some(number), runs(0));
        }
    }
    scored.accepts("end", json!({ "result": "no_result" }));
    let applied = says(&mut scored, 9, None, runs(0));
    assert_eq!((&applied.answer["number"], &applied.answer["agrees"]), (&json!(2), &json!(true)));
    let next = json!({ "runs": { "batter": 0 }, "expected_number": 7 });
    assert_eq!(scored.refuses("balls", next).code, "wrong-state");
}

#[test]
fn balls_are_submitted_in_order() {
    let mut scored = two();
    let ahead = json!({ "runs": { "batter": 1 }, "expected_number": 2 });
    assert_eq!(scored.refuses("balls", ahead.clone()).code, "out-of-order");
    says(&mut scored, 7, None, runs(1));
    scored.accepts("balls", ahead);
    // What could never be official is refused at once.
    let wrong = json!({ "runs": { "batter": 1 }, "striker_id": 102, "expected_number": 1 });
    assert_eq!(scored.refuses("balls", wrong).code, "contradicts");
}

#[test]
fn what_was_agreed_on_may_fit_no_longer() {
    let mut scored = two();
    says(&mut scored, 7, None, runs(1));
    says(&mut scored, 8, None, runs(2));
    let second = json!({ "runs": { "batter": 0 }, "striker_id": 102 });
    for by in [7, 8] {
        says(&mut scored, by, None, second.clone());
    }
    let applied = scored.accepts("rulings", json!({ "number": 1, "ball": runs(2) }));
    assert_eq!(kinds(&applied), ["ball_bowled", "dispute_resolved", "scoring_dispute_raised"]);
    let dispute = &told(&applied, "match_9", "scoring_dispute_raised")[0];
    assert_eq!(dispute["reason"], "H1 is the striker, not H2");
    assert_eq!(official(&scored), 1);
    for by in [7, 8] {
        says(&mut scored, by, Some(2), runs(0));
    }
    assert_eq!(official(&scored), 2);
}

#[test]
fn after_an_undo_all_speak_anew() {
    let mut scored = two();
    for runs_off in [1, 2] {
        for by in [7, 8] {
            says(&mut scored, by, None, runs(runs_off));
        }
    }
    says(&mut scored, 7, None, runs(4));
    scored.accepts("DELETE balls/2", Value::Null);
    assert_eq!(official(&scored), 1);
    for by in [7, 8] {
        let applied = says(&mut scored, by, None, runs(3));
        assert_eq!(applied.answer["number"], 2);
    }
    assert_eq!(scored.board(), "4/0 (0.2)");
}

#[test]
fn one_scorer_needs_no_ruling() {
    let mut scored = Scored::batting(json!("t20"));
    scored.bowls("1");
    let refused = scored.refuses("rulings", json!({ "number": 1, "ball": runs(1) }));
    assert_eq!(refused.code, "no-dispute");
}

#[test]
fn a_late_word_ends_the_match_when_its_last_ball_was_bowled() {
    let mut scored =
        Scored::batting(json!({ "name": "custom", "overs": 1, "scorers_required": 2 }));
    for body in vec![runs(0); 6] {
        for by in [7, 8] {
            says(&mut scored, by, None, body.clone());
        }
    }
    scored.opens(AWAY);
    says(&mut scored, 7, None, runs(0));
    says(&mut scored, 8, None, runs(1));
    let disputed = scored.at;
    for by in [7, 8] {
        says(&mut scored, by, None, runs(4));
    }
    let last = scored.at;
    assert_eq!(scored.status(), "live");
    // As a device sends it that tells when the ball was bowled, not when it thought again.
    scored.at = disputed - TimeDelta::seconds(30);
    says(&mut scored, 8, Some(7), runs(0));
    assert_eq!(scored.status(), "finished");
    let stopped: DateTime<Utc> = scored.view()["clock"]["at"].as_str().unwrap().parse().unwrap();
    assert_eq!(stopped, last - TimeDelta::seconds(30), "when the first said so");
}
