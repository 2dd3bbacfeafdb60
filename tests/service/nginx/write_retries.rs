//! Writes through nginx: sent to another node where that does no harm, and only there.

use std::sync::Arc;
use std::time::Duration;

use crate::support::crashing_node;
use crate::support::shipped_nginx::{Front, two_nodes};
use crate::support::users::note;

#[tokio::test(flavor = "multi_thread")]
async fn g5_nginx_retries_only_reads_and_keyed_writes() {
    for case in crashing_node::CASES {
        let nodes = [crashing_node::node().await, crashing_node::node().await];
        // The first fail must not keep the second from being tried.
        let ports = [nodes[0].port, nodes[1].port];
        let front = Front::with(ports, &[("max_fails=2", "max_fails=0")]).await;
        let answer = case.ask(&front.url()).answer().await;
        assert_eq!(answer.problem(502, case.what), "unavailable");
        assert_eq!(nodes[0].taken() + nodes[1].taken(), case.sent, "{}", case.what);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn g5_keyed_writes_succeed_while_nodes_are_killed_in_turn() {
    let nodes = Arc::new(two_nodes().await);
    let front = Front::before(&nodes).await;
    let scorer = nodes[0].organizer().await.live("football").await;
    let killing = tokio::spawn({
        let nodes = Arc::clone(&nodes);
        async move {
            for node in nodes.iter().cycle().take(4) {
                // `fail_timeout`: nginx knows again that the other is back.
                tokio::time::sleep(Duration::from_millis(3500)).await;
                node.kill9();
                node.again().await;
            }
        }
    });
    let ask = front.ask_by(&scorer.client, &scorer.game.path("/incidents"));
    let mut keys = Vec::new();
    while !killing.is_finished() {
        let key = format!("turn-{}", keys.len());
        let ask = ask.clone().with("Idempotency-Key", &key).write("POST", &note(&key));
        let answer = ask.answer().await;
        assert_eq!(answer.status, 201, "{key}: {}", answer.text);
        keys.push(key);
    }
    killing.await.unwrap();
    let history = nodes[1].admin().await.history(&scorer.game.topic()).await.join("\n");
    for key in &keys {
        assert_eq!(history.matches(&format!("\"{key}\"")).count(), 1, "{key}");
    }
    assert!(keys.len() > 20, "only {} writes", keys.len());
}
