//! Penalty runs: whose they are, what they reach, and what they move (Law 41.17).

use serde_json::Value;
use serde_json::json;

use super::*;

fn award(team: i64, runs: i64) -> Value {
    json!({ "penalty": { "team_id": team, "runs": runs } })
}

/// Runs without a wide or a wicket, and what was awarded with them.
fn with(runs: u32, team: i64, awarded: i64) -> Value {
    json!({ "runs": { "batter": runs }, "penalty": { "team_id": team, "runs": awarded } })
}

/// The away side one run short of the match after five balls of its one over.
fn chase() -> Scored {
    let mut scored = Scored::batting(overs(1));
    scored.bowls("6 . . . . .");
    scored.opens(AWAY);
    scored.bowls("6 . . . .");
    scored
}

#[test]
fn what_moves_the_target_leaves_no_ball_that_there_isnt() {
    let mut scored = chase();
    scored.bowls("1");
    assert_eq!(scored.text(), "Kent won by 10 wickets");
    let applied = scored.accepts("balls", award(HOME, 5));
    assert_eq!(kinds(&applied), ["penalty_awarded", "innings_complete", "match_complete"]);
    let ended = &told(&applied, "match_9", "innings_complete")[0]["innings"];
    assert_eq!((&ended["reason"], &ended["target"]), (&json!("overs"), &json!(12)));
    assert_eq!((scored.text().as_str(), scored.status()), ("Northants won by 4 runs", "finished"));
    scored.accepts("balls", award(HOME, -5));
    assert_eq!(scored.text(), "Kent won by 10 wickets", "by what was made, not by penalty runs");
    scored.accepts("balls", award(HOME, 5));
    scored.accepts("balls", award(AWAY, 5));
    assert_eq!(scored.text(), "Kent won by penalty runs");
}

#[test]
fn an_award_to_the_other_side_tells_the_new_target() {
    let mut scored = chase();
    for body in [award(HOME, 5), with(0, HOME, 5)] {
        let applied = scored.accepts("balls", body);
        let said = &told(&applied, "match_9", "penalty_awarded")[0];
        let live = scored.live();
        for part in ["innings", "striker", "non_striker", "bowler", "partnership", "next_number"] {
            assert_eq!(said[part], live[part], "{part}");
        }
        assert_eq!(said["awarded_innings"], brief(&scored, 1));
        assert_eq!(said["penalty"], json!({ "team_id": HOME, "runs": 5 }));
    }
    assert_eq!(scored.innings()["target"], 17);
    // To a side that hasn't batted: no innings has them yet.
    let mut scored = Scored::batting(json!("t20"));
    let applied = scored.accepts("balls", award(AWAY, 5));
    let said = &told(&applied, "match_9", "penalty_awarded")[0];
    assert_eq!((&said["innings"]["number"], &said["awarded_innings"]), (&json!(1), &Value::Null));
}

/// An innings as messages tell it.
fn brief(scored: &Scored, number: usize) -> Value {
    let card = scored.read("scorecard")["innings"][number - 1].clone();
    let names = scored.live()["innings"].as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    names.into_iter().map(|name| (name.clone(), card[name].clone())).collect()
}

#[test]
fn awards_reach_and_lose_marks() {
    let ninety_six = || {
        let mut scored = Scored::batting(json!("test"));
        scored.bowls(&"4 ".repeat(24));
        scored.accepts("players", json!({ "bowler_id": 211 }));
        scored
    };
    let team = |milestones: Vec<Value>| {
        let all = milestones.into_iter().map(|one| one["milestone"].clone());
        all.map(|one| json!([one["kind"], one["value"], one["ball_number"]])).collect::<Vec<_>>()
    };
    for (body, ball) in [(with(0, HOME, 5), json!(25)), (award(HOME, 5), Value::Null)] {
        let mut scored = ninety_six();
        let applied = scored.accepts("balls", body);
        let reached = team(told(&applied, "match_9", "milestone_achieved"));
        let mark = |kind: &str| json!([kind, 100, ball]);
        assert_eq!(reached, [mark("partnership"), mark("team_runs")]);

        let applied = scored.accepts("balls", award(HOME, -5));
        let order = ["penalty_awarded", "milestone_withdrawn", "milestone_withdrawn"];
        assert_eq!(kinds(&applied), order);
        let lost = team(told(&applied, "match_9", "milestone_withdrawn"));
        assert_eq!(lost, [mark("partnership"), mark("team_runs")]);
        let applied = scored.bowl(runs(6));
        let again = team(told(&applied, "match_9", "milestone_achieved"));
        let once = |kind: &str| again.iter().filter(|one| one[0] == kind).count();
        assert_eq!((once("team_runs"), once("partnership")), (1, 1), "{again:?}");
        let known = scored.innings()["milestones"].as_array().unwrap().clone();
        assert_eq!(known.iter().filter(|one| one["kind"] == "team_runs").count(), 1);
    }
    let mut scored = ninety_six();
    let applied = scored.accepts("balls", with(4, HOME, 5));
    let reached = team(told(&applied, "match_9", "milestone_achieved"));
    let teams = reached.iter().filter(|one| one[0] == "team_runs").count();
    assert_eq!(teams, 1, "by the four, and not again by the award: {reached:?}");
}

#[test]
fn a_stand_has_what_was_awarded_meanwhile() {
    let mut scored = Scored::batting(json!("t20"));
    scored.bowls("1 2");
    scored.accepts("balls", award(HOME, 5));
    let applied = scored.accepts("balls", with(1, HOME, 5));
    let bowled = &told(&applied, "match_9", "ball_bowled")[0];
    assert_eq!(bowled["ball"]["score"], "14/0");
    assert_eq!(bowled["innings"]["runs"], 14);
    assert_eq!(bowled["partnership"], json!({ "runs": 14, "balls": 3 }));
    // The other side's are no part of it, nor is what comes when the two are parted.
    scored.accepts("balls", award(AWAY, 5));
    scored.bowls("W");
    scored.accepts("balls", award(HOME, 5));
    assert_eq!(scored.innings()["partnerships"][0]["runs"], 14);
    scored.accepts("balls", award(HOME, -5));
    assert_eq!(scored.innings()["runs"], 14);
}

#[test]
fn in_a_super_over_they_belong_to_it() {
    let mut scored = Scored::batting(overs(1));
    scored.bowls("6 . . . . .");
    scored.opens(AWAY);
    scored.bowls("6 . . . . .");
    scored.accepts("super-over", json!({}));
    scored.opens(AWAY);
    let totals = |scored: &Scored| {
        let card = scored.read("scorecard");
        let all = card["innings"].as_array().unwrap().iter();
        all.map(|one| one["runs"].as_u64().unwrap()).collect::<Vec<_>>()
    };
    scored.accepts("balls", award(HOME, 5));
    assert_eq!(totals(&scored), [6, 6, 0], "owed to the innings to come");
    scored.bowls("4 W W");
    scored.opens(HOME);
    assert_eq!(totals(&scored), [6, 6, 4, 5]);
    assert_eq!(scored.text(), "Match tied (Northants won the Super Over)");
    scored.accepts("balls", award(AWAY, 5));
    assert_eq!(totals(&scored), [6, 6, 9, 5]);
    assert_eq!((scored.status(), scored.innings()["target"].clone()), ("live", json!(10)));
    scored.bowls("4 . . . . .");
    assert_eq!(scored.status(), "live", "level again");
    scored.accepts("super-over", json!({}));
    scored.accepts("balls", award(HOME, 5));
    scored.opens(HOME);
    assert_eq!(totals(&scored), [6, 6, 9, 9, 5]);
}
