//! Several scorers: what may not overtake a ball that isn't official yet, and what its end does
//! to the balls after it.

use serde_json::Value;
use serde_json::json;

use super::*;

fn several(required: u32) -> Scored {
    let format = json!({ "name": "custom", "overs": 1, "scorers_required": required });
    let mut scored = Scored::batting(format);
    for _ in 0..5 {
        for by in 7..7 + i64::from(required) {
            says(&mut scored, by, runs(0));
        }
    }
    scored
}

fn says(scored: &mut Scored, by: i64, body: Value) -> Applied<Game> {
    scored.by = by;
    scored.accepts("balls", body)
}

fn pending(scored: &Scored) -> usize {
    scored.view()["pending"].as_array().unwrap().len()
}

#[test]
fn nothing_overtakes_a_ball_in_dispute_that_could_move_it() {
    let declared = json!({ "reason": "declared" });
    let opens = json!({ "batting_team_id": AWAY });
    let awards = json!({ "penalty": { "team_id": AWAY, "runs": 5 } });
    let early = json!({ "wickets": [out("run_out", 102)] });
    // What is asked for; whether it must wait for a ball that merely waits, for one in dispute.
    #[rustfmt::skip]
    let cases = [
        ("declare", declared,                         true,  true),
        ("innings", opens,                            true,  true),
        ("balls",   awards,                           false, true),
        ("balls",   early,                            false, true),
        ("end",     json!({ "result": "no_result" }), false, false),
        ("end",     json!({ "result": "awarded", "winner_team_id": 1 }), false, false),
        ("players", json!({ "bowler_id": 206 }),      false, false),
        ("abandon", json!({ "reason": "rain" }),      false, false),
    ];
    for (action, body, waits, disputed) in cases {
        for (words, must_wait) in [(vec![1], waits), (vec![1, 2], disputed)] {
            let mut scored = several(2);
            for (by, word) in (7..).zip(&words) {
                says(&mut scored, by, runs(*word));
            }
            let tried = scored.tries(action, body.clone());
            let code = tried.as_ref().err().map(|refused| refused.code.clone());
            let expected = must_wait.then(|| "ball-pending".to_owned());
            assert_eq!(code, expected, "{action} {body} after {words:?}");
            if let Err(refused) = tried {
                assert!(refused.detail.starts_with("ball 6 is not official yet: "), "{refused}");
            }
        }
    }
    let mut scored = Scored::batting(json!({ "name": "test", "scorers_required": 2 }));
    says(&mut scored, 7, runs(1));
    says(&mut scored, 8, runs(2));
    assert_eq!(scored.refuses("end", json!({ "result": "drawn" })).code, "ball-pending");
}

#[test]
fn words_on_balls_after_the_last_are_no_part_of_the_next_innings() {
    let mut scored = several(2);
    says(&mut scored, 7, runs(1));
    says(&mut scored, 7, runs(4));
    assert_eq!(pending(&scored), 2);
    says(&mut scored, 8, runs(1));
    assert_eq!((pending(&scored), scored.board().as_str()), (0, "1/0 (1.0)"));
    scored.opens(AWAY);
    for (by, official) in [(7, false), (8, true)] {
        let applied = says(&mut scored, by, runs(2));
        let parts = ["number", "official"].map(|name| applied.answer[name].clone());
        assert_eq!(parts, [json!(7), json!(official)]);
    }
    assert_eq!(scored.board(), "2/0 (0.1)");
}

#[test]
fn a_dispute_about_a_ball_after_the_last_ends_with_the_innings() {
    let mut scored = several(3);
    for by in [7, 8] {
        says(&mut scored, by, runs(0));
        says(&mut scored, by, runs(u32::try_from(by).unwrap() - 6));
    }
    assert_eq!(scored.view()["disputes"][0]["number"], 7);
    let applied = says(&mut scored, 9, runs(0));
    let order = ["ball_bowled", "over_complete", "innings_complete", "dispute_resolved"];
    assert_eq!(kinds(&applied), order);
    let resolved = &told(&applied, "match_9", "dispute_resolved")[0];
    let parts = ["number", "resolved_by", "by", "ball"].map(|name| resolved[name].clone());
    assert_eq!(parts, [json!(7), json!("innings_end"), json!([]), Value::Null]);
    assert_eq!(scored.view()["disputes"], json!([]));
    assert_eq!(scored.read("disputes")["items"][0]["state"], "resolved");
}

#[test]
fn who_is_named_by_another_needs_no_naming() {
    let mut scored = Scored::batting(json!({ "name": "t20", "scorers_required": 2 }));
    for by in [7, 8] {
        says(&mut scored, by, ball("W"));
    }
    let named = json!({ "runs": { "batter": 1 }, "striker_id": 103 });
    assert_eq!(scored.refuses("balls", runs(1)).code, "vacant");
    says(&mut scored, 7, named);
    let applied = says(&mut scored, 8, runs(1));
    assert_eq!(applied.answer["official"], true);
    assert_eq!(scored.line("batting", 103)["runs"], 1);
    assert_eq!(scored.read("balls/2")["by"], json!([7, 8]));
}
