//! A database that has lost its end: a standby promoted too early, a backup put back.

use std::time::{Duration, Instant};

use crate::support::database::Database;
use crate::support::postgres;
use crate::support::server::TestServer;
use crate::support::sse::Block;
use crate::support::subscriber::{PATIENCE, Viewer};

async fn stale(viewer: &mut Viewer) {
    let deadline = Instant::now() + PATIENCE;
    while !viewer.control("heartbeat").await.data.contains("stale_since") {
        assert!(Instant::now() < deadline, "it is never told");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn g4_subscribers_of_a_rolled_back_log_get_a_new_snapshot() {
    let mut postgres = postgres::Server::start().await;
    let settings = [("heartbeat_seconds", "1"), ("drain_seconds", "20")];
    let database = Database::at(&postgres.url());
    let nodes = [
        TestServer::start(database.again(), &settings).await,
        TestServer::start(database, &settings).await,
    ];
    let mut scorer = nodes[0].organizer().await.live("football").await;
    scorer.notes(3).await;
    let kept = scorer.client.head(&scorer.game.topic()).await;
    postgres.stop();
    postgres.remember();
    postgres.again().await;
    let deadline = Instant::now() + PATIENCE;
    while scorer.note("lost").await.status != 201 {
        assert!(Instant::now() < deadline, "it doesn't come back");
    }
    scorer.notes(4).await;
    let mut viewers = Vec::new();
    for node in &nodes {
        let mut viewer = node.watch(&scorer.game.stream()).open().await;
        viewer.control("live").await;
        viewers.push(viewer);
    }
    let lost = scorer.client.head(&scorer.game.topic()).await;
    assert_eq!(lost, kept + 5);

    postgres.stop();
    postgres.forget();
    postgres.again().await;
    // Nobody may take what a new message brings for the next of what was there.
    for viewer in &mut viewers {
        stale(viewer).await;
    }
    let deadline = Instant::now() + PATIENCE;
    while !nodes[0].log().contains("touchline epoch new") {
        assert!(Instant::now() < deadline, "the operator isn't told what to do");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let made = nodes[0].command(&["epoch", "new"]).output().unwrap();
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));

    let mut cursors = Vec::new();
    for viewer in &mut viewers {
        let (bye, frame) = viewer.goodbye().await;
        assert_eq!((bye["reason"].as_str(), frame.retry.is_some()), (Some("draining"), true));
        cursors.push(viewer.cursor.clone().unwrap());
    }
    scorer.client = scorer.client.afresh();
    for ((node, cursor), seq) in nodes.iter().zip(&cursors).zip(kept..) {
        let (mut viewer, snapshot) = reopened(node, &scorer.game.stream(), cursor).await;
        assert_eq!((snapshot.reason().as_str(), snapshot.seq()), ("unknown_cursor", seq));
        assert_ne!(snapshot.id.unwrap().split('.').next(), cursor.split('.').next());
        viewer.control("live").await;
        let other = format!("after it, from {}", node.port);
        let before = scorer.client.head(&scorer.game.topic()).await;
        scorer.note(&other).await.ok();
        let next = viewer.until(before + 1).await.pop().unwrap();
        assert!(next.data.contains(&other), "{next:?}");
    }
}

/// The node is built anew: for a moment it ends what is opened, then nobody listens. Gives the
/// first message.
async fn reopened(node: &TestServer, path: &str, cursor: &str) -> (Viewer, Block) {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let watch = node.watch(path).after(cursor);
        if let Some(mut viewer) = watch.attempt(Duration::from_secs(5)).await {
            while let Ok(block) = viewer.try_block(PATIENCE).await {
                if block.event.is_none() {
                    return (viewer, block);
                }
            }
        }
        assert!(Instant::now() < deadline, "it doesn't come back");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}
