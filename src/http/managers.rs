//! Who manages an event besides its maker.

use actix_web::HttpResponse;
use actix_web::web::Query;

use crate::auth::permission::Permission;
use crate::http::json_body::JsonBody;
use crate::http::path::Path;
use crate::http::read_context::{Paging, ReadContext};
use crate::http::write_context::WriteContext;
use crate::http::{parse, write_context};
use crate::problem::Problem;
use crate::store::ListQuery;
use crate::store::mutation::Mutation;

type HandlerResult = Result<HttpResponse, Problem>;

/// `GET /api/events/{id}/managers`: people's names are for the managers themselves.
pub async fn list(ctx: ReadContext, id: Path<i64>, paging: Query<Paging>) -> HandlerResult {
    ctx.require(Permission::EditEvent(*id)).await?;
    let list = ctx.fetch_page(ListQuery::Managers { event_id: *id }, &paging).await?;
    Ok(ctx.list_response(&list))
}

/// `POST /api/events/{id}/managers`
pub async fn add(ctx: WriteContext, id: Path<i64>, body: JsonBody) -> HandlerResult {
    ctx.require(Permission::EditEvent(*id)).await?;
    let hash = body.hash();
    let mut fields = body.fields()?;
    let user_id = fields.required("user_id", parse::id);
    fields.finish()?;
    ctx.commit(hash, Mutation::AddManager { event_id: *id, user_id }).await
}

/// `DELETE /api/events/{id}/managers/{user}`
pub async fn remove(ctx: WriteContext, path: Path<(i64, i64)>) -> HandlerResult {
    let (event_id, user_id) = *path;
    ctx.require(Permission::EditEvent(event_id)).await?;
    ctx.commit(write_context::empty_body_hash(), Mutation::RemoveManager { event_id, user_id })
        .await
}
