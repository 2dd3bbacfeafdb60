//! Who is out, who is credited, and which end stands empty.

use serde_json::Value;
use serde_json::json;

use super::*;

const KINDS: [&str; 10] = [
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

fn wicket(kind: &str) -> Value {
    json!({ "runs": { "batter": 0 }, "wickets": [out(kind, 101)] })
}

#[test]
fn each_kind_is_credited_and_possible_as_its_law_says() {
    // Kind, law, whether the bowler is credited, off a no-ball (21.18), off a wide (22.9), off a
    // free hit, and whether runs stand beside it (18.8).
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
        let mut scored = Scored::batting(json!("t20"));
        scored.accepts("balls", wicket(kind));
        assert_eq!(scored.innings()["wickets"], 1, "{law} {kind}");
        assert_eq!(scored.line("bowling", 205)["wickets"], u32::from(credited), "{law} {kind}");
        assert_eq!(scored.line("batting", 101)["out"]["kind"], kind, "{law} {kind}");

        let possible = |extras: Value, runs: u32, before: &str| {
            let mut scored = Scored::batting(json!("t20"));
            scored.bowls(before);
            let facing = scored.ends().0.as_i64().unwrap();
            let body = json!({ "runs": { "batter": runs }, "extras": extras,
                               "wickets": [out(kind, facing)] });
            scored.tries("balls", body).is_ok()
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
fn a_free_hit_that_was_none_can_be_entered() {
    let mut scored = Scored::batting(json!("odi"));
    scored.bowls("1nb");
    assert_eq!(scored.refuses("balls", wicket("bowled")).code, "free-hit");
    let mut body = wicket("bowled");
    body["override"] = json!(true);
    scored.accepts("balls", body);
}

#[test]
fn only_the_striker_can_be_out_in_most_ways() {
    for kind in KINDS.iter().filter(|kind| **kind != "timed_out") {
        let either = ["run_out", "obstructing_the_field", "handled_the_ball"].contains(kind);
        let mut scored = Scored::batting(json!("t20"));
        let body = json!({ "runs": { "batter": 0 }, "wickets": [out(kind, 102)] });
        assert_eq!(scored.tries("balls", body).is_ok(), either, "{kind}");
        let unnamed = json!({ "runs": { "batter": 0 }, "wickets": [{ "kind": kind }] });
        let mut scored = Scored::batting(json!("t20"));
        assert_eq!(scored.tries("balls", unnamed).is_ok(), !either, "{kind} of nobody");
    }
}

/// Who faces the next ball and who doesn't, `-` for the vacant place.
fn ends_after(before: &str, body: Value) -> String {
    let mut scored = Scored::batting(json!("t20"));
    scored.bowls(before);
    scored.accepts("balls", body);
    let (striker, non_striker) = scored.ends();
    let show = |id: Value| id.as_i64().map_or("-".to_owned(), |id| id.to_string());
    format!("{} {}", show(striker), show(non_striker))
}

#[test]
fn the_new_batter_comes_to_the_end_that_the_laws_say() {
    let of = |runs: u32, kind: &str, player: i64| json!({ "runs": { "batter": runs }, "wickets": [out(kind, player)] });
    let crossed = |mut body: Value| {
        body["crossed"] = json!(true);
        body
    };
    let five = ". . . . .";
    #[rustfmt::skip]
    let cases = [
        ("18.11 caught: the striker's end", "", of(0, "caught", 101), "- 102"),
        ("18.11 said not to have crossed", "", { let mut body = of(0, "caught", 101); body["crossed"] = json!(false); body }, "- 102"),
        ("18.11 before October 2022: crossed", "", crossed(of(0, "caught", 101)), "102 -"),
        ("18.11 but the over has ended", five, of(0, "caught", 101), "102 -"),
        ("32 bowled", "", of(0, "bowled", 101), "- 102"),
        ("32 bowled with the last ball", five, of(0, "bowled", 101), "102 -"),
        ("38 run out at the striker's end, none run", "", of(0, "run_out", 101), "- 102"),
        ("38 the non-striker, none run", "", of(0, "run_out", 102), "101 -"),
        ("18.12 the striker, going for one, crossed", "", crossed(of(0, "run_out", 101)), "102 -"),
        ("18.12 the non-striker, going for one, crossed", "", crossed(of(0, "run_out", 102)), "- 101"),
        ("38 the striker, going for a second", "", of(1, "run_out", 101), "102 -"),
        ("38 the non-striker, going for a second", "", of(1, "run_out", 102), "- 101"),
        ("18.12 the striker, second, crossed", "", crossed(of(1, "run_out", 101)), "- 102"),
        ("18.12 the non-striker, second, crossed", "", crossed(of(1, "run_out", 102)), "101 -"),
        ("38 the striker, second, over ended", five, of(1, "run_out", 101), "- 102"),
        ("38 the non-striker off a leg bye", "", json!({ "runs": { "batter": 0 }, "extras": { "leg_byes": 1 }, "wickets": [out("run_out", 102)] }), "- 101"),
        ("39 stumped off a wide", "", json!({ "runs": { "batter": 0 }, "extras": { "wides": 1 }, "wickets": [out("stumped", 101)] }), "- 102"),
        ("22.6 run out after one off a wide", "", json!({ "runs": { "batter": 0 }, "extras": { "wides": 2 }, "wickets": [out("run_out", 101)] }), "102 -"),
        ("37 the non-striker obstructs, crossed", "", crossed(of(0, "obstructing_the_field", 102)), "- 101"),
    ];
    for (law, before, body, ends) in cases {
        assert_eq!(ends_after(before, body), ends, "{law}");
    }
}

#[test]
fn dismissals_read_as_on_a_scorecard() {
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
        let mut scored = Scored::batting(json!("t20"));
        scored.accepts("balls", json!({ "runs": { "batter": 0 }, "wickets": [wicket] }));
        assert_eq!(scored.line("batting", 101)["dismissal"], text);
        assert_eq!(scored.line("batting", 102)["dismissal"], "not out");
    }
}

#[test]
fn fielders_must_fit() {
    let mut scored = Scored::batting(json!("t20"));
    let refused = |scored: &mut Scored, wicket: Value| {
        scored.refuses("balls", json!({ "runs": { "batter": 0 }, "wickets": [wicket] }))
    };
    let own = json!({ "kind": "caught", "fielder_ids": [102] });
    assert_eq!(refused(&mut scored, own).code, "not-eligible");
    let two = json!({ "kind": "caught", "fielder_ids": [203, 204] });
    assert_eq!(pointers(&refused(&mut scored, two)), ["/wickets/0/fielder_ids"]);
    let bowled = json!({ "kind": "bowled", "fielder_ids": [203] });
    assert_eq!(pointers(&refused(&mut scored, bowled)), ["/wickets/0/fielder_ids"]);
}

#[test]
fn two_wickets_can_fall_with_one_ball() {
    let mut scored = Scored::batting(json!("test"));
    let body = json!({ "runs": { "batter": 0 },
                       "wickets": [out("caught", 101), out("timed_out", 103)] });
    let applied = scored.accepts("balls", body);
    assert_eq!(kinds(&applied), ["ball_bowled", "wicket_fallen", "wicket_fallen"]);
    assert_eq!(scored.board(), "0/2 (0.1)");
    assert_eq!(scored.line("batting", 103)["dismissal"], "timed out");
    assert_eq!(scored.line("bowling", 205)["wickets"], 1);
    assert_eq!(scored.ends(), (Value::Null, json!(102)));

    let both = json!({ "runs": { "batter": 0 }, "striker_id": 104,
                       "wickets": [out("run_out", 104), out("run_out", 102)] });
    scored.accepts("balls", both);
    assert_eq!(scored.ends(), (Value::Null, Value::Null));
    let twice = json!({ "runs": { "batter": 0 }, "striker_id": 105, "non_striker_id": 106,
                        "wickets": [out("bowled", 105), out("caught", 105)] });
    assert_eq!(pointers(&scored.refuses("balls", twice)), ["/wickets"]);
}

#[test]
fn a_wicket_between_two_balls_is_no_ball() {
    let mut scored = Scored::batting(json!("t20"));
    scored.bowls("1 W");
    // Law 40: nobody came in time.
    let late = json!({ "wickets": [out("timed_out", 103)] });
    let answer = scored.accepts("balls", late).answer;
    assert_eq!((&answer["number"], scored.board().as_str()), (&Value::Null, "1/2 (0.2)"));
    // Law 38.3.1: the non-striker left his ground too early.
    scored.bowls("1");
    let (striker, non_striker) = scored.ends();
    let early = json!({ "wickets": [{ "kind": "run_out", "player_out_id": non_striker,
                                      "fielder_ids": [205] }] });
    scored.accepts("balls", early);
    assert_eq!(scored.board(), "2/3 (0.3)");
    assert_eq!(scored.ends(), (striker, Value::Null));
    assert_eq!(scored.live()["next_number"], 4);

    let bowled = json!({ "wickets": [{ "kind": "bowled" }] });
    assert_eq!(pointers(&scored.refuses("balls", bowled)), ["/wickets/0/kind"]);
    let nobody_due = json!({ "wickets": [out("timed_out", 109)] });
    scored.bowls(".");
    assert_eq!(scored.refuses("balls", nobody_due).code, "not-vacant");
}

#[test]
fn who_is_out_stays_out_and_who_is_in_is_in() {
    let mut scored = Scored::batting(json!("t20"));
    scored.bowls("W");
    let mut comes = |id: i64| scored.refuses("players", json!({ "batter_id": id })).detail;
    assert_eq!(comes(101), "H1 is out (b A5)");
    assert_eq!(comes(102), "H2 is at the crease already");
    assert_eq!(comes(203), "A3 isn't of the batting side");
    scored.accepts("players", json!({ "batter_id": 103 }));
    assert_eq!(scored.ends(), (json!(103), json!(102)));
}

#[test]
fn a_slip_of_the_thumb_about_who_comes_in_is_put_right() {
    let mut scored = Scored::batting(json!("t20"));
    scored.bowls("W");
    scored.accepts("players", json!({ "batter_id": 103 }));
    scored.accepts("players", json!({ "batter_id": 104 }));
    assert_eq!(scored.ends(), (json!(104), json!(102)));
    assert!(scored.line("batting", 103).is_null());
    scored.bowls(".");
    let refused = scored.refuses("players", json!({ "batter_id": 103 }));
    assert_eq!(refused.code, "not-vacant");
}

#[test]
fn retired_hurt_is_not_out_and_may_come_again() {
    let mut scored = Scored::batting(json!("test"));
    scored.bowls("4 .");
    let retire = |id: i64, kind: &str| json!({ "retire": { "player_id": id, "kind": kind } });
    let applied = scored.accepts("players", retire(101, "retired_hurt"));
    assert_eq!(kinds(&applied), ["player_changed"]);
    assert_eq!(scored.innings()["wickets"], 0, "25.4.2");
    assert_eq!(scored.line("batting", 101)["dismissal"], "retired hurt");
    assert_eq!(scored.ends(), (Value::Null, json!(102)));
    scored.bowls("1 1 . . ");
    // Only where a place is vacant: at a fall of wicket or a retirement.
    assert_eq!(scored.refuses("players", json!({ "batter_id": 101 })).code, "not-vacant");
    scored.bowls("W");
    scored.accepts("players", json!({ "batter_id": 101 }));
    scored.bowls("2");
    assert_eq!(scored.line("batting", 101)["runs"], 6);
    assert_eq!(scored.line("batting", 101)["dismissal"], "not out");
    let pairs = scored.innings()["partnerships"].clone();
    let wickets: Vec<_> = pairs.as_array().unwrap().iter().map(|pair| &pair["wicket"]).collect();
    assert_eq!(wickets, [&json!(1), &json!(1), &json!(2)], "a pair is parted, no wicket falls");
}

#[test]
fn retired_out_is_a_wicket_of_nobodys() {
    let mut scored = Scored::batting(json!("test"));
    scored.bowls("4");
    let body = json!({ "retire": { "player_id": 102, "kind": "retired_out" }, "batter_id": 103 });
    let applied = scored.accepts("players", body);
    assert_eq!(kinds(&applied), ["player_changed", "wicket_fallen", "player_changed"]);
    assert_eq!(scored.board(), "4/1 (0.1)", "25.4.3");
    assert_eq!(scored.line("batting", 102)["dismissal"], "retired out");
    assert_eq!(scored.line("bowling", 205)["wickets"], 0);
    assert_eq!(scored.ends(), (json!(101), json!(103)));
    let again = json!({ "retire": { "player_id": 109, "kind": "retired_out" } });
    assert_eq!(scored.refuses("players", again).code, "not-batting");
}

#[test]
fn who_was_replaced_or_is_absent_takes_no_part() {
    let mut scored = Scored::batting(json!("test"));
    let concussed = json!({ "replace": { "player_out_id": 103, "player_in_id": 112,
                                         "reason": "concussion" } });
    let told = scored.accepts("players", concussed).messages[0].data.clone();
    assert_eq!((&told["change"], &told["player_out_id"]), (&json!("replaced"), &json!(103)));
    scored.accepts("players", json!({ "absent": { "player_id": 111 } }));
    scored.bowls("W");
    for (id, why) in [(103, "was replaced"), (111, "is absent")] {
        let refused = scored.refuses("players", json!({ "batter_id": id }));
        assert!(refused.detail.contains(why), "{refused}");
    }
    scored.accepts("players", json!({ "batter_id": 112 }));
    let other = json!({ "replace": { "player_out_id": 104, "player_in_id": 212 } });
    assert_eq!(scored.refuses("players", other).code, "not-eligible");
}

#[test]
fn a_wicket_between_balls_names_who_is_out() {
    let nobody = json!({ "wickets": [{ "kind": "run_out" }] });
    for mut scored in [Scored::batting(json!("t20")), Scored::new(json!("t20"))] {
        if scored.status() == "scheduled" {
            scored.accepts("start", json!({}));
        }
        let refused = scored.refuses("balls", nobody.clone());
        assert_eq!(pointers(&refused), ["/wickets/0/player_out_id"]);
    }
}

#[test]
fn who_was_replaced_has_no_hand_in_a_wicket() {
    let mut scored = Scored::batting(json!("t20"));
    let replace = json!({ "player_out_id": 203, "player_in_id": 212 });
    scored.accepts("players", json!({ "replace": replace }));
    let caught = |by: i64| json!({ "runs": { "batter": 0 }, "wickets": [{ "kind": "caught", "fielder_ids": [by] }] });
    assert_eq!(scored.refuses("balls", caught(203)).code, "not-eligible");
    let early = json!({ "kind": "run_out", "player_out_id": 102, "fielder_ids": [203] });
    let early = scored.refuses("balls", json!({ "wickets": [early] }));
    assert_eq!(early.code, "not-eligible");
    scored.accepts("balls", caught(212));
}

#[test]
fn who_retires_is_said_to_have_gone_as_he_did() {
    let cases = [("retired_hurt", "retired hurt"), ("retired_not_out", "retired not out")];
    for (kind, text) in cases {
        let mut scored = Scored::batting(json!("t20"));
        scored.bowls("4");
        let retire = json!({ "player_id": 101, "kind": kind });
        let applied = scored.accepts("players", json!({ "retire": retire }));
        assert_eq!(told(&applied, "match_9", "player_changed")[0]["change"], kind);
        assert_eq!(scored.line("batting", 101)["dismissal"], text);
        assert_eq!(scored.line("batting", 101)["out"], Value::Null);

        // He will not come again, and has his line already.
        scored.accepts("players", json!({ "absent": { "player_id": 101 } }));
        scored.accepts("players", json!({ "absent": { "player_id": 111 } }));
        assert_eq!(scored.innings()["absent"], json!([{ "player_id": 111, "name": "H11" }]));
        let card = scored.read("scorecard/text");
        assert_eq!(card.as_str().unwrap().matches("\nH1 ").count(), 1, "{card}");
        scored.accepts("players", json!({ "striker_id": 103 }));
    }
}
