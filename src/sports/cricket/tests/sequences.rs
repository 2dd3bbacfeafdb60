//! Whatever is bowled: what always holds.

use proptest::prelude::*;
use serde_json::Value;
use serde_json::json;

use super::*;

const WICKETS: [&str; 8] = [
    "bowled",
    "caught",
    "lbw",
    "run_out",
    "stumped",
    "hit_wicket",
    "obstructing_the_field",
    "hit_the_ball_twice",
];

/// What a scorer does next.
#[derive(Clone, Debug)]
enum Deed {
    Ball(Value),
    /// Of whichever batter: the kind, whether the striker, runs, and whether they crossed.
    Wicket(&'static str, bool, u32, bool),
    Retire(bool, bool),
    Penalty(i64),
    Undo,
    Change(u32, Value),
    Remove(u32),
    Close(&'static str),
    Bowler(i64),
}

fn delivery() -> impl Strategy<Value = Value> {
    let extras = prop_oneof![
        8 => Just(json!({})),
        2 => (1..6_u32).prop_map(|wides| json!({ "wides": wides })),
        2 => Just(json!({ "no_balls": 1 })),
        1 => (1..5_u32).prop_map(|byes| json!({ "byes": byes })),
        1 => (1..5_u32).prop_map(|byes| json!({ "leg_byes": byes })),
        1 => (1..3_u32).prop_map(|byes| json!({ "no_balls": 1, "byes": byes })),
        1 => Just(json!({ "penalty": 5 })),
    ];
    (0..7_u32, extras, prop::bool::weighted(0.1), 0..40_u32).prop_map(
        |(batter, extras, crossed, rare)| {
            let run = ["wides", "byes", "leg_byes"].iter().any(|name| extras.get(name).is_some());
            let mut ball = json!({ "runs": { "batter": if run { 0 } else { batter } },
                               "extras": extras, "crossed": crossed });
            match rare {
                0 => ball["over_called"] = json!(true),
                1 => ball["over_continues"] = json!(true),
                _ => {}
            }
            ball
        },
    )
}

fn deed() -> impl Strategy<Value = Deed> {
    let wicket = (prop::sample::select(&WICKETS[..]), any::<bool>(), 0..3_u32, any::<bool>());
    prop_oneof![
        20 => delivery().prop_map(Deed::Ball),
        4 => wicket.prop_map(|(kind, striker, runs, crossed)| Deed::Wicket(kind, striker, runs, crossed)),
        1 => (any::<bool>(), any::<bool>()).prop_map(|(striker, out)| Deed::Retire(striker, out)),
        1 => prop::sample::select(vec![HOME, AWAY]).prop_map(Deed::Penalty),
        2 => Just(Deed::Undo),
        2 => (1..60_u32, delivery()).prop_map(|(number, ball)| Deed::Change(number, ball)),
        1 => (1..60_u32).prop_map(Deed::Remove),
        1 => prop::sample::select(vec!["declared", "umpires", "all_out"]).prop_map(Deed::Close),
        1 => (205..212_i64).prop_map(Deed::Bowler),
    ]
}

fn format() -> impl Strategy<Value = Value> {
    prop::sample::select(vec![
        json!("t20"),
        json!("test"),
        overs(3),
        json!({ "overs": 2, "balls_per_over": 5, "overs_per_bowler": 1 }),
        json!({ "innings": 4, "overs": 3, "follow_on": 10 }),
    ])
}

/// Does a deed as far as the match lets it.
fn does(scored: &mut Scored, deed: Deed) {
    if scored.live()["innings"]["completed"] != false && scored.status() == "live" {
        for side in [AWAY, HOME] {
            let bowler = Scored::bowler_of(3 - side, 0);
            let body = json!({ "batting_team_id": side, "striker_id": side * 100 + 1,
                               "non_striker_id": side * 100 + 2, "bowler_id": bowler });
            let _ = scored.tries("innings", body);
        }
    }
    let playing = scored.live()["innings"]["completed"] == false;
    let (striker, non_striker) = scored.ends();
    let who = |first: bool| if first { striker.clone() } else { non_striker.clone() };
    let _ = match deed {
        Deed::Ball(body) if playing => scored.tries("balls", scored.filled(body)),
        Deed::Wicket(kind, first, runs, crossed) if playing => {
            let out = json!([{ "kind": kind, "player_out_id": who(first) }]);
            let body = json!({ "runs": { "batter": runs }, "wickets": out, "crossed": crossed });
            scored.tries("balls", scored.filled(body))
        }
        Deed::Retire(first, out) => {
            let kind = if out { "retired_out" } else { "retired_hurt" };
            let body = json!({ "retire": { "player_id": who(first), "kind": kind } });
            scored.tries("players", body)
        }
        Deed::Penalty(team) => {
            scored.tries("balls", json!({ "penalty": { "team_id": team, "runs": 5 } }))
        }
        Deed::Undo => undo(scored),
        Deed::Change(number, ball) => scored.tries(&format!("PATCH balls/{number}"), ball),
        Deed::Remove(number) => scored.tries(&format!("DELETE balls/{number}"), Value::Null),
        Deed::Close(reason) => scored.tries("declare", json!({ "reason": reason })),
        Deed::Bowler(id) => scored.tries("players", json!({ "bowler_id": id })),
        Deed::Ball(_) | Deed::Wicket(..) => return,
    };
}

fn undo(scored: &mut Scored) -> Result<Applied<Game>, Rejection> {
    let last = scored.live()["next_number"].as_u64().unwrap() - 1;
    scored.tries(&format!("DELETE balls/{last}"), Value::Null)
}

fn sum(lines: &Value, name: &str) -> u64 {
    lines.as_array().unwrap().iter().map(|line| line[name].as_u64().unwrap()).sum()
}

/// The sums that every innings obeys.
fn sums_hold(scored: &Scored) -> Result<(), TestCaseError> {
    let card = scored.read("scorecard");
    let balls = scored.read("balls");
    let mut totals = [0, 0];
    for innings in card["innings"].as_array().unwrap() {
        let number = |name: &str| innings[name].as_u64().unwrap();
        let extra = |name: &str| innings["extras"][name].as_u64().unwrap();
        let extras: u64 =
            innings["extras"].as_object().unwrap().values().map(|n| n.as_u64().unwrap()).sum();
        let batters = sum(&innings["batting"], "runs");
        prop_assert_eq!(number("runs"), batters + extras, "total = batters + extras");
        let bowlers = sum(&innings["bowling"], "runs");
        prop_assert_eq!(bowlers, batters + extra("wides") + extra("no_balls"), "against bowlers");
        prop_assert_eq!(sum(&innings["bowling"], "balls"), number("balls"), "valid balls");
        prop_assert_eq!(sum(&innings["bowling"], "wides"), extra("wides"));
        prop_assert_eq!(sum(&innings["bowling"], "no_balls"), extra("no_balls"));
        prop_assert!(number("wickets") <= 10);
        prop_assert!(sum(&innings["bowling"], "wickets") <= number("wickets"));
        let falls = innings["fall_of_wickets"].as_array().unwrap().len() as u64;
        prop_assert_eq!(falls, number("wickets"));
        let out =
            innings["batting"].as_array().unwrap().iter().filter(|line| !line["out"].is_null());
        prop_assert_eq!(out.count() as u64, number("wickets"));
        let of_it = balls["items"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|ball| ball["innings"] == innings["number"]);
        let legal = of_it.clone().filter(|ball| ball["legal"] == true).count() as u64;
        prop_assert_eq!(legal, number("balls"));
        let faced = of_it.filter(|ball| ball["extras"]["wides"] == 0).count() as u64;
        prop_assert_eq!(sum(&innings["batting"], "balls"), faced);
        if innings["super_over"] == false {
            totals[usize::from(innings["batting_team_id"] == AWAY)] += number("runs");
        }
    }
    let summary = scored.rules.summary(&scored.game);
    prop_assert_eq!(json!([summary.home_score, summary.away_score]), json!(totals));
    Ok(())
}

/// All a reader can see, without who corrected what how often.
fn seen(scored: &Scored) -> Value {
    let view = scored.view();
    json!([view["scorecard"], view["live"], view["status"], view["score"]])
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, failure_persistence: None, ..Default::default() })]

    #[test]
    fn whatever_is_bowled_the_sums_hold(
        format in format(),
        deeds in prop::collection::vec(deed(), 1..90),
    ) {
        let mut scored = Scored::batting(format);
        for deed in deeds {
            does(&mut scored, deed);
        }
        sums_hold(&scored)?;
        let finished = scored.status() == "finished";
        prop_assert_eq!(finished, !scored.result().is_null());
        prop_assert_eq!(finished, scored.rules.result(&scored.game).is_some());

        let start = scored.rules.start(&scored.fixture).unwrap();
        let folded = scored.entries.iter().fold(start, |game, entry| {
            // An entry comes back from the log as JSON.
            let entry = serde_json::from_value(json!(entry)).unwrap();
            scored.rules.apply(&scored.fixture, &game, &entry).unwrap().state
        });
        prop_assert_eq!(scored.rules.view(&scored.fixture, &folded), scored.view());
    }

    #[test]
    fn an_undo_restores_what_was(
        format in format(),
        deeds in prop::collection::vec(deed(), 0..40),
        ball in delivery(),
    ) {
        let mut scored = Scored::batting(format);
        for deed in deeds {
            does(&mut scored, deed);
        }
        if scored.status() == "live" && scored.live()["innings"]["completed"] == false {
            let before = seen(&scored);
            if scored.tries("balls", scored.filled(ball)).is_ok() {
                undo(&mut scored).unwrap();
                prop_assert_eq!(seen(&scored), before);
            }
        }
    }

    #[test]
    fn correcting_a_ball_and_correcting_it_back_changes_nothing(
        format in format(),
        balls in prop::collection::vec(delivery(), 1..60),
        which in any::<prop::sample::Index>(),
        other in delivery(),
    ) {
        let mut scored = Scored::batting(format);
        let mut said = Vec::new();
        for body in balls {
            if scored.status() != "live" || scored.live()["innings"]["completed"] != false {
                break;
            }
            let body = scored.filled(body);
            if scored.tries("balls", body.clone()).is_ok() {
                said.push(body);
            }
        }
        if !said.is_empty() {
            let before = seen(&scored);
            let index = which.index(said.len());
            let action = format!("PATCH balls/{}", index + 1);
            if scored.tries(&action, other).is_ok() {
                sums_hold(&scored)?;
                scored.tries(&action, said[index].clone()).unwrap();
                prop_assert_eq!(seen(&scored), before);
            }
        }
    }
}
