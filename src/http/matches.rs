//! Handlers that read matches; scorers' actions are in `match_actions`.

use actix_web::http::header;
use actix_web::web::Query;
use chrono::Utc;
use serde_json::json;

use crate::auth;
use crate::domain::matches::MatchStatus;
use crate::domain::permission::Permission;
use crate::domain::time;
use crate::domain::topic::StreamId;
use crate::http::path::Path;
use crate::http::read_context;
use crate::http::read_context::{Paging, ReadContext};
use crate::problem::{HandlerResult, Problem};
use crate::store::ListQuery;
use crate::stream::cursor;
use crate::stream::snapshot::SnapshotReason;

/// `GET /api/matches?status=live`: the public matches, and those the user is involved in.
pub async fn list(ctx: ReadContext, paging: Query<Paging>) -> HandlerResult {
    ctx.require_list_access()?;
    let list_query =
        ListQuery::Matches { scope: ctx.visibility_scope(), status: status_filter(&paging)? };
    let list = ctx.fetch_page(list_query, &paging).await?;
    Ok(ctx.list_response(&list))
}

/// The status filter of the query, if any.
pub fn status_filter(paging: &Paging) -> Result<Option<MatchStatus>, Problem> {
    read_context::parse_choice("status", paging.status.as_deref())
}

/// `GET /api/matches/{id}`
pub async fn read(ctx: ReadContext, id: Path<i64>) -> HandlerResult {
    ctx.require(Permission::read_match(*id)).await?;
    let (etag, body) = ctx.app.store.match_by_id(*id).await?.ok_or(Problem::NotFound("match"))?;
    Ok(ctx.json_response(Some(&etag), &body))
}

/// `GET /api/matches/{id}/state`: the same envelope as the stream's snapshot.
pub async fn match_snapshot(ctx: ReadContext, id: Path<i64>) -> HandlerResult {
    let topic = StreamId::Match(*id).topic();
    ctx.require(Permission::Read(topic)).await?;
    let store = &ctx.app.store;
    let snapshot = store.snapshot(topic).await?.ok_or(Problem::NotFound("match"))?;
    // The ETag excludes the time, which differs per request.
    let version = auth::sha256_hex(json!([snapshot.seq, snapshot.data]).to_string().as_bytes());
    let body = json!({
        "type": "snapshot",
        "topic": topic,
        "seq": snapshot.seq,
        "at": time::format(Utc::now()),
        "reason": SnapshotReason::Connected,
        "data": snapshot.data,
    });
    let mut response = ctx.json_response_with_etag(&version, body.to_string());
    let touchline_cursor = cursor::encode_topic(store.epoch(), topic, snapshot.seq);
    if let Ok(cursor_value) = header::HeaderValue::from_str(&touchline_cursor) {
        response
            .headers_mut()
            .insert(header::HeaderName::from_static("touchline-cursor"), cursor_value);
    }
    Ok(response)
}

/// `GET /api/matches/{id}/officials`
pub async fn list_officials(
    ctx: ReadContext,
    id: Path<i64>,
    paging: Query<Paging>,
) -> HandlerResult {
    ctx.require(Permission::read_match(*id)).await?;
    let list = ctx.fetch_page(ListQuery::Officials { match_id: *id }, &paging).await?;
    Ok(ctx.list_response(&list))
}

/// `GET /api/matches/{id}/recorders`: who recorded each incident; only for those who may record.
pub async fn incident_recorders(ctx: ReadContext, id: Path<i64>) -> HandlerResult {
    ctx.require(Permission::RecordMatch(*id)).await?;
    let value = ctx.app.store.incident_recorders(*id).await?;
    Ok(ctx.json_response(None, &value.ok_or(Problem::NotFound("page"))?))
}
