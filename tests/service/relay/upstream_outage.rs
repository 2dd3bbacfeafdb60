//! What a relay's readers are told when its upstream is away, and that they miss nothing.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use crate::relay::{Edge, becomes, figure, texts};
use crate::support::database::Database;
use crate::support::postgres;
use crate::support::reconnecting_subscriber::Follower;
use crate::support::server::TestServer;
use crate::support::sse::Block;
use crate::support::subscriber::{PATIENCE, Viewer};

/// How long readers are left to themselves while the upstream is away (docs/relay.md).
const OUT_OF_SIGHT: Duration = Duration::from_secs(5);

/// Heartbeats that don't make the test wait.
const SETTINGS: [(&str, &str); 1] = [("heartbeat_seconds", "1")];

/// Reads on to a heartbeat that says (or no longer says) that nothing is known; gives that, and
/// the messages before it.
async fn until_stale(viewer: &mut Viewer, expected: bool) -> (Block, Vec<Block>) {
    let deadline = Instant::now() + PATIENCE;
    let mut told = Vec::new();
    loop {
        let block = viewer.block().await;
        match block.event.as_deref() {
            None => told.push(block),
            Some("heartbeat") if block.json()["stale_since"].is_string() == expected => {
                return (block, told);
            }
            Some("heartbeat" | "live") => {}
            other => panic!("{other:?}: {}", block.data),
        }
        assert!(Instant::now() < deadline, "stale is not {expected}");
    }
}

/// Messages up to `seq`, on the same stream all the while.
async fn told_to(viewer: &mut Viewer, mut told: Vec<Block>, seq: i64) -> Vec<Block> {
    while told.last().is_none_or(|last| last.seq() < seq) {
        told.push(viewer.message().await);
    }
    told
}

#[tokio::test(flavor = "multi_thread")]
async fn g3_an_upstream_restart_loses_and_repeats_nothing() {
    let edge = Edge::start(&SETTINGS).await;
    edge.scorer.notes(3).await;
    let mut viewers = Vec::new();
    for _ in 0..2 {
        viewers.push(edge.watch().after("1").open().await);
    }
    for round in 0..3 {
        edge.scorer.notes(2).await;
        edge.upstream.kill9();
        if round == 1 {
            // Long enough for readers to be told.
            becomes(&edge.relay, "touchline_stale", 1).await;
        }
        edge.upstream.again().await;
        edge.scorer.notes(2).await;
    }
    let all = edge.history().await;
    let last = all.len() as i64;
    for viewer in &mut viewers {
        let mut seen = Vec::new();
        while seen.last().is_none_or(|block: &Block| block.seq() < last) {
            let block = viewer.block().await;
            assert_ne!(block.event.as_deref(), Some("bye"), "one stream: {}", block.data);
            seen.extend(block.event.is_none().then_some(block));
        }
        assert_eq!(texts(&seen), all[1..]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn g8_a_lost_upstream_makes_streams_stale_and_they_catch_up() {
    let edge = Edge::start(&SETTINGS).await;
    let mut viewer = edge.watch().open().await;
    viewer.control("live").await;
    let cursor = viewer.cursor.clone().unwrap();
    edge.upstream.kill9();
    let began = Instant::now();
    let (said, told) = until_stale(&mut viewer, true).await;
    let took = began.elapsed();
    assert!(took < OUT_OF_SIGHT + Duration::from_secs(5), "told after {took:?}");
    assert_eq!((said.id.as_ref(), told), (Some(&cursor), Vec::new()));
    assert_eq!(figure(&edge.relay, "touchline_stale").await, 1);
    assert_eq!(edge.relay.stranger().get("/readyz").await.status, 503);

    // Who missed nothing that is known here is let in, and told; a new one would need a state.
    let mut second = edge.watch().after(&cursor).open().await;
    assert_eq!(second.control("live").await.id.as_ref(), Some(&cursor));
    until_stale(&mut second, true).await;
    let mut refused = edge.watch().open().await;
    let (bye, block) = refused.goodbye().await;
    assert_eq!((bye["reason"].as_str(), block.retry.is_some()), (Some("unavailable"), true));
    for cursor in ["", &format!("&last_event_id={cursor}")] {
        let poll = format!("{}?transport=poll&wait=1{cursor}", edge.scorer.game.stream());
        edge.relay.stranger().get(&poll).await.problem(503, "a poll");
    }

    edge.upstream.again().await;
    edge.scorer.notes(2).await;
    let all = edge.history().await;
    let last = all.len() as i64;
    for viewer in [&mut viewer, &mut second] {
        let (said, told) = until_stale(viewer, false).await;
        assert!(said.json()["stale_since"].is_null());
        let told = told_to(viewer, told, last).await;
        assert_eq!(texts(&told), all[all.len() - 2..]);
    }
    becomes(&edge.relay, "touchline_stale", 0).await;
    let breaks = figure(&edge.relay, "touchline_upstream_breaks_total").await;
    assert_eq!(breaks, 1, "however often it was tried");
}

#[tokio::test(flavor = "multi_thread")]
async fn g8_a_hanging_upstream_makes_streams_stale() {
    let edge = Edge::start(&SETTINGS).await;
    let mut viewer = edge.watch().open().await;
    viewer.control("live").await;
    edge.upstream.signal("-STOP");
    let began = Instant::now();
    until_stale(&mut viewer, true).await;
    // Two heartbeats of silence, and then as ever.
    let took = began.elapsed();
    assert!(took < Duration::from_secs(2) + OUT_OF_SIGHT + Duration::from_secs(5), "{took:?}");
    edge.upstream.signal("-CONT");
    edge.scorer.note("after the hang").await.ok();
    let (_, told) = until_stale(&mut viewer, false).await;
    let last = edge.history().await.len() as i64;
    let told = told_to(&mut viewer, told, last).await;
    assert!(told[0].data.contains("after the hang"), "{told:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn g8_a_stale_upstream_makes_the_relay_stale_at_once() {
    let mut postgres = postgres::Server::start().await;
    let settings = [("database_wait_seconds", "2"), ("heartbeat_seconds", "1")];
    let upstream = TestServer::start(Database::at(&postgres.url()), &settings).await;
    let relay = TestServer::relay(&upstream.address(), &settings).await;
    let second = TestServer::relay(&relay.address(), &settings).await;
    let scorer = upstream.organizer().await.live("football").await;
    let mut viewers = Vec::new();
    for node in [&upstream, &relay, &second] {
        let mut viewer = node.watch(&scorer.game.stream()).open().await;
        viewer.control("live").await;
        viewers.push(viewer);
    }
    postgres.kill9();
    let mut said = BTreeSet::new();
    for viewer in &mut viewers {
        let (block, _) = until_stale(viewer, true).await;
        said.insert(block.json()["stale_since"].to_string());
    }
    assert_eq!(said.len(), 1, "the same moment, however far away: {said:?}");
    postgres.again().await;
    for viewer in &mut viewers {
        until_stale(viewer, false).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn g4_an_upstream_with_another_database_causes_a_snapshot() {
    let edge = Edge::start(&[]).await;
    edge.scorer.notes(5).await;
    let mut viewer = edge.watch().open().await;
    viewer.control("live").await;
    let cursor = viewer.cursor.clone().unwrap();
    edge.upstream.kill9();
    edge.upstream
        .database
        .tamper("update settings set value = 'abcdef' where name = 'epoch'")
        .await;
    edge.upstream.again().await;
    assert_eq!(viewer.goodbye().await.0["reason"], "unavailable");

    let mut back = edge.watch().after(&cursor).open().await;
    let hello = back.block().await;
    assert_eq!((hello.event.as_deref(), hello.id), (Some("hello"), None));
    let snapshot = back.message().await;
    assert_eq!(snapshot.reason(), "unknown_cursor");
    let seq = snapshot.seq();
    assert_eq!(snapshot.id.as_deref(), Some(&*format!("abcdef.{seq}")));
    edge.scorer.note("of the new one").await.ok();
    let next = back.message().await;
    assert_eq!(next.id.as_deref(), Some(&*format!("abcdef.{}", seq + 1)));
    assert!(next.data.contains("of the new one"));
}

#[tokio::test(flavor = "multi_thread")]
async fn g4_a_cursor_pruned_upstream_gets_a_snapshot_with_its_reason() {
    let edge = Edge::start(&[]).await;
    edge.scorer.notes(400).await;
    let last = edge.history().await.len() as i64;
    let prune = ["prune", "--keep", "10"];
    assert!(edge.upstream.command(&prune).status().unwrap().success());
    for (cursor, reason) in [(1, "pruned"), (last - 11, "pruned"), (last + 50, "unknown_cursor")] {
        let mut viewer = edge.watch().after(&cursor.to_string()).open().await;
        let snapshot = viewer.message().await;
        assert_eq!(snapshot.reason(), reason, "{cursor}");
        assert_eq!(snapshot.seq(), last);
    }
    let mut viewer = edge.watch().after(&(last - 10).to_string()).open().await;
    assert_eq!(viewer.until(last).await.len(), 10);
    assert_eq!(figure(&edge.relay, "touchline_upstream_streams").await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn g8_an_upstream_stream_limit_does_not_affect_other_streams() {
    let upstream = TestServer::sqlite(&[SETTINGS[0], ("streams_per_topic", "2")]).await;
    let relay = TestServer::relay(&upstream.address(), &SETTINGS).await;
    let organizer = upstream.organizer().await;
    let (one, other) = (organizer.live("football").await, organizer.live("football").await);
    let mut viewer = relay.watch(&one.game.stream()).open().await;
    viewer.control("live").await;
    let path = other.game.stream();
    let mut follower = Follower::new(&[relay.address()], 0, &path);
    follower.until(other.client.head(&other.game.topic()).await, PATIENCE).await;

    // Others are faster after a restart.
    relay.signal("-STOP");
    upstream.kill9();
    upstream.again().await;
    let mut faster = Vec::new();
    for _ in 0..2 {
        let mut viewer = upstream.watch(&path).open().await;
        viewer.control("live").await;
        faster.push(viewer);
    }
    relay.signal("-CONT");
    let deadline = Instant::now() + PATIENCE;
    while follower.opened < 2 {
        assert!(Instant::now() < deadline, "nobody is sent away");
        follower.step(Duration::from_millis(500)).await;
    }
    one.note("of the other match").await.ok();
    let (_, told) = until_stale(&mut viewer, false).await;
    let told = if told.is_empty() { vec![viewer.message().await] } else { told };
    assert!(told[0].data.contains("of the other match"), "{told:?}");
    // Told or not while both were away: it is known again, though one has no room.
    becomes(&relay, "touchline_stale", 0).await;

    drop(faster);
    other.notes(2).await;
    let history = other.client.history(&other.game.topic()).await;
    follower.until(history.len() as i64, PATIENCE).await;
    assert_eq!(follower.cut, 0, "each stream ended with a goodbye");
    follower.agrees_with(&history);
}
