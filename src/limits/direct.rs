//! Tells direct requests from those that a proxy forwarded.

use actix_web::HttpRequest;
use actix_web::http::header::HeaderMap;
use ipnet::IpNet;

/// Headers that proxies add to forwarded requests; a client that forges one only locks itself out.
const FORWARDING_HEADERS: [&str; 8] = [
    "forwarded",
    "via",
    "x-forwarded-for",
    "x-forwarded-host",
    "x-forwarded-proto",
    "x-forwarded-server",
    "x-original-forwarded-for",
    "x-real-ip",
];

/// Whether the peer is in one of these networks and no proxy forwarded the request.
pub fn is_direct(request: &HttpRequest, networks: &[IpNet]) -> bool {
    let peer = request.peer_addr().map(|peer| peer.ip().to_canonical());
    let is_allowed =
        peer.is_some_and(|peer| networks.iter().any(|network| network.contains(&peer)));
    is_allowed && !is_forwarded(request.headers())
}

fn is_forwarded(headers: &HeaderMap) -> bool {
    FORWARDING_HEADERS.iter().any(|name| headers.contains_key(*name))
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    #[test]
    fn only_unforwarded_requests_from_the_networks_are_direct() {
        let networks = ["127.0.0.0/8".parse().unwrap(), "::1/128".parse().unwrap()];
        let from = |peer: &str| TestRequest::get().peer_addr(peer.parse().unwrap());
        for peer in ["127.0.0.1:1", "127.9.9.9:1", "[::1]:1", "[::ffff:127.0.0.1]:1"] {
            assert!(is_direct(&from(peer).to_http_request(), &networks), "{peer}");
        }
        for peer in ["192.0.2.1:1", "[2001:db8::1]:1", "[::ffff:192.0.2.1]:1"] {
            assert!(!is_direct(&from(peer).to_http_request(), &networks), "{peer}");
        }
        for name in FORWARDING_HEADERS {
            let forwarded = from("127.0.0.1:1").insert_header((name, "")).to_http_request();
            assert!(!is_direct(&forwarded, &networks), "{name}");
        }
        let without_peer = TestRequest::get().to_http_request();
        assert!(!is_direct(&without_peer, &networks), "no peer address");
        assert!(!is_direct(&from("127.0.0.1:1").to_http_request(), &[]));
    }
}
