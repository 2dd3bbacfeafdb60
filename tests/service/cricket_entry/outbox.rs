//! A scorer's device that keeps what nobody acknowledged, while its server is killed.

use std::collections::VecDeque;
use std::time::Duration;

use rand::Rng;
use rand::rngs::StdRng;
use serde_json::{Value, json};

use super::script::Line;
use crate::support::server::TestServer;
use crate::support::users::Scorer;

/// How often the server is killed while a batch is on its way.
const KILLS: usize = 6;

/// Sends all lines in batches, again and again until each is acknowledged.
pub async fn sent(server: &TestServer, scorer: &Scorer, lines: &[Line], random: &mut StdRng) {
    let mut outbox: VecDeque<Value> = lines.iter().enumerate().map(entry).collect();
    let share = lines.len() / KILLS;
    let (mut kills, mut again) = (0, 0);
    while !outbox.is_empty() {
        let batch = random.random_range(1..=20.min(outbox.len()));
        let batch = json!(outbox.iter().take(batch).collect::<Vec<_>>());
        let is_due = lines.len() - outbox.len() >= kills * share && kills < KILLS;
        let answer = if is_due {
            kills += 1;
            let after = Duration::from_millis(random.random_range(0..120));
            killed(server, scorer, batch, after).await
        } else {
            Some(items(scorer, batch).await)
        };
        // An answer may be lost on its way too.
        let answer = answer.filter(|_| random.random_bool(0.8));
        for item in answer.into_iter().flatten() {
            assert_eq!(item["client_id"], outbox[0]["client_id"], "in the order recorded");
            again += usize::from(item["status"] == "duplicate");
            assert!(["applied", "duplicate"].contains(&item["status"].as_str().unwrap()), "{item}");
            outbox.pop_front();
        }
    }
    eprintln!("{kills} kills, {again} entries were known already");
    assert!(kills == KILLS && again > 0, "{kills} kills, {again} known");
}

/// As the device keeps it.
pub fn entry((number, line): (usize, &Line)) -> Value {
    json!({
        "client_id": format!("device-{number}"), "action": line.action, "body": line.body,
        "occurred_at": line.at,
    })
}

async fn items(scorer: &Scorer, batch: Value) -> Vec<Value> {
    let answer = scorer.client.post(&scorer.game.path("/sync"), batch).await.ok();
    answer["items"].as_array().unwrap().clone()
}

/// The answer, where it came before the server was gone.
async fn killed(
    server: &TestServer,
    scorer: &Scorer,
    batch: Value,
    after: Duration,
) -> Option<Vec<Value>> {
    let client = scorer.client.afresh();
    let path = scorer.game.path("/sync");
    let sending = tokio::spawn(async move {
        client.send(reqwest::Method::POST, &path, Some(batch), &[]).await.ok()
    });
    tokio::time::sleep(after).await;
    server.kill9();
    let answer = sending.await.unwrap();
    server.again().await;
    answer.map(|answer| answer.ok()["items"].as_array().unwrap().clone())
}
