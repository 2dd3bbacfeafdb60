//! What readers and the caller are told of incidents.

use serde_json::Value;
use serde_json::json;

use crate::sports::Applied;
use crate::sports::Game;
use crate::sports::football::tests::add;
use crate::sports::football::tests::body;
use crate::sports::tests::AWAY;
use crate::sports::tests::HOME;
use crate::sports::tests::Scored;

fn topics(applied: &Applied<Game>) -> Vec<String> {
    applied.messages.iter().map(|message| message.topic.to_string()).collect()
}

#[test]
fn a_goal_is_answered_and_told_whole() {
    let mut scored = Scored::live("football");
    scored.later(12 * 60);
    let applied = scored.accepts(
        "incidents",
        json!({ "kind": "goal", "team_id": 1, "player_id": 10, "related_player_id": 11,
                "period": "first_half", "minute": 12, "text": "Top corner" }),
    );
    let at = "2017-09-23T16:42:00.000Z";
    let incident = json!({ "id": 1, "rev": 1, "kind": "goal", "confirmation": "confirmed",
        "team_id": 1, "player_id": 10, "player": "Jamie Vardy", "related_player_id": 11,
        "related_player": "Shinji Okazaki", "period": "first_half", "minute": 12, "stoppage": 0,
        "occurred_at": at, "text": "Top corner", "reason": null, "recorded_at": at });
    let score = json!({ "home": 1, "away": 0 });
    let statistics = scored.read("statistics").unwrap();

    assert!(applied.created);
    let mut answer = incident.clone();
    answer["score"] = score.clone();
    answer["statistics"] = statistics.clone();
    assert_eq!(applied.answer, answer);

    assert_eq!(topics(&applied), ["match_3", "team_1_live"]);
    for message in &applied.messages {
        assert_eq!((message.kind, message.label.as_deref()), ("incident_added", Some("goal")));
        let data = json!({ "match_id": 3, "incident": incident, "score": score,
                           "statistics": statistics });
        assert_eq!(message.data, data);
    }
    assert_eq!(scored.read("incidents/1"), Some(incident.clone()));
    assert_eq!(scored.view()["incidents"], json!([incident]));
    assert_eq!(scored.view()["statistics"], statistics);
}

#[test]
fn a_correction_is_told_to_the_match_and_its_team() {
    let mut scored = Scored::live("football");
    add(&mut scored, body("goal", HOME));
    let cancelled = json!({ "confirmation": "cancelled", "reason": "var_overturned" });
    let applied = scored.accepts("PATCH incidents/1", cancelled);
    assert!(!applied.created);
    assert_eq!(topics(&applied), ["match_3", "team_1_live"]);
    let data = &applied.messages[0].data;
    assert_eq!(applied.messages[0].kind, "incident_updated");
    assert_eq!(data["incident"]["confirmation"], "cancelled");
    assert_eq!(data["incident"]["reason"], "var_overturned");
    assert_eq!(data["score"], json!({ "home": 0, "away": 0 }));
    assert_eq!(data["statistics"]["home"]["goals"], 0);
}

#[test]
fn both_teams_learn_of_an_incident_that_changes_sides() {
    let mut scored = Scored::live("football");
    add(&mut scored, body("note", HOME));
    let mut moved =
        |to: Value| topics(&scored.accepts("PATCH incidents/1", json!({ "team_id": to })));
    assert_eq!(moved(json!(AWAY)), ["match_3", "team_2_live", "team_1_live"]);
    assert_eq!(moved(json!(null)), ["match_3", "team_2_live"]);
    assert_eq!(moved(json!(null)), ["match_3"]);
    assert_eq!(moved(json!(HOME)), ["match_3", "team_1_live"]);
}

#[test]
fn a_deleted_incident_is_told_as_it_was() {
    let mut scored = Scored::live("football");
    add(&mut scored, body("goal", AWAY));
    let incident = scored.read("incidents/1").unwrap();
    let applied = scored.accepts("DELETE incidents/1", Value::Null);
    assert_eq!(topics(&applied), ["match_3", "team_2_live"]);
    for message in &applied.messages {
        assert_eq!((message.kind, message.label.as_deref()), ("incident_removed", Some("goal")));
        assert_eq!(message.data["incident"], incident);
        assert_eq!(message.data["score"], json!({ "home": 0, "away": 0 }));
    }
    assert!(!applied.created);
}

#[test]
fn an_incident_of_no_team_is_told_to_the_match_alone() {
    let mut scored = Scored::live("football");
    let mut review = body("var_review", HOME);
    review["team_id"] = Value::Null;
    assert_eq!(topics(&scored.accepts("incidents", review)), ["match_3"]);
}

#[test]
fn a_team_is_told_of_an_own_goal_in_its_favour() {
    let mut scored = Scored::live("football");
    let mut goal = body("own_goal", HOME);
    goal["player_id"] = json!(22);
    let applied = scored.accepts("incidents", goal);
    assert_eq!(applied.answer["player"], "Jordan Henderson");
    assert_eq!(topics(&applied), ["match_3", "team_1_live"]);
    assert_eq!(scored.score(), (1, 0));
}
