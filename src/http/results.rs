//! Handlers of result lists and tables. The result of one match is in `match_actions`.

use actix_web::web::Query;

use crate::domain::permission::Permission;
use crate::http::path::Path;
use crate::http::read_context::{Paging, ReadContext};
use crate::problem::{HandlerResult, Problem};
use crate::store::ListQuery;

/// `GET /api/events/{id}/results`
pub async fn list_for_event(
    ctx: ReadContext,
    id: Path<i64>,
    paging: Query<Paging>,
) -> HandlerResult {
    ctx.require_list_access()?;
    ctx.require(Permission::read_event(*id)).await?;
    let list_query = ListQuery::EventResults { event_id: *id, scope: ctx.visibility_scope() };
    let list = ctx.fetch_page(list_query, &paging).await?;
    Ok(ctx.list_response(&list))
}

/// `GET /api/events/{id}/leaderboard`
pub async fn leaderboard(ctx: ReadContext, id: Path<i64>) -> HandlerResult {
    ctx.require(Permission::read_event(*id)).await?;
    let table = ctx.app.store.leaderboard(*id).await?.ok_or(Problem::NotFound("event"))?;
    Ok(ctx.json_response(None, &table))
}

/// `GET /api/teams/{id}/results`
pub async fn list_for_team(
    ctx: ReadContext,
    id: Path<i64>,
    paging: Query<Paging>,
) -> HandlerResult {
    ctx.require_list_access()?;
    ctx.require(Permission::read_team(*id)).await?;
    let list_query = ListQuery::TeamResults { team_id: *id, scope: ctx.visibility_scope() };
    let list = ctx.fetch_page(list_query, &paging).await?;
    Ok(ctx.list_response(&list))
}
