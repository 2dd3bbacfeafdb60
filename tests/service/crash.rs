//! G1: what was acknowledged survives `kill -9`, and nothing is left by halves.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;

use crate::support::database::Database;
use crate::support::server::TestServer;
use crate::support::subscriber::Viewer;
use crate::support::users::{Scorer, note};

crate::support::on_both! {
    g1_kill_9_loses_no_acknowledged_write_and_leaves_none_partial,
}

const ROUNDS: usize = 25;
const WRITERS: usize = 8;

/// What one writer knows when its server is gone.
#[derive(Default)]
struct Sent {
    acknowledged: Vec<String>,
    /// Sent, and whether it was done nobody said.
    open: Option<String>,
}

/// All that was ever acknowledged or seen, with what it was.
#[derive(Default)]
struct Ledger {
    acknowledged: Vec<String>,
    history: Vec<String>,
}

async fn g1_kill_9_loses_no_acknowledged_write_and_leaves_none_partial(database: Database) {
    let server = TestServer::start(database, &[]).await;
    let mut scorer = server.organizer().await.live("football").await;
    let mut ledger = Ledger::default();
    for round in 0..ROUNDS {
        let viewer = server.watch(&scorer.game.stream()).open().await;
        let watching = tokio::spawn(watch(viewer));
        let writers: Vec<_> = (0..WRITERS)
            .map(|writer| tokio::spawn(write(scorer.clone(), format!("r{round}w{writer}"))))
            .collect();
        // A moment that differs from round to round, so that kills hit every step of a write.
        tokio::time::sleep(Duration::from_millis(60 + (round as u64 * 37) % 190)).await;
        server.kill9();
        let mut open = Vec::new();
        for writer in writers {
            let sent = writer.await.unwrap();
            ledger.acknowledged.extend(sent.acknowledged);
            open.extend(sent.open);
        }
        let seen = watching.await.unwrap();
        server.again().await;
        scorer.client = scorer.client.afresh();
        resend(&scorer, &mut ledger, open).await;
        ledger.check(&scorer, seen).await;
    }
    assert!(ledger.acknowledged.len() > ROUNDS * WRITERS, "{} writes", ledger.acknowledged.len());
    let whole = scorer.client.history(&scorer.game.topic()).await;
    assert!(whole == ledger.history, "what was once read has changed");
    server.terminate();
    server.ended(Duration::from_secs(10)).await;
    let verified = server.command(&["verify"]).output().unwrap();
    assert!(verified.status.success(), "{}", String::from_utf8_lossy(&verified.stdout));
}

/// Writes until the server is gone; each text is its own idempotency key.
async fn write(scorer: Scorer, name: String) -> Sent {
    let client = scorer.client.afresh();
    let mut sent = Sent::default();
    for number in 0.. {
        let key = format!("{name}n{number}");
        let path = scorer.game.path("/incidents");
        let Ok(answer) = client.post_keyed(&path, note(&key), &key).await else {
            sent.open = Some(key);
            break;
        };
        assert_eq!(answer.status, 201, "{}", answer.text);
        sent.acknowledged.push(key);
    }
    sent
}

/// Every message that a reader saw before the server was gone.
async fn watch(mut viewer: Viewer) -> Vec<String> {
    let mut seen = Vec::new();
    while let Ok(block) = viewer.try_block(Duration::from_secs(20)).await {
        if block.event.is_none() && !block.is_snapshot() {
            seen.push(block.data);
        }
    }
    seen
}

/// A device's outbox: what nobody acknowledged is sent again, twice, with the same key.
async fn resend(scorer: &Scorer, ledger: &mut Ledger, open: Vec<String>) {
    for key in open {
        let path = scorer.game.path("/incidents");
        let again = async || scorer.client.post_keyed(&path, note(&key), &key).await.unwrap();
        let (first, second) = (again().await, again().await);
        assert_eq!(first.ok(), second.ok(), "{key}");
        ledger.acknowledged.push(key);
    }
}

impl Ledger {
    /// Reads on where the last round ended: gapless, each acknowledged text once, and what was
    /// seen is what is stored.
    async fn check(&mut self, scorer: &Scorer, seen: Vec<String>) {
        let after = self.history.len().to_string();
        let news = scorer.client.history_after(&scorer.game.topic(), &after).await;
        self.history.extend(news);
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
        assert_eq!(counts.len(), self.acknowledged.len(), "nothing that nobody sent");
        for text in seen {
            let seq = usize::try_from(crate::support::api_client::seq_of(&text)).unwrap();
            assert_eq!(self.history.get(seq - 1), Some(&text), "seen before the kill");
        }
    }
}

/// A writer whose connection breaks right after it has sent.
#[tokio::test(flavor = "multi_thread")]
async fn g1_a_write_whose_client_disconnects_is_complete_or_absent() {
    let server = TestServer::sqlite(&[]).await;
    let scorer = server.organizer().await.live("football").await;
    let team = format!("team_{}", scorer.game.home);
    let before = (scorer.client.head(&scorer.game.topic()).await, scorer.client.head(&team).await);
    let impatient = Arc::new(scorer.clone());
    for number in 0..200_u64 {
        let scorer = Arc::clone(&impatient);
        let path = scorer.game.path("/incidents");
        let body = corner(&scorer, number);
        let key = format!("gone-{number}");
        let sending = scorer.client.post_keyed(&path, body, &key);
        // From before the request is out to after the answer is in.
        let _ = tokio::time::timeout(Duration::from_micros(200 + number * 60), sending).await;
    }
    // All keys again: what was done is answered from memory, the rest is done now.
    for number in 0..200_u64 {
        let key = format!("gone-{number}");
        let body = corner(&scorer, number);
        scorer.client.post_keyed(&scorer.game.path("/incidents"), body, &key).await.unwrap().ok();
    }
    let told = scorer.client.history_after(&scorer.game.topic(), &before.0.to_string()).await;
    let live = scorer.client.history_after(&team, &before.1.to_string()).await;
    assert_eq!(told.len(), 200, "each once");
    assert_eq!(live.len(), 200, "and with it what its team is told");
    let verified = server.command(&["verify"]).output().unwrap();
    assert!(verified.status.success(), "{}", String::from_utf8_lossy(&verified.stdout));
}

fn corner(scorer: &Scorer, number: u64) -> Value {
    serde_json::json!({
        "kind": "corner", "team_id": scorer.game.home, "period": "first_half", "minute": 3,
        "text": format!("corner {number}"),
    })
}
