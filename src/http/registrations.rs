//! Handlers of registrations: by an event's managers, and by the managers of a team.

use actix_web::web::Query;

use crate::domain::permission::Permission;
use crate::http::json_body::JsonBody;
use crate::http::path::Path;
use crate::http::read_context::{Paging, ReadContext};
use crate::http::write_context::WriteContext;
use crate::input;
use crate::problem::HandlerResult;
use crate::store::ListQuery;
use crate::store::mutation::{RegisterTeam, RegisterUser};

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
    let mut fields = body.fields();
    let team_id = fields.optional("team_id", input::id());
    let user_id = fields.optional("user_id", input::id());
    match (team_id, user_id) {
        (None, None) => {
            fields.add_error::<()>("team_id", "is required unless user_id is sent");
        }
        (Some(_), Some(_)) => {
            fields.add_error::<()>("user_id", "must not be sent together with team_id");
        }
        _ => {}
    }
    let (event_id, by_admin) = (*id, ctx.user.is_admin);
    let outcome = if let Some(user_id) = user_id {
        let authorized = ctx.authorize(RegisterUser { event_id, user_id }).await?;
        fields.finish()?;
        ctx.commit(authorized, body.hash()).await?
    } else {
        let team_id = team_id.unwrap_or_default();
        let authorized = ctx.authorize(RegisterTeam { event_id, team_id, by_admin }).await?;
        fields.finish()?;
        ctx.commit(authorized, body.hash()).await?
    };
    Ok(ctx.outcome_response(None, &outcome))
}

/// `GET /api/teams/{id}/registrations`: the events that invite the team, and those it is in.
pub async fn list_for_team(
    ctx: ReadContext,
    id: Path<i64>,
    paging: Query<Paging>,
) -> HandlerResult {
    ctx.require(Permission::EditTeam(*id)).await?;
    let list = ctx.fetch_page(ListQuery::TeamRegistrations { team_id: *id }, &paging).await?;
    Ok(ctx.list_response(&list))
}
