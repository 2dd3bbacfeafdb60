//! Who takes part in an event: users and teams, asked by its managers; and a team's own word on it.

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
use crate::store::mutation::{Mutation, PointsDeduction};

type HandlerResult = Result<HttpResponse, Problem>;

/// Points that can be taken from a team; 0 gives them back.
const DEDUCTION_RANGE: std::ops::RangeInclusive<i64> = 0..=1000;

/// `GET /api/events/{id}/registrations`
pub async fn list_for_event(
    ctx: ReadContext,
    id: Path<i64>,
    paging: Query<Paging>,
) -> HandlerResult {
    ctx.require(Permission::EditEvent(*id)).await?;
    let list = ctx.fetch_page(ListQuery::Registrations { event_id: *id }, &paging).await?;
    Ok(ctx.list_response(&list))
}

/// `POST /api/events/{id}/registrations` with `{"team_id":1}` or `{"user_id":4}`
pub async fn add(ctx: WriteContext, id: Path<i64>, body: JsonBody) -> HandlerResult {
    let event_id = *id;
    ctx.require(Permission::EditEvent(event_id)).await?;
    let hash = body.hash();
    let mut fields = body.fields()?;
    let team_id = fields.optional("team_id", parse::id);
    let user_id = fields.optional("user_id", parse::id);
    let by_admin = ctx.user.is_admin;
    let mutation = match (team_id, user_id) {
        (Some(team_id), None) => Some(Mutation::RegisterTeam { event_id, team_id, by_admin }),
        (None, Some(user_id)) => Some(Mutation::RegisterUser { event_id, user_id }),
        (None, None) => {
            fields.add_error("team_id", "is missing, as is user_id");
            None
        }
        (Some(_), Some(_)) => {
            fields.add_error("user_id", "must not stand beside team_id");
            None
        }
    };
    fields.finish()?;
    let write = mutation.ok_or_else(|| Problem::Internal("a fault was forgotten".to_owned()))?;
    ctx.commit(hash, write).await
}

/// `DELETE /api/events/{id}/registrations/users/{user}`
pub async fn remove_user(ctx: WriteContext, path: Path<(i64, i64)>) -> HandlerResult {
    let (event_id, user_id) = *path;
    ctx.require(Permission::EditEvent(event_id)).await?;
    ctx.commit(write_context::empty_body_hash(), Mutation::UnregisterUser { event_id, user_id })
        .await
}

/// `DELETE /api/events/{id}/registrations/teams/{team}`
pub async fn remove_team(ctx: WriteContext, path: Path<(i64, i64)>) -> HandlerResult {
    let (event_id, team_id) = *path;
    ctx.require(Permission::EditEvent(event_id)).await?;
    ctx.commit(write_context::empty_body_hash(), Mutation::UnregisterTeam { event_id, team_id })
        .await
}

/// `PATCH /api/events/{id}/registrations/teams/{team}`: points taken from it; 0 gives them back.
pub async fn set_deduction(
    ctx: WriteContext,
    path: Path<(i64, i64)>,
    body: JsonBody,
) -> HandlerResult {
    let (event_id, team_id) = *path;
    ctx.require(Permission::EditEvent(event_id)).await?;
    let hash = body.hash();
    let mut fields = body.fields()?;
    let deduction = PointsDeduction {
        points: fields.required("deduction", parse::integer_in(DEDUCTION_RANGE)),
        reason: fields.optional("reason", parse::name),
    };
    fields.finish()?;
    ctx.commit(hash, Mutation::SetDeduction { event_id, team_id, fields: deduction }).await
}

/// `GET /api/teams/{id}/registrations`: the events that want the team, and those it is in.
pub async fn list_for_team(
    ctx: ReadContext,
    id: Path<i64>,
    paging: Query<Paging>,
) -> HandlerResult {
    ctx.require(Permission::EditTeam(*id)).await?;
    let list = ctx.fetch_page(ListQuery::TeamRegistrations { team_id: *id }, &paging).await?;
    Ok(ctx.list_response(&list))
}

/// `POST /api/teams/{id}/registrations` with `{"event_id":1}`: the team agrees.
pub async fn accept(ctx: WriteContext, id: Path<i64>, body: JsonBody) -> HandlerResult {
    ctx.require(Permission::EditTeam(*id)).await?;
    let hash = body.hash();
    let mut fields = body.fields()?;
    let event_id = fields.required("event_id", parse::id);
    fields.finish()?;
    ctx.commit(hash, Mutation::AcceptRegistration { event_id, team_id: *id }).await
}

/// `DELETE /api/teams/{id}/registrations/{event}`: the team withdraws, or declines.
pub async fn withdraw(ctx: WriteContext, path: Path<(i64, i64)>) -> HandlerResult {
    let (team_id, event_id) = *path;
    ctx.require(Permission::EditTeam(team_id)).await?;
    ctx.commit(write_context::empty_body_hash(), Mutation::UnregisterTeam { event_id, team_id })
        .await
}
