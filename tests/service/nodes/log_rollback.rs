//! A log that lost its end: a standby promoted too early, or a restored backup.

use std::time::{Duration, Instant};

use crate::support::database::Database;
use crate::support::postgres;
use crate::support::server::TestServer;
use crate::support::sse::Frame;
use crate::support::subscriber::{Subscriber, WAIT_TIMEOUT};

async fn wait_until_stale(subscriber: &mut Subscriber) {
    let deadline = Instant::now() + WAIT_TIMEOUT;
    while !subscriber.until_control("heartbeat").await.data.contains("stale_since") {
        assert!(Instant::now() < deadline, "stream does not become stale");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn g4_subscribers_of_a_rolled_back_log_get_a_new_snapshot() {
    let mut postgres = postgres::PostgresServer::start().await;
    let settings = [("heartbeat_seconds", "1"), ("drain_seconds", "20")];
    let database = Database::at_url(&postgres.url());
    let nodes = [
        TestServer::start(database.share(), &settings).await,
        TestServer::start(database, &settings).await,
    ];
    let mut scorer = nodes[0].organizer().await.live_match("football").await;
    scorer.post_notes(3).await;
    let kept = scorer.client.head_seq(&scorer.game.topic()).await;
    postgres.stop();
    postgres.save_files();
    postgres.restart().await;
    let deadline = Instant::now() + WAIT_TIMEOUT;
    while scorer.post_note("lost").await.status != 201 {
        assert!(Instant::now() < deadline, "node does not recover");
    }
    scorer.post_notes(4).await;
    let mut subscribers = Vec::new();
    for node in &nodes {
        let mut subscriber = node.subscribe(&scorer.game.stream_path()).open().await;
        subscriber.until_control("live").await;
        subscribers.push(subscriber);
    }
    let lost = scorer.client.head_seq(&scorer.game.topic()).await;
    assert_eq!(lost, kept + 5);

    postgres.stop();
    postgres.restore_files();
    postgres.restart().await;
    // A new message must not be taken for the successor of a lost one.
    for subscriber in &mut subscribers {
        wait_until_stale(subscriber).await;
    }
    let deadline = Instant::now() + WAIT_TIMEOUT;
    while !nodes[0].log().contains("touchline epoch new") {
        assert!(Instant::now() < deadline, "the log names no remedy");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let made = nodes[0].command(&["epoch", "new"]).output().unwrap();
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));

    let mut cursors = Vec::new();
    for subscriber in &mut subscribers {
        let (bye, frame) = subscriber.until_bye().await;
        assert_eq!((bye["reason"].as_str(), frame.retry.is_some()), (Some("draining"), true));
        cursors.push(subscriber.cursor.clone().unwrap());
    }
    scorer.client = scorer.client.with_new_connections();
    for ((node, cursor), seq) in nodes.iter().zip(&cursors).zip(kept..) {
        let (mut subscriber, snapshot) = reopen(node, &scorer.game.stream_path(), cursor).await;
        assert_eq!((snapshot.reason().as_str(), snapshot.seq()), ("unknown_cursor", seq));
        assert_ne!(snapshot.id.unwrap().split('.').next(), cursor.split('.').next());
        subscriber.until_control("live").await;
        let other = format!("after it, from {}", node.port);
        let before = scorer.client.head_seq(&scorer.game.topic()).await;
        scorer.post_note(&other).await.ok_json();
        let next = subscriber.messages_until(before + 1).await.pop().unwrap();
        assert!(next.data.contains(&other), "{next:?}");
    }
}

/// The node restarts: it first ends new streams, then refuses connections. Returns the first
/// message.
async fn reopen(node: &TestServer, path: &str, cursor: &str) -> (Subscriber, Frame) {
    let deadline = Instant::now() + WAIT_TIMEOUT;
    loop {
        let request = node.subscribe(path).after(cursor);
        if let Some(mut subscriber) = request.try_open(Duration::from_secs(5)).await {
            while let Ok(frame) = subscriber.try_frame(WAIT_TIMEOUT).await {
                if frame.event.is_none() {
                    return (subscriber, frame);
                }
            }
        }
        assert!(Instant::now() < deadline, "node does not restart");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}
