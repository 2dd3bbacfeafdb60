//! Nodes killed in turn under load: nothing is lost and nothing is repeated.

use std::collections::HashMap;
use std::fmt::Debug;
use std::str::FromStr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::Value;
use tokio::sync::watch;

use super::cluster::{addresses, nodes};
use crate::support::reconnecting_subscriber::ReconnectingSubscriber;
use crate::support::users::{Scorer, note_body};

/// Load; `TOUCHLINE_TEST_KILL_SECONDS=120 TOUCHLINE_TEST_KILL_READERS=200` runs the full test.
const SECONDS: u64 = 20;
const SUBSCRIBERS: usize = 60;
const WRITERS: usize = 4;
/// Delay between two writes of a writer.
const PACE: Duration = Duration::from_millis(60);

fn env_or<T: FromStr<Err: Debug>>(name: &str, default: T) -> T {
    std::env::var(name).map_or(default, |text| text.parse().unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn g1_g3_g5_killing_nodes_in_turn_loses_and_repeats_nothing() {
    let seconds = Duration::from_secs(env_or("TOUCHLINE_TEST_KILL_SECONDS", SECONDS));
    let count = env_or("TOUCHLINE_TEST_KILL_READERS", SUBSCRIBERS);
    let nodes = nodes(2, &[("lifetime_seconds", "40")]).await;
    let scorer = nodes[0].organizer().await.live_match("football").await;
    let addresses = addresses(&nodes);
    let (end, ending) = watch::channel(None);

    let subscribers: Vec<_> = (0..count)
        .map(|first| {
            let subscriber =
                ReconnectingSubscriber::new(&addresses, first, &scorer.game.stream_path());
            tokio::spawn(follow(subscriber, ending.clone()))
        })
        .collect();
    let stop = Arc::new(watch::Sender::new(false));
    let writers: Vec<_> = (0..WRITERS)
        .map(|writer| {
            tokio::spawn(write(scorer.clone(), addresses.clone(), writer, stop.subscribe()))
        })
        .collect();

    let started = Instant::now();
    let (mut kills, mut turn) = (0, nodes.iter().cycle());
    while started.elapsed() < seconds {
        // The delay varies, so that kills hit every step of a write.
        tokio::time::sleep(Duration::from_millis(1_200 + kills * 137 % 900)).await;
        let node = turn.next().unwrap();
        node.kill9();
        node.restart().await;
        kills += 1;
    }
    stop.send_replace(true);
    let mut acknowledged = Vec::new();
    for writer in writers {
        acknowledged.extend(writer.await.unwrap());
    }
    let history = scorer.client.with_new_connections().history(&scorer.game.topic()).await;
    check(&history, &acknowledged);
    end.send_replace(Some(history.len() as i64));
    let (mut opened, mut cut) = (0, 0);
    for subscriber in subscribers {
        let subscriber = subscriber.await.unwrap();
        subscriber.assert_matches(&history);
        opened += subscriber.connections;
        cut += subscriber.disconnects;
    }
    let written = acknowledged.len();
    eprintln!(
        "{kills} kills in {seconds:?}: {written} writes, {count} subscribers, {opened} streams, {cut} disconnects"
    );
    assert!(kills >= 3 && cut > count, "{kills} kills disconnected {cut} streams");
    let verified = nodes[0].command(&["verify"]).output().unwrap();
    assert!(verified.status.success(), "{}", String::from_utf8_lossy(&verified.stdout));
}

/// Reads until the last message is received, once its seq is known.
async fn follow(
    mut subscriber: ReconnectingSubscriber,
    ending: watch::Receiver<Option<i64>>,
) -> ReconnectingSubscriber {
    loop {
        let last = *ending.borrow();
        if let Some(last) = last {
            subscriber.read_until(last, Duration::from_mins(1)).await;
            return subscriber;
        }
        subscriber.step(Duration::from_millis(500)).await;
    }
}

/// Repeats each write at any node until it is acknowledged, as a device's outbox does.
async fn write(
    scorer: Scorer,
    addresses: Vec<String>,
    writer: usize,
    stop: watch::Receiver<bool>,
) -> Vec<String> {
    let clients: Vec<_> =
        addresses.iter().map(|address| scorer.client.at(address).with_new_connections()).collect();
    let path = scorer.game.path("/incidents");
    let mut acknowledged = Vec::new();
    for number in 0.. {
        let key = format!("w{writer}n{number}");
        for attempt in number.. {
            let client = &clients[(writer + attempt) % clients.len()];
            match client.post_keyed(&path, note_body(&key), &key).await {
                Ok(response) if response.status == 201 => break,
                Ok(response) => assert_eq!(response.status, 503, "{}", response.text),
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

/// Checks that the log has no gaps and contains each acknowledged write once.
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
    assert_eq!(counts.len(), acknowledged.len(), "messages of unknown origin");
}
