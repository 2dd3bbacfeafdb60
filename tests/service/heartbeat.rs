//! G8: a live stream is never silent for longer than the heartbeat interval.

use std::time::{Duration, Instant};

use serde_json::json;

use crate::support::server::TestServer;
use crate::support::subscriber::Subscriber;
use crate::support::users::Scorer;

#[tokio::test(flavor = "multi_thread")]
async fn g8_an_idle_stream_sends_a_heartbeat_every_interval() {
    let server = TestServer::sqlite(&[("heartbeat_seconds", "1")]).await;
    let scorer = server.organizer().await.live_match("football").await;
    let stream = scorer.game.stream_path();
    let (several, state, types) = (
        format!("/api/stream/?topic={}&topic=team_{}", scorer.game.topic(), scorer.game.home),
        format!("{stream}?mode=state"),
        format!("{stream}?types=goal"),
    );
    let mut watching = Vec::new();
    for path in [stream, several, state, types] {
        let mut subscriber = server.subscribe(&path).open().await;
        assert_eq!(subscriber.next_frame().await.json()["heartbeat_ms"], 1000);
        subscriber.until_control("live").await;
        watching.push(tokio::spawn(check_heartbeats(subscriber, path)));
    }
    for task in watching {
        task.await.unwrap();
    }
}

async fn check_heartbeats(mut subscriber: Subscriber, path: String) {
    let cursor = subscriber.cursor.clone();
    let mut last = Instant::now();
    for _ in 0..5 {
        let beat = subscriber.next_frame().await;
        assert_eq!(beat.event.as_deref(), Some("heartbeat"), "{path}");
        assert_eq!(beat.id, cursor, "{path}: cursor moved");
        // 1.3 s, plus a margin for a busy machine.
        assert!(last.elapsed() < Duration::from_millis(1500), "{path}: {:?}", last.elapsed());
        last = Instant::now();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn g8_heartbeats_continue_while_messages_are_filtered_out() {
    let server = TestServer::sqlite(&[("heartbeat_seconds", "1")]).await;
    let scorer = server.organizer().await.live_match("football").await;
    let path = format!("{}?types=goal", scorer.game.stream_path());
    let mut subscriber = server.subscribe(&path).open().await;
    subscriber.until_control("live").await;
    let writing = tokio::spawn(corners(scorer.clone(), Duration::from_secs(4)));
    let mut last = Instant::now();
    while !writing.is_finished() {
        let frame = subscriber.next_frame().await;
        assert_eq!(frame.event.as_deref(), Some("heartbeat"), "{frame:?}");
        assert!(last.elapsed() < Duration::from_millis(1500), "{:?}", last.elapsed());
        last = Instant::now();
    }
    let written = writing.await.unwrap();
    let head = scorer.client.head_seq(&scorer.game.topic()).await;
    assert!(written > 10 && head > written);
    let reached = format!("-{head}");
    let deadline = Instant::now() + Duration::from_secs(5);
    while !subscriber.cursor.as_ref().unwrap().ends_with(&reached) {
        assert!(Instant::now() < deadline, "cursor stays at {:?}", subscriber.cursor);
        subscriber.until_control("heartbeat").await;
    }
}

async fn corners(scorer: Scorer, time: Duration) -> i64 {
    let (started, mut written) = (Instant::now(), 0);
    while started.elapsed() < time {
        let body = json!({
            "kind": "corner", "team_id": scorer.game.away, "period": "first_half", "minute": 9,
        });
        scorer.post_action("incidents", body).await.ok_json();
        written += 1;
    }
    written
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_ends_at_its_lifetime_between_two_frames() {
    let settings = [("lifetime_seconds", "2")];
    let server = TestServer::sqlite(&settings).await;
    let scorer = server.organizer().await.live_match("football").await;
    let started = Instant::now();
    let mut subscriber = server.subscribe(&scorer.game.stream_path()).open().await;
    let (bye, frame) = subscriber.until_bye().await;
    assert_eq!(bye["reason"], "lifetime");
    assert!(frame.retry.is_some() && frame.id == subscriber.cursor, "{frame:?}");
    let lifetime = started.elapsed().as_secs_f64();
    // Drawn from one second on and checked four times a second.
    assert!((0.7..4.0).contains(&lifetime), "lifetime was {lifetime} s");
}

#[tokio::test(flavor = "multi_thread")]
async fn g8_heartbeats_continue_while_a_rate_limited_state_waits() {
    let server = TestServer::sqlite(&[("heartbeat_seconds", "1")]).await;
    let scorer = server.organizer().await.live_match("football").await;
    let path = format!("{}?mode=state&max_rate=0.2", scorer.game.stream_path());
    let mut subscriber = server.subscribe(&path).open().await;
    subscriber.until_control("live").await;
    scorer.post_incident("goal", 4).await;
    let shown = subscriber.next_message().await;
    scorer.post_incident("goal", 5).await;
    let (mut last, mut beats) = (Instant::now(), 0);
    loop {
        let frame = subscriber.next_frame().await;
        assert!(last.elapsed() < Duration::from_millis(1500), "{:?}", last.elapsed());
        last = Instant::now();
        if frame.event.is_none() {
            assert_eq!(frame.seq(), shown.seq() + 1);
            break;
        }
        // A cursor beyond the last sent state would lose the pending one.
        assert_eq!((frame.event.as_deref(), &frame.id), (Some("heartbeat"), &shown.id));
        beats += 1;
    }
    assert!(beats >= 3, "{beats} heartbeats in 5 s");
}
