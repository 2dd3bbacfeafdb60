//! A relay answers as its upstream does: the same messages and cursors, using one upstream stream
//! for all its subscribers, and all other requests through the upstream.

mod forwarded_headers;
mod framing;
mod pass_through;
mod private_topics;
mod tls;
mod upstream_outage;

use std::collections::BTreeSet;
use std::time::Instant;

use serde_json::json;

use crate::support::server::TestServer;
use crate::support::sse::Frame;
use crate::support::subscriber::{StreamRequest, Subscriber, WAIT_TIMEOUT};
use crate::support::users::Scorer;

/// A node, a relay of it, and a scorer at the node.
struct RelaySetup {
    upstream: TestServer,
    relay: TestServer,
    scorer: Scorer,
}

impl RelaySetup {
    async fn start(settings: &[(&str, &str)]) -> Self {
        let upstream = TestServer::sqlite(settings).await;
        let relay = TestServer::relay(&upstream.address(), settings).await;
        let scorer = upstream.organizer().await.live_match("football").await;
        Self { upstream, relay, scorer }
    }

    /// Requests the match's stream from the relay.
    fn subscribe(&self) -> StreamRequest {
        self.relay.subscribe(&self.scorer.game.stream_path())
    }

    /// Requests it from the upstream.
    fn subscribe_upstream(&self) -> StreamRequest {
        self.upstream.subscribe(&self.scorer.game.stream_path())
    }

    async fn history(&self) -> Vec<String> {
        self.scorer.client.history(&self.scorer.game.topic()).await
    }
}

/// Waits until a metric has this value.
async fn wait_for_metric(server: &TestServer, name: &str, expected: i64) {
    let deadline = Instant::now() + WAIT_TIMEOUT;
    loop {
        let found = server.metric(name).await;
        if found == expected {
            return;
        }
        assert!(Instant::now() < deadline, "{name} is {found} instead of {expected}");
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
}

fn texts(frames: &[Frame]) -> Vec<&str> {
    frames.iter().map(|frame| frame.data.as_str()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_relay_sends_the_same_frames_as_its_upstream() {
    let setup = RelaySetup::start(&[]).await;
    let mut direct = setup.subscribe_upstream().open().await;
    let mut relayed = setup.subscribe().open().await;
    let (hello, snapshot) = (relayed.next_frame().await, relayed.next_frame().await);
    assert_eq!((hello.event.as_deref(), hello.id), (Some("hello"), None));
    direct.next_frame().await;
    let expected = direct.next_frame().await;
    assert_eq!((snapshot.reason().as_str(), &snapshot.id), ("connected", &expected.id));
    assert_eq!(snapshot.json()["data"], expected.json()["data"]);
    setup.scorer.post_notes(20).await;
    setup.scorer.post_incident("goal", 12).await;
    let last = setup.scorer.client.head_seq(&setup.scorer.game.topic()).await;
    assert_eq!(
        relayed.messages_until(last).await,
        direct.messages_until(last).await,
        "relay and upstream differ"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn g3_cursors_are_interchangeable_between_relay_and_upstream() {
    let setup = RelaySetup::start(&[]).await;
    // More than a relay prefetches.
    setup.scorer.post_notes(400).await;
    let all = setup.history().await;
    let last = all.len() as i64;
    for after in [0, 1, last - 300, last - 3, last] {
        let mut first = setup.subscribe_upstream().after(&after.to_string()).open().await;
        let cursor = first.until_control("hello").await.id.unwrap();
        drop(first);
        let mut relayed = setup.subscribe().after(&cursor).open().await;
        assert_eq!(relayed.until_control("hello").await.id.as_ref(), Some(&cursor));
        let rest = if after < last { relayed.messages_until(last).await } else { Vec::new() };
        assert_eq!(texts(&rest), all[usize::try_from(after).unwrap()..], "after {after}");
        let live = relayed.until_control("live").await;
        assert_eq!(live.json()["replayed"], last - after);
    }
    // Alternates between both, reconnecting after every few messages.
    let mut cursor = "1".to_owned();
    let mut seen = vec![all[0].clone()];
    for step in 0..12 {
        setup.scorer.post_note(&format!("step {step}")).await.ok_json();
        let request = if step % 2 == 0 { setup.subscribe() } else { setup.subscribe_upstream() };
        let mut subscriber = request.after(&cursor).open().await;
        subscriber.until_control("hello").await;
        for _ in 0..35 {
            let Some(frame) = message_before_live(&mut subscriber).await else { break };
            cursor = frame.id.unwrap();
            seen.push(frame.data);
        }
    }
    assert_eq!(seen, setup.history().await[..seen.len()]);
    assert!(seen.len() > 400, "{} messages over 12 connections", seen.len());
}

/// Returns the next message, or `None` at the `live` frame.
async fn message_before_live(subscriber: &mut Subscriber) -> Option<Frame> {
    let frame = subscriber.next_frame().await;
    frame.event.is_none().then_some(frame)
}

#[tokio::test(flavor = "multi_thread")]
async fn two_hundred_subscribers_use_one_upstream_stream() {
    let setup = RelaySetup::start(&[]).await;
    let mut subscribers = Vec::new();
    for _ in 0..200 {
        subscribers.push(setup.subscribe().open().await);
    }
    for subscriber in &mut subscribers {
        subscriber.until_control("live").await;
    }
    assert_eq!(setup.upstream.metric("touchline_streams_open").await, 1);
    assert_eq!(setup.relay.metric("touchline_streams_open").await, 200);
    assert_eq!(setup.relay.metric("touchline_upstream_streams").await, 1);
    setup.scorer.post_notes(3).await;
    let all = setup.history().await;
    let last = all.len() as i64;
    for subscriber in &mut subscribers {
        assert_eq!(texts(&subscriber.messages_until(last).await), all[all.len() - 3..]);
    }
    let asked = setup.relay.metric("touchline_upstream_requests_total").await;
    assert!(asked < 12, "{asked} requests for 200 subscribers");
}

#[tokio::test(flavor = "multi_thread")]
async fn several_topics_share_one_connection() {
    let setup = RelaySetup::start(&[]).await;
    let game = setup.scorer.game;
    let path = format!("/api/stream/?topic={}&topic=team_{}_live", game.topic(), game.home);
    let mut relayed = setup.relay.subscribe(&path).open().await;
    let mut direct = setup.upstream.subscribe(&path).open().await;
    let both = (relayed.until_control("live").await, direct.until_control("live").await);
    assert_eq!(both.0.id, both.1.id, "combined cursor differs");
    setup.scorer.post_incident("goal", 7).await;
    let received = |subscriber: &mut Subscriber| {
        let cursor = subscriber.cursor.clone();
        (cursor, subscriber.head.status)
    };
    assert_eq!(received(&mut relayed), received(&mut direct));
    let mut seen = BTreeSet::new();
    for subscriber in [&mut relayed, &mut direct] {
        for _ in 0..2 {
            seen.insert(subscriber.next_message().await.data);
        }
    }
    assert_eq!(seen.len(), 2, "messages differ: {seen:?}");
    assert_eq!(relayed.cursor, direct.cursor);
    let cursor = relayed.cursor.unwrap();
    setup.scorer.post_incident("corner", 8).await;
    let mut resumed = setup.relay.subscribe(&path).after(&cursor).open().await;
    for _ in 0..2 {
        assert!(resumed.next_message().await.data.contains(r#""kind":"corner""#));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn stream_parameters_work_as_at_the_upstream() {
    let setup = RelaySetup::start(&[("workers", "1")]).await;
    for query in ["types=goal", "types=incident_removed,corner", "transport=poll&wait=0"] {
        let path = format!("{}?{query}", setup.scorer.game.stream_path());
        setup.scorer.post_incident("corner", 2).await;
        setup.scorer.post_incident("goal", 3).await;
        // The relay lags slightly.
        let last = setup.scorer.client.head_seq(&setup.scorer.game.topic()).await;
        setup.subscribe().after("1").open().await.messages_until(last).await;
        if query.starts_with("transport") {
            let after = format!("{path}&last_event_id=2");
            let relayed = setup.relay.anonymous().get(&after).await;
            assert_eq!(relayed.text, setup.upstream.anonymous().get(&after).await.text);
            let relayed = setup.relay.anonymous().get(&path).await.json();
            assert_eq!(relayed["messages"][0]["reason"], "connected");
            continue;
        }
        let mut relayed = setup.relay.subscribe(&path).after("1").open().await;
        let mut direct = setup.upstream.subscribe(&path).after("1").open().await;
        relayed.until_control("hello").await;
        direct.until_control("hello").await;
        loop {
            let both = (relayed.next_frame().await, direct.next_frame().await);
            assert_eq!(both.0, both.1, "{query}");
            if both.0.event.is_some() {
                break;
            }
        }
    }
    let path = format!("{}?mode=state&max_rate=50", setup.scorer.game.stream_path());
    let mut relayed = setup.relay.subscribe(&path).open().await;
    relayed.until_control("live").await;
    setup.scorer.post_incident("goal", 9).await;
    let changed = relayed.next_message().await;
    assert_eq!(
        (changed.reason().as_str(), &changed.json()["data"]["score"]["home"]),
        ("changed", &json!(4))
    );
    let history = format!("/api/streams/{}/messages?after=0&limit=2", setup.scorer.game.topic());
    let (relayed, direct) = (
        setup.relay.anonymous().get(&history).await,
        setup.upstream.anonymous().get(&history).await,
    );
    assert_eq!(relayed.text, direct.text);
    assert_eq!(relayed.header("cache-control"), direct.header("cache-control"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_relay_has_its_own_allowed_origins_and_drains_its_streams() {
    let setup = RelaySetup::start(&[("allowed_origins", "https://club.example")]).await;
    let mut stranger = setup.subscribe().header("Origin", "https://club.example").open().await;
    let head = &stranger.head;
    assert_eq!(head.header("access-control-allow-origin"), "https://club.example");
    assert_eq!(head.header("cache-control"), "no-cache, no-transform");
    stranger.until_control("live").await;
    setup.relay.terminate();
    assert_eq!(stranger.until_bye().await.0["reason"], "draining");
    assert!(setup.relay.wait_for_exit(WAIT_TIMEOUT).await.success());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_relay_of_a_relay_sends_the_same_frames() {
    let setup = RelaySetup::start(&[]).await;
    let second = TestServer::relay(&setup.relay.address(), &[]).await;
    setup.scorer.post_notes(30).await;
    let mut relayed_twice =
        second.subscribe(&setup.scorer.game.stream_path()).after("3").open().await;
    relayed_twice.until_control("live").await;
    setup.scorer.post_notes(5).await;
    let all = setup.history().await;
    relayed_twice = second.subscribe(&setup.scorer.game.stream_path()).after("3").open().await;
    assert_eq!(texts(&relayed_twice.messages_until(all.len() as i64).await), all[3..]);
    assert_eq!(setup.upstream.metric("touchline_streams_open").await, 1);
}
