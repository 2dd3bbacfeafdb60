//! G8: a live stream is never silent for longer than the heartbeat interval.

use std::time::{Duration, Instant};

use serde_json::json;

use crate::support::server::TestServer;
use crate::support::subscriber::Viewer;
use crate::support::users::Scorer;

#[tokio::test(flavor = "multi_thread")]
async fn g8_an_idle_stream_sends_a_heartbeat_every_interval() {
    let server = TestServer::sqlite(&[("heartbeat_seconds", "1")]).await;
    let scorer = server.organizer().await.live("football").await;
    let stream = scorer.game.stream();
    let (several, state, types) = (
        format!("/api/stream/?topic={}&topic=team_{}", scorer.game.topic(), scorer.game.home),
        format!("{stream}?mode=state"),
        format!("{stream}?types=goal"),
    );
    let mut watching = Vec::new();
    for path in [stream, several, state, types] {
        let mut viewer = server.watch(&path).open().await;
        assert_eq!(viewer.block().await.json()["heartbeat_ms"], 1000);
        viewer.control("live").await;
        watching.push(tokio::spawn(listen(viewer, path)));
    }
    for task in watching {
        task.await.unwrap();
    }
}

async fn listen(mut viewer: Viewer, path: String) {
    let cursor = viewer.cursor.clone();
    let mut last = Instant::now();
    for _ in 0..5 {
        let beat = viewer.block().await;
        assert_eq!(beat.event.as_deref(), Some("heartbeat"), "{path}");
        assert_eq!(beat.id, cursor, "{path}: nothing has happened");
        // 1.3 s by the clock of a busy machine.
        assert!(last.elapsed() < Duration::from_millis(1500), "{path}: {:?}", last.elapsed());
        last = Instant::now();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn g8_heartbeats_continue_while_messages_are_filtered_out() {
    let server = TestServer::sqlite(&[("heartbeat_seconds", "1")]).await;
    let scorer = server.organizer().await.live("football").await;
    let path = format!("{}?types=goal", scorer.game.stream());
    let mut viewer = server.watch(&path).open().await;
    viewer.control("live").await;
    let writing = tokio::spawn(corners(scorer.clone(), Duration::from_secs(4)));
    let mut last = Instant::now();
    while !writing.is_finished() {
        let block = viewer.block().await;
        assert_eq!(block.event.as_deref(), Some("heartbeat"), "{block:?}");
        assert!(last.elapsed() < Duration::from_millis(1500), "{:?}", last.elapsed());
        last = Instant::now();
    }
    let written = writing.await.unwrap();
    let head = scorer.client.head(&scorer.game.topic()).await;
    assert!(written > 10 && head > written);
    let reached = format!(".{head}");
    let deadline = Instant::now() + Duration::from_secs(5);
    while !viewer.cursor.as_ref().unwrap().ends_with(&reached) {
        assert!(Instant::now() < deadline, "the cursor stays at {:?}", viewer.cursor);
        viewer.control("heartbeat").await;
    }
}

async fn corners(scorer: Scorer, time: Duration) -> i64 {
    let (began, mut written) = (Instant::now(), 0);
    while began.elapsed() < time {
        let body = json!({
            "kind": "corner", "team_id": scorer.game.away, "period": "first_half", "minute": 9,
        });
        scorer.act("incidents", body).await.ok();
        written += 1;
    }
    written
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_ends_at_its_lifetime_between_two_frames() {
    let settings = [("lifetime_seconds", "2")];
    let server = TestServer::sqlite(&settings).await;
    let scorer = server.organizer().await.live("football").await;
    let began = Instant::now();
    let mut viewer = server.watch(&scorer.game.stream()).open().await;
    let (bye, frame) = viewer.goodbye().await;
    assert_eq!(bye["reason"], "lifetime");
    assert!(frame.retry.is_some() && frame.id == viewer.cursor, "{frame:?}");
    let lived = began.elapsed().as_secs_f64();
    // Drawn from one second on, and counted in quarters.
    assert!((0.7..4.0).contains(&lived), "it lived {lived} s");
}

#[tokio::test(flavor = "multi_thread")]
async fn g8_heartbeats_continue_while_a_rate_limited_state_waits() {
    let server = TestServer::sqlite(&[("heartbeat_seconds", "1")]).await;
    let scorer = server.organizer().await.live("football").await;
    let path = format!("{}?mode=state&max_rate=0.2", scorer.game.stream());
    let mut viewer = server.watch(&path).open().await;
    viewer.control("live").await;
    scorer.incident("goal", 4).await;
    let shown = viewer.message().await;
    scorer.incident("goal", 5).await;
    let (mut last, mut beats) = (Instant::now(), 0);
    loop {
        let block = viewer.block().await;
        assert!(last.elapsed() < Duration::from_millis(1500), "{:?}", last.elapsed());
        last = Instant::now();
        if block.event.is_none() {
            assert_eq!(block.seq(), shown.seq() + 1);
            break;
        }
        // A cursor beyond what was shown would lose the state that waits.
        assert_eq!((block.event.as_deref(), &block.id), (Some("heartbeat"), &shown.id));
        beats += 1;
    }
    assert!(beats >= 3, "{beats} heartbeats in 5 s");
}
