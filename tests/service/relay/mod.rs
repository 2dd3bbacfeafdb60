//! A relay tells what its upstream tells: the same messages, the same cursors, from one upstream
//! stream for all its readers.

mod framing;
mod private_topics;
mod tls;
mod upstream_outage;

use std::collections::BTreeSet;
use std::time::Instant;

use serde_json::json;

use crate::support::server::TestServer;
use crate::support::sse::Block;
use crate::support::subscriber::{PATIENCE, Viewer, Watch};
use crate::support::users::Scorer;

/// A node, a relay of it, and a match that is written to on the node.
struct Edge {
    upstream: TestServer,
    relay: TestServer,
    scorer: Scorer,
}

impl Edge {
    async fn start(settings: &[(&str, &str)]) -> Self {
        let upstream = TestServer::sqlite(settings).await;
        let relay = TestServer::relay(&upstream.address(), settings).await;
        let scorer = upstream.organizer().await.live("football").await;
        Self { upstream, relay, scorer }
    }

    /// The match's stream at the relay.
    fn watch(&self) -> Watch {
        self.relay.watch(&self.scorer.game.stream())
    }

    /// The same at the upstream.
    fn watch_upstream(&self) -> Watch {
        self.upstream.watch(&self.scorer.game.stream())
    }

    async fn history(&self) -> Vec<String> {
        self.scorer.client.history(&self.scorer.game.topic()).await
    }
}

/// All figures of this name, over all labels.
async fn figure(server: &TestServer, name: &str) -> i64 {
    let text = server.stranger().get("/metrics").await.text;
    let lines = text
        .lines()
        .filter(|line| line.strip_prefix(name).is_some_and(|rest| rest.starts_with([' ', '{'])));
    lines.map(|line| line.rsplit(' ').next().unwrap().parse::<i64>().unwrap()).sum()
}

/// Waits until a figure is this.
async fn becomes(server: &TestServer, name: &str, expected: i64) {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let found = figure(server, name).await;
        if found == expected {
            return;
        }
        assert!(Instant::now() < deadline, "{name} is {found} and not {expected}");
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
}

fn texts(blocks: &[Block]) -> Vec<&str> {
    blocks.iter().map(|block| block.data.as_str()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_relay_sends_the_same_frames_as_its_upstream() {
    let edge = Edge::start(&[]).await;
    let mut there = edge.watch_upstream().open().await;
    let mut here = edge.watch().open().await;
    let (hello, snapshot) = (here.block().await, here.block().await);
    assert_eq!((hello.event.as_deref(), hello.id), (Some("hello"), None));
    there.block().await;
    let expected = there.block().await;
    assert_eq!((snapshot.reason().as_str(), &snapshot.id), ("connected", &expected.id));
    assert_eq!(snapshot.json()["data"], expected.json()["data"]);
    edge.scorer.notes(20).await;
    edge.scorer.incident("goal", 12).await;
    let last = edge.scorer.client.head(&edge.scorer.game.topic()).await;
    assert_eq!(here.until(last).await, there.until(last).await, "bytes and ids");
}

#[tokio::test(flavor = "multi_thread")]
async fn g3_cursors_are_interchangeable_between_relay_and_upstream() {
    let edge = Edge::start(&[]).await;
    // Further back than what a relay reads ahead.
    edge.scorer.notes(400).await;
    let all = edge.history().await;
    let last = all.len() as i64;
    for after in [0, 1, last - 300, last - 3, last] {
        let mut first = edge.watch_upstream().after(&after.to_string()).open().await;
        let cursor = first.control("hello").await.id.unwrap();
        drop(first);
        let mut here = edge.watch().after(&cursor).open().await;
        assert_eq!(here.control("hello").await.id.as_ref(), Some(&cursor));
        let rest = if after < last { here.until(last).await } else { Vec::new() };
        assert_eq!(texts(&rest), all[usize::try_from(after).unwrap()..], "after {after}");
        let live = here.control("live").await;
        assert_eq!(live.json()["replayed"], last - after);
    }
    // To and fro, cut after every few messages.
    let mut cursor = "1".to_owned();
    let mut seen = vec![all[0].clone()];
    for step in 0..12 {
        edge.scorer.note(&format!("step {step}")).await.ok();
        let watch = if step % 2 == 0 { edge.watch() } else { edge.watch_upstream() };
        let mut viewer = watch.after(&cursor).open().await;
        viewer.control("hello").await;
        for _ in 0..35 {
            let Some(block) = told_before_live(&mut viewer).await else { break };
            cursor = block.id.unwrap();
            seen.push(block.data);
        }
    }
    assert_eq!(seen, edge.history().await[..seen.len()]);
    assert!(seen.len() > 400, "{} messages over 12 connections", seen.len());
}

/// The next message, unless all that is stored was told.
async fn told_before_live(viewer: &mut Viewer) -> Option<Block> {
    let block = viewer.block().await;
    block.event.is_none().then_some(block)
}

#[tokio::test(flavor = "multi_thread")]
async fn two_hundred_subscribers_use_one_upstream_stream() {
    let edge = Edge::start(&[]).await;
    let mut readers = Vec::new();
    for _ in 0..200 {
        readers.push(edge.watch().open().await);
    }
    for reader in &mut readers {
        reader.control("live").await;
    }
    assert_eq!(figure(&edge.upstream, "touchline_streams_open").await, 1);
    assert_eq!(figure(&edge.relay, "touchline_streams_open").await, 200);
    assert_eq!(figure(&edge.relay, "touchline_upstream_streams").await, 1);
    edge.scorer.notes(3).await;
    let all = edge.history().await;
    let last = all.len() as i64;
    for reader in &mut readers {
        assert_eq!(texts(&reader.until(last).await), all[all.len() - 3..]);
    }
    let asked = figure(&edge.relay, "touchline_upstream_requests_total").await;
    assert!(asked < 12, "{asked} requests for 200 readers");
}

#[tokio::test(flavor = "multi_thread")]
async fn several_topics_share_one_connection() {
    let edge = Edge::start(&[]).await;
    let game = edge.scorer.game;
    let path = format!("/api/stream/?topic={}&topic=team_{}_live", game.topic(), game.home);
    let mut here = edge.relay.watch(&path).open().await;
    let mut there = edge.upstream.watch(&path).open().await;
    let both = (here.control("live").await, there.control("live").await);
    assert_eq!(both.0.id, both.1.id, "one cursor of both");
    edge.scorer.incident("goal", 7).await;
    let told = |viewer: &mut Viewer| {
        let cursor = viewer.cursor.clone();
        (cursor, viewer.head.status)
    };
    assert_eq!(told(&mut here), told(&mut there));
    let mut seen = BTreeSet::new();
    for viewer in [&mut here, &mut there] {
        for _ in 0..2 {
            seen.insert(viewer.message().await.data);
        }
    }
    assert_eq!(seen.len(), 2, "the same two: {seen:?}");
    assert_eq!(here.cursor, there.cursor);
    let cursor = here.cursor.unwrap();
    edge.scorer.incident("corner", 8).await;
    let mut resumed = edge.relay.watch(&path).after(&cursor).open().await;
    for _ in 0..2 {
        assert!(resumed.message().await.data.contains(r#""kind":"corner""#));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn stream_parameters_work_as_at_the_upstream() {
    let edge = Edge::start(&[("workers", "1")]).await;
    for query in ["types=goal", "types=incident_removed,corner", "transport=poll&wait=0"] {
        let path = format!("{}?{query}", edge.scorer.game.stream());
        edge.scorer.incident("corner", 2).await;
        edge.scorer.incident("goal", 3).await;
        // The relay is a moment behind.
        let last = edge.scorer.client.head(&edge.scorer.game.topic()).await;
        edge.watch().after("1").open().await.until(last).await;
        if query.starts_with("transport") {
            let after = format!("{path}&last_event_id=2");
            let here = edge.relay.stranger().get(&after).await;
            assert_eq!(here.text, edge.upstream.stranger().get(&after).await.text);
            let here = edge.relay.stranger().get(&path).await.json();
            assert_eq!(here["messages"][0]["reason"], "connected");
            continue;
        }
        let mut here = edge.relay.watch(&path).after("1").open().await;
        let mut there = edge.upstream.watch(&path).after("1").open().await;
        here.control("hello").await;
        there.control("hello").await;
        loop {
            let both = (here.block().await, there.block().await);
            assert_eq!(both.0, both.1, "{query}");
            if both.0.event.is_some() {
                break;
            }
        }
    }
    let path = format!("{}?mode=state&max_rate=50", edge.scorer.game.stream());
    let mut here = edge.relay.watch(&path).open().await;
    here.control("live").await;
    edge.scorer.incident("goal", 9).await;
    let changed = here.message().await;
    assert_eq!(
        (changed.reason().as_str(), &changed.json()["data"]["score"]["home"]),
        ("changed", &json!(4))
    );
    let history = format!("/api/streams/{}/messages?after=0&limit=2", edge.scorer.game.topic());
    let (here, there) =
        (edge.relay.stranger().get(&history).await, edge.upstream.stranger().get(&history).await);
    assert_eq!(here.text, there.text);
    assert_eq!(here.header("cache-control"), there.header("cache-control"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_relay_serves_streams_only() {
    let edge = Edge::start(&[("allowed_origins", "https://club.example")]).await;
    let client = edge.relay.stranger();
    assert_eq!(client.get("/healthz").await.status, 200);
    for path in ["/", "/api/matches", "/api/matches/1", "/api/admin/connections"] {
        assert_eq!(client.get(path).await.problem(421, path), "misdirected");
    }
    let answer = client.post("/api/auth/login", json!({})).await;
    assert_eq!(answer.problem(421, "login"), "misdirected");
    let mut stranger = edge.watch().with("Origin", "https://club.example").open().await;
    let head = &stranger.head;
    assert_eq!(head.header("access-control-allow-origin"), "https://club.example");
    assert_eq!(head.header("cache-control"), "no-cache, no-transform");
    stranger.control("live").await;
    edge.relay.terminate();
    assert_eq!(stranger.goodbye().await.0["reason"], "draining");
    assert!(edge.relay.ended(PATIENCE).await.success());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_relay_of_a_relay_sends_the_same_frames() {
    let edge = Edge::start(&[]).await;
    let second = TestServer::relay(&edge.relay.address(), &[]).await;
    edge.scorer.notes(30).await;
    let mut far = second.watch(&edge.scorer.game.stream()).after("3").open().await;
    far.control("live").await;
    edge.scorer.notes(5).await;
    let all = edge.history().await;
    far = second.watch(&edge.scorer.game.stream()).after("3").open().await;
    assert_eq!(texts(&far.until(all.len() as i64).await), all[3..]);
    assert_eq!(figure(&edge.upstream, "touchline_streams_open").await, 1);
}
