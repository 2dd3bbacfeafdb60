//! Nodes that are killed in turn, under load: nothing is lost and nothing is told twice.

use std::collections::HashMap;
use std::fmt::Debug;
use std::str::FromStr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::Value;
use tokio::sync::watch;

use super::cluster::{addresses, nodes};
use crate::support::reconnecting_subscriber::Follower;
use crate::support::users::{Scorer, note};

/// How much of it; `TOUCHLINE_TEST_KILL_SECONDS=120 TOUCHLINE_TEST_KILL_READERS=200` for the whole
/// proof.
const SECONDS: u64 = 20;
const READERS: usize = 60;
const WRITERS: usize = 4;
/// Between two writes of a writer.
const PACE: Duration = Duration::from_millis(60);

fn asked<T: FromStr<Err: Debug>>(name: &str, usual: T) -> T {
    std::env::var(name).map_or(usual, |text| text.parse().unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn g1_g3_g5_killing_nodes_in_turn_loses_and_repeats_nothing() {
    let seconds = Duration::from_secs(asked("TOUCHLINE_TEST_KILL_SECONDS", SECONDS));
    let count = asked("TOUCHLINE_TEST_KILL_READERS", READERS);
    let nodes = nodes(2, &[("lifetime_seconds", "40")]).await;
    let scorer = nodes[0].organizer().await.live("football").await;
    let addresses = addresses(&nodes);
    let (end, ending) = watch::channel(None);

    let readers: Vec<_> = (0..count)
        .map(|first| {
            let reader = Follower::new(&addresses, first, &scorer.game.stream());
            tokio::spawn(follow(reader, ending.clone()))
        })
        .collect();
    let stop = Arc::new(watch::Sender::new(false));
    let writers: Vec<_> = (0..WRITERS)
        .map(|writer| {
            tokio::spawn(write(scorer.clone(), addresses.clone(), writer, stop.subscribe()))
        })
        .collect();

    let began = Instant::now();
    let (mut kills, mut turn) = (0, nodes.iter().cycle());
    while began.elapsed() < seconds {
        // A moment that differs, so that kills hit every step of a write.
        tokio::time::sleep(Duration::from_millis(1_200 + kills * 137 % 900)).await;
        let node = turn.next().unwrap();
        node.kill9();
        node.again().await;
        kills += 1;
    }
    stop.send_replace(true);
    let mut acknowledged = Vec::new();
    for writer in writers {
        acknowledged.extend(writer.await.unwrap());
    }
    let history = scorer.client.afresh().history(&scorer.game.topic()).await;
    check(&history, &acknowledged);
    end.send_replace(Some(history.len() as i64));
    let (mut opened, mut cut) = (0, 0);
    for reader in readers {
        let reader = reader.await.unwrap();
        reader.agrees_with(&history);
        opened += reader.opened;
        cut += reader.cut;
    }
    let written = acknowledged.len();
    eprintln!(
        "{kills} kills in {seconds:?}: {written} writes, {count} readers, {opened} streams, {cut} cut"
    );
    assert!(kills >= 3 && cut > count, "{kills} kills cut {cut} streams");
    let verified = nodes[0].command(&["verify"]).output().unwrap();
    assert!(verified.status.success(), "{}", String::from_utf8_lossy(&verified.stdout));
}

/// Reads until it is told which message is the last.
async fn follow(mut reader: Follower, ending: watch::Receiver<Option<i64>>) -> Follower {
    loop {
        let last = *ending.borrow();
        if let Some(last) = last {
            reader.until(last, Duration::from_mins(1)).await;
            return reader;
        }
        reader.step(Duration::from_millis(500)).await;
    }
}

/// A device's outbox: sends each write until it is acknowledged, by whichever node.
async fn write(
    scorer: Scorer,
    addresses: Vec<String>,
    writer: usize,
    stop: watch::Receiver<bool>,
) -> Vec<String> {
    let clients: Vec<_> =
        addresses.iter().map(|address| scorer.client.at(address).afresh()).collect();
    let path = scorer.game.path("/incidents");
    let mut acknowledged = Vec::new();
    for number in 0.. {
        let key = format!("w{writer}n{number}");
        for attempt in number.. {
            let client = &clients[(writer + attempt) % clients.len()];
            match client.post_keyed(&path, note(&key), &key).await {
                Ok(answer) if answer.status == 201 => break,
                Ok(answer) => assert_eq!(answer.status, 503, "{}", answer.text),
                Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
            }
        }
        acknowledged.push(key);
        if *stop.borrow() {
            break;
        }
        tokio::time::sleep(PACE).await;
    }
    acknowledged
}

/// Without gaps, and each acknowledged write once.
fn check(history: &[String], acknowledged: &[String]) {
    let mut counts: HashMap<String, usize> = HashMap::new();
    for (index, text) in history.iter().enumerate() {
        let message: Value = serde_json::from_str(text).unwrap();
        assert_eq!(message["seq"], index as i64 + 1, "{text}");
        if let Some(text) = message["data"]["incident"]["text"].as_str() {
            *counts.entry(text.to_owned()).or_default() += 1;
        }
    }
    for key in acknowledged {
        assert_eq!(counts.get(key), Some(&1), "{key}");
    }
    assert_eq!(counts.len(), acknowledged.len(), "nothing that nobody sent");
}
