//! A request that goes through to the upstream with its own credentials, and the answer back.

use std::convert::Infallible;
use std::rc::Rc;
use std::time::Duration;

use actix_web::HttpRequest;
use actix_web::HttpResponse;
use actix_web::HttpResponseBuilder;
use actix_web::body::SizedStream;
use actix_web::http::Method;
use actix_web::http::StatusCode;
use actix_web::http::header::HeaderName;
use actix_web::http::header::HeaderValue;
use actix_web::web::Data;
use bytes::Bytes;

use crate::auth;
use crate::auth::cookie;
use crate::auth::cookie::Session;
use crate::http::relay;
use crate::http::relay::Relay;
use crate::http::streams::head as heads;
use crate::http::streams::head::Blocks;
use crate::http::streams::wish;
use crate::http::streams::wish::Transport;
use crate::limits::Client;
use crate::problem::Problem;
use crate::relay::Answer;
use crate::relay::through;
use crate::relay::through::Through;
use crate::stream::hub::Hub;
use crate::stream::reader::Bye;

/// What the upstream is told of a request: who asks, from where on, and what is known already.
const ASKED: [&str; 6] =
    ["accept", "authorization", "if-none-match", "last-event-id", "user-agent", "x-request-id"];

/// What of its answers comes back. Which other sites may read them is decided here.
const ANSWERED: [&str; 8] = [
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
const PATIENCE: Duration = Duration::from_secs(30);

/// Whether the request says who asks, in whatever way.
pub fn has_credentials(request: &HttpRequest, relay: &Relay) -> bool {
    let named = |name| request.headers().contains_key(name);
    let query = request.query_string();
    named("authorization")
        || session(request, relay).is_some()
        || query.split('&').any(|pair| pair.starts_with("ticket=") || pair.starts_with("token="))
}

/// The cookie of the reader's session. Which counts is decided here: the upstream doesn't see
/// whether the request came over TLS.
fn session(request: &HttpRequest, relay: &Relay) -> Option<String> {
    let is_tls = auth::is_tls(request, &relay.config, &relay.limits);
    match cookie::session(request.headers(), is_tls) {
        Session::One { name, token } => Some(format!("{name}={token}")),
        Session::None | Session::Several => None,
    }
}

/// Asks the upstream in the reader's name, and gives what it answers.
pub async fn through(
    request: HttpRequest,
    relay: Data<Relay>,
    hub: Data<Rc<Hub>>,
) -> Result<HttpResponse, Problem> {
    let answer = ask(&request, &relay).await;
    let answer = match answer {
        Ok(answer) if !is_passing(answer.status()) => answer,
        Ok(answer) => {
            tracing::warn!("The upstream answers {}", answer.status());
            return relay::nowhere(&request, &hub, transport(&request));
        }
        Err(error) => {
            tracing::warn!(error = %error, "A request can't go through: {error}");
            return relay::nowhere(&request, &hub, transport(&request));
        }
    };
    let head = head(&answer);
    if !answer.is_stream() {
        return whole(&request, head, answer).await;
    }
    if hub.is_draining() {
        return Ok(relay::refuse(&request, &hub, Bye::Draining));
    }
    let Ok(permit) = relay.permit(&request, &[]) else {
        return Ok(relay::refuse(&request, &hub, Bye::Limit));
    };
    let blocks = through::blocks(Through {
        answer,
        silence: relay.upstream.silence(),
        draining: relay.shared.draining.subscribe(),
        drain_seconds: relay.config.drain_seconds,
        retry_ms: relay.shared.settings.draw_retry_ms(),
        permit,
    });
    Ok(heads::respond(head, Blocks::new(heads::coding(&request), blocks)))
}

/// An answer that ends by itself; to a HEAD, with the length that a GET would be answered.
async fn whole(
    request: &HttpRequest,
    mut head: HttpResponseBuilder,
    answer: Answer,
) -> Result<HttpResponse, Problem> {
    let length = answer.header("content-length").map(String::from_utf8_lossy);
    let length = length.and_then(|length| length.parse().ok());
    if let Some(length) = length.filter(|_| request.method() == Method::HEAD) {
        let nothing = futures_util::stream::empty::<Result<Bytes, Infallible>>();
        return Ok(head.body(SizedStream::new(length, nothing)));
    }
    Ok(head.body(answer.whole().await?))
}

async fn ask(request: &HttpRequest, relay: &Relay) -> crate::store::Result<Answer> {
    let named = ASKED.iter().flat_map(|name| {
        request.headers().get_all(*name).map(|value| (*name, value.as_bytes().to_vec()))
    });
    let mut headers: Vec<_> = named.collect();
    headers.extend(session(request, relay).map(|cookie| ("cookie", cookie.into_bytes())));
    // The upstream's limits and logs are about readers, not about us.
    let address = Client::of(request, &relay.limits.proxies).address;
    headers.push(("x-forwarded-for", address.to_string().into_bytes()));
    let path = request.uri().path_and_query().map_or("/", |path| path.as_str()).to_owned();
    let (upstream, method) = (relay.upstream.clone(), request.method().to_string());
    let asked = relay
        .shared
        .runtime
        .spawn(async move { upstream.pass(&method, &path, &headers, PATIENCE).await });
    let failed =
        |error: tokio::task::JoinError| crate::store::StoreError::Failed(error.to_string());
    asked.await.map_err(failed)?
}

fn head(answer: &Answer) -> HttpResponseBuilder {
    let status = StatusCode::from_u16(answer.status());
    let mut head = HttpResponse::build(status.unwrap_or(StatusCode::BAD_GATEWAY));
    for (name, value) in ANSWERED.iter().filter_map(|name| Some((*name, answer.header(name)?))) {
        if let Ok(value) = HeaderValue::from_bytes(value) {
            head.insert_header((HeaderName::from_static(name), value));
        }
    }
    head
}

/// What says of the upstream that it will be back, and nothing of the request.
fn is_passing(status: u16) -> bool {
    matches!(status, 502..=504)
}

/// How the request wants to be told that nobody answers: streams and replays in a 200.
fn transport(request: &HttpRequest) -> Transport {
    let is_history = request.match_info().get("topic").is_some();
    match wish::Wished::read(request) {
        Ok(wished) if !is_history => wished.transport,
        _ => Transport::Poll { wait: 0 },
    }
}
