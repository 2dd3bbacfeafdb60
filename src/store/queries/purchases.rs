//! Purchases and their tickets.
//!
//! The event's row serialises its buyers, so that no ticket is sold twice. The purchase's row
//! serialises changes of its tickets, so that no ticket is used twice.

use std::collections::HashMap;

use diesel::dsl::count_star;
use diesel::prelude::*;
use diesel::sql_types::Bool;
use diesel_async::RunQueryDsl;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::commit::{MutationEffect, RunContext};
use super::dialect::Conn;
use super::{dialect, events};
use crate::domain::message::Message;
use crate::domain::purchases::{self, HeldTickets, PurchaseStatus, TicketSales, TicketStatus};
use crate::domain::rejection::Rejection;
use crate::domain::topic::StreamId;
use crate::store::error::{QueryError, QueryResult};
use crate::store::json;
use crate::store::model::{PageRange, PurchaseRights};
use crate::store::mutation::{CreatePurchase, SetPurchaseStatus, SetTicketStatus};
use crate::store::rows::{PurchaseRow, SeatRow};
use crate::store::schema::{purchases as p, seats as s, users};

runs! {
    CreatePurchase => create,
    SetPurchaseStatus => set_status,
    SetTicketStatus => set_ticket_status,
}

async fn find_row(conn: &mut Conn, id: Uuid) -> QueryResult<Option<PurchaseRow>> {
    Ok(p::table.filter(p::id.eq(id.to_string())).get_result(conn).await.optional()?)
}

/// Locks a purchase until the transaction ends, and with it its tickets, which change only under
/// this lock.
async fn lock(conn: &mut Conn, id: Uuid) -> QueryResult<PurchaseRow> {
    let query = p::table.filter(p::id.eq(id.to_string()));
    let row: Option<PurchaseRow> = for_update!(query).get_result(conn).await.optional()?;
    Ok(row.ok_or_else(|| Rejection::not_found("purchase"))?)
}

async fn load_seats(conn: &mut Conn, row: &PurchaseRow) -> QueryResult<Vec<SeatRow>> {
    let query = s::table.filter(s::purchase_id.eq(&row.id)).order(s::number);
    Ok(query.load(conn).await?)
}

/// A purchase as `(etag, body)`, with its ticket codes: for its buyer.
pub async fn find_with_etag(conn: &mut Conn, id: Uuid) -> QueryResult<Option<(String, Value)>> {
    let Some(row) = find_row(conn, id).await? else { return Ok(None) };
    let seats = load_seats(conn, &row).await?;
    Ok(Some((row.version.to_string(), json::purchase_json(&row, &seats))))
}

/// The state of a purchase's stream; `None` if there is no such purchase.
pub async fn find_state(conn: &mut Conn, id: Uuid) -> QueryResult<Option<Map<String, Value>>> {
    let Some(row) = find_row(conn, id).await? else { return Ok(None) };
    let seats = load_seats(conn, &row).await?;
    Ok(Some(json::purchase_state(&row, &seats)))
}

/// A user's relation to a purchase.
pub async fn rights(
    conn: &mut Conn,
    id: Uuid,
    user_id: Option<i64>,
) -> QueryResult<Option<PurchaseRights>> {
    let Some(row) = find_row(conn, id).await? else { return Ok(None) };
    let event = super::rights::event_rights(conn, row.event_id, user_id).await?;
    let is_manager = event.is_some_and(|event| event.is_manager);
    Ok(Some(PurchaseRights {
        is_buyer: user_id == Some(row.buyer_id),
        is_event_manager: is_manager,
    }))
}

async fn create(
    conn: &mut Conn,
    RunContext { request, .. }: RunContext<'_>,
    &CreatePurchase { event_id, ref ticket_type, quantity }: &CreatePurchase,
) -> QueryResult<MutationEffect> {
    let sales = events::lock(conn, event_id).await?.sales()?;
    let held = count_held(conn, &sales, event_id, ticket_type).await?;
    let total = sales.quote(ticket_type, quantity, held)?;
    let row: PurchaseRow = diesel::insert_into(p::table)
        .values((
            p::id.eq(Uuid::new_v4().to_string()),
            p::event_id.eq(event_id),
            p::buyer_id.eq(request.user_id),
            p::ticket_type.eq(ticket_type),
            p::quantity.eq(quantity),
            p::amount.eq(total.as_ref().map(|total| total.amount)),
            p::currency.eq(total.as_ref().map(|total| total.currency.as_str())),
            p::status.eq(PurchaseStatus::Pending),
            p::created_at.eq(request.received_at.timestamp_millis()),
        ))
        .returning(p::all_columns)
        .get_result(conn)
        .await?;
    let seats: Vec<SeatRow> = (1..=quantity).map(|number| new_seat(&row, number)).collect();
    let json = json::purchase_json(&row, &seats);
    let message = purchase_update_message(&row, "created")?
        .with_patch(&empty_state(), &json::purchase_state(&row, &seats));
    dialect::insert_seats(conn, seats).await?;
    let effect = MutationEffect::new(201, json).with_version(row.version);
    Ok(effect.with_messages(message.topic.stream, vec![message]))
}

/// Counts the tickets that are no longer available; zeros if the event has no limits.
async fn count_held(
    conn: &mut Conn,
    sales: &TicketSales,
    event_id: i64,
    ticket_type: &str,
) -> QueryResult<HeldTickets> {
    if !sales.is_limited() {
        return Ok(HeldTickets::default());
    }
    let of_event =
        s::table.filter(s::event_id.eq(event_id)).filter(s::status.ne(TicketStatus::Void));
    let of_type = of_event.filter(s::ticket_type.eq(ticket_type));
    Ok(HeldTickets {
        in_event: of_event.count().get_result(conn).await?,
        of_type: of_type.count().get_result(conn).await?,
    })
}

fn new_seat(row: &PurchaseRow, number: i64) -> SeatRow {
    SeatRow {
        code: purchases::encode_code(rand::random()),
        number,
        purchase_id: row.id.clone(),
        event_id: row.event_id,
        ticket_type: row.ticket_type.clone(),
        status: TicketStatus::Valid,
        used_at: None,
    }
}

fn stream_of(row: &PurchaseRow) -> QueryResult<StreamId> {
    let id = row.id.parse();
    let id = id.map_err(|_| {
        QueryError::InvariantViolated(format!("purchase {} has no UUID", row.number))
    })?;
    Ok(StreamId::Purchase(id))
}

fn purchase_update_message(row: &PurchaseRow, change: &str) -> QueryResult<Message> {
    let data = json!({ "change": change, "purchase_id": row.id });
    Ok(Message::new(stream_of(row)?.topic(), "purchase_update", data))
}

/// The state before a purchase's first message.
fn empty_state() -> Map<String, Value> {
    ["purchase", "tickets"].map(|name| (name.to_owned(), json!({}))).into_iter().collect()
}

/// Cancelling or refunding voids the tickets that are not used.
async fn set_status(
    conn: &mut Conn,
    RunContext { request, .. }: RunContext<'_>,
    &SetPurchaseStatus { id, status }: &SetPurchaseStatus,
) -> QueryResult<MutationEffect> {
    let row = lock(conn, id).await?;
    request.check_if_match(row.version)?;
    row.status.check_transition(status)?;
    let before = json::purchase_state(&row, &load_seats(conn, &row).await?);
    if status.releases_tickets() {
        let valid =
            s::table.filter(s::purchase_id.eq(&row.id)).filter(s::status.eq(TicketStatus::Valid));
        diesel::update(valid).set(s::status.eq(TicketStatus::Void)).execute(conn).await?;
    }
    let row: PurchaseRow = diesel::update(p::table.find(row.number))
        .set((p::status.eq(status), p::version.eq(row.version + 1)))
        .returning(p::all_columns)
        .get_result(conn)
        .await?;
    let seats = load_seats(conn, &row).await?;
    let message = purchase_update_message(&row, status.as_str())?
        .with_patch(&before, &json::purchase_state(&row, &seats));
    // The codes are the buyer's: managers of the event confirm a purchase without them.
    let is_buyer = row.buyer_id == request.user_id;
    let body = if is_buyer { json::purchase_json(&row, &seats) } else { json::sale_json(&row) };
    let effect = MutationEffect::new(200, body).with_version(row.version);
    Ok(effect.with_messages(message.topic.stream, vec![message]))
}

async fn set_ticket_status(
    conn: &mut Conn,
    RunContext { request, .. }: RunContext<'_>,
    &SetTicketStatus { ref code, status, .. }: &SetTicketStatus,
) -> QueryResult<MutationEffect> {
    let not_found = || Rejection::not_found("ticket");
    let id = find_by_ticket(conn, code).await?.ok_or_else(not_found)?;
    let row = lock(conn, id).await?;
    request.check_if_match(row.version)?;
    // Read under the lock, or two concurrent check-ins would both see it as valid.
    let seat: SeatRow = s::table.find(code).get_result(conn).await?;
    seat.status.check_transition(status, row.status)?;
    let before = json::seat_state(&seat);
    let used_at = (status == TicketStatus::Used).then(|| request.received_at.timestamp_millis());
    let seat: SeatRow = diesel::update(s::table.find(code))
        .set((s::status.eq(status), s::used_at.eq(used_at)))
        .returning(s::all_columns)
        .get_result(conn)
        .await?;
    let version = row.version + 1;
    let purchase = diesel::update(p::table.find(row.number));
    purchase.set(p::version.eq(version)).execute(conn).await?;

    let body = json!({
        "purchase_id": row.id,
        "event_id": row.event_id,
        "ticket_type": row.ticket_type,
        "ticket": json::seat_json(&seat),
    });
    let data = json!({ "change": seat.status, "purchase_id": row.id, "code": seat.code });
    let stream = stream_of(&row)?;
    let message = Message::new(stream.topic(), "ticket_update", data)
        .with_patch(&before, &json::seat_state(&seat));
    Ok(MutationEffect::new(200, body).with_version(version).with_messages(stream, vec![message]))
}

/// The purchase that a ticket belongs to.
pub async fn find_by_ticket(conn: &mut Conn, code: &str) -> QueryResult<Option<Uuid>> {
    let query = s::table.find(code).select(s::purchase_id);
    let id: Option<String> = query.get_result(conn).await.optional()?;
    let missing_purchase =
        |_| QueryError::InvariantViolated("a ticket belongs to no purchase".to_owned());
    id.map(|id| id.parse().map_err(missing_purchase)).transpose()
}

/// A page of a buyer's purchases, oldest first, with one item more than `limit`; keyed by number.
pub async fn list_of_buyer(
    conn: &mut Conn,
    buyer_id: i64,
    event_id: Option<i64>,
    PageRange { after, limit }: PageRange,
) -> QueryResult<Vec<(i64, Value)>> {
    let query = p::table
        .filter(p::buyer_id.eq(buyer_id))
        .filter(event_id.is_none().into_sql::<Bool>().or(p::event_id.eq(event_id.unwrap_or(0))))
        .filter(p::number.gt(after))
        .order(p::number)
        .limit(limit + 1);
    let rows: Vec<PurchaseRow> = query.load(conn).await?;
    let ids: Vec<&str> = rows.iter().map(|row| row.id.as_str()).collect();
    let query = s::table.filter(s::purchase_id.eq_any(ids)).order((s::purchase_id, s::number));
    let seats: Vec<SeatRow> = query.load(conn).await?;
    let mut by_purchase: HashMap<String, Vec<SeatRow>> = HashMap::new();
    for seat in seats {
        by_purchase.entry(seat.purchase_id.clone()).or_default().push(seat);
    }
    let json = |row: &PurchaseRow| {
        let seats = by_purchase.get(&row.id).map(Vec::as_slice).unwrap_or_default();
        (row.number, json::purchase_json(row, seats))
    };
    Ok(rows.iter().map(json).collect())
}

/// A page of an event's purchases for its managers: with the buyers' names, without the ticket
/// codes.
pub async fn list_of_event(
    conn: &mut Conn,
    event_id: i64,
    PageRange { after, limit }: PageRange,
) -> QueryResult<Vec<(i64, Value)>> {
    let query = p::table
        .inner_join(users::table.on(users::id.eq(p::buyer_id)))
        .filter(p::event_id.eq(event_id))
        .filter(p::number.gt(after))
        .order(p::number)
        .limit(limit + 1)
        .select((p::all_columns, users::name));
    let rows: Vec<(PurchaseRow, String)> = query.load(conn).await?;
    let item = |(row, buyer): (PurchaseRow, String)| {
        let mut json = json::sale_json(&row);
        json["buyer"] = json!(buyer);
        (row.number, json)
    };
    Ok(rows.into_iter().map(item).collect())
}

/// The ticket types of an event, and how many tickets are left.
pub async fn ticket_offer(conn: &mut Conn, event_id: i64) -> QueryResult<Option<Value>> {
    let Some(event) = events::find_row(conn, event_id).await? else { return Ok(None) };
    let sales = event.sales()?;
    let mut held = HashMap::new();
    if sales.is_limited() {
        let query =
            s::table.filter(s::event_id.eq(event_id)).filter(s::status.ne(TicketStatus::Void));
        let query = query.group_by(s::ticket_type).select((s::ticket_type, count_star()));
        let rows: Vec<(String, i64)> = query.load(conn).await?;
        held.extend(rows);
    }
    let offer = serde_json::to_value(sales.current_offer(&held))?;
    Ok(Some(offer))
}
