//! Handlers of streams: server-sent events, long-poll, history and replay. They are the same for a
//! node with a database and for a relay: messages come from the node's source, and `ReadAccess`
//! decides who may read them.

mod database_access;
pub mod history;
pub mod read_access;
mod replay;
pub mod responses;
pub mod stream_query;
pub mod stream_request;

use std::rc::Rc;
use std::time::Duration;

use actix_web::HttpResponse;
use actix_web::http::header;
pub use replay::open_replay;
use uuid::Uuid;

use crate::domain::closed_set::ClosedSet;
use crate::domain::topic::{Channel, StreamId, Topic};
use crate::http::path::Path;
use crate::http::streams::read_access::{ReadDecision, ReadGrant, ReadKind};
use crate::http::streams::stream_query::{StreamQuery, Transport};
use crate::http::streams::stream_request::{IdentifiedRequest, StreamRequest};
use crate::problem::{HandlerResult, Problem};
use crate::stream::close_reason::CloseReason;
use crate::stream::event_stream_body::EventStreamBody;
use crate::stream::hub::Hub;
use crate::stream::source_error::SourceError;
use crate::stream::{long_poll, subscribe};

/// `GET /api/matches/{id}/stream/`
pub async fn open_match_stream(request: IdentifiedRequest, id: Path<i64>) -> HandlerResult {
    open_stream(request, vec![StreamId::Match(*id).topic()]).await
}

/// `GET /api/teams/{id}/stream/`
pub async fn open_team_stream(request: IdentifiedRequest, id: Path<i64>) -> HandlerResult {
    open_stream(request, vec![StreamId::Team(*id).topic()]).await
}

/// `GET /api/teams/{id}/stream/{schedule,results,live,announcements}/`
pub async fn open_team_channel_stream(
    request: IdentifiedRequest,
    path: Path<(i64, String)>,
) -> HandlerResult {
    let (id, channel) = path.into_inner();
    open_stream(request, vec![channel_topic(StreamId::Team(id), &channel)?]).await
}

/// `GET /api/events/{id}/stream/`
pub async fn open_event_stream(request: IdentifiedRequest, id: Path<i64>) -> HandlerResult {
    open_stream(request, vec![StreamId::Event(*id).topic()]).await
}

/// `GET /api/events/{id}/stream/{results,schedule,announcements}/`
pub async fn open_event_channel_stream(
    request: IdentifiedRequest,
    path: Path<(i64, String)>,
) -> HandlerResult {
    let (id, channel) = path.into_inner();
    open_stream(request, vec![channel_topic(StreamId::Event(id), &channel)?]).await
}

/// `GET /api/purchases/{id}/stream/`: an invalid UUID is treated like an unknown purchase.
pub async fn open_purchase_stream(request: IdentifiedRequest, id: Path<String>) -> HandlerResult {
    let id = Uuid::try_parse(&id).unwrap_or_default();
    open_stream(request, vec![StreamId::Purchase(id).topic()]).await
}

/// `GET /api/stream/?topic=match_3&topic=team_7_live`
pub async fn open_topics_stream(request: IdentifiedRequest) -> HandlerResult {
    let topics = stream_query::requested_topics(&request.http)?;
    open_stream(request, topics).await
}

fn channel_topic(stream: StreamId, name: &str) -> Result<Topic, Problem> {
    let channel = Channel::from_text(name).filter(|channel| stream.has_channel(*channel));
    channel.map(|channel| stream.channel_topic(channel)).ok_or(Problem::NotFound("channel"))
}

/// Header set by a proxy that retries a 503 at another node instead of forwarding it: then a
/// client that arrives while this node drains needs no second attempt.
const OTHER_NODE_HEADER: &str = "touchline-other-node";

/// `Retry-After` in seconds of a long-poll beyond a limit: by then other polls have ended.
const POLL_RETRY_AFTER_SECONDS: u64 = 25;

async fn open_stream(request: IdentifiedRequest, topics: Vec<Topic>) -> HandlerResult {
    let query = StreamQuery::from_request(&request.http)?;
    let kind = match query.transport {
        Transport::Sse => ReadKind::Stream,
        Transport::Poll { .. } => ReadKind::LongPoll,
    };
    let mut request = request.for_topics(topics, kind)?;
    let grant = match request.authorize().await {
        Ok(ReadDecision::Granted(grant)) => grant,
        Ok(ReadDecision::Answered(response)) => return Ok(response),
        Err(Problem::Unavailable { cause, .. }) if kind == ReadKind::Stream => {
            tracing::warn!(error = %cause, "A stream can't be opened: {cause}");
            return Ok(request.rejection_response(CloseReason::Unavailable, true));
        }
        Err(problem) => return Err(problem),
    };
    if let Some(fault) = &query.stream_fault {
        let stopped = (&*request.cursor_epoch(), &*request.named_topics);
        return Ok(responses::bad_request(&request.read.http, &request.read.hub, fault, stopped));
    }
    match query.transport {
        Transport::Sse => respond_with_stream(request, query, grant).await,
        Transport::Poll { wait_seconds: wait } => {
            answer_long_poll(request, query, grant, wait).await
        }
    }
}

async fn respond_with_stream(
    request: StreamRequest,
    query: StreamQuery,
    grant: ReadGrant,
) -> HandlerResult {
    let is_draining = request.read.hub.is_draining();
    if is_draining && request.read.http.headers().contains_key(OTHER_NODE_HEADER) {
        return Ok(HttpResponse::ServiceUnavailable().finish());
    }
    let is_private = grant.is_private;
    let permit = if is_draining {
        Err(CloseReason::Draining)
    } else {
        request.acquire_permit(&grant).ok_or(CloseReason::LimitReached)
    };
    let permit = match permit {
        Ok(permit) => permit,
        Err(reason) => return Ok(request.rejection_response(reason, is_private)),
    };
    let subscription_request = request.subscription_request(query, grant);
    let subscriber = match subscribe::open_subscriber(&request.read.hub, subscription_request).await
    {
        Ok(subscriber) => subscriber,
        Err(SourceError::Unavailable(cause)) => {
            tracing::warn!(error = %cause, "A stream can't be opened: {cause}");
            return Ok(request.rejection_response(CloseReason::Unavailable, is_private));
        }
        Err(error) => return Err(error.into()),
    };
    let body = EventStreamBody::new(subscriber, Rc::clone(&request.read.hub), permit);
    Ok(responses::respond(responses::event_stream_builder(is_private), body))
}

async fn answer_long_poll(
    request: StreamRequest,
    query: StreamQuery,
    grant: ReadGrant,
    wait_seconds: u64,
) -> HandlerResult {
    let is_private = grant.is_private;
    let Some(_permit) = request.acquire_permit(&grant) else {
        return Err(Problem::TooManyRequests { retry_after: POLL_RETRY_AFTER_SECONDS });
    };
    let subscription_request = request.subscription_request(query, grant);
    let subscriber = subscribe::open_subscriber(&request.read.hub, subscription_request).await?;
    let timeout = Duration::from_secs(wait_seconds);
    let text = tokio::select! {
        // A refusal takes precedence over messages.
        biased;
        refusal = request.wait_until_access_lost() => return Err(refusal),
        text = long_poll::long_poll(&request.read.hub, &subscriber, timeout) => text?,
    };
    // Access may have been lost while the messages were read.
    request.recheck_access().await?;
    let text = text.ok_or_else(|| draining_problem(&request.read.hub))?;
    let cache = if is_private { "private, no-store" } else { "no-store" };
    Ok(HttpResponse::Ok()
        .content_type("application/json")
        .insert_header((header::CACHE_CONTROL, cache))
        .insert_header((header::VARY, responses::VARY_HEADERS))
        .body(text))
}

/// The problem that sends a long-poll to another node, or back here later, after a random delay.
fn draining_problem(hub: &Hub) -> Problem {
    let retry_ms = hub.retry_ms(CloseReason::Draining);
    Problem::Draining { retry_after: u64::from(retry_ms.div_ceil(1000)) }
}
