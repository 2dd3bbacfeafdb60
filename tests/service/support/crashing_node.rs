//! Nodes that die with a request in hand, and what a proxy may then do with it.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use super::curl::Ask;

pub struct DyingNode {
    pub port: u16,
    taken: Arc<AtomicUsize>,
}

/// Takes requests and hangs up without a word, as a node does that is killed in the middle of one;
/// only its health is fine.
pub async fn node() -> DyingNode {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let count = Arc::new(AtomicUsize::new(0));
    let taken = Arc::clone(&count);
    tokio::spawn(async move {
        while let Ok((mut socket, _)) = listener.accept().await {
            let mut bytes = [0; 4096];
            let read = socket.read(&mut bytes).await.unwrap_or(0);
            if bytes[..read].windows(5).any(|part| part == b" /api") {
                count.fetch_add(1, Ordering::SeqCst);
            } else {
                let fine = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
                let _ = socket.write_all(fine).await;
            }
        }
    });
    DyingNode { port, taken }
}

impl DyingNode {
    pub fn taken(&self) -> usize {
        self.taken.load(Ordering::SeqCst)
    }
}

/// A request, and how often it may reach a node.
pub struct Case {
    pub what: &'static str,
    method: &'static str,
    is_keyed: bool,
    pub sent: usize,
}

const fn case(what: &'static str, method: &'static str, is_keyed: bool, sent: usize) -> Case {
    Case { what, method, is_keyed, sent }
}

pub const CASES: [Case; 7] = [
    case("a read", "GET", false, 2),
    case("a POST", "POST", false, 1),
    case("a PATCH", "PATCH", false, 1),
    case("a PUT", "PUT", false, 1),
    case("a DELETE", "DELETE", false, 1),
    case("a POST with a key", "POST", true, 2),
    case("a DELETE with a key", "DELETE", true, 2),
];

impl Case {
    pub fn ask(&self, url: &str) -> Ask {
        let ask = Ask::new(url, "/api/matches/1/incidents");
        let ask = if self.is_keyed { ask.with("Idempotency-Key", "k-1") } else { ask };
        if self.method == "GET" { ask } else { ask.write(self.method, &json!({ "x": 1 })) }
    }
}
