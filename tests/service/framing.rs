//! Every kind of stream in each version of HTTP: the bytes are what their head says they are.

use std::collections::HashMap;
use std::time::Duration;

use serde_json::Value;
use tokio::task::JoinSet;

use crate::support::nginx::Nginx;
use crate::support::server::TestServer;
use crate::support::subscriber::{PATIENCE, Viewer, Watch};
use crate::support::users::Organizer;

/// Version, and headers about the connection.
type Http = (&'static str, &'static [(&'static str, &'static str)]);

/// How clients and proxies ask. The last two are proxies set up for web sockets.
pub const VARIANTS: [Http; 6] = [
    ("HTTP/1.0", &[]),
    ("HTTP/1.0", &[("Connection", "keep-alive")]),
    ("HTTP/1.1", &[]),
    ("HTTP/1.1", &[("Connection", "close")]),
    ("HTTP/1.1", &[("Connection", "upgrade")]),
    ("HTTP/1.1", &[("Connection", "upgrade"), ("Upgrade", "websocket")]),
];

/// Of [`VARIANTS`], those whose bodies are chunked.
const CHUNKED: i64 = 4;

/// The same requests in each variant of HTTP. What fails is listed in the end.
pub struct Viewers {
    open: Vec<(String, Viewer)>,
    failed: Vec<String>,
}

impl Viewers {
    pub async fn answered(watches: &[(&str, Watch)]) -> Self {
        let mut viewers = Self { open: Vec::new(), failed: Vec::new() };
        let mut asking = JoinSet::new();
        let mut names = HashMap::new();
        for (kind, watch) in watches {
            for (version, headers) in VARIANTS {
                let watch = headers
                    .iter()
                    .fold(watch.clone(), |watch, (name, value)| watch.with(name, value));
                let task = asking.spawn(watch.speaking(version).answer());
                names.insert(task.id(), format!("{kind}, {version} {headers:?}"));
            }
        }
        while let Some(asked) = asking.join_next_with_id().await {
            match asked {
                Ok((id, viewer)) => viewers.open.push((names[&id].clone(), viewer)),
                Err(error) => viewers.failed.push(names[&error.id()].clone()),
            }
        }
        viewers
    }

    /// Does this with each, all at once.
    pub async fn each<F: Future<Output = Viewer> + Send + 'static>(
        &mut self,
        step: impl Fn(Viewer) -> F,
    ) {
        let steps: Vec<_> =
            self.open.drain(..).map(|(name, viewer)| (name, step(viewer))).collect();
        let tasks: Vec<_> =
            steps.into_iter().map(|(name, step)| (name, tokio::spawn(step))).collect();
        for (name, task) in tasks {
            match task.await {
                Ok(viewer) => self.open.push((name, viewer)),
                Err(_) => self.failed.push(name),
            }
        }
    }

    /// Reads on to a control frame of this name.
    pub async fn control(&mut self, name: &'static str) {
        let read = move |mut viewer: Viewer| async move {
            viewer.control(name).await;
            viewer
        };
        self.each(read).await;
    }

    /// Reads on to what has this text in it, quoted.
    pub async fn message(&mut self, text: &str) {
        let text = format!("\"{text}\"");
        let read = move |mut viewer: Viewer| {
            let text = text.clone();
            async move {
                let found = async { while !viewer.message().await.data.contains(&text) {} };
                tokio::time::timeout(PATIENCE, found).await.expect("the message in time");
                viewer
            }
        };
        self.each(read).await;
    }

    /// Reads on to the goodbye and the end of the body.
    pub async fn goodbye(&mut self, reason: &'static str) {
        let read = move |mut viewer: Viewer| async move {
            let (bye, frame) = viewer.goodbye().await;
            assert_eq!(bye["reason"], reason, "{frame:?}");
            viewer
        };
        self.each(read).await;
    }

    /// A node that ends may close connections of which it hadn't said so.
    pub fn forget_connections(&mut self) {
        self.open.clear();
    }

    /// What comes after the bodies is what the heads said.
    pub async fn end(self) {
        let Self { open, mut failed } = self;
        let tasks =
            open.into_iter().map(|(name, viewer)| (name, tokio::spawn(viewer.ends_as_said())));
        for (name, task) in tasks.collect::<Vec<_>>() {
            failed.extend(task.await.is_err().then_some(name));
        }
        failed.sort();
        assert!(failed.is_empty(), "{} failed:\n{}", failed.len(), failed.join("\n"));
    }
}

/// Has the server end all streams that are open.
async fn disconnect_all(organizer: &Organizer) {
    let path = "/api/admin/connections";
    let list: Value = organizer.client.get(path).await.ok();
    for connection in list["items"].as_array().unwrap() {
        let id = connection["connection"].as_str().unwrap();
        // Or it has gone meanwhile.
        let status = organizer.client.delete(&format!("{path}/{id}")).await.status;
        assert!(matches!(status, 204 | 404), "{status}");
    }
}

async fn deliveries(server: &TestServer) -> i64 {
    let metrics = server.stranger().get("/metrics").await.text;
    let line = metrics.lines().find_map(|line| line.strip_prefix("touchline_deliveries_total "));
    line.unwrap().parse().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn live_streams_match_the_framing_in_their_heads() {
    let settings = [("heartbeat_seconds", "1"), ("ring_messages", "8"), ("replay_page", "5")];
    let server = TestServer::sqlite(&settings).await;
    let organizer = server.organizer().await;
    let scorer = organizer.live("football").await;
    let other = organizer.live("football").await.game.topic();
    scorer.notes(20).await;
    let (path, topic) = (scorer.game.stream(), scorer.game.topic());
    let watch = |query: &str| server.watch(&format!("{path}{query}"));
    let direct = [
        ("a log", watch("")),
        ("a log with padding", watch("?padding=1&snapshot=never")),
        ("a log resumed", watch("").after("1")),
        ("a log resumed, with snapshot", watch("?snapshot=always").after("1")),
    ];
    let others = [
        ("some types", watch("?types=incident_added")),
        ("states", watch("?mode=state&max_rate=50")),
        ("two topics", server.watch(&format!("/api/stream/?topic={topic}&topic={other}"))),
        ("two topics, resumed", {
            server.watch(&format!("/api/stream/?topic={other}&topic={topic}")).after("1")
        }),
    ];
    let mut viewers = Viewers::answered(&[direct.to_vec(), others.to_vec()].concat()).await;
    viewers.control("live").await;
    // One by one, so that each finds the socket at rest and the hub writes it where it may.
    let before = deliveries(&server).await;
    for text in ["one", "two", "three"] {
        scorer.note(text).await.ok();
        viewers.message(text).await;
    }
    let written = deliveries(&server).await - before;
    // Then many at once.
    scorer.notes(40).await;
    scorer.note("last").await.ok();
    viewers.message("last").await;
    viewers.control("heartbeat").await;
    scorer.note("after the heartbeat").await.ok();
    viewers.message("after the heartbeat").await;
    disconnect_all(&organizer).await;
    viewers.goodbye("unavailable").await;
    viewers.end().await;
    assert_eq!(written, direct.len() as i64 * CHUNKED * 3, "written by the hub");
}

#[tokio::test(flavor = "multi_thread")]
async fn draining_streams_match_the_framing_in_their_heads() {
    let server = TestServer::sqlite(&[("drain_seconds", "3")]).await;
    let scorer = server.organizer().await.live("football").await;
    let path = scorer.game.stream();
    let watches = [
        ("a log", server.watch(&path)),
        ("states", server.watch(&format!("{path}?mode=state"))),
        ("a replay", server.watch(&scorer.game.path("/replay/?speed=0.1"))),
    ];
    // A pause of twenty seconds in the replay, which its end interrupts.
    tokio::time::sleep(Duration::from_secs(2)).await;
    scorer.note("late").await.ok();
    let mut viewers = Viewers::answered(&watches).await;
    viewers.control("hello").await;
    let mut late = Viewers { open: Vec::new(), failed: Vec::new() };
    server.terminate();
    while late.open.is_empty() {
        if server.stranger().get("/readyz").await.status == 503 {
            late = Viewers::answered(&watches[..2]).await;
        }
    }
    late.goodbye("draining").await;
    viewers.goodbye("draining").await;
    viewers.failed.append(&mut late.failed);
    viewers.forget_connections();
    viewers.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn finite_responses_match_the_framing_in_their_heads() {
    let server = TestServer::sqlite(&[]).await;
    let scorer = server.organizer().await.live("football").await;
    scorer.notes(30).await;
    let path = scorer.game.path("/replay/?speed=10000");
    let place = server.watch(&scorer.game.stream()).open().await.control("live").await.id.unwrap();
    let stop = format!("{}.stop", place.split('.').next().unwrap());
    let mut replays = Viewers::answered(&[("a replay", server.watch(&path))]).await;
    replays.goodbye("complete").await;
    replays.end().await;

    let game = scorer.game;
    let poll = |query: &str| server.watch(&format!("{}?transport=poll&{query}", game.stream()));
    let answers = [
        (200, "a poll", poll("wait=0")),
        (200, "a poll that waits", poll("wait=1").after(&place)),
        (204, "no more", server.watch(&game.stream()).after(&stop)),
        (204, "no more of a replay", server.watch(&path).after(&stop)),
        (400, "a bad request", server.watch(&format!("{}?mode=x", game.stream()))),
        (404, "an unknown match", server.watch("/api/matches/999/stream/")),
        (200, "history", server.watch(&format!("/api/streams/{}/messages", game.topic()))),
    ];
    for (status, name, watch) in answers {
        let mut viewers = Viewers::answered(&[(name, watch)]).await;
        let read = move |mut viewer: Viewer| async move {
            let text = viewer.text().await;
            assert_eq!(viewer.head.status, status, "{text}");
            assert_eq!(text.starts_with('{'), status != 204, "{text}");
            viewer
        };
        viewers.each(read).await;
        viewers.end().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn rejected_streams_match_the_framing_in_their_heads() {
    let server = TestServer::sqlite(&[("streams_per_topic", "1")]).await;
    let scorer = server.organizer().await.live("football").await;
    let path = scorer.game.stream();
    let mut only = server.watch(&path).open().await;
    only.control("live").await;
    let watches = [
        ("a stream", server.watch(&path)),
        ("a replay", server.watch(&scorer.game.path("/replay/"))),
    ];
    let mut refused = Viewers::answered(&watches).await;
    refused.goodbye("limit").await;
    refused.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn g7_revoked_streams_match_the_framing_in_their_heads() {
    let server = TestServer::sqlite(&[]).await;
    let organizer = server.organizer().await;
    let (team, away) =
        (organizer.team("Home", "private").await, organizer.team("Away", "public").await);
    let mia = organizer.person(&server, "Mia").await;
    organizer.join(team, &mia, "player").await;
    let game = organizer.game_of("football", "private", team, away).await;
    let scorer = organizer.start(game).await;
    let watches = [
        ("a log", server.watch(&game.stream()).by(&mia.client)),
        ("two topics", {
            server
                .watch(&format!("/api/stream/?topic=team_{team}&topic={}", game.topic()))
                .by(&mia.client)
        }),
    ];
    let mut viewers = Viewers::answered(&watches).await;
    viewers.control("live").await;
    for text in ["one", "two"] {
        scorer.note(text).await.ok();
        viewers.message(text).await;
    }
    organizer.leave(team, &mia).await;
    viewers.goodbye("access_revoked").await;
    viewers.end().await;
}

/// What comes after another answer, or before one, on the same connection.
#[tokio::test(flavor = "multi_thread")]
async fn pipelined_requests_are_answered_in_order() {
    let server = TestServer::sqlite(&[]).await;
    let organizer = server.organizer().await;
    let scorer = organizer.live("football").await;
    let health = "GET /healthz HTTP/1.1\r\nHost: here\r\n\r\n";
    let stream = format!("GET {} HTTP/1.1\r\nHost: here\r\n\r\n", scorer.game.stream());
    let requests = [health, &stream, health, &stream].concat();
    let mut viewer = Viewer::asking(&server.address(), requests.as_bytes()).await;
    assert_eq!(viewer.text().await, r#"{"status":"ok"}"#);
    for text in ["one", "two"] {
        viewer = viewer.next_answer().await;
        viewer.control("live").await;
        scorer.note(text).await.ok();
        assert!(viewer.message().await.data.contains(text));
        disconnect_all(&organizer).await;
        assert_eq!(viewer.goodbye().await.0["reason"], "unavailable");
        if text == "one" {
            viewer = viewer.next_answer().await;
            assert_eq!(viewer.text().await, r#"{"status":"ok"}"#);
        }
    }
    viewer.ends_as_said().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nginx_with_default_settings_passes_every_message() {
    let server = TestServer::sqlite(&[("heartbeat_seconds", "1")]).await;
    let organizer = server.organizer().await;
    let scorer = organizer.live("football").await;
    let nginx = Nginx::of_defaults_before(&server).await;
    let game = scorer.game;
    let watch = |path: &str| Watch::new(&nginx.address(), path);
    let mut live = watch(&game.stream()).after("1").open().await;
    let mut types = watch(&format!("{}?types=incident_added", game.stream())).open().await;
    for viewer in [&mut live, &mut types] {
        viewer.control("live").await;
    }
    for number in 0..10 {
        scorer.note(&format!("note {number}")).await.ok();
        let (one, two) = (live.message().await, types.message().await);
        assert_eq!(one, two);
        assert!(one.data.contains(&format!("\"note {number}\"")), "{one:?}");
    }
    live.control("heartbeat").await;
    let history = scorer.client.history(&game.topic()).await;
    let mut replay = watch(&game.path("/replay/?speed=10000")).open().await;
    for text in &history {
        assert_eq!(&replay.message().await.data, text);
    }
    assert_eq!(replay.goodbye().await.0["reason"], "complete");
    disconnect_all(&organizer).await;
    for viewer in [&mut live, &mut types] {
        assert_eq!(viewer.goodbye().await.0["reason"], "unavailable");
    }
}
