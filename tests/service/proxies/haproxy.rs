//! `HAProxy`: streams as they come, readers that wait, writes that are sent again where it is safe.

use std::time::{Duration, Instant};

use serde_json::json;
use tokio::sync::watch;

use crate::support::crashing_node;
use crate::support::curl::follow;
use crate::support::reverse_proxy::Edge;
use crate::support::shipped_nginx::two_nodes;
use crate::support::subscriber::{End, PATIENCE};
use crate::support::users::Scorer;

#[tokio::test(flavor = "multi_thread")]
async fn g3_subscribers_behind_haproxy_keep_retrying_while_both_nodes_are_down() {
    let nodes = two_nodes().await;
    let edge = Edge::haproxy([nodes[0].port, nodes[1].port]).await;
    let scorer = nodes[0].organizer().await.live("football").await;
    let path = scorer.game.stream();
    let first = scorer.client.head(&scorer.game.topic()).await;
    let (last, is_last) = watch::channel(None);
    let asks = [edge.ask(&path), edge.ask(&path).http2(), edge.ask(&path)];
    let crowd = asks.map(|ask| tokio::spawn(follow(ask, is_last.clone())));
    let mut readers = [edge.ask(&path).open().await, edge.ask(&path).http2().open().await];
    for reader in &mut readers {
        reader.next(Some("live")).await;
    }
    for number in 0..5 {
        scorer.note(&format!("note {number}")).await.ok();
        let began = Instant::now();
        for reader in &mut readers {
            assert!(reader.message().await.data.contains(&format!("note {number}")));
        }
        assert!(began.elapsed() < Duration::from_secs(1), "{:?}", began.elapsed());
    }

    nodes[0].kill9();
    nodes[1].kill9();
    for reader in &mut readers {
        let cut = reader.try_block(PATIENCE).await;
        assert!(matches!(cut, Err(End::Cut | End::Proper)), "{cut:?}");
    }
    // At once, and when it has noticed.
    for _ in 0..4 {
        let mut told = edge.ask(&format!("{path}?token=hush")).http2().open().await;
        assert!(told.next(Some("hello")).await.json()["heartbeat_ms"].is_u64());
        let bye = told.try_block(PATIENCE).await.unwrap();
        assert_eq!((bye.json()["reason"].as_str(), bye.id), (Some("unavailable"), None));
        assert!((2000..10_000).contains(&bye.retry.unwrap()));
        for call in ["/api/matches", &format!("{path}?transport=poll")] {
            assert_eq!(edge.ask(call).answer().await.problem(503, call), "unavailable");
        }
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
    nodes[1].again().await;
    let scorer = Scorer { client: nodes[1].admin().await, ..scorer };
    scorer.note("back").await.ok();
    let end = scorer.client.head(&scorer.game.topic()).await;
    last.send(Some(end)).unwrap();
    for reader in crowd {
        assert_eq!(reader.await.unwrap().seqs, (first + 1..=end).collect::<Vec<_>>());
    }
    assert!(edge.log().contains("/stream/") && !edge.log().contains("hush"), "no query in the log");
}

#[tokio::test(flavor = "multi_thread")]
async fn haproxy_forwards_the_client_address_and_hides_metrics() {
    let nodes = two_nodes().await;
    let edge = Edge::haproxy([nodes[0].port, nodes[1].port]).await;
    let organizer = nodes[0].organizer().await;
    let hidden = organizer.game("football", "private").await;
    let ask = edge.ask(&hidden.stream());
    assert_eq!(ask.clone().answer().await.problem(401, "nobody"), "not-signed-in");
    let ask = ask.by(&organizer.client).from("127.0.0.2");
    let ask = ask.with("X-Forwarded-For", "192.0.2.6").with("Forwarded", "for=192.0.2.7");
    let mut reader = ask.open().await;
    reader.next(Some("live")).await;
    let mut addresses = Vec::new();
    for node in &nodes {
        let found = organizer.client.at(&node.address()).get("/api/admin/connections").await.ok();
        let items = found["items"].as_array().unwrap().clone();
        addresses.extend(items.iter().map(|item| item["address"].clone()));
    }
    assert_eq!(addresses, [json!("127.0.0.2")]);
    for path in ["/metrics", "//metrics", "/%6detrics/"] {
        assert_eq!(edge.ask(path).answer().await.status, 404, "{path}");
    }
    edge.ask("/api/tickets/HUSH-1/check-in").write("POST", &json!({})).answer().await;
    assert!(!edge.log().contains("HUSH"), "a ticket's code lets its bearer in");
}

#[tokio::test(flavor = "multi_thread")]
async fn g5_haproxy_retries_only_reads_and_keyed_writes() {
    for case in crashing_node::CASES {
        let nodes = [crashing_node::node().await, crashing_node::node().await];
        let edge = Edge::haproxy([nodes[0].port, nodes[1].port]).await;
        let answer = case.ask(&edge.url()).answer().await;
        assert!([502, 503].contains(&answer.status), "{}: {answer:?}", case.what);
        let sent = nodes[0].taken() + nodes[1].taken();
        // `retries 2`: it tries three times where it may.
        let may = if case.sent > 1 { 2..=3 } else { 1..=1 };
        assert!(may.contains(&sent), "{}: {sent} times", case.what);
    }
}
