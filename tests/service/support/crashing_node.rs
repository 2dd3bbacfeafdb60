//! Nodes that crash during a request, and how proxies may retry.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use super::curl::CurlRequest;

pub struct CrashingNode {
    pub port: u16,
    requests: Arc<AtomicUsize>,
}

/// Drops each API connection without a response, like a node killed in the middle of a request;
/// only its health check succeeds.
pub async fn start() -> CrashingNode {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let count = Arc::new(AtomicUsize::new(0));
    let requests = Arc::clone(&count);
    tokio::spawn(async move {
        while let Ok((mut socket, _)) = listener.accept().await {
            let mut bytes = [0; 4096];
            let read = socket.read(&mut bytes).await.unwrap_or(0);
            if bytes[..read].windows(5).any(|part| part == b" /api") {
                count.fetch_add(1, Ordering::SeqCst);
            } else {
                let healthy = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
                let _ = socket.write_all(healthy).await;
            }
        }
    });
    CrashingNode { port, requests }
}

impl CrashingNode {
    pub fn request_count(&self) -> usize {
        self.requests.load(Ordering::SeqCst)
    }
}

/// A request, and how often a proxy may send it to a node.
pub struct Case {
    pub name: &'static str,
    method: &'static str,
    is_keyed: bool,
    pub attempts: usize,
}

const fn case(name: &'static str, method: &'static str, is_keyed: bool, attempts: usize) -> Case {
    Case { name, method, is_keyed, attempts }
}

pub const RETRY_CASES: [Case; 7] = [
    case("a read", "GET", false, 2),
    case("a POST", "POST", false, 1),
    case("a PATCH", "PATCH", false, 1),
    case("a PUT", "PUT", false, 1),
    case("a DELETE", "DELETE", false, 1),
    case("a POST with a key", "POST", true, 2),
    case("a DELETE with a key", "DELETE", true, 2),
];

impl Case {
    pub fn request(&self, url: &str) -> CurlRequest {
        let request = CurlRequest::new(url, "/api/matches/1/incidents");
        let request =
            if self.is_keyed { request.header("Idempotency-Key", "k-1") } else { request };
        if self.method == "GET" { request } else { request.json(self.method, &json!({ "x": 1 })) }
    }
}
