//! Handlers of purchases and of bought tickets.

use actix_web::web::Query;
use uuid::Uuid;

use crate::domain::permission::Permission;
use crate::domain::purchases::{self, TicketStatus};
use crate::http::json_body::JsonBody;
use crate::http::path::Path;
use crate::http::read_context::{Paging, ReadContext};
use crate::http::write_context::{Authorized, WriteContext};
use crate::input;
use crate::problem::{HandlerResult, Problem};
use crate::store::ListQuery;
use crate::store::mutation::SetTicketStatus;

/// `GET /api/purchases`: the caller's own.
pub async fn list(ctx: ReadContext, paging: Query<Paging>) -> HandlerResult {
    ctx.require_list_access()?;
    let buyer_id = ctx.user_id().ok_or(Problem::NotSignedIn)?;
    let list = ctx.fetch_page(ListQuery::Purchases { buyer_id, event_id: None }, &paging).await?;
    Ok(ctx.list_response(&list))
}

/// `GET /api/events/{id}/purchases`: for the event's managers all, without codes; for others their
/// own.
pub async fn list_for_event(
    ctx: ReadContext,
    id: Path<i64>,
    paging: Query<Paging>,
) -> HandlerResult {
    ctx.require_list_access()?;
    ctx.require(Permission::read_event(*id)).await?;
    let buyer_id = ctx.user_id().ok_or(Problem::NotSignedIn)?;
    let rights = ctx.app.store.event_rights(*id, Some(buyer_id)).await?;
    let list_query = if ctx.is_admin() || rights.is_some_and(|rights| rights.is_manager) {
        ListQuery::Sales { event_id: *id }
    } else {
        ListQuery::Purchases { buyer_id, event_id: Some(*id) }
    };
    let list = ctx.fetch_page(list_query, &paging).await?;
    Ok(ctx.list_response(&list))
}

/// `GET /api/events/{id}/tickets`: ticket types with their prices, and how many are left.
pub async fn ticket_offer(ctx: ReadContext, id: Path<i64>) -> HandlerResult {
    ctx.require(Permission::read_event(*id)).await?;
    let value = ctx.app.store.ticket_offer(*id).await?;
    Ok(ctx.json_response(None, &value.ok_or(Problem::NotFound("event"))?))
}

/// `GET /api/purchases/{id}`
pub async fn read(ctx: ReadContext, id: Path<Uuid>) -> HandlerResult {
    ctx.require(Permission::read_purchase(*id)).await?;
    let value = ctx.app.store.purchase(*id).await?;
    let (etag, body) = value.ok_or(Problem::NotFound("purchase"))?;
    Ok(ctx.json_response(Some(&etag), &body))
}

/// `POST /api/tickets/{code}/check-in`
pub async fn check_in(ctx: WriteContext, code: Path<String>, body: JsonBody) -> HandlerResult {
    let fields = body.fields();
    let authorized = authorize_ticket(&ctx, &code, TicketStatus::Used).await?;
    fields.finish()?;
    let outcome = ctx.commit(authorized, body.hash()).await?;
    Ok(ctx.outcome_response(None, &outcome))
}

/// `PATCH /api/tickets/{code}`
pub async fn edit_ticket(ctx: WriteContext, code: Path<String>, body: JsonBody) -> HandlerResult {
    let mut fields = body.fields();
    let status = fields.required("status", input::one_of_these([TicketStatus::Void]));
    let authorized = authorize_ticket(&ctx, &code, status).await?;
    fields.finish()?;
    let outcome = ctx.commit(authorized, body.hash()).await?;
    Ok(ctx.outcome_response(None, &outcome))
}

/// Authorises a change of a ticket by its code. An unknown code and another user's ticket give the
/// same response, so that codes can't be guessed.
async fn authorize_ticket(
    ctx: &WriteContext,
    text: &str,
    status: TicketStatus,
) -> Result<Authorized<SetTicketStatus>, Problem> {
    let not_found = Problem::NotFound("ticket");
    let Some(code) = purchases::parse_code(text) else { return Err(not_found) };
    let purchase_id = ctx.app.store.purchase_of_ticket(&code).await?;
    let Some(purchase_id) = purchase_id else { return Err(not_found) };
    match ctx.authorize(SetTicketStatus { purchase_id, code, status }).await {
        Err(Problem::NotFound(_)) => Err(not_found),
        result => result,
    }
}
