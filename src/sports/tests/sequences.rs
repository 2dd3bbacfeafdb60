//! Whatever scorers send, in whatever order: what always holds.

use proptest::prelude::*;
use serde_json::{Value, json};

use crate::domain::merge_patch::state_fault;
use crate::sports::tests::MatchHarness;

const INCIDENT_KINDS: [&str; 20] = [
    "goal",
    "own_goal",
    "penalty_goal",
    "penalty_missed",
    "penalty_saved",
    "shootout_goal",
    "shootout_miss",
    "yellow_card",
    "second_yellow",
    "red_card",
    "substitution",
    "save",
    "shot_on_target",
    "shot_off_target",
    "corner",
    "foul",
    "offside",
    "injury",
    "var_review",
    "note",
];

fn optional_field(values: Vec<Value>) -> impl Strategy<Value = Option<Value>> {
    // Mostly there: with too many fields missing nothing would ever be accepted.
    prop::option::weighted(0.8, prop::sample::select(values))
}

/// A body of an incident: right, wrong or incomplete.
fn incident_body() -> impl Strategy<Value = Value> {
    let rare_field = |values: Vec<Value>| prop::option::weighted(0.2, prop::sample::select(values));
    let kinds = INCIDENT_KINDS.map(Value::from).to_vec();
    let players = || vec![json!(10), json!(11), json!(20), json!(21), json!(30), json!(99)];
    let fields = (
        prop::option::weighted(0.95, prop::sample::select(kinds)),
        optional_field(vec![json!(1), json!(1), json!(2), json!(2), json!(3), Value::Null]),
        rare_field(players()),
        rare_field(players()),
        optional_field(vec![json!("first_half"), json!("second_half"), json!("penalty_shootout")]),
        optional_field(vec![json!(1), json!(45), json!(90), json!(200), json!(201), json!("9")]),
        rare_field(vec![json!(0), json!(3), json!(61)]),
        rare_field(vec![json!("provisional"), json!("confirmed"), json!("cancelled")]),
        rare_field(vec![json!("\u{0}"), json!("what a goal"), json!("\u{2028}\"</script>")]),
    );
    fields.prop_map(
        |(kind, team, player, related, period, minute, stoppage, confirmation, text)| {
            let named = [
                ("kind", kind),
                ("team_id", team),
                ("player_id", player),
                ("related_player_id", related),
                ("period", period),
                ("minute", minute),
                ("stoppage", stoppage),
                ("confirmation", confirmation),
                ("text", text),
            ];
            let fields_present =
                named.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?)));
            Value::Object(fields_present.collect())
        },
    )
}

/// A body of a result, right or wrong; mostly one that may contradict what was seen.
fn result_body() -> impl Strategy<Value = Value> {
    let endings = vec![json!("played"), json!("walkover"), json!("awarded"), json!("no_result")];
    let score = || prop::option::weighted(0.8, -1..4_i64);
    let fields = (
        score(),
        score(),
        prop::option::weighted(0.4, prop::sample::select(endings)),
        prop::option::weighted(0.3, 1..4_i64),
        prop::bool::weighted(0.7),
    );
    fields.prop_map(|(home, away, ending, winner, overrides)| {
        json!({ "home_score": home, "away_score": away, "ending": ending,
                "winner_team_id": winner, "override": overrides })
    })
}

/// Line-ups, right or wrong.
fn lineups_body() -> impl Strategy<Value = Value> {
    let players = || prop::sample::select(vec![10, 11, 12, 20, 21, 30, 99]);
    let lineup = (prop::collection::vec(players(), 0..4), prop::option::of(players()));
    let lineup = lineup.prop_map(|(starting, captain)| {
        json!({ "starting": starting, "captain_id": captain, "shape": "4-4-2" })
    });
    let side = || prop::option::weighted(0.8, prop::sample::select(vec![Some(10), Some(20), None]));
    let right =
        |id: Option<i64>| id.map(|id| json!({ "starting": [id, id + 1], "bench": [id + 2] }));
    prop_oneof![
        (lineup.clone(), lineup).prop_map(|(home, away)| json!({ "home": home, "away": away })),
        (side(), side()).prop_map(move |(home, away)| {
            let sides = [("home", home.map(right)), ("away", away.map(right))];
            let named =
                sides.into_iter().filter_map(|(name, side)| Some((name.to_owned(), json!(side?))));
            Value::Object(named.collect())
        }),
    ]
}

/// What a match is told: mostly what could be meant, sometimes nonsense.
fn any_command() -> impl Strategy<Value = (String, Value)> {
    let common =
        prop::sample::select(vec!["start", "pause", "resume", "start", "resume", "end", "abandon"]);
    let rare = prop::sample::select(vec!["postpone", "cancel", "explode", "PATCH incidents/x"]);
    let goal = json!({ "kind": "goal", "team_id": 1, "period": "first_half", "minute": 5 });
    let id = 1..9_i64;
    let verdict = prop::sample::select(vec!["provisional", "confirmed", "cancelled"]);
    prop_oneof![
        3 => common.prop_map(|action| (action.to_owned(), json!({}))),
        1 => rare.prop_map(|action| (action.to_owned(), Value::Null)),
        1 => Just(("pause".to_owned(), json!({ "reason": "half_time" }))),
        2 => Just(("incidents".to_owned(), goal)),
        6 => incident_body().prop_map(|body| ("incidents".to_owned(), body)),
        3 => (id.clone(), incident_body()).prop_map(|(id, body)| (format!("PATCH incidents/{id}"), body)),
        3 => (id.clone(), verdict).prop_map(|(id, verdict)| {
            (format!("PATCH incidents/{id}"), json!({ "confirmation": verdict, "reason": "VAR" }))
        }),
        2 => id.prop_map(|id| (format!("DELETE incidents/{id}"), Value::Null)),
        1 => (-1..5_i64, 0..5_i64).prop_map(|(home, away)| {
            ("score".to_owned(), json!({ "home": home, "away": away }))
        }),
        2 => result_body().prop_map(|body| ("PUT result".to_owned(), body)),
        2 => lineups_body().prop_map(|body| ("PUT lineups".to_owned(), body)),
        2 => Just(("DELETE result".to_owned(), Value::Null)),
    ]
}

/// The score counted anew from a view, by the words alone.
fn recount_goals(view: &Value) -> (i64, i64) {
    let mut score = (0, 0);
    for incident in view["incidents"].as_object().unwrap().values() {
        let goal =
            ["goal", "own_goal", "penalty_goal"].iter().any(|kind| incident["kind"] == *kind);
        if goal && incident["confirmation"] != "cancelled" {
            match incident["team_id"].as_i64().unwrap() {
                1 => score.0 += 1,
                _ => score.1 += 1,
            }
        }
    }
    score
}

fn incidents_are_sorted(list: &Value) -> bool {
    let periods = ["first_half", "second_half", "penalty_shootout"];
    let incidents = list["items"].as_array().unwrap();
    incidents.is_sorted_by_key(|incident| {
        let period = periods.iter().position(|period| incident["period"] == *period);
        let number = |name: &str| incident[name].as_i64().unwrap();
        (period.unwrap(), number("minute"), number("stoppage"), number("id"))
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..Default::default() })]

    #[test]
    fn a_match_is_the_fold_of_what_was_accepted(
        sport in prop::sample::select(vec!["football", "football", "generic"]),
        begins in any::<bool>(),
        commands in prop::collection::vec((any_command(), -30..300_i64), 0..50),
    ) {
        let mut scored = if begins { MatchHarness::started(sport) } else { MatchHarness::new(sport) };
        for ((action, body), seconds) in commands {
            scored.advance_clock(seconds);
            let before = scored.state();
            match scored.try_apply(&action, body) {
                Err(_) => prop_assert_eq!(scored.state(), before),
                Ok(applied) => {
                    let scheduling = ["postpone", "cancel"].contains(&action.as_str());
                    let view = scored.state();
                    // The same result or line-up once more is no news.
                    let is_known = action.starts_with("PUT ") && view == before;
                    let is_silent = applied.messages.is_empty();
                    prop_assert!(is_silent == scheduling || (is_silent && is_known), "{}", action);
                    for message in &applied.messages {
                        if let Some(score) = message.data.get("score") {
                            prop_assert_eq!(score, &view["score"]);
                        }
                    }
                    if let Some(score) = applied.response.get("score") {
                        prop_assert_eq!(score, &view["score"]);
                    }
                }
            }
            let view = scored.state();
            prop_assert_eq!(state_fault(&scored.rules.state(&scored.game)), None);
            let (home, away) = scored.score();
            prop_assert_eq!(&view["score"], &json!({ "home": home, "away": away }));
            prop_assert_eq!(&view["match"]["status"], scored.summary().status.as_str());
            let result = scored.read_part("result").unwrap_or_default();
            prop_assert_eq!(&view["match"]["result"]["ending"], &result["ending"]);
            prop_assert!(result.is_null() || view["match"]["status"] == "finished");
            let by_hand = result["by_hand"] == true;
            if !result.is_null() {
                prop_assert_eq!(&view["score"]["home"], &result["home_score"]);
                prop_assert_eq!(&view["score"]["away"], &result["away_score"]);
            }
            if sport == "football" {
                let (home_goals, away_goals) = recount_goals(&view);
                prop_assert!(by_hand || (home_goals, away_goals) == (home, away));
                prop_assert!(incidents_are_sorted(&scored.read_part("incidents").unwrap()));
                let statistics = scored.read_part("statistics").unwrap();
                prop_assert_eq!(&statistics, &view["statistics"]);
                prop_assert_eq!(&statistics["home"]["goals"], home_goals);
                prop_assert_eq!(&statistics["away"]["goals"], away_goals);
            }
        }

        let start = scored.rules.initial_state(&scored.match_info).unwrap();
        let folded = scored.entries.iter().fold(start, |game, entry| {
            // An entry comes back from the log as JSON.
            let entry = serde_json::from_value(json!(entry)).unwrap();
            scored.rules.apply(&scored.match_info, &game, &entry).unwrap().state
        });
        let refolded = scored.rules.state(&folded);
        prop_assert_eq!(Value::Object(refolded), scored.state());
    }
}
