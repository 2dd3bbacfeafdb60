//! What a node refuses through nginx: for good, or so that another node takes it.

use std::time::Instant;

use serde_json::{Value, json};

use crate::support::curl::Ask;
use crate::support::server::TestServer;
use crate::support::shipped_nginx::{Front, two_nodes, two_nodes_that_drain};
use crate::support::subscriber::PATIENCE;

#[tokio::test(flavor = "multi_thread")]
async fn node_errors_pass_through_unchanged() {
    let nodes = two_nodes().await;
    let front = Front::before(&nodes).await;
    let organizer = nodes[0].organizer().await;
    let hidden = organizer.game("football", "private").await;
    let sid = organizer.person(&nodes[0], "Sid").await;
    let refused: [(Ask, u16, &str); 5] = [
        (front.ask(&hidden.stream()), 401, "not-signed-in"),
        (front.ask(&hidden.stream()).with("Authorization", "Bearer x.y.z"), 401, "invalid-token"),
        (front.ask_by(&sid.client, &hidden.stream()), 403, "forbidden"),
        (front.ask("/api/matches/999999/stream/"), 404, "not-found"),
        (front.ask("/api/stream?topic=nonsense"), 400, "bad-request"),
    ];
    for (ask, status, code) in refused {
        let answer = ask.clone().answer().await;
        assert_eq!(answer.problem(status, code), code);
        let over_http2: Value = ask.http2().answer().await.json();
        assert_eq!(over_http2["code"], code);
    }
}

async fn is_draining(node: &TestServer) {
    let deadline = Instant::now() + PATIENCE;
    while node.stranger().get("/readyz").await.status != 503 {
        assert!(Instant::now() < deadline, "it doesn't drain");
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn new_clients_reach_the_other_node_while_one_drains() {
    let nodes = two_nodes_that_drain("15").await;
    let front = Front::before(&nodes).await;
    let game = nodes[0].organizer().await.game("football", "public").await;
    let mut readers = Vec::new();
    for number in 0..12 {
        if number == 6 {
            nodes[0].terminate();
            is_draining(&nodes[0]).await;
        }
        let mut reader = front.ask(&game.stream()).open().await;
        // A goodbye fails here.
        reader.next(Some("live")).await;
        readers.push(reader);
    }
    // Who polls waits on the other, too.
    let poll = format!("{}?transport=poll&wait=1&snapshot=never", game.stream());
    for _ in 0..4 {
        let answer = front.ask(&poll).answer().await;
        assert_eq!(answer.ok()["messages"], json!([]));
    }
    // Where all drain, it is told as if none were there: never by a 503.
    nodes[1].terminate();
    is_draining(&nodes[1]).await;
    let mut told = front.ask(&game.stream()).open().await;
    assert!(told.next(Some("hello")).await.retry.is_some());
    let bye = told.try_block(PATIENCE).await.unwrap();
    assert_eq!(bye.json()["reason"], "unavailable");
    let answer = front.ask(&poll).answer().await;
    assert_eq!(answer.problem(502, "a poll where all drain"), "unavailable");
    assert!(!answer.header("retry-after").is_empty());
}
