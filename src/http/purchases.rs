//! Purchases, and the tickets that were bought.

use actix_web::HttpResponse;
use actix_web::http::header;
use actix_web::http::header::HeaderValue;
use actix_web::web::Query;
use uuid::Uuid;

use crate::auth::permission::Permission;
use crate::domain::purchases;
use crate::http::json_body::JsonBody;
use crate::http::parse;
use crate::http::path::Path;
use crate::http::read_context::{Paging, ReadContext};
use crate::http::write_context::WriteContext;
use crate::problem::Problem;
use crate::store::ListQuery;
use crate::store::mutation::Mutation;

type HandlerResult = Result<HttpResponse, Problem>;

/// `GET /api/purchases`: one's own.
pub async fn list(ctx: ReadContext, paging: Query<Paging>) -> HandlerResult {
    ctx.require_list_access()?;
    let buyer_id = ctx.user_id().ok_or(Problem::NotSignedIn)?;
    let list = ctx.fetch_page(ListQuery::Purchases { buyer_id, event_id: None }, &paging).await?;
    Ok(ctx.list_response(&list))
}

/// `GET /api/events/{id}/purchases`: all, without codes, for who manages it; for others their own.
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

/// `GET /api/events/{id}/tickets`: what is sold, at which price, and how many are left.
pub async fn ticket_offer(ctx: ReadContext, id: Path<i64>) -> HandlerResult {
    ctx.require(Permission::read_event(*id)).await?;
    let value = ctx.app.store.ticket_offer(*id).await?;
    Ok(ctx.json_response(None, &value.ok_or(Problem::NotFound("event"))?))
}

/// `POST /api/events/{id}/purchases`
pub async fn create(ctx: WriteContext, id: Path<i64>, body: JsonBody) -> HandlerResult {
    ctx.require(Permission::BuyTickets(*id)).await?;
    let hash = body.hash();
    let mut fields = body.fields()?;
    let ticket_type = fields.required("ticket_type", parse::name);
    let quantity = fields.required("quantity", parse::integer_in(1..=purchases::MOST_AT_ONCE));
    fields.finish()?;
    let mutation = Mutation::CreatePurchase { event_id: *id, ticket_type, quantity };
    Ok(with_purchase_location(ctx.commit(hash, mutation).await?))
}

/// A purchase is made under its event, and stands among all.
fn with_purchase_location(mut response: HttpResponse) -> HttpResponse {
    let location = response.headers().get(header::LOCATION).and_then(|place| place.to_str().ok());
    let id = location.and_then(|place| place.rsplit('/').next());
    let purchase_location =
        id.and_then(|id| HeaderValue::try_from(format!("/api/purchases/{id}")).ok());
    if let Some(home) = purchase_location {
        response.headers_mut().insert(header::LOCATION, home);
    }
    response
}

/// `GET /api/purchases/{id}`
pub async fn read(ctx: ReadContext, id: Path<Uuid>) -> HandlerResult {
    ctx.require(Permission::read_purchase(*id)).await?;
    let value = ctx.app.store.purchase(*id).await?;
    let (etag, body) = value.ok_or(Problem::NotFound("purchase"))?;
    Ok(ctx.json_response(Some(&etag), &body))
}

/// `POST /api/purchases/{id}/status`
pub async fn set_status(ctx: WriteContext, id: Path<Uuid>, body: JsonBody) -> HandlerResult {
    ctx.require(Permission::EditPurchase(*id)).await?;
    let hash = body.hash();
    let mut fields = body.fields()?;
    let statuses = parse::one_of(&["pending", "confirmed", "cancelled", "refunded"]);
    let status = fields.required("status", statuses);
    fields.finish()?;
    ctx.commit(hash, Mutation::SetPurchaseStatus { id: *id, status }).await
}

/// `POST /api/tickets/{code}/check-in`
pub async fn check_in(ctx: WriteContext, code: Path<String>, body: JsonBody) -> HandlerResult {
    let code = authorise_ticket(&ctx, &code).await?;
    let hash = body.hash();
    body.fields()?.finish()?;
    ctx.commit(hash, Mutation::SetTicketStatus { code, status: "used".to_owned() }).await
}

/// `PATCH /api/tickets/{code}`
pub async fn edit_ticket(ctx: WriteContext, code: Path<String>, body: JsonBody) -> HandlerResult {
    let code = authorise_ticket(&ctx, &code).await?;
    let hash = body.hash();
    let mut fields = body.fields()?;
    let status = fields.required("status", parse::one_of(&["void"]));
    fields.finish()?;
    ctx.commit(hash, Mutation::SetTicketStatus { code, status }).await
}

/// The code of a ticket that may be changed. A wrong one and somebody else's look the same:
/// codes can't be tried.
async fn authorise_ticket(ctx: &WriteContext, text: &str) -> Result<String, Problem> {
    let not_found = Problem::NotFound("ticket");
    let Some(code) = purchases::parse_code(text) else { return Err(not_found) };
    let Some(id) = ctx.app.store.purchase_of_ticket(&code).await? else { return Err(not_found) };
    match ctx.require(Permission::EditPurchase(id)).await {
        Ok(()) => Ok(code),
        Err(Problem::NotFound(_)) => Err(not_found),
        Err(problem) => Err(problem),
    }
}
