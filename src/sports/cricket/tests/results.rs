//! Who wins, and how it is said (Law 16).

use serde_json::Value;
use serde_json::json;

use super::*;
use crate::domain::leaderboard::Verdict;
use crate::sports::result::Ending;

/// A match of one over a side with what each made.
fn played(first: &str, second: &str) -> Scored {
    let mut scored = Scored::batting(overs(1));
    scored.bowls(first);
    scored.opens(AWAY);
    scored.bowls(second);
    scored
}

fn verdict(scored: &Scored) -> Option<(Verdict, Option<i64>, Ending)> {
    let result = scored.rules.result(&scored.game)?;
    assert_eq!(result.text.as_deref(), Some(scored.text().as_str()));
    let score = scored.rules.summary(&scored.game);
    assert_eq!((result.home_score, result.away_score), (score.home_score, score.away_score));
    Some((result.verdict, result.winner_team_id, result.ending))
}

#[test]
fn one_innings_a_side() {
    #[rustfmt::skip]
    let cases = [
        ("6 6 . . . .", ". . . . . .", "Northants won by 12 runs", json!({ "runs": 12 })),
        ("6 . . . . .", "5 . . . . .", "Northants won by 1 run", json!({ "runs": 1 })),
        ("6 . . . . .", "6 1", "Kent won by 10 wickets with 4 balls remaining", json!({ "wickets": 10, "balls_left": 4 })),
        ("6 . . . . .", "W W W . 6 1", "Kent won by 7 wickets", json!({ "wickets": 7, "balls_left": 0 })),
        ("6 . . . . .", "W W 6 . 1", "Kent won by 8 wickets with 1 ball remaining", json!({ "wickets": 8, "balls_left": 1 })),
    ];
    for (first, second, text, by) in cases {
        let scored = played(first, second);
        assert_eq!((scored.text().as_str(), scored.status()), (text, "finished"));
        let result = scored.result();
        assert_eq!((&result["by"], &result["method"]), (&by, &Value::Null), "{text}");
        let home = text.starts_with("Northants");
        let (side, id) = if home { (Verdict::Home, HOME) } else { (Verdict::Away, AWAY) };
        assert_eq!(result["winner_team_id"], id);
        assert_eq!(verdict(&scored), Some((side, Some(id), Ending::Played)));
    }
}

#[test]
fn two_innings_a_side() {
    // Innings by innings: the side, and what it made before it was all out.
    #[rustfmt::skip]
    let cases = [
        ("16.2 an innings", vec![(1, "6 6"), (2, "2"), (2, "3")], "Northants won by an innings and 7 runs"),
        ("16.2 batting second", vec![(1, "1"), (2, "6"), (1, "4")], "Kent won by an innings and 1 run"),
        ("16.2 runs", vec![(1, "6"), (2, "4"), (1, "2"), (2, "1")], "Northants won by 3 runs"),
        ("16.2 wickets", vec![(1, "6"), (2, "4"), (1, "2"), (2, "4 1")], "Kent won by 10 wickets"),
        ("16.2 after a follow-on", vec![(1, "6 6"), (2, "1"), (2, "6 6"), (1, "2")], "Northants won by 10 wickets"),
        ("16.5.1 tied", vec![(1, "6"), (2, "4"), (1, "2"), (2, "4")], ""),
    ];
    for (law, innings, text) in cases {
        let mut scored = Scored::new(json!({ "name": "test", "follow_on": 5 }));
        scored.accepts("start", json!({}));
        for (side, balls) in innings {
            scored.opens(side);
            scored.bowls(balls);
            if scored.status() == "live" {
                scored.accepts("declare", json!({ "reason": "all_out" }));
            }
        }
        assert_eq!(scored.text(), text, "{law}");
        assert_eq!(scored.status(), if text.is_empty() { "live" } else { "finished" }, "{law}");
    }
}

#[test]
fn level_scores_stay_live_until_somebody_says_what_they_mean() {
    let mut scored = played("6 . . . . .", "6 . . . . .");
    assert_eq!((scored.status(), scored.result()), ("live", Value::Null));
    let refused = scored.refuses("innings", json!({ "batting_team_id": HOME }));
    assert!(refused.detail.contains("super-over or end"), "{refused}");
    let applied = scored.accepts("end", json!({ "result": "tied" }));
    assert_eq!(kinds(&applied), ["match_end", "match_complete"]);
    assert_eq!(applied.answer["result"]["tie"], true);
    assert_eq!((scored.text().as_str(), scored.status()), ("Match tied", "finished"));
    assert_eq!(verdict(&scored), Some((Verdict::Draw, None, Ending::Played)));

    let mut scored = played("6 . . . . .", "6 . . . . .");
    let end = json!({ "result": "tied", "winner_team_id": AWAY, "method": "boundary count" });
    scored.accepts("end", end);
    assert_eq!(scored.text(), "Match tied (Kent won on boundary count)");
    assert_eq!(verdict(&scored), Some((Verdict::Away, Some(AWAY), Ending::Played)));
}

#[test]
fn a_super_over_decides_and_another_if_it_is_level() {
    let mut scored = played("6 . . . . .", "6 . . . . .");
    assert_eq!(scored.refuses("super-over", json!({ "overs": 1 })).code, "invalid-field");
    let applied = scored.accepts("super-over", json!({}));
    assert_eq!(kinds(&applied), ["super_over"]);
    assert_eq!(scored.refuses("super-over", json!({})).code, "not-level");
    scored.opens(AWAY);
    let innings = scored.innings();
    assert_eq!((&innings["super_over"], &innings["number"]), (&json!(true), &json!(3)));
    scored.bowls("4 W W");
    assert_eq!(scored.innings()["end"], "all_out", "two wickets end it");
    assert_eq!(scored.refuses("innings", json!({ "batting_team_id": AWAY })).code, "wrong-side");
    scored.opens(HOME);
    assert_eq!(scored.innings()["target"], 5);
    let award = |runs: i32| json!({ "penalty": { "team_id": HOME, "runs": runs } });
    scored.accepts("balls", award(2));
    assert_eq!(scored.innings()["runs"], 2, "41.17 to the super over that is played");
    scored.accepts("balls", award(-2));
    scored.bowls("4 . . . . .");
    assert_eq!(scored.status(), "live", "level again");
    assert_eq!(
        scored.refuses("innings", json!({ "batting_team_id": HOME })).code,
        "no-innings-left"
    );

    scored.accepts("super-over", json!({}));
    scored.opens(HOME);
    scored.bowls("1 . . . . .");
    scored.opens(AWAY);
    scored.bowls("2");
    assert_eq!(scored.text(), "Match tied (Kent won the Super Over)");
    let result = scored.result();
    assert_eq!((&result["tie"], &result["winner_team_id"]), (&json!(true), &json!(AWAY)));
    assert_eq!(verdict(&scored), Some((Verdict::Away, Some(AWAY), Ending::Played)));
    assert_eq!(scored.rules.summary(&scored.game).home_score, 6, "not of the match's runs");
}

#[test]
fn there_is_no_super_over_without_level_scores() {
    let mut scored = Scored::batting(overs(1));
    assert_eq!(scored.refuses("super-over", json!({})).code, "not-level");
    let mut scored = played("6 . . . . .", "5 . . . .");
    assert_eq!(scored.refuses("super-over", json!({})).code, "not-level");
}

#[test]
fn matches_are_ended_where_the_balls_dont_decide() {
    let end = |result: &str| json!({ "result": result });
    // Format, body, text (or the code of the refusal).
    #[rustfmt::skip]
    let cases = [
        ("t20",  end("no_result"), Ok("No result")),
        ("t20",  end("drawn"), Err("not-drawn")),
        ("t20",  end("tied"), Err("not-level")),
        ("t20",  end("awarded"), Err("invalid-field")),
        ("t20",  json!({ "result": "awarded", "winner_team_id": 2 }), Ok("Match awarded to Kent")),
        ("t20",  json!({ "result": "no_result", "winner_team_id": 2 }), Err("invalid-field")),
        ("t20",  json!({}), Err("invalid-field")),
        ("test", end("drawn"), Ok("Match drawn")),
        ("test", json!({ "result": "drawn", "winner_team_id": 1, "method": "first innings lead" }), Ok("Match drawn (Northants won on first innings lead)")),
        ("test", end("tied"), Err("not-level")),
    ];
    for (format, body, expected) in cases {
        let mut scored = Scored::batting(json!(format));
        scored.bowls("1");
        match expected {
            Ok(text) => {
                scored.accepts("end", body.clone());
                assert_eq!((scored.text().as_str(), scored.status()), (text, "finished"), "{body}");
                assert!(verdict(&scored).is_some());
            }
            Err(code) => {
                assert_eq!(scored.refuses("end", body.clone()).code, code, "{format} {body}");
            }
        }
    }
    let mut scored = Scored::batting(json!("t20"));
    scored.accepts("end", json!({ "result": "no_result", "reason": "rain" }));
    let result = scored.rules.result(&scored.game).unwrap();
    assert_eq!((result.verdict, result.reason.as_deref()), (Verdict::NoResult, Some("rain")));
    assert_eq!(scored.refuses("end", end("no_result")).code, "wrong-state");
}

#[test]
fn an_abandoned_match_says_whether_a_ball_was_bowled() {
    let mut scored = Scored::new(json!("t20"));
    scored.accepts("start", json!({}));
    scored.accepts("abandon", json!({}));
    assert_eq!(scored.text(), "Match abandoned without a ball bowled");
    let card = scored.read("scorecard/text");
    let said = "Northants v Kent\nMatch abandoned without a ball bowled\n";
    assert_eq!(card.as_str(), Some(said), "as text too");
    assert_eq!(scored.result()["no_result"], true);
}

#[test]
fn a_target_set_by_hand_is_chased() {
    let mut scored = Scored::batting(overs(2));
    scored.bowls("6 6 . . . . . . . . . .");
    let told =
        &scored.accepts("target", json!({ "runs": 9, "overs": "1", "method": "D/L" })).messages[0];
    assert_eq!(told.kind, "target_set");
    assert_eq!(told.data["innings"]["method"], Value::Null, "no method made the first total");
    let next = ["next_target", "next_method"].map(|name| told.data[name].clone());
    assert_eq!(next, [json!(9), json!("D/L")]);
    scored.opens(AWAY);
    let innings = scored.live()["innings"].clone();
    assert_eq!((&innings["target"], &innings["balls_left"]), (&json!(9), &json!(6)));
    assert_eq!(innings["required_rate"], 9.0);
    scored.bowls("4 4");
    scored.accepts("target", json!({ "runs": 10, "overs": "1", "method": "D/L" }));
    assert_eq!(scored.live()["innings"]["method"], "D/L");
    scored.bowls(". 2");
    assert_eq!(scored.text(), "Kent won by 10 wickets with 2 balls remaining (D/L method)");
    assert_eq!(scored.result()["method"], "D/L");

    // Set lower than what has been made: won at once.
    let mut scored = Scored::batting(overs(2));
    scored.bowls("6 6 . . . . . . . . . .");
    scored.opens(AWAY);
    scored.bowls("6");
    let applied = scored.accepts("target", json!({ "runs": 5, "method": "VJD" }));
    assert_eq!(kinds(&applied), ["target_set", "innings_complete", "match_end", "match_complete"]);
    let mut scored = Scored::new(overs(2));
    scored.accepts("start", json!({}));
    assert_eq!(scored.refuses("target", json!({ "runs": 5 })).code, "no-target");
}

#[test]
fn a_chase_cut_short_is_judged_by_its_method() {
    let cut = |method: Value, declare: Value| {
        let mut scored = Scored::batting(overs(2));
        scored.bowls("6 6 . . . . . . . . . .");
        scored.opens(AWAY);
        scored.accepts("target", json!({ "runs": 13, "method": method }));
        scored.bowls("4 . . 4");
        scored.accepts("declare", declare);
        scored.text()
    };
    let umpires = json!({ "reason": "umpires" });
    let par = |par: u32| json!({ "reason": "umpires", "par": par });
    assert_eq!(cut(json!("D/L"), umpires.clone()), "Northants won by 4 runs (D/L method)");
    assert_eq!(cut(json!("D/L"), par(5)), "Kent won by 3 runs (D/L method)");
    assert_eq!(cut(json!("D/L"), par(8)), "", "level with par");
    assert_eq!(cut(Value::Null, umpires), "", "no method says who was ahead");
    assert_eq!(
        cut(json!("D/L"), json!({ "reason": "all_out" })),
        "Northants won by 4 runs (D/L method)"
    );
    let mut scored = Scored::batting(overs(2));
    let refused = scored.refuses("declare", json!({ "reason": "declared", "par": 3 }));
    assert_eq!(pointers(&refused), ["/par"]);
}

#[test]
fn penalty_runs_after_the_end_can_change_or_reopen_the_result() {
    let award = |team: i64| json!({ "penalty": { "team_id": team, "runs": 5 } });
    // 16.6: the side batting last had completed its innings.
    let mut scored = played("6 . . . . .", "4 . . . . .");
    assert_eq!(scored.text(), "Northants won by 2 runs");
    let applied = scored.accepts("balls", award(AWAY));
    assert_eq!(kinds(&applied), ["penalty_awarded", "match_complete"]);
    assert_eq!(scored.text(), "Kent won by penalty runs");
    // 41.17: to the side that fielded, so what was made is no longer enough.
    let mut scored = played("6 . . . . .", "6 1");
    let applied = scored.accepts("balls", award(HOME));
    assert_eq!(kinds(&applied), ["penalty_awarded", "match_reopened"]);
    assert_eq!((scored.status(), scored.innings()["target"].clone()), ("live", json!(12)));
    scored.bowls("4 1");
    assert_eq!(scored.text(), "Kent won by 10 wickets with 2 balls remaining");
}

#[test]
fn the_end_of_a_match_is_told() {
    let mut scored = played("6 . . . . .", "6");
    let applied = scored.accepts("balls", runs(1));
    let order = ["ball_bowled", "innings_complete", "match_end", "match_complete"];
    assert_eq!(kinds(&applied), order);
    let end = &told(&applied, "match_9", "match_end")[0];
    assert_eq!((&end["status"], &end["clock"]["running"]), (&json!("finished"), &json!(false)));
    for topic in ["match_9", "team_1_live", "team_2_live"] {
        let complete = &told(&applied, topic, "match_complete")[0];
        assert_eq!(complete["text"], "Kent won by 10 wickets with 4 balls remaining");
        assert_eq!(complete["result"], scored.result());
        assert_eq!(complete["player_of_the_match"], json!({ "player_id": 201, "name": "A1" }));
    }
}

#[test]
fn a_result_entered_by_hand_covers_what_was_played() {
    let mut scored = played("6 . . . . .", "6 1");
    let awarded = json!({ "ending": "awarded", "winner_team_id": HOME, "reason": "a twelfth man",
                          "override": true });
    scored.accepts("PUT result", awarded);
    let shown = json!({ "home": 0, "away": 0 });
    let applied = scored.accepts("PATCH balls/8", runs(3));
    assert_eq!(kinds(&applied), ["ball_corrected"], "the result isn't the play's any more");
    assert_eq!(applied.messages[0].data["score"], shown);
    assert_eq!(applied.answer["state"]["score"], shown);
    assert_eq!(scored.refuses("DELETE balls/8", Value::Null).code, "result-by-hand");
    scored.accepts("DELETE result", Value::Null);
    scored.accepts("DELETE balls/8", Value::Null);
    assert_eq!(
        (scored.status(), scored.view()["score"].clone()),
        ("live", json!({ "home": 6, "away": 6 }))
    );
}

#[test]
fn nobody_is_out_after_the_winning_run() {
    let run_out = || json!([out("run_out", 202)]);
    let stumped = || json!([{ "kind": "stumped" }]);
    // The ball with two runs needed or one, and whether the wicket counts: nine are down.
    #[rustfmt::skip]
    let cases = [
        ("two run before it",    ".", json!({ "runs": { "batter": 2 }, "wickets": run_out() }), "Kent won by 1 wicket"),
        ("one run before it",    ".", json!({ "runs": { "batter": 1 }, "wickets": run_out() }), ""),
        ("a wide that wins",     "1", json!({ "runs": { "batter": 0 }, "extras": { "wides": 1 }, "wickets": stumped() }), "Kent won by 1 wicket"),
        ("a no-ball that wins",  "1", json!({ "runs": { "batter": 0 }, "extras": { "no_balls": 1 }, "wickets": run_out() }), "Kent won by 1 wicket"),
        ("a wide that doesn't",  ".", json!({ "runs": { "batter": 0 }, "extras": { "wides": 1 }, "wickets": stumped() }), ""),
        ("a real match's",       "1", json!({ "runs": { "batter": 1 }, "wickets": run_out(), "override": true }), "Kent won by 0 wickets"),
    ];
    for (case, before, mut body, text) in cases {
        let mut scored = Scored::batting(json!({ "name": "custom", "innings": 2 }));
        scored.bowls("1");
        scored.accepts("declare", json!({ "reason": "all_out" }));
        scored.opens(AWAY);
        scored.bowls("W W W W W W W W W");
        scored.accepts("players", json!({ "striker_id": 211, "bowler_id": 106 }));
        scored.bowls(before);
        let striker = scored.ends().0;
        if let Some(id) = body["wickets"][0].get_mut("player_out_id") {
            *id = striker;
        }
        let applied = scored.bowl(body);
        assert_eq!(scored.text(), text, "{case}");
        let fell = kinds(&applied).contains(&"wicket_fallen");
        assert_eq!(fell, !text.ends_with("1 wicket"), "{case}");
        assert_eq!(scored.innings()["wickets"], if fell { 10 } else { 9 }, "{case}");
    }
}

#[test]
fn a_super_over_that_is_cut_short_decides_nothing() {
    let umpires = || json!({ "reason": "umpires" });
    let tied = || json!({ "result": "tied" });
    let begun = || {
        let mut scored = played("6 . . . . .", "6 . . . . .");
        scored.accepts("super-over", json!({}));
        scored.opens(AWAY);
        scored.bowls("4");
        scored
    };
    let mut scored = begun();
    scored.accepts("declare", umpires());
    scored.opens(HOME);
    scored.bowls("1");
    scored.accepts("declare", umpires());
    assert_eq!((scored.status(), scored.result()), ("live", Value::Null));
    scored.accepts("end", tied());
    assert_eq!((scored.text().as_str(), scored.status()), ("Match tied", "finished"));
    let mut scored = begun();
    scored.accepts("end", tied());
    assert_eq!(scored.text(), "Match tied", "in the middle of it");
}

#[test]
fn a_tie_on_a_methods_target_names_the_method() {
    let mut scored = Scored::batting(overs(1));
    scored.bowls("6 6 . . . .");
    scored.accepts("target", json!({ "runs": 7, "method": "D/L" }));
    scored.opens(AWAY);
    scored.bowls("6 . . . . .");
    scored.accepts("end", json!({ "result": "tied" }));
    assert_eq!(scored.text(), "Match tied (D/L method)");
    assert_eq!(
        (&scored.result()["method"], &scored.result()["tie"]),
        (&json!("D/L"), &json!(true))
    );
}
