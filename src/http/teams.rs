//! Handlers of teams, their players and their members.

use actix_web::web::Query;

use crate::domain::permission::Permission;
use crate::http::path::Path;
use crate::http::read_context::{Paging, ReadContext};
use crate::problem::{HandlerResult, Problem};
use crate::store::ListQuery;

/// `GET /api/teams`: the public teams, and the caller's own.
pub async fn list(ctx: ReadContext, paging: Query<Paging>) -> HandlerResult {
    ctx.require_list_access()?;
    let list_query = ListQuery::Teams { scope: ctx.visibility_scope() };
    let list = ctx.fetch_page(list_query, &paging).await?;
    Ok(ctx.list_response(&list))
}

/// `GET /api/teams/{id}`
pub async fn read(ctx: ReadContext, id: Path<i64>) -> HandlerResult {
    ctx.require(Permission::read_team(*id)).await?;
    let (etag, body) = ctx.app.store.team(*id).await?.ok_or(Problem::NotFound("team"))?;
    Ok(ctx.json_response(Some(&etag), &body))
}

/// `GET /api/teams/{id}/matches`: the public matches, and those the user is involved in.
pub async fn list_matches(ctx: ReadContext, id: Path<i64>, paging: Query<Paging>) -> HandlerResult {
    ctx.require_list_access()?;
    ctx.require(Permission::read_team(*id)).await?;
    let list_query = ListQuery::TeamMatches { team_id: *id, scope: ctx.visibility_scope() };
    let list = ctx.fetch_page(list_query, &paging).await?;
    Ok(ctx.list_response(&list))
}

/// `GET /api/teams/{id}/players`
pub async fn list_players(ctx: ReadContext, id: Path<i64>, paging: Query<Paging>) -> HandlerResult {
    ctx.require(Permission::read_team(*id)).await?;
    let list = ctx.fetch_page(ListQuery::Players { team_id: *id }, &paging).await?;
    Ok(ctx.list_response(&list))
}

/// `GET /api/teams/{id}/players/{player}`: with the version for `If-Match`.
pub async fn read_player(ctx: ReadContext, path: Path<(i64, i64)>) -> HandlerResult {
    let (team_id, id) = *path;
    ctx.require(Permission::read_team(team_id)).await?;
    let value = ctx.app.store.player(team_id, id).await?;
    let (etag, body) = value.ok_or(Problem::NotFound("player"))?;
    Ok(ctx.json_response(Some(&etag), &body))
}

/// `GET /api/teams/{id}/members`: only for the team, because it lists names.
pub async fn list_members(ctx: ReadContext, id: Path<i64>, paging: Query<Paging>) -> HandlerResult {
    ctx.require(Permission::ReadMembers(*id)).await?;
    let list = ctx.fetch_page(ListQuery::Members { team_id: *id }, &paging).await?;
    Ok(ctx.list_response(&list))
}
