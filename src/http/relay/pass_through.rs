//! Pass-through: a client's request goes to the upstream with its own credentials, and the
//! upstream's answer comes back unchanged.

use std::convert::Infallible;
use std::rc::Rc;

use actix_web::body::SizedStream;
use actix_web::http::{Method, header};
use actix_web::web::{Data, Payload};
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder};
use bytes::Bytes;

use crate::http::json_body;
use crate::http::relay::forwarded_headers;
use crate::http::relay::relay_access::RelayAccess;
use crate::http::streams::responses;
use crate::http::streams::responses::Blocks;
use crate::problem::{HandlerResult, Problem};
use crate::relay::pass_through::PassThrough;
use crate::relay::{ForwardedRequest, UpstreamError, UpstreamResponse, pass_through};
use crate::stream::close_reason::CloseReason;
use crate::stream::hub::Hub;

/// Answers whatever no route of this node does: the upstream knows what it is, and who may.
pub async fn answer(
    request: HttpRequest,
    payload: Payload,
    relay: Data<RelayAccess>,
    hub: Data<Rc<Hub>>,
) -> HandlerResult {
    let max_bytes = relay.node.config.body_bytes;
    let body = if has_body(&request) {
        json_body::read_bytes(&request, payload.into_inner(), max_bytes).await?
    } else {
        Bytes::new()
    };
    relay.pass_through(&request, &hub, body, false).await
}

/// Whether the head announces a body (RFC 9112, 6.3). What follows a request for an upgrade is none,
/// and has no end.
fn has_body(request: &HttpRequest) -> bool {
    let headers = request.headers();
    let length = headers.get(header::CONTENT_LENGTH);
    headers.contains_key(header::TRANSFER_ENCODING) || length.is_some_and(|length| length != "0")
}

impl RelayAccess {
    /// Sends a request to the upstream, and returns its answer; 503 if there is none.
    pub async fn pass_through(
        &self,
        request: &HttpRequest,
        hub: &Hub,
        body: Bytes,
        expects_stream: bool,
    ) -> HandlerResult {
        let answer = match self.send(request, body).await {
            // A proxy's error, or one that an `EventSource` takes for final.
            Ok(answer) if is_outage(&answer) && (expects_stream || !answer.is_problem()) => {
                tracing::warn!("The upstream responds {}", answer.status());
                return unreachable(request, hub, expects_stream, "it responds with an error");
            }
            Ok(answer) => answer,
            Err(error) => {
                tracing::warn!(error = %error, "A request can't go through: {error}");
                return unreachable(request, hub, expects_stream, &error.to_string());
            }
        };
        let head = forwarded_headers::response_head(&answer);
        if answer.is_event_stream() {
            return Ok(self.event_stream(request, hub, head, answer));
        }
        whole_response(request, head, answer).await
    }

    async fn send(
        &self,
        request: &HttpRequest,
        body: Bytes,
    ) -> Result<UpstreamResponse, UpstreamError> {
        let path = request.uri().path_and_query().map(|path| path.as_str().to_owned());
        let forwarded = ForwardedRequest {
            method: request.method().to_string(),
            // `OPTIONS *` has no path: appended to the upstream's address, it would change it.
            path: path.filter(|path| path.starts_with('/')).unwrap_or_else(|| "/".to_owned()),
            headers: forwarded_headers::request_headers(request, &self.node),
            body,
        };
        let upstream = self.upstream.clone();
        let task = self.node.stream_context.runtime.spawn(async move {
            // A write runs to its end, although its client may have gone.
            upstream.forward(forwarded).await
        });
        task.await.unwrap_or_else(|error| Err(UpstreamError::unreachable(&error)))
    }

    /// A private stream, which counts against this node's limits and ends when it drains.
    fn event_stream(
        &self,
        request: &HttpRequest,
        hub: &Hub,
        head: HttpResponseBuilder,
        response: UpstreamResponse,
    ) -> HttpResponse {
        if hub.is_draining() {
            return responses::rejection_response(request, hub, CloseReason::Draining, true);
        }
        let Some(permit) = self.node.acquire_permit(request, None, &[]) else {
            return responses::rejection_response(request, hub, CloseReason::LimitReached, true);
        };
        let stream_context = &self.node.stream_context;
        let blocks = pass_through::pass_through_blocks(PassThrough {
            response,
            silence_timeout: self.upstream.silence_timeout(),
            draining: stream_context.draining.subscribe(),
            drain_seconds: self.node.config.drain_seconds,
            retry_ms: stream_context.settings.random_retry_ms(),
            permit,
        });
        responses::respond(head, Blocks::new(responses::transfer_coding(request), blocks))
    }
}

/// An answer that ends by itself; to a HEAD, with the length that a GET would be answered.
async fn whole_response(
    request: &HttpRequest,
    mut head: HttpResponseBuilder,
    answer: UpstreamResponse,
) -> HandlerResult {
    if let Some(length) = answer.content_length().filter(|_| request.method() == Method::HEAD) {
        let nothing = futures_util::stream::empty::<Result<Bytes, Infallible>>();
        return Ok(head.body(SizedStream::new(length, nothing)));
    }
    let body = answer.read_body().await;
    Ok(head.body(body.map_err(|error| Problem::unavailable(error.to_string()))?))
}

/// Whether the status says that the upstream will be back, and nothing about the request.
fn is_outage(answer: &UpstreamResponse) -> bool {
    matches!(answer.status(), 502..=504)
}

/// The answer of a relay whose upstream is away; as a stream, if the client waits for one.
fn unreachable(
    request: &HttpRequest,
    hub: &Hub,
    expects_stream: bool,
    cause: &str,
) -> HandlerResult {
    if expects_stream {
        return Ok(responses::rejection_response(request, hub, CloseReason::Unavailable, true));
    }
    Err(Problem::unavailable(format!("the upstream gives no answer: {cause}")))
}
