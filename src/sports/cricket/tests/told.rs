//! What is told of each ball, to whom, and what is read.

use serde_json::json;

use super::*;

fn names(data: &Value) -> Vec<&str> {
    data.as_object().unwrap().keys().map(String::as_str).collect()
}

#[test]
fn a_ball_is_told_with_everybodys_figures_after_it() {
    let mut scored = Scored::batting(json!("t20"));
    let applied = scored.accepts(
        "balls",
        json!({ "expected_number": 1, "runs": { "batter": 1 },
                                                  "commentary": "pushed to mid-on" }),
    );
    let [message] = applied.messages.as_slice() else { panic!("{:?}", applied.messages) };
    assert_eq!((message.kind, message.topic.to_string()), ("ball_bowled", "match_9".to_owned()));
    let data = &message.data;
    assert_eq!((&data["match_id"], &data["score"]), (&json!(9), &json!({ "home": 1, "away": 0 })));
    assert_eq!(
        data["striker"],
        json!({ "player_id": 101, "name": "H1", "runs": 1, "balls": 1, "fours": 0, "sixes": 0 })
    );
    assert_eq!(
        (&data["non_striker"]["player_id"], &data["non_striker"]["balls"]),
        (&json!(102), &json!(0))
    );
    let bowler = &data["bowler"];
    let parts =
        ["player_id", "overs", "maidens", "runs", "wickets"].map(|name| bowler[name].clone());
    assert_eq!(parts, [json!(205), json!("0.1"), json!(0), json!(1), json!(0)]);
    assert_eq!(data["partnership"], json!({ "runs": 1, "balls": 1 }));
}

#[test]
fn a_ball_is_told_with_the_innings_and_answered_with_the_state() {
    let mut scored = Scored::batting(json!("t20"));
    let body = json!({ "runs": { "batter": 1 }, "commentary": "pushed to mid-on" });
    let applied = scored.accepts("balls", body);
    let data = &applied.messages[0].data;
    let innings = &data["innings"];
    let parts = [
        "number",
        "batting_team_id",
        "runs",
        "wickets",
        "overs",
        "run_rate",
        "target",
        "required_rate",
    ]
    .map(|name| innings[name].clone());
    let none = Value::Null;
    assert_eq!(
        parts,
        [json!(1), json!(1), json!(1), json!(0), json!("0.1"), json!(6.0), none.clone(), none]
    );
    assert_eq!(
        innings["extras"],
        json!({ "wides": 0, "no_balls": 0, "byes": 0, "leg_byes": 0, "penalty": 0 })
    );
    let ball = &data["ball"];
    assert_eq!(
        (&ball["number"], &ball["over"], &ball["symbol"]),
        (&json!(1), &json!("0.1"), &json!("1"))
    );
    assert_eq!((&ball["commentary"], &ball["legal"]), (&json!("pushed to mid-on"), &json!(true)));
    assert_eq!(data["next"]["striker_id"], 102);

    let answer = &applied.answer;
    assert!(applied.created);
    assert_eq!(
        (&answer["number"], &answer["innings"], &answer["over"]),
        (&json!(1), &json!(1), &json!("0.1"))
    );
    assert_eq!(answer["state"]["striker"]["player_id"], 102);
    assert_eq!(answer["state"]["status"], "live");
}

#[test]
fn a_wicket_is_told_to_both_sides_too() {
    let mut scored = Scored::batting(json!("t20"));
    scored.bowls("4");
    let body = json!({ "runs": { "batter": 0 },
                       "wickets": [{ "kind": "caught", "player_out_id": 101, "fielder_ids": [203] }],
                       "crossed": false });
    let applied = scored.accepts("balls", body);
    for topic in ["match_9", "team_1_live", "team_2_live"] {
        let told = &told(&applied, topic, "wicket_fallen")[0];
        assert_eq!(told["wicket"]["text"], "c A3 b A5", "{topic}");
        assert_eq!(told["wicket"]["batter"], json!({ "runs": 4, "balls": 2 }));
        assert_eq!(
            told["fall"],
            json!({ "wicket": 1, "runs": 4, "overs": "0.2", "player_id": 101, "name": "H1" })
        );
        assert_eq!(told["partnership"], json!({ "runs": 4, "balls": 2 }));
    }
    let label = applied.messages.iter().find(|message| message.kind == "wicket_fallen");
    assert_eq!(label.unwrap().label.as_deref(), Some("caught"));
}

#[test]
fn who_comes_on_with_a_ball_is_told_before_it() {
    let mut scored = Scored::batting(json!("t20"));
    scored.bowls("W . . . . .");
    let applied = scored.bowl(runs(0));
    assert_eq!(kinds(&applied), ["player_changed", "ball_bowled"]);
    let changed = &told(&applied, "match_9", "player_changed")[0];
    assert_eq!(
        (&changed["change"], &changed["player_id"], &changed["name"]),
        (&json!("bowler"), &json!(206), &json!("A6"))
    );
    let mut scored = Scored::batting(json!("t20"));
    scored.bowls("W");
    let applied = scored.accepts("players", json!({ "batter_id": 103 }));
    assert_eq!(told(&applied, "match_9", "player_changed")[0]["change"], "striker");
    assert_eq!(applied.answer["state"]["striker"]["player_id"], 103);
}

#[test]
fn an_innings_is_told_at_both_ends() {
    let mut scored = Scored::new(overs(1));
    scored.accepts("start", json!({}));
    let applied = scored.opens(HOME);
    assert_eq!((kinds(&applied), applied.created), (vec!["innings_start"], true));
    assert_eq!(applied.answer["number"], 1);
    let applied = scored.bowls("4 . W 1 1lb").bowl(ball("6"));
    for topic in ["match_9", "team_1_live"] {
        let told = &told(&applied, topic, "innings_complete")[0];
        assert_eq!(
            (&told["innings"]["reason"], &told["next_target"]),
            (&json!("overs"), &json!(13))
        );
        let best = &told["top_performers"];
        assert_eq!(best["batting"][0]["player_id"], 103);
        assert_eq!(best["bowling"][0]["wickets"], 1);
    }
    assert!(told(&applied, "team_2_live", "innings_complete").is_empty());
}

#[test]
fn the_best_of_an_innings_and_of_the_match_come_first() {
    let mut scored = Scored::batting(overs(3));
    scored.bowls("6 6 . . . .").bowls("W W . . . .").bowls(". . . . .");
    let applied = scored.bowl(ball("W"));
    let best = &told(&applied, "match_9", "innings_complete")[0]["top_performers"];
    let ids = |card: &str| {
        let lines = best[card].as_array().unwrap().iter();
        lines.map(|line| line["player_id"].as_i64().unwrap()).collect::<Vec<_>>()
    };
    assert_eq!(ids("bowling"), [206, 207, 205], "most wickets, then fewest runs");
    assert_eq!(ids("batting")[0], 101);
    scored.opens(AWAY);
    let applied = scored.bowls("6 6").bowl(ball("1"));
    let complete = &told(&applied, "match_9", "match_complete")[0];
    assert_eq!(complete["player_of_the_match"]["name"], "A6", "two wickets of the winners'");
}

#[test]
fn the_scorecard_is_the_fold() {
    let mut scored = Scored::batting(overs(2));
    scored.bowls("4 1 W 2nb 6 1lb 3wd . 2b . 1 1");
    let card = scored.read("scorecard");
    let innings = &card["innings"][0];
    #[rustfmt::skip]
    let shape = [
        "number", "batting_team_id", "runs", "wickets", "overs", "balls", "declared", "super_over",
        "extras", "batting", "bowling", "fall_of_wickets", "partnerships",
    ];
    for name in shape {
        assert!(names(innings).contains(&name), "{name}");
    }
    let lines = innings["batting"].as_array().unwrap();
    let runs: u64 = lines.iter().map(|line| line["runs"].as_u64().unwrap()).sum();
    let extras: u64 =
        innings["extras"].as_object().unwrap().values().map(|n| n.as_u64().unwrap()).sum();
    assert_eq!(runs + extras, innings["runs"].as_u64().unwrap());
    assert_eq!(scored.view()["scorecard"], card);
    for name in ["player_id", "overs", "maidens", "runs", "wickets", "wides", "no_balls"] {
        assert!(names(&innings["bowling"][0]).contains(&name), "{name}");
    }
    for name in ["player_id", "name", "runs", "balls", "fours", "sixes", "dismissal"] {
        assert!(names(&innings["batting"][0]).contains(&name), "{name}");
    }
}

#[test]
fn a_newspaper_prints_it() {
    let mut scored = Scored::batting(overs(1));
    scored.bowls("4 1 W 2nb 6 1lb .");
    scored.opens(AWAY);
    scored.bowls(". . . . . 1");
    let text = scored.read("scorecard/text");
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
fn all_that_changes_the_score_carries_it() {
    let mut scored = Scored::batting(overs(1));
    let award = json!({ "penalty": { "team_id": HOME, "runs": 5 } });
    for (action, body) in [
        ("balls", runs(3)),
        ("balls", award),
        ("PATCH balls/1", runs(1)),
        ("DELETE balls/1", Value::Null),
    ] {
        let applied = scored.accepts(action, body);
        let score = scored.view()["score"].clone();
        for message in applied.messages {
            assert_eq!(message.data["score"], score, "{action} {}", message.kind);
        }
    }
}

#[test]
fn an_over_is_read_ball_by_ball() {
    let mut scored = Scored::batting(overs(2));
    scored.bowls("1 . 1nb 4 . W 2 1wd 3");
    let numbers = |path: &str| {
        let read = scored.read(path);
        let items = read["items"].as_array().unwrap().iter();
        items.map(|ball| ball["number"].as_u64().unwrap()).collect::<Vec<_>>()
    };
    assert_eq!(numbers("overs/1/1"), [1, 2, 3, 4, 5, 6, 7]);
    assert_eq!(numbers("overs/1/2"), [8, 9]);
    assert_eq!(scored.read("overs/1/2")["items"][1], scored.read("balls/9"));
    let card = scored.read("scorecard")["innings"][0].clone();
    let written = (&card["over_summaries"], &card["unfinished_over"]);
    assert_eq!(written, (&json!(["1 . 1nb 4 . W 2"]), &json!("1wd 3")));
    for none in ["overs/1/0", "overs/1/3", "overs/2/1", "overs/1/01", "overs/1", "overs/1/1/1"] {
        assert_eq!(scored.rules.read(&scored.fixture, &scored.game, none), None, "{none}");
    }
}
