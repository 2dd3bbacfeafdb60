//! A client that folds a season: after each result it has the matching table.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::support::sse::Frame;

/// Checks that each `result_update` is followed by the leaderboard of the results so far. Returns
/// the table that the patches lead to.
pub fn check(mut state: Value, messages: &[Frame]) -> Value {
    let mut results: BTreeMap<i64, Value> = BTreeMap::new();
    for (at, frame) in messages.iter().enumerate() {
        let message = frame.json();
        let data = &message["data"];
        json_patch::merge(&mut state, &message["patch"]);
        if message["type"] == "result_update" {
            let of_match = data["result"]["match_id"].as_i64().unwrap();
            match (data["change"].as_str().unwrap(), results.contains_key(&of_match)) {
                ("entered", false) | ("corrected", true) => {
                    results.insert(of_match, data["result"].clone());
                }
                ("deleted", true) => drop(results.remove(&of_match)),
                (change, known) => panic!("{change} of a result, already entered: {known}"),
            }
            let next = messages.get(at + 1).expect("a leaderboard after the last result");
            assert_eq!(next.seq(), frame.seq() + 1, "leaderboard does not follow its result");
            assert_eq!(next.json()["type"], "leaderboard_update");
        } else {
            assert_eq!(message["type"], "leaderboard_update");
            for (team, row) in data["rows"].as_object().unwrap() {
                let expected = &state["table"][team];
                assert!(row == expected || *row == json!({ "position": expected["position"] }));
            }
            is_table_of(&state["table"], &results);
        }
    }
    state["table"].take()
}

/// Checks that each row counts exactly these results, and that points never increase downwards.
fn is_table_of(table: &Value, results: &BTreeMap<i64, Value>) {
    let mut rows: Vec<_> = table.as_object().unwrap().iter().collect();
    rows.sort_by_key(|(_, row)| row["position"].as_i64());
    let mut before = i64::MAX;
    for (team, row) in rows {
        let number = |name: &str| row[name].as_i64().unwrap();
        let team: i64 = team.parse().unwrap();
        let scores = results.values().filter_map(|result| {
            let score = |name: &str| result[name].as_i64().unwrap();
            let (home, away) = (score("home_score"), score("away_score"));
            match (score("home_team_id") == team, score("away_team_id") == team) {
                (true, _) => Some((home, away)),
                (_, true) => Some((away, home)),
                _ => None,
            }
        });
        let (mut won, mut drawn, mut lost, mut goals, mut against) = (0, 0, 0, 0, 0);
        for (ours, theirs) in scores {
            match ours.cmp(&theirs) {
                std::cmp::Ordering::Greater => won += 1,
                std::cmp::Ordering::Equal => drawn += 1,
                std::cmp::Ordering::Less => lost += 1,
            }
            goals += ours;
            against += theirs;
        }
        let counted = ["played", "won", "drawn", "lost", "for", "against", "difference", "points"]
            .map(number);
        let points = 3 * won + drawn;
        let expected =
            [won + drawn + lost, won, drawn, lost, goals, against, goals - against, points];
        assert_eq!(counted, expected, "{row}");
        assert!(points <= before, "points increase downwards: {table}");
        before = points;
    }
}
