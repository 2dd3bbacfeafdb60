//! Which incidents are refused, and where the mistake is.

use serde_json::Value;
use serde_json::json;

use crate::domain::rejection::Reason;
use crate::sports::football::kind::Kind;
use crate::sports::football::tests::add;
use crate::sports::football::tests::body;
use crate::sports::tests::AWAY;
use crate::sports::tests::HOME;
use crate::sports::tests::STRANGER;
use crate::sports::tests::Scored;
use crate::sports::tests::pointers;

/// `body` with more fields, or others.
fn with(mut body: Value, more: Value) -> Value {
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    body
}

#[test]
fn a_kind_needs_a_team_or_doesnt() {
    for kind in Kind::ALL {
        let body = with(body(kind.word(), HOME), json!({ "team_id": null }));
        let mut scored = Scored::live("football");
        if ["injury", "var_review", "note"].contains(&kind.word()) {
            assert_eq!(scored.accepts("incidents", body).answer["team_id"], Value::Null);
        } else {
            assert_eq!(pointers(&scored.refuses("incidents", body)), ["/team_id"], "{kind:?}");
        }
    }
}

#[test]
fn goals_and_kicks_stay_on_their_side_of_the_shootout() {
    let in_play = ["goal", "own_goal", "penalty_goal", "penalty_missed", "penalty_saved"];
    for kind in Kind::ALL {
        let word = kind.word();
        let mut scored = Scored::live("football");
        let shootout = with(body(word, HOME), json!({ "period": "penalty_shootout" }));
        let play = with(body(word, HOME), json!({ "period": "second_half" }));
        if in_play.contains(&word) {
            assert_eq!(pointers(&scored.refuses("incidents", shootout)), ["/kind"], "{word}");
        } else {
            scored.accepts("incidents", shootout);
        }
        if word.starts_with("shootout") {
            assert_eq!(pointers(&scored.refuses("incidents", play)), ["/period"], "{word}");
        } else {
            scored.accepts("incidents", play);
        }
    }
}

/// Kind, its two players, and which of them is wrong.
type Players = (&'static str, Option<i64>, Option<i64>, Option<&'static str>);

/// For incidents of the home team.
const PLAYERS: [Players; 19] = [
    ("goal", Some(10), None, None),
    ("goal", Some(20), None, Some("/player_id")),
    ("goal", None, Some(11), None),
    ("goal", None, Some(20), Some("/related_player_id")),
    ("goal", Some(STRANGER), None, Some("/player_id")),
    ("own_goal", Some(20), None, None),
    ("own_goal", Some(10), None, Some("/player_id")),
    ("own_goal", None, Some(10), None),
    ("own_goal", Some(STRANGER), None, Some("/player_id")),
    ("penalty_saved", Some(10), Some(23), None),
    ("penalty_saved", None, Some(11), Some("/related_player_id")),
    ("save", Some(10), Some(20), None),
    ("save", None, Some(10), Some("/related_player_id")),
    ("substitution", Some(10), Some(11), None),
    ("substitution", Some(10), Some(20), Some("/related_player_id")),
    ("substitution", Some(10), Some(10), Some("/related_player_id")),
    ("foul", Some(10), Some(20), None),
    ("foul", None, Some(STRANGER), Some("/related_player_id")),
    ("red_card", Some(10), Some(11), None),
];

#[test]
fn players_are_of_the_side_that_the_kind_says() {
    for (kind, player, related, wrong) in PLAYERS {
        let mut scored = Scored::live("football");
        let players = json!({ "player_id": player, "related_player_id": related });
        let body = with(body(kind, HOME), players.clone());
        match wrong {
            None => drop(scored.accepts("incidents", body)),
            Some(pointer) => {
                let refused = scored.refuses("incidents", body);
                assert_eq!(pointers(&refused), [pointer], "{kind} {players}");
            }
        }
    }
}

#[test]
fn without_a_team_a_player_of_either_will_do() {
    let note = |player| json!({ "team_id": null, "player_id": player });
    let mut scored = Scored::live("football");
    add(&mut scored, with(body("note", HOME), note(20)));
    let refused = scored.refuses("incidents", with(body("note", HOME), note(STRANGER)));
    assert_eq!(pointers(&refused), ["/player_id"]);
    assert_eq!(pointers(&scored.refuses("incidents", body("goal", 3))), ["/team_id"]);
}

#[test]
fn the_rules_name_the_players_of_a_body() {
    let rules = Scored::new("football").rules;
    let body = json!({ "player_id": 10, "related_player_id": 11, "team_id": 1 });
    assert_eq!(rules.players("incidents", &body), [10, 11]);
    assert_eq!(rules.players("PATCH incidents/3", &body), [10, 11]);
    for (action, body) in [
        ("start", body),
        ("incidents", json!({ "player_id": "10", "related_player_id": null })),
        ("incidents", Value::Null),
        ("incidents", json!([10])),
    ] {
        assert_eq!(rules.players(action, &body), [0_i64; 0], "{action} {body}");
    }
}

#[test]
fn what_a_new_incident_may_not_say() {
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
        let mut scored = Scored::live("football");
        let refused = scored.refuses("incidents", with(body("goal", HOME), more.clone()));
        assert_eq!(
            (refused.reason, pointers(&refused)),
            (Reason::Invalid, vec![pointer]),
            "{more}"
        );
    }
}

#[test]
fn a_correction_must_leave_a_right_incident() {
    let mut scored = Scored::live("football");
    add(&mut scored, with(body("goal", HOME), json!({ "player_id": 10 })));
    let cases = [
        (json!({}), ""),
        (Value::Null, ""),
        (json!([]), ""),
        (json!({ "rev": 2 }), "/rev"),
        (json!({ "kind": null }), "/kind"),
        (json!({ "confirmation": null }), "/confirmation"),
        (json!({ "team_id": AWAY }), "/player_id"),
        (json!({ "team_id": null }), "/team_id"),
        (json!({ "kind": "own_goal" }), "/player_id"),
        (json!({ "kind": "shootout_goal" }), "/period"),
        (json!({ "period": "penalty_shootout" }), "/kind"),
        (json!({ "player_id": 99 }), "/player_id"),
        (json!({ "minute": 201 }), "/minute"),
    ];
    for (patch, pointer) in cases {
        let refused = scored.refuses("PATCH incidents/1", patch.clone());
        assert_eq!(pointers(&refused), [pointer], "{patch}");
    }
    scored.accepts("PATCH incidents/1", json!({ "team_id": AWAY, "player_id": 20 }));
    scored.accepts("PATCH incidents/1", json!({ "player_id": null, "minute": 11 }));
    let incident = scored.read("incidents/1").unwrap();
    assert_eq!((&incident["player"], &incident["minute"]), (&Value::Null, &json!(11)));
}

#[test]
fn a_correction_keeps_a_player_who_has_left_since() {
    let mut scored = Scored::live("football");
    add(&mut scored, with(body("goal", HOME), json!({ "player_id": 10 })));
    let mut command = scored.command("PATCH incidents/1", json!({ "minute": 12, "player_id": 10 }));
    command.players.clear();
    let applied = scored.rules.apply(&scored.fixture, &scored.game, &command).unwrap();
    assert_eq!(applied.answer["player"], "Jamie Vardy");
}

#[test]
fn an_incident_has_one_path() {
    let mut scored = Scored::live("football");
    add(&mut scored, body("goal", HOME));
    assert!(scored.read("incidents/1").is_some());
    for id in ["0", "2", "01", "+1", "-1", "1/", "", "x", "9223372036854775808", "1 "] {
        assert_eq!(scored.read(&format!("incidents/{id}")), None, "{id}");
        for method in ["PATCH", "DELETE"] {
            let action = format!("{method} incidents/{id}");
            let refused = scored.refuses(&action, json!({ "minute": 1 }));
            assert_eq!(refused.detail, "no such incident", "{action}");
        }
    }
    for action in ["PUT incidents/1", "incidents/1", "PATCH incidents", "score", "DELETE"] {
        assert_eq!(scored.refuses(action, json!({})).detail, "no such action", "{action}");
    }
    assert_eq!(pointers(&scored.refuses("DELETE incidents/1", json!({ "why": 1 }))), ["/why"]);
    for path in ["", "state", "incident", "statistics/home"] {
        assert_eq!(scored.read(path), None, "{path}");
    }
}
