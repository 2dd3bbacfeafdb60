//! G2: one order, the same for everybody, however many write and read.

use std::time::Duration;

use crate::support::api_client::seq_of;
use crate::support::database::{Database, Kind};
use crate::support::server::TestServer;
use crate::support::subscriber::Viewer;
use crate::support::users::Scorer;

crate::support::on_both! {
    g2_all_subscribers_see_the_same_order_of_concurrent_writes,
}

const WRITERS: usize = 8;
const READERS: usize = 50;

async fn g2_all_subscribers_see_the_same_order_of_concurrent_writes(database: Database) {
    let each = if database.kind == Kind::Sqlite { 500 } else { 100 };
    let server = TestServer::start(database, &[]).await;
    let scorer = server.organizer().await.live("generic").await;
    let before = scorer.client.head(&scorer.game.topic()).await;
    let last = before + (WRITERS * each) as i64;

    let mut readers = Vec::new();
    for _ in 0..READERS {
        let mut viewer = server.watch(&scorer.game.stream()).open().await;
        viewer.control("live").await;
        readers.push(tokio::spawn(read(viewer, last)));
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
    for reader in readers {
        assert!(reader.await.unwrap() == history, "a reader saw something else");
    }
    every_writer_in_order(&history, each);
}

/// Everything up to the last, as it came over the wire.
async fn read(mut viewer: Viewer, last: i64) -> Vec<String> {
    let mut seen = Vec::new();
    let end = format!(".{last}");
    loop {
        let block = viewer.message().await;
        let done = block.id.as_deref().is_some_and(|id| id.ends_with(&end));
        seen.push(block.data);
        if done {
            // Nothing twice: what comes next is a heartbeat or nothing.
            let next = viewer.try_block(Duration::from_millis(50)).await;
            assert!(next.is_err_and(|end| end == crate::support::subscriber::End::Late));
            return seen;
        }
    }
}

async fn write(scorer: Scorer, writer: usize, each: usize) {
    let scorer = Scorer { client: scorer.client.afresh(), ..scorer };
    for number in 0..each {
        scorer.score(writer as i64, number as i64).await.ok();
    }
}

/// What one writer did after another of its own stands after it.
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
