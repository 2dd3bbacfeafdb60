//! Writes through nginx: retried at another node only where that is safe.

use std::sync::Arc;
use std::time::Duration;

use crate::support::crashing_node;
use crate::support::shipped_nginx::{ShippedNginx, two_nodes};
use crate::support::users::note_body;

#[tokio::test(flavor = "multi_thread")]
async fn g5_nginx_retries_only_reads_and_keyed_writes() {
    for case in crashing_node::RETRY_CASES {
        let nodes = [crashing_node::start().await, crashing_node::start().await];
        // The first failure must not keep nginx from trying the second node.
        let ports = [nodes[0].port, nodes[1].port];
        let nginx = ShippedNginx::with_edits(ports, &[("max_fails=2", "max_fails=0")]).await;
        let response = case.request(&nginx.url()).send().await;
        assert_eq!(response.problem(502, case.name), "unavailable");
        assert_eq!(
            nodes[0].request_count() + nodes[1].request_count(),
            case.attempts,
            "{}",
            case.name
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn g5_keyed_writes_succeed_while_nodes_are_killed_in_turn() {
    let nodes = Arc::new(two_nodes().await);
    let nginx = ShippedNginx::in_front_of(&nodes).await;
    let scorer = nodes[0].organizer().await.live_match("football").await;
    let killing = tokio::spawn({
        let nodes = Arc::clone(&nodes);
        async move {
            for node in nodes.iter().cycle().take(4) {
                // After `fail_timeout` nginx tries the restarted node again.
                tokio::time::sleep(Duration::from_millis(3500)).await;
                node.kill9();
                node.restart().await;
            }
        }
    });
    let request = nginx.request_as(&scorer.client, &scorer.game.path("/incidents"));
    let mut keys = Vec::new();
    while !killing.is_finished() {
        let key = format!("turn-{}", keys.len());
        let request =
            request.clone().header("Idempotency-Key", &key).json("POST", &note_body(&key));
        let response = request.send().await;
        assert_eq!(response.status, 201, "{key}: {}", response.text);
        keys.push(key);
    }
    killing.await.unwrap();
    let history = nodes[1].admin().await.history(&scorer.game.topic()).await.join("\n");
    for key in &keys {
        let text = format!("\"{key}\"");
        assert_eq!(history.lines().filter(|line| line.contains(&text)).count(), 1, "{key}");
    }
    assert!(keys.len() > 20, "only {} writes", keys.len());
}
