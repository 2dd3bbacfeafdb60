//! Events: competitions and meetings that have matches, results, a table, announcements.

use actix_web::HttpResponse;
use actix_web::web::Query;

use crate::domain::permission::Permission;
use crate::http::matches;
use crate::http::path::Path;
use crate::http::read_context::{Paging, ReadContext};
use crate::problem::Problem;
use crate::store::ListQuery;

type HandlerResult = Result<HttpResponse, Problem>;

/// `GET /api/events`: the public ones, and those one has to do with.
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

/// `GET /api/events/{id}/matches?status=live`: its schedule.
pub async fn list_matches(ctx: ReadContext, id: Path<i64>, paging: Query<Paging>) -> HandlerResult {
    ctx.require_list_access()?;
    ctx.require(Permission::read_event(*id)).await?;
    let (seen_by, status) = (ctx.visibility_scope(), matches::status_filter(&paging)?);
    let list = ctx
        .fetch_page(ListQuery::EventMatches { event_id: *id, scope: seen_by, status }, &paging)
        .await?;
    Ok(ctx.list_response(&list))
}
