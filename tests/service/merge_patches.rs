//! G15: a state, patched with all later messages, is the later state; by RFC 7396 alone.

use serde_json::{Value, json};

use crate::support::database::Database;
use crate::support::server::TestServer;
use crate::support::users::{Game, Organizer, Scorer, note_body};

crate::support::on_both! {
    g15_the_messages_of_a_football_match_add_up_to_its_state,
    g15_the_messages_of_a_score_only_match_add_up_to_its_state,
    g15_the_messages_of_a_cricket_match_add_up_to_its_state,
}

/// A request, by method and path below the match.
type Step = (&'static str, &'static str, Value);

/// Writes each step, and compares the fold of all messages with the state after it.
async fn check_each(scorer: &Scorer, steps: impl IntoIterator<Item = Step>) {
    for (method, action, body) in steps {
        let path = scorer.game.path(action);
        let method = method.parse().unwrap();
        let sent = scorer.client.send(method, &path, Some(body.clone()), &[]).await.unwrap();
        assert!((200..300).contains(&sent.status), "{action} {body}: {}", sent.text);
        check_fold(scorer, &format!("{action} {body}")).await;
    }
}

/// The state that a snapshot has, without what is beside the state.
async fn state_of(scorer: &Scorer) -> Value {
    let mut data = scorer.client.get(&scorer.game.path("/state")).await.ok_json()["data"].take();
    assert!(data.as_object_mut().unwrap().remove("names").is_some());
    data
}

/// Most bytes of a message before compression, if nothing ends with it.
const MAX_BYTES: [(&str, usize); 2] = [("ball_bowled", 700), ("incident_added", 900)];

fn check_size(message: &Value, text: &str) {
    let patch = &message["patch"];
    let ends_something = patch["match"].is_object()
        || patch["pending"].is_object()
        || message["data"]["ball"]["symbol"] == "W";
    for (kind, bytes) in MAX_BYTES {
        let is_short = ends_something || message["type"] != kind || text.len() <= bytes;
        assert!(is_short, "{}: {text}", text.len());
    }
}

/// Folds the history from the first message on.
async fn check_fold(scorer: &Scorer, step: &str) {
    let mut folded = json!({});
    for text in scorer.client.history(&scorer.game.topic()).await {
        let message: Value = serde_json::from_str(&text).unwrap();
        assert!(message["patch"].is_object(), "{step}: {text}");
        check_size(&message, &text);
        json_patch::merge(&mut folded, &message["patch"]);
    }
    assert_eq!(folded, state_of(scorer).await, "{step}");
}

/// Steps of every sport: the fixture, and the match's way to a result and back.
fn fixture_steps(players: &[i64]) -> Vec<Step> {
    let places = json!({ "stage": "Final", "round": "1", "pitch": "Pitch 2", "group": "B" });
    vec![
        ("PATCH", "", places),
        ("PATCH", "", json!({ "stage": null, "pitch": null, "starts_at": null })),
        ("PUT", "/lineups", json!({ "home": { "starting": players, "shape": "4-4-2" } })),
        ("PUT", "/lineups", json!({ "home": { "starting": [players[0]], "bench": players[1..] } })),
        ("POST", "/postpone", json!({ "reason": "rain" })),
        ("POST", "/start", json!({})),
        ("POST", "/pause", json!({ "reason": "fog" })),
        ("POST", "/resume", json!({})),
    ]
}

fn result_steps() -> Vec<Step> {
    let entered = json!({ "home_score": 7, "away_score": 1, "override": true });
    let corrected = json!({ "ending": "no_result", "reason": "abandoned pitch", "override": true });
    vec![
        ("PUT", "/result", entered),
        ("PUT", "/result", corrected),
        ("DELETE", "/result", json!({})),
    ]
}

/// A match that somebody follows from its first state on: live, by polls and at a relay.
async fn check_followers(server: &TestServer, scorer: &Scorer, steps: Vec<Step>) {
    let relay = TestServer::relay(&server.address(), &[]).await;
    let path = scorer.game.stream_path();
    let mut followers = Vec::new();
    for node in [server, &relay] {
        let mut subscriber = node.subscribe(&path).open().await;
        let snapshot = subscriber.next_message().await.json();
        followers.push((subscriber, snapshot["data"].clone()));
    }
    let poll_path = format!("{path}?transport=poll&wait=1");
    let polled = scorer.client.get(&poll_path).await.ok_json();
    let mut polled_state = polled["messages"][0]["data"].clone();
    let cursor = polled["cursor"].as_str().unwrap().to_owned();
    check_each(scorer, steps).await;

    let expected = {
        let mut state = state_of(scorer).await;
        state["names"] = polled_state["names"].clone();
        state
    };
    let head = scorer.client.head_seq(&scorer.game.topic()).await;
    for (mut subscriber, mut state) in followers {
        for frame in subscriber.messages_until(head).await {
            json_patch::merge(&mut state, &frame.json()["patch"]);
        }
        assert_eq!(state, expected, "a live stream");
    }
    let later = scorer.client.get(&format!("{poll_path}&last_event_id={cursor}")).await.ok_json();
    for message in later["messages"].as_array().unwrap() {
        json_patch::merge(&mut polled_state, &message["patch"]);
    }
    assert_eq!(polled_state, expected, "polls");
    let from_start = scorer.game.path("/replay/?speed=10000");
    let mut subscriber = server.subscribe(&from_start).open().await;
    let mut replayed = json!({});
    for frame in subscriber.messages_until(head).await {
        json_patch::merge(&mut replayed, &frame.json()["patch"]);
    }
    replayed["names"] = expected["names"].clone();
    assert_eq!(replayed, expected, "a replay");
}

/// Creates a match of two teams with players; returns them by side.
async fn prepare(organizer: &Organizer, sport: &str, format: Value) -> (Scorer, [Vec<i64>; 2]) {
    let mut sides = [Vec::new(), Vec::new()];
    let mut teams = Vec::new();
    for (side, name) in sides.iter_mut().zip(["Deccan", "Rajasthan"]) {
        let team = organizer.create_team(name, "public").await;
        for number in 1..=6 {
            side.push(organizer.create_player(team, &format!("{name} {number}"), number).await);
        }
        teams.push(team);
    }
    let body = json!({ "sport": sport, "home_team_id": teams[0], "away_team_id": teams[1],
                       "format": format, "venue": "King Power" });
    let created = organizer.client.post("/api/matches", body).await.ok_json();
    let id = created["id"].as_i64().unwrap();
    let game = Game { id, home: teams[0], away: teams[1] };
    (Scorer { client: organizer.client.with_new_connections(), game }, sides)
}

async fn g15_the_messages_of_a_score_only_match_add_up_to_its_state(database: Database) {
    let server = TestServer::start(database, &[]).await;
    let organizer = server.organizer().await;
    let (scorer, [home, _]) = prepare(&organizer, "generic", Value::Null).await;
    check_fold(&scorer, "created").await;
    check_each(&scorer, fixture_steps(&home)).await;
    let mut steps = vec![
        ("POST", "/score", json!({ "home": 1, "away": 0, "text": "A goal" })),
        ("POST", "/score", json!({ "home": 1, "away": 0 })),
        ("POST", "/end", json!({})),
    ];
    steps.extend(result_steps());
    check_followers(&server, &scorer, steps).await;

    // Names are not part of the state, so nothing is published for a new one.
    let head = scorer.client.head_seq(&scorer.game.topic()).await;
    let team = format!("/api/teams/{}", scorer.game.home);
    organizer.client.patch(&team, json!({ "name": "Sunrisers" })).await.ok_json();
    check_fold(&scorer, "a team was renamed").await;
    assert_eq!(scorer.client.head_seq(&scorer.game.topic()).await, head);

    // The last patch takes everything away.
    let (unplayed, _) = prepare(&organizer, "generic", Value::Null).await;
    let topic = unplayed.game.topic();
    let mut subscriber = server.subscribe(&unplayed.game.stream_path()).open().await;
    let mut state = subscriber.next_message().await.json()["data"].take();
    subscriber.until_control("live").await;
    unplayed.client.delete(&unplayed.game.path("")).await.ok_json();
    json_patch::merge(&mut state, &subscriber.next_message().await.json()["patch"]);
    assert_eq!(state.as_object().unwrap().keys().collect::<Vec<_>>(), ["names"], "{topic}");
}

async fn g15_the_messages_of_a_football_match_add_up_to_its_state(database: Database) {
    let server = TestServer::start(database, &[]).await;
    let organizer = server.organizer().await;
    let (scorer, [home, away]) = prepare(&organizer, "football", Value::Null).await;
    let Game { home: home_team, away: away_team, .. } = scorer.game;
    check_each(&scorer, fixture_steps(&home)).await;
    let goal = json!({ "kind": "goal", "team_id": home_team, "player_id": home[0],
                       "related_player_id": home[1], "period": "first_half", "minute": 12 });
    let card = json!({ "kind": "yellow_card", "team_id": away_team, "player_id": away[0],
                       "period": "first_half", "minute": 45, "stoppage": 2, "text": "A late one" });
    let kick = json!({ "kind": "shootout_goal", "team_id": away_team,
                       "period": "penalty_shootout", "minute": 120 });
    let mut steps = vec![
        ("POST", "/incidents", goal),
        ("POST", "/incidents", card),
        ("POST", "/incidents", note_body("A note")),
        ("PATCH", "/incidents/1", json!({ "confirmation": "cancelled", "reason": "offside" })),
        ("PATCH", "/incidents/1", json!({ "confirmation": "confirmed", "player_id": null })),
        ("PATCH", "/incidents/2", json!({ "team_id": home_team, "player_id": home[2] })),
        ("DELETE", "/incidents/3", json!({})),
        ("POST", "/pause", json!({ "reason": "penalties" })),
        ("POST", "/resume", json!({})),
        ("POST", "/incidents", kick),
        ("POST", "/end", json!({})),
        ("PATCH", "/incidents/4", json!({ "confirmation": "cancelled" })),
    ];
    steps.extend(result_steps());
    check_followers(&server, &scorer, steps).await;
}

async fn g15_the_messages_of_a_cricket_match_add_up_to_its_state(database: Database) {
    let server = TestServer::start(database, &[]).await;
    let organizer = server.organizer().await;
    let format = json!({ "name": "custom", "innings": 2, "overs": 2, "players": 6 });
    let (scorer, [home, away]) = prepare(&organizer, "cricket", format).await;
    let Game { home: home_team, away: away_team, .. } = scorer.game;
    let toss = json!({ "winner_team_id": home_team, "decision": "bat" });
    check_each(&scorer, [("POST", "/toss", toss)]).await;
    check_each(&scorer, fixture_steps(&home)).await;
    let runs = |runs: i64| json!({ "runs": { "batter": runs } });
    let wicket = json!({ "runs": { "batter": 0 }, "wickets": [{ "kind": "caught",
        "fielder_ids": [away[2]] }] });
    let award = json!({ "penalty": { "team_id": home_team, "runs": 5 } });
    let hurt = json!({ "retire": { "player_id": home[2], "kind": "retired_hurt" } });
    let openers = |team: i64, bat: &[i64], bowl: &[i64]| {
        json!({ "batting_team_id": team, "striker_id": bat[0], "non_striker_id": bat[1],
                "bowler_id": bowl[5] })
    };
    let wide = json!({ "runs": { "batter": 0 }, "extras": { "wides": 2 } });
    let steps = vec![
        ("POST", "/innings", openers(home_team, &home, &away)),
        ("POST", "/balls", json!({ "runs": { "batter": 4 }, "commentary": "Driven" })),
        ("POST", "/balls", wide),
        ("POST", "/balls", wicket),
        ("POST", "/players", json!({ "batter_id": home[2] })),
        ("POST", "/balls", runs(1)),
        ("POST", "/balls", award),
        ("POST", "/players", hurt),
        ("POST", "/players", json!({ "batter_id": home[3] })),
        ("POST", "/players", json!({ "absent": { "player_id": home[5] } })),
        ("POST", "/balls", runs(0)),
        ("PATCH", "/balls/1", runs(6)),
        ("DELETE", "/balls/5", json!({})),
        ("POST", "/balls", runs(2)),
        ("DELETE", "/balls/2", json!({})),
        ("POST", "/declare", json!({ "reason": "declared" })),
        ("POST", "/target", json!({ "runs": 6, "overs": "1", "method": "D/L" })),
        ("POST", "/innings", openers(away_team, &away, &home)),
        ("POST", "/balls", runs(4)),
        ("POST", "/balls", runs(4)),
        ("DELETE", "/balls/6", json!({})),
        ("POST", "/balls", runs(6)),
        ("POST", "/end", json!({ "player_of_the_match_id": away[0] })),
    ];
    check_followers(&server, &scorer, steps).await;
    check_each(&scorer, result_steps()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn g15_balls_that_wait_for_other_scorers_are_part_of_the_state() {
    let server = TestServer::sqlite(&[]).await;
    let organizer = server.organizer().await;
    let format = json!({ "name": "t20", "scorers_required": 2 });
    let (scorer, [home, away]) = prepare(&organizer, "cricket", format).await;
    let second = organizer.create_user(&server, "Bertie").await;
    organizer.add_official(scorer.game, &second, "scorer").await;
    let second = Scorer { client: second.client, game: scorer.game };
    let openers = json!({ "batting_team_id": scorer.game.home, "striker_id": home[0],
                          "non_striker_id": home[1], "bowler_id": away[5] });
    check_each(&scorer, [("POST", "/start", json!({})), ("POST", "/innings", openers)]).await;
    let one = json!({ "runs": { "batter": 1 } });
    let bye = json!({ "runs": { "batter": 0 }, "extras": { "byes": 1 } });
    check_each(&scorer, [("POST", "/balls", one.clone())]).await;
    check_each(&second, [("POST", "/balls", bye.clone())]).await;
    assert_eq!(state_of(&scorer).await["disputes"].as_object().unwrap().len(), 1);
    check_each(&scorer, [("POST", "/balls", one.clone())]).await;
    check_each(&scorer, [("POST", "/rulings", json!({ "number": 1, "ball": bye }))]).await;
    check_each(&second, [("POST", "/balls", one)]).await;
    let state = state_of(&scorer).await;
    assert_eq!((&state["pending"], &state["disputes"]), (&json!({}), &json!({})));
    assert_eq!(state["innings"]["1"]["runs"], 2);
}
