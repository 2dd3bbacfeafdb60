//! Dismissals: who is out, who gets credit, which end is vacant.

use serde_json::{Value, json};

use super::*;

const DISMISSAL_KINDS: [&str; 10] = [
    "bowled",
    "caught",
    "lbw",
    "run_out",
    "stumped",
    "hit_wicket",
    "obstructing_the_field",
    "hit_the_ball_twice",
    "timed_out",
    "handled_the_ball",
];

fn ball_with_wicket(kind: &str) -> Value {
    json!({ "runs": { "batter": 0 }, "wickets": [wicket_entry(kind, 101)] })
}

#[test]
fn each_dismissal_kind_follows_its_law() {
    // Kind, law; whether the bowler gets credit, it is possible off a no-ball (21.18), a wide (22.9)
    // and a free hit, and completed runs count (18.8).
    #[rustfmt::skip]
    let cases = [
        ("bowled",                "32", true,  false, false, false, false),
        ("caught",                "33", true,  false, false, false, false),
        ("hit_the_ball_twice",    "34", false, true,  false, true,  false),
        ("hit_wicket",            "35", true,  false, true,  false, false),
        ("lbw",                   "36", true,  false, false, false, false),
        ("obstructing_the_field", "37", false, true,  true,  true,  true),
        ("run_out",               "38", false, true,  true,  true,  true),
        ("stumped",               "39", true,  false, true,  false, false),
        ("handled_the_ball",      "33 of 2000", false, true, true, true, true),
    ];
    for (kind, law, credited, no_ball, wide, free_hit, with_runs) in cases {
        let mut harness = CricketHarness::with_home_batting(json!("t20"));
        harness.apply("balls", ball_with_wicket(kind));
        assert_eq!(harness.latest_innings()["wickets"], 1, "{law} {kind}");
        assert_eq!(
            harness.card_row("bowling", 205)["wickets"],
            u32::from(credited),
            "{law} {kind}"
        );
        assert_eq!(harness.card_row("batting", 101)["out"]["kind"], kind, "{law} {kind}");

        let possible = |extras: Value, runs: u32, before: &str| {
            let mut scored = CricketHarness::with_home_batting(json!("t20"));
            scored.bowl_symbols(before);
            let facing = scored.batter_ids().0.as_i64().unwrap();
            let body = json!({ "runs": { "batter": runs }, "extras": extras,
                               "wickets": [wicket_entry(kind, facing)] });
            scored.try_apply("balls", body).is_ok()
        };
        assert_eq!(possible(json!({ "no_balls": 1 }), 0, ""), no_ball, "{law} {kind}: no-ball");
        assert_eq!(possible(json!({ "wides": 1 }), 0, ""), wide, "{law} {kind}: wide");
        assert_eq!(possible(json!({}), 0, "1nb"), free_hit, "{law} {kind}: free hit");
        let off_both = wide && no_ball;
        assert_eq!(possible(json!({ "wides": 1 }), 0, "1nb"), off_both, "{law} {kind}: free wide");
        assert_eq!(possible(json!({}), 1, ""), with_runs, "{law} {kind}: runs");
    }
}

#[test]
fn an_override_allows_a_dismissal_off_a_free_hit() {
    let mut harness = CricketHarness::with_home_batting(json!("odi"));
    harness.bowl_symbols("1nb");
    assert_eq!(harness.expect_rejection("balls", ball_with_wicket("bowled")).code, "free-hit");
    let mut body = ball_with_wicket("bowled");
    body["override"] = json!(true);
    harness.apply("balls", body);
}

#[test]
fn most_dismissals_apply_only_to_the_striker() {
    for kind in DISMISSAL_KINDS.iter().filter(|kind| **kind != "timed_out") {
        let either = ["run_out", "obstructing_the_field", "handled_the_ball"].contains(kind);
        let mut harness = CricketHarness::with_home_batting(json!("t20"));
        let body = json!({ "runs": { "batter": 0 }, "wickets": [wicket_entry(kind, 102)] });
        assert_eq!(harness.try_apply("balls", body).is_ok(), either, "{kind}");
        let unnamed = json!({ "runs": { "batter": 0 }, "wickets": [{ "kind": kind }] });
        let mut scored = CricketHarness::with_home_batting(json!("t20"));
        assert_eq!(scored.try_apply("balls", unnamed).is_ok(), !either, "{kind} of nobody");
    }
}

/// Striker and non-striker, `-` for a vacant end.
fn batters_after(before: &str, body: Value) -> String {
    let mut harness = CricketHarness::with_home_batting(json!("t20"));
    harness.bowl_symbols(before);
    harness.apply("balls", body);
    let (striker, non_striker) = harness.batter_ids();
    let show = |id: Value| id.as_i64().map_or("-".to_owned(), |id| id.to_string());
    format!("{} {}", show(striker), show(non_striker))
}

#[test]
fn a_wicket_vacates_the_end_that_the_laws_say() {
    let wicket_ball = |runs: u32, kind: &str, player: i64| json!({ "runs": { "batter": runs }, "wickets": [wicket_entry(kind, player)] });
    let crossed = |mut body: Value| {
        body["crossed"] = json!(true);
        body
    };
    let five_dot_balls = ". . . . .";
    #[rustfmt::skip]
    let cases = [
        ("18.11 caught: the striker's end", "", wicket_ball(0, "caught", 101), "- 102"),
        ("18.11 said not to have crossed", "", { let mut body = wicket_ball(0, "caught", 101); body["crossed"] = json!(false); body }, "- 102"),
        ("18.11 before October 2022: crossed", "", crossed(wicket_ball(0, "caught", 101)), "102 -"),
        ("18.11 but the over has ended", five_dot_balls, wicket_ball(0, "caught", 101), "102 -"),
        ("32 bowled", "", wicket_ball(0, "bowled", 101), "- 102"),
        ("32 bowled with the last ball", five_dot_balls, wicket_ball(0, "bowled", 101), "102 -"),
        ("38 run out at the striker's end, none run", "", wicket_ball(0, "run_out", 101), "- 102"),
        ("38 the non-striker, none run", "", wicket_ball(0, "run_out", 102), "101 -"),
        ("18.12 the striker, going for one, crossed", "", crossed(wicket_ball(0, "run_out", 101)), "102 -"),
        ("18.12 the non-striker, going for one, crossed", "", crossed(wicket_ball(0, "run_out", 102)), "- 101"),
        ("38 the striker, going for a second", "", wicket_ball(1, "run_out", 101), "102 -"),
        ("38 the non-striker, going for a second", "", wicket_ball(1, "run_out", 102), "- 101"),
        ("18.12 the striker, second, crossed", "", crossed(wicket_ball(1, "run_out", 101)), "- 102"),
        ("18.12 the non-striker, second, crossed", "", crossed(wicket_ball(1, "run_out", 102)), "101 -"),
        ("38 the striker, second, over ended", five_dot_balls, wicket_ball(1, "run_out", 101), "- 102"),
        ("38 the non-striker off a leg bye", "", json!({ "runs": { "batter": 0 }, "extras": { "leg_byes": 1 }, "wickets": [wicket_entry("run_out", 102)] }), "- 101"),
        ("39 stumped off a wide", "", json!({ "runs": { "batter": 0 }, "extras": { "wides": 1 }, "wickets": [wicket_entry("stumped", 101)] }), "- 102"),
        ("22.6 run out after one off a wide", "", json!({ "runs": { "batter": 0 }, "extras": { "wides": 2 }, "wickets": [wicket_entry("run_out", 101)] }), "102 -"),
        ("37 the non-striker obstructs, crossed", "", crossed(wicket_ball(0, "obstructing_the_field", 102)), "- 101"),
    ];
    for (law, before, body, ends) in cases {
        assert_eq!(batters_after(before, body), ends, "{law}");
    }
}

#[test]
fn dismissal_text_follows_scorecard_notation() {
    let fielders =
        |kind: &str, ids: &[i64]| json!({ "kind": kind, "player_out_id": 101, "fielder_ids": ids });
    let mut sub = fielders("caught", &[212]);
    sub["substitute"] = json!(true);
    let mut unnamed = fielders("run_out", &[]);
    unnamed["substitute"] = json!(true);
    #[rustfmt::skip]
    let cases = [
        (fielders("bowled", &[]), "b A5"),
        (fielders("caught", &[203]), "c A3 b A5"),
        (fielders("caught", &[205]), "c & b A5"),
        (fielders("caught", &[]), "c ? b A5"),
        (sub, "c sub (A12) b A5"),
        (fielders("lbw", &[]), "lbw b A5"),
        (fielders("stumped", &[201]), "st A1 b A5"),
        (fielders("hit_wicket", &[]), "hit wicket b A5"),
        (fielders("run_out", &[]), "run out"),
        (fielders("run_out", &[203, 201]), "run out (A3/A1)"),
        (unnamed, "run out (sub)"),
        (fielders("obstructing_the_field", &[]), "obstructing the field"),
        (fielders("hit_the_ball_twice", &[]), "hit the ball twice"),
        (fielders("handled_the_ball", &[]), "handled the ball"),
    ];
    for (wicket, text) in cases {
        let mut harness = CricketHarness::with_home_batting(json!("t20"));
        harness.apply("balls", json!({ "runs": { "batter": 0 }, "wickets": [wicket] }));
        assert_eq!(harness.card_row("batting", 101)["dismissal"], text);
        assert_eq!(harness.card_row("batting", 102)["dismissal"], "not out");
    }
}

#[test]
fn fielders_must_match_the_dismissal() {
    let mut harness = CricketHarness::with_home_batting(json!("t20"));
    let rejection = |scored: &mut CricketHarness, wicket: Value| {
        scored.expect_rejection("balls", json!({ "runs": { "batter": 0 }, "wickets": [wicket] }))
    };
    let own = json!({ "kind": "caught", "fielder_ids": [102] });
    assert_eq!(rejection(&mut harness, own).code, "not-eligible");
    let two = json!({ "kind": "caught", "fielder_ids": [203, 204] });
    assert_eq!(error_pointers(&rejection(&mut harness, two)), ["/wickets/0/fielder_ids"]);
    let bowled = json!({ "kind": "bowled", "fielder_ids": [203] });
    assert_eq!(error_pointers(&rejection(&mut harness, bowled)), ["/wickets/0/fielder_ids"]);
}

#[test]
fn two_wickets_can_fall_on_one_ball() {
    let mut harness = CricketHarness::with_home_batting(json!("test"));
    let body = json!({ "runs": { "batter": 0 },
                       "wickets": [wicket_entry("caught", 101), wicket_entry("timed_out", 103)] });
    let transition = harness.apply("balls", body);
    assert_eq!(match_message_kinds(&transition), ["ball_bowled", "wicket_fallen", "wicket_fallen"]);
    assert_eq!(harness.score_text(), "0/2 (0.1)");
    assert_eq!(harness.card_row("batting", 103)["dismissal"], "timed out");
    assert_eq!(harness.card_row("bowling", 205)["wickets"], 1);
    assert_eq!(harness.batter_ids(), (Value::Null, json!(102)));

    let both = json!({ "runs": { "batter": 0 }, "striker_id": 104,
                       "wickets": [wicket_entry("run_out", 104), wicket_entry("run_out", 102)] });
    harness.apply("balls", both);
    assert_eq!(harness.batter_ids(), (Value::Null, Value::Null));
    let twice = json!({ "runs": { "batter": 0 }, "striker_id": 105, "non_striker_id": 106,
                        "wickets": [wicket_entry("bowled", 105), wicket_entry("caught", 105)] });
    assert_eq!(error_pointers(&harness.expect_rejection("balls", twice)), ["/wickets"]);
}

#[test]
fn a_wicket_between_balls_adds_no_ball() {
    let mut harness = CricketHarness::with_home_batting(json!("t20"));
    harness.bowl_symbols("1 W");
    // Law 40: no batter came in time.
    let late = json!({ "wickets": [wicket_entry("timed_out", 103)] });
    let response = harness.apply("balls", late).response;
    assert_eq!((&response["number"], harness.score_text().as_str()), (&Value::Null, "1/2 (0.2)"));
    // Law 38.3.1: the non-striker left the ground early.
    harness.bowl_symbols("1");
    let (striker, non_striker) = harness.batter_ids();
    let early = json!({ "wickets": [{ "kind": "run_out", "player_out_id": non_striker,
                                      "fielder_ids": [205] }] });
    harness.apply("balls", early);
    assert_eq!(harness.score_text(), "2/3 (0.3)");
    assert_eq!(harness.batter_ids(), (striker, Value::Null));
    assert_eq!(harness.live_json()["next_number"], 4);

    let bowled = json!({ "wickets": [{ "kind": "bowled" }] });
    assert_eq!(error_pointers(&harness.expect_rejection("balls", bowled)), ["/wickets/0/kind"]);
    let nobody_due = json!({ "wickets": [wicket_entry("timed_out", 109)] });
    harness.bowl_symbols(".");
    assert_eq!(harness.expect_rejection("balls", nobody_due).code, "not-vacant");
}

#[test]
fn a_batter_who_is_out_or_in_cannot_come_in() {
    let mut harness = CricketHarness::with_home_batting(json!("t20"));
    harness.bowl_symbols("W");
    let mut try_batter =
        |id: i64| harness.expect_rejection("players", json!({ "batter_id": id })).detail;
    assert_eq!(try_batter(101), "H1 is out (b A5)");
    assert_eq!(try_batter(102), "H2 is already at the crease");
    assert_eq!(try_batter(203), "A3 is not in the batting side");
    harness.apply("players", json!({ "batter_id": 103 }));
    assert_eq!(harness.batter_ids(), (json!(103), json!(102)));
}

#[test]
fn a_wrong_new_batter_can_be_replaced_before_the_next_ball() {
    let mut harness = CricketHarness::with_home_batting(json!("t20"));
    harness.bowl_symbols("W");
    harness.apply("players", json!({ "batter_id": 103 }));
    harness.apply("players", json!({ "batter_id": 104 }));
    assert_eq!(harness.batter_ids(), (json!(104), json!(102)));
    assert!(harness.card_row("batting", 103).is_null());
    harness.bowl_symbols(".");
    let rejection = harness.expect_rejection("players", json!({ "batter_id": 103 }));
    assert_eq!(rejection.code, "not-vacant");
}

#[test]
fn a_batter_retired_hurt_can_return() {
    let mut harness = CricketHarness::with_home_batting(json!("test"));
    harness.bowl_symbols("4 .");
    let retire = |id: i64, kind: &str| json!({ "retire": { "player_id": id, "kind": kind } });
    let transition = harness.apply("players", retire(101, "retired_hurt"));
    assert_eq!(match_message_kinds(&transition), ["player_changed"]);
    assert_eq!(harness.latest_innings()["wickets"], 0, "25.4.2");
    assert_eq!(harness.card_row("batting", 101)["dismissal"], "retired hurt");
    assert_eq!(harness.batter_ids(), (Value::Null, json!(102)));
    harness.bowl_symbols("1 1 . . ");
    // Only while an end is vacant: after a wicket or a retirement.
    assert_eq!(harness.expect_rejection("players", json!({ "batter_id": 101 })).code, "not-vacant");
    harness.bowl_symbols("W");
    harness.apply("players", json!({ "batter_id": 101 }));
    harness.bowl_symbols("2");
    assert_eq!(harness.card_row("batting", 101)["runs"], 6);
    assert_eq!(harness.card_row("batting", 101)["dismissal"], "not out");
    let pairs = harness.latest_innings()["partnerships"].clone();
    let wickets: Vec<_> = pairs.as_array().unwrap().iter().map(|pair| &pair["wicket"]).collect();
    assert_eq!(wickets, [&json!(1), &json!(1), &json!(2)], "a pair is parted, no wicket falls");
}

#[test]
fn retired_out_is_credited_to_no_bowler() {
    let mut harness = CricketHarness::with_home_batting(json!("test"));
    harness.bowl_symbols("4");
    let body = json!({ "retire": { "player_id": 102, "kind": "retired_out" }, "batter_id": 103 });
    let transition = harness.apply("players", body);
    assert_eq!(
        match_message_kinds(&transition),
        ["player_changed", "wicket_fallen", "player_changed"]
    );
    assert_eq!(harness.score_text(), "4/1 (0.1)", "25.4.3");
    assert_eq!(harness.card_row("batting", 102)["dismissal"], "retired out");
    assert_eq!(harness.card_row("bowling", 205)["wickets"], 0);
    assert_eq!(harness.batter_ids(), (json!(101), json!(103)));
    let again = json!({ "retire": { "player_id": 109, "kind": "retired_out" } });
    assert_eq!(harness.expect_rejection("players", again).code, "not-batting");
}

#[test]
fn a_replaced_or_absent_player_cannot_bat() {
    let mut harness = CricketHarness::with_home_batting(json!("test"));
    let concussed = json!({ "replace": { "player_out_id": 103, "player_in_id": 112,
                                         "reason": "concussion" } });
    let message = harness.apply("players", concussed).messages[0].data.clone();
    assert_eq!((&message["change"], &message["player_out_id"]), (&json!("replaced"), &json!(103)));
    harness.apply("players", json!({ "absent": { "player_id": 111 } }));
    harness.bowl_symbols("W");
    for (id, reason) in [(103, "was replaced"), (111, "is absent")] {
        let rejection = harness.expect_rejection("players", json!({ "batter_id": id }));
        assert!(rejection.detail.contains(reason), "{rejection}");
    }
    harness.apply("players", json!({ "batter_id": 112 }));
    let other = json!({ "replace": { "player_out_id": 104, "player_in_id": 212 } });
    assert_eq!(harness.expect_rejection("players", other).code, "not-eligible");
}

#[test]
fn a_wicket_between_balls_requires_the_player_out() {
    let nobody = json!({ "wickets": [{ "kind": "run_out" }] });
    for mut harness in
        [CricketHarness::with_home_batting(json!("t20")), CricketHarness::new(json!("t20"))]
    {
        if harness.status() == "scheduled" {
            harness.apply("start", json!({}));
        }
        let rejection = harness.expect_rejection("balls", nobody.clone());
        assert_eq!(error_pointers(&rejection), ["/wickets/0/player_out_id"]);
    }
}

#[test]
fn a_replaced_player_cannot_field() {
    let mut harness = CricketHarness::with_home_batting(json!("t20"));
    let replace = json!({ "player_out_id": 203, "player_in_id": 212 });
    harness.apply("players", json!({ "replace": replace }));
    let caught = |scorer_id: i64| json!({ "runs": { "batter": 0 }, "wickets": [{ "kind": "caught", "fielder_ids": [scorer_id] }] });
    assert_eq!(harness.expect_rejection("balls", caught(203)).code, "not-eligible");
    let early = json!({ "kind": "run_out", "player_out_id": 102, "fielder_ids": [203] });
    let early = harness.expect_rejection("balls", json!({ "wickets": [early] }));
    assert_eq!(early.code, "not-eligible");
    harness.apply("balls", caught(212));
}

#[test]
fn each_retirement_kind_has_its_own_text() {
    let cases = [("retired_hurt", "retired hurt"), ("retired_not_out", "retired not out")];
    for (kind, text) in cases {
        let mut harness = CricketHarness::with_home_batting(json!("t20"));
        harness.bowl_symbols("4");
        let retire = json!({ "player_id": 101, "kind": kind });
        let transition = harness.apply("players", json!({ "retire": retire }));
        assert_eq!(messages_to(&transition, "match_9", "player_changed")[0]["change"], kind);
        assert_eq!(harness.card_row("batting", 101)["dismissal"], text);
        assert_eq!(harness.card_row("batting", 101)["out"], Value::Null);

        // The batter can't return, and has a row already.
        harness.apply("players", json!({ "absent": { "player_id": 101 } }));
        harness.apply("players", json!({ "absent": { "player_id": 111 } }));
        assert_eq!(
            harness.latest_innings()["absent"],
            json!([{ "player_id": 111, "name": "H11" }])
        );
        let card = harness.read_part("scorecard/text");
        assert_eq!(card.as_str().unwrap().matches("\nH1 ").count(), 1, "{card}");
        harness.apply("players", json!({ "striker_id": 103 }));
    }
}
