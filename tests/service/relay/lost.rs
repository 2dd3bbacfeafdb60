//! What a relay's readers are told when its upstream is away, and that they miss nothing.

use std::time::Duration;
use std::time::Instant;

use crate::relay::Edge;
use crate::relay::becomes;
use crate::relay::figure;
use crate::relay::goodbye;
use crate::relay::read_through;
use crate::relay::texts;
use crate::support::viewer::End;
use crate::support::viewer::PATIENCE;

/// How long readers of a relay are kept while its upstream is away (docs/relay.md).
const GRACE: Duration = Duration::from_secs(5);

#[tokio::test(flavor = "multi_thread")]
async fn g3_an_upstream_that_is_killed_and_started_again_loses_nothing_and_repeats_nothing() {
    let edge = Edge::start(&[]).await;
    edge.scorer.notes(3).await;
    let watches = [edge.watch(), edge.watch()];
    let mut viewers = Vec::new();
    for watch in &watches {
        viewers.push(watch.clone().after("1").open().await);
    }
    for round in 0..3 {
        edge.scorer.notes(2).await;
        edge.upstream.kill9();
        if round == 1 {
            // Longer than readers are kept.
            becomes(&edge.relay, "touchline_streams_open", 0).await;
        }
        edge.upstream.again().await;
        edge.scorer.notes(2).await;
    }
    let all = edge.history().await;
    for (watch, viewer) in watches.iter().zip(viewers) {
        let seen = read_through(watch, viewer, all.len() as i64).await;
        assert_eq!(texts(&seen), all[1..]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn g8_readers_are_told_when_the_upstream_is_gone_and_are_not_let_in_to_a_frozen_picture() {
    let edge = Edge::start(&[]).await;
    let mut viewer = edge.watch().open().await;
    viewer.control("live").await;
    let cursor = viewer.cursor.clone().unwrap();
    edge.upstream.kill9();
    let began = Instant::now();
    let (bye, block) = goodbye(&mut viewer).await;
    assert_eq!((bye["reason"].as_str(), block.id.as_ref()), (Some("unavailable"), Some(&cursor)));
    assert!(block.retry.is_some());
    let took = began.elapsed();
    assert!(took < GRACE + Duration::from_secs(5), "told after {took:?}");
    assert_eq!(edge.relay.stranger().get("/readyz").await.status, 503);

    let mut refused = edge.watch().after(&cursor).open().await;
    assert_eq!(refused.block().await.event.as_deref(), Some("hello"));
    assert_eq!(goodbye(&mut refused).await.0["reason"], "unavailable");
    let poll = format!("{}?transport=poll&wait=1", edge.scorer.game.stream());
    edge.relay.stranger().get(&poll).await.problem(503, "a poll");

    edge.upstream.again().await;
    edge.scorer.note("missed").await.ok();
    let mut back = edge.watch().after(&cursor).open().await;
    assert!(back.message().await.data.contains("missed"));
}

#[tokio::test(flavor = "multi_thread")]
async fn g8_an_upstream_that_hangs_is_told_of_too() {
    let edge = Edge::start(&[("heartbeat_seconds", "1")]).await;
    let mut viewer = edge.watch().open().await;
    viewer.control("live").await;
    edge.upstream.signal("-STOP");
    let began = Instant::now();
    assert_eq!(goodbye(&mut viewer).await.0["reason"], "unavailable");
    let took = began.elapsed();
    assert!(took < Duration::from_secs(2) + GRACE + Duration::from_secs(5), "after {took:?}");
    edge.upstream.signal("-CONT");
    let cursor = viewer.cursor.unwrap();
    edge.scorer.note("after the hang").await.ok();
    let watch = edge.watch();
    let viewer = watch.clone().after(&cursor).open().await;
    let next = texts_after(&watch, viewer, &cursor).await;
    assert!(next.contains("after the hang"), "{next}");
}

/// The first message, over as many connections as it takes.
async fn texts_after(
    watch: &crate::support::viewer::Watch,
    mut viewer: crate::support::viewer::Viewer,
    cursor: &str,
) -> String {
    let deadline = Instant::now() + PATIENCE * 2;
    loop {
        assert!(Instant::now() < deadline, "nothing came");
        match viewer.try_block(PATIENCE).await {
            Ok(block) if block.event.is_none() => return block.data,
            Ok(_) => {}
            Err(End::Late) => panic!("silence"),
            Err(_) => {
                tokio::time::sleep(Duration::from_millis(200)).await;
                viewer = watch.clone().after(cursor).open().await;
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn g4_readers_are_told_of_another_database() {
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
    assert_eq!(goodbye(&mut viewer).await.0["reason"], "unavailable");

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
async fn g4_what_the_upstream_no_longer_keeps_is_a_snapshot_with_its_reason() {
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
