//! Handlers of events: competitions with matches, results, a table and announcements.

use actix_web::web::Query;

use crate::domain::permission::Permission;
use crate::http::matches;
use crate::http::path::Path;
use crate::http::read_context::{Paging, ReadContext};
use crate::problem::{HandlerResult, Problem};
use crate::store::ListQuery;

/// `GET /api/events`: the public events, and those the user is involved in.
pub async fn list(ctx: ReadContext, paging: Query<Paging>) -> HandlerResult {
    ctx.require_list_access()?;
    let list = ctx.fetch_page(ListQuery::Events { scope: ctx.visibility_scope() }, &paging).await?;
    Ok(ctx.list_response(&list))
}

/// `GET /api/events/{id}`
pub async fn read(ctx: ReadContext, id: Path<i64>) -> HandlerResult {
    ctx.require(Permission::read_event(*id)).await?;
    let (etag, body) = ctx.app.store.event(*id).await?.ok_or(Problem::NotFound("event"))?;
    Ok(ctx.json_response(Some(&etag), &body))
}

/// `GET /api/events/{id}/matches?status=live`: the event's schedule.
pub async fn list_matches(ctx: ReadContext, id: Path<i64>, paging: Query<Paging>) -> HandlerResult {
    ctx.require_list_access()?;
    ctx.require(Permission::read_event(*id)).await?;
    let (scope, status) = (ctx.visibility_scope(), matches::status_filter(&paging)?);
    let list =
        ctx.fetch_page(ListQuery::EventMatches { event_id: *id, scope, status }, &paging).await?;
    Ok(ctx.list_response(&list))
}
