//! G7 of sessions: what ends a sign-in ends all that it opened, on every node, and nothing else.

mod passwords;

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tokio::task::JoinHandle;

use crate::support::api_client::{Answer, Client};
use crate::support::database::{Database, Kind};
use crate::support::server::TestServer;
use crate::support::subscriber::{Viewer, Watch};
use crate::support::users::{Game, Organizer, Person, note};

crate::support::on_both! {
    g7_signing_out_ends_only_that_session,
    g7_changing_ones_password_ends_all_other_sessions,
    g7_a_password_reset_ends_all_sessions,
    g7_disabling_ends_all_sessions,
    g7_re_enabling_a_user_revives_no_session,
    g7_a_role_change_ends_streams_the_old_role_opened,
}

const FIVE: Duration = Duration::from_secs(5);

/// A private match, who runs it, and somebody with two sessions who may read and record it; one
/// node on SQLite, two on PostgreSQL.
struct World {
    nodes: Vec<TestServer>,
    organizer: Organizer,
    game: Game,
    person: Person,
    /// Another session of the same person.
    second: Client,
    /// A token of the command line.
    printed: Client,
}

/// All that one credential has opened.
struct Open {
    /// Streams, replays, and streams opened with a ticket.
    viewers: Vec<Viewer>,
    polls: Vec<JoinHandle<Answer>>,
    /// Tickets that have opened nothing yet.
    tickets: Vec<String>,
}

impl World {
    async fn new(database: Database, role: &str) -> Self {
        let other = (database.kind == Kind::Postgres).then(|| database.again());
        let mut nodes = vec![TestServer::start(database, &[]).await];
        if let Some(other) = other {
            nodes.push(TestServer::start(other, &[]).await);
        }
        let organizer = nodes[0].organizer().await;
        let home = organizer.team("Home", "private").await;
        let away = organizer.team("Away", "private").await;
        let game = organizer.game_of("football", "private", home, away).await;
        let person = organizer.person(&nodes[0], "Mia").await;
        if role == "admin" {
            let path = format!("/api/users/{}", person.id);
            organizer.client.patch(&path, json!({ "role": role })).await.ok();
        } else {
            organizer.appoint(game, &person, role).await;
        }
        let scorer = organizer.start(game).await;
        // A pause that the replay plays for longer than any test here takes.
        tokio::time::sleep(Duration::from_millis(2500)).await;
        scorer.note("late").await.ok();
        let second = nodes[0].stranger().sign_in(&person.email, &person.password).await;
        let said = nodes[0].command(&["token", "--user", &person.email]).output().unwrap();
        let printed = String::from_utf8(said.stdout).unwrap();
        let printed = person.client.with_token(printed.trim());
        Self { nodes, organizer, game, person, second, printed }
    }

    fn user(&self) -> String {
        format!("/api/users/{}", self.person.id)
    }

    /// Opens everything there is to open with this credential, on every node.
    async fn open(&self, client: &Client) -> Open {
        let (mut viewers, mut polls, mut tickets) = (Vec::new(), Vec::new(), Vec::new());
        let path = self.game.stream();
        for node in &self.nodes {
            let client = client.at(&node.address());
            let mut tickets_of = Vec::new();
            for _ in 0..2 {
                let body = json!({ "topics": [self.game.topic()] });
                let answer = client.post("/api/stream-tickets", body).await.ok();
                tickets_of.push(answer["ticket"].as_str().unwrap().to_owned());
            }
            let by_ticket = format!("{path}?ticket={}", tickets_of.pop().unwrap());
            tickets.append(&mut tickets_of);
            for watch in
                [node.watch(&path).by(&client), node.watch(&by_ticket), self.replay(node, &client)]
            {
                let mut viewer = watch.open().await;
                viewer.control("hello").await;
                viewers.push(viewer);
            }
            // One that is answered at once says that the one sent after it can be.
            let poll = format!("{path}?transport=poll&snapshot=never");
            client.get(&format!("{poll}&wait=0")).await.ok();
            let client = client.afresh();
            polls.push(tokio::spawn(async move { client.get(&format!("{poll}&wait=25")).await }));
        }
        Open { viewers, polls, tickets }
    }

    fn replay(&self, node: &TestServer, client: &Client) -> Watch {
        node.watch(&self.game.path("/replay/?speed=0.1")).by(client)
    }

    /// Reads and writes are refused on every node, without delay.
    async fn refuses(&self, client: &Client, status: u16, about: &str) {
        for node in &self.nodes {
            let client = client.at(&node.address());
            let write = client.post(&self.game.path("/incidents"), note("too late")).await;
            write.problem(status, about);
            let topics = json!({ "topics": [self.game.topic()] });
            client.post("/api/stream-tickets", topics).await.problem(status, about);
            for path in [
                self.game.path(""),
                self.game.path("/state"),
                self.game.stream(),
                format!("{}?transport=poll&wait=0", self.game.stream()),
                format!("/api/streams/{}/messages", self.game.topic()),
                self.game.path("/replay/?speed=1000"),
            ] {
                client.get(&path).await.problem(status, &format!("{about}: {path}"));
            }
        }
    }

    async fn serves(&self, client: &Client, about: &str) {
        for node in &self.nodes {
            let client = client.at(&node.address());
            assert_eq!(client.get("/api/auth/me").await.status, 200, "{about}");
            let write = client.post(&self.game.path("/incidents"), note("still here")).await;
            assert_eq!(write.status, 201, "{about}: {}", write.text);
            client.get(&self.game.path("/state")).await.ok();
        }
    }

    /// Everything has ended 5 s after it began to, for this reason; tickets open nothing.
    async fn ends(&self, open: Open, began: Instant, reason: &str, status: u16) {
        let left = || FIVE.saturating_sub(began.elapsed());
        for (index, mut viewer) in open.viewers.into_iter().enumerate() {
            let bye = tokio::time::timeout(left(), viewer.goodbye()).await;
            let (bye, _) = bye.unwrap_or_else(|_| panic!("stream {index} is open after 5 s"));
            assert_eq!(bye["reason"], reason, "stream {index}");
        }
        for poll in open.polls {
            let answer = tokio::time::timeout(left(), poll).await.expect("a poll waits after 5 s");
            answer.unwrap().problem(status, "a poll");
        }
        for ticket in open.tickets {
            for node in &self.nodes {
                let path = format!("{}?ticket={ticket}", self.game.stream());
                node.stranger().get(&path).await.problem(status, "a ticket");
            }
        }
    }

    /// Everything is as open as it was: what is written now arrives.
    async fn goes_on(&self, open: Open) {
        self.organizer.client.post(&self.game.path("/incidents"), note("news")).await.ok();
        let head = self.organizer.client.head(&self.game.topic()).await;
        for (index, mut viewer) in open.viewers.into_iter().enumerate() {
            // A replay is in its pause still: all that counts is that it hasn't ended.
            if index % 3 == 2 {
                while let Ok(block) = viewer.try_block(Duration::from_millis(1)).await {
                    assert_ne!(block.event.as_deref(), Some("bye"), "the replay has ended");
                }
            } else {
                viewer.until(head).await;
            }
        }
        for poll in open.polls {
            assert_eq!(
                poll.await.unwrap().ok()["messages"].as_array().map(Vec::is_empty),
                Some(false)
            );
        }
        for ticket in open.tickets {
            for node in &self.nodes {
                node.watch(&format!("{}?ticket={ticket}", self.game.stream())).open().await;
            }
        }
    }
}

async fn g7_signing_out_ends_only_that_session(database: Database) {
    let world = World::new(database, "scorer").await;
    let first = world.person.client.clone();
    let (ends, stays) = (world.open(&first).await, world.open(&world.second).await);
    let began = Instant::now();
    first.post("/api/auth/logout", json!({})).await.ok();
    world.refuses(&first, 401, "signed out").await;
    world.ends(ends, began, "token_expired", 401).await;
    world.goes_on(stays).await;
    world.serves(&world.second, "the other session").await;
    world.serves(&world.printed, "a token of no session").await;
    // Once more changes nothing, and a token without a session has none to end.
    first.post("/api/auth/logout", json!({})).await.ok();
    world.printed.post("/api/auth/logout", json!({})).await.ok();
    world.serves(&world.second, "the other session").await;
    world.serves(&world.printed, "a token of no session").await;
}

async fn g7_changing_ones_password_ends_all_other_sessions(database: Database) {
    let world = World::new(database, "scorer").await;
    let first = world.person.client.clone();
    let mut all = vec![];
    for client in [&first, &world.second, &world.printed] {
        all.push(world.open(client).await);
    }
    let began = Instant::now();
    let change = json!({ "current_password": world.person.password, "password": "another one" });
    let answer = first.patch(&world.user(), change).await.ok();
    for client in [&first, &world.second, &world.printed] {
        world.refuses(client, 401, "a token from before").await;
    }
    for open in all {
        world.ends(open, began, "token_expired", 401).await;
    }
    // The session that did it goes on with its new token, until it is ended itself.
    let renewed = first.with_token(answer["token"].as_str().expect("a new token"));
    world.serves(&renewed, "the session goes on").await;
    let open = world.open(&renewed).await;
    let began = Instant::now();
    renewed.post("/api/auth/logout", json!({})).await.ok();
    world.refuses(&renewed, 401, "signed out").await;
    world.ends(open, began, "token_expired", 401).await;
}

async fn g7_a_password_reset_ends_all_sessions(database: Database) {
    let world = World::new(database, "scorer").await;
    let reset = json!({ "password": "told on the phone" });
    ends_all(&world, reset, ("token_expired", 401)).await;
    let (email, stranger) = (&world.person.email, world.nodes[0].stranger());
    let again = stranger.sign_in(email, "told on the phone").await;
    world.serves(&again, "signed in with the new password").await;
}

async fn g7_disabling_ends_all_sessions(database: Database) {
    let world = World::new(database, "scorer").await;
    ends_all(&world, json!({ "disabled": true }), ("access_revoked", 401)).await;
}

async fn g7_re_enabling_a_user_revives_no_session(database: Database) {
    let world = World::new(database, "scorer").await;
    let all = open_all(&world).await;
    let began = Instant::now();
    let admin = &world.organizer.client;
    admin.patch(&world.user(), json!({ "disabled": true })).await.ok();
    // Before any node looks at rights: only their version says that there was something.
    admin.patch(&world.user(), json!({ "disabled": false })).await.ok();
    for client in [&world.person.client, &world.second, &world.printed] {
        world.refuses(client, 401, "enabled again").await;
    }
    for mut open in all {
        let viewers = std::mem::take(&mut open.viewers);
        for mut viewer in viewers {
            let left = FIVE.saturating_sub(began.elapsed());
            tokio::time::timeout(left, viewer.goodbye()).await.expect("an end within 5 s");
        }
        world.ends(open, began, "", 401).await;
    }
    let stranger = world.nodes[0].stranger();
    let again = stranger.sign_in(&world.person.email, &world.person.password).await;
    world.serves(&again, "signed in again").await;
}

/// Rights are the user's, and looked up each time: another role needs no new token, and what only
/// the old one allowed ends.
async fn g7_a_role_change_ends_streams_the_old_role_opened(database: Database) {
    let world = World::new(database, "admin").await;
    ends_all(&world, json!({ "role": "user" }), ("access_revoked", 403)).await;
    for client in [&world.person.client, &world.second, &world.printed] {
        assert_eq!(client.get("/api/auth/me").await.ok()["role"], "user");
    }
}

async fn open_all(world: &World) -> Vec<Open> {
    let mut all = Vec::new();
    for client in [&world.person.client, &world.second, &world.printed] {
        all.push(world.open(client).await);
    }
    all
}

/// An administrator's change of the user ends all that they have open, in whatever session.
async fn ends_all(world: &World, change: Value, (reason, status): (&str, u16)) {
    let all = open_all(world).await;
    let began = Instant::now();
    world.organizer.client.patch(&world.user(), change).await.ok();
    for client in [&world.person.client, &world.second, &world.printed] {
        world.refuses(client, status, "a token from before").await;
    }
    for open in all {
        world.ends(open, began, reason, status).await;
    }
}
