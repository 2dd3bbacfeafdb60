//! One-line mutations for store tests, and a match to score in.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use touchline::domain::leaderboard::{Points, TieBreaker};
use touchline::domain::rejection::Rejection;
use touchline::domain::topic::StreamId;
use touchline::domain::users::UserRole;
use touchline::domain::visibility::Visibility;
use touchline::sports::MatchAction;
use touchline::store::mutation::{
    ApplyMatchAction, CreateEvent, CreateMatch, CreateTeam, CreateUser, IdempotencyKey, MatchPlace,
    Mutation, MutationRequest, NewEvent, NewMatch, NewTeam, NewUser, Outcome,
};
use touchline::store::{Result, Store, StoreError};

/// The fixed time of the tests.
pub fn now() -> DateTime<Utc> {
    "2026-11-21T15:04:05.123Z".parse().unwrap()
}

/// The first user of each test.
pub const ANN: i64 = 1;

/// A mutation of any kind, for lists of several.
#[derive(Clone, Debug)]
pub struct AnyMutation(Arc<dyn Mutation>);

impl<M: Mutation> From<M> for AnyMutation {
    fn from(mutation: M) -> Self {
        Self(Arc::new(mutation))
    }
}

/// A mutation of any kind, for lists of several.
pub fn any_mutation(mutation: impl Mutation) -> AnyMutation {
    mutation.into()
}

/// A mutation with the request that makes it.
#[derive(Clone)]
pub struct MutationCall {
    request: MutationRequest,
    mutation: AnyMutation,
}

/// Ann's request for a mutation, without conditions.
pub fn request_of(mutation: impl Into<AnyMutation>) -> MutationCall {
    MutationCall { request: MutationRequest::new(ANN, now()), mutation: mutation.into() }
}

/// The same under an idempotency key.
pub fn keyed_request(mutation: impl Into<AnyMutation>, key: &str, body: &str) -> MutationCall {
    let key = IdempotencyKey { scope: "POST /x".into(), key: key.into(), body_hash: body.into() };
    let request =
        MutationRequest { idempotency_key: Some(key), ..MutationRequest::new(ANN, now()) };
    MutationCall { request, mutation: mutation.into() }
}

impl MutationCall {
    pub fn by(mut self, user_id: i64) -> Self {
        self.request.user_id = user_id;
        self
    }

    pub fn at(mut self, received_at: DateTime<Utc>) -> Self {
        self.request.received_at = received_at;
        self
    }

    pub fn if_match(mut self, version: &str) -> Self {
        self.request.if_match = Some(version.to_owned());
        self
    }

    pub async fn commit(self, store: &Store) -> Result<Outcome> {
        store.commit_dyn(self.request, self.mutation.0).await
    }
}

pub fn user(email: &str) -> CreateUser {
    let (email, name) = (email.to_owned(), "Ann".to_owned());
    CreateUser(NewUser { email, name, password_hash: None, role: UserRole::User })
}

pub fn team(name: &str) -> CreateTeam {
    CreateTeam(NewTeam {
        name: name.into(),
        short_name: None,
        colour: Some("#003090".into()),
        visibility: Visibility::Public,
    })
}

pub fn fields(sport: &str, home_team_id: i64, away_team_id: i64) -> NewMatch {
    NewMatch {
        sport: sport.into(),
        format: Value::Null,
        home_team_id,
        away_team_id,
        starts_at: Some(now()),
        place: MatchPlace { venue: Some("King Power".into()), ..MatchPlace::default() },
        visibility: Visibility::Public,
        event_id: None,
    }
}

/// A football event of this visibility, with three points for a win.
pub fn event_fields(visibility: Visibility) -> NewEvent {
    NewEvent {
        name: "Premier League".into(),
        sport: "football".into(),
        visibility,
        points: Points::default(),
        tie_breakers: vec![TieBreaker::Points, TieBreaker::Difference, TieBreaker::Name],
        capacity: None,
        max_quantity: None,
        ticket_types: Vec::new(),
    }
}

pub fn fixture(event_id: i64, home_team_id: i64, away_team_id: i64) -> CreateMatch {
    let fields = fields("football", home_team_id, away_team_id);
    CreateMatch(NewMatch { event_id: Some(event_id), ..fields })
}

/// An action of the sport, by its name.
pub fn match_action(match_id: i64, action: &str, body: Value) -> ApplyMatchAction {
    let action = MatchAction::from_name(action).unwrap();
    ApplyMatchAction { match_id, action, body, occurred_at: None }
}

pub fn goal(match_id: i64, minute: u32) -> ApplyMatchAction {
    let body = json!({ "kind": "goal", "team_id": 1, "period": "first_half", "minute": minute });
    match_action(match_id, "incidents", body)
}

/// Returns all messages of a stream, oldest first.
pub async fn stream_messages(store: &Store, stream: StreamId) -> Vec<Value> {
    let page = store.read_messages_after(stream, 0, 500).await.unwrap();
    page.messages.iter().map(|message| serde_json::from_str(&message.envelope).unwrap()).collect()
}

/// The state that a topic's snapshot shows, with the names.
pub async fn snapshot_data(store: &Store, topic: &str) -> Value {
    store.snapshot(topic.parse().unwrap()).await.unwrap().unwrap().data
}

/// The ids of the rows of a state's member, in ascending order.
pub fn row_ids(data: &Value, member: &str) -> Vec<i64> {
    let rows = data[member].as_object().unwrap_or_else(|| panic!("no {member} in {data}"));
    let mut ids: Vec<i64> = rows.keys().map(|id| id.parse().unwrap()).collect();
    ids.sort_unstable();
    ids
}

/// Returns `topic type` of a stream's messages after the first `known`.
pub async fn messages_since(store: &Store, stream: StreamId, known: usize) -> Vec<String> {
    let word = |message: &Value, name: &str| message[name].as_str().unwrap().to_owned();
    let all = stream_messages(store, stream).await;
    all.iter()
        .skip(known)
        .map(|said| format!("{} {}", word(said, "topic"), word(said, "type")))
        .collect()
}

/// Commits a mutation, which must succeed.
pub async fn commit(store: &Store, mutation: impl Into<AnyMutation>) -> Outcome {
    request_of(mutation).commit(store).await.unwrap()
}

/// Commits a mutation, which must be rejected.
pub async fn expect_rejection(store: &Store, mutation: impl Into<AnyMutation>) -> Rejection {
    rejection_of(request_of(mutation).commit(store).await)
}

/// The rejection that an outcome must be.
pub fn rejection_of(answer: Result<Outcome>) -> Rejection {
    match answer {
        Err(StoreError::Rejected(rejection)) => rejection,
        other => panic!("not rejected: {other:?}"),
    }
}

/// Creates user 1, teams 1 and 2, and event 1.
pub async fn league(store: &Store, visibility: Visibility) -> i64 {
    commit(store, user("ann@example.org")).await;
    commit(store, team("Leicester City")).await;
    commit(store, team("Tottenham")).await;
    let created = commit(store, CreateEvent(event_fields(visibility))).await;
    created.body["id"].as_i64().unwrap()
}

/// Creates user 1, teams 1 and 2, and their live football match.
pub async fn live_match(store: &Store) -> i64 {
    let id = scheduled_match(store).await;
    commit(store, match_action(id, "start", json!({}))).await;
    id
}

pub async fn scheduled_match(store: &Store) -> i64 {
    commit(store, user("ann@example.org")).await;
    commit(store, team("Leicester City")).await;
    commit(store, team("Tottenham")).await;
    let created = commit(store, CreateMatch(fields("football", 1, 2))).await;
    created.body["id"].as_i64().unwrap()
}
