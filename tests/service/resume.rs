//! G3: a resuming subscriber gets all remaining messages, once and in order.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

use crate::support::api_client::seq_of;
use crate::support::database::Database;
use crate::support::server::TestServer;
use crate::support::sse::Frame;
use crate::support::users::Scorer;

crate::support::on_both! {
    g3_resuming_from_each_of_300_cursors_returns_the_rest,
    g3_live_follows_every_acknowledged_message,
    g3_a_thousand_random_resumes_under_load_lose_and_repeat_nothing,
}

/// A write that precedes a connect is delivered before the `live` frame.
async fn g3_live_follows_every_acknowledged_message(database: Database) {
    let server = TestServer::start(database, &[]).await;
    let scorer = server.organizer().await.live_match("generic").await;
    let mut cursor = scorer.post_score(0, 0).await.header("Touchline-Cursor").to_owned();
    for number in 1..=100 {
        let acknowledged = scorer.post_score(number, 0).await.header("Touchline-Cursor").to_owned();
        let mut subscriber =
            server.subscribe(&scorer.game.stream_path()).after(&cursor).open().await;
        let live = subscriber.until_control("live").await;
        assert_eq!(live.id.as_deref(), Some(&*acknowledged));
        cursor = acknowledged;
    }
}

async fn g3_resuming_from_each_of_300_cursors_returns_the_rest(database: Database) {
    // A small ring, so that resumes start in the log and continue in the ring.
    let settings = [("ring_messages", "64"), ("replay_page", "40")];
    let server = TestServer::start(database, &settings).await;
    let scorer = server.organizer().await.live_match("generic").await;
    for number in 0..299 {
        scorer.post_score(number, 0).await.ok_json();
    }
    let history = scorer.client.history(&scorer.game.topic()).await;
    let epoch = epoch(&server, &scorer).await;
    for place in 0..=history.len() {
        let cursor = scorer.game.cursor(&epoch, place);
        let mut subscriber =
            server.subscribe(&scorer.game.stream_path()).after(&cursor).open().await;
        let hello = subscriber.next_frame().await;
        assert_eq!((hello.event.as_deref(), hello.id.as_deref()), (Some("hello"), Some(&*cursor)));
        for (index, expected) in history.iter().enumerate().skip(place) {
            let frame = subscriber.next_frame().await;
            assert_eq!(&frame.data, expected, "resumed after {place}");
            assert_eq!(frame.id, Some(scorer.game.cursor(&epoch, index + 1)));
        }
        let live = subscriber.next_frame().await;
        assert_eq!(live.event.as_deref(), Some("live"), "resumed after {place}");
        assert_eq!(live.json()["replayed"], history.len() - place);
    }
}

async fn g3_a_thousand_random_resumes_under_load_lose_and_repeat_nothing(database: Database) {
    let settings = [("ring_messages", "100"), ("replay_page", "50")];
    let server = TestServer::start(database, &settings).await;
    let scorer = server.organizer().await.live_match("generic").await;
    let writing = BackgroundWriters::by(4, &scorer);
    let subscribers: Vec<_> = (0..5)
        .map(|seed| {
            let (request, client) = (server.subscribe(&scorer.game.stream_path()), scorer.clone());
            tokio::spawn(async move {
                let mut random = StdRng::seed_from_u64(seed);
                let mut seen: Vec<String> = Vec::new();
                let mut cursor: Option<String> = None;
                for _ in 0..200 {
                    let mut request = request.clone();
                    request = request.after(cursor.as_deref().unwrap_or("0"));
                    let mut subscriber = request.open().await;
                    subscriber.disconnect_after(random.random_range(1..4000));
                    while let Ok(frame) = subscriber.try_frame(Duration::from_millis(25)).await {
                        assert_ne!(frame.event.as_deref(), Some("bye"), "{frame:?}");
                        if frame.event.is_none() {
                            assert!(!frame.is_snapshot(), "snapshot without pruning: {frame:?}");
                            seen.push(frame.data);
                        }
                    }
                    cursor = subscriber.cursor.or(cursor);
                }
                (client, seen)
            })
        })
        .collect();
    let mut all = Vec::new();
    for subscriber in subscribers {
        all.push(subscriber.await.unwrap().1);
    }
    writing.stop().await;
    let history = scorer.client.history(&scorer.game.topic()).await;
    for seen in all {
        assert!(seen.len() > 100, "too few reads: {}", seen.len());
        assert!(seen == history[..seen.len()], "a subscriber received other messages");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn g3_resuming_during_pruning_gives_a_snapshot_or_no_gap() {
    let settings = [("ring_messages", "20"), ("replay_page", "10")];
    let server = Arc::new(TestServer::sqlite(&settings).await);
    let scorer = server.organizer().await.live_match("generic").await;
    let writing = BackgroundWriters::by(4, &scorer);
    let done = Arc::new(AtomicBool::new(false));
    // A failing test ends the pruning too, or the runtime would wait for it for ever.
    let _stop = StopOnDrop(Arc::clone(&done));
    let pruning = prune_until(&done, &server);
    let mut random = StdRng::seed_from_u64(7);
    let (mut at, mut cursor, mut pruned) = (0, None::<String>, 0);
    for _ in 0..300 {
        let mut request = server.subscribe(&scorer.game.stream_path());
        if let Some(cursor) = &cursor {
            request = request.after(cursor);
        }
        let mut subscriber = request.open().await;
        subscriber.disconnect_after(random.random_range(200..6000));
        while let Ok(frame) = subscriber.try_frame(Duration::from_millis(40)).await {
            if frame.event.is_some() {
                continue;
            }
            let seq = frame.seq();
            if frame.is_snapshot() {
                assert!(seq >= at, "sequence went back from {at}: {frame:?}");
                pruned += usize::from(frame.reason() == "pruned");
                assert!(["connected", "pruned"].contains(&&*frame.reason()), "{frame:?}");
            } else {
                assert_eq!(seq, at + 1, "undetected gap");
            }
            at = seq;
        }
        cursor = subscriber.cursor.clone().or(cursor);
        if random.random_bool(0.2) {
            // Stays away longer: until much more has been written.
            let head = head_seq(&scorer).await;
            wait_for_head(&scorer, head + 40).await;
        }
    }
    done.store(true, Ordering::Relaxed);
    pruning.await.unwrap();
    writing.stop().await;
    assert!(pruned > 10, "only {pruned} cursors were pruned");
}

/// Sets a flag when it goes out of scope.
struct StopOnDrop(Arc<AtomicBool>);

impl Drop for StopOnDrop {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// Runs `touchline prune` beside the server, again and again.
fn prune_until(done: &Arc<AtomicBool>, server: &Arc<TestServer>) -> tokio::task::JoinHandle<()> {
    let (done, server) = (Arc::clone(done), Arc::clone(server));
    tokio::task::spawn_blocking(move || {
        while !done.load(Ordering::Relaxed) {
            let output = server.command(&["prune", "--keep", "30"]).output().unwrap();
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
            std::thread::sleep(Duration::from_millis(50));
        }
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn g3_subscribers_resume_without_loss_after_a_restart() {
    let server = TestServer::sqlite(&[]).await;
    let mut scorer = server.organizer().await.live_match("football").await;
    let mut seen: Vec<Frame> = Vec::new();
    let mut subscriber = server.subscribe(&scorer.game.stream_path()).after("0").open().await;
    for round in 0..3 {
        scorer.post_notes(5).await;
        let head = scorer.client.head_seq(&scorer.game.topic()).await;
        seen.extend(subscriber.messages_until(head - 2).await);
        scorer.post_note(&format!("round {round}")).await.ok_json();
        server.kill9();
        server.restart().await;
        scorer.client = scorer.client.with_new_connections();
        scorer.post_note("after the restart").await.ok_json();
        let cursor = subscriber.cursor.clone().unwrap();
        subscriber = server.subscribe(&scorer.game.stream_path()).after(&cursor).open().await;
    }
    let head = scorer.client.head_seq(&scorer.game.topic()).await;
    seen.extend(subscriber.messages_until(head).await);
    let seen: Vec<_> = seen.into_iter().map(|frame| frame.data).collect();
    assert_eq!(seen, scorer.client.history(&scorer.game.topic()).await);
}

/// Writers that run until they are stopped.
struct BackgroundWriters {
    done: Arc<AtomicBool>,
    tasks: Vec<tokio::task::JoinHandle<()>>,
}

impl BackgroundWriters {
    fn by(count: usize, scorer: &Scorer) -> Self {
        let done = Arc::new(AtomicBool::new(false));
        let write = |writer| {
            let (done, client) = (Arc::clone(&done), scorer.client.with_new_connections());
            let scorer = Scorer { client, game: scorer.game };
            tokio::spawn(async move {
                let mut number = 0;
                while !done.load(Ordering::Relaxed) {
                    scorer.post_score(writer, number).await.ok_json();
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

/// The head of the match's stream; its history may be pruned between two pages.
async fn head_seq(scorer: &Scorer) -> i64 {
    let state = scorer.client.get(&scorer.game.path("/state")).await.ok_json();
    state["seq"].as_i64().unwrap()
}

/// Waits until the match's head reaches this seq.
async fn wait_for_head(scorer: &Scorer, seq: i64) {
    let deadline = tokio::time::Instant::now() + Duration::from_secs(20);
    while head_seq(scorer).await < seq {
        assert!(tokio::time::Instant::now() < deadline, "writers made no progress");
    }
}

/// Returns the epoch of this database's cursors.
async fn epoch(server: &TestServer, scorer: &Scorer) -> String {
    let mut subscriber = server.subscribe(&scorer.game.stream_path()).open().await;
    let snapshot = subscriber.next_message().await;
    let cursor = snapshot.id.clone().unwrap();
    let (epoch, _) = cursor.split_once('.').unwrap();
    assert_eq!(cursor, scorer.game.cursor(epoch, seq_of(&snapshot.data)));
    epoch.to_owned()
}
