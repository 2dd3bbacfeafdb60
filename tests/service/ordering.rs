//! G2: one order, the same for all subscribers, under concurrent writes.

use std::time::Duration;

use crate::support::api_client::seq_of;
use crate::support::database::{Database, Kind};
use crate::support::server::TestServer;
use crate::support::subscriber::Subscriber;
use crate::support::users::Scorer;

crate::support::on_both! {
    g2_all_subscribers_see_the_same_order_of_concurrent_writes,
}

const WRITERS: usize = 8;
const SUBSCRIBERS: usize = 50;

async fn g2_all_subscribers_see_the_same_order_of_concurrent_writes(database: Database) {
    let each = if database.kind == Kind::Sqlite { 500 } else { 100 };
    let server = TestServer::start(database, &[]).await;
    let scorer = server.organizer().await.live_match("generic").await;
    let before = scorer.client.head_seq(&scorer.game.topic()).await;
    let last = before + (WRITERS * each) as i64;

    let mut subscribers = Vec::new();
    for _ in 0..SUBSCRIBERS {
        let mut subscriber = server.subscribe(&scorer.game.stream_path()).open().await;
        subscriber.until_control("live").await;
        subscribers.push(tokio::spawn(read(subscriber, last)));
    }
    let writers: Vec<_> =
        (0..WRITERS).map(|writer| tokio::spawn(write(scorer.clone(), writer, each))).collect();
    for writer in writers {
        writer.await.unwrap();
    }
    let history = scorer.client.history_after(&scorer.game.topic(), &before.to_string()).await;
    assert_eq!(history.len(), WRITERS * each);
    for (index, text) in history.iter().enumerate() {
        assert_eq!(seq_of(text), before + 1 + index as i64);
    }
    for subscriber in subscribers {
        assert!(subscriber.await.unwrap() == history, "a subscriber received other messages");
    }
    every_writer_in_order(&history, each);
}

/// Returns all message texts up to the last one.
async fn read(mut subscriber: Subscriber, last: i64) -> Vec<String> {
    let mut seen = Vec::new();
    let end = format!("-{last}");
    loop {
        let frame = subscriber.next_message().await;
        let done = frame.id.as_deref().is_some_and(|id| id.ends_with(&end));
        seen.push(frame.data);
        if done {
            // Nothing is repeated: only a heartbeat may follow.
            let next = subscriber.try_frame(Duration::from_millis(50)).await;
            assert!(next.is_err_and(|end| end == crate::support::subscriber::StreamEnd::TimedOut));
            return seen;
        }
    }
}

async fn write(scorer: Scorer, writer: usize, each: usize) {
    let scorer = Scorer { client: scorer.client.with_new_connections(), ..scorer };
    for number in 0..each {
        scorer.post_score(writer as i64, number as i64).await.ok_json();
    }
}

/// Checks that each writer's messages are in the order it sent them.
fn every_writer_in_order(history: &[String], each: usize) {
    let mut next = [0; WRITERS];
    for text in history {
        let message: serde_json::Value = serde_json::from_str(text).unwrap();
        let writer: usize = message["data"]["score"]["home"].to_string().parse().unwrap();
        assert_eq!(message["data"]["score"]["away"], next[writer], "{text}");
        next[writer] += 1;
    }
    assert!(next.iter().all(|count| *count == each));
}
