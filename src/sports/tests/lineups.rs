//! Line-ups: what may be entered, what stays, and what is published.

use serde_json::{Value, json};

use crate::sports::registry::ALL_SPORTS;
use crate::sports::tests::{MatchHarness, error_pointers};

fn full_lineup() -> Value {
    json!({ "starting": [11, 10], "bench": [12], "captain_id": 10, "twelfth_id": 13,
            "shape": "4-3-3" })
}

#[test]
fn line_ups_are_part_of_every_sports_state() {
    for rules in &ALL_SPORTS {
        let mut harness = MatchHarness::new(rules.code);
        assert_eq!(harness.state()["lineups"], json!({}));
        let transition = harness.apply("PUT lineups", json!({ "home": full_lineup() }));
        let entered = json!({ "home": full_lineup() });
        assert_eq!(harness.state()["lineups"], entered, "in the order that was sent");
        assert_eq!(harness.read_part("lineups").unwrap(), entered);
        assert_eq!(transition.response, entered);
        let [message] = transition.messages.as_slice() else { panic!("{:?}", transition.messages) };
        assert_eq!(message.message_type, "lineup_update");
        assert_eq!(message.topic.to_string(), "match_3");
        assert_eq!(message.data, json!({ "match_id": 3, "lineups": entered }));
    }
}

#[test]
fn a_side_that_is_not_named_stays_and_null_removes_one() {
    let mut harness = MatchHarness::new("football");
    harness.apply("PUT lineups", json!({ "home": full_lineup() }));
    let away = json!({ "starting": [20], "bench": [] });
    harness.apply("PUT lineups", json!({ "away": { "starting": [20] } }));
    assert_eq!(harness.state()["lineups"], json!({ "home": full_lineup(), "away": away }));
    let transition = harness.apply("PUT lineups", json!({ "home": null }));
    assert_eq!(transition.messages[0].data["lineups"], json!({ "away": away }));
    let transition = harness.apply("PUT lineups", json!({ "away": away }));
    assert_eq!(transition.messages, [], "the same once more is no news");
}

#[test]
fn line_ups_can_be_entered_unless_the_match_is_cancelled() {
    let body = json!({ "home": { "starting": [10] } });
    for status in ["scheduled", "live", "paused", "finished", "postponed", "abandoned"] {
        MatchHarness::with_status("generic", status).apply("PUT lineups", body.clone());
    }
    let rejection =
        MatchHarness::with_status("generic", "cancelled").expect_rejection("PUT lineups", body);
    assert_eq!(rejection.code, "wrong-state");
}

#[test]
fn a_player_who_has_left_the_team_can_stay() {
    let mut harness = MatchHarness::new("football");
    harness.apply("PUT lineups", json!({ "home": { "starting": [10, 11] } }));
    // None of the players in this command exists any more.
    let mut command = harness.command("PUT lineups", json!({ "home": { "starting": [11] } }));
    command.players.clear();
    let transition = harness.rules.apply(&harness.match_info, &harness.game, &command).unwrap();
    assert_eq!(transition.response["home"]["starting"], json!([11]));
}

#[test]
fn faults_of_line_ups_are_rejected() {
    let many: Vec<i64> = (100..151).collect();
    #[rustfmt::skip]
    let cases = [
        (json!({}),                                                       vec!["/home"]),
        (Value::Null,                                                     vec!["/home"]),
        (json!({ "home": 7 }),                                            vec!["/home"]),
        (json!({ "home": {} }),                                           vec!["/home/starting"]),
        (json!({ "home": { "starting": [] } }),                           vec!["/home/starting"]),
        (json!({ "home": { "starting": many } }),                         vec!["/home/starting"]),
        (json!({ "home": { "starting": [10, "11"] } }),                   vec!["/home/starting"]),
        (json!({ "home": { "starting": [20] } }),                         vec!["/home/starting/0"]),
        (json!({ "away": { "starting": [20, 10, 30, 99] } }),             vec!["/away/starting/1", "/away/starting/2", "/away/starting/3"]),
        (json!({ "home": { "starting": [10, 10] } }),                     vec!["/home/starting/1"]),
        (json!({ "home": { "starting": [10], "bench": [11, 10] } }),      vec!["/home/bench/1"]),
        (json!({ "home": { "starting": [10], "twelfth_id": 10 } }),       vec!["/home/twelfth_id"]),
        (json!({ "home": { "starting": [10], "bench": [11], "captain_id": 11 } }), vec!["/home/captain_id"]),
        (json!({ "home": { "starting": [10], "shape": "4".repeat(21) } }), vec!["/home/shape"]),
        (json!({ "home": { "starting": [10], "coach": 1 }, "guests": 1 }), vec!["/home/coach", "/guests"]),
    ];
    for (body, pointers) in cases {
        let mut harness = MatchHarness::new("football");
        let rejection = harness.expect_rejection("PUT lineups", body.clone());
        assert_eq!(error_pointers(&rejection), pointers, "{body}");
    }
}

#[test]
fn only_listed_players_of_a_bounded_number_are_looked_up() {
    let rules = MatchHarness::new("cricket").rules;
    let body = json!({ "home": full_lineup(), "away": { "starting": [20, "x"], "bench": 7 } });
    assert_eq!(rules.player_ids("PUT lineups", &body), [11, 10, 12, 13, 20]);
    let many: Vec<i64> = (1..=100_000).collect();
    let body = json!({ "home": { "starting": many }, "away": [] });
    assert_eq!(rules.player_ids("PUT lineups", &body).len(), 50);
}
