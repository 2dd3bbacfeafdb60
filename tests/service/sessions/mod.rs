//! G7 for sessions: ending a session ends everything it opened, on every node, and nothing else.

mod passwords;

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tokio::task::JoinHandle;

use crate::support::api_client::{ApiClient, ApiResponse};
use crate::support::database::{Database, Kind};
use crate::support::server::TestServer;
use crate::support::subscriber::{StreamRequest, Subscriber};
use crate::support::users::{Game, Organizer, Person, note_body};

crate::support::on_both! {
    g7_signing_out_ends_only_that_session,
    g7_changing_ones_password_ends_all_other_sessions,
    g7_a_password_reset_ends_all_sessions,
    g7_disabling_ends_all_sessions,
    g7_re_enabling_a_user_revives_no_session,
    g7_a_role_change_ends_streams_the_old_role_opened,
}

const REVOCATION_LIMIT: Duration = Duration::from_secs(5);

/// A private match, its organizer, and a user with two sessions who may read and score it; one node
/// on SQLite, two on PostgreSQL.
struct Scenario {
    nodes: Vec<TestServer>,
    organizer: Organizer,
    game: Game,
    person: Person,
    /// Another session of the same user.
    second: ApiClient,
    /// A token printed by the command line.
    printed: ApiClient,
}

/// Everything that one credential has opened.
struct OpenStreams {
    /// Streams, replays, and streams opened with a ticket.
    subscribers: Vec<Subscriber>,
    polls: Vec<JoinHandle<ApiResponse>>,
    /// Unused tickets.
    tickets: Vec<String>,
}

impl Scenario {
    async fn new(database: Database, role: &str) -> Self {
        let other = (database.kind == Kind::Postgres).then(|| database.share());
        let mut nodes = vec![TestServer::start(database, &[]).await];
        if let Some(other) = other {
            nodes.push(TestServer::start(other, &[]).await);
        }
        let organizer = nodes[0].organizer().await;
        let home = organizer.create_team("Home", "private").await;
        let away = organizer.create_team("Away", "private").await;
        let game = organizer.create_match_between("football", "private", home, away).await;
        let person = organizer.create_user(&nodes[0], "Mia").await;
        if role == "admin" {
            let path = format!("/api/users/{}", person.id);
            organizer.client.patch(&path, json!({ "role": role })).await.ok_json();
        } else {
            organizer.add_official(game, &person, role).await;
        }
        let scorer = organizer.start_match(game).await;
        // A pause that outlasts every test when replayed.
        tokio::time::sleep(Duration::from_millis(2500)).await;
        scorer.post_note("late").await.ok_json();
        let second = nodes[0].anonymous().sign_in(&person.email, &person.password).await;
        let output = nodes[0].command(&["token", "--user", &person.email]).output().unwrap();
        let printed = String::from_utf8(output.stdout).unwrap();
        let printed = person.client.with_token(printed.trim());
        Self { nodes, organizer, game, person, second, printed }
    }

    fn user(&self) -> String {
        format!("/api/users/{}", self.person.id)
    }

    /// Opens every kind of stream with this credential, on every node.
    async fn open(&self, client: &ApiClient) -> OpenStreams {
        let (mut subscribers, mut polls, mut tickets) = (Vec::new(), Vec::new(), Vec::new());
        let path = self.game.stream_path();
        for node in &self.nodes {
            let client = client.at(&node.address());
            let mut tickets_of = Vec::new();
            for _ in 0..2 {
                let body = json!({ "topics": [self.game.topic()] });
                let response = client.post("/api/stream-tickets", body).await.ok_json();
                tickets_of.push(response["ticket"].as_str().unwrap().to_owned());
            }
            let by_ticket = format!("{path}?ticket={}", tickets_of.pop().unwrap());
            tickets.append(&mut tickets_of);
            for request in [
                node.subscribe(&path).with_user(&client),
                node.subscribe(&by_ticket),
                self.replay(node, &client),
            ] {
                let mut subscriber = request.open().await;
                subscriber.until_control("hello").await;
                subscribers.push(subscriber);
            }
            // An answered poll shows that the next one has started waiting.
            let poll = format!("{path}?transport=poll&snapshot=never");
            client.get(&format!("{poll}&wait=0")).await.ok_json();
            let client = client.with_new_connections();
            polls.push(tokio::spawn(async move { client.get(&format!("{poll}&wait=25")).await }));
        }
        OpenStreams { subscribers, polls, tickets }
    }

    fn replay(&self, node: &TestServer, client: &ApiClient) -> StreamRequest {
        node.subscribe(&self.game.path("/replay/?speed=0.1")).with_user(client)
    }

    /// Checks that reads and writes are rejected on every node, without delay.
    async fn assert_refused(&self, client: &ApiClient, status: u16, context: &str) {
        for node in &self.nodes {
            let client = client.at(&node.address());
            let write = client.post(&self.game.path("/incidents"), note_body("too late")).await;
            write.problem(status, context);
            let topics = json!({ "topics": [self.game.topic()] });
            client.post("/api/stream-tickets", topics).await.problem(status, context);
            for path in [
                self.game.path(""),
                self.game.path("/state"),
                self.game.stream_path(),
                format!("{}?transport=poll&wait=0", self.game.stream_path()),
                format!("/api/streams/{}/messages", self.game.topic()),
                self.game.path("/replay/?speed=1000"),
            ] {
                client.get(&path).await.problem(status, &format!("{context}: {path}"));
            }
        }
    }

    async fn assert_accepted(&self, client: &ApiClient, context: &str) {
        for node in &self.nodes {
            let client = client.at(&node.address());
            assert_eq!(client.get("/api/auth/me").await.status, 200, "{context}");
            let write = client.post(&self.game.path("/incidents"), note_body("still here")).await;
            assert_eq!(write.status, 201, "{context}: {}", write.text);
            client.get(&self.game.path("/state")).await.ok_json();
        }
    }

    /// Checks that everything ends within 5 s of `started` with this reason, and that tickets are
    /// void.
    async fn assert_ended(&self, open: OpenStreams, started: Instant, reason: &str, status: u16) {
        let left = || REVOCATION_LIMIT.saturating_sub(started.elapsed());
        for (index, mut subscriber) in open.subscribers.into_iter().enumerate() {
            let bye = tokio::time::timeout(left(), subscriber.until_bye()).await;
            let (bye, _) = bye.unwrap_or_else(|_| panic!("stream {index} is open after 5 s"));
            assert_eq!(bye["reason"], reason, "stream {index}");
        }
        for poll in open.polls {
            let response =
                tokio::time::timeout(left(), poll).await.expect("a poll waits after 5 s");
            response.unwrap().problem(status, "poll");
        }
        for ticket in open.tickets {
            for node in &self.nodes {
                let path = format!("{}?ticket={ticket}", self.game.stream_path());
                node.anonymous().get(&path).await.problem(status, "ticket");
            }
        }
    }

    /// Checks that everything is still open: new messages arrive.
    async fn assert_still_open(&self, open: OpenStreams) {
        self.organizer
            .client
            .post(&self.game.path("/incidents"), note_body("news"))
            .await
            .ok_json();
        let head = self.organizer.client.head_seq(&self.game.topic()).await;
        for (index, mut subscriber) in open.subscribers.into_iter().enumerate() {
            // The replay is still in its pause, so it only must not have ended.
            if index % 3 == 2 {
                while let Ok(frame) = subscriber.try_frame(Duration::from_millis(1)).await {
                    assert_ne!(frame.event.as_deref(), Some("bye"), "replay ended");
                }
            } else {
                subscriber.messages_until(head).await;
            }
        }
        for poll in open.polls {
            assert_eq!(
                poll.await.unwrap().ok_json()["messages"].as_array().map(Vec::is_empty),
                Some(false)
            );
        }
        for ticket in open.tickets {
            for node in &self.nodes {
                node.subscribe(&format!("{}?ticket={ticket}", self.game.stream_path()))
                    .open()
                    .await;
            }
        }
    }
}

async fn g7_signing_out_ends_only_that_session(database: Database) {
    let scenario = Scenario::new(database, "scorer").await;
    let first = scenario.person.client.clone();
    let (ended, unaffected) = (scenario.open(&first).await, scenario.open(&scenario.second).await);
    let started = Instant::now();
    first.post("/api/auth/logout", json!({})).await.ok_json();
    scenario.assert_refused(&first, 401, "signed out").await;
    scenario.assert_ended(ended, started, "token_expired", 401).await;
    scenario.assert_still_open(unaffected).await;
    scenario.assert_accepted(&scenario.second, "other session").await;
    scenario.assert_accepted(&scenario.printed, "token without a session").await;
    // Signing out again changes nothing, and a token without a session has none to end.
    first.post("/api/auth/logout", json!({})).await.ok_json();
    scenario.printed.post("/api/auth/logout", json!({})).await.ok_json();
    scenario.assert_accepted(&scenario.second, "other session").await;
    scenario.assert_accepted(&scenario.printed, "token without a session").await;
}

async fn g7_changing_ones_password_ends_all_other_sessions(database: Database) {
    let scenario = Scenario::new(database, "scorer").await;
    let first = scenario.person.client.clone();
    let mut all = vec![];
    for client in [&first, &scenario.second, &scenario.printed] {
        all.push(scenario.open(client).await);
    }
    let started = Instant::now();
    let change = json!({ "current_password": scenario.person.password, "password": "another one" });
    let response = first.patch(&scenario.user(), change).await.ok_json();
    for client in [&first, &scenario.second, &scenario.printed] {
        scenario.assert_refused(client, 401, "old token").await;
    }
    for open in all {
        scenario.assert_ended(open, started, "token_expired", 401).await;
    }
    // The session that made the change continues with its new token until it ends itself.
    let renewed = first.with_token(response["token"].as_str().expect("a new token"));
    scenario.assert_accepted(&renewed, "renewed session").await;
    let open = scenario.open(&renewed).await;
    let started = Instant::now();
    renewed.post("/api/auth/logout", json!({})).await.ok_json();
    scenario.assert_refused(&renewed, 401, "signed out").await;
    scenario.assert_ended(open, started, "token_expired", 401).await;
}

async fn g7_a_password_reset_ends_all_sessions(database: Database) {
    let scenario = Scenario::new(database, "scorer").await;
    let reset = json!({ "password": "told on the phone" });
    assert_change_ends_all(&scenario, reset, ("token_expired", 401)).await;
    let (email, stranger) = (&scenario.person.email, scenario.nodes[0].anonymous());
    let again = stranger.sign_in(email, "told on the phone").await;
    scenario.assert_accepted(&again, "signed in with the new password").await;
}

async fn g7_disabling_ends_all_sessions(database: Database) {
    let scenario = Scenario::new(database, "scorer").await;
    assert_change_ends_all(&scenario, json!({ "disabled": true }), ("access_revoked", 401)).await;
}

async fn g7_re_enabling_a_user_revives_no_session(database: Database) {
    let scenario = Scenario::new(database, "scorer").await;
    let all = open_all(&scenario).await;
    let started = Instant::now();
    let admin = &scenario.organizer.client;
    admin.patch(&scenario.user(), json!({ "disabled": true })).await.ok_json();
    // No node has re-checked yet: only the rights version shows that something changed.
    admin.patch(&scenario.user(), json!({ "disabled": false })).await.ok_json();
    for client in [&scenario.person.client, &scenario.second, &scenario.printed] {
        scenario.assert_refused(client, 401, "re-enabled user").await;
    }
    for mut open in all {
        let subscribers = std::mem::take(&mut open.subscribers);
        for mut subscriber in subscribers {
            let left = REVOCATION_LIMIT.saturating_sub(started.elapsed());
            tokio::time::timeout(left, subscriber.until_bye()).await.expect("an end within 5 s");
        }
        scenario.assert_ended(open, started, "", 401).await;
    }
    let stranger = scenario.nodes[0].anonymous();
    let again = stranger.sign_in(&scenario.person.email, &scenario.person.password).await;
    scenario.assert_accepted(&again, "signed in again").await;
}

/// Rights are looked up per request: a role change needs no new token, and ends what only the old
/// role allowed.
async fn g7_a_role_change_ends_streams_the_old_role_opened(database: Database) {
    let scenario = Scenario::new(database, "admin").await;
    assert_change_ends_all(&scenario, json!({ "role": "user" }), ("access_revoked", 403)).await;
    for client in [&scenario.person.client, &scenario.second, &scenario.printed] {
        assert_eq!(client.get("/api/auth/me").await.ok_json()["role"], "user");
    }
}

async fn open_all(scenario: &Scenario) -> Vec<OpenStreams> {
    let mut all = Vec::new();
    for client in [&scenario.person.client, &scenario.second, &scenario.printed] {
        all.push(scenario.open(client).await);
    }
    all
}

/// An administrator's change of the user ends everything in all of the user's sessions.
async fn assert_change_ends_all(scenario: &Scenario, change: Value, (reason, status): (&str, u16)) {
    let all = open_all(scenario).await;
    let started = Instant::now();
    scenario.organizer.client.patch(&scenario.user(), change).await.ok_json();
    for client in [&scenario.person.client, &scenario.second, &scenario.printed] {
        scenario.assert_refused(client, status, "old token").await;
    }
    for open in all {
        scenario.assert_ended(open, started, reason, status).await;
    }
}
