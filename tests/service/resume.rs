//! G3: a reader who comes back gets the rest: all of it, once, in order.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

use crate::support::api_client::seq_of;
use crate::support::database::Database;
use crate::support::server::TestServer;
use crate::support::sse::Block;
use crate::support::users::Scorer;

crate::support::on_both! {
    g3_resuming_from_each_of_300_cursors_returns_the_rest,
    g3_live_follows_every_acknowledged_message,
    g3_a_thousand_random_resumes_under_load_lose_and_repeat_nothing,
}

/// Who writes and then reads finds the write before the stream is called live.
async fn g3_live_follows_every_acknowledged_message(database: Database) {
    let server = TestServer::start(database, &[]).await;
    let scorer = server.organizer().await.live("generic").await;
    let mut cursor = scorer.score(0, 0).await.header("Touchline-Cursor").to_owned();
    for number in 1..=100 {
        let acknowledged = scorer.score(number, 0).await.header("Touchline-Cursor").to_owned();
        let mut viewer = server.watch(&scorer.game.stream()).after(&cursor).open().await;
        let live = viewer.control("live").await;
        assert_eq!(live.id.as_deref(), Some(&*acknowledged));
        cursor = acknowledged;
    }
}

async fn g3_resuming_from_each_of_300_cursors_returns_the_rest(database: Database) {
    // A ring that holds only some, so that resumes begin in the log and go on in the ring.
    let settings = [("ring_messages", "64"), ("replay_page", "40")];
    let server = TestServer::start(database, &settings).await;
    let scorer = server.organizer().await.live("generic").await;
    for number in 0..299 {
        scorer.score(number, 0).await.ok();
    }
    let history = scorer.client.history(&scorer.game.topic()).await;
    let epoch = epoch(&server, &scorer).await;
    for place in 0..=history.len() {
        let cursor = format!("{epoch}.{place}");
        let mut viewer = server.watch(&scorer.game.stream()).after(&cursor).open().await;
        let hello = viewer.block().await;
        assert_eq!((hello.event.as_deref(), hello.id.as_deref()), (Some("hello"), Some(&*cursor)));
        for (index, expected) in history.iter().enumerate().skip(place) {
            let block = viewer.block().await;
            assert_eq!(&block.data, expected, "resumed after {place}");
            assert_eq!(block.id, Some(format!("{epoch}.{}", index + 1)));
        }
        let live = viewer.block().await;
        assert_eq!(live.event.as_deref(), Some("live"), "resumed after {place}");
        assert_eq!(live.json()["replayed"], history.len() - place);
    }
}

async fn g3_a_thousand_random_resumes_under_load_lose_and_repeat_nothing(database: Database) {
    let settings = [("ring_messages", "100"), ("replay_page", "50")];
    let server = TestServer::start(database, &settings).await;
    let scorer = server.organizer().await.live("generic").await;
    let writing = Writing::by(4, &scorer);
    let readers: Vec<_> = (0..5)
        .map(|seed| {
            let (watch, client) = (server.watch(&scorer.game.stream()), scorer.clone());
            tokio::spawn(async move {
                let mut random = StdRng::seed_from_u64(seed);
                let mut seen: Vec<String> = Vec::new();
                let mut cursor: Option<String> = None;
                for _ in 0..200 {
                    let mut watch = watch.clone();
                    watch = watch.after(cursor.as_deref().unwrap_or("0"));
                    let mut viewer = watch.open().await;
                    viewer.cut_after(random.random_range(1..4000));
                    while let Ok(block) = viewer.try_block(Duration::from_millis(25)).await {
                        assert_ne!(block.event.as_deref(), Some("bye"), "{block:?}");
                        if block.event.is_none() {
                            assert!(!block.is_snapshot(), "nothing is pruned: {block:?}");
                            seen.push(block.data);
                        }
                    }
                    cursor = viewer.cursor.or(cursor);
                }
                (client, seen)
            })
        })
        .collect();
    let mut all = Vec::new();
    for reader in readers {
        all.push(reader.await.unwrap().1);
    }
    writing.stop().await;
    let history = scorer.client.history(&scorer.game.topic()).await;
    for seen in all {
        assert!(seen.len() > 100, "the readers read: {}", seen.len());
        assert!(seen == history[..seen.len()], "a reader saw something else");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn g3_resuming_during_pruning_gives_a_snapshot_or_no_gap() {
    let settings = [("ring_messages", "20"), ("replay_page", "10")];
    let server = Arc::new(TestServer::sqlite(&settings).await);
    let scorer = server.organizer().await.live("generic").await;
    let writing = Writing::by(4, &scorer);
    let done = Arc::new(AtomicBool::new(false));
    let pruning = prune_until(&done, &server);
    let mut random = StdRng::seed_from_u64(7);
    let (mut at, mut cursor, mut pruned) = (0, None::<String>, 0);
    for _ in 0..300 {
        let mut watch = server.watch(&scorer.game.stream());
        if let Some(cursor) = &cursor {
            watch = watch.after(cursor);
        }
        let mut viewer = watch.open().await;
        viewer.cut_after(random.random_range(200..6000));
        while let Ok(block) = viewer.try_block(Duration::from_millis(40)).await {
            if block.event.is_some() {
                continue;
            }
            let seq = block.seq();
            if block.is_snapshot() {
                assert!(seq >= at, "back from {at}: {block:?}");
                pruned += usize::from(block.reason() == "pruned");
                assert!(["connected", "pruned"].contains(&&*block.reason()), "{block:?}");
            } else {
                assert_eq!(seq, at + 1, "a silent gap");
            }
            at = seq;
        }
        cursor = viewer.cursor.clone().or(cursor);
        if random.random_bool(0.2) {
            // Away for longer: until a good deal more has been written.
            let head = scorer.client.head(&scorer.game.topic()).await;
            reach(&scorer, head + 40).await;
        }
    }
    done.store(true, Ordering::Relaxed);
    pruning.await.unwrap();
    writing.stop().await;
    assert!(pruned > 10, "cursors were pruned: {pruned}");
}

/// `touchline prune` beside the server, again and again.
fn prune_until(done: &Arc<AtomicBool>, server: &Arc<TestServer>) -> tokio::task::JoinHandle<()> {
    let (done, server) = (Arc::clone(done), Arc::clone(server));
    tokio::task::spawn_blocking(move || {
        while !done.load(Ordering::Relaxed) {
            let said = server.command(&["prune", "--keep", "30"]).output().unwrap();
            assert!(said.status.success(), "{}", String::from_utf8_lossy(&said.stderr));
            std::thread::sleep(Duration::from_millis(50));
        }
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn g3_subscribers_resume_without_loss_after_a_restart() {
    let server = TestServer::sqlite(&[]).await;
    let mut scorer = server.organizer().await.live("football").await;
    let mut seen: Vec<Block> = Vec::new();
    let mut viewer = server.watch(&scorer.game.stream()).after("0").open().await;
    for round in 0..3 {
        scorer.notes(5).await;
        let head = scorer.client.head(&scorer.game.topic()).await;
        seen.extend(viewer.until(head - 2).await);
        scorer.note(&format!("round {round}")).await.ok();
        server.kill9();
        server.again().await;
        scorer.client = scorer.client.afresh();
        scorer.note("after the restart").await.ok();
        let cursor = viewer.cursor.clone().unwrap();
        viewer = server.watch(&scorer.game.stream()).after(&cursor).open().await;
    }
    let head = scorer.client.head(&scorer.game.topic()).await;
    seen.extend(viewer.until(head).await);
    let seen: Vec<_> = seen.into_iter().map(|block| block.data).collect();
    assert_eq!(seen, scorer.client.history(&scorer.game.topic()).await);
}

/// Writers who go on until they are told to stop.
struct Writing {
    done: Arc<AtomicBool>,
    tasks: Vec<tokio::task::JoinHandle<()>>,
}

impl Writing {
    fn by(count: usize, scorer: &Scorer) -> Self {
        let done = Arc::new(AtomicBool::new(false));
        let write = |writer| {
            let (done, client) = (Arc::clone(&done), scorer.client.afresh());
            let scorer = Scorer { client, game: scorer.game };
            tokio::spawn(async move {
                let mut number = 0;
                while !done.load(Ordering::Relaxed) {
                    scorer.score(writer, number).await.ok();
                    number += 1;
                }
            })
        };
        let tasks = (0..count as i64).map(write).collect();
        Self { done, tasks }
    }

    async fn stop(self) {
        self.done.store(true, Ordering::Relaxed);
        for task in self.tasks {
            task.await.unwrap();
        }
    }
}

/// Waits until the match's head is that far.
async fn reach(scorer: &Scorer, seq: i64) {
    let deadline = tokio::time::Instant::now() + Duration::from_secs(20);
    while scorer.client.head(&scorer.game.topic()).await < seq {
        assert!(tokio::time::Instant::now() < deadline, "the writers write");
    }
}

/// The word that this database's cursors begin with.
async fn epoch(server: &TestServer, scorer: &Scorer) -> String {
    let mut viewer = server.watch(&scorer.game.stream()).open().await;
    let snapshot = viewer.message().await;
    let cursor = snapshot.id.clone().unwrap();
    let (epoch, seq) = cursor.split_once('.').unwrap();
    assert_eq!(seq, seq_of(&snapshot.data).to_string());
    epoch.to_owned()
}
