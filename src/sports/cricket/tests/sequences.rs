//! Properties of any sequence of actions.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::domain::merge_patch::state_fault;

const WICKET_KINDS: [&str; 8] = [
    "bowled",
    "caught",
    "lbw",
    "run_out",
    "stumped",
    "hit_wicket",
    "obstructing_the_field",
    "hit_the_ball_twice",
];

/// One action of a scorer.
#[derive(Clone, Debug)]
enum ScorerAction {
    SubmitBall(Value),
    /// Kind, whether the striker is out, runs, and whether the batters crossed.
    SubmitWicket(&'static str, bool, u32, bool),
    RetireBatter(bool, bool),
    AwardPenalty(i64),
    UndoLastBall,
    CorrectBall(u32, Value),
    RemoveBall(u32),
    CloseInnings(&'static str),
    ChangeBowler(i64),
}

fn any_delivery() -> impl Strategy<Value = Value> {
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

fn any_action() -> impl Strategy<Value = ScorerAction> {
    let wicket = (prop::sample::select(&WICKET_KINDS[..]), any::<bool>(), 0..3_u32, any::<bool>());
    prop_oneof![
        20 => any_delivery().prop_map(ScorerAction::SubmitBall),
        4 => wicket.prop_map(|(kind, striker, runs, crossed)| ScorerAction::SubmitWicket(kind, striker, runs, crossed)),
        1 => (any::<bool>(), any::<bool>()).prop_map(|(striker, out)| ScorerAction::RetireBatter(striker, out)),
        1 => prop::sample::select(vec![HOME_TEAM_ID, AWAY_TEAM_ID]).prop_map(ScorerAction::AwardPenalty),
        2 => Just(ScorerAction::UndoLastBall),
        2 => (1..60_u32, any_delivery()).prop_map(|(number, ball)| ScorerAction::CorrectBall(number, ball)),
        1 => (1..60_u32).prop_map(ScorerAction::RemoveBall),
        1 => prop::sample::select(vec!["declared", "umpires", "all_out"]).prop_map(ScorerAction::CloseInnings),
        1 => (205..212_i64).prop_map(ScorerAction::ChangeBowler),
    ]
}

fn any_format() -> impl Strategy<Value = Value> {
    prop::sample::select(vec![
        json!("t20"),
        json!("test"),
        format_with_overs(3),
        json!({ "overs": 2, "balls_per_over": 5, "overs_per_bowler": 1 }),
        json!({ "innings": 4, "overs": 3, "follow_on": 10 }),
    ])
}

/// Applies an action if the match allows it.
fn perform(harness: &mut CricketHarness, action: ScorerAction) {
    open_next_innings(harness);
    let playing = harness.live_json()["innings"]["completed"] == false;
    let (striker, non_striker) = harness.batter_ids();
    let batter_id = |first: bool| if first { striker.clone() } else { non_striker.clone() };
    let _ = match action {
        ScorerAction::SubmitBall(body) if playing => {
            harness.try_apply("balls", harness.with_missing_players(body))
        }
        ScorerAction::SubmitWicket(kind, first, runs, crossed) if playing => {
            let out = json!([{ "kind": kind, "player_out_id": batter_id(first) }]);
            let body = json!({ "runs": { "batter": runs }, "wickets": out, "crossed": crossed });
            harness.try_apply("balls", harness.with_missing_players(body))
        }
        ScorerAction::RetireBatter(first, out) => {
            let kind = if out { "retired_out" } else { "retired_hurt" };
            let body = json!({ "retire": { "player_id": batter_id(first), "kind": kind } });
            harness.try_apply("players", body)
        }
        ScorerAction::AwardPenalty(team) => {
            harness.try_apply("balls", json!({ "penalty": { "team_id": team, "runs": 5 } }))
        }
        ScorerAction::UndoLastBall => undo_last_ball(harness),
        ScorerAction::CorrectBall(number, ball) => {
            harness.try_apply(&format!("PATCH balls/{number}"), ball)
        }
        ScorerAction::RemoveBall(number) => {
            harness.try_apply(&format!("DELETE balls/{number}"), Value::Null)
        }
        ScorerAction::CloseInnings(reason) => {
            harness.try_apply("declare", json!({ "reason": reason }))
        }
        ScorerAction::ChangeBowler(id) => harness.try_apply("players", json!({ "bowler_id": id })),
        ScorerAction::SubmitBall(_) | ScorerAction::SubmitWicket(..) => return,
    };
}

/// Opens the next innings if none is in progress, by whichever side is due.
fn open_next_innings(harness: &mut CricketHarness) {
    if harness.live_json()["innings"]["completed"] == false || harness.status() != "live" {
        return;
    }
    for side in [AWAY_TEAM_ID, HOME_TEAM_ID] {
        let bowler = CricketHarness::bowler_for_over(3 - side, 0);
        let body = json!({ "batting_team_id": side, "striker_id": side * 100 + 1,
                           "non_striker_id": side * 100 + 2, "bowler_id": bowler });
        let _ = harness.try_apply("innings", body);
    }
}

fn undo_last_ball(harness: &mut CricketHarness) -> Result<Transition<ErasedMatch>, Rejection> {
    let last = harness.live_json()["next_number"].as_u64().unwrap() - 1;
    harness.try_apply(&format!("DELETE balls/{last}"), Value::Null)
}

fn sum_of(rows: &Value, name: &str) -> u64 {
    rows.as_array().unwrap().iter().map(|row| row[name].as_u64().unwrap()).sum()
}

/// Checks the totals of every innings.
fn check_totals(harness: &CricketHarness) -> Result<(), TestCaseError> {
    let card = harness.read_part("scorecard");
    let balls = harness.read_part("balls");
    let mut totals = [0, 0];
    for innings in card["innings"].as_array().unwrap() {
        let number = |name: &str| innings[name].as_u64().unwrap();
        let extra = |name: &str| innings["extras"][name].as_u64().unwrap();
        let extras: u64 =
            innings["extras"].as_object().unwrap().values().map(|n| n.as_u64().unwrap()).sum();
        let batters = sum_of(&innings["batting"], "runs");
        prop_assert_eq!(number("runs"), batters + extras, "total = batters + extras");
        let bowlers = sum_of(&innings["bowling"], "runs");
        prop_assert_eq!(bowlers, batters + extra("wides") + extra("no_balls"), "against bowlers");
        prop_assert_eq!(sum_of(&innings["bowling"], "balls"), number("balls"), "valid balls");
        prop_assert_eq!(sum_of(&innings["bowling"], "wides"), extra("wides"));
        prop_assert_eq!(sum_of(&innings["bowling"], "no_balls"), extra("no_balls"));
        prop_assert!(number("wickets") <= 10);
        prop_assert!(sum_of(&innings["bowling"], "wickets") <= number("wickets"));
        let falls = innings["fall_of_wickets"].as_array().unwrap().len() as u64;
        prop_assert_eq!(falls, number("wickets"));
        let out = innings["batting"].as_array().unwrap().iter().filter(|row| !row["out"].is_null());
        prop_assert_eq!(out.count() as u64, number("wickets"));
        let of_it = balls["items"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|ball| ball["innings"] == innings["number"]);
        let legal = of_it.clone().filter(|ball| ball["legal"] == true).count() as u64;
        prop_assert_eq!(legal, number("balls"));
        let faced = of_it.filter(|ball| ball["extras"]["wides"] == 0).count() as u64;
        prop_assert_eq!(sum_of(&innings["batting"], "balls"), faced);
        if innings["super_over"] == false {
            totals[usize::from(innings["batting_team_id"] == AWAY_TEAM_ID)] += number("runs");
        }
    }
    let summary = harness.rules.summary(&harness.game);
    prop_assert_eq!(json!([summary.home_score, summary.away_score]), json!(totals));
    Ok(())
}

/// The readable state without revisions and scorers.
fn visible_state(harness: &CricketHarness) -> Value {
    let state = harness.state();
    let (card, live) = (harness.read_part("scorecard"), harness.live_json());
    json!([card, live, state["innings"], state["match"]["status"], state["score"]])
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, failure_persistence: None, ..Default::default() })]

    #[test]
    fn totals_add_up_after_any_sequence(
        format in any_format(),
        deeds in prop::collection::vec(any_action(), 1..90),
    ) {
        let mut scored = CricketHarness::with_home_batting(format);
        for deed in deeds {
            perform(&mut scored, deed);
            prop_assert_eq!(state_fault(&scored.rules.state(&scored.game)), None);
        }
        check_totals(&scored)?;
        let finished = scored.status() == "finished";
        prop_assert_eq!(finished, !scored.result_json().is_null());
        prop_assert_eq!(finished, scored.rules.result(&scored.game).is_some());

        let start = scored.rules.initial_state(&scored.match_info).unwrap();
        let folded = scored.entries.iter().fold(start, |game, entry| {
            // Entries are stored as JSON.
            let entry = serde_json::from_value(json!(entry)).unwrap();
            scored.rules.apply(&scored.match_info, &game, &entry).unwrap().state
        });
        let refolded = scored.rules.state(&folded);
        prop_assert_eq!(Value::Object(refolded), scored.state());
    }

    #[test]
    fn an_undo_restores_the_previous_state(
        format in any_format(),
        deeds in prop::collection::vec(any_action(), 0..40),
        ball in any_delivery(),
    ) {
        let mut scored = CricketHarness::with_home_batting(format);
        for deed in deeds {
            perform(&mut scored, deed);
        }
        if scored.status() == "live" && scored.live_json()["innings"]["completed"] == false {
            let before = visible_state(&scored);
            if scored.try_apply("balls", scored.with_missing_players(ball)).is_ok() {
                undo_last_ball(&mut scored).unwrap();
                prop_assert_eq!(visible_state(&scored), before);
            }
        }
    }

    #[test]
    fn correcting_a_ball_and_correcting_it_back_changes_nothing(
        format in any_format(),
        balls in prop::collection::vec(any_delivery(), 1..60),
        which in any::<prop::sample::Index>(),
        other in any_delivery(),
    ) {
        let mut scored = CricketHarness::with_home_batting(format);
        let mut said = Vec::new();
        for body in balls {
            if scored.status() != "live" || scored.live_json()["innings"]["completed"] != false {
                break;
            }
            let body = scored.with_missing_players(body);
            if scored.try_apply("balls", body.clone()).is_ok() {
                said.push(body);
            }
        }
        if !said.is_empty() {
            let before = visible_state(&scored);
            let index = which.index(said.len());
            let action = format!("PATCH balls/{}", index + 1);
            if scored.try_apply(&action, other).is_ok() {
                check_totals(&scored)?;
                scored.try_apply(&action, said[index].clone()).unwrap();
                prop_assert_eq!(visible_state(&scored), before);
            }
        }
    }
}
