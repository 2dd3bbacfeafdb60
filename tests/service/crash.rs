//! G1: acknowledged writes survive `kill -9`, and no write is stored in part.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;

use crate::support::database::Database;
use crate::support::server::TestServer;
use crate::support::subscriber::Subscriber;
use crate::support::users::{Scorer, note_body};

crate::support::on_both! {
    g1_kill_9_loses_no_acknowledged_write_and_leaves_none_partial,
}

const ROUNDS: usize = 25;
const WRITERS: usize = 8;

/// What one writer knows when its server is gone.
#[derive(Default)]
struct SentWrites {
    acknowledged: Vec<String>,
    /// Sent without a response, so its outcome is unknown.
    open: Option<String>,
}

/// Everything ever acknowledged, and the whole log read so far.
#[derive(Default)]
struct Ledger {
    acknowledged: Vec<String>,
    history: Vec<String>,
}

async fn g1_kill_9_loses_no_acknowledged_write_and_leaves_none_partial(database: Database) {
    let server = TestServer::start(database, &[]).await;
    let mut scorer = server.organizer().await.live_match("football").await;
    let mut ledger = Ledger::default();
    for round in 0..ROUNDS {
        let subscriber = server.subscribe(&scorer.game.stream_path()).open().await;
        let watching = tokio::spawn(collect_messages(subscriber));
        let writers: Vec<_> = (0..WRITERS)
            .map(|writer| tokio::spawn(write(scorer.clone(), format!("r{round}w{writer}"))))
            .collect();
        // The delay differs between rounds, so that kills hit every step of a write.
        tokio::time::sleep(Duration::from_millis(60 + (round as u64 * 37) % 190)).await;
        server.kill9();
        let mut open = Vec::new();
        for writer in writers {
            let sent = writer.await.unwrap();
            ledger.acknowledged.extend(sent.acknowledged);
            open.extend(sent.open);
        }
        let seen = watching.await.unwrap();
        server.restart().await;
        scorer.client = scorer.client.with_new_connections();
        resend(&scorer, &mut ledger, open).await;
        ledger.check(&scorer, seen).await;
    }
    assert!(ledger.acknowledged.len() > ROUNDS * WRITERS, "{} writes", ledger.acknowledged.len());
    let whole = scorer.client.history(&scorer.game.topic()).await;
    assert!(whole == ledger.history, "messages changed after they were read");
    server.terminate();
    server.wait_for_exit(Duration::from_secs(10)).await;
    let verified = server.command(&["verify"]).output().unwrap();
    assert!(verified.status.success(), "{}", String::from_utf8_lossy(&verified.stdout));
}

/// Writes until the server is gone; each text is its own idempotency key.
async fn write(scorer: Scorer, name: String) -> SentWrites {
    let client = scorer.client.with_new_connections();
    let mut sent = SentWrites::default();
    for number in 0.. {
        let key = format!("{name}n{number}");
        let path = scorer.game.path("/incidents");
        let Ok(response) = client.post_keyed(&path, note_body(&key), &key).await else {
            sent.open = Some(key);
            break;
        };
        assert_eq!(response.status, 201, "{}", response.text);
        sent.acknowledged.push(key);
    }
    sent
}

/// Collects every message that the subscriber receives before the server is gone.
async fn collect_messages(mut subscriber: Subscriber) -> Vec<String> {
    let mut seen = Vec::new();
    while let Ok(frame) = subscriber.try_frame(Duration::from_secs(20)).await {
        if frame.event.is_none() && !frame.is_snapshot() {
            seen.push(frame.data);
        }
    }
    seen
}

/// Resends each unacknowledged write twice with the same key, as a device's outbox does.
async fn resend(scorer: &Scorer, ledger: &mut Ledger, open: Vec<String>) {
    for key in open {
        let path = scorer.game.path("/incidents");
        let again = async || scorer.client.post_keyed(&path, note_body(&key), &key).await.unwrap();
        let (first, second) = (again().await, again().await);
        assert_eq!(first.ok_json(), second.ok_json(), "{key}");
        ledger.acknowledged.push(key);
    }
}

impl Ledger {
    /// Reads on from the last round: no gaps, each acknowledged text once, and stored messages
    /// equal the received ones.
    async fn check(&mut self, scorer: &Scorer, seen: Vec<String>) {
        let after = self.history.len().to_string();
        let new_messages = scorer.client.history_after(&scorer.game.topic(), &after).await;
        self.history.extend(new_messages);
        let mut counts: HashMap<String, usize> = HashMap::new();
        for (index, text) in self.history.iter().enumerate() {
            let message: Value = serde_json::from_str(text).unwrap();
            assert_eq!(message["seq"], index as i64 + 1, "{text}");
            if let Some(text) = message["data"]["incident"]["text"].as_str() {
                *counts.entry(text.to_owned()).or_default() += 1;
            }
        }
        for key in &self.acknowledged {
            assert_eq!(counts.get(key), Some(&1), "{key} was acknowledged");
        }
        assert_eq!(counts.len(), self.acknowledged.len(), "messages of unknown origin");
        for text in seen {
            let seq = usize::try_from(crate::support::api_client::seq_of(&text)).unwrap();
            assert_eq!(self.history.get(seq - 1), Some(&text), "differs from the stored message");
        }
    }
}

/// Drops the connection right after sending.
#[tokio::test(flavor = "multi_thread")]
async fn g1_a_write_whose_client_disconnects_is_complete_or_absent() {
    let server = TestServer::sqlite(&[]).await;
    let scorer = server.organizer().await.live_match("football").await;
    let team = format!("team_{}", scorer.game.home);
    let before =
        (scorer.client.head_seq(&scorer.game.topic()).await, scorer.client.head_seq(&team).await);
    let shared_scorer = Arc::new(scorer.clone());
    for number in 0..200_u64 {
        let scorer = Arc::clone(&shared_scorer);
        let path = scorer.game.path("/incidents");
        let body = corner(&scorer, number);
        let key = format!("gone-{number}");
        let sending = scorer.client.post_keyed(&path, body, &key);
        // Between before the request is sent and after the response arrives.
        let _ = tokio::time::timeout(Duration::from_micros(200 + number * 60), sending).await;
    }
    // Resends every key: finished writes are replayed, the others are done now.
    for number in 0..200_u64 {
        let key = format!("gone-{number}");
        let body = corner(&scorer, number);
        scorer
            .client
            .post_keyed(&scorer.game.path("/incidents"), body, &key)
            .await
            .unwrap()
            .ok_json();
    }
    let received = scorer.client.history_after(&scorer.game.topic(), &before.0.to_string()).await;
    let live = scorer.client.history_after(&team, &before.1.to_string()).await;
    assert_eq!(received.len(), 200, "duplicate or missing");
    assert_eq!(live.len(), 200, "team stream differs from the match stream");
    let verified = server.command(&["verify"]).output().unwrap();
    assert!(verified.status.success(), "{}", String::from_utf8_lossy(&verified.stdout));
}

fn corner(scorer: &Scorer, number: u64) -> Value {
    serde_json::json!({
        "kind": "corner", "team_id": scorer.game.home, "period": "first_half", "minute": 3,
        "text": format!("corner {number}"),
    })
}
