//! What each delivery does: a row of the table of the Laws each, and who faces the next ball.

use serde_json::Value;
use serde_json::json;

use super::*;

/// Law, ball, then: team runs, the striker's runs and balls, the bowler's runs, valid balls,
/// extras, and whether the batters have changed ends.
type Row = (&'static str, Value, u32, (u32, u32), u32, u32, u32, bool);

fn extra(batter: u32, extras: Value) -> Value {
    json!({ "runs": { "batter": batter }, "extras": extras })
}

#[rustfmt::skip]
fn rows() -> Vec<Row> {
    let with = |mut body: Value, name: &str| { body[name] = json!(true); body };
    vec![
        ("18.1 nothing run",               runs(0), 0, (0, 1), 0, 1, 0, false),
        ("18.1 one run",                   runs(1), 1, (1, 1), 1, 1, 0, true),
        ("18.1 two",                       runs(2), 2, (2, 1), 2, 1, 0, false),
        ("18.1 three",                     runs(3), 3, (3, 1), 3, 1, 0, true),
        ("19.7.1 boundary four",           runs(4), 4, (4, 1), 4, 1, 0, false),
        ("19.7.2 boundary six",            runs(6), 6, (6, 1), 6, 1, 0, false),
        ("19.8 overthrow, one and four",   with(runs(5), "boundary"), 5, (5, 1), 5, 1, 0, true),
        ("19.8 overthrow, two and four",   with(runs(6), "boundary"), 6, (6, 1), 6, 1, 0, false),
        ("18.3 one short of three",        with(runs(2), "crossed"), 2, (2, 1), 2, 1, 0, true),
        ("23.1 a bye",                     extra(0, json!({ "byes": 1 })), 1, (0, 1), 0, 1, 1, true),
        ("23.1 four byes",                 extra(0, json!({ "byes": 4 })), 4, (0, 1), 0, 1, 4, false),
        ("23.2 a leg bye",                 extra(0, json!({ "leg_byes": 1 })), 1, (0, 1), 0, 1, 1, true),
        ("23.2 three leg byes",            extra(0, json!({ "leg_byes": 3 })), 3, (0, 1), 0, 1, 3, true),
        ("22.6 a wide",                    extra(0, json!({ "wides": 1 })), 1, (0, 0), 1, 0, 1, false),
        ("22.6 a wide and one run",        extra(0, json!({ "wides": 2 })), 2, (0, 0), 2, 0, 2, true),
        ("22.6 a wide and two run",        extra(0, json!({ "wides": 3 })), 3, (0, 0), 3, 0, 3, false),
        ("22.6 a wide to the boundary",    extra(0, json!({ "wides": 5 })), 5, (0, 0), 5, 0, 5, false),
        ("21.15 a no-ball",                extra(0, json!({ "no_balls": 1 })), 1, (0, 1), 1, 0, 1, false),
        ("21.16 a no-ball hit for one",    extra(1, json!({ "no_balls": 1 })), 2, (1, 1), 2, 0, 1, true),
        ("21.16 a no-ball hit for four",   extra(4, json!({ "no_balls": 1 })), 5, (4, 1), 5, 0, 1, false),
        ("21.16 a no-ball hit for six",    extra(6, json!({ "no_balls": 1 })), 7, (6, 1), 7, 0, 1, false),
        ("21.16 a no-ball and a bye",      extra(0, json!({ "no_balls": 1, "byes": 1 })), 2, (0, 1), 1, 0, 2, true),
        ("21.16 a no-ball and leg byes",   extra(0, json!({ "no_balls": 1, "leg_byes": 2 })), 3, (0, 1), 1, 0, 3, false),
        ("41.17 five penalty runs",        extra(0, json!({ "penalty": 5 })), 5, (0, 1), 0, 1, 5, false),
        ("41.17 and one off the bat",      extra(1, json!({ "penalty": 5 })), 6, (1, 1), 1, 1, 5, true),
        ("41.17 beside a wide",            extra(0, json!({ "wides": 1, "penalty": 5 })), 6, (0, 0), 1, 0, 6, false),
    ]
}

#[test]
fn each_delivery_does_what_its_law_says() {
    for (law, body, team, (batter, faced), bowler, legal, extras, turned) in rows() {
        let mut scored = Scored::batting(json!("test"));
        scored.accepts("balls", body);
        let innings = scored.innings();
        assert_eq!(innings["runs"], team, "{law}: team");
        assert_eq!(innings["balls"], legal, "{law}: valid balls");
        let all: u64 =
            innings["extras"].as_object().unwrap().values().map(|n| n.as_u64().unwrap()).sum();
        assert_eq!(all, u64::from(extras), "{law}: extras");
        let line = scored.line("batting", 101);
        assert_eq!(
            (&line["runs"], &line["balls"]),
            (&json!(batter), &json!(faced)),
            "{law}: striker"
        );
        let line = scored.line("bowling", 205);
        assert_eq!(
            (&line["runs"], &line["balls"]),
            (&json!(bowler), &json!(legal)),
            "{law}: bowler"
        );
        let ends = if turned { (json!(102), json!(101)) } else { (json!(101), json!(102)) };
        assert_eq!(scored.ends(), ends, "{law}: ends");
    }
}

#[test]
fn at_the_end_of_an_over_the_ends_change_once_more() {
    for (law, body, .., legal, _, turned) in rows() {
        let mut scored = Scored::batting(json!("test"));
        scored.bowls(". . . . .");
        scored.accepts("balls", body);
        let turned = turned != (legal == 1);
        let ends = if turned { (json!(102), json!(101)) } else { (json!(101), json!(102)) };
        assert_eq!(scored.ends(), ends, "{law}");
    }
}

#[test]
fn fours_and_sixes_are_counted_where_they_are_boundaries() {
    #[rustfmt::skip]
    let cases = [
        ("a four",             json!({ "runs": { "batter": 4 } }), (1, 0)),
        ("a six",              json!({ "runs": { "batter": 6 } }), (0, 1)),
        ("said to be one",     json!({ "runs": { "batter": 4 }, "boundary": true }), (1, 0)),
        ("run (19.6)",         json!({ "runs": { "batter": 4 }, "non_boundary": true }), (0, 0)),
        ("six with overthrow", json!({ "runs": { "batter": 6 }, "non_boundary": true }), (0, 0)),
        ("five with overthrow", json!({ "runs": { "batter": 5 }, "boundary": true }), (0, 0)),
        ("off a no-ball",      json!({ "runs": { "batter": 4 }, "extras": { "no_balls": 1 } }), (1, 0)),
        ("byes are nobody's",  json!({ "runs": { "batter": 0 }, "extras": { "byes": 4 } }), (0, 0)),
    ];
    for (case, body, (fours, sixes)) in cases {
        let mut scored = Scored::batting(json!("test"));
        scored.accepts("balls", body);
        let line = scored.line("batting", 101);
        assert_eq!((&line["fours"], &line["sixes"]), (&json!(fours), &json!(sixes)), "{case}");
    }
}

#[test]
fn what_no_ball_can_be_is_refused_with_the_field() {
    #[rustfmt::skip]
    let cases = [
        ("runs are required",    json!({}), "/runs"),
        ("off the bat",          json!({ "runs": {} }), "/runs/batter"),
        ("22.1 a wide isn't hit", extra(1, json!({ "wides": 1 })), "/extras/wides"),
        ("22.3 no-ball or wide", extra(0, json!({ "wides": 1, "no_balls": 1 })), "/extras/wides"),
        ("22.6 all are wides",   extra(0, json!({ "wides": 1, "byes": 1 })), "/extras/wides"),
        ("23 byes or leg byes",  extra(0, json!({ "byes": 1, "leg_byes": 1 })), "/extras/byes"),
        ("23 hit, or byes",      extra(1, json!({ "byes": 1 })), "/extras/byes"),
        ("19.7 of four at least", json!({ "runs": { "batter": 3 }, "boundary": true }), "/boundary"),
        ("run or not",           json!({ "runs": { "batter": 4 }, "boundary": true, "non_boundary": true }), "/non_boundary"),
        ("called or not",        json!({ "runs": { "batter": 0 }, "over_called": true, "over_continues": true }), "/over_continues"),
        ("no such extras",       extra(0, json!({ "no_ball": 1 })), "/extras/no_ball"),
        ("below nought",         runs(0).as_object().map(|_| json!({ "runs": { "batter": -1 } })).unwrap(), "/runs/batter"),
        ("more than was ever run", json!({ "runs": { "batter": 21 } }), "/runs/batter"),
        ("no such player",       json!({ "runs": { "batter": 0 }, "striker_id": 999 }), "/striker_id"),
        ("of neither team",      json!({ "runs": { "batter": 0 }, "bowler_id": 301 }), "/bowler_id"),
        ("nor who catches",      json!({ "runs": { "batter": 0 }, "wickets": [{ "kind": "caught", "fielder_ids": [999] }] }), "/wickets/0/fielder_ids"),
    ];
    for (case, body, pointer) in cases {
        let mut scored = Scored::batting(json!("t20"));
        let refused = scored.refuses("balls", body);
        assert!(pointers(&refused).contains(&pointer), "{case}: {:?}", pointers(&refused));
    }
}

#[test]
fn who_stands_elsewhere_contradicts_the_state() {
    let mut scored = Scored::batting(json!("t20"));
    for (name, id) in [("striker_id", 102), ("non_striker_id", 101), ("bowler_id", 206)] {
        let refused = scored.refuses("balls", json!({ "runs": { "batter": 0 }, name: id }));
        assert_eq!(refused.code, "contradicts", "{name}: {refused}");
    }
    let body = json!({ "runs": { "batter": 1 }, "striker_id": 101, "non_striker_id": 102,
                       "bowler_id": 205 });
    scored.accepts("balls", body);
    let refused = scored.refuses("balls", json!({ "runs": { "batter": 1 }, "striker_id": 101 }));
    assert_eq!(refused.detail, "H2 is the striker, not H1");
}

#[test]
fn another_scorer_was_first() {
    let mut scored = Scored::batting(json!("t20"));
    let numbered = |number| json!({ "expected_number": number, "runs": { "batter": 1 } });
    assert_eq!(scored.accepts("balls", numbered(1)).answer["number"], 1);
    assert_eq!(scored.refuses("balls", numbered(1)).code, "not-the-next-ball");
    assert_eq!(scored.refuses("balls", numbered(3)).code, "not-the-next-ball");
    let answer = scored.accepts("balls", numbered(2)).answer;
    assert_eq!((&answer["over"], &answer["innings"]), (&json!("0.2"), &json!(1)));
}

#[test]
fn a_ball_needs_its_three_players() {
    let mut scored = Scored::new(json!("t20"));
    scored.accepts("start", json!({}));
    assert_eq!(scored.refuses("balls", runs(0)).code, "no-innings");
    scored.accepts("innings", json!({ "batting_team_id": HOME }));
    for (name, id) in [("striker", 101), ("non_striker", 102), ("bowler", 205)] {
        let refused = scored.refuses("balls", runs(0));
        assert_eq!(refused.code, "vacant", "{refused}");
        assert!(refused.detail.contains(&format!("{name}_id")), "{refused}");
        scored.accepts("players", json!({ (format!("{name}_id")): id }));
    }
    scored.accepts("balls", runs(0));
}

#[test]
fn a_free_hit_follows_each_no_ball_until_a_fair_ball() {
    let free = |scored: &Scored| scored.live()["free_hit"] == true;
    let mut scored = Scored::batting(json!("t20"));
    for (ball, is_next_free) in
        [("1", false), ("1nb", true), ("1wd", true), ("3nb", true), ("1", false), (".", false)]
    {
        scored.bowls(ball);
        assert_eq!(free(&scored), is_next_free, "after {ball}");
    }
    let mut scored = Scored::batting(json!("test"));
    scored.bowls("1nb");
    assert!(!free(&scored), "a playing condition of limited overs");
}
