//! Messages of each ball, their topics, and readable parts.

use serde_json::json;

use super::*;
use crate::domain::merge_patch;

fn field_names(data: &Value) -> Vec<&str> {
    data.as_object().unwrap().keys().map(String::as_str).collect()
}

#[test]
fn ball_bowled_says_what_happened_in_ids() {
    let mut harness = CricketHarness::with_home_batting(json!("t20"));
    let body = json!({ "expected_number": 1, "runs": { "batter": 1 },
                       "commentary": "pushed to mid-on" });
    let transition = harness.apply("balls", body);
    let [message] = transition.messages.as_slice() else { panic!("{:?}", transition.messages) };
    assert_eq!(
        (message.message_type, message.topic.to_string()),
        ("ball_bowled", "match_9".to_owned())
    );
    let ball = json!({ "number": 1, "innings": 1, "over": "0.1", "striker_id": 101,
                       "non_striker_id": 102, "bowler_id": 205, "runs": { "batter": 1, "total": 1 },
                       "symbol": "1", "commentary": "pushed to mid-on" });
    let score = json!({ "home": 1, "away": 0 });
    assert_eq!(message.data, json!({ "match_id": 9, "ball": ball, "score": score }));
    let unusual = json!({ "runs": { "batter": 4 }, "extras": { "no_balls": 1 } });
    let ball = harness.apply("balls", unusual).messages[0].data["ball"].clone();
    assert_eq!((&ball["boundary"], &ball["extras"]["no_balls"]), (&json!(true), &json!(1)));
}

#[test]
fn g15_a_ball_patches_the_figures_of_those_who_took_part() {
    let mut harness = CricketHarness::with_home_batting(json!("t20"));
    let before = harness.rules.state(&harness.game);
    let transition = harness.apply("balls", runs_body(1));
    let patch = merge_patch::difference(&before, &harness.rules.state(&harness.game));
    let expected = json!({
        "score": { "home": 1 },
        "innings": { "1": {
            "runs": 1, "overs": "0.1", "balls": 1, "balls_left": 119, "this_over": ["1"],
            "striker_id": 102, "non_striker_id": 101, "over_bowler_ids": [205],
            "batting": { "101": { "runs": 1, "balls": 1 } },
            "bowling": { "205": { "runs": 1, "balls": 1, "overs": "0.1" } },
            "partnership": { "wicket": 1, "runs": 1, "balls": 1, "batters": {
                "101": { "order": 1, "runs": 1, "balls": 1 },
                "102": { "order": 2, "runs": 0, "balls": 0 },
            } },
        } },
        "next": { "ball": 2 },
    });
    assert_eq!(Value::Object(patch), expected);

    let response = &transition.response;
    assert!(transition.is_created);
    assert_eq!(
        (&response["number"], &response["innings"], &response["over"]),
        (&json!(1), &json!(1), &json!("0.1"))
    );
    assert_eq!(response["state"]["striker"]["player_id"], 102);
    assert_eq!(response["state"]["status"], "live");
}

#[test]
fn wicket_fallen_is_sent_to_both_teams() {
    let mut harness = CricketHarness::with_home_batting(json!("t20"));
    harness.bowl_symbols("4");
    let body = json!({ "runs": { "batter": 0 },
                       "wickets": [{ "kind": "caught", "player_out_id": 101, "fielder_ids": [203] }],
                       "crossed": false });
    let transition = harness.apply("balls", body);
    for topic in ["match_9", "team_1_live", "team_2_live"] {
        let told = &messages_to(&transition, topic, "wicket_fallen")[0];
        let wicket = json!({ "number": 1, "kind": "caught", "player_out_id": 101, "runs": 4,
                             "balls": 2, "bowler_id": 205, "fielder_ids": [203] });
        assert_eq!(told["wicket"], wicket, "{topic}");
        assert_eq!((&told["innings"], &told["ball_number"]), (&json!(1), &json!(2)));
    }
    let label = transition.messages.iter().find(|message| message.message_type == "wicket_fallen");
    assert_eq!(label.unwrap().label.as_deref(), Some("caught"));
    let innings = &harness.state()["innings"]["1"];
    assert_eq!(innings["batting"]["101"]["out"]["text"], "c A3 b A5");
    assert_eq!(innings["falls"]["1"], json!({ "player_id": 101, "runs": 4, "overs": "0.2" }));
    assert_eq!(innings["partnerships"]["1"]["runs"], 4);
}

#[test]
fn player_changed_precedes_the_ball_that_names_the_player() {
    let mut harness = CricketHarness::with_home_batting(json!("t20"));
    harness.bowl_symbols("W . . . . .");
    let transition = harness.bowl_body(runs_body(0));
    assert_eq!(match_message_kinds(&transition), ["player_changed", "ball_bowled"]);
    let changed = &messages_to(&transition, "match_9", "player_changed")[0];
    assert_eq!((&changed["change"], &changed["player_id"]), (&json!("bowler"), &json!(206)));
    let mut scored = CricketHarness::with_home_batting(json!("t20"));
    scored.bowl_symbols("W");
    let applied = scored.apply("players", json!({ "batter_id": 103 }));
    assert_eq!(messages_to(&applied, "match_9", "player_changed")[0]["change"], "striker");
    assert_eq!(applied.response["state"]["striker"]["player_id"], 103);
}

#[test]
fn innings_start_and_innings_complete_are_sent() {
    let mut harness = CricketHarness::new(format_with_overs(1));
    harness.apply("start", json!({}));
    let transition = harness.open_innings(HOME_TEAM_ID);
    assert_eq!(
        (match_message_kinds(&transition), transition.is_created),
        (vec!["innings_start"], true)
    );
    assert_eq!(transition.response["number"], 1);
    let applied = harness.bowl_symbols("4 . W 1 1lb").bowl_body(ball_body("6"));
    for topic in ["match_9", "team_1_live"] {
        let message = &messages_to(&applied, topic, "innings_complete")[0];
        assert_eq!(message["innings"]["reason"], "overs");
        let best = &message["top_performers"];
        assert_eq!((&best["batter_ids"][0], &best["bowler_ids"][0]), (&json!(103), &json!(205)));
    }
    assert_eq!(harness.state()["next"], json!({ "ball": 7, "target": 13 }));
    assert!(messages_to(&applied, "team_2_live", "innings_complete").is_empty());
}

#[test]
fn top_performers_are_ordered_best_first() {
    let mut harness = CricketHarness::with_home_batting(format_with_overs(3));
    harness.bowl_symbols("6 6 . . . .").bowl_symbols("W W . . . .").bowl_symbols(". . . . .");
    let transition = harness.bowl_body(ball_body("W"));
    let best = &messages_to(&transition, "match_9", "innings_complete")[0]["top_performers"];
    assert_eq!(best["bowler_ids"], json!([206, 207, 205]), "most wickets, then fewest runs");
    assert_eq!(best["batter_ids"][0], 101);
    harness.open_innings(AWAY_TEAM_ID);
    let applied = harness.bowl_symbols("6 6").bowl_body(ball_body("1"));
    let complete = &messages_to(&applied, "match_9", "match_complete")[0];
    assert_eq!(complete["player_of_the_match_id"], 206, "two wickets of the winners'");
}

#[test]
fn the_scorecard_adds_up() {
    let mut harness = CricketHarness::with_home_batting(format_with_overs(2));
    harness.bowl_symbols("4 1 W 2nb 6 1lb 3wd . 2b . 1 1");
    let card = harness.read_part("scorecard");
    let innings = &card["innings"][0];
    #[rustfmt::skip]
    let shape = [
        "number", "batting_team_id", "runs", "wickets", "overs", "balls", "declared", "super_over",
        "extras", "batting", "bowling", "fall_of_wickets", "partnerships",
    ];
    for name in shape {
        assert!(field_names(innings).contains(&name), "{name}");
    }
    let rows = innings["batting"].as_array().unwrap();
    let runs: u64 = rows.iter().map(|row| row["runs"].as_u64().unwrap()).sum();
    let extras: u64 =
        innings["extras"].as_object().unwrap().values().map(|n| n.as_u64().unwrap()).sum();
    assert_eq!(runs + extras, innings["runs"].as_u64().unwrap());
    for name in ["player_id", "overs", "maidens", "runs", "wickets", "wides", "no_balls"] {
        assert!(field_names(&innings["bowling"][0]).contains(&name), "{name}");
    }
    for name in ["player_id", "name", "runs", "balls", "fours", "sixes", "dismissal"] {
        assert!(field_names(&innings["batting"][0]).contains(&name), "{name}");
    }
}

#[test]
fn the_text_scorecard_is_printed_in_newspaper_style() {
    let mut harness = CricketHarness::with_home_batting(format_with_overs(1));
    harness.bowl_symbols("4 1 W 2nb 6 1lb .");
    harness.open_innings(AWAY_TEAM_ID);
    harness.bowl_symbols(". . . . . 1");
    let text = harness.read_part("scorecard/text");
    let expected = "\
Northants v Kent
Northants won by 13 runs

Northants innings
H1                      not out                               11  (4b 1x4 1x6)
H2                      b A5                                   0  (1b)
H3                      not out                                1  (2b)
Extras (lb 1, nb 1)                                            2
Total (1 wicket, 1.0 overs)                                   14
Fall of wickets: 1-5 (H2, 0.3 ov)
Bowling: A5 1-0-13-1

Kent innings
A1                      not out                                1  (6b)
A2                      not out                                0  (0b)
Extras                                                         0
Total (0 wickets, 1.0 overs)                                   1
Bowling: H5 1-0-1-0

Player of the match: H1
";
    assert_eq!(text.as_str().unwrap(), expected);
}

#[test]
fn every_message_that_changes_the_score_carries_it() {
    let mut harness = CricketHarness::with_home_batting(format_with_overs(1));
    let award = json!({ "penalty": { "team_id": HOME_TEAM_ID, "runs": 5 } });
    for (action, body) in [
        ("balls", runs_body(3)),
        ("balls", award),
        ("PATCH balls/1", runs_body(1)),
        ("DELETE balls/1", Value::Null),
    ] {
        let transition = harness.apply(action, body);
        let score = harness.state()["score"].clone();
        for message in transition.messages {
            assert_eq!(message.data["score"], score, "{action} {}", message.message_type);
        }
    }
}

#[test]
fn an_over_can_be_read_ball_by_ball() {
    let mut harness = CricketHarness::with_home_batting(format_with_overs(2));
    harness.bowl_symbols("1 . 1nb 4 . W 2 1wd 3");
    let numbers = |path: &str| {
        let read = harness.read_part(path);
        let items = read["items"].as_array().unwrap().iter();
        items.map(|ball| ball["number"].as_u64().unwrap()).collect::<Vec<_>>()
    };
    assert_eq!(numbers("overs/1/1"), [1, 2, 3, 4, 5, 6, 7]);
    assert_eq!(numbers("overs/1/2"), [8, 9]);
    assert_eq!(harness.read_part("overs/1/2")["items"][1], harness.read_part("balls/9"));
    let card = harness.read_part("scorecard")["innings"][0].clone();
    let written = (&card["over_summaries"], &card["unfinished_over"]);
    assert_eq!(written, (&json!(["1 . 1nb 4 . W 2"]), &json!("1wd 3")));
    for none in ["overs/1/0", "overs/1/3", "overs/2/1", "overs/1/01", "overs/1", "overs/1/1/1"] {
        assert_eq!(
            harness.rules.read_part(&harness.match_info, &harness.game, none),
            None,
            "{none}"
        );
    }
}
