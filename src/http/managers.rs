//! Handlers of event managers, besides the event's creator.

use actix_web::web::Query;

use crate::domain::permission::Permission;
use crate::http::path::Path;
use crate::http::read_context::{Paging, ReadContext};
use crate::problem::HandlerResult;
use crate::store::ListQuery;

/// `GET /api/events/{id}/managers`: only for managers, because it lists names.
pub async fn list(ctx: ReadContext, id: Path<i64>, paging: Query<Paging>) -> HandlerResult {
    ctx.require(Permission::EditEvent(*id)).await?;
    let list = ctx.fetch_page(ListQuery::Managers { event_id: *id }, &paging).await?;
    Ok(ctx.list_response(&list))
}
