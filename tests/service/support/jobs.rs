//! One-line mutations for store tests, and a match to score in.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use touchline::domain::leaderboard::{Points, TieBreaker};
use touchline::domain::rejection::Rejection;
use touchline::domain::topic::StreamId;
use touchline::store::mutation::{
    IdempotencyKey, Mutation, MutationRequest, NewEvent, NewMatch, NewTeam, NewUser, Outcome,
};
use touchline::store::{Result, Store, StoreError};

/// The fixed time of the tests.
pub fn now() -> DateTime<Utc> {
    "2026-11-21T15:04:05.123Z".parse().unwrap()
}

/// The first user of each test.
pub const ANN: i64 = 1;

pub fn job(write: Mutation) -> MutationRequest {
    MutationRequest {
        user_id: ANN,
        received_at: now(),
        idempotency_key: None,
        if_match: None,
        mutation: write,
    }
}

pub fn keyed(write: Mutation, key: &str, body: &str) -> MutationRequest {
    let key = IdempotencyKey { scope: "POST /x".into(), key: key.into(), body_hash: body.into() };
    MutationRequest { idempotency_key: Some(key), ..job(write) }
}

pub fn user(email: &str) -> Mutation {
    let (email, name) = (email.to_owned(), "Ann".to_owned());
    Mutation::CreateUser(NewUser { email, name, password_hash: None, role: "user".into() })
}

pub fn team(name: &str) -> Mutation {
    Mutation::CreateTeam(NewTeam {
        name: name.into(),
        short_name: None,
        colour: Some("#003090".into()),
        visibility: "public".into(),
    })
}

pub fn fields(sport: &str, home_team_id: i64, away_team_id: i64) -> NewMatch {
    NewMatch {
        sport: sport.into(),
        format: Value::Null,
        home_team_id,
        away_team_id,
        starts_at: Some(now()),
        venue: Some("King Power".into()),
        visibility: "public".into(),
        event_id: None,
    }
}

/// A football event of this visibility, with three points for a win.
pub fn event_fields(visibility: &str) -> NewEvent {
    NewEvent {
        name: "Premier League".into(),
        sport: "football".into(),
        visibility: visibility.into(),
        points: Points::default(),
        tie_breakers: vec![TieBreaker::Points, TieBreaker::Difference, TieBreaker::Name],
        capacity: None,
        max_quantity: None,
        ticket_types: Vec::new(),
    }
}

pub fn fixture(event_id: i64, home_team_id: i64, away_team_id: i64) -> Mutation {
    let fields = fields("football", home_team_id, away_team_id);
    Mutation::CreateMatch(NewMatch { event_id: Some(event_id), ..fields })
}

pub fn act(match_id: i64, action: &str, body: Value) -> Mutation {
    Mutation::ApplyMatchAction { match_id, action: action.into(), body, occurred_at: None }
}

pub fn goal(match_id: i64, minute: u32) -> Mutation {
    let body = json!({ "kind": "goal", "team_id": 1, "period": "first_half", "minute": minute });
    act(match_id, "incidents", body)
}

/// Returns all messages of a stream, oldest first.
pub async fn told(store: &Store, stream: StreamId) -> Vec<Value> {
    let page = store.read_messages_after(stream, 0, 500).await.unwrap();
    page.messages.iter().map(|message| serde_json::from_str(&message.envelope).unwrap()).collect()
}

/// Returns `topic type` of a stream's messages after the first `known`.
pub async fn news(store: &Store, stream: StreamId, known: usize) -> Vec<String> {
    let word = |message: &Value, name: &str| message[name].as_str().unwrap().to_owned();
    let all = told(store, stream).await;
    all.iter()
        .skip(known)
        .map(|said| format!("{} {}", word(said, "topic"), word(said, "type")))
        .collect()
}

pub async fn done(store: &Store, write: Mutation) -> Outcome {
    store.commit(job(write)).await.unwrap()
}

pub async fn refused(store: &Store, write: Mutation) -> Rejection {
    rejected(store.commit(job(write)).await)
}

pub fn rejected(answer: Result<Outcome>) -> Rejection {
    match answer {
        Err(StoreError::Rejected(rejection)) => rejection,
        other => panic!("not rejected: {other:?}"),
    }
}

/// Creates user 1, teams 1 and 2, and event 1.
pub async fn league(store: &Store, visibility: &str) -> i64 {
    done(store, user("ann@example.org")).await;
    done(store, team("Leicester City")).await;
    done(store, team("Tottenham")).await;
    let created = done(store, Mutation::CreateEvent(event_fields(visibility))).await;
    created.body["id"].as_i64().unwrap()
}

/// Creates user 1, teams 1 and 2, and their live football match.
pub async fn live_match(store: &Store) -> i64 {
    let id = scheduled_match(store).await;
    done(store, act(id, "start", json!({}))).await;
    id
}

pub async fn scheduled_match(store: &Store) -> i64 {
    done(store, user("ann@example.org")).await;
    done(store, team("Leicester City")).await;
    done(store, team("Tottenham")).await;
    let created = done(store, Mutation::CreateMatch(fields("football", 1, 2))).await;
    created.body["id"].as_i64().unwrap()
}
