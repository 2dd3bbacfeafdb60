//! `HAProxy`: unbuffered streams, subscribers that keep retrying, and safe retries of writes.

use std::time::{Duration, Instant};

use serde_json::json;
use tokio::sync::watch;

use crate::support::crashing_node;
use crate::support::curl::follow;
use crate::support::reverse_proxy::ReverseProxy;
use crate::support::shipped_nginx::two_nodes;
use crate::support::subscriber::{StreamEnd, WAIT_TIMEOUT};
use crate::support::users::Scorer;

#[tokio::test(flavor = "multi_thread")]
async fn g3_subscribers_behind_haproxy_keep_retrying_while_both_nodes_are_down() {
    let nodes = two_nodes().await;
    let proxy = ReverseProxy::haproxy([nodes[0].port, nodes[1].port]).await;
    let scorer = nodes[0].organizer().await.live_match("football").await;
    let path = scorer.game.stream_path();
    let first = scorer.client.head_seq(&scorer.game.topic()).await;
    let (last, is_last) = watch::channel(None);
    let requests = [proxy.request(&path), proxy.request(&path).http2(), proxy.request(&path)];
    let followers = requests.map(|request| tokio::spawn(follow(request, is_last.clone())));
    let mut subscribers =
        [proxy.request(&path).open().await, proxy.request(&path).http2().open().await];
    for subscriber in &mut subscribers {
        subscriber.next_frame(Some("live")).await;
    }
    // Notes that are written before the followers have connected don't reach them.
    let open = "touchline_streams_open";
    let started = Instant::now();
    while nodes[0].metric(open).await + nodes[1].metric(open).await < 5 {
        assert!(started.elapsed() < WAIT_TIMEOUT, "the followers do not connect");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    for number in 0..5 {
        scorer.post_note(&format!("note {number}")).await.ok_json();
        let started = Instant::now();
        for subscriber in &mut subscribers {
            assert!(subscriber.next_message().await.data.contains(&format!("note {number}")));
        }
        assert!(started.elapsed() < Duration::from_secs(1), "{:?}", started.elapsed());
    }

    nodes[0].kill9();
    nodes[1].kill9();
    for subscriber in &mut subscribers {
        let cut = subscriber.try_frame(WAIT_TIMEOUT).await;
        assert!(matches!(cut, Err(StreamEnd::Disconnected | StreamEnd::Complete)), "{cut:?}");
    }
    // Both immediately, and after the health check has noticed.
    for _ in 0..4 {
        let mut received = proxy.request(&format!("{path}?token=hush")).http2().open().await;
        assert!(received.next_frame(Some("hello")).await.json()["heartbeat_ms"].is_u64());
        let bye = received.try_frame(WAIT_TIMEOUT).await.unwrap();
        assert_eq!((bye.json()["reason"].as_str(), bye.id), (Some("unavailable"), None));
        assert!((2000..10_000).contains(&bye.retry.unwrap()));
        for call in ["/api/matches", &format!("{path}?transport=poll")] {
            assert_eq!(proxy.request(call).send().await.problem(503, call), "unavailable");
        }
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
    nodes[1].restart().await;
    let scorer = Scorer { client: nodes[1].admin().await, ..scorer };
    scorer.post_note("back").await.ok_json();
    let end = scorer.client.head_seq(&scorer.game.topic()).await;
    last.send(Some(end)).unwrap();
    for subscriber in followers {
        assert_eq!(subscriber.await.unwrap().seqs, (first + 1..=end).collect::<Vec<_>>());
    }
    assert!(proxy.log().contains("/stream/") && !proxy.log().contains("hush"), "query in the log");
}

#[tokio::test(flavor = "multi_thread")]
async fn haproxy_forwards_the_client_address_and_hides_metrics() {
    let nodes = two_nodes().await;
    let proxy = ReverseProxy::haproxy([nodes[0].port, nodes[1].port]).await;
    let organizer = nodes[0].organizer().await;
    let hidden = organizer.create_match("football", "private").await;
    let request = proxy.request(&hidden.stream_path());
    assert_eq!(request.clone().send().await.problem(401, "anonymous"), "not-signed-in");
    let request = request.with_user(&organizer.client).with_source_address("127.0.0.2");
    let request =
        request.header("X-Forwarded-For", "192.0.2.6").header("Forwarded", "for=192.0.2.7");
    let mut subscriber = request.open().await;
    subscriber.next_frame(Some("live")).await;
    let mut addresses = Vec::new();
    for node in &nodes {
        let found =
            organizer.client.at(&node.address()).get("/api/admin/connections").await.ok_json();
        let items = found["items"].as_array().unwrap().clone();
        addresses.extend(items.iter().map(|item| item["address"].clone()));
    }
    assert_eq!(addresses, [json!("127.0.0.2")]);
    for path in ["/metrics", "//metrics", "/%6detrics/"] {
        assert_eq!(proxy.request(path).send().await.status, 404, "{path}");
    }
    proxy.request("/api/tickets/HUSH-1/check-in").json("POST", &json!({})).send().await;
    assert!(!proxy.log().contains("HUSH"), "ticket code in the log");
}

#[tokio::test(flavor = "multi_thread")]
async fn g5_haproxy_retries_only_reads_and_keyed_writes() {
    for case in crashing_node::RETRY_CASES {
        let nodes = [crashing_node::start().await, crashing_node::start().await];
        let proxy = ReverseProxy::haproxy([nodes[0].port, nodes[1].port]).await;
        let response = case.request(&proxy.url()).send().await;
        assert!([502, 503].contains(&response.status), "{}: {response:?}", case.name);
        let sent = nodes[0].request_count() + nodes[1].request_count();
        // `retries 2` allows three attempts where a retry is safe.
        let may = if case.attempts > 1 { 2..=3 } else { 1..=1 };
        assert!(may.contains(&sent), "{}: {sent} attempts", case.name);
    }
}
