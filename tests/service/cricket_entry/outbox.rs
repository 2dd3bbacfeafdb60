//! A scorer's outbox that keeps unacknowledged entries while its server is killed.

use std::collections::VecDeque;
use std::time::Duration;

use rand::Rng;
use rand::rngs::StdRng;
use serde_json::{Value, json};

use super::script::Line;
use crate::support::server::TestServer;
use crate::support::users::Scorer;

/// How often the server is killed while a batch is in flight.
const KILLS: usize = 6;

/// Sends all lines in batches and repeats them until each is acknowledged.
pub async fn send_with_crashes(
    server: &TestServer,
    scorer: &Scorer,
    lines: &[Line],
    random: &mut StdRng,
) {
    let mut outbox: VecDeque<Value> = lines.iter().enumerate().map(entry).collect();
    let share = lines.len() / KILLS;
    let (mut kills, mut again) = (0, 0);
    while !outbox.is_empty() {
        let batch = random.random_range(1..=20.min(outbox.len()));
        let batch = json!(outbox.iter().take(batch).collect::<Vec<_>>());
        let is_due = lines.len() - outbox.len() >= kills * share && kills < KILLS;
        let response = if is_due {
            kills += 1;
            let after = Duration::from_millis(random.random_range(0..120));
            send_and_kill(server, scorer, batch, after).await
        } else {
            Some(items(scorer, batch).await)
        };
        // A response may get lost as well.
        let response = response.filter(|_| random.random_bool(0.8));
        for item in response.into_iter().flatten() {
            assert_eq!(item["client_id"], outbox[0]["client_id"], "order of entry");
            again += usize::from(item["status"] == "duplicate");
            assert!(["applied", "duplicate"].contains(&item["status"].as_str().unwrap()), "{item}");
            outbox.pop_front();
        }
    }
    eprintln!("{kills} kills, {again} duplicate entries");
    assert!(kills == KILLS && again > 0, "{kills} kills, {again} duplicates");
}

/// Returns the entry as the device stores it.
pub fn entry((number, line): (usize, &Line)) -> Value {
    json!({
        "client_id": format!("device-{number}"), "action": line.action, "body": line.body,
        "occurred_at": line.at,
    })
}

async fn items(scorer: &Scorer, batch: Value) -> Vec<Value> {
    let response = scorer.client.post(&scorer.game.path("/sync"), batch).await.ok_json();
    response["items"].as_array().unwrap().clone()
}

/// Returns the response if it arrived before the server was killed.
async fn send_and_kill(
    server: &TestServer,
    scorer: &Scorer,
    batch: Value,
    after: Duration,
) -> Option<Vec<Value>> {
    let client = scorer.client.with_new_connections();
    let path = scorer.game.path("/sync");
    let sending = tokio::spawn(async move {
        client.send(reqwest::Method::POST, &path, Some(batch), &[]).await.ok()
    });
    tokio::time::sleep(after).await;
    server.kill9();
    let response = sending.await.unwrap();
    server.restart().await;
    response.map(|response| response.ok_json()["items"].as_array().unwrap().clone())
}
