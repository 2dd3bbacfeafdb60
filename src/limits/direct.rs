//! Whether a request came from the caller itself, and not through a proxy.

use actix_web::HttpRequest;
use actix_web::http::header::HeaderMap;
use ipnet::IpNet;

/// What proxies add to a request that they hand on. A caller that makes one up shuts itself out.
const ADDED: [&str; 8] = [
    "forwarded",
    "via",
    "x-forwarded-for",
    "x-forwarded-host",
    "x-forwarded-proto",
    "x-forwarded-server",
    "x-original-forwarded-for",
    "x-real-ip",
];

/// Whether the peer is in one of these networks and no proxy handed its request on.
pub fn is_direct(request: &HttpRequest, networks: &[IpNet]) -> bool {
    let peer = request.peer_addr().map(|peer| peer.ip().to_canonical());
    let is_known = peer.is_some_and(|peer| networks.iter().any(|network| network.contains(&peer)));
    is_known && !is_handed_on(request.headers())
}

fn is_handed_on(headers: &HeaderMap) -> bool {
    ADDED.iter().any(|name| headers.contains_key(*name))
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    #[test]
    fn direct_is_who_comes_from_a_network_without_a_proxy() {
        let networks = ["127.0.0.0/8".parse().unwrap(), "::1/128".parse().unwrap()];
        let from = |peer: &str| TestRequest::get().peer_addr(peer.parse().unwrap());
        for peer in ["127.0.0.1:1", "127.9.9.9:1", "[::1]:1", "[::ffff:127.0.0.1]:1"] {
            assert!(is_direct(&from(peer).to_http_request(), &networks), "{peer}");
        }
        for peer in ["192.0.2.1:1", "[2001:db8::1]:1", "[::ffff:192.0.2.1]:1"] {
            assert!(!is_direct(&from(peer).to_http_request(), &networks), "{peer}");
        }
        for name in ADDED {
            let handed_on = from("127.0.0.1:1").insert_header((name, "")).to_http_request();
            assert!(!is_direct(&handed_on, &networks), "{name}");
        }
        let unknown = TestRequest::get().to_http_request();
        assert!(!is_direct(&unknown, &networks), "no address at all");
        assert!(!is_direct(&from("127.0.0.1:1").to_http_request(), &[]));
    }
}
