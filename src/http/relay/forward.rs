//! A request that goes through to the upstream with its own credentials, and the answer back.

use std::convert::Infallible;
use std::rc::Rc;
use std::time::Duration;

use actix_web::body::SizedStream;
use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::http::{Method, StatusCode};
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder};
use bytes::Bytes;

use crate::auth;
use crate::auth::cookie;
use crate::auth::cookie::Session;
use crate::http::relay::rejection::{rejection_response, upstream_unreachable};
use crate::http::relay::relay_app::RelayApp;
use crate::http::streams::responses::Blocks;
use crate::http::streams::stream_query::Transport;
use crate::http::streams::{responses as heads, stream_query};
use crate::limits::ClientOrigin;
use crate::problem::Problem;
use crate::relay::pass_through::PassThrough;
use crate::relay::{UpstreamResponse, pass_through};
use crate::stream::close_reason::CloseReason;
use crate::stream::hub::Hub;

/// What the upstream is told of a request: who asks, from where on, and what is known already.
const FORWARDED_REQUEST_HEADERS: [&str; 6] =
    ["accept", "authorization", "if-none-match", "last-event-id", "user-agent", "x-request-id"];

/// What of its answers comes back. Which other sites may read them is decided here.
const FORWARDED_RESPONSE_HEADERS: [&str; 8] = [
    "allow",
    "cache-control",
    "content-type",
    "etag",
    "retry-after",
    "vary",
    "www-authenticate",
    "x-accel-buffering",
];

/// A little longer than the longest long-poll.
const UPSTREAM_TIMEOUT: Duration = Duration::from_secs(30);

/// Whether the request says who asks, in whatever way.
pub fn has_credentials(request: &HttpRequest, relay: &RelayApp) -> bool {
    let has_header = |name| request.headers().contains_key(name);
    let query = request.query_string();
    has_header("authorization")
        || session(request, relay).is_some()
        || query.split('&').any(|pair| pair.starts_with("ticket=") || pair.starts_with("token="))
}

/// The cookie of the reader's session. Which counts is decided here: the upstream doesn't see
/// whether the request came over TLS.
fn session(request: &HttpRequest, relay: &RelayApp) -> Option<String> {
    let is_tls = auth::is_tls(request, &relay.config, &relay.limiters);
    match cookie::session(request.headers(), is_tls) {
        Session::One { name, token } => Some(format!("{name}={token}")),
        Session::None | Session::Several => None,
    }
}

/// Asks the upstream in the reader's name, and gives what it answers.
pub async fn forward(
    request: HttpRequest,
    relay: Data<RelayApp>,
    hub: Data<Rc<Hub>>,
) -> Result<HttpResponse, Problem> {
    let response = send_upstream(&request, &relay).await;
    let answer = match response {
        Ok(answer) if !is_gateway_error(answer.status()) => answer,
        Ok(answer) => {
            tracing::warn!("The upstream answers {}", answer.status());
            return upstream_unreachable(&request, &hub, requested_transport(&request));
        }
        Err(error) => {
            tracing::warn!(error = %error, "A request can't go through: {error}");
            return upstream_unreachable(&request, &hub, requested_transport(&request));
        }
    };
    let head = response_head(&answer);
    if !answer.is_event_stream() {
        return whole(&request, head, answer).await;
    }
    if hub.is_draining() {
        return Ok(rejection_response(&request, &hub, CloseReason::Draining));
    }
    let Some(permit) = relay.acquire_permit(&request, &[]) else {
        return Ok(rejection_response(&request, &hub, CloseReason::LimitReached));
    };
    let blocks = pass_through::pass_through_blocks(PassThrough {
        response: answer,
        silence_timeout: relay.upstream.silence_timeout(),
        draining: relay.stream_context.draining.subscribe(),
        drain_seconds: relay.config.drain_seconds,
        retry_ms: relay.stream_context.settings.random_retry_ms(),
        permit,
    });
    Ok(heads::respond(head, Blocks::new(heads::transfer_coding(&request), blocks)))
}

/// An answer that ends by itself; to a HEAD, with the length that a GET would be answered.
async fn whole(
    request: &HttpRequest,
    mut head: HttpResponseBuilder,
    answer: UpstreamResponse,
) -> Result<HttpResponse, Problem> {
    let length = answer.header("content-length").map(String::from_utf8_lossy);
    let length = length.and_then(|length| length.parse().ok());
    if let Some(length) = length.filter(|_| request.method() == Method::HEAD) {
        let nothing = futures_util::stream::empty::<Result<Bytes, Infallible>>();
        return Ok(head.body(SizedStream::new(length, nothing)));
    }
    Ok(head.body(answer.read_body().await?))
}

async fn send_upstream(
    request: &HttpRequest,
    relay: &RelayApp,
) -> crate::store::Result<UpstreamResponse> {
    let forwarded = FORWARDED_REQUEST_HEADERS.iter().flat_map(|name| {
        request.headers().get_all(*name).map(|value| (*name, value.as_bytes().to_vec()))
    });
    let mut headers: Vec<_> = forwarded.collect();
    headers.extend(session(request, relay).map(|cookie| ("cookie", cookie.into_bytes())));
    // The upstream's limits and logs are about readers, not about us.
    let address = ClientOrigin::from_request(request, &relay.limiters.proxies).address;
    headers.push(("x-forwarded-for", address.to_string().into_bytes()));
    let path = request.uri().path_and_query().map_or("/", |path| path.as_str()).to_owned();
    let (upstream, method) = (relay.upstream.clone(), request.method().to_string());
    let task = relay.stream_context.runtime.spawn(async move {
        upstream.forward_request(&method, &path, &headers, UPSTREAM_TIMEOUT).await
    });
    let failed =
        |error: tokio::task::JoinError| crate::store::StoreError::Internal(error.to_string());
    task.await.map_err(failed)?
}

fn response_head(response: &UpstreamResponse) -> HttpResponseBuilder {
    let status = StatusCode::from_u16(response.status());
    let mut head = HttpResponse::build(status.unwrap_or(StatusCode::BAD_GATEWAY));
    for (name, value) in
        FORWARDED_RESPONSE_HEADERS.iter().filter_map(|name| Some((*name, response.header(name)?)))
    {
        if let Ok(value) = HeaderValue::from_bytes(value) {
            head.insert_header((HeaderName::from_static(name), value));
        }
    }
    head
}

/// What says of the upstream that it will be back, and nothing of the request.
fn is_gateway_error(status: u16) -> bool {
    matches!(status, 502..=504)
}

/// How the request wants to be told that nobody answers: streams and replays in a 200.
fn requested_transport(request: &HttpRequest) -> Transport {
    let is_history = request.match_info().get("topic").is_some();
    match stream_query::StreamQuery::from_request(request) {
        Ok(query) if !is_history => query.transport,
        _ => Transport::Poll { wait_seconds: 0 },
    }
}
