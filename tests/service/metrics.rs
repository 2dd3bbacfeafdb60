//! Metrics are served to direct callers of a node at one path, and never through a proxy.

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::support::curl::CurlRequest;
use crate::support::nginx::Nginx;
use crate::support::reverse_proxy::ReverseProxy;
use crate::support::server::TestServer;
use crate::support::shipped_nginx::{ShippedNginx, two_nodes};

/// Spellings of the path that some software treats as equal.
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

/// A name that only the metrics contain.
const METRIC_NAME: &str = "touchline_streams_open";

/// Sends a raw request line and headers; returns the whole response.
async fn raw_response(server: &TestServer, target: &str, headers: &str) -> String {
    let mut line = TcpStream::connect(server.address()).await.unwrap();
    let request = format!("GET {target} HTTP/1.1\r\nHost: x\r\n{headers}Connection: close\r\n\r\n");
    line.write_all(request.as_bytes()).await.unwrap();
    let mut response = Vec::new();
    line.read_to_end(&mut response).await.unwrap();
    String::from_utf8_lossy(&response).into_owned()
}

#[track_caller]
fn assert_shown(response: &str, what: &str) {
    assert!(
        response.starts_with("HTTP/1.1 200 ") && response.contains(METRIC_NAME),
        "{what}: {response}"
    );
}

#[track_caller]
fn assert_not_found(response: &str, what: &str) {
    assert!(!response.contains(METRIC_NAME), "{what}");
    assert!(response.starts_with("HTTP/1.1 404 "), "{what}: {response}");
}

async fn metrics_answer_to_direct_callers_by_one_path(server: &TestServer) {
    for target in ["/metrics", "/metrics?x=1", "http://elsewhere.example/metrics"] {
        assert_shown(&raw_response(server, target, "").await, target);
    }
    for target in VARIANTS {
        let answer = raw_response(server, target, "").await;
        assert!(!answer.contains(METRIC_NAME), "{target}");
        assert!(answer.starts_with("HTTP/1.1 4"), "{target}: {answer}");
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
        assert_not_found(&raw_response(server, "/metrics", &format!("{header}\r\n")).await, header);
        assert_not_found(
            &raw_response(server, "http://x/metrics", &format!("{header}\r\n")).await,
            header,
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_serves_metrics_to_direct_callers_at_one_path() {
    // Trusted proxies make no difference.
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
        assert_shown(&raw_response(&relay, target, "").await, target);
    }
    for target in VARIANTS {
        assert!(!raw_response(&relay, target, "").await.contains(METRIC_NAME), "{target}");
    }
    assert_not_found(
        &raw_response(&relay, "/metrics", "Via: 1.1 varnish\r\n").await,
        "proxied request",
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_serves_metrics_to_the_configured_networks_only() {
    let server = TestServer::sqlite(&[("metrics_from", "192.0.2.0/24")]).await;
    assert_not_found(&raw_response(&server, "/metrics", "").await, "caller from another network");
    let server = TestServer::sqlite(&[("metrics_from", "127.0.0.2/32,127.0.0.1/32")]).await;
    assert_shown(&raw_response(&server, "/metrics", "").await, "one of two networks");
}

/// Requests every spelling of the path through a proxy.
async fn assert_hidden(what: &str, request: impl Fn() -> CurlRequest) {
    let absolute = ["http://127.0.0.1/metrics", "http://x/%6detrics", "HTTP://x//metrics"];
    let targets = ["/metrics", "/metrics?x=1"].into_iter().chain(VARIANTS).chain(absolute);
    for target in targets {
        // Some proxies drop a malformed request without a response.
        let Some(response) = request().request_target(target).try_send().await else { continue };
        assert!(!response.text.contains(METRIC_NAME), "{what} exposes {target}");
        assert!(response.status >= 400, "{what}: {target} {}", response.status);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_proxy_exposes_metrics() {
    let nodes = two_nodes().await;
    let ports = [nodes[0].port, nodes[1].port];
    let nginx = ShippedNginx::in_front_of(&nodes).await;
    assert_hidden("nginx", || nginx.request("/")).await;
    assert_hidden("nginx, HTTP/2", || nginx.request("/").http2()).await;
    let haproxy = ReverseProxy::haproxy(ports).await;
    assert_hidden("HAProxy", || haproxy.request("/")).await;
    let varnish = ReverseProxy::varnish(ports).await;
    assert_hidden("Varnish", || varnish.request("/")).await;
    let compose = Nginx::from_compose(ports).await;
    assert_hidden("nginx of compose.yaml", || CurlRequest::new(&compose.url(), "/")).await;
    // Without a rule in the proxy, the nodes still detect that a proxy asks.
    let bare = Nginx::from_compose_without_rules(ports).await;
    assert_hidden("nginx without rules", || CurlRequest::new(&bare.url(), "/")).await;
}
