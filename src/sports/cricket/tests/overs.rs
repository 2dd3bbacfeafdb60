//! Overs: how long they are, who bowls them, how many they are.

use serde_json::Value;
use serde_json::json;

use super::*;

#[test]
fn balls_move_the_board() {
    #[rustfmt::skip]
    let cases = [
        ("nothing yet",                      "",                        "0/0 (0.0)"),
        ("a dot and a four",                 ". 4",                     "4/0 (0.2)"),
        ("17.3 a wicket is a ball",          "W",                       "0/1 (0.1)"),
        ("17.3 a wide is not",               "1wd 1",                   "2/0 (0.1)"),
        ("17.3 nor is a no-ball hit for six", "7nb",                    "7/0 (0.0)"),
        ("17.1 six balls are an over",       "1 1 1 1 1 1",             "6/0 (1.0)"),
        ("a wide among them is a seventh",   "1wd . . . . . .",         "1/0 (1.0)"),
        ("all sorts",                        "1 . 4 W 2nb 1lb 1wd 2b",  "11/1 (1.0)"),
        ("into the second",                  ". . . . . . 1",           "1/0 (1.1)"),
    ];
    for (case, balls, board) in cases {
        let mut scored = Scored::batting(json!("test"));
        scored.bowls(balls);
        assert_eq!(scored.board(), board, "{case}");
    }
}

#[test]
fn an_umpires_miscount_stands() {
    let with = |name: &str| json!({ "runs": { "batter": 0 }, (name): true });
    let mut scored = Scored::batting(json!("test"));
    scored.bowls(". . . .");
    scored.bowl(with("over_called"));
    assert_eq!((scored.board().as_str(), scored.ends().0), ("0/0 (1.0)", json!(102)), "17.5 five");
    scored.bowls(". . . . .");
    scored.bowl(with("over_continues"));
    assert_eq!(scored.board(), "0/0 (1.6)", "17.5 six, and a seventh follows");
    scored.bowls("1wd");
    assert_eq!(scored.board(), "1/0 (1.6)", "a wide doesn't end it");
    scored.bowls(".");
    assert_eq!((scored.board().as_str(), &scored.innings()["balls"]), ("1/0 (2.0)", &json!(12)));
    assert_eq!(scored.line("bowling", 205)["overs"], "1.0", "a bowler's over is an over");
    assert_eq!(scored.line("bowling", 205)["balls"], 5);
    assert_eq!(scored.line("bowling", 206)["balls"], 7);
}

#[test]
fn overs_of_other_lengths() {
    let mut scored = Scored::batting(json!({ "name": "custom", "overs": 2, "balls_per_over": 5 }));
    scored.bowls(". . . . . 1");
    assert_eq!(scored.board(), "1/0 (1.1)");
    scored.bowls("1 1 1 1");
    assert_eq!(scored.innings()["end"], "overs");
    assert_eq!(scored.innings()["run_rate"], 2.5, "runs for five balls");
}

#[test]
fn nobody_bowls_two_overs_running_or_parts_of_them() {
    let mut scored = Scored::batting(json!("test"));
    scored.bowls(". . . . . .");
    let body = |id: i64| json!({ "runs": { "batter": 0 }, "bowler_id": id });
    assert_eq!(scored.refuses("balls", body(205)).code, "two-overs-running", "17.6");
    assert_eq!(scored.refuses("players", json!({ "bowler_id": 205 })).code, "two-overs-running");
    assert_eq!(scored.live()["last_bowler_ids"], json!([205]));
    scored.accepts("balls", body(206));
    assert_eq!(scored.live()["over_bowler_ids"], json!([206]));
    // 17.8: replaced in mid-over, by one who bowled no part of the last.
    assert_eq!(scored.refuses("players", json!({ "bowler_id": 205 })).code, "two-overs-running");
    scored.accepts("players", json!({ "bowler_id": 207 }));
    scored.bowls(". . . . .");
    for id in [206, 207] {
        assert_eq!(scored.refuses("balls", body(id)).code, "two-overs-running", "{id}");
    }
    let mut broken = body(206);
    broken["override"] = json!(true);
    scored.accepts("balls", broken);
    assert_eq!(scored.line("bowling", 206)["overs"], "0.2");
    assert_eq!(scored.line("bowling", 207)["overs"], "0.5");
}

#[test]
fn a_bowler_named_by_mistake_leaves_no_line() {
    let mut scored = Scored::batting(json!("t20"));
    scored.accepts("players", json!({ "bowler_id": 206 }));
    scored.bowls(". . . . . .");
    scored.accepts("players", json!({ "bowler_id": 207 }));
    scored.accepts("players", json!({ "bowler_id": 205 }));
    scored.bowls(". . . . . .");
    let bowling = scored.innings()["bowling"].clone();
    let ids: Vec<_> = bowling.as_array().unwrap().iter().map(|line| &line["player_id"]).collect();
    assert_eq!(ids, [&json!(206), &json!(205)]);
    scored.accepts("players", json!({ "bowler_id": 206 }));
    assert_eq!(scored.live()["bowler"]["overs"], "1.0");
}

#[test]
fn a_bowlers_quota_counts_parts_of_overs() {
    let format = json!({ "name": "custom", "overs": 10, "overs_per_bowler": 2 });
    let mut scored = Scored::batting(format);
    scored.bowls(". . .");
    scored.accepts("players", json!({ "bowler_id": 206 }));
    scored.bowls(". . .");
    let over = |scored: &mut Scored, id: i64| {
        scored.accepts("players", json!({ "bowler_id": id }));
        scored.bowls(". . . . . .");
    };
    over(&mut scored, 207);
    over(&mut scored, 205);
    over(&mut scored, 207);
    for id in [205, 207] {
        let refused = scored.refuses("players", json!({ "bowler_id": id }));
        let code = if id == 205 { "quota" } else { "two-overs-running" };
        assert_eq!(refused.code, code, "{refused}");
    }
    over(&mut scored, 206);
    let mut broken = json!({ "bowler_id": 207 });
    assert_eq!(scored.refuses("players", broken.clone()).code, "quota");
    broken["override"] = json!(true);
    scored.accepts("players", broken);
}

#[test]
fn the_quota_is_a_fifth_of_a_shortened_innings() {
    let mut scored = Scored::batting(json!("t20"));
    scored.accepts("target", json!({ "overs": "7" }));
    assert_eq!(scored.innings()["overs_allotted"], "7.0");
    for id in [205, 206, 205, 206] {
        scored.accepts("players", json!({ "bowler_id": id }));
        scored.bowls(". . . . . .");
    }
    let refused = scored.refuses("players", json!({ "bowler_id": 205 }));
    assert_eq!(refused.detail, "A5 has bowled 2 overs, the most a bowler may");
}

#[test]
fn a_maiden_has_nothing_against_its_one_bowler() {
    let maidens = |balls: &str| {
        let mut scored = Scored::batting(json!("test"));
        scored.bowls(balls);
        scored.line("bowling", 205)["maidens"].clone()
    };
    assert_eq!(maidens(". . . . . ."), 1);
    assert_eq!(maidens(". 1b . 4lb W ."), 1, "byes and leg byes don't spoil it");
    assert_eq!(maidens(". 1wd . . . . ."), 0);
    assert_eq!(maidens(". . . . . 1"), 0);
    assert_eq!(maidens(". . . . ."), 0, "not complete");

    let mut scored = Scored::batting(json!("test"));
    scored.bowls(". . .");
    scored.accepts("players", json!({ "bowler_id": 206 }));
    let told = told(&scored.bowls(". .").bowl(ball(".")), "match_9", "over_complete");
    assert_eq!(told[0]["maiden"], false, "shared");
}

#[test]
fn an_over_is_told_as_scorers_write_it() {
    let mut scored = Scored::batting(json!("t20"));
    scored.bowls("1 . 4 W 2nb");
    let applied = scored.bowls("1lb").bowl(ball("6"));
    let over = &told(&applied, "match_9", "over_complete")[0];
    assert_eq!(over["summary"], "1 . 4 W 2nb 1lb 6");
    assert_eq!(over["balls"].as_array().unwrap().len(), 7);
    assert_eq!((&over["over"], &over["runs"]), (&json!(1), &json!(14)));
    assert_eq!((&over["wickets"], &over["bowler"]["player_id"]), (&json!(1), &json!(205)));
    assert_eq!(over["innings"]["overs"], "1.0");
}

#[test]
fn suspended_from_bowling_is_so_for_the_match() {
    let mut scored = Scored::batting(json!("test"));
    scored.bowls(". .");
    scored.accepts("players", json!({ "suspend": { "player_id": 205 } }));
    assert!(scored.live()["bowler"].is_null(), "41.7.3: another finishes the over");
    let refused = scored.refuses("players", json!({ "bowler_id": 205 }));
    assert_eq!(refused.detail, "A5 is suspended from bowling");
    scored.accepts("players", json!({ "bowler_id": 206 }));
    scored.bowls(". . . .");
    assert_eq!(scored.board(), "0/0 (1.0)");
}

#[test]
fn illegal_balls_share_the_next_ones_place() {
    let mut scored = Scored::batting(json!("t20"));
    scored.bowls(". 1wd 1wd . . . . . 1");
    let balls = scored.read("balls");
    let places: Vec<&str> = balls["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["over"].as_str().unwrap())
        .collect();
    assert_eq!(places, ["0.1", "0.2", "0.2", "0.2", "0.3", "0.4", "0.5", "0.6", "1.1"]);
    let numbers: Vec<_> = balls["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["number"].as_i64().unwrap())
        .collect();
    assert_eq!(numbers, (1..=9).collect::<Vec<_>>());
    assert_eq!(scored.read("balls/2")["symbol"], "1wd");
    for path in ["balls/0", "balls/10", "balls/02", "balls/x"] {
        assert_eq!(scored.rules.read(&scored.fixture, &scored.game, path), None::<Value>, "{path}");
    }
}
