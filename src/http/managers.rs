//! Who manages an event besides its maker.

use actix_web::HttpResponse;
use actix_web::web::Query;

use crate::domain::permission::Permission;
use crate::http::path::Path;
use crate::http::read_context::{Paging, ReadContext};
use crate::problem::Problem;
use crate::store::ListQuery;

type HandlerResult = Result<HttpResponse, Problem>;

/// `GET /api/events/{id}/managers`: people's names are for the managers themselves.
pub async fn list(ctx: ReadContext, id: Path<i64>, paging: Query<Paging>) -> HandlerResult {
    ctx.require(Permission::EditEvent(*id)).await?;
    let list = ctx.fetch_page(ListQuery::Managers { event_id: *id }, &paging).await?;
    Ok(ctx.list_response(&list))
}
