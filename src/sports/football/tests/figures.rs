//! Score and statistics, kind by kind.

use serde_json::Value;
use serde_json::json;

use crate::sports::football::tests::add;
use crate::sports::football::tests::body;
use crate::sports::football::tests::figures;
use crate::sports::tests::AWAY;
use crate::sports::tests::HOME;
use crate::sports::tests::Scored;

/// Kind; what it gives the home team it is of, and the away team; the score after it.
type Effect = (&'static str, &'static [&'static str], &'static [&'static str], (i64, i64));

const EFFECTS: [Effect; 20] = [
    ("goal", &["goals: 1", "shots_on_target: 1"], &[], (1, 0)),
    ("own_goal", &["goals: 1"], &[], (1, 0)),
    ("penalty_goal", &["goals: 1", "penalties: 1", "shots_on_target: 1"], &[], (1, 0)),
    ("penalty_missed", &["penalties: 1", "shots_off_target: 1"], &[], (0, 0)),
    ("penalty_saved", &["penalties: 1", "shots_on_target: 1"], &["saves: 1"], (0, 0)),
    ("shootout_goal", &[], &[], (0, 0)),
    ("shootout_miss", &[], &[], (0, 0)),
    ("yellow_card", &["yellow_cards: 1"], &[], (0, 0)),
    ("second_yellow", &["red_cards: 1", "yellow_cards: 1"], &[], (0, 0)),
    ("red_card", &["red_cards: 1"], &[], (0, 0)),
    ("substitution", &["substitutions: 1"], &[], (0, 0)),
    ("save", &["saves: 1"], &[], (0, 0)),
    ("shot_on_target", &["shots_on_target: 1"], &[], (0, 0)),
    ("shot_off_target", &["shots_off_target: 1"], &[], (0, 0)),
    ("corner", &["corners: 1"], &[], (0, 0)),
    ("foul", &["fouls: 1"], &[], (0, 0)),
    ("offside", &["offsides: 1"], &[], (0, 0)),
    ("injury", &[], &[], (0, 0)),
    ("var_review", &[], &[], (0, 0)),
    ("note", &[], &[], (0, 0)),
];

#[test]
fn each_kind_counts_for_what_it_is_and_no_more() {
    for (kind, home, away, score) in EFFECTS {
        let mut scored = Scored::live("football");
        add(&mut scored, body(kind, HOME));
        assert_eq!(figures(&scored, "home"), home, "{kind}");
        assert_eq!(figures(&scored, "away"), away, "{kind}");
        assert_eq!(scored.score(), score, "{kind}");

        let mut scored = Scored::live("football");
        add(&mut scored, body(kind, AWAY));
        assert_eq!(figures(&scored, "away"), home, "{kind}, by the away team");
        assert_eq!(figures(&scored, "home"), away, "{kind}, by the away team");
        assert_eq!(scored.score(), (score.1, score.0), "{kind}, by the away team");
    }
}

#[test]
fn each_kind_counts_until_it_is_cancelled_or_deleted() {
    for (kind, home, ..) in EFFECTS {
        let mut scored = Scored::live("football");
        let id = add(&mut scored, body(kind, HOME));
        let patch = format!("PATCH incidents/{id}");
        scored.accepts(&patch, json!({ "confirmation": "cancelled" }));
        assert_eq!(figures(&scored, "home"), [""; 0], "{kind}");
        scored.accepts(&patch, json!({ "confirmation": "confirmed" }));
        assert_eq!(figures(&scored, "home"), home, "{kind}");
        scored.accepts(&format!("DELETE incidents/{id}"), Value::Null);
        assert_eq!(figures(&scored, "home"), [""; 0], "{kind}");
        assert_eq!(scored.score(), (0, 0), "{kind}");
    }
}

#[test]
fn a_goal_is_given_taken_back_and_given_again() {
    let mut scored = Scored::live("football");
    let mut goal = body("goal", HOME);
    goal["confirmation"] = json!("provisional");
    let id = add(&mut scored, goal);
    let patch = format!("PATCH incidents/{id}");
    assert_eq!(scored.score(), (1, 0), "a goal under review is shown");

    let verdicts = [
        (json!({ "confirmation": "cancelled", "reason": "var_overturned" }), 2, (0, 0)),
        (json!({ "text": "Offside by a toe" }), 3, (0, 0)),
        (json!({ "confirmation": "confirmed" }), 4, (1, 0)),
    ];
    let reasons = [json!("var_overturned"), json!("var_overturned"), Value::Null];
    for ((verdict, rev, score), reason) in verdicts.into_iter().zip(reasons) {
        let answer = scored.accepts(&patch, verdict).answer;
        assert_eq!((&answer["id"], &answer["rev"]), (&json!(id), &json!(rev)));
        assert_eq!(answer["score"], json!({ "home": score.0, "away": score.1 }));
        assert_eq!(answer["reason"], reason);
        assert_eq!(scored.score(), score);
        assert_eq!(scored.view()["incidents"][0]["rev"], rev, "cancelled ones stay listed");
    }
}

#[test]
fn a_deleted_goal_is_gone_and_its_id_stays_used() {
    let mut scored = Scored::live("football");
    add(&mut scored, body("goal", HOME));
    add(&mut scored, body("goal", AWAY));
    let answer = scored.accepts("DELETE incidents/2", Value::Null).answer;
    assert_eq!(answer["id"], 2);
    assert_eq!(answer["score"], json!({ "home": 1, "away": 0 }));
    assert_eq!(answer["statistics"]["away"]["goals"], 0);
    assert_eq!(scored.read("incidents/2"), None);
    assert_eq!(scored.read("incidents").unwrap()["items"].as_array().unwrap().len(), 1);
    for action in ["PATCH incidents/2", "DELETE incidents/2"] {
        assert_eq!(scored.refuses(action, json!({ "minute": 1 })).detail, "no such incident");
    }
    assert_eq!(add(&mut scored, body("goal", HOME)), 3);
}

#[test]
fn a_correction_moves_a_goal_to_the_other_team() {
    let mut scored = Scored::live("football");
    add(&mut scored, body("goal", HOME));
    scored.accepts("PATCH incidents/1", json!({ "team_id": AWAY }));
    assert_eq!(scored.score(), (0, 1));
    scored.accepts("PATCH incidents/1", json!({ "kind": "shot_on_target" }));
    assert_eq!(scored.score(), (0, 0));
    scored.accepts("end", Value::Null);
    scored.accepts("PATCH incidents/1", json!({ "kind": "own_goal" }));
    assert_eq!(scored.score(), (0, 1), "also after the whistle");
}

#[test]
fn a_shootout_is_counted_apart() {
    let mut scored = Scored::live("football");
    add(&mut scored, body("goal", HOME));
    add(&mut scored, body("goal", AWAY));
    assert_eq!(scored.view().get("shootout_score"), None);
    scored.accepts("pause", json!({ "reason": "penalties" }));
    let resumed = scored.accepts("resume", json!({}));
    assert_eq!(resumed.answer["shootout_score"], json!({ "home": 0, "away": 0 }));
    for (kind, team_id) in [
        ("shootout_goal", HOME),
        ("shootout_miss", AWAY),
        ("shootout_goal", HOME),
        ("shootout_goal", AWAY),
    ] {
        add(&mut scored, body(kind, team_id));
    }
    let ended = scored.accepts("end", json!({}));
    for said in [&ended.answer, &ended.messages[0].data, &scored.view()] {
        assert_eq!(said["score"], json!({ "home": 1, "away": 1 }));
        assert_eq!(said["shootout_score"], json!({ "home": 2, "away": 1 }));
    }
    let answer = scored.accepts("PATCH incidents/3", json!({ "confirmation": "cancelled" })).answer;
    assert_eq!(answer["shootout_score"], json!({ "home": 1, "away": 1 }));
}

#[test]
fn a_shootout_has_begun_with_its_first_kick_wherever_the_clock_stands() {
    for (kind, home) in [("shootout_goal", 1), ("shootout_miss", 0)] {
        let mut scored = Scored::live("football");
        let answer = scored.accepts("incidents", body(kind, HOME)).answer;
        assert_eq!(answer["shootout_score"], json!({ "home": home, "away": 0 }), "{kind}");
        scored.accepts("PATCH incidents/1", json!({ "confirmation": "cancelled" }));
        assert_eq!(scored.view().get("shootout_score"), None, "{kind}");
    }
}

#[test]
fn only_cards_and_substitutions_of_a_shootout_are_in_the_statistics() {
    let mut scored = Scored::live("football");
    for kind in ["save", "shot_on_target", "foul", "yellow_card", "substitution"] {
        let mut body = body(kind, AWAY);
        body["period"] = json!("penalty_shootout");
        add(&mut scored, body);
    }
    assert_eq!(figures(&scored, "away"), ["substitutions: 1", "yellow_cards: 1"]);
}

#[test]
fn incidents_are_listed_in_the_order_of_play() {
    let mut scored = Scored::live("football");
    for (period, minute, stoppage) in [
        ("second_half", 46, 0),
        ("first_half", 45, 2),
        ("first_half", 45, 0),
        ("penalty_shootout", 120, 0),
        ("first_half", 45, 2),
        ("extra_first_half", 91, 0),
    ] {
        let note = json!({ "kind": "note", "period": period, "minute": minute,
                           "stoppage": stoppage });
        add(&mut scored, note);
    }
    let listed = scored.read("incidents").unwrap();
    assert_eq!(listed["next"], Value::Null);
    let ids: Vec<_> = listed["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|incident| incident["id"].as_i64().unwrap())
        .collect();
    assert_eq!(ids, [3, 2, 5, 1, 6, 4]);
}
