//! What is worth telling beyond the ball.

use serde_json::json;

use super::*;

/// All milestones of the match so far, as kind and value.
fn reached(scored: &Scored) -> Vec<String> {
    let card = scored.read("scorecard");
    let all = card["innings"].as_array().unwrap().iter();
    let all = all.flat_map(|innings| innings["milestones"].as_array().unwrap().clone());
    all.map(|one| format!("{} {}", one["kind"].as_str().unwrap(), one["value"])).collect()
}

#[test]
fn batters_stands_and_teams() {
    let mut scored = Scored::batting(json!("test"));
    scored.bowls("6 6 6 6 6 6 6 6");
    assert_eq!(reached(&scored), [""; 0]);
    let applied = scored.bowl(ball("2"));
    let fifty = &told(&applied, "team_1_live", "milestone_achieved");
    assert_eq!(fifty.len(), 1);
    let milestone = &fifty[0]["milestone"];
    let said = json!({ "kind": "partnership", "value": 50, "innings": 1, "ball_number": 9,
                       "team_id": 1, "player_id": 101, "player_ids": [101, 102], "name": "H1",
                       "text": "H1 and H2: partnership of 50" });
    assert_eq!(milestone, &said);
    // The first of the two has made 36 of them.
    scored.bowls("6 6 6 6 6 6 6 6 6 6");
    let all = reached(&scored);
    for one in ["partnership 50", "batter_runs 50", "team_runs 100", "partnership 100"] {
        assert!(all.contains(&one.to_owned()), "{one}: {all:?}");
    }
    let once: std::collections::BTreeSet<_> = all.iter().collect();
    assert_eq!(once.len(), all.len(), "each once: {all:?}");
}

#[test]
fn a_ball_that_passes_a_mark_reaches_it() {
    let mut scored = Scored::batting(json!("test"));
    scored.bowl(json!({ "runs": { "batter": 0 }, "extras": { "penalty": 45 } }));
    scored.bowl(json!({ "runs": { "batter": 0 }, "extras": { "penalty": 50 } }));
    assert_eq!(reached(&scored), ["partnership 50"]);
    scored.accepts("balls", json!({ "penalty": { "team_id": HOME, "runs": 5 } }));
    assert_eq!(reached(&scored), ["partnership 50", "partnership 100", "team_runs 100"]);
}

#[test]
fn five_wickets_in_an_innings_and_ten_in_the_match() {
    let mut scored = Scored::batting(json!("test"));
    let five = |scored: &mut Scored, bowler: i64, other: i64| {
        for _ in 0..5 {
            scored.accepts("players", json!({ "bowler_id": bowler }));
            scored.bowls("W . . . . .");
            scored.accepts("players", json!({ "bowler_id": other }));
            scored.bowls(". . . . . .");
        }
    };
    five(&mut scored, 205, 206);
    assert_eq!(reached(&scored), ["five_wickets 5"]);
    scored.accepts("declare", json!({ "reason": "declared" }));
    scored.opens(AWAY);
    scored.accepts("declare", json!({ "reason": "declared" }));
    scored.opens(HOME);
    five(&mut scored, 205, 206);
    assert_eq!(reached(&scored), ["five_wickets 5", "five_wickets 5", "ten_wickets 10"]);
}

#[test]
fn hat_tricks() {
    let run_out = "run-out";
    // What the bowler's balls were, with how many in a row were told of at the end.
    #[rustfmt::skip]
    let cases: [(&str, &[&str], &[&str]); 9] = [
        ("three in three",             &["W", "W", "W"], &["hat_trick 3"]),
        ("four in four",               &["W", "W", "W", "W"], &["hat_trick 3", "wickets_in_a_row 4"]),
        ("a dot between",              &["W", "W", ".", "W"], &[]),
        ("a run-out isn't his",        &["W", "W", run_out, "W"], &[]),
        ("a wide breaks it",           &["W", "W", "1wd", "W"], &[]),
        ("over the end of an over",    &[".", ".", ".", ".", "W", "W", "/", "W"], &["hat_trick 3"]),
        ("over the end of an innings", &["W", "W", "#", "W"], &["hat_trick 3"]),
        ("a stumping off a wide",      &["W", "W", "stumped"], &["hat_trick 3"]),
        ("three and three",            &["W", "W", "W", ".", "W", "W", "/", "W"], &["hat_trick 3", "five_wickets 5", "hat_trick 3"]),
    ];
    for (case, balls, expected) in cases {
        let scored = row(json!("test"), balls);
        assert_eq!(reached(&scored), expected, "{case}");
    }
    let spans = json!({ "name": "test", "hat_trick_spans_extras": true });
    assert_eq!(reached(&row(spans, &["W", "W", "1wd", "W"])), ["hat_trick 3"], "by the format");
}

/// Bowls balls of one bowler: `/` lets another bowl an over, `#` another innings begin.
fn row(format: Value, balls: &[&str]) -> Scored {
    let mut scored = Scored::batting(format);
    for symbol in balls {
        match *symbol {
            "/" => {
                scored.accepts("players", json!({ "bowler_id": 206 }));
                scored.bowls(". . . . . .");
                scored.accepts("players", json!({ "bowler_id": 205 }));
            }
            "#" => {
                for side in [AWAY, HOME] {
                    scored.accepts("declare", json!({ "reason": "declared" }));
                    scored.opens(side);
                }
            }
            "run-out" => {
                let body = scored.filled(runs(0));
                let mut body = body;
                let out_id = scored.ends().1;
                body["wickets"] = json!([{ "kind": "run_out", "player_out_id": out_id }]);
                scored.accepts("balls", body);
            }
            "stumped" => {
                let body = json!({ "runs": { "batter": 0 }, "extras": { "wides": 1 },
                                   "wickets": [{ "kind": "stumped" }] });
                scored.bowl(body);
            }
            symbol => {
                scored.bowls(symbol);
            }
        }
    }
    scored
}

#[test]
fn a_super_over_has_no_milestones() {
    let mut scored = Scored::batting(overs(1));
    scored.bowls("6 . . . . .");
    scored.opens(AWAY);
    scored.bowls("6 . . . W W");
    scored.accepts("super-over", json!({}));
    scored.opens(AWAY);
    scored.bowls("W W");
    assert_eq!(reached(&scored), [""; 0]);
}
