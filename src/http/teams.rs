//! Teams, their players and their members.

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
use crate::store::mutation::{Mutation, NewPlayer, NewTeam, PlayerEdit, TeamEdit};

type HandlerResult = Result<HttpResponse, Problem>;

/// `GET /api/teams`: the public ones, and one's own.
pub async fn list(ctx: ReadContext, paging: Query<Paging>) -> HandlerResult {
    ctx.require_list_access()?;
    let list_query = ListQuery::Teams { scope: ctx.visibility_scope() };
    let list = ctx.fetch_page(list_query, &paging).await?;
    Ok(ctx.list_response(&list))
}

/// `POST /api/teams`: who makes a team manages it.
pub async fn create(ctx: WriteContext, body: JsonBody) -> HandlerResult {
    ctx.require(Permission::CreateTeam).await?;
    let hash = body.hash();
    let mut fields = body.fields()?;
    let team = NewTeam {
        name: fields.required("name", parse::name),
        short_name: fields.optional("short_name", parse::short_name),
        colour: fields.optional("colour", parse::colour),
        visibility: fields
            .optional("visibility", parse::visibility)
            .unwrap_or("private".to_owned()),
    };
    fields.finish()?;
    ctx.commit(hash, Mutation::CreateTeam(team)).await
}

/// `GET /api/teams/{id}`
pub async fn read(ctx: ReadContext, id: Path<i64>) -> HandlerResult {
    ctx.require(Permission::read_team(*id)).await?;
    let (etag, body) = ctx.app.store.team(*id).await?.ok_or(Problem::NotFound("team"))?;
    Ok(ctx.json_response(Some(&etag), &body))
}

/// `PATCH /api/teams/{id}`
pub async fn edit(ctx: WriteContext, id: Path<i64>, body: JsonBody) -> HandlerResult {
    ctx.require(Permission::EditTeam(*id)).await?;
    let hash = body.hash();
    let mut fields = body.fields()?;
    let edit = TeamEdit {
        name: fields.optional_non_null("name", parse::name),
        short_name: fields.optional_non_null("short_name", parse::short_name),
        colour: fields.nullable("colour", parse::colour),
        visibility: fields.optional_non_null("visibility", parse::visibility),
    };
    fields.finish()?;
    ctx.commit(hash, Mutation::EditTeam { id: *id, fields: edit }).await
}

/// `DELETE /api/teams/{id}`
pub async fn delete(ctx: WriteContext, id: Path<i64>) -> HandlerResult {
    ctx.require(Permission::EditTeam(*id)).await?;
    ctx.commit(write_context::empty_body_hash(), Mutation::DeleteTeam { id: *id }).await
}

/// `GET /api/teams/{id}/matches`: the public ones, and those one has to do with.
pub async fn list_matches(ctx: ReadContext, id: Path<i64>, paging: Query<Paging>) -> HandlerResult {
    ctx.require_list_access()?;
    ctx.require(Permission::read_team(*id)).await?;
    let list_query = ListQuery::TeamMatches { team_id: *id, scope: ctx.visibility_scope() };
    let list = ctx.fetch_page(list_query, &paging).await?;
    Ok(ctx.list_response(&list))
}

/// `POST /api/teams/{id}/matches` with `{"match_id":5}`: the team agrees to a match others made.
pub async fn accept_match(ctx: WriteContext, id: Path<i64>, body: JsonBody) -> HandlerResult {
    ctx.require(Permission::EditTeam(*id)).await?;
    let hash = body.hash();
    let mut fields = body.fields()?;
    let match_id = fields.required("match_id", parse::id);
    fields.finish()?;
    ctx.commit(hash, Mutation::AcceptMatch { match_id, team_id: *id }).await
}

/// `GET /api/teams/{id}/players`
pub async fn list_players(ctx: ReadContext, id: Path<i64>, paging: Query<Paging>) -> HandlerResult {
    ctx.require(Permission::read_team(*id)).await?;
    let list = ctx.fetch_page(ListQuery::Players { team_id: *id }, &paging).await?;
    Ok(ctx.list_response(&list))
}

/// `POST /api/teams/{id}/players`
pub async fn add_player(ctx: WriteContext, id: Path<i64>, body: JsonBody) -> HandlerResult {
    ctx.require(Permission::EditTeam(*id)).await?;
    let hash = body.hash();
    let mut fields = body.fields()?;
    let player = NewPlayer {
        name: fields.required("name", parse::name),
        shirt_number: fields.optional("shirt_number", parse::shirt_number),
    };
    fields.finish()?;
    ctx.commit(hash, Mutation::AddPlayer { team_id: *id, fields: player }).await
}

/// `GET /api/teams/{id}/players/{player}`: with the version that a change of it names.
pub async fn read_player(ctx: ReadContext, path: Path<(i64, i64)>) -> HandlerResult {
    let (team_id, id) = *path;
    ctx.require(Permission::read_team(team_id)).await?;
    let value = ctx.app.store.player(team_id, id).await?;
    let (etag, body) = value.ok_or(Problem::NotFound("player"))?;
    Ok(ctx.json_response(Some(&etag), &body))
}

/// `PATCH /api/teams/{id}/players/{player}`
pub async fn edit_player(
    ctx: WriteContext,
    path: Path<(i64, i64)>,
    body: JsonBody,
) -> HandlerResult {
    let (team_id, id) = *path;
    ctx.require(Permission::EditTeam(team_id)).await?;
    let hash = body.hash();
    let mut fields = body.fields()?;
    let edit = PlayerEdit {
        name: fields.optional_non_null("name", parse::name),
        shirt_number: fields.nullable("shirt_number", parse::shirt_number),
    };
    fields.finish()?;
    ctx.commit(hash, Mutation::EditPlayer { team_id, id, fields: edit }).await
}

/// `DELETE /api/teams/{id}/players/{player}`
pub async fn remove_player(ctx: WriteContext, path: Path<(i64, i64)>) -> HandlerResult {
    let (team_id, id) = *path;
    ctx.require(Permission::EditTeam(team_id)).await?;
    ctx.commit(write_context::empty_body_hash(), Mutation::RemovePlayer { team_id, id }).await
}

/// `GET /api/teams/{id}/members`: people's names are for the team itself, public or not.
pub async fn list_members(ctx: ReadContext, id: Path<i64>, paging: Query<Paging>) -> HandlerResult {
    ctx.require(Permission::ReadMembers(*id)).await?;
    let list = ctx.fetch_page(ListQuery::Members { team_id: *id }, &paging).await?;
    Ok(ctx.list_response(&list))
}

/// `POST /api/teams/{id}/members`
pub async fn add_member(ctx: WriteContext, id: Path<i64>, body: JsonBody) -> HandlerResult {
    ctx.require(Permission::EditTeam(*id)).await?;
    let hash = body.hash();
    let mut fields = body.fields()?;
    let user_id = fields.required("user_id", parse::id);
    let role = fields.required("role", parse::one_of(&["manager", "coach", "player", "family"]));
    fields.finish()?;
    ctx.commit(hash, Mutation::AddMember { team_id: *id, user_id, role }).await
}

/// `DELETE /api/teams/{id}/members/{user}`
pub async fn remove_member(ctx: WriteContext, path: Path<(i64, i64)>) -> HandlerResult {
    let (team_id, user_id) = *path;
    ctx.require(Permission::EditTeam(team_id)).await?;
    ctx.commit(write_context::empty_body_hash(), Mutation::RemoveMember { team_id, user_id }).await
}
