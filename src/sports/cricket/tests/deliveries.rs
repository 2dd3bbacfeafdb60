//! Effects of each delivery by the Laws, and who faces the next ball.

use serde_json::{Value, json};

use super::*;

/// Law, ball; then team runs, striker's runs and balls, bowler's runs, legal balls, extras, and
/// whether the batters changed ends.
type LawCase = (&'static str, Value, u32, (u32, u32), u32, u32, u32, bool);

fn extras_body(batter: u32, extras: Value) -> Value {
    json!({ "runs": { "batter": batter }, "extras": extras })
}

#[rustfmt::skip]
fn law_cases() -> Vec<LawCase> {
    let with = |mut body: Value, name: &str| { body[name] = json!(true); body };
    vec![
        ("18.1 nothing run",               runs_body(0), 0, (0, 1), 0, 1, 0, false),
        ("18.1 one run",                   runs_body(1), 1, (1, 1), 1, 1, 0, true),
        ("18.1 two",                       runs_body(2), 2, (2, 1), 2, 1, 0, false),
        ("18.1 three",                     runs_body(3), 3, (3, 1), 3, 1, 0, true),
        ("19.7.1 boundary four",           runs_body(4), 4, (4, 1), 4, 1, 0, false),
        ("19.7.2 boundary six",            runs_body(6), 6, (6, 1), 6, 1, 0, false),
        ("19.8 overthrow, one and four",   with(runs_body(5), "boundary"), 5, (5, 1), 5, 1, 0, true),
        ("19.8 overthrow, two and four",   with(runs_body(6), "boundary"), 6, (6, 1), 6, 1, 0, false),
        ("18.3 one short of three",        with(runs_body(2), "crossed"), 2, (2, 1), 2, 1, 0, true),
        ("23.1 a bye",                     extras_body(0, json!({ "byes": 1 })), 1, (0, 1), 0, 1, 1, true),
        ("23.1 four byes",                 extras_body(0, json!({ "byes": 4 })), 4, (0, 1), 0, 1, 4, false),
        ("23.2 a leg bye",                 extras_body(0, json!({ "leg_byes": 1 })), 1, (0, 1), 0, 1, 1, true),
        ("23.2 three leg byes",            extras_body(0, json!({ "leg_byes": 3 })), 3, (0, 1), 0, 1, 3, true),
        ("22.6 a wide",                    extras_body(0, json!({ "wides": 1 })), 1, (0, 0), 1, 0, 1, false),
        ("22.6 a wide and one run",        extras_body(0, json!({ "wides": 2 })), 2, (0, 0), 2, 0, 2, true),
        ("22.6 a wide and two run",        extras_body(0, json!({ "wides": 3 })), 3, (0, 0), 3, 0, 3, false),
        ("22.6 a wide to the boundary",    extras_body(0, json!({ "wides": 5 })), 5, (0, 0), 5, 0, 5, false),
        ("21.15 a no-ball",                extras_body(0, json!({ "no_balls": 1 })), 1, (0, 1), 1, 0, 1, false),
        ("21.16 a no-ball hit for one",    extras_body(1, json!({ "no_balls": 1 })), 2, (1, 1), 2, 0, 1, true),
        ("21.16 a no-ball hit for four",   extras_body(4, json!({ "no_balls": 1 })), 5, (4, 1), 5, 0, 1, false),
        ("21.16 a no-ball hit for six",    extras_body(6, json!({ "no_balls": 1 })), 7, (6, 1), 7, 0, 1, false),
        ("21.16 a no-ball and a bye",      extras_body(0, json!({ "no_balls": 1, "byes": 1 })), 2, (0, 1), 1, 0, 2, true),
        ("21.16 a no-ball and leg byes",   extras_body(0, json!({ "no_balls": 1, "leg_byes": 2 })), 3, (0, 1), 1, 0, 3, false),
        ("41.17 five penalty runs",        extras_body(0, json!({ "penalty": 5 })), 5, (0, 1), 0, 1, 5, false),
        ("41.17 and one off the bat",      extras_body(1, json!({ "penalty": 5 })), 6, (1, 1), 1, 1, 5, true),
        ("41.17 beside a wide",            extras_body(0, json!({ "wides": 1, "penalty": 5 })), 6, (0, 0), 1, 0, 6, false),
    ]
}

#[test]
fn each_delivery_scores_as_its_law_says() {
    for (law, body, team, (batter, faced), bowler, legal, extras, ends_changed) in law_cases() {
        let mut harness = CricketHarness::with_home_batting(json!("test"));
        harness.apply("balls", body);
        let innings = harness.latest_innings();
        assert_eq!(innings["runs"], team, "{law}: team");
        assert_eq!(innings["balls"], legal, "{law}: valid balls");
        let extras_sum: u64 =
            innings["extras"].as_object().unwrap().values().map(|n| n.as_u64().unwrap()).sum();
        assert_eq!(extras_sum, u64::from(extras), "{law}: extras");
        let row = harness.card_row("batting", 101);
        assert_eq!(
            (&row["runs"], &row["balls"]),
            (&json!(batter), &json!(faced)),
            "{law}: striker"
        );
        let line = harness.card_row("bowling", 205);
        assert_eq!(
            (&line["runs"], &line["balls"]),
            (&json!(bowler), &json!(legal)),
            "{law}: bowler"
        );
        let ends = if ends_changed { (json!(102), json!(101)) } else { (json!(101), json!(102)) };
        assert_eq!(harness.batter_ids(), ends, "{law}: ends");
    }
}

#[test]
fn the_end_of_an_over_swaps_the_ends_again() {
    for (law, body, .., legal, _, ends_changed) in law_cases() {
        let mut harness = CricketHarness::with_home_batting(json!("test"));
        harness.bowl_symbols(". . . . .");
        harness.apply("balls", body);
        let turned = ends_changed != (legal == 1);
        let ends = if turned { (json!(102), json!(101)) } else { (json!(101), json!(102)) };
        assert_eq!(harness.batter_ids(), ends, "{law}");
    }
}

#[test]
fn only_boundaries_count_as_fours_and_sixes() {
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
        let mut harness = CricketHarness::with_home_batting(json!("test"));
        harness.apply("balls", body);
        let row = harness.card_row("batting", 101);
        assert_eq!((&row["fours"], &row["sixes"]), (&json!(fours), &json!(sixes)), "{case}");
    }
}

#[test]
fn an_impossible_ball_is_rejected_with_its_field() {
    #[rustfmt::skip]
    let cases = [
        ("runs are required",    json!({}), "/runs"),
        ("off the bat",          json!({ "runs": {} }), "/runs/batter"),
        ("22.1 a wide isn't hit", extras_body(1, json!({ "wides": 1 })), "/extras/wides"),
        ("22.3 no-ball or wide", extras_body(0, json!({ "wides": 1, "no_balls": 1 })), "/extras/wides"),
        ("22.6 all are wides",   extras_body(0, json!({ "wides": 1, "byes": 1 })), "/extras/wides"),
        ("23 byes or leg byes",  extras_body(0, json!({ "byes": 1, "leg_byes": 1 })), "/extras/byes"),
        ("23 hit, or byes",      extras_body(1, json!({ "byes": 1 })), "/extras/byes"),
        ("19.7 of four at least", json!({ "runs": { "batter": 3 }, "boundary": true }), "/boundary"),
        ("run or not",           json!({ "runs": { "batter": 4 }, "boundary": true, "non_boundary": true }), "/non_boundary"),
        ("called or not",        json!({ "runs": { "batter": 0 }, "over_called": true, "over_continues": true }), "/over_continues"),
        ("no such extras",       extras_body(0, json!({ "no_ball": 1 })), "/extras/no_ball"),
        ("below nought",         runs_body(0).as_object().map(|_| json!({ "runs": { "batter": -1 } })).unwrap(), "/runs/batter"),
        ("more than was ever run", json!({ "runs": { "batter": 21 } }), "/runs/batter"),
        ("no such player",       json!({ "runs": { "batter": 0 }, "striker_id": 999 }), "/striker_id"),
        ("of neither team",      json!({ "runs": { "batter": 0 }, "bowler_id": 301 }), "/bowler_id"),
        ("nor who catches",      json!({ "runs": { "batter": 0 }, "wickets": [{ "kind": "caught", "fielder_ids": [999] }] }), "/wickets/0/fielder_ids"),
    ];
    for (case, body, pointer) in cases {
        let mut harness = CricketHarness::with_home_batting(json!("t20"));
        let rejection = harness.expect_rejection("balls", body);
        assert!(
            error_pointers(&rejection).contains(&pointer),
            "{case}: {:?}",
            error_pointers(&rejection)
        );
    }
}

#[test]
fn naming_a_player_in_the_wrong_role_is_rejected() {
    let mut harness = CricketHarness::with_home_batting(json!("t20"));
    for (name, id) in [("striker_id", 102), ("non_striker_id", 101), ("bowler_id", 206)] {
        let rejection =
            harness.expect_rejection("balls", json!({ "runs": { "batter": 0 }, name: id }));
        assert_eq!(rejection.code, "contradicts", "{name}: {rejection}");
    }
    let body = json!({ "runs": { "batter": 1 }, "striker_id": 101, "non_striker_id": 102,
                       "bowler_id": 205 });
    harness.apply("balls", body);
    let refused =
        harness.expect_rejection("balls", json!({ "runs": { "batter": 1 }, "striker_id": 101 }));
    assert_eq!(refused.detail, "H2 is the striker, not H1");
}

#[test]
fn an_unexpected_ball_number_is_rejected() {
    let mut harness = CricketHarness::with_home_batting(json!("t20"));
    let numbered = |number| json!({ "expected_number": number, "runs": { "batter": 1 } });
    assert_eq!(harness.apply("balls", numbered(1)).response["number"], 1);
    assert_eq!(harness.expect_rejection("balls", numbered(1)).code, "not-the-next-ball");
    assert_eq!(harness.expect_rejection("balls", numbered(3)).code, "not-the-next-ball");
    let response = harness.apply("balls", numbered(2)).response;
    assert_eq!((&response["over"], &response["innings"]), (&json!("0.2"), &json!(1)));
}

#[test]
fn a_ball_needs_striker_non_striker_and_bowler() {
    let mut harness = CricketHarness::new(json!("t20"));
    harness.apply("start", json!({}));
    assert_eq!(harness.expect_rejection("balls", runs_body(0)).code, "no-innings");
    harness.apply("innings", json!({ "batting_team_id": HOME_TEAM_ID }));
    for (name, id) in [("striker", 101), ("non_striker", 102), ("bowler", 205)] {
        let rejection = harness.expect_rejection("balls", runs_body(0));
        assert_eq!(rejection.code, "vacant", "{rejection}");
        assert!(rejection.detail.contains(&format!("{name}_id")), "{rejection}");
        harness.apply("players", json!({ (format!("{name}_id")): id }));
    }
    harness.apply("balls", runs_body(0));
}

#[test]
fn a_free_hit_lasts_until_a_legal_ball() {
    let free = |harness: &CricketHarness| harness.live_json()["free_hit"] == true;
    let mut scored = CricketHarness::with_home_batting(json!("t20"));
    for (ball, is_next_free) in
        [("1", false), ("1nb", true), ("1wd", true), ("3nb", true), ("1", false), (".", false)]
    {
        scored.bowl_symbols(ball);
        assert_eq!(free(&scored), is_next_free, "after {ball}");
    }
    let mut scored = CricketHarness::with_home_batting(json!("test"));
    scored.bowl_symbols("1nb");
    assert!(!free(&scored), "a playing condition of limited overs");
}
