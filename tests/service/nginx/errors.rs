//! Errors of a node through nginx: final ones, and those that another node takes over.

use std::time::Instant;

use serde_json::{Value, json};

use crate::support::curl::CurlRequest;
use crate::support::server::TestServer;
use crate::support::shipped_nginx::{ShippedNginx, two_nodes, two_nodes_with_drain};
use crate::support::subscriber::WAIT_TIMEOUT;

#[tokio::test(flavor = "multi_thread")]
async fn node_errors_pass_through_unchanged() {
    let nodes = two_nodes().await;
    let nginx = ShippedNginx::in_front_of(&nodes).await;
    let organizer = nodes[0].organizer().await;
    let hidden = organizer.create_match("football", "private").await;
    let sid = organizer.create_user(&nodes[0], "Sid").await;
    let refused: [(CurlRequest, u16, &str); 5] = [
        (nginx.request(&hidden.stream_path()), 401, "not-signed-in"),
        (
            nginx.request(&hidden.stream_path()).header("Authorization", "Bearer x.y.z"),
            401,
            "invalid-token",
        ),
        (nginx.request_as(&sid.client, &hidden.stream_path()), 403, "forbidden"),
        (nginx.request("/api/matches/999999/stream/"), 404, "not-found"),
        (nginx.request("/api/stream?topic=nonsense"), 400, "bad-request"),
    ];
    for (request, status, code) in refused {
        let response = request.clone().send().await;
        assert_eq!(response.problem(status, code), code);
        let over_http2: Value = request.http2().send().await.json();
        assert_eq!(over_http2["code"], code);
    }
}

async fn is_draining(node: &TestServer) {
    let deadline = Instant::now() + WAIT_TIMEOUT;
    while node.anonymous().get("/readyz").await.status != 503 {
        assert!(Instant::now() < deadline, "node does not drain");
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn new_clients_reach_the_other_node_while_one_drains() {
    let nodes = two_nodes_with_drain("15").await;
    let nginx = ShippedNginx::in_front_of(&nodes).await;
    let game = nodes[0].organizer().await.create_match("football", "public").await;
    let mut subscribers = Vec::new();
    for number in 0..12 {
        if number == 6 {
            nodes[0].terminate();
            is_draining(&nodes[0]).await;
        }
        let mut subscriber = nginx.request(&game.stream_path()).open().await;
        // Fails on a `bye` frame.
        subscriber.next_frame(Some("live")).await;
        subscribers.push(subscriber);
    }
    // Polls wait at the other node, too.
    let poll = format!("{}?transport=poll&wait=1&snapshot=never", game.stream_path());
    for _ in 0..4 {
        let response = nginx.request(&poll).send().await;
        assert_eq!(response.ok_json()["messages"], json!([]));
    }
    // When all nodes drain, the response is the same as when none is up: never a 503.
    nodes[1].terminate();
    is_draining(&nodes[1]).await;
    let mut received = nginx.request(&game.stream_path()).open().await;
    assert!(received.next_frame(Some("hello")).await.retry.is_some());
    let bye = received.try_frame(WAIT_TIMEOUT).await.unwrap();
    assert_eq!(bye.json()["reason"], "unavailable");
    let response = nginx.request(&poll).send().await;
    assert_eq!(response.problem(502, "poll while all nodes drain"), "unavailable");
    assert!(!response.header("retry-after").is_empty());
}
