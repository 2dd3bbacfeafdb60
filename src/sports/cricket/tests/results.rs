//! Results and their texts (Law 16).

use serde_json::{Value, json};

use super::*;
use crate::domain::leaderboard::Verdict;
use crate::sports::result::ResultBasis;

/// A match of one over a side with these balls.
fn one_over_match(first: &str, second: &str) -> CricketHarness {
    let mut harness = CricketHarness::with_home_batting(format_with_overs(1));
    harness.bowl_symbols(first);
    harness.open_innings(AWAY_TEAM_ID);
    harness.bowl_symbols(second);
    harness
}

fn computed_verdict(harness: &CricketHarness) -> Option<(Verdict, Option<i64>, ResultBasis)> {
    let result = harness.rules.result(&harness.game)?;
    assert_eq!(result.text.as_deref(), Some(harness.result_text().as_str()));
    let score = harness.rules.summary(&harness.game);
    assert_eq!((result.home_score, result.away_score), (score.home_score, score.away_score));
    Some((result.verdict, result.winner_team_id, result.ending))
}

#[test]
fn results_of_one_innings_per_side() {
    #[rustfmt::skip]
    let cases = [
        ("6 6 . . . .", ". . . . . .", "Northants won by 12 runs", json!({ "runs": 12 })),
        ("6 . . . . .", "5 . . . . .", "Northants won by 1 run", json!({ "runs": 1 })),
        ("6 . . . . .", "6 1", "Kent won by 10 wickets with 4 balls remaining", json!({ "wickets": 10, "balls_left": 4 })),
        ("6 . . . . .", "W W W . 6 1", "Kent won by 7 wickets", json!({ "wickets": 7, "balls_left": 0 })),
        ("6 . . . . .", "W W 6 . 1", "Kent won by 8 wickets with 1 ball remaining", json!({ "wickets": 8, "balls_left": 1 })),
    ];
    for (first, second, text, by) in cases {
        let harness = one_over_match(first, second);
        assert_eq!((harness.result_text().as_str(), harness.status()), (text, "finished"));
        let result = harness.result_json();
        assert_eq!((&result["by"], &result["method"]), (&by, &Value::Null), "{text}");
        let home = text.starts_with("Northants");
        let (side, id) =
            if home { (Verdict::Home, HOME_TEAM_ID) } else { (Verdict::Away, AWAY_TEAM_ID) };
        assert_eq!(result["winner_team_id"], id);
        assert_eq!(computed_verdict(&harness), Some((side, Some(id), ResultBasis::Played)));
    }
}

#[test]
fn results_of_two_innings_per_side() {
    // Side and runs of each innings; each ends all out.
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
        let mut harness = CricketHarness::new(json!({ "name": "test", "follow_on": 5 }));
        harness.apply("start", json!({}));
        for (side, balls) in innings {
            harness.open_innings(side);
            harness.bowl_symbols(balls);
            if harness.status() == "live" {
                harness.apply("declare", json!({ "reason": "all_out" }));
            }
        }
        assert_eq!(harness.result_text(), text, "{law}");
        assert_eq!(harness.status(), if text.is_empty() { "live" } else { "finished" }, "{law}");
    }
}

#[test]
fn level_scores_stay_live_until_the_match_is_ended() {
    let mut harness = one_over_match("6 . . . . .", "6 . . . . .");
    assert_eq!((harness.status(), harness.result_json()), ("live", Value::Null));
    let rejection = harness.expect_rejection("innings", json!({ "batting_team_id": HOME_TEAM_ID }));
    assert!(rejection.detail.contains("super-over or end"), "{rejection}");
    let transition = harness.apply("end", json!({ "result": "tied" }));
    assert_eq!(match_message_kinds(&transition), ["match_end", "match_complete"]);
    assert_eq!(transition.response["result"]["tie"], true);
    assert_eq!((harness.result_text().as_str(), harness.status()), ("Match tied", "finished"));
    assert_eq!(computed_verdict(&harness), Some((Verdict::Draw, None, ResultBasis::Played)));

    let mut scored = one_over_match("6 . . . . .", "6 . . . . .");
    let end =
        json!({ "result": "tied", "winner_team_id": AWAY_TEAM_ID, "method": "boundary count" });
    scored.apply("end", end);
    assert_eq!(scored.result_text(), "Match tied (Kent won on boundary count)");
    assert_eq!(
        computed_verdict(&scored),
        Some((Verdict::Away, Some(AWAY_TEAM_ID), ResultBasis::Played))
    );
}

#[test]
fn a_level_super_over_is_followed_by_another() {
    let mut harness = one_over_match("6 . . . . .", "6 . . . . .");
    assert_eq!(harness.expect_rejection("super-over", json!({ "overs": 1 })).code, "invalid-field");
    let transition = harness.apply("super-over", json!({}));
    assert_eq!(match_message_kinds(&transition), ["super_over"]);
    assert_eq!(harness.expect_rejection("super-over", json!({})).code, "not-level");
    harness.open_innings(AWAY_TEAM_ID);
    let innings = harness.latest_innings();
    assert_eq!((&innings["super_over"], &innings["number"]), (&json!(true), &json!(3)));
    harness.bowl_symbols("4 W W");
    assert_eq!(harness.latest_innings()["end"], "all_out", "two wickets end it");
    assert_eq!(
        harness.expect_rejection("innings", json!({ "batting_team_id": AWAY_TEAM_ID })).code,
        "wrong-side"
    );
    harness.open_innings(HOME_TEAM_ID);
    assert_eq!(harness.latest_innings()["target"], 5);
    let award = |runs: i32| json!({ "penalty": { "team_id": HOME_TEAM_ID, "runs": runs } });
    harness.apply("balls", award(2));
    assert_eq!(harness.latest_innings()["runs"], 2, "41.17 to the super over that is played");
    harness.apply("balls", award(-2));
    harness.bowl_symbols("4 . . . . .");
    assert_eq!(harness.status(), "live", "level again");
    assert_eq!(
        harness.expect_rejection("innings", json!({ "batting_team_id": HOME_TEAM_ID })).code,
        "no-innings-left"
    );

    harness.apply("super-over", json!({}));
    harness.open_innings(HOME_TEAM_ID);
    harness.bowl_symbols("1 . . . . .");
    harness.open_innings(AWAY_TEAM_ID);
    harness.bowl_symbols("2");
    assert_eq!(harness.result_text(), "Match tied (Kent won the Super Over)");
    let result = harness.result_json();
    assert_eq!((&result["tie"], &result["winner_team_id"]), (&json!(true), &json!(AWAY_TEAM_ID)));
    assert_eq!(
        computed_verdict(&harness),
        Some((Verdict::Away, Some(AWAY_TEAM_ID), ResultBasis::Played))
    );
    assert_eq!(harness.rules.summary(&harness.game).home_score, 6, "not of the match's runs");
}

#[test]
fn a_super_over_needs_level_scores() {
    let mut harness = CricketHarness::with_home_batting(format_with_overs(1));
    assert_eq!(harness.expect_rejection("super-over", json!({})).code, "not-level");
    let mut scored = one_over_match("6 . . . . .", "5 . . . .");
    assert_eq!(scored.expect_rejection("super-over", json!({})).code, "not-level");
}

#[test]
fn the_end_action_decides_undecided_matches() {
    let end = |result: &str| json!({ "result": result });
    // Format, body, result text or code of the rejection.
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
        let mut harness = CricketHarness::with_home_batting(json!(format));
        harness.bowl_symbols("1");
        match expected {
            Ok(text) => {
                harness.apply("end", body.clone());
                assert_eq!(
                    (harness.result_text().as_str(), harness.status()),
                    (text, "finished"),
                    "{body}"
                );
                assert!(computed_verdict(&harness).is_some());
            }
            Err(code) => {
                assert_eq!(
                    harness.expect_rejection("end", body.clone()).code,
                    code,
                    "{format} {body}"
                );
            }
        }
    }
}

#[test]
fn a_match_ended_by_hand_keeps_its_reason_and_cannot_end_again() {
    let mut harness = CricketHarness::with_home_batting(json!("t20"));
    harness.apply("end", json!({ "result": "no_result", "reason": "rain" }));
    let result = harness.rules.result(&harness.game).unwrap();
    assert_eq!((result.verdict, result.reason.as_deref()), (Verdict::NoResult, Some("rain")));
    let rejection = harness.expect_rejection("end", json!({ "result": "no_result" }));
    assert_eq!(rejection.code, "wrong-state");
}

#[test]
fn abandoned_result_text_says_whether_a_ball_was_bowled() {
    let mut harness = CricketHarness::new(json!("t20"));
    harness.apply("start", json!({}));
    harness.apply("abandon", json!({}));
    assert_eq!(harness.result_text(), "Match abandoned without a ball bowled");
    let card = harness.read_part("scorecard/text");
    let said = "Northants v Kent\nMatch abandoned without a ball bowled\n";
    assert_eq!(card.as_str(), Some(said), "as text too");
    assert_eq!(harness.result_json()["no_result"], true);
}

#[test]
fn a_revised_target_is_chased() {
    let mut harness = CricketHarness::with_home_batting(format_with_overs(2));
    harness.bowl_symbols("6 6 . . . . . . . . . .");
    let message =
        &harness.apply("target", json!({ "runs": 9, "overs": "1", "method": "D/L" })).messages[0];
    assert_eq!(message.message_type, "target_set");
    let set = ["target", "overs", "method"].map(|name| message.data[name].clone());
    assert_eq!(set, [json!(9), json!("1.0"), json!("D/L")]);
    let state = harness.state();
    assert_eq!(state["innings"]["1"].get("method"), None, "no method made the first total");
    assert_eq!(state["next"], json!({ "ball": 13, "target": 9, "method": "D/L" }));
    harness.open_innings(AWAY_TEAM_ID);
    let innings = harness.live_json()["innings"].clone();
    assert_eq!((&innings["target"], &innings["balls_left"]), (&json!(9), &json!(6)));
    assert_eq!(innings["required_rate"], 9.0);
    harness.bowl_symbols("4 4");
    harness.apply("target", json!({ "runs": 10, "overs": "1", "method": "D/L" }));
    assert_eq!(harness.live_json()["innings"]["method"], "D/L");
    harness.bowl_symbols(". 2");
    assert_eq!(harness.result_text(), "Kent won by 10 wickets with 2 balls remaining (D/L method)");
    assert_eq!(harness.result_json()["method"], "D/L");

    // A target below the current total wins at once.
    let mut scored = CricketHarness::with_home_batting(format_with_overs(2));
    scored.bowl_symbols("6 6 . . . . . . . . . .");
    scored.open_innings(AWAY_TEAM_ID);
    scored.bowl_symbols("6");
    let transition = scored.apply("target", json!({ "runs": 5, "method": "VJD" }));
    assert_eq!(
        match_message_kinds(&transition),
        ["target_set", "innings_complete", "match_end", "match_complete"]
    );
    let mut scored = CricketHarness::new(format_with_overs(2));
    scored.apply("start", json!({}));
    assert_eq!(scored.expect_rejection("target", json!({ "runs": 5 })).code, "no-target");
}

#[test]
fn a_chase_cut_short_is_decided_by_par_score() {
    let cut = |method: Value, declare: Value| {
        let mut harness = CricketHarness::with_home_batting(format_with_overs(2));
        harness.bowl_symbols("6 6 . . . . . . . . . .");
        harness.open_innings(AWAY_TEAM_ID);
        harness.apply("target", json!({ "runs": 13, "method": method }));
        harness.bowl_symbols("4 . . 4");
        harness.apply("declare", declare);
        harness.result_text()
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
    let mut scored = CricketHarness::with_home_batting(format_with_overs(2));
    let rejection = scored.expect_rejection("declare", json!({ "reason": "declared", "par": 3 }));
    assert_eq!(error_pointers(&rejection), ["/par"]);
}

#[test]
fn penalty_runs_after_the_end_can_change_the_result_or_reopen_the_match() {
    let award = |team: i64| json!({ "penalty": { "team_id": team, "runs": 5 } });
    // 16.6: the side batting last had completed its innings.
    let mut harness = one_over_match("6 . . . . .", "4 . . . . .");
    assert_eq!(harness.result_text(), "Northants won by 2 runs");
    let transition = harness.apply("balls", award(AWAY_TEAM_ID));
    assert_eq!(match_message_kinds(&transition), ["penalty_awarded", "match_complete"]);
    assert_eq!(harness.result_text(), "Kent won by penalty runs");
    // 41.17: for the fielding side, so the total no longer wins.
    let mut scored = one_over_match("6 . . . . .", "6 1");
    let applied = scored.apply("balls", award(HOME_TEAM_ID));
    assert_eq!(match_message_kinds(&applied), ["penalty_awarded", "match_reopened"]);
    assert_eq!((scored.status(), scored.latest_innings()["target"].clone()), ("live", json!(12)));
    scored.bowl_symbols("4 1");
    assert_eq!(scored.result_text(), "Kent won by 10 wickets with 2 balls remaining");
}

#[test]
fn match_end_and_match_complete_are_sent() {
    let mut harness = one_over_match("6 . . . . .", "6");
    let transition = harness.apply("balls", runs_body(1));
    let order = ["ball_bowled", "innings_complete", "match_end", "match_complete"];
    assert_eq!(match_message_kinds(&transition), order);
    let end = &messages_to(&transition, "match_9", "match_end")[0];
    assert_eq!((&end["status"], &end["clock"]["running"]), (&json!("finished"), &json!(false)));
    for topic in ["match_9", "team_1_live", "team_2_live"] {
        let complete = &messages_to(&transition, topic, "match_complete")[0];
        let outcome = json!({ "kind": "won", "winner_team_id": AWAY_TEAM_ID,
                              "by": { "wickets": 10, "balls_left": 4 } });
        assert_eq!((&complete["outcome"], &harness.state()["outcome"]), (&outcome, &outcome));
        assert_eq!(complete["player_of_the_match_id"], 201);
    }
    assert_eq!(harness.result_text(), "Kent won by 10 wickets with 4 balls remaining");
}

#[test]
fn an_entered_result_overrides_the_played_result() {
    let mut harness = one_over_match("6 . . . . .", "6 1");
    let awarded = json!({ "ending": "awarded", "winner_team_id": HOME_TEAM_ID, "reason": "a twelfth man",
                          "override": true });
    harness.apply("PUT result", awarded);
    let entered_score = json!({ "home": 0, "away": 0 });
    let transition = harness.apply("PATCH balls/8", runs_body(3));
    assert_eq!(
        match_message_kinds(&transition),
        ["ball_corrected"],
        "the result isn't the play's any more"
    );
    assert_eq!(transition.messages[0].data["score"], entered_score);
    assert_eq!(transition.response["state"]["score"], entered_score);
    assert_eq!(harness.expect_rejection("DELETE balls/8", Value::Null).code, "result-by-hand");
    harness.apply("DELETE result", Value::Null);
    harness.apply("DELETE balls/8", Value::Null);
    assert_eq!(
        (harness.status(), harness.state()["score"].clone()),
        ("live", json!({ "home": 6, "away": 6 }))
    );
}

#[test]
fn no_wicket_falls_after_the_winning_run() {
    let run_out = || json!([wicket_entry("run_out", 202)]);
    let stumped = || json!([{ "kind": "stumped" }]);
    // The ball with two runs or one needed, nine wickets down; whether the wicket counts.
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
        let mut harness =
            CricketHarness::with_home_batting(json!({ "name": "custom", "innings": 2 }));
        harness.bowl_symbols("1");
        harness.apply("declare", json!({ "reason": "all_out" }));
        harness.open_innings(AWAY_TEAM_ID);
        harness.bowl_symbols("W W W W W W W W W");
        harness.apply("players", json!({ "striker_id": 211, "bowler_id": 106 }));
        harness.bowl_symbols(before);
        let striker = harness.batter_ids().0;
        if let Some(id) = body["wickets"][0].get_mut("player_out_id") {
            *id = striker;
        }
        let transition = harness.bowl_body(body);
        assert_eq!(harness.result_text(), text, "{case}");
        let fell = match_message_kinds(&transition).contains(&"wicket_fallen");
        assert_eq!(fell, !text.ends_with("1 wicket"), "{case}");
        assert_eq!(harness.latest_innings()["wickets"], if fell { 10 } else { 9 }, "{case}");
    }
}

#[test]
fn a_super_over_cut_short_decides_nothing() {
    let umpires = || json!({ "reason": "umpires" });
    let tied = || json!({ "result": "tied" });
    let started = || {
        let mut harness = one_over_match("6 . . . . .", "6 . . . . .");
        harness.apply("super-over", json!({}));
        harness.open_innings(AWAY_TEAM_ID);
        harness.bowl_symbols("4");
        harness
    };
    let mut scored = started();
    scored.apply("declare", umpires());
    scored.open_innings(HOME_TEAM_ID);
    scored.bowl_symbols("1");
    scored.apply("declare", umpires());
    assert_eq!((scored.status(), scored.result_json()), ("live", Value::Null));
    scored.apply("end", tied());
    assert_eq!((scored.result_text().as_str(), scored.status()), ("Match tied", "finished"));
    let mut scored = started();
    scored.apply("end", tied());
    assert_eq!(scored.result_text(), "Match tied", "in the middle of it");
}

#[test]
fn a_tie_on_a_methods_target_names_the_method() {
    let mut harness = CricketHarness::with_home_batting(format_with_overs(1));
    harness.bowl_symbols("6 6 . . . .");
    harness.apply("target", json!({ "runs": 7, "method": "D/L" }));
    harness.open_innings(AWAY_TEAM_ID);
    harness.bowl_symbols("6 . . . . .");
    harness.apply("end", json!({ "result": "tied" }));
    assert_eq!(harness.result_text(), "Match tied (D/L method)");
    assert_eq!(
        (&harness.result_json()["method"], &harness.result_json()["tie"]),
        (&json!("D/L"), &json!(true))
    );
}
