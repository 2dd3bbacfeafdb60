//! Metrics are for those who ask a node itself, by their one path; no proxy shows them.

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::support::curl::Ask;
use crate::support::nginx::Nginx;
use crate::support::reverse_proxy::Edge;
use crate::support::server::TestServer;
use crate::support::shipped_nginx::{Front, two_nodes};

/// Ways to write the path that some software takes for the same.
const VARIANTS: [&str; 17] = [
    "/metrics/",
    "/%6detrics",
    "/%6Detrics/",
    "/metric%73",
    "//metrics",
    "///metrics//",
    "/./metrics",
    "/api/../metrics",
    "/api/%2e%2e/metrics",
    "/METRICS",
    "/Metrics/",
    "/metrics;x",
    "/metrics;x=/",
    "/metrics%2f",
    "/metrics%00",
    "/metrics%20",
    "/metrics/x",
];

/// What nothing but metrics says.
const SIGN: &str = "touchline_streams_open";

/// The answer to a request line and headers as they are.
async fn answer(server: &TestServer, target: &str, headers: &str) -> String {
    let mut line = TcpStream::connect(server.address()).await.unwrap();
    let request = format!("GET {target} HTTP/1.1\r\nHost: x\r\n{headers}Connection: close\r\n\r\n");
    line.write_all(request.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    line.read_to_end(&mut answer).await.unwrap();
    String::from_utf8_lossy(&answer).into_owned()
}

#[track_caller]
fn is_shown(answer: &str, what: &str) {
    assert!(answer.starts_with("HTTP/1.1 200 ") && answer.contains(SIGN), "{what}: {answer}");
}

#[track_caller]
fn is_unknown(answer: &str, what: &str) {
    assert!(!answer.contains(SIGN), "{what}");
    assert!(answer.starts_with("HTTP/1.1 404 "), "{what}: {answer}");
}

async fn metrics_answer_to_direct_callers_by_one_path(server: &TestServer) {
    for target in ["/metrics", "/metrics?x=1", "http://elsewhere.example/metrics"] {
        is_shown(&answer(server, target, "").await, target);
    }
    for target in VARIANTS {
        let said = answer(server, target, "").await;
        assert!(!said.contains(SIGN), "{target}");
        assert!(said.starts_with("HTTP/1.1 4"), "{target}: {said}");
    }
    for header in [
        "X-Forwarded-For: 127.0.0.1",
        "x-forwarded-for:",
        "X-Forwarded-Proto: http",
        "X-Forwarded-Host: x",
        "X-Real-IP: 127.0.0.1",
        "Forwarded: for=127.0.0.1",
        "Via: 1.1 varnish",
    ] {
        is_unknown(&answer(server, "/metrics", &format!("{header}\r\n")).await, header);
        is_unknown(&answer(server, "http://x/metrics", &format!("{header}\r\n")).await, header);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_serves_metrics_to_direct_callers_at_one_path() {
    // Whose word is believed about addresses makes no difference.
    for trusted in ["192.0.2.1/32", "127.0.0.1/32"] {
        let server = TestServer::sqlite(&[("trusted_proxies", trusted)]).await;
        metrics_answer_to_direct_callers_by_one_path(&server).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_relay_serves_metrics_to_direct_callers_at_one_path() {
    let origin = TestServer::sqlite(&[]).await;
    let relay = TestServer::relay(&origin.address(), &[]).await;
    for target in ["/metrics", "/metrics?x=1"] {
        is_shown(&answer(&relay, target, "").await, target);
    }
    for target in VARIANTS {
        assert!(!answer(&relay, target, "").await.contains(SIGN), "{target}");
    }
    is_unknown(&answer(&relay, "/metrics", "Via: 1.1 varnish\r\n").await, "handed on");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_serves_metrics_to_the_configured_networks_only() {
    let server = TestServer::sqlite(&[("metrics_from", "192.0.2.0/24")]).await;
    is_unknown(&answer(&server, "/metrics", "").await, "another network");
    let server = TestServer::sqlite(&[("metrics_from", "127.0.0.2/32,127.0.0.1/32")]).await;
    is_shown(&answer(&server, "/metrics", "").await, "one of two");
}

/// What a proxy answers to each way of writing the path, asked as it is.
async fn look_through(what: &str, ask: impl Fn() -> Ask) {
    let absolute = ["http://127.0.0.1/metrics", "http://x/%6detrics", "HTTP://x//metrics"];
    let targets = ["/metrics", "/metrics?x=1"].into_iter().chain(VARIANTS).chain(absolute);
    for target in targets {
        // Some give up a request that is broken, without a word.
        let Some(answer) = ask().target(target).try_answer().await else { continue };
        assert!(!answer.text.contains(SIGN), "{what} shows {target}");
        assert!(answer.status >= 400, "{what}: {target} {}", answer.status);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_proxy_exposes_metrics() {
    let nodes = two_nodes().await;
    let ports = [nodes[0].port, nodes[1].port];
    let front = Front::before(&nodes).await;
    look_through("nginx", || front.ask("/")).await;
    look_through("nginx, HTTP/2", || front.ask("/").http2()).await;
    let haproxy = Edge::haproxy(ports).await;
    look_through("HAProxy", || haproxy.ask("/")).await;
    let varnish = Edge::varnish(ports).await;
    look_through("Varnish", || varnish.ask("/")).await;
    let compose = Nginx::of_compose(ports).await;
    look_through("nginx of compose.yaml", || Ask::new(&compose.url(), "/")).await;
    // Without any rule of its own: the nodes see that they are asked by a proxy.
    let bare = Nginx::of_compose_without_rules(ports).await;
    look_through("nginx without rules", || Ask::new(&bare.url(), "/")).await;
}
