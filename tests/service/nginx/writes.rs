//! Writes through nginx: sent to another node where that does no harm, and only there.

use std::sync::Arc;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering;
use std::time::Duration;

use serde_json::json;
use tokio::io::AsyncReadExt;
use tokio::net::TcpListener;

use crate::support::curl::Ask;
use crate::support::front::Front;
use crate::support::front::two_nodes;
use crate::support::people::note;

/// Takes requests and hangs up without a word, as a node does that is killed in the middle of one;
/// counts them.
async fn dying_node() -> (u16, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let count = Arc::new(AtomicUsize::new(0));
    let taken = Arc::clone(&count);
    tokio::spawn(async move {
        while let Ok((mut socket, _)) = listener.accept().await {
            let mut bytes = [0; 4096];
            let read = socket.read(&mut bytes).await.unwrap_or(0);
            // The front asks for /healthz until it gets any answer.
            let is_call = bytes[..read].windows(5).any(|part| part == b" /api");
            taken.fetch_add(usize::from(is_call), Ordering::SeqCst);
        }
    });
    (port, count)
}

#[tokio::test(flavor = "multi_thread")]
async fn g5_a_node_that_dies_with_a_write_in_hand_is_not_the_end_of_a_keyed_one() {
    let path = "/api/matches/1/incidents";
    let body = json!({ "x": 1 });
    let keyed = |ask: Ask| ask.with("Idempotency-Key", "k-1");
    let cases: [(&str, fn(Ask) -> Ask, usize); 8] = [
        ("GET", |ask| ask, 2),
        ("GET, of a stream", |ask| ask.with("Accept", "text/event-stream"), 2),
        ("POST", |ask| ask, 1),
        ("PATCH", |ask| ask, 1),
        ("PUT", |ask| ask, 1),
        ("DELETE", |ask| ask, 1),
        ("POST, keyed", |ask| ask, 2),
        ("DELETE, keyed", |ask| ask, 2),
    ];
    for (what, dress, expected) in cases {
        let (one, count) = dying_node().await;
        let (other, count_of_other) = dying_node().await;
        // The fails of one case must not keep the next away from a node.
        let front = Front::with([one, other], &[("max_fails=2", "max_fails=0")]).await;
        let ask = dress(front.ask(path));
        let ask = if what.ends_with("keyed") { keyed(ask) } else { ask };
        let method = what.split(',').next().unwrap();
        let ask = if method == "GET" { ask } else { ask.write(method, &body) };
        let answer = ask.answer().await;
        assert_eq!(answer.problem(502, what), "unavailable");
        let sent = count.load(Ordering::SeqCst) + count_of_other.load(Ordering::SeqCst);
        assert_eq!(sent, expected, "{what}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn g5_keyed_writes_go_on_while_nodes_are_killed_in_turn() {
    let nodes = Arc::new(two_nodes().await);
    let front = Front::before(&nodes).await;
    let scorer = nodes[0].organizer().await.live("football").await;
    let killing = tokio::spawn({
        let nodes = Arc::clone(&nodes);
        async move {
            for node in nodes.iter().cycle().take(6) {
                tokio::time::sleep(Duration::from_millis(700)).await;
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
