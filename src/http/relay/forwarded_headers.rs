//! Which headers a relay passes on: of a client's request to the upstream, and of its response.
//!
//! Both are closed lists, so headers of a single connection (RFC 9110, 7.6.1) never pass.

use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::http::{StatusCode, header};
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder};

use crate::auth;
use crate::auth::cookie;
use crate::auth::cookie::Session;
use crate::http::node_state::NodeState;
use crate::limits::ClientOrigin;
use crate::relay::UpstreamResponse;

/// Headers that say who asks for what, and what the client has already.
const REQUEST_HEADERS: [&str; 9] = [
    "accept",
    "authorization",
    "content-type",
    "idempotency-key",
    "if-match",
    "if-none-match",
    "last-event-id",
    "user-agent",
    "x-request-id",
];

/// Headers of the upstream's answer. Those of CORS aren't among them: which other sites may read
/// answers is a setting of each node.
const RESPONSE_HEADERS: [&str; 12] = [
    "allow",
    "cache-control",
    "content-type",
    "etag",
    "idempotency-replayed",
    "location",
    "retry-after",
    "set-cookie",
    "touchline-cursor",
    "vary",
    "www-authenticate",
    "x-accel-buffering",
];

/// Whether the request has credentials of any kind.
pub fn has_credentials(request: &HttpRequest, node: &NodeState) -> bool {
    let query = request.query_string();
    request.headers().contains_key(header::AUTHORIZATION)
        || session_cookie(request, node).is_some()
        || query.split('&').any(|pair| pair.starts_with("ticket=") || pair.starts_with("token="))
}

/// The headers of a request as the upstream gets them.
pub fn request_headers(request: &HttpRequest, node: &NodeState) -> Vec<(&'static str, Vec<u8>)> {
    let mut headers: Vec<_> = REQUEST_HEADERS
        .iter()
        .flat_map(|name| {
            request.headers().get_all(*name).map(|value| (*name, value.as_bytes().to_vec()))
        })
        .collect();
    headers.extend(session_cookie(request, node).map(|cookie| ("cookie", cookie.into_bytes())));
    headers.extend(fetch_site(request, node).map(|site| ("sec-fetch-site", site.into())));
    // The upstream's limits, logs and cookies are about the client, not about this relay.
    let client = ClientOrigin::from_request(request, &node.limiters.proxies);
    headers.push(("x-forwarded-for", client.address.to_string().into_bytes()));
    // As for cookies: the upstream sets the name that is read here.
    let is_tls = auth::is_tls(request, &node.config, &node.limiters);
    let scheme = if is_tls { "https" } else { "http" };
    headers.push(("x-forwarded-proto", scheme.into()));
    headers
}

/// The cookie of the client's session. Which one counts is decided here, as only this node knows
/// whether the request came over TLS.
fn session_cookie(request: &HttpRequest, node: &NodeState) -> Option<String> {
    let is_tls = auth::is_tls(request, &node.config, &node.limiters);
    match cookie::session(request.headers(), is_tls) {
        Session::One { name, token } => Some(format!("{name}={token}")),
        Session::None | Session::Several => None,
    }
}

/// This node's verdict on the site that the request comes from, in place of the client's `Origin`.
///
/// The upstream compares an `Origin` with its own `Host` and its own `allowed_origins`. But it is
/// this node's cookie that a browser has attached, so what counts is this node's host and setting.
fn fetch_site(request: &HttpRequest, node: &NodeState) -> Option<&'static str> {
    let (provenance, allowed) = (auth::request_provenance(request), &node.config.allowed_origins);
    if provenance.is_trusted(allowed) {
        Some("same-origin")
    } else if provenance.is_cross_site(allowed) {
        Some("cross-site")
    } else {
        None
    }
}

/// The head of the upstream's response as the client gets it.
pub fn response_head(response: &UpstreamResponse) -> HttpResponseBuilder {
    let status = StatusCode::from_u16(response.status()).unwrap_or(StatusCode::BAD_GATEWAY);
    let mut head = HttpResponse::build(status);
    for name in RESPONSE_HEADERS {
        for value in response.header_values(name) {
            if let Ok(value) = HeaderValue::from_bytes(value) {
                head.append_header((HeaderName::from_static(name), value));
            }
        }
    }
    head
}
