//! Streams through nginx: as they come, and back by themselves whatever is restarted.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::support::api_client::Answer;
use crate::support::curl::{Ask, Followed, follow};
use crate::support::server::TestServer;
use crate::support::shipped_nginx::{Front, two_nodes};
use crate::support::subscriber::{End, PATIENCE};
use crate::support::users::{Scorer, note};

/// A note, written through nginx.
async fn tell(front: &Front, scorer: &Scorer, text: &str) -> i64 {
    let ask = front.ask_by(&scorer.client, &scorer.game.path("/incidents"));
    seq_after(&ask.write("POST", &note(text)).answer().await)
}

/// Which seq a write was given.
fn seq_after(answer: &Answer) -> i64 {
    assert_eq!(answer.status, 201, "{}", answer.text);
    answer.header("touchline-cursor").rsplit('.').next().unwrap().parse().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn g9_frames_arrive_unbuffered_over_http1_and_http2_from_both_nodes() {
    let nodes = two_nodes().await;
    let front = Front::before(&nodes).await;
    let scorer = nodes[0].organizer().await.live("football").await;
    let path = scorer.game.stream();
    // Who takes compressed bytes is not sent any: they would be held back.
    let ask = front.ask(&path).with("Accept-Encoding", "gzip, br");
    let mut readers = Vec::new();
    for ask in [ask.clone(), ask.clone(), ask.clone().http2(), ask.http2()] {
        let mut reader = ask.open().await;
        assert_eq!(reader.head.header("content-encoding"), "");
        assert_eq!(reader.head.header("cache-control"), "no-cache, no-transform");
        reader.next(Some("live")).await;
        readers.push(reader);
    }
    for node in &nodes {
        assert_eq!(open_streams(node).await, 2, "each node has half of the readers");
    }
    for number in 0..5 {
        let text = format!("note {number}");
        let seq = tell(&front, &scorer, &text).await;
        let began = Instant::now();
        for reader in &mut readers {
            let message = reader.message().await;
            assert!(message.seq() == seq && message.data.contains(&text), "{message:?}");
        }
        assert!(began.elapsed() < Duration::from_secs(1), "{:?}", began.elapsed());
    }
}

async fn open_streams(node: &TestServer) -> i64 {
    let text = node.stranger().get("/metrics").await.text;
    let counts = text.lines().filter(|line| line.starts_with("touchline_streams_open{"));
    counts.map(|line| line.rsplit(' ').next().unwrap().parse::<i64>().unwrap()).sum()
}

/// A crowd that follows a match, half of it over HTTP/2.
struct Crowd {
    last: watch::Sender<Option<i64>>,
    readers: Vec<JoinHandle<Followed>>,
}

impl Crowd {
    /// Returns when all are there.
    async fn before(front: &Front, nodes: &[TestServer; 2], scorer: &Scorer) -> Self {
        let (last, is_last) = watch::channel(None);
        let path = scorer.game.stream();
        let ask =
            |number| if number % 2 == 0 { front.ask(&path) } else { front.ask(&path).http2() };
        let asks: Vec<Ask> = (0..8).map(ask).collect();
        let readers =
            asks.into_iter().map(|ask| tokio::spawn(follow(ask, is_last.clone()))).collect();
        let deadline = Instant::now() + PATIENCE;
        while open_streams(&nodes[0]).await + open_streams(&nodes[1]).await < 8 {
            assert!(Instant::now() < deadline, "they are not all there");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        Self { last, readers }
    }

    /// What each has seen when it has seen `last`: everything after `first`, once and in order.
    async fn has_seen(self, first: i64, last: i64) -> Vec<Followed> {
        self.last.send(Some(last)).unwrap();
        let mut all = Vec::new();
        for reader in self.readers {
            let followed = reader.await.unwrap();
            assert_eq!(followed.seqs, (first + 1..=last).collect::<Vec<_>>());
            all.push(followed);
        }
        all
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn g3_an_nginx_reload_disconnects_no_stream() {
    let nodes = two_nodes().await;
    let front = Front::before(&nodes).await;
    let scorer = nodes[0].organizer().await.live("football").await;
    let first = scorer.client.head(&scorer.game.topic()).await;
    let crowd = Crowd::before(&front, &nodes, &scorer).await;
    let mut last = 0;
    for number in 0..3 {
        tell(&front, &scorer, &format!("before reload {number}")).await;
        front.reload().await;
        last = tell(&front, &scorer, &format!("after reload {number}")).await;
    }
    // Nor later: the old workers stay as long as their streams.
    for number in 0..6 {
        tokio::time::sleep(Duration::from_secs(1)).await;
        last = tell(&front, &scorer, &format!("long after {number}")).await;
    }
    for followed in crowd.has_seen(first, last).await {
        assert_eq!(followed.connections, 1, "the old workers have kept it");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn g3_subscribers_resume_after_nginx_was_down_for_five_seconds() {
    let nodes = two_nodes().await;
    let mut front = Front::before(&nodes).await;
    let scorer = nodes[0].organizer().await.live("football").await;
    let first = scorer.client.head(&scorer.game.topic()).await;
    let crowd = Crowd::before(&front, &nodes, &scorer).await;
    tell(&front, &scorer, "before").await;
    front.stop();
    let began = Instant::now();
    let mut number = 0;
    while began.elapsed() < Duration::from_secs(5) {
        scorer.note(&format!("while it is away {number}")).await.ok();
        number += 1;
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    front.again().await;
    let last = tell(&front, &scorer, "after").await;
    for followed in crowd.has_seen(first, last).await {
        assert!(followed.connections >= 2, "{followed:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn g3_subscribers_keep_retrying_while_both_nodes_are_down() {
    let nodes = two_nodes().await;
    let front = Front::before(&nodes).await;
    let scorer = nodes[0].organizer().await.live("football").await;
    scorer.notes(4).await;
    let path = scorer.game.stream();
    let history = format!("/api/streams/{}/messages?limit=2", scorer.game.topic());
    let page = front.ask(&history).answer().await;
    assert_eq!(page.header("x-cache"), "MISS");
    let (home, style) =
        (front.ask("/").answer().await, front.ask("/assets/style.css").answer().await);
    assert_eq!((home.status, style.status), (200, 200));
    let first = scorer.client.head(&scorer.game.topic()).await;
    let crowd = Crowd::before(&front, &nodes, &scorer).await;
    let mut read = front.ask(&path).open().await;
    let mut read_by_two = front.ask(&path).http2().open().await;
    read.next(Some("live")).await;
    read_by_two.next(Some("live")).await;

    nodes[0].kill9();
    nodes[1].kill9();
    // A stream that breaks is told from one that ends.
    for reader in [&mut read, &mut read_by_two] {
        assert_eq!(reader.try_block(PATIENCE).await, Err(End::Cut));
    }
    let mut retries = BTreeSet::new();
    let streams =
        [path.clone(), "/api/stream?topic=event_1&token=x".to_owned(), scorer.game.path("/replay")];
    for path in streams.iter().cycle().take(12) {
        let asked = front.ask(path).with("Origin", "https://club.example");
        let mut told = asked.clone().open().await;
        assert_eq!(told.head.header("cache-control"), "no-store, no-transform");
        assert_eq!(told.head.header("access-control-allow-origin"), "https://club.example");
        assert!(told.next(Some("hello")).await.json()["heartbeat_ms"].is_u64());
        let bye = told.try_block(PATIENCE).await.unwrap();
        assert_eq!(bye.json()["reason"], "unavailable");
        assert_eq!(bye.id, None, "the cursor stays what it was");
        assert_eq!(told.try_block(PATIENCE).await, Err(End::Proper));
        let retry = bye.retry.unwrap();
        assert!((2000..10_000).contains(&retry), "{retry}");
        retries.insert(retry);
    }
    assert!(retries.len() >= 6, "they are spread: {retries:?}");

    // What is no stream says what it is, and what was kept is still there.
    for path in ["/api/matches", &format!("{path}?transport=poll")] {
        let answer = front.ask(path).answer().await;
        assert_eq!(answer.problem(502, path), "unavailable");
        assert!(!answer.header("retry-after").is_empty());
    }
    let again = front.ask(&history).answer().await;
    assert_eq!((again.status, again.header("x-cache")), (200, "HIT"));
    assert_eq!(again.text, page.text);
    for (path, before) in [("/", home), ("/assets/style.css", style)] {
        let answer = front.ask(path).answer().await;
        assert_eq!((answer.status, &answer.text), (200, &before.text), "{path}");
    }

    nodes[1].again().await;
    let ask = front.ask_by(&scorer.client, &scorer.game.path("/incidents"));
    let deadline = Instant::now() + PATIENCE;
    let last = loop {
        // It is tried again within two seconds.
        let answer = ask.clone().write("POST", &note("back")).answer().await;
        if answer.status != 502 {
            break seq_after(&answer);
        }
        assert!(Instant::now() < deadline);
        tokio::time::sleep(Duration::from_millis(100)).await;
    };
    crowd.has_seen(first, last).await;
}
