//! G10: invalid input is rejected as a whole, with the right status and a problem document, and
//! nothing is written.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::server::TestServer;
use crate::support::subscriber::StreamEnd;
use crate::support::users::{Organizer, Scorer};

/// Method, path, body, status, code.
type Line = (Method, String, Value, u16, &'static str);

async fn refuse_all(server: &TestServer, scorer: &Scorer, lines: Vec<Line>) {
    let mut subscriber = server.subscribe(&scorer.game.stream_path()).open().await;
    subscriber.until_control("live").await;
    let before = scorer.client.history(&scorer.game.topic()).await;
    let teams = scorer.client.get("/api/teams?limit=100").await.text;
    for (method, path, body, status, code) in lines {
        let context = format!("{method} {path} {body}");
        let body = (!body.is_null()).then_some(body);
        let response = scorer.client.send(method, &path, body, &[]).await.unwrap();
        assert_eq!(response.problem(status, &context), code, "{context}: {}", response.text);
        assert_eq!(response.header("touchline-cursor"), "", "{context}");
    }
    assert_eq!(scorer.client.history(&scorer.game.topic()).await, before, "nothing written");
    assert_eq!(scorer.client.get("/api/teams?limit=100").await.text, teams, "nothing written");
    let next = subscriber.try_frame(std::time::Duration::from_millis(300)).await;
    assert_eq!(next.err(), Some(StreamEnd::TimedOut), "nothing sent");
}

#[tokio::test(flavor = "multi_thread")]
async fn g10_invalid_commands_are_rejected_without_effect() {
    let server = TestServer::sqlite(&[]).await;
    let scorer = server.organizer().await.live_match("football").await;
    let game = scorer.game;
    let incidents = game.path("/incidents");
    let post = |body: Value| (Method::POST, incidents.clone(), body, 422, "invalid-field");
    let goal = |team: i64, minute: Value| json!({ "kind": "goal", "team_id": team, "period": "first_half", "minute": minute });
    let mut lines = vec![
        post(json!({})),
        post(goal(game.home, json!(-1))),
        post(goal(game.home, json!(1e300))),
        post(goal(game.home, json!("12"))),
        post(goal(999_999, json!(12))),
        post(goal(-1, json!(12))),
        post(
            json!({ "kind": "touchdown", "team_id": game.home, "period": "first_half", "minute": 1 }),
        ),
        post(json!({ "kind": "goal", "period": "first_half", "minute": 1 })),
        post(json!({ "kind": "goal", "team_id": game.home, "period": "third_half", "minute": 1 })),
        post(json!({ "kind": "note", "period": "first_half", "minute": 1, "colour": "red" })),
        post(json!({ "kind": "note", "period": "first_half", "minute": 1, "player_id": 999 })),
        post(json!([1, 2, 3])),
        post(json!("goal")),
        (Method::POST, game.path("/touchdown"), json!({}), 404, "not-found"),
        (Method::POST, game.path("/start"), json!({}), 409, "wrong-state"),
        (Method::POST, game.path("/resume"), json!({}), 409, "wrong-state"),
        (Method::POST, game.path("/cancel"), json!({}), 409, "wrong-state"),
        (Method::POST, game.path("/pause"), json!({ "why": "rain" }), 422, "invalid-field"),
        (Method::PATCH, game.path("/incidents/99"), json!({ "minute": 3 }), 404, "not-found"),
        (Method::DELETE, game.path("/incidents/99"), Value::Null, 404, "not-found"),
        (Method::DELETE, game.path("/incidents/01"), Value::Null, 404, "not-found"),
        (Method::POST, "/api/matches/999999/start".into(), json!({}), 404, "not-found"),
        (Method::POST, "/api/matches/x/start".into(), json!({}), 404, "not-found"),
        (Method::GET, "/api/matches/99999999999999999999".into(), Value::Null, 404, "not-found"),
        (Method::DELETE, game.path("/stream/"), Value::Null, 405, "method-not-allowed"),
        (Method::GET, "/api/nothing".into(), Value::Null, 404, "not-found"),
    ];
    lines.push((
        Method::POST,
        game.path("/score"),
        json!({ "home": 1, "away": 0 }),
        404,
        "not-found",
    ));
    refuse_all(&server, &scorer, lines).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn g10_invalid_teams_matches_and_users_are_rejected() {
    let server = TestServer::sqlite(&[]).await;
    let organizer = server.organizer().await;
    let scorer = organizer.live_match("football").await;
    let (home, away) = (scorer.game.home, scorer.game.away);
    let field =
        |path: &str, body: Value| (Method::POST, path.to_owned(), body, 422, "invalid-field");
    let players = format!("/api/teams/{home}/players");
    let members = format!("/api/teams/{home}/members");
    let lines = vec![
        field("/api/teams", json!({})),
        field("/api/teams", json!({ "name": 7 })),
        field("/api/teams", json!({ "name": "A", "colour": "blue" })),
        field("/api/teams", json!({ "name": "A", "visibility": "secret" })),
        field("/api/teams", json!({ "name": "A", "owner": 1 })),
        field(&players, json!({ "name": "A", "shirt_number": "nine" })),
        field(&members, json!({ "user_id": 1, "role": "mascot" })),
        field("/api/matches", json!({ "sport": "football", "home_team_id": home })),
        field(
            "/api/matches",
            json!({ "sport": "curling", "home_team_id": home, "away_team_id": away }),
        ),
        field(
            "/api/matches",
            json!({ "sport": "football", "home_team_id": home, "away_team_id": home }),
        ),
        field(
            "/api/matches",
            json!({ "sport": "football", "home_team_id": home, "away_team_id": away, "starts_at": "tomorrow" }),
        ),
        field(
            "/api/users",
            json!({ "email": "x", "name": "X", "password": "long enough it is", "role": "user" }),
        ),
        field(
            "/api/users",
            json!({ "email": "x@example.org", "name": "X", "password": "long enough it is", "role": "king" }),
        ),
        (Method::GET, "/api/teams/999999".into(), Value::Null, 404, "not-found"),
        (Method::GET, "/api/users/999999".into(), Value::Null, 404, "not-found"),
        (Method::PATCH, "/api/teams/999999".into(), json!({ "name": "A" }), 404, "not-found"),
    ];
    refuse_all(&server, &scorer, lines).await;
    let stale = [("If-Match", "\"999\"")];
    let team = format!("/api/teams/{home}");
    let body = Some(json!({ "name": "Renamed" }));
    let response = organizer.client.send(Method::PATCH, &team, body, &stale).await.unwrap();
    assert_eq!(response.problem(412, "outdated ETag"), "stale");
    let email =
        json!({ "email": "ADA.admin@example.org", "name": "X", "password": "long enough it is" });
    let response = organizer.client.post("/api/users", email).await;
    assert!([409, 422].contains(&response.status), "{} {}", response.status, response.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn g10_invalid_events_and_registrations_are_rejected() {
    let server = TestServer::sqlite(&[]).await;
    let organizer = server.organizer().await;
    let scorer = organizer.live_match("football").await;
    let league = json!({ "name": "League", "sport": "football", "visibility": "public" });
    let event = organizer.client.post("/api/events", league).await.json()["id"].clone();
    let registrations = format!("/api/events/{event}/registrations");
    let team = format!("{registrations}/teams/{}", scorer.game.home);
    organizer.client.post(&registrations, json!({ "team_id": scorer.game.home })).await;
    let field = |method: Method, path: &str, body: Value| {
        (method, path.to_owned(), body, 422, "invalid-field")
    };
    let lines = vec![
        field(Method::POST, "/api/events", json!({})),
        field(Method::POST, "/api/events", json!({ "name": "A", "sport": "curling" })),
        field(Method::POST, &registrations, json!({})),
        field(Method::POST, &registrations, json!({ "team_id": 999_999 })),
        field(Method::PATCH, &team, json!({})),
        field(Method::PATCH, &team, json!({ "deduction": -1 })),
        field(Method::PATCH, &team, json!({ "deduction": 1001 })),
        field(Method::PATCH, &team, json!({ "deduction": 0.5 })),
    ];
    refuse_all(&server, &scorer, lines).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn g10_malformed_oversized_or_non_json_bodies_are_rejected() {
    let server = TestServer::sqlite(&[]).await;
    let scorer = server.organizer().await.live_match("football").await;
    let path = scorer.game.path("/incidents");
    let before = scorer.client.head_seq(&scorer.game.topic()).await;
    let json = "application/json";
    let large = format!(r#"{{"text":"{}"}}"#, "x".repeat(70_000)).into_bytes();
    #[rustfmt::skip]
    let cases: [(&str, Vec<u8>, u16, &str); 7] = [
        (json, b"{".to_vec(),                     400, "malformed-json"),
        (json, b"".to_vec(),                      422, "invalid-field"),
        (json, b"{\"kind\":\"note\"} x".to_vec(), 400, "malformed-json"),
        (json, b"{\"a\":NaN}".to_vec(),           400, "malformed-json"),
        (json, large,                             413, "body-too-large"),
        ("text/plain", b"{}".to_vec(),            415, "unsupported-media-type"),
        ("application/x-www-form-urlencoded", b"kind=note".to_vec(), 415, "unsupported-media-type"),
    ];
    for (kind, body, status, code) in cases {
        let context = String::from_utf8_lossy(&body[..body.len().min(30)]).into_owned();
        let response = scorer.client.send_bytes(Method::POST, &path, kind, body).await.unwrap();
        assert_eq!(response.problem(status, &context), code, "{context}");
    }
    assert_eq!(scorer.client.head_seq(&scorer.game.topic()).await, before);
    let response = scorer.client.send(Method::PUT, "/api/teams", None, &[]).await.unwrap();
    assert_eq!(response.problem(405, "PUT"), "method-not-allowed");
    assert!(response.header("allow").contains("POST"), "{}", response.header("allow"));
}

#[tokio::test(flavor = "multi_thread")]
async fn g10_unauthorized_writes_change_nothing() {
    let server = TestServer::sqlite(&[]).await;
    let organizer: Organizer = server.organizer().await;
    let scorer = organizer.live_match("football").await;
    let game = scorer.game;
    let (mia, sam) =
        (organizer.create_user(&server, "Mia").await, organizer.create_user(&server, "Sam").await);
    organizer.add_official(game, &sam, "scorer").await;
    let goal = scorer.post_incident("goal", 3).await;
    let before = scorer.client.history(&game.topic()).await;
    let one = game.path(&format!("/incidents/{}", goal["id"]));
    let note = crate::support::users::note_body("mine");
    let team = format!("/api/teams/{}", game.home);
    let user = json!({ "email": "y@example.org", "name": "Y", "password": "long enough it is" });
    let lines: Vec<(&crate::support::users::Person, Method, String, Value)> = vec![
        (&mia, Method::POST, game.path("/incidents"), note.clone()),
        (&mia, Method::POST, game.path("/end"), json!({})),
        (&mia, Method::PATCH, team.clone(), json!({ "name": "Mine" })),
        (
            &mia,
            Method::POST,
            format!("{team}/members"),
            json!({ "user_id": mia.id, "role": "coach" }),
        ),
        (
            &mia,
            Method::POST,
            game.path("/officials"),
            json!({ "user_id": mia.id, "role": "referee" }),
        ),
        (&mia, Method::POST, "/api/users".into(), user),
        (&mia, Method::GET, "/api/admin/connections".into(), Value::Null),
        (&sam, Method::DELETE, one.clone(), Value::Null),
        (&sam, Method::POST, game.path("/end"), json!({})),
    ];
    for (person, method, path, body) in lines {
        let context = format!("{} {method} {path}", person.email);
        let body = (!body.is_null()).then_some(body);
        let response = person.client.send(method.clone(), &path, body.clone(), &[]).await.unwrap();
        assert_eq!(response.problem(403, &context), "forbidden");
        let anonymous = server.anonymous().send(method, &path, body, &[]).await.unwrap();
        assert_eq!(anonymous.problem(401, &context), "not-signed-in");
    }
    assert_eq!(scorer.client.history(&game.topic()).await, before, "nothing written");
    sam.client.post(&game.path("/incidents"), note).await.ok_json();
}
