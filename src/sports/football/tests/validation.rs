//! Rejected incidents, and the pointers of their errors.

use serde_json::{Value, json};

use crate::domain::closed_set::ClosedSet;
use crate::domain::rejection::RejectionReason;
use crate::sports::football::incident_kind::IncidentKind;
use crate::sports::football::tests::{add_incident, incident_body};
use crate::sports::tests::{
    AWAY_TEAM_ID, HOME_TEAM_ID, MatchHarness, NEUTRAL_PLAYER, error_pointers,
};

/// `body` with these fields added or replaced.
fn with_fields(mut body: Value, fields: Value) -> Value {
    body.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
    body
}

#[test]
fn only_injury_review_and_note_need_no_team() {
    for &kind in IncidentKind::ALL {
        let body =
            with_fields(incident_body(kind.as_str(), HOME_TEAM_ID), json!({ "team_id": null }));
        let mut harness = MatchHarness::started("football");
        if ["injury", "var_review", "note"].contains(&kind.as_str()) {
            assert_eq!(harness.apply("incidents", body).response["team_id"], Value::Null);
        } else {
            assert_eq!(
                error_pointers(&harness.expect_rejection("incidents", body)),
                ["/team_id"],
                "{kind:?}"
            );
        }
    }
}

#[test]
fn open_play_goals_and_shootout_kicks_need_their_own_period() {
    let in_play = ["goal", "own_goal", "penalty_goal", "penalty_missed", "penalty_saved"];
    for &kind in IncidentKind::ALL {
        let word = kind.as_str();
        let mut harness = MatchHarness::started("football");
        let in_shootout =
            with_fields(incident_body(word, HOME_TEAM_ID), json!({ "period": "penalty_shootout" }));
        let in_second_half =
            with_fields(incident_body(word, HOME_TEAM_ID), json!({ "period": "second_half" }));
        if in_play.contains(&word) {
            assert_eq!(
                error_pointers(&harness.expect_rejection("incidents", in_shootout)),
                ["/kind"],
                "{word}"
            );
        } else {
            harness.apply("incidents", in_shootout);
        }
        if word.starts_with("shootout") {
            assert_eq!(
                error_pointers(&harness.expect_rejection("incidents", in_second_half)),
                ["/period"],
                "{word}"
            );
        } else {
            harness.apply("incidents", in_second_half);
        }
    }
}

/// Kind, its two players, and the field that is wrong.
type PlayersCase = (&'static str, Option<i64>, Option<i64>, Option<&'static str>);

/// For incidents of the home team.
const PLAYER_CASES: [PlayersCase; 19] = [
    ("goal", Some(10), None, None),
    ("goal", Some(20), None, Some("/player_id")),
    ("goal", None, Some(11), None),
    ("goal", None, Some(20), Some("/related_player_id")),
    ("goal", Some(NEUTRAL_PLAYER), None, Some("/player_id")),
    ("own_goal", Some(20), None, None),
    ("own_goal", Some(10), None, Some("/player_id")),
    ("own_goal", None, Some(10), None),
    ("own_goal", Some(NEUTRAL_PLAYER), None, Some("/player_id")),
    ("penalty_saved", Some(10), Some(23), None),
    ("penalty_saved", None, Some(11), Some("/related_player_id")),
    ("save", Some(10), Some(20), None),
    ("save", None, Some(10), Some("/related_player_id")),
    ("substitution", Some(10), Some(11), None),
    ("substitution", Some(10), Some(20), Some("/related_player_id")),
    ("substitution", Some(10), Some(10), Some("/related_player_id")),
    ("foul", Some(10), Some(20), None),
    ("foul", None, Some(NEUTRAL_PLAYER), Some("/related_player_id")),
    ("red_card", Some(10), Some(11), None),
];

#[test]
fn players_must_be_of_the_side_the_kind_expects() {
    for (kind, player, related, expected_pointer) in PLAYER_CASES {
        let mut harness = MatchHarness::started("football");
        let players = json!({ "player_id": player, "related_player_id": related });
        let body = with_fields(incident_body(kind, HOME_TEAM_ID), players.clone());
        match expected_pointer {
            None => drop(harness.apply("incidents", body)),
            Some(pointer) => {
                let rejection = harness.expect_rejection("incidents", body);
                assert_eq!(error_pointers(&rejection), [pointer], "{kind} {players}");
            }
        }
    }
}

#[test]
fn without_a_team_a_player_of_either_side_is_accepted() {
    let note = |player| json!({ "team_id": null, "player_id": player });
    let mut harness = MatchHarness::started("football");
    add_incident(&mut harness, with_fields(incident_body("note", HOME_TEAM_ID), note(20)));
    let rejection = harness.expect_rejection(
        "incidents",
        with_fields(incident_body("note", HOME_TEAM_ID), note(NEUTRAL_PLAYER)),
    );
    assert_eq!(error_pointers(&rejection), ["/player_id"]);
    assert_eq!(
        error_pointers(&harness.expect_rejection("incidents", incident_body("goal", 3))),
        ["/team_id"]
    );
}

#[test]
fn player_ids_lists_the_players_of_a_body() {
    let rules = MatchHarness::new("football").rules;
    let body = json!({ "player_id": 10, "related_player_id": 11, "team_id": 1 });
    assert_eq!(rules.player_ids("incidents", &body), [10, 11]);
    assert_eq!(rules.player_ids("PATCH incidents/3", &body), [10, 11]);
    for (action, body) in [
        ("start", body),
        ("incidents", json!({ "player_id": "10", "related_player_id": null })),
        ("incidents", Value::Null),
        ("incidents", json!([10])),
    ] {
        assert_eq!(rules.player_ids(action, &body), [0_i64; 0], "{action} {body}");
    }
}

#[test]
fn invalid_fields_of_a_new_incident_are_rejected() {
    let cases = [
        (json!({ "confirmation": "cancelled" }), "/confirmation"),
        (json!({ "reason": "because" }), "/reason"),
        (json!({ "rev": 1 }), "/rev"),
        (json!({ "id": 7 }), "/id"),
        (json!({ "kind": "try" }), "/kind"),
        (json!({ "minute": -1 }), "/minute"),
        (json!({ "stoppage": 61 }), "/stoppage"),
        (json!({ "text": "x".repeat(501) }), "/text"),
    ];
    for (more, pointer) in cases {
        let mut harness = MatchHarness::started("football");
        let rejection = harness.expect_rejection(
            "incidents",
            with_fields(incident_body("goal", HOME_TEAM_ID), more.clone()),
        );
        assert_eq!(
            (rejection.reason, error_pointers(&rejection)),
            (RejectionReason::Invalid, vec![pointer]),
            "{more}"
        );
    }
}

#[test]
fn a_correction_must_leave_the_incident_valid() {
    let mut harness = MatchHarness::started("football");
    add_incident(
        &mut harness,
        with_fields(incident_body("goal", HOME_TEAM_ID), json!({ "player_id": 10 })),
    );
    let cases = [
        (json!({}), ""),
        (Value::Null, ""),
        (json!([]), ""),
        (json!({ "rev": 2 }), "/rev"),
        (json!({ "kind": null }), "/kind"),
        (json!({ "confirmation": null }), "/confirmation"),
        (json!({ "team_id": AWAY_TEAM_ID }), "/player_id"),
        (json!({ "team_id": null }), "/team_id"),
        (json!({ "kind": "own_goal" }), "/player_id"),
        (json!({ "kind": "shootout_goal" }), "/period"),
        (json!({ "period": "penalty_shootout" }), "/kind"),
        (json!({ "player_id": 99 }), "/player_id"),
        (json!({ "minute": 201 }), "/minute"),
    ];
    for (patch, pointer) in cases {
        let rejection = harness.expect_rejection("PATCH incidents/1", patch.clone());
        assert_eq!(error_pointers(&rejection), [pointer], "{patch}");
    }
    harness.apply("PATCH incidents/1", json!({ "team_id": AWAY_TEAM_ID, "player_id": 20 }));
    harness.apply("PATCH incidents/1", json!({ "player_id": null, "minute": 11 }));
    let incident = harness.read_part("incidents/1").unwrap();
    assert_eq!((&incident["player"], &incident["minute"]), (&Value::Null, &json!(11)));
}

#[test]
fn a_correction_keeps_a_player_who_left_the_team() {
    let mut harness = MatchHarness::started("football");
    add_incident(
        &mut harness,
        with_fields(incident_body("goal", HOME_TEAM_ID), json!({ "player_id": 10 })),
    );
    let mut command =
        harness.command("PATCH incidents/1", json!({ "minute": 12, "player_id": 10 }));
    command.players.clear();
    let transition = harness.rules.apply(&harness.match_info, &harness.game, &command).unwrap();
    assert_eq!(transition.response["player"], "Jamie Vardy");
}

#[test]
fn only_the_canonical_incident_path_is_accepted() {
    let mut harness = MatchHarness::started("football");
    add_incident(&mut harness, incident_body("goal", HOME_TEAM_ID));
    assert!(harness.read_part("incidents/1").is_some());
    for id in ["0", "2", "01", "+1", "-1", "1/", "", "x", "9223372036854775808", "1 "] {
        assert_eq!(harness.read_part(&format!("incidents/{id}")), None, "{id}");
        for method in ["PATCH", "DELETE"] {
            let action = format!("{method} incidents/{id}");
            let rejection = harness.expect_rejection(&action, json!({ "minute": 1 }));
            let is_action = !id.is_empty() && !id.contains('/');
            let missing = if is_action { "no such incident" } else { "no such action" };
            assert_eq!(rejection.detail, missing, "{action}");
        }
    }
    for action in ["PUT incidents/1", "incidents/1", "PATCH incidents", "score", "DELETE"] {
        assert_eq!(
            harness.expect_rejection(action, json!({})).detail,
            "no such action",
            "{action}"
        );
    }
    assert_eq!(
        error_pointers(&harness.expect_rejection("DELETE incidents/1", json!({ "why": 1 }))),
        ["/why"]
    );
    for path in ["", "state", "incident", "statistics/home"] {
        assert_eq!(harness.read_part(path), None, "{path}");
    }
}
