//! Events: competitions and meetings that have matches, results, a table, announcements.

mod event_fields;

use actix_web::HttpResponse;
use actix_web::web::Query;

use crate::auth::permission::Permission;
use crate::http::json_body::JsonBody;
use crate::http::path::Path;
use crate::http::read_context::{Paging, ReadContext};
use crate::http::write_context::WriteContext;
use crate::http::{matches, write_context};
use crate::problem::Problem;
use crate::store::ListQuery;
use crate::store::mutation::Mutation;

type HandlerResult = Result<HttpResponse, Problem>;

/// `GET /api/events`: the public ones, and those one has to do with.
pub async fn list(ctx: ReadContext, paging: Query<Paging>) -> HandlerResult {
    ctx.require_list_access()?;
    let list = ctx.fetch_page(ListQuery::Events { scope: ctx.visibility_scope() }, &paging).await?;
    Ok(ctx.list_response(&list))
}

/// `POST /api/events`: who makes an event manages it.
pub async fn create(ctx: WriteContext, body: JsonBody) -> HandlerResult {
    ctx.require(Permission::CreateEvent).await?;
    let hash = body.hash();
    let mut fields = body.fields()?;
    let event = event_fields::read_event(&mut fields);
    fields.finish()?;
    ctx.commit(hash, Mutation::CreateEvent(event)).await
}

/// `GET /api/events/{id}`
pub async fn read(ctx: ReadContext, id: Path<i64>) -> HandlerResult {
    ctx.require(Permission::read_event(*id)).await?;
    let (etag, body) = ctx.app.store.event(*id).await?.ok_or(Problem::NotFound("event"))?;
    Ok(ctx.json_response(Some(&etag), &body))
}

/// `PATCH /api/events/{id}`
pub async fn edit(ctx: WriteContext, id: Path<i64>, body: JsonBody) -> HandlerResult {
    ctx.require(Permission::EditEvent(*id)).await?;
    let hash = body.hash();
    let mut fields = body.fields()?;
    let edit = event_fields::read_event_edit(&mut fields);
    fields.finish()?;
    ctx.commit(hash, Mutation::EditEvent { id: *id, fields: edit }).await
}

/// `DELETE /api/events/{id}`
pub async fn delete(ctx: WriteContext, id: Path<i64>) -> HandlerResult {
    ctx.require(Permission::EditEvent(*id)).await?;
    ctx.commit(write_context::empty_body_hash(), Mutation::DeleteEvent { id: *id }).await
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
