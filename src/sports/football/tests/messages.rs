//! Messages and responses about incidents.

use serde_json::{Value, json};

use crate::domain::merge_patch;
use crate::sports::football::tests::{add_incident, incident_body};
use crate::sports::tests::{AWAY_TEAM_ID, HOME_TEAM_ID, MatchHarness};
use crate::sports::{ErasedMatch, Transition};

fn topics_of(transition: &Transition<ErasedMatch>) -> Vec<String> {
    transition.messages.iter().map(|message| message.topic.to_string()).collect()
}

#[test]
fn the_response_and_messages_carry_the_whole_incident() {
    let mut harness = MatchHarness::started("football");
    harness.advance_clock(12 * 60);
    let transition = harness.apply(
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
    let statistics = harness.read_part("statistics").unwrap();

    assert!(transition.is_created);
    let mut response = incident.clone();
    response["score"] = score.clone();
    response["statistics"] = statistics.clone();
    assert_eq!(transition.response, response);

    assert_eq!(topics_of(&transition), ["match_3", "team_1_live"]);
    for message in &transition.messages {
        assert_eq!(
            (message.message_type, message.label.as_deref()),
            ("incident_added", Some("goal"))
        );
        let incident = merge_patch::without_nulls(incident.clone());
        let data = json!({ "match_id": 3, "incident": incident, "score": score });
        assert_eq!(message.data, data);
    }
    assert_eq!(harness.read_part("incidents/1"), Some(incident.clone()));
    let mut in_state = incident;
    for absent in ["id", "reason"] {
        in_state.as_object_mut().unwrap().remove(absent);
    }
    assert_eq!(harness.state()["incidents"], json!({ "1": in_state }));
    assert_eq!(harness.state()["statistics"], statistics);
}

#[test]
fn a_correction_is_sent_to_the_match_and_its_team() {
    let mut harness = MatchHarness::started("football");
    add_incident(&mut harness, incident_body("goal", HOME_TEAM_ID));
    let cancelled = json!({ "confirmation": "cancelled", "reason": "var_overturned" });
    let transition = harness.apply("PATCH incidents/1", cancelled);
    assert!(!transition.is_created);
    assert_eq!(topics_of(&transition), ["match_3", "team_1_live"]);
    let data = &transition.messages[0].data;
    assert_eq!(transition.messages[0].message_type, "incident_updated");
    assert_eq!(data["incident"]["confirmation"], "cancelled");
    assert_eq!(data["incident"]["reason"], "var_overturned");
    assert_eq!(data["score"], json!({ "home": 0, "away": 0 }));
    assert_eq!(harness.state()["statistics"]["home"]["goals"], 0);
}

#[test]
fn an_incident_that_changes_sides_is_sent_to_both_teams() {
    let mut harness = MatchHarness::started("football");
    add_incident(&mut harness, incident_body("note", HOME_TEAM_ID));
    let mut moved =
        |to: Value| topics_of(&harness.apply("PATCH incidents/1", json!({ "team_id": to })));
    assert_eq!(moved(json!(AWAY_TEAM_ID)), ["match_3", "team_2_live", "team_1_live"]);
    assert_eq!(moved(json!(null)), ["match_3", "team_2_live"]);
    assert_eq!(moved(json!(null)), ["match_3"]);
    assert_eq!(moved(json!(HOME_TEAM_ID)), ["match_3", "team_1_live"]);
}

#[test]
fn incident_removed_carries_the_deleted_incident() {
    let mut harness = MatchHarness::started("football");
    add_incident(&mut harness, incident_body("goal", AWAY_TEAM_ID));
    let incident = merge_patch::without_nulls(harness.read_part("incidents/1").unwrap());
    let transition = harness.apply("DELETE incidents/1", Value::Null);
    assert_eq!(topics_of(&transition), ["match_3", "team_2_live"]);
    for message in &transition.messages {
        assert_eq!(
            (message.message_type, message.label.as_deref()),
            ("incident_removed", Some("goal"))
        );
        assert_eq!(message.data["incident"], incident);
        assert_eq!(message.data["score"], json!({ "home": 0, "away": 0 }));
    }
    assert!(!transition.is_created);
}

#[test]
fn an_incident_without_a_team_is_sent_to_the_match_only() {
    let mut harness = MatchHarness::started("football");
    let mut review = incident_body("var_review", HOME_TEAM_ID);
    review["team_id"] = Value::Null;
    assert_eq!(topics_of(&harness.apply("incidents", review)), ["match_3"]);
}

#[test]
fn an_own_goal_is_sent_to_the_team_it_counts_for() {
    let mut harness = MatchHarness::started("football");
    let mut goal = incident_body("own_goal", HOME_TEAM_ID);
    goal["player_id"] = json!(22);
    let transition = harness.apply("incidents", goal);
    assert_eq!(transition.response["player"], "Jordan Henderson");
    assert_eq!(topics_of(&transition), ["match_3", "team_1_live"]);
    assert_eq!(harness.score(), (1, 0));
}
