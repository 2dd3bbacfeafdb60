//! Streams through nginx: unbuffered, and resuming whatever is restarted.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::support::api_client::ApiResponse;
use crate::support::curl::{CurlRequest, FollowResult, follow};
use crate::support::server::TestServer;
use crate::support::shipped_nginx::{ShippedNginx, two_nodes};
use crate::support::subscriber::{StreamEnd, WAIT_TIMEOUT};
use crate::support::users::{Scorer, note_body};

/// Posts a note through nginx; returns its seq.
async fn post_through(nginx: &ShippedNginx, scorer: &Scorer, text: &str) -> i64 {
    let request = nginx.request_as(&scorer.client, &scorer.game.path("/incidents"));
    seq_after(&request.json("POST", &note_body(text)).send().await)
}

/// Returns the seq in the response's cursor.
fn seq_after(response: &ApiResponse) -> i64 {
    assert_eq!(response.status, 201, "{}", response.text);
    response.header("touchline-cursor").rsplit('-').next().unwrap().parse().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn g9_frames_arrive_unbuffered_over_http1_and_http2_from_both_nodes() {
    let nodes = two_nodes().await;
    let nginx = ShippedNginx::in_front_of(&nodes).await;
    let scorer = nodes[0].organizer().await.live_match("football").await;
    let path = scorer.game.stream_path();
    // Clients that accept compression get none: it would buffer the stream.
    let request = nginx.request(&path).header("Accept-Encoding", "gzip, br");
    let mut subscribers = Vec::new();
    for request in [request.clone(), request.clone(), request.clone().http2(), request.http2()] {
        let mut subscriber = request.open().await;
        assert_eq!(subscriber.head.header("content-encoding"), "");
        assert_eq!(subscriber.head.header("cache-control"), "no-cache, no-transform");
        subscriber.next_frame(Some("live")).await;
        subscribers.push(subscriber);
    }
    for node in &nodes {
        assert_eq!(open_streams(node).await, 2, "subscribers are not balanced");
    }
    for number in 0..5 {
        let text = format!("note {number}");
        let seq = post_through(&nginx, &scorer, &text).await;
        let started = Instant::now();
        for subscriber in &mut subscribers {
            let message = subscriber.next_message().await;
            assert!(message.seq() == seq && message.data.contains(&text), "{message:?}");
        }
        assert!(started.elapsed() < Duration::from_secs(1), "{:?}", started.elapsed());
    }
}

async fn open_streams(node: &TestServer) -> i64 {
    let text = node.anonymous().get("/metrics").await.text;
    let counts = text.lines().filter(|line| line.starts_with("touchline_streams_open{"));
    counts.map(|line| line.rsplit(' ').next().unwrap().parse::<i64>().unwrap()).sum()
}

/// Subscribers of one match, half of them over HTTP/2.
struct SubscriberGroup {
    last: watch::Sender<Option<i64>>,
    subscribers: Vec<JoinHandle<FollowResult>>,
}

impl SubscriberGroup {
    /// Returns when all are connected.
    async fn connect(nginx: &ShippedNginx, nodes: &[TestServer; 2], scorer: &Scorer) -> Self {
        let (last, is_last) = watch::channel(None);
        let path = scorer.game.stream_path();
        let request = |number| {
            if number % 2 == 0 { nginx.request(&path) } else { nginx.request(&path).http2() }
        };
        let requests: Vec<CurlRequest> = (0..8).map(request).collect();
        let subscribers = requests
            .into_iter()
            .map(|request| tokio::spawn(follow(request, is_last.clone())))
            .collect();
        let deadline = Instant::now() + WAIT_TIMEOUT;
        while open_streams(&nodes[0]).await + open_streams(&nodes[1]).await < 8 {
            assert!(Instant::now() < deadline, "not all subscribers connected");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        Self { last, subscribers }
    }

    /// Waits until all have received `last`; checks that each got everything after `first` once and
    /// in order.
    async fn wait_for_all(self, first: i64, last: i64) -> Vec<FollowResult> {
        self.last.send(Some(last)).unwrap();
        let mut all = Vec::new();
        for subscriber in self.subscribers {
            let followed = subscriber.await.unwrap();
            assert_eq!(followed.seqs, (first + 1..=last).collect::<Vec<_>>());
            all.push(followed);
        }
        all
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn g3_an_nginx_reload_disconnects_no_stream() {
    let nodes = two_nodes().await;
    let nginx = ShippedNginx::in_front_of(&nodes).await;
    let scorer = nodes[0].organizer().await.live_match("football").await;
    let first = scorer.client.head_seq(&scorer.game.topic()).await;
    let group = SubscriberGroup::connect(&nginx, &nodes, &scorer).await;
    let mut last = 0;
    for number in 0..3 {
        post_through(&nginx, &scorer, &format!("before reload {number}")).await;
        nginx.reload().await;
        last = post_through(&nginx, &scorer, &format!("after reload {number}")).await;
    }
    // Old workers stay as long as their streams, so nothing is disconnected later either.
    for number in 0..6 {
        tokio::time::sleep(Duration::from_secs(1)).await;
        last = post_through(&nginx, &scorer, &format!("long after {number}")).await;
    }
    for followed in group.wait_for_all(first, last).await {
        assert_eq!(followed.connections, 1, "reload disconnected the stream");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn g3_subscribers_resume_after_nginx_was_down_for_five_seconds() {
    let nodes = two_nodes().await;
    let mut nginx = ShippedNginx::in_front_of(&nodes).await;
    let scorer = nodes[0].organizer().await.live_match("football").await;
    let first = scorer.client.head_seq(&scorer.game.topic()).await;
    let group = SubscriberGroup::connect(&nginx, &nodes, &scorer).await;
    post_through(&nginx, &scorer, "before").await;
    nginx.stop();
    let started = Instant::now();
    let mut number = 0;
    while started.elapsed() < Duration::from_secs(5) {
        scorer.post_note(&format!("while it is away {number}")).await.ok_json();
        number += 1;
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    nginx.restart().await;
    let last = post_through(&nginx, &scorer, "after").await;
    for followed in group.wait_for_all(first, last).await {
        assert!(followed.connections >= 2, "{followed:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn g3_subscribers_keep_retrying_while_both_nodes_are_down() {
    let nodes = two_nodes().await;
    let nginx = ShippedNginx::in_front_of(&nodes).await;
    let scorer = nodes[0].organizer().await.live_match("football").await;
    scorer.post_notes(4).await;
    let path = scorer.game.stream_path();
    let history = format!("/api/streams/{}/messages?limit=2", scorer.game.topic());
    let page = nginx.request(&history).send().await;
    assert_eq!(page.header("x-cache"), "MISS");
    let (home, style) =
        (nginx.request("/").send().await, nginx.request("/assets/style.css").send().await);
    assert_eq!((home.status, style.status), (200, 200));
    let first = scorer.client.head_seq(&scorer.game.topic()).await;
    let group = SubscriberGroup::connect(&nginx, &nodes, &scorer).await;
    let mut read = nginx.request(&path).open().await;
    let mut read_by_two = nginx.request(&path).http2().open().await;
    read.next_frame(Some("live")).await;
    read_by_two.next_frame(Some("live")).await;

    nodes[0].kill9();
    nodes[1].kill9();
    // A broken stream differs from one that ended.
    for subscriber in [&mut read, &mut read_by_two] {
        assert_eq!(subscriber.try_frame(WAIT_TIMEOUT).await, Err(StreamEnd::Disconnected));
    }
    let mut retries = BTreeSet::new();
    let streams =
        [path.clone(), "/api/stream?topic=event_1&token=x".to_owned(), scorer.game.path("/replay")];
    for path in streams.iter().cycle().take(12) {
        let asked = nginx.request(path).header("Origin", "https://club.example");
        let mut received = asked.clone().open().await;
        assert_eq!(received.head.header("cache-control"), "no-store, no-transform");
        assert_eq!(received.head.header("access-control-allow-origin"), "https://club.example");
        assert!(received.next_frame(Some("hello")).await.json()["heartbeat_ms"].is_u64());
        let bye = received.try_frame(WAIT_TIMEOUT).await.unwrap();
        assert_eq!(bye.json()["reason"], "unavailable");
        assert_eq!(bye.id, None, "bye must not move the cursor");
        assert_eq!(received.try_frame(WAIT_TIMEOUT).await, Err(StreamEnd::Complete));
        let retry = bye.retry.unwrap();
        assert!((2000..10_000).contains(&retry), "{retry}");
        retries.insert(retry);
    }
    assert!(retries.len() >= 6, "retries are not spread: {retries:?}");

    // Some clients forget their cursor at a frame without an id.
    for (header, id) in [("5f2c91.e1rs-2.m3-7", Some("5f2c91.e1rs-2.m3-7")), ("7", None)] {
        let asked = nginx.request(&streams[0]).header("Last-Event-ID", header);
        let mut received = asked.open().await;
        assert_eq!(received.next_frame(Some("hello")).await.id.as_deref(), id);
        assert_eq!(received.try_frame(WAIT_TIMEOUT).await.unwrap().id.as_deref(), id);
    }

    // Other requests get an error response, and cached pages are still served.
    for path in ["/api/matches", &format!("{path}?transport=poll")] {
        let response = nginx.request(path).send().await;
        assert_eq!(response.problem(502, path), "unavailable");
        assert!(!response.header("retry-after").is_empty());
    }
    let again = nginx.request(&history).send().await;
    assert_eq!((again.status, again.header("x-cache")), (200, "HIT"));
    assert_eq!(again.text, page.text);
    for (path, before) in [("/", home), ("/assets/style.css", style)] {
        let response = nginx.request(path).send().await;
        assert_eq!((response.status, &response.text), (200, &before.text), "{path}");
    }

    nodes[1].restart().await;
    let request = nginx.request_as(&scorer.client, &scorer.game.path("/incidents"));
    let deadline = Instant::now() + WAIT_TIMEOUT;
    let last = loop {
        // nginx tries the node again within two seconds.
        let response = request.clone().json("POST", &note_body("back")).send().await;
        if response.status != 502 {
            break seq_after(&response);
        }
        assert!(Instant::now() < deadline);
        tokio::time::sleep(Duration::from_millis(100)).await;
    };
    group.wait_for_all(first, last).await;
}
