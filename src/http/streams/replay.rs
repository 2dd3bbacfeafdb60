//! Handler of replays: a finished or running match, played again from its log.

use std::sync::Arc;

use crate::auth::SignedInUser;
use crate::domain::topic::{Seq, StreamId};
use crate::http::path::Path;
use crate::http::streams::read_access::{ReadDecision, ReadKind};
use crate::http::streams::stream_request::{IdentifiedRequest, StreamRequest};
use crate::http::streams::{responses, stream_query};
use crate::problem::{HandlerResult, Problem};
use crate::stream::close_reason::CloseReason;
use crate::stream::replay::{ReplayRequest, replay_stream};

/// `GET /api/matches/{id}/replay/?speed=20&from=1`
pub async fn open_replay(request: IdentifiedRequest, id: Path<i64>) -> HandlerResult {
    let (speed, from) = stream_query::parse_replay_query(&request.http)?;
    let stream = StreamId::Match(*id);
    let mut request = request.for_topics(vec![stream.topic()], ReadKind::Replay)?;
    let grant = match request.authorize().await? {
        ReadDecision::Granted(grant) => grant,
        ReadDecision::Answered(response) => return Ok(response),
    };
    let after = resume_seq(&request, stream).await?;
    let Some(permit) = request.acquire_permit(&grant) else {
        return Ok(request.rejection_response(CloseReason::LimitReached, grant.is_private));
    };
    let replay_request = ReplayRequest {
        stream,
        after: after.unwrap_or(from - 1),
        resumes_from_cursor: after.is_some(),
        speed,
        is_public: !grant.is_private,
        rights_version: request.rights_version(),
        principal: request.principal(),
        expires_at: request.user().map(SignedInUser::valid_until),
        permit,
    };
    let blocks = replay_stream(Arc::clone(&request.node.stream_context), replay_request);
    let body = responses::Blocks::new(responses::transfer_coding(&request.read.http), blocks);
    Ok(responses::respond(responses::event_stream_builder(grant.is_private), body))
}

/// The position of the cursor; `None` if it can't be served, such as one after the match's head:
/// the replay would count as complete, and tell the client to stop for good.
async fn resume_seq(request: &StreamRequest, stream: StreamId) -> Result<Option<Seq>, Problem> {
    let cursor = request.resume.cursor.as_ref();
    let Some(seq) = cursor.and_then(|cursor| cursor.seq_of(stream.topic())) else {
        return Ok(None);
    };
    let head = request.node.stream_context.run_on_database_runtime(move |context| async move {
        context.source.latest_head(stream).await
    });
    Ok((seq <= head.await?).then_some(seq))
}
