//! A relay whose upstream is unavailable: subscribers learn of the staleness and miss nothing.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use crate::relay::{RelaySetup, texts, wait_for_metric};
use crate::support::database::Database;
use crate::support::postgres;
use crate::support::reconnecting_subscriber::ReconnectingSubscriber;
use crate::support::server::TestServer;
use crate::support::sse::Frame;
use crate::support::subscriber::{Subscriber, WAIT_TIMEOUT};

/// How long a lost upstream goes unreported (docs/relay.md).
const SILENCE_BEFORE_STALE: Duration = Duration::from_secs(5);

/// Short heartbeats keep the tests fast.
const SETTINGS: [(&str, &str); 1] = [("heartbeat_seconds", "1")];

/// Reads up to a heartbeat that reports staleness (or its end); returns it and the messages before
/// it.
async fn until_stale(subscriber: &mut Subscriber, expected: bool) -> (Frame, Vec<Frame>) {
    let deadline = Instant::now() + WAIT_TIMEOUT;
    let mut received = Vec::new();
    loop {
        let frame = subscriber.next_frame().await;
        match frame.event.as_deref() {
            None => received.push(frame),
            Some("heartbeat") if frame.json()["stale_since"].is_string() == expected => {
                return (frame, received);
            }
            Some("heartbeat" | "live") => {}
            other => panic!("{other:?}: {}", frame.data),
        }
        assert!(Instant::now() < deadline, "stale is not {expected}");
    }
}

/// Reads messages up to `seq`, all on the same stream.
async fn read_to(subscriber: &mut Subscriber, mut received: Vec<Frame>, seq: i64) -> Vec<Frame> {
    while received.last().is_none_or(|last| last.seq() < seq) {
        received.push(subscriber.next_message().await);
    }
    received
}

#[tokio::test(flavor = "multi_thread")]
async fn g3_an_upstream_restart_loses_and_repeats_nothing() {
    let setup = RelaySetup::start(&SETTINGS).await;
    setup.scorer.post_notes(3).await;
    let mut subscribers = Vec::new();
    for _ in 0..2 {
        subscribers.push(setup.subscribe().after("1").open().await);
    }
    for round in 0..3 {
        setup.scorer.post_notes(2).await;
        setup.upstream.kill9();
        if round == 1 {
            // Waits until subscribers have been notified.
            wait_for_metric(&setup.relay, "touchline_stale", 1).await;
        }
        setup.upstream.restart().await;
        setup.scorer.post_notes(2).await;
    }
    let all = setup.history().await;
    let last = all.len() as i64;
    for subscriber in &mut subscribers {
        let mut seen = Vec::new();
        while seen.last().is_none_or(|frame: &Frame| frame.seq() < last) {
            let frame = subscriber.next_frame().await;
            assert_ne!(frame.event.as_deref(), Some("bye"), "stream ended: {}", frame.data);
            seen.extend(frame.event.is_none().then_some(frame));
        }
        assert_eq!(texts(&seen), all[1..]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn g8_a_lost_upstream_makes_streams_stale_and_they_catch_up() {
    let setup = RelaySetup::start(&SETTINGS).await;
    let mut subscriber = setup.subscribe().open().await;
    subscriber.until_control("live").await;
    let cursor = subscriber.cursor.clone().unwrap();
    setup.upstream.kill9();
    let started = Instant::now();
    let (heartbeat, received) = until_stale(&mut subscriber, true).await;
    let took = started.elapsed();
    assert!(took < SILENCE_BEFORE_STALE + Duration::from_secs(5), "stale after {took:?}");
    assert_eq!((heartbeat.id.as_ref(), received), (Some(&cursor), Vec::new()));
    assert_eq!(setup.relay.metric("touchline_stale").await, 1);
    assert_eq!(setup.relay.anonymous().get("/readyz").await.status, 503);

    // A cursor at the head can be served and is then marked stale; a new subscriber would need a
    // snapshot.
    let mut second = setup.subscribe().after(&cursor).open().await;
    assert_eq!(second.until_control("live").await.id.as_ref(), Some(&cursor));
    until_stale(&mut second, true).await;
    let mut refused = setup.subscribe().open().await;
    let (bye, frame) = refused.until_bye().await;
    assert_eq!((bye["reason"].as_str(), frame.retry.is_some()), (Some("unavailable"), true));
    for cursor in ["", &format!("&last_event_id={cursor}")] {
        let poll = format!("{}?transport=poll&wait=1{cursor}", setup.scorer.game.stream_path());
        setup.relay.anonymous().get(&poll).await.problem(503, "poll");
    }

    setup.upstream.restart().await;
    setup.scorer.post_notes(2).await;
    let all = setup.history().await;
    let last = all.len() as i64;
    for subscriber in [&mut subscriber, &mut second] {
        let (heartbeat, received) = until_stale(subscriber, false).await;
        assert!(heartbeat.json()["stale_since"].is_null());
        let received = read_to(subscriber, received, last).await;
        assert_eq!(texts(&received), all[all.len() - 2..]);
    }
    wait_for_metric(&setup.relay, "touchline_stale", 0).await;
    let breaks = setup.relay.metric("touchline_upstream_disconnects_total").await;
    assert_eq!(breaks, 1, "breaks are counted per attempt");
}

#[tokio::test(flavor = "multi_thread")]
async fn g8_a_hanging_upstream_makes_streams_stale() {
    let setup = RelaySetup::start(&SETTINGS).await;
    let mut subscriber = setup.subscribe().open().await;
    subscriber.until_control("live").await;
    setup.upstream.signal("-STOP");
    let started = Instant::now();
    until_stale(&mut subscriber, true).await;
    // Two missed heartbeats, then the usual delay.
    let took = started.elapsed();
    assert!(
        took < Duration::from_secs(2) + SILENCE_BEFORE_STALE + Duration::from_secs(5),
        "{took:?}"
    );
    setup.upstream.signal("-CONT");
    setup.scorer.post_note("after the hang").await.ok_json();
    let (_, received) = until_stale(&mut subscriber, false).await;
    let last = setup.history().await.len() as i64;
    let received = read_to(&mut subscriber, received, last).await;
    assert!(received[0].data.contains("after the hang"), "{received:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn g8_a_stale_upstream_makes_the_relay_stale_at_once() {
    let mut postgres = postgres::PostgresServer::start().await;
    let settings = [("database_wait_seconds", "2"), ("heartbeat_seconds", "1")];
    let upstream = TestServer::start(Database::at_url(&postgres.url()), &settings).await;
    let relay = TestServer::relay(&upstream.address(), &settings).await;
    let second = TestServer::relay(&relay.address(), &settings).await;
    let scorer = upstream.organizer().await.live_match("football").await;
    let mut subscribers = Vec::new();
    for node in [&upstream, &relay, &second] {
        let mut subscriber = node.subscribe(&scorer.game.stream_path()).open().await;
        subscriber.until_control("live").await;
        subscribers.push(subscriber);
    }
    postgres.kill9();
    let mut heartbeat = BTreeSet::new();
    for subscriber in &mut subscribers {
        let (frame, _) = until_stale(subscriber, true).await;
        heartbeat.insert(frame.json()["stale_since"].to_string());
    }
    assert_eq!(heartbeat.len(), 1, "stale times differ: {heartbeat:?}");
    postgres.restart().await;
    for subscriber in &mut subscribers {
        until_stale(subscriber, false).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn g4_an_upstream_with_another_database_causes_a_snapshot() {
    let setup = RelaySetup::start(&[]).await;
    setup.scorer.post_notes(5).await;
    let mut subscriber = setup.subscribe().open().await;
    subscriber.until_control("live").await;
    let cursor = subscriber.cursor.clone().unwrap();
    setup.upstream.kill9();
    setup
        .upstream
        .database
        .tamper("update settings set value = 'abcdef' where name = 'epoch'")
        .await;
    setup.upstream.restart().await;
    assert_eq!(subscriber.until_bye().await.0["reason"], "unavailable");

    let mut back = setup.subscribe().after(&cursor).open().await;
    let hello = back.next_frame().await;
    assert_eq!((hello.event.as_deref(), hello.id), (Some("hello"), None));
    let snapshot = back.next_message().await;
    assert_eq!(snapshot.reason(), "unknown_cursor");
    let seq = snapshot.seq();
    assert_eq!(snapshot.id.as_deref(), Some(&*setup.scorer.game.cursor("abcdef", seq)));
    setup.scorer.post_note("of the new one").await.ok_json();
    let next = back.next_message().await;
    assert_eq!(next.id.as_deref(), Some(&*setup.scorer.game.cursor("abcdef", seq + 1)));
    assert!(next.data.contains("of the new one"));
}

#[tokio::test(flavor = "multi_thread")]
async fn g4_a_cursor_pruned_upstream_gets_a_snapshot_with_its_reason() {
    let setup = RelaySetup::start(&[]).await;
    setup.scorer.post_notes(400).await;
    let last = setup.history().await.len() as i64;
    let prune = ["prune", "--keep", "10"];
    assert!(setup.upstream.command(&prune).status().unwrap().success());
    for (cursor, reason) in [(1, "pruned"), (last - 11, "pruned"), (last + 50, "unknown_cursor")] {
        let mut subscriber = setup.subscribe().after(&cursor.to_string()).open().await;
        let snapshot = subscriber.next_message().await;
        assert_eq!(snapshot.reason(), reason, "{cursor}");
        assert_eq!(snapshot.seq(), last);
    }
    let mut subscriber = setup.subscribe().after(&(last - 10).to_string()).open().await;
    assert_eq!(subscriber.messages_until(last).await.len(), 10);
    assert_eq!(setup.relay.metric("touchline_upstream_streams").await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn g8_an_upstream_stream_limit_does_not_affect_other_streams() {
    let upstream = TestServer::sqlite(&[SETTINGS[0], ("streams_per_topic", "2")]).await;
    let relay = TestServer::relay(&upstream.address(), &SETTINGS).await;
    let organizer = upstream.organizer().await;
    let (one, other) =
        (organizer.live_match("football").await, organizer.live_match("football").await);
    let mut subscriber = relay.subscribe(&one.game.stream_path()).open().await;
    subscriber.until_control("live").await;
    let path = other.game.stream_path();
    let mut follower = ReconnectingSubscriber::new(&[relay.address()], 0, &path);
    follower.read_until(other.client.head_seq(&other.game.topic()).await, WAIT_TIMEOUT).await;

    // Others take the slots while the relay is suspended.
    relay.signal("-STOP");
    upstream.kill9();
    upstream.restart().await;
    let mut faster = Vec::new();
    for _ in 0..2 {
        let mut subscriber = upstream.subscribe(&path).open().await;
        subscriber.until_control("live").await;
        faster.push(subscriber);
    }
    relay.signal("-CONT");
    let deadline = Instant::now() + WAIT_TIMEOUT;
    while follower.connections < 2 {
        assert!(Instant::now() < deadline, "no stream was rejected");
        follower.step(Duration::from_millis(500)).await;
    }
    one.post_note("of the other match").await.ok_json();
    let (_, received) = until_stale(&mut subscriber, false).await;
    let received =
        if received.is_empty() { vec![subscriber.next_message().await] } else { received };
    assert!(received[0].data.contains("of the other match"), "{received:?}");
    // The relay is up to date again, although one stream has no slot.
    wait_for_metric(&relay, "touchline_stale", 0).await;

    drop(faster);
    other.post_notes(2).await;
    let history = other.client.history(&other.game.topic()).await;
    follower.read_until(history.len() as i64, WAIT_TIMEOUT).await;
    assert_eq!(follower.disconnects, 0, "stream ended without bye");
    follower.assert_matches(&history);
}
