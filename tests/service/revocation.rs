//! G7 in events: a revoked right ends its streams on every node, and nothing can be reopened.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::support::api_client::ApiClient;
use crate::support::database::{Database, Kind};
use crate::support::server::TestServer;
use crate::support::subscriber::{StreamRequest, Subscriber};
use crate::support::users::{Organizer, Person, id};

crate::support::on_both! {
    g7_an_idempotency_key_does_not_bypass_permissions,
    g7_a_waiting_poll_ends_on_revocation,
    g7_a_replay_ends_on_revocation,
}

const REVOCATION_LIMIT: Duration = Duration::from_secs(5);

/// A private event with two private teams and their live match.
struct Cup {
    organizer: Organizer,
    event: i64,
    home: i64,
    game: i64,
}

impl Cup {
    async fn new(server: &TestServer, visibility: &str) -> Self {
        let organizer = server.organizer().await;
        let home = organizer.create_team("Home", "private").await;
        let away = organizer.create_team("Away", "private").await;
        let client = &organizer.client;
        let event = json!({ "name": "Cup", "sport": "football", "visibility": visibility });
        let event = id(&client.post("/api/events", event).await.ok_json());
        let path = format!("/api/events/{event}/registrations");
        client.post(&path, json!({ "team_id": home })).await.ok_json();
        client.post(&path, json!({ "team_id": away })).await.ok_json();
        let game = json!({
            "sport": "football", "event_id": event, "home_team_id": home, "away_team_id": away,
        });
        let game = id(&client.post("/api/matches", game).await.ok_json());
        client.post(&format!("/api/matches/{game}/start"), json!({})).await.ok_json();
        Self { organizer, event, home, game }
    }

    fn path(&self, rest: &str) -> String {
        format!("/api/events/{}{rest}", self.event)
    }

    async fn create_user(&self, server: &TestServer, name: &str) -> Person {
        self.organizer.create_user(server, name).await
    }

    async fn post(&self, path: &str, body: Value) {
        self.organizer.client.post(path, body).await.ok_json();
    }

    async fn delete(&self, path: &str) {
        self.organizer.client.delete(path).await.ok_json();
    }

    /// Returns the streams of the event and the match, separately and combined.
    fn streams(&self) -> Vec<String> {
        let Self { event, game, .. } = self;
        vec![
            self.path("/stream/"),
            self.path("/stream/results/"),
            format!("/api/matches/{game}/stream/"),
            format!("/api/stream/?topic=event_{event}_schedule&topic=match_{game}"),
        ]
    }

    /// Returns all other routes to the same content.
    fn all_read_paths(&self) -> Vec<String> {
        let Self { event, game, .. } = self;
        let mut paths = self.streams();
        paths.extend(paths.clone().iter().map(|path| {
            let mark = if path.contains('?') { '&' } else { '?' };
            format!("{path}{mark}transport=poll&wait=0")
        }));
        paths.extend([
            self.path(""),
            self.path("/leaderboard"),
            self.path("/results"),
            self.path("/matches"),
            format!("/api/streams/event_{event}/messages"),
            format!("/api/streams/event_{event}_schedule/messages?limit=1"),
            format!("/api/streams/match_{game}/messages"),
            format!("/api/matches/{game}"),
            format!("/api/matches/{game}/state"),
            format!("/api/matches/{game}/replay?speed=1000"),
        ]);
        paths
    }
}

/// Opens these streams on every node as one user.
async fn subscribe_all(
    nodes: &[&TestServer],
    paths: &[String],
    client: &ApiClient,
) -> Vec<Subscriber> {
    let mut subscribers = Vec::new();
    for node in nodes {
        for path in paths {
            let mut subscriber =
                StreamRequest::new(&node.address(), path).with_user(client).open().await;
            subscriber.until_control("live").await;
            subscribers.push(subscriber);
        }
    }
    subscribers
}

/// Checks that all end within 5 s with a stop cursor.
async fn assert_all_end(subscribers: Vec<Subscriber>, context: &str) {
    let started = Instant::now();
    for mut subscriber in subscribers {
        let left = REVOCATION_LIMIT.saturating_sub(started.elapsed());
        let (bye, frame) = tokio::time::timeout(left, subscriber.until_bye())
            .await
            .unwrap_or_else(|_| panic!("still open after 5 s: {context}"));
        assert_eq!(bye["reason"], "access_revoked", "{context}");
        assert!(bye["topics"].as_array().is_some_and(|lost| !lost.is_empty()), "{context}: {bye}");
        assert!(frame.is_stop(), "{context}: {frame:?}");
        assert_eq!(frame.retry, Some(24 * 60 * 60 * 1000), "{context}: for those who come back");
    }
}

async fn assert_all_refuse(
    nodes: &[&TestServer],
    paths: &[String],
    client: &ApiClient,
    status: u16,
) {
    for node in nodes {
        let client = client.at(&node.address());
        for path in paths {
            let response = client.get(path).await;
            response.problem(status, path);
            assert_eq!(response.header("cache-control"), "no-store", "{path}");
        }
    }
}

/// Starts two nodes on one database.
async fn nodes() -> [TestServer; 2] {
    let database = Database::new(Kind::Postgres).await;
    let other = database.share();
    [TestServer::start(database, &[]).await, TestServer::start(other, &[]).await]
}

#[tokio::test(flavor = "multi_thread")]
async fn g7_every_kind_of_revocation_ends_streams_on_every_node() {
    let [one, two] = nodes().await;
    let both = [&one, &two];
    let cup = Cup::new(&one, "private").await;
    let people = "/registrations/users";

    let user = cup.create_user(&one, "Uma").await;
    cup.post(&cup.path("/registrations"), json!({ "user_id": user.id })).await;
    let subscribers = subscribe_all(&both, &cup.streams(), &user.client).await;
    cup.delete(&cup.path(&format!("{people}/{}", user.id))).await;
    assert_all_end(subscribers, "user's registration").await;
    assert_all_refuse(&both, &cup.all_read_paths(), &user.client, 404).await;

    let manager = cup.create_user(&one, "Max").await;
    cup.post(&cup.path("/managers"), json!({ "user_id": manager.id })).await;
    let subscribers = subscribe_all(&both, &cup.streams(), &manager.client).await;
    cup.delete(&cup.path(&format!("/managers/{}", manager.id))).await;
    assert_all_end(subscribers, "manager").await;
    assert_all_refuse(&both, &cup.all_read_paths(), &manager.client, 404).await;

    let member = cup.create_user(&one, "Mia").await;
    cup.organizer.add_member(cup.home, &member, "family").await;
    let subscribers = subscribe_all(&both, &cup.streams(), &member.client).await;
    cup.organizer.remove_member(cup.home, &member).await;
    assert_all_end(subscribers, "member of a registered team").await;
    assert_all_refuse(&both, &cup.all_read_paths(), &member.client, 404).await;

    let disabled = cup.create_user(&one, "Dan").await;
    cup.post(&cup.path("/registrations"), json!({ "user_id": disabled.id })).await;
    let subscribers = subscribe_all(&both, &cup.streams(), &disabled.client).await;
    let user = format!("/api/users/{}", disabled.id);
    cup.organizer.client.patch(&user, json!({ "disabled": true })).await.ok_json();
    assert_all_end(subscribers, "disabled user").await;
    assert_all_refuse(&both, &cup.all_read_paths(), &disabled.client, 401).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn g7_withdrawing_a_team_ends_its_members_streams_on_every_node() {
    let [one, two] = nodes().await;
    let both = [&one, &two];
    let cup = Cup::new(&one, "private").await;
    // A team without a match, whose members see the event through the registration only.
    let team = cup.organizer.create_team("Third", "private").await;
    let member = cup.create_user(&one, "Mia").await;
    cup.organizer.add_member(team, &member, "player").await;
    cup.post(&cup.path("/registrations"), json!({ "team_id": team })).await;
    let subscribers = subscribe_all(&both, &cup.streams(), &member.client).await;
    cup.delete(&cup.path(&format!("/registrations/teams/{team}"))).await;
    assert_all_end(subscribers, "team's registration").await;
    assert_all_refuse(&both, &cup.all_read_paths(), &member.client, 404).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn g7_making_an_event_private_ends_public_streams_on_every_node() {
    let [one, two] = nodes().await;
    let both = [&one, &two];
    let cup = Cup::new(&one, "public").await;
    let anonymous = one.anonymous();
    let stranger = cup.create_user(&one, "Sid").await;
    let user = cup.create_user(&one, "Uma").await;
    cup.post(&cup.path("/registrations"), json!({ "user_id": user.id })).await;
    let mut revoked = subscribe_all(&both, &cup.streams(), &anonymous).await;
    revoked.extend(subscribe_all(&both, &cup.streams(), &stranger.client).await);
    let unaffected = subscribe_all(&both, &cup.streams(), &user.client).await;
    let private = json!({ "visibility": "private" });
    cup.organizer.client.patch(&cup.path(""), private).await.ok_json();
    assert_all_end(revoked, "public").await;
    assert_all_refuse(&both, &cup.all_read_paths(), &anonymous, 401).await;
    assert_all_refuse(&both, &cup.all_read_paths(), &stranger.client, 404).await;

    let note = crate::support::users::note_body("for those who take part");
    cup.post(&format!("/api/matches/{}/incidents", cup.game), note).await;
    for mut subscriber in unaffected {
        // Of these streams only those of the match carry the note.
        let is_open = subscriber.try_frame(Duration::from_millis(1)).await;
        assert!(
            is_open.as_ref().map_or_else(
                |end| *end == crate::support::subscriber::StreamEnd::TimedOut,
                |frame| frame.event.as_deref() != Some("bye")
            ),
            "{is_open:?}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn g7_an_expired_token_ends_its_streams_on_every_node() {
    let [one, two] = nodes().await;
    let cup = Cup::new(&one, "private").await;
    let user = cup.create_user(&one, "Uma").await;
    cup.post(&cup.path("/registrations"), json!({ "user_id": user.id })).await;
    // It has expired already, and holds for 30 s longer.
    let short = user.client.with_token(&user.token_that_expires(-26));
    let started = Instant::now();
    for mut subscriber in subscribe_all(&[&one, &two], &cup.streams(), &short).await {
        let left = (REVOCATION_LIMIT + Duration::from_secs(4)).saturating_sub(started.elapsed());
        let (bye, _) =
            tokio::time::timeout(left, subscriber.until_bye()).await.expect("an end in time");
        assert_eq!(bye["reason"], "token_expired");
        assert!(started.elapsed() > Duration::from_secs(2), "{:?}", started.elapsed());
    }
    let poll = format!("{}?transport=poll&wait=25&snapshot=never", cup.path("/stream/"));
    let response = short.get(&poll).await;
    assert_eq!(response.problem(401, "poll with an expired token"), "invalid-token");
    assert!(
        started.elapsed() < REVOCATION_LIMIT + Duration::from_secs(6),
        "{:?}",
        started.elapsed()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn g7_losing_one_of_several_topics_keeps_the_others_readable() {
    let server = TestServer::sqlite(&[]).await;
    let cup = Cup::new(&server, "private").await;
    let user = cup.create_user(&server, "Uma").await;
    cup.post(&cup.path("/registrations"), json!({ "user_id": user.id })).await;
    let team = cup.organizer.create_team("Other", "private").await;
    cup.organizer.add_member(team, &user, "player").await;
    let event = format!("topic=event_{}", cup.event);
    let path = format!("/api/stream/?{event}&topic=team_{team}_live&topic=team_{team}_schedule");
    let mut subscriber = server.subscribe(&path).with_user(&user.client).open().await;
    subscriber.until_control("live").await;
    cup.organizer.remove_member(team, &user).await;
    let (bye, frame) = tokio::time::timeout(REVOCATION_LIMIT, subscriber.until_bye())
        .await
        .expect("an end in time");
    let lost = json!([format!("team_{team}_live"), format!("team_{team}_schedule")]);
    assert_eq!((&bye["reason"], &bye["topics"]), (&json!("access_revoked"), &lost));
    let cursor = frame.id.clone().unwrap();
    let (epoch, _) = cursor.split_once('.').unwrap();
    let head = user.client.head_seq(&format!("event_{}", cup.event)).await;
    assert_eq!(cursor, format!("{epoch}.e{}-{head}.t{team}sl-stop", cup.event));
    assert!(frame.retry.is_some_and(|ms| ms < 10_000), "for the rest the client comes back");

    // Missed messages come first, and none twice.
    let game = json!({ "starts_at": "2027-01-01T15:00:00.000Z" });
    cup.organizer.client.patch(&format!("/api/matches/{}", cup.game), game).await;
    let note = json!({ "name": "Renamed" });
    cup.organizer.client.patch(&cup.path(""), note).await.ok_json();
    let registration = json!({ "home_score": 1, "away_score": 0, "override": true });
    let result = format!("/api/matches/{}/result", cup.game);
    let put = cup.organizer.client.send(reqwest::Method::PUT, &result, Some(registration), &[]);
    put.await.unwrap().ok_json();
    // The same request goes on without the lost topics, and stays without them.
    let stopped = format!(".t{team}sl-stop");
    let mut cursor = cursor.clone();
    for seq in [head + 1, head + 2] {
        let mut rest = server.subscribe(&path).with_user(&user.client).after(&cursor).open().await;
        assert_eq!(rest.until_control("hello").await.id.as_ref(), Some(&cursor));
        let message = rest.next_message().await;
        assert_eq!(message.seq(), seq);
        cursor = message.id.unwrap();
        assert_eq!(cursor, format!("{epoch}.e{}-{seq}{stopped}", cup.event));
    }
    let poll = format!("{path}&transport=poll&wait=0&last_event_id={cursor}");
    let poll = user.client.get(&poll).await.ok_json();
    assert!(poll["cursor"].as_str().unwrap().ends_with(&stopped), "{poll}");
    // So does one of the remaining topics alone.
    let alone = format!("/api/stream/?{event}");
    let mut rest = server.subscribe(&alone).with_user(&user.client).after(&cursor).open().await;
    assert_eq!(rest.next_message().await.seq(), head + 3);
    // One of the lost topics alone has come to its end.
    let lost_alone = format!("/api/stream/?topic=team_{team}_live&last_event_id={cursor}");
    let response = user.client.get(&lost_alone).await;
    assert_eq!(response.problem(410, "stopped"), "stopped");

    // A new request names every refused topic.
    let response = user.client.get(&path).await;
    response.problem(403, "one topic is not readable");
    assert_eq!(response.json()["topics"], lost);
}

async fn g7_a_waiting_poll_ends_on_revocation(database: Database) {
    let server = TestServer::start(database, &[]).await;
    let cup = Cup::new(&server, "private").await;
    let user = cup.create_user(&server, "Uma").await;
    cup.post(&cup.path("/registrations"), json!({ "user_id": user.id })).await;
    let path = format!("{}?transport=poll&wait=25&snapshot=never", cup.path("/stream/"));
    let poll = tokio::spawn({
        let client = user.client.clone();
        async move { client.get(&path).await }
    });
    // A waiting poll is not listed, so another poll that was answered shows that it has started.
    let first = format!("{}?transport=poll&wait=0", cup.path("/stream/"));
    user.client.get(&first).await.ok_json();
    let started = Instant::now();
    cup.delete(&cup.path(&format!("/registrations/users/{}", user.id))).await;
    let response = poll.await.unwrap();
    response.problem(404, "revoked right");
    assert!(started.elapsed() < REVOCATION_LIMIT, "{:?}", started.elapsed());
}

async fn g7_a_replay_ends_on_revocation(database: Database) {
    let server = TestServer::start(database, &[]).await;
    let cup = Cup::new(&server, "private").await;
    let user = cup.create_user(&server, "Uma").await;
    cup.post(&cup.path("/registrations"), json!({ "user_id": user.id })).await;
    // A pause that lasts much longer than the test when replayed.
    tokio::time::sleep(Duration::from_millis(800)).await;
    let note = crate::support::users::note_body("late");
    cup.post(&format!("/api/matches/{}/incidents", cup.game), note).await;
    let path = format!("/api/matches/{}/replay?speed=0.1", cup.game);
    let mut subscriber = server.subscribe(&path).with_user(&user.client).open().await;
    subscriber.until_control("hello").await;
    cup.delete(&cup.path(&format!("/registrations/users/{}", user.id))).await;
    let (bye, frame) = tokio::time::timeout(REVOCATION_LIMIT, subscriber.until_bye())
        .await
        .expect("an end in time");
    assert_eq!(bye["reason"], "access_revoked");
    assert_eq!(bye["topics"], json!([format!("match_{}", cup.game)]));
    assert!(frame.is_stop(), "{frame:?}");
}

/// A key does not allow what its user may not do (any more); a finished write is still replayed.
async fn g7_an_idempotency_key_does_not_bypass_permissions(database: Database) {
    let server = TestServer::start(database, &[]).await;
    let cup = Cup::new(&server, "private").await;
    let stranger = cup.create_user(&server, "Sid").await;
    let before = cup.organizer.client.history(&format!("event_{}", cup.event)).await;
    let managers = cup.path("/managers");
    let me = json!({ "user_id": stranger.id });
    for (path, body) in [
        (managers.clone(), me.clone()),
        (cup.path("/registrations"), me.clone()),
        (format!("/api/matches/{}/pause", cup.game), json!({})),
        ("/api/events/999999/managers".to_owned(), me.clone()),
    ] {
        for key in ["k1", "k1", "k2"] {
            let response = stranger.client.post_keyed(&path, body.clone(), key).await.unwrap();
            assert_eq!(response.problem(404, &path), "not-found");
        }
    }
    let found = stranger.client.get(&cup.path("")).await;
    found.problem(404, "stranger was not registered");
    let after = cup.organizer.client.history(&format!("event_{}", cup.event)).await;
    assert_eq!(before, after, "nothing published");

    // A removed manager repeats an earlier write.
    let manager = cup.create_user(&server, "Max").await;
    cup.post(&managers, json!({ "user_id": manager.id })).await;
    let first = manager.client.post_keyed(&managers, me.clone(), "appoint").await.unwrap();
    first.ok_json();
    cup.delete(&format!("{managers}/{}", stranger.id)).await;
    cup.delete(&format!("{managers}/{}", manager.id)).await;
    let again = manager.client.post_keyed(&managers, me.clone(), "appoint").await.unwrap();
    assert_eq!((again.status, &again.text), (first.status, &first.text));
    assert_eq!(again.header("idempotency-replayed"), "true");
    let other = json!({ "user_id": manager.id });
    let response = manager.client.post_keyed(&managers, other, "appoint").await.unwrap();
    assert_eq!(response.problem(422, "different body"), "idempotency-key-reused");
    let response = manager.client.post_keyed(&managers, me, "another").await.unwrap();
    assert_eq!(response.problem(404, "another key"), "not-found");
    stranger.client.get(&cup.path("")).await.problem(404, "not repeated");
}
