//! Handler of replays: a finished or running match, played again from its log.

use std::sync::Arc;

use actix_web::{HttpRequest, HttpResponse};

use crate::auth::StreamViewer;
use crate::domain::topic::{Seq, StreamId};
use crate::http::path::Path;
use crate::http::streams::stream_request::StreamRequest;
use crate::http::streams::{responses, stream_query};
use crate::problem::Problem;
use crate::stream::close_reason::CloseReason;
use crate::stream::cursor::Cursor;
use crate::stream::replay::{ReplayRequest, replay_stream};

/// `GET /api/matches/{id}/replay/?speed=20&from=1`
pub async fn open_replay(
    request: HttpRequest,
    caller: StreamViewer,
    id: Path<i64>,
) -> Result<HttpResponse, Problem> {
    let (speed, from) = stream_query::parse_replay_query(&request)?;
    let stream = StreamId::Match(*id);
    let stream_request = StreamRequest::new(request, caller, vec![stream.topic()])?;
    let is_private = !stream_request.check_access().await?;
    let epoch = stream_request.app.store.epoch();
    let cursor = stream_query::requested_cursor(&stream_request.request)
        .map(|text| Cursor::parse(&text, epoch));
    if cursor == Some(Cursor::Stop) {
        return Ok(responses::stop_response());
    }
    let after = resume_seq(&stream_request, stream, cursor).await?;
    let Some(permit) = stream_request.acquire_permit(is_private) else {
        return Ok(stream_request.rejection_response(CloseReason::LimitReached, is_private));
    };
    let replay_request = ReplayRequest {
        stream,
        after: after.unwrap_or(from - 1),
        resumes_from_cursor: after.is_some(),
        speed,
        is_public: !is_private,
        rights_version: stream_request.rights_version,
        principal: stream_request.principal(),
        expires_at: stream_request.user().map(|user| user.expires_at),
        permit,
    };
    let blocks = replay_stream(Arc::clone(&stream_request.app.stream_context), replay_request);
    let body = responses::Blocks::new(responses::transfer_coding(&stream_request.request), blocks);
    Ok(responses::respond(responses::event_stream_builder(is_private), body))
}

/// The position of the cursor; `None` if it can't be served, such as one after the match's head:
/// the replay would count as complete, and tell the client to stop for good.
async fn resume_seq(
    stream_request: &StreamRequest,
    stream: StreamId,
    cursor: Option<Cursor>,
) -> Result<Option<Seq>, Problem> {
    let Some(seq) = cursor.and_then(|cursor| cursor.position_in(stream, true)) else {
        return Ok(None);
    };
    let stream_context = &stream_request.app.stream_context;
    let head = stream_context.run_on_database_runtime(move |context| async move {
        context.source.latest_head(stream).await
    });
    Ok((seq <= head.await?).then_some(seq))
}
