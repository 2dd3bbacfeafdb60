//! Every kind of stream in each version of HTTP: the body matches the framing in the head.

use std::collections::HashMap;
use std::time::Duration;

use serde_json::Value;
use tokio::task::JoinSet;

use crate::support::nginx::Nginx;
use crate::support::server::TestServer;
use crate::support::subscriber::{StreamRequest, Subscriber, WAIT_TIMEOUT};
use crate::support::users::Organizer;

/// HTTP version and connection headers.
type Http = (&'static str, &'static [(&'static str, &'static str)]);

/// The variants that clients and proxies use; the last two are proxies configured for `WebSockets`.
pub const VARIANTS: [Http; 6] = [
    ("HTTP/1.0", &[]),
    ("HTTP/1.0", &[("Connection", "keep-alive")]),
    ("HTTP/1.1", &[]),
    ("HTTP/1.1", &[("Connection", "close")]),
    ("HTTP/1.1", &[("Connection", "upgrade")]),
    ("HTTP/1.1", &[("Connection", "upgrade"), ("Upgrade", "websocket")]),
];

/// Number of [`VARIANTS`] whose bodies are chunked.
const CHUNKED: i64 = 4;

/// The same requests in each variant of HTTP; failures are reported together at the end.
pub struct VariantSubscribers {
    open: Vec<(String, Subscriber)>,
    failed: Vec<String>,
}

impl VariantSubscribers {
    pub async fn open_all(requests: &[(&str, StreamRequest)]) -> Self {
        let mut subscribers = Self { open: Vec::new(), failed: Vec::new() };
        let mut asking = JoinSet::new();
        let mut names = HashMap::new();
        for (kind, request) in requests {
            for (version, headers) in VARIANTS {
                let request = headers
                    .iter()
                    .fold(request.clone(), |request, (name, value)| request.header(name, value));
                let task = asking.spawn(request.http_version(version).send());
                names.insert(task.id(), format!("{kind}, {version} {headers:?}"));
            }
        }
        while let Some(asked) = asking.join_next_with_id().await {
            match asked {
                Ok((id, subscriber)) => subscribers.open.push((names[&id].clone(), subscriber)),
                Err(error) => subscribers.failed.push(names[&error.id()].clone()),
            }
        }
        subscribers
    }

    /// Runs this step for each subscriber concurrently.
    pub async fn each<F: Future<Output = Subscriber> + Send + 'static>(
        &mut self,
        step: impl Fn(Subscriber) -> F,
    ) {
        let steps: Vec<_> =
            self.open.drain(..).map(|(name, subscriber)| (name, step(subscriber))).collect();
        let tasks: Vec<_> =
            steps.into_iter().map(|(name, step)| (name, tokio::spawn(step))).collect();
        for (name, task) in tasks {
            match task.await {
                Ok(subscriber) => self.open.push((name, subscriber)),
                Err(_) => self.failed.push(name),
            }
        }
    }

    /// Reads up to a control frame of this name.
    pub async fn until_control(&mut self, name: &'static str) {
        let read = move |mut subscriber: Subscriber| async move {
            subscriber.until_control(name).await;
            subscriber
        };
        self.each(read).await;
    }

    /// Reads up to a message that contains this text in quotes.
    pub async fn until_message(&mut self, text: &str) {
        let text = format!("\"{text}\"");
        let read = move |mut subscriber: Subscriber| {
            let text = text.clone();
            async move {
                let found =
                    async { while !subscriber.next_message().await.data.contains(&text) {} };
                tokio::time::timeout(WAIT_TIMEOUT, found).await.expect("message in time");
                subscriber
            }
        };
        self.each(read).await;
    }

    /// Reads up to the `bye` frame and the end of the body.
    pub async fn until_bye(&mut self, reason: &'static str) {
        let read = move |mut subscriber: Subscriber| async move {
            let (bye, frame) = subscriber.until_bye().await;
            assert_eq!(bye["reason"], reason, "{frame:?}");
            subscriber
        };
        self.each(read).await;
    }

    /// A draining node may close connections without announcing it.
    pub fn drop_connections(&mut self) {
        self.open.clear();
    }

    /// Checks that each connection then behaves as its head announced.
    pub async fn assert_connections(self) {
        let Self { open, mut failed } = self;
        let tasks = open.into_iter().map(|(name, subscriber)| {
            (name, tokio::spawn(subscriber.assert_connection_as_announced()))
        });
        for (name, task) in tasks.collect::<Vec<_>>() {
            failed.extend(task.await.is_err().then_some(name));
        }
        failed.sort();
        assert!(failed.is_empty(), "{} failed:\n{}", failed.len(), failed.join("\n"));
    }
}

/// Closes all open streams through the admin API.
async fn disconnect_all(organizer: &Organizer) {
    let path = "/api/admin/connections";
    let list: Value = organizer.client.get(path).await.ok_json();
    for connection in list["items"].as_array().unwrap() {
        let id = connection["connection"].as_str().unwrap();
        // It may have ended in the meantime.
        let status = organizer.client.delete(&format!("{path}/{id}")).await.status;
        assert!(matches!(status, 204 | 404), "{status}");
    }
}

async fn deliveries(server: &TestServer) -> i64 {
    let metrics = server.anonymous().get("/metrics").await.text;
    let line = metrics.lines().find_map(|line| line.strip_prefix("touchline_deliveries_total "));
    line.unwrap().parse().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn live_streams_match_the_framing_in_their_heads() {
    let settings = [("heartbeat_seconds", "1"), ("ring_messages", "8"), ("replay_page", "5")];
    let server = TestServer::sqlite(&settings).await;
    let organizer = server.organizer().await;
    let scorer = organizer.live_match("football").await;
    let other = organizer.live_match("football").await.game.topic();
    scorer.post_notes(20).await;
    let (path, topic) = (scorer.game.stream_path(), scorer.game.topic());
    let request = |query: &str| server.subscribe(&format!("{path}{query}"));
    let direct = [
        ("a log", request("")),
        ("a log with padding", request("?padding=1&snapshot=never")),
        ("a log resumed", request("").after("1")),
        ("a log resumed, with snapshot", request("?snapshot=always").after("1")),
    ];
    let others = [
        ("some types", request("?types=incident_added")),
        ("states", request("?mode=state&max_rate=50")),
        ("two topics", server.subscribe(&format!("/api/stream/?topic={topic}&topic={other}"))),
        ("two topics, resumed", {
            server.subscribe(&format!("/api/stream/?topic={other}&topic={topic}")).after("1")
        }),
    ];
    let mut subscribers =
        VariantSubscribers::open_all(&[direct.to_vec(), others.to_vec()].concat()).await;
    subscribers.until_control("live").await;
    // One at a time, so that each finds the socket idle and the hub can write directly.
    let before = deliveries(&server).await;
    for text in ["one", "two", "three"] {
        scorer.post_note(text).await.ok_json();
        subscribers.until_message(text).await;
    }
    let written = deliveries(&server).await - before;
    // Then many at once.
    scorer.post_notes(40).await;
    scorer.post_note("last").await.ok_json();
    subscribers.until_message("last").await;
    subscribers.until_control("heartbeat").await;
    scorer.post_note("after the heartbeat").await.ok_json();
    subscribers.until_message("after the heartbeat").await;
    disconnect_all(&organizer).await;
    subscribers.until_bye("unavailable").await;
    subscribers.assert_connections().await;
    assert_eq!(written, direct.len() as i64 * CHUNKED * 3, "direct writes by the hub");
}

#[tokio::test(flavor = "multi_thread")]
async fn draining_streams_match_the_framing_in_their_heads() {
    let server = TestServer::sqlite(&[("drain_seconds", "3")]).await;
    let scorer = server.organizer().await.live_match("football").await;
    let path = scorer.game.stream_path();
    let requests = [
        ("a log", server.subscribe(&path)),
        ("states", server.subscribe(&format!("{path}?mode=state"))),
        ("a replay", server.subscribe(&scorer.game.path("/replay/?speed=0.1"))),
    ];
    // Creates a pause of twenty seconds in the replay, which draining interrupts.
    tokio::time::sleep(Duration::from_secs(2)).await;
    scorer.post_note("late").await.ok_json();
    let mut subscribers = VariantSubscribers::open_all(&requests).await;
    subscribers.until_control("hello").await;
    let mut late = VariantSubscribers { open: Vec::new(), failed: Vec::new() };
    server.terminate();
    while late.open.is_empty() {
        if server.anonymous().get("/readyz").await.status == 503 {
            late = VariantSubscribers::open_all(&requests[..2]).await;
        }
    }
    late.until_bye("draining").await;
    subscribers.until_bye("draining").await;
    subscribers.failed.append(&mut late.failed);
    subscribers.drop_connections();
    subscribers.assert_connections().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn finite_responses_match_the_framing_in_their_heads() {
    let server = TestServer::sqlite(&[]).await;
    let scorer = server.organizer().await.live_match("football").await;
    scorer.post_notes(30).await;
    let path = scorer.game.path("/replay/?speed=10000");
    let place = server
        .subscribe(&scorer.game.stream_path())
        .open()
        .await
        .until_control("live")
        .await
        .id
        .unwrap();
    let stop = scorer.game.cursor(place.split('.').next().unwrap(), "stop");
    let mut replays = VariantSubscribers::open_all(&[("a replay", server.subscribe(&path))]).await;
    replays.until_bye("complete").await;
    replays.assert_connections().await;

    let game = scorer.game;
    let poll =
        |query: &str| server.subscribe(&format!("{}?transport=poll&{query}", game.stream_path()));
    let responses = [
        (200, "a poll", poll("wait=0")),
        (200, "a poll that waits", poll("wait=1").after(&place)),
        (410, "no more", server.subscribe(&game.stream_path()).after(&stop)),
        (410, "no more of a replay", server.subscribe(&path).after(&stop)),
        (400, "a bad request", server.subscribe(&format!("{}?mode=x", game.stream_path()))),
        (404, "an unknown match", server.subscribe("/api/matches/999/stream/")),
        (200, "history", server.subscribe(&format!("/api/streams/{}/messages", game.topic()))),
    ];
    for (status, name, request) in responses {
        let mut subscribers = VariantSubscribers::open_all(&[(name, request)]).await;
        let read = move |mut subscriber: Subscriber| async move {
            let text = subscriber.body_text().await;
            assert_eq!(subscriber.head.status, status, "{text}");
            assert!(text.starts_with('{'), "{text}");
            subscriber
        };
        subscribers.each(read).await;
        subscribers.assert_connections().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn rejected_streams_match_the_framing_in_their_heads() {
    let server = TestServer::sqlite(&[("streams_per_topic", "1")]).await;
    let scorer = server.organizer().await.live_match("football").await;
    let path = scorer.game.stream_path();
    let mut only = server.subscribe(&path).open().await;
    only.until_control("live").await;
    let requests = [
        ("a stream", server.subscribe(&path)),
        ("a replay", server.subscribe(&scorer.game.path("/replay/"))),
    ];
    let mut refused = VariantSubscribers::open_all(&requests).await;
    refused.until_bye("limit").await;
    refused.assert_connections().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn g7_revoked_streams_match_the_framing_in_their_heads() {
    let server = TestServer::sqlite(&[]).await;
    let organizer = server.organizer().await;
    let (team, away) = (
        organizer.create_team("Home", "private").await,
        organizer.create_team("Away", "public").await,
    );
    let mia = organizer.create_user(&server, "Mia").await;
    organizer.add_member(team, &mia, "player").await;
    let game = organizer.create_match_between("football", "private", team, away).await;
    let scorer = organizer.start_match(game).await;
    let requests = [
        ("a log", server.subscribe(&game.stream_path()).with_user(&mia.client)),
        ("two topics", {
            server
                .subscribe(&format!("/api/stream/?topic=team_{team}&topic={}", game.topic()))
                .with_user(&mia.client)
        }),
    ];
    let mut subscribers = VariantSubscribers::open_all(&requests).await;
    subscribers.until_control("live").await;
    for text in ["one", "two"] {
        scorer.post_note(text).await.ok_json();
        subscribers.until_message(text).await;
    }
    organizer.remove_member(team, &mia).await;
    subscribers.until_bye("access_revoked").await;
    subscribers.assert_connections().await;
}

/// Streams between other requests on one connection.
#[tokio::test(flavor = "multi_thread")]
async fn pipelined_requests_are_answered_in_order() {
    let server = TestServer::sqlite(&[]).await;
    let organizer = server.organizer().await;
    let scorer = organizer.live_match("football").await;
    let health = "GET /healthz HTTP/1.1\r\nHost: here\r\n\r\n";
    let stream = format!("GET {} HTTP/1.1\r\nHost: here\r\n\r\n", scorer.game.stream_path());
    let requests = [health, &stream, health, &stream].concat();
    let mut subscriber = Subscriber::send_raw(&server.address(), requests.as_bytes()).await;
    assert_eq!(subscriber.body_text().await, r#"{"status":"ok"}"#);
    for text in ["one", "two"] {
        subscriber = subscriber.next_response().await;
        subscriber.until_control("live").await;
        scorer.post_note(text).await.ok_json();
        assert!(subscriber.next_message().await.data.contains(text));
        disconnect_all(&organizer).await;
        assert_eq!(subscriber.until_bye().await.0["reason"], "unavailable");
        if text == "one" {
            subscriber = subscriber.next_response().await;
            assert_eq!(subscriber.body_text().await, r#"{"status":"ok"}"#);
        }
    }
    subscriber.assert_connection_as_announced().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nginx_with_default_settings_passes_every_message() {
    let server = TestServer::sqlite(&[("heartbeat_seconds", "1")]).await;
    let organizer = server.organizer().await;
    let scorer = organizer.live_match("football").await;
    let nginx = Nginx::with_defaults(&server).await;
    let game = scorer.game;
    let request = |path: &str| StreamRequest::new(&nginx.address(), path);
    let mut live = request(&game.stream_path()).after("1").open().await;
    let mut types = request(&format!("{}?types=incident_added", game.stream_path())).open().await;
    for subscriber in [&mut live, &mut types] {
        subscriber.until_control("live").await;
    }
    for number in 0..10 {
        scorer.post_note(&format!("note {number}")).await.ok_json();
        let (one, two) = (live.next_message().await, types.next_message().await);
        assert_eq!(one, two);
        assert!(one.data.contains(&format!("\"note {number}\"")), "{one:?}");
    }
    live.until_control("heartbeat").await;
    let history = scorer.client.history(&game.topic()).await;
    let mut replay = request(&game.path("/replay/?speed=10000")).open().await;
    for text in &history {
        assert_eq!(&replay.next_message().await.data, text);
    }
    assert_eq!(replay.until_bye().await.0["reason"], "complete");
    disconnect_all(&organizer).await;
    for subscriber in [&mut live, &mut types] {
        assert_eq!(subscriber.until_bye().await.0["reason"], "unavailable");
    }
}
