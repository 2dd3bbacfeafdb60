//! Purchases, and the tickets that were bought.

use actix_web::HttpResponse;
use actix_web::http::header;
use actix_web::http::header::HeaderValue;
use actix_web::web::Query;
use uuid::Uuid;

use crate::auth::permission::Act;
use crate::domain::purchases;
use crate::http::body::Body;
use crate::http::path::Path;
use crate::http::reader::Paging;
use crate::http::reader::Reader;
use crate::http::shape;
use crate::http::writer::Writer;
use crate::problem::Problem;
use crate::store::ListOf;
use crate::store::job::Write;

type Answer = Result<HttpResponse, Problem>;

/// `GET /api/purchases`: one's own.
pub async fn list(reader: Reader, paging: Query<Paging>) -> Answer {
    reader.may_list()?;
    let buyer_id = reader.id().ok_or(Problem::NotSignedIn)?;
    let list = reader.page(ListOf::Purchases { buyer_id, event_id: None }, &paging).await?;
    Ok(reader.listed(&list))
}

/// `GET /api/events/{id}/purchases`: all, without codes, for who manages it; for others their own.
pub async fn of_event(reader: Reader, id: Path<i64>, paging: Query<Paging>) -> Answer {
    reader.may_list()?;
    reader.may(Act::read_event(*id)).await?;
    let buyer_id = reader.id().ok_or(Problem::NotSignedIn)?;
    let rights = reader.app.store.event_rights(*id, Some(buyer_id)).await?;
    let of = if reader.is_admin() || rights.is_some_and(|rights| rights.manager) {
        ListOf::Sales { event_id: *id }
    } else {
        ListOf::Purchases { buyer_id, event_id: Some(*id) }
    };
    let list = reader.page(of, &paging).await?;
    Ok(reader.listed(&list))
}

/// `GET /api/events/{id}/tickets`: what is sold, at which price, and how many are left.
pub async fn offer(reader: Reader, id: Path<i64>) -> Answer {
    reader.may(Act::read_event(*id)).await?;
    let found = reader.app.store.offer(*id).await?;
    Ok(reader.found(None, &found.ok_or(Problem::NotFound("event"))?))
}

/// `POST /api/events/{id}/purchases`
pub async fn create(writer: Writer, id: Path<i64>, body: Body) -> Answer {
    writer.may(Act::Buy(*id)).await?;
    let hash = body.hash();
    let mut fields = body.fields()?;
    let ticket_type = fields.required("ticket_type", shape::name);
    let quantity = fields.required("quantity", shape::whole(1..=purchases::MOST_AT_ONCE));
    fields.finish()?;
    let write = Write::CreatePurchase { event_id: *id, ticket_type, quantity };
    Ok(at_home(writer.write(hash, write).await?))
}

/// A purchase is made under its event, and stands among all.
fn at_home(mut answer: HttpResponse) -> HttpResponse {
    let made = answer.headers().get(header::LOCATION).and_then(|place| place.to_str().ok());
    let id = made.and_then(|place| place.rsplit('/').next());
    let home = id.and_then(|id| HeaderValue::try_from(format!("/api/purchases/{id}")).ok());
    if let Some(home) = home {
        answer.headers_mut().insert(header::LOCATION, home);
    }
    answer
}

/// `GET /api/purchases/{id}`
pub async fn read(reader: Reader, id: Path<Uuid>) -> Answer {
    reader.may(Act::read_purchase(*id)).await?;
    let found = reader.app.store.purchase(*id).await?;
    let (etag, body) = found.ok_or(Problem::NotFound("purchase"))?;
    Ok(reader.found(Some(&etag), &body))
}

/// `POST /api/purchases/{id}/status`
pub async fn set_status(writer: Writer, id: Path<Uuid>, body: Body) -> Answer {
    writer.may(Act::EditPurchase(*id)).await?;
    let hash = body.hash();
    let mut fields = body.fields()?;
    let known = shape::one_of(&["pending", "confirmed", "cancelled", "refunded"]);
    let status = fields.required("status", known);
    fields.finish()?;
    writer.write(hash, Write::SetPurchaseStatus { id: *id, status }).await
}

/// `POST /api/tickets/{code}/check-in`
pub async fn check_in(writer: Writer, code: Path<String>, body: Body) -> Answer {
    let code = of_ticket(&writer, &code).await?;
    let hash = body.hash();
    body.fields()?.finish()?;
    writer.write(hash, Write::SetTicketStatus { code, status: "used".to_owned() }).await
}

/// `PATCH /api/tickets/{code}`
pub async fn edit_ticket(writer: Writer, code: Path<String>, body: Body) -> Answer {
    let code = of_ticket(&writer, &code).await?;
    let hash = body.hash();
    let mut fields = body.fields()?;
    let status = fields.required("status", shape::one_of(&["void"]));
    fields.finish()?;
    writer.write(hash, Write::SetTicketStatus { code, status }).await
}

/// The code of a ticket that may be changed. A wrong one and somebody else's look the same:
/// codes can't be tried.
async fn of_ticket(writer: &Writer, text: &str) -> Result<String, Problem> {
    let missing = Problem::NotFound("ticket");
    let Some(code) = purchases::read_code(text) else { return Err(missing) };
    let Some(id) = writer.app.store.purchase_of_ticket(&code).await? else { return Err(missing) };
    match writer.may(Act::EditPurchase(id)).await {
        Ok(()) => Ok(code),
        Err(Problem::NotFound(_)) => Err(missing),
        Err(problem) => Err(problem),
    }
}
