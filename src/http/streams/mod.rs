//! Handlers of streams: server-sent events, long-poll, history and replay.

pub mod history;
mod replay;
pub mod responses;
pub mod stream_query;
mod stream_request;

use std::rc::Rc;
use std::time::Duration;

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse};
pub use replay::open_replay;
use uuid::Uuid;

use crate::auth::StreamViewer;
use crate::domain::closed_set::ClosedSet;
use crate::domain::topic::{Channel, StreamId, Topic};
use crate::http::path::Path;
use crate::http::streams::stream_query::{StreamQuery, Transport};
use crate::http::streams::stream_request::StreamRequest;
use crate::problem::{HandlerResult, Problem};
use crate::store::StoreError;
use crate::stream::close_reason::CloseReason;
use crate::stream::cursor::Cursor;
use crate::stream::event_stream_body::EventStreamBody;
use crate::stream::hub::Hub;
use crate::stream::{long_poll, subscribe};

/// `GET /api/matches/{id}/stream/`
pub async fn stream_match(
    request: HttpRequest,
    caller: StreamViewer,
    id: Path<i64>,
) -> HandlerResult {
    open_stream(request, caller, vec![StreamId::Match(*id).topic()]).await
}

/// `GET /api/teams/{id}/stream/`
pub async fn stream_team(
    request: HttpRequest,
    caller: StreamViewer,
    id: Path<i64>,
) -> HandlerResult {
    open_stream(request, caller, vec![StreamId::Team(*id).topic()]).await
}

/// `GET /api/teams/{id}/stream/{schedule,results,live,announcements}/`
pub async fn stream_team_channel(
    request: HttpRequest,
    caller: StreamViewer,
    path: Path<(i64, String)>,
) -> HandlerResult {
    let (id, channel) = path.into_inner();
    open_stream(request, caller, vec![channel_topic(StreamId::Team(id), &channel)?]).await
}

/// `GET /api/events/{id}/stream/`
pub async fn stream_event(
    request: HttpRequest,
    caller: StreamViewer,
    id: Path<i64>,
) -> HandlerResult {
    open_stream(request, caller, vec![StreamId::Event(*id).topic()]).await
}

/// `GET /api/events/{id}/stream/{results,schedule,announcements}/`
pub async fn stream_event_channel(
    request: HttpRequest,
    caller: StreamViewer,
    path: Path<(i64, String)>,
) -> HandlerResult {
    let (id, channel) = path.into_inner();
    open_stream(request, caller, vec![channel_topic(StreamId::Event(id), &channel)?]).await
}

/// `GET /api/purchases/{id}/stream/`: an invalid UUID is treated like an unknown purchase.
pub async fn stream_purchase(
    request: HttpRequest,
    caller: StreamViewer,
    id: Path<String>,
) -> HandlerResult {
    let id = Uuid::try_parse(&id).unwrap_or_default();
    open_stream(request, caller, vec![StreamId::Purchase(id).topic()]).await
}

/// `GET /api/stream/?topic=match_3&topic=team_7_live`
pub async fn stream_topics(request: HttpRequest, caller: StreamViewer) -> HandlerResult {
    let topics = stream_query::requested_topics(&request)?;
    open_stream(request, caller, topics).await
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

async fn open_stream(
    request: HttpRequest,
    caller: StreamViewer,
    topics: Vec<Topic>,
) -> HandlerResult {
    let query = StreamQuery::from_request(&request)?;
    let stream_request = StreamRequest::new(request, caller, topics)?;
    let epoch = stream_request.app.store.epoch();
    if query.cursor.as_deref().is_some_and(|text| Cursor::parse(text, epoch) == Cursor::Stop) {
        return Ok(responses::stop_response());
    }
    let is_private = match stream_request.check_access().await {
        Ok(is_public) => !is_public,
        Err(Problem::Unavailable { cause, .. }) if query.transport == Transport::Sse => {
            tracing::warn!(error = %cause, "A stream can't be opened: {cause}");
            return Ok(stream_request.rejection_response(CloseReason::Unavailable, true));
        }
        Err(problem) => return Err(problem),
    };
    match query.transport {
        Transport::Sse => open_event_stream(stream_request, query, is_private).await,
        Transport::Poll { wait_seconds: wait } => {
            answer_long_poll(stream_request, query, is_private, wait).await
        }
    }
}

async fn open_event_stream(
    stream_request: StreamRequest,
    query: StreamQuery,
    is_private: bool,
) -> HandlerResult {
    if stream_request.hub.is_draining()
        && stream_request.request.headers().contains_key(OTHER_NODE_HEADER)
    {
        return Ok(HttpResponse::ServiceUnavailable().finish());
    }
    let permit = if stream_request.hub.is_draining() {
        Err(CloseReason::Draining)
    } else {
        stream_request.acquire_permit(is_private).ok_or(CloseReason::LimitReached)
    };
    let permit = match permit {
        Ok(permit) => permit,
        Err(reason) => return Ok(stream_request.rejection_response(reason, is_private)),
    };
    let result =
        subscribe::open_subscriber(&stream_request.hub, stream_request.subscription_request(query))
            .await;
    let subscriber = match result {
        Ok(subscriber) => subscriber,
        Err(StoreError::Unavailable(cause)) => {
            tracing::warn!(error = %cause, "A stream can't be opened: {cause}");
            return Ok(stream_request.rejection_response(CloseReason::Unavailable, is_private));
        }
        Err(error) => return Err(error.into()),
    };
    let body = EventStreamBody::new(subscriber, Rc::clone(&stream_request.hub), permit);
    Ok(responses::respond(responses::event_stream_builder(is_private), body))
}

async fn answer_long_poll(
    stream_request: StreamRequest,
    query: StreamQuery,
    is_private: bool,
    wait_seconds: u64,
) -> HandlerResult {
    let Some(_permit) = stream_request.acquire_permit(is_private) else {
        return Err(Problem::TooManyRequests { retry_after: POLL_RETRY_AFTER_SECONDS });
    };
    let subscriber =
        subscribe::open_subscriber(&stream_request.hub, stream_request.subscription_request(query))
            .await?;
    let text = tokio::select! {
        // A refusal takes precedence over messages.
        biased;
        refusal = stream_request.wait_until_access_lost() => return Err(refusal),
        text = long_poll::long_poll(&stream_request.hub, &subscriber, Duration::from_secs(wait_seconds)) => text?,
    };
    // Access may have been lost while the messages were read.
    stream_request.recheck_access().await?;
    let text = text.ok_or_else(|| draining_problem(&stream_request.hub))?;
    let cache = if is_private { "private, no-store" } else { "no-store" };
    Ok(HttpResponse::Ok()
        .content_type("application/json")
        .insert_header((header::CACHE_CONTROL, cache))
        .insert_header((header::VARY, responses::VARY_HEADERS))
        .body(text))
}

/// The problem that sends a long-poll to another node, or back here later, after a random delay.
pub fn draining_problem(hub: &Hub) -> Problem {
    let retry_ms = hub.retry_ms(CloseReason::Draining);
    Problem::Draining { retry_after: u64::from(retry_ms.div_ceil(1000)) }
}
