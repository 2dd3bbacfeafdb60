//! Streams over HTTP: server-sent events, long-poll, history and replay.

mod asked;
pub mod head;
pub mod history;
mod replay;
pub mod wish;

use std::rc::Rc;
use std::time::Duration;

use actix_web::HttpRequest;
use actix_web::HttpResponse;
use actix_web::http::header;
use uuid::Uuid;

use crate::auth::StreamViewer;
use crate::domain::topic::Channel;
use crate::domain::topic::Stream;
use crate::domain::topic::Topic;
use crate::http::path::Path;
use crate::http::streams::asked::Asked;
use crate::http::streams::wish::Transport;
use crate::http::streams::wish::Wished;
use crate::problem::Problem;
use crate::store::StoreError;
use crate::stream::body::Body;
use crate::stream::cursor::Cursor;
use crate::stream::hub::Hub;
use crate::stream::poll;
use crate::stream::reader::Bye;
use crate::stream::subscribe;

pub use replay::replay;

type Answer = Result<HttpResponse, Problem>;

/// `GET /api/matches/{id}/stream/`
pub async fn of_match(request: HttpRequest, viewer: StreamViewer, id: Path<i64>) -> Answer {
    follow(request, viewer, vec![Stream::Match(*id).topic()]).await
}

/// `GET /api/teams/{id}/stream/`
pub async fn of_team(request: HttpRequest, viewer: StreamViewer, id: Path<i64>) -> Answer {
    follow(request, viewer, vec![Stream::Team(*id).topic()]).await
}

/// `GET /api/teams/{id}/stream/{schedule,results,live,announcements}/`
pub async fn of_team_channel(
    request: HttpRequest,
    viewer: StreamViewer,
    path: Path<(i64, String)>,
) -> Answer {
    let (id, channel) = path.into_inner();
    follow(request, viewer, vec![channel_of(Stream::Team(id), &channel)?]).await
}

/// `GET /api/events/{id}/stream/`
pub async fn of_event(request: HttpRequest, viewer: StreamViewer, id: Path<i64>) -> Answer {
    follow(request, viewer, vec![Stream::Event(*id).topic()]).await
}

/// `GET /api/events/{id}/stream/{results,schedule,announcements}/`
pub async fn of_event_channel(
    request: HttpRequest,
    viewer: StreamViewer,
    path: Path<(i64, String)>,
) -> Answer {
    let (id, channel) = path.into_inner();
    follow(request, viewer, vec![channel_of(Stream::Event(id), &channel)?]).await
}

/// `GET /api/purchases/{id}/stream/`: what is no UUID is an unknown purchase like any other.
pub async fn of_purchase(request: HttpRequest, viewer: StreamViewer, id: Path<String>) -> Answer {
    let id = Uuid::try_parse(&id).unwrap_or_default();
    follow(request, viewer, vec![Stream::Purchase(id).topic()]).await
}

/// `GET /api/stream/?topic=match_3&topic=team_7_live`
pub async fn of_topics(request: HttpRequest, viewer: StreamViewer) -> Answer {
    let topics = wish::topics(&request)?;
    follow(request, viewer, topics).await
}

fn channel_of(stream: Stream, word: &str) -> Result<Topic, Problem> {
    let channel = Channel::from_word(word).filter(|channel| stream.has(*channel));
    channel.map(|channel| stream.channel(channel)).ok_or(Problem::NotFound("channel"))
}

/// A proxy says so that it takes a 503 to another node, and never on to the reader: who comes
/// while this one drains needn't come again.
const OTHER_NODE: &str = "touchline-other-node";

/// Seconds after which a long-poll that met a limit may ask again: others' polls have ended by
/// then.
const POLL_LATER: u64 = 25;

async fn follow(request: HttpRequest, viewer: StreamViewer, topics: Vec<Topic>) -> Answer {
    let wished = Wished::read(&request)?;
    let asked = Asked::new(request, viewer, topics)?;
    let epoch = asked.app.store.epoch();
    if wished.cursor.as_deref().is_some_and(|text| Cursor::parse(text, epoch) == Cursor::Stop) {
        return Ok(head::stop());
    }
    let private = match asked.may_read().await {
        Ok(is_public) => !is_public,
        Err(Problem::Unavailable { cause, .. }) if wished.transport == Transport::Sse => {
            tracing::warn!(error = %cause, "A stream can't be opened: {cause}");
            return Ok(asked.refuse(Bye::Unavailable, true));
        }
        Err(problem) => return Err(problem),
    };
    match wished.transport {
        Transport::Sse => stream(asked, wished, private).await,
        Transport::Poll { wait } => answer_poll(asked, wished, private, wait).await,
    }
}

async fn stream(asked: Asked, wished: Wished, private: bool) -> Answer {
    if asked.hub.is_draining() && asked.request.headers().contains_key(OTHER_NODE) {
        return Ok(HttpResponse::ServiceUnavailable().finish());
    }
    let permit = if asked.hub.is_draining() {
        Err(Bye::Draining)
    } else {
        asked.permit(private).ok_or(Bye::Limit)
    };
    let permit = match permit {
        Ok(permit) => permit,
        Err(why) => return Ok(asked.refuse(why, private)),
    };
    let opened = subscribe::open(&asked.hub, asked.wish(wished)).await;
    let reader = match opened {
        Ok(reader) => reader,
        Err(StoreError::Unavailable(cause)) => {
            tracing::warn!(error = %cause, "A stream can't be opened: {cause}");
            return Ok(asked.refuse(Bye::Unavailable, private));
        }
        Err(error) => return Err(error.into()),
    };
    let body = Body::new(reader, Rc::clone(&asked.hub), permit);
    Ok(head::respond(head::of_stream(private), body))
}

async fn answer_poll(asked: Asked, wished: Wished, private: bool, wait: u64) -> Answer {
    let Some(_permit) = asked.permit(private) else {
        return Err(Problem::TooManyRequests { retry_after: POLL_LATER });
    };
    let reader = subscribe::open(&asked.hub, asked.wish(wished)).await?;
    let text = tokio::select! {
        // What is refused is told before what is there.
        biased;
        lost = asked.loses_a_right() => return Err(lost),
        text = poll::poll(&asked.hub, &reader, Duration::from_secs(wait)) => text?,
    };
    // In the moment in which it was read, too.
    asked.may_still_read().await?;
    let text = text.ok_or_else(|| ending(&asked.hub))?;
    let cache = if private { "private, no-store" } else { "no-store" };
    Ok(HttpResponse::Ok()
        .content_type("application/json")
        .insert_header((header::CACHE_CONTROL, cache))
        .insert_header((header::VARY, head::VARIES))
        .body(text))
}

/// Tells a long-poll to ask another node, or this one when it is back. Drawn, as `retry` is.
pub fn ending(hub: &Hub) -> Problem {
    let retry_ms = hub.retry_ms(Bye::Draining);
    Problem::Ending { retry_after: u64::from(retry_ms.div_ceil(1000)) }
}
