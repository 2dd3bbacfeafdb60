//! Purchases and their tickets.
//!
//! The event's row is what buyers queue for: none is sold twice. The purchase's row is what its
//! tickets change under: none is used twice.

use std::collections::HashMap;

use diesel::dsl::count_star;
use diesel::prelude::*;
use diesel::sql_types::Bool;
use diesel_async::RunQueryDsl;
use serde_json::Value;
use serde_json::json;
use uuid::Uuid;

use super::commit::Written;
use super::dialect;
use super::dialect::Conn;
use super::events;
use crate::domain::message::Message;
use crate::domain::purchases;
use crate::domain::purchases::Held;
use crate::domain::purchases::Sales;
use crate::domain::rejection::Rejection;
use crate::domain::topic::Stream;
use crate::store::error::Fault;
use crate::store::error::Found;
use crate::store::job::Job;
use crate::store::model::PurchaseRights;
use crate::store::rows::PurchaseRow;
use crate::store::rows::SeatRow;
use crate::store::schema::purchases as p;
use crate::store::schema::seats as s;
use crate::store::schema::users;
use crate::store::shapes;

async fn row(conn: &mut Conn, id: Uuid) -> Found<Option<PurchaseRow>> {
    Ok(p::table.filter(p::id.eq(id.to_string())).get_result(conn).await.optional()?)
}

/// The row, unchanged by others until the transaction ends; and with it its tickets, which change
/// under its lock alone.
async fn lock(conn: &mut Conn, id: Uuid) -> Found<PurchaseRow> {
    let query = p::table.filter(p::id.eq(id.to_string()));
    let row: Option<PurchaseRow> = locked!(query).get_result(conn).await.optional()?;
    Ok(row.ok_or_else(|| Rejection::not_found("purchase"))?)
}

async fn seats(conn: &mut Conn, row: &PurchaseRow) -> Found<Vec<SeatRow>> {
    let query = s::table.filter(s::purchase_id.eq(&row.id)).order(s::number);
    Ok(query.load(conn).await?)
}

/// `(etag, body)` of a purchase, with the codes of its tickets: for its buyer.
pub async fn shown(conn: &mut Conn, id: Uuid) -> Found<Option<(String, Value)>> {
    let Some(row) = row(conn, id).await? else { return Ok(None) };
    let seats = seats(conn, &row).await?;
    Ok(Some((row.version.to_string(), shapes::purchase(&row, &seats))))
}

/// What a user is to a purchase.
pub async fn rights(conn: &mut Conn, id: Uuid, user: Option<i64>) -> Found<Option<PurchaseRights>> {
    let Some(row) = row(conn, id).await? else { return Ok(None) };
    let event = super::rights::of_event(conn, row.event_id, user).await?;
    let manager = event.is_some_and(|event| event.manager);
    Ok(Some(PurchaseRights { buyer: user == Some(row.buyer_id), manager }))
}

pub async fn create(
    conn: &mut Conn,
    job: &Job,
    event_id: i64,
    (ticket_type, quantity): (&str, i64),
) -> Found<Written> {
    let sales = events::lock(conn, event_id).await?.sales()?;
    let held = held(conn, &sales, event_id, ticket_type).await?;
    let total = sales.order(ticket_type, quantity, held)?;
    let row: PurchaseRow = diesel::insert_into(p::table)
        .values((
            p::id.eq(Uuid::new_v4().to_string()),
            p::event_id.eq(event_id),
            p::buyer_id.eq(job.by),
            p::ticket_type.eq(ticket_type),
            p::quantity.eq(quantity),
            p::amount.eq(total.as_ref().map(|total| total.amount)),
            p::currency.eq(total.as_ref().map(|total| total.currency.as_str())),
            p::status.eq("pending"),
            p::created_at.eq(job.at.timestamp_millis()),
        ))
        .returning(p::all_columns)
        .get_result(conn)
        .await?;
    let seats: Vec<SeatRow> = (1..=quantity).map(|number| seat(&row, number)).collect();
    let shape = shapes::purchase(&row, &seats);
    dialect::insert_seats(conn, seats).await?;
    let message = purchase_update(&row, "created", &shape)?;
    let written = Written::new(201, shape).version(row.version);
    Ok(written.telling(message.topic.stream, vec![message]))
}

/// How many tickets are not to be had any more, where that matters.
async fn held(conn: &mut Conn, sales: &Sales, event_id: i64, ticket_type: &str) -> Found<Held> {
    if !sales.is_limited() {
        return Ok(Held::default());
    }
    let of_event = s::table.filter(s::event_id.eq(event_id)).filter(s::status.ne("void"));
    let of_type = of_event.filter(s::ticket_type.eq(ticket_type));
    Ok(Held {
        of_event: of_event.count().get_result(conn).await?,
        of_type: of_type.count().get_result(conn).await?,
    })
}

fn seat(row: &PurchaseRow, number: i64) -> SeatRow {
    SeatRow {
        code: purchases::code(rand::random()),
        number,
        purchase_id: row.id.clone(),
        event_id: row.event_id,
        ticket_type: row.ticket_type.clone(),
        status: "valid".to_owned(),
        used_at: None,
    }
}

fn stream(row: &PurchaseRow) -> Found<Stream> {
    let id = row.id.parse();
    let id = id.map_err(|_| Fault::Broken(format!("purchase {} has no UUID", row.number)))?;
    Ok(Stream::Purchase(id))
}

fn purchase_update(row: &PurchaseRow, change: &str, shape: &Value) -> Found<Message> {
    let data = json!({ "change": change, "purchase": shape });
    Ok(Message::new(stream(row)?.topic(), "purchase_update", data))
}

/// What is cancelled or refunded gives back the tickets that nobody has used.
pub async fn set_status(conn: &mut Conn, job: &Job, id: Uuid, status: &str) -> Found<Written> {
    let row = lock(conn, id).await?;
    job.expects(row.version)?;
    purchases::may_become(&row.status, status)?;
    if purchases::gives_back(status) {
        let valid = s::table.filter(s::purchase_id.eq(&row.id)).filter(s::status.eq("valid"));
        diesel::update(valid).set(s::status.eq("void")).execute(conn).await?;
    }
    let row: PurchaseRow = diesel::update(p::table.find(row.number))
        .set((p::status.eq(status), p::version.eq(row.version + 1)))
        .returning(p::all_columns)
        .get_result(conn)
        .await?;
    let shape = shapes::purchase(&row, &seats(conn, &row).await?);
    let message = purchase_update(&row, status, &shape)?;
    // The codes are the buyer's: who manages the event needn't know them to confirm.
    let answer = if row.buyer_id == job.by { shape } else { shapes::sale(&row) };
    let written = Written::new(200, answer).version(row.version);
    Ok(written.telling(message.topic.stream, vec![message]))
}

pub async fn set_ticket(conn: &mut Conn, job: &Job, code: &str, status: &str) -> Found<Written> {
    let missing = || Rejection::not_found("ticket");
    let id = of_ticket(conn, code).await?.ok_or_else(missing)?;
    let row = lock(conn, id).await?;
    job.expects(row.version)?;
    // Read under the lock, or two who check it in at once would both find it valid.
    let seat: SeatRow = s::table.find(code).get_result(conn).await?;
    purchases::may_ticket_become(&row.status, &seat.status, status)?;
    let used_at = (status == "used").then(|| job.at.timestamp_millis());
    let seat: SeatRow = diesel::update(s::table.find(code))
        .set((s::status.eq(status), s::used_at.eq(used_at)))
        .returning(s::all_columns)
        .get_result(conn)
        .await?;
    let version = row.version + 1;
    let purchase = diesel::update(p::table.find(row.number));
    purchase.set(p::version.eq(version)).execute(conn).await?;

    let data = json!({ "purchase_id": row.id, "ticket": shapes::seat(&seat) });
    let mut answer = data.clone();
    answer["event_id"] = json!(row.event_id);
    answer["ticket_type"] = json!(row.ticket_type);
    let stream = stream(&row)?;
    let message = Message::new(stream.topic(), "ticket_update", data);
    Ok(Written::new(200, answer).version(version).telling(stream, vec![message]))
}

/// The purchase that a ticket belongs to.
pub async fn of_ticket(conn: &mut Conn, code: &str) -> Found<Option<Uuid>> {
    let query = s::table.find(code).select(s::purchase_id);
    let id: Option<String> = query.get_result(conn).await.optional()?;
    let broken = |_| Fault::Broken("a ticket belongs to no purchase".to_owned());
    id.map(|id| id.parse().map_err(broken)).transpose()
}

/// A page of a buyer's own, oldest first, one more than `limit`, by their numbers.
pub async fn of_buyer(
    conn: &mut Conn,
    buyer_id: i64,
    event_id: Option<i64>,
    (after, limit): (i64, i64),
) -> Found<Vec<(i64, Value)>> {
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
    let mut of_purchase: HashMap<String, Vec<SeatRow>> = HashMap::new();
    for seat in seats {
        of_purchase.entry(seat.purchase_id.clone()).or_default().push(seat);
    }
    let shape = |row: &PurchaseRow| {
        let seats = of_purchase.get(&row.id).map(Vec::as_slice).unwrap_or_default();
        (row.number, shapes::purchase(row, seats))
    };
    Ok(rows.iter().map(shape).collect())
}

/// A page of an event's, for its managers: by the buyers' names, without the codes that let
/// people in.
pub async fn of_event(
    conn: &mut Conn,
    event_id: i64,
    (after, limit): (i64, i64),
) -> Found<Vec<(i64, Value)>> {
    let query = p::table
        .inner_join(users::table.on(users::id.eq(p::buyer_id)))
        .filter(p::event_id.eq(event_id))
        .filter(p::number.gt(after))
        .order(p::number)
        .limit(limit + 1)
        .select((p::all_columns, users::name));
    let rows: Vec<(PurchaseRow, String)> = query.load(conn).await?;
    let item = |(row, buyer): (PurchaseRow, String)| {
        let mut shape = shapes::sale(&row);
        shape["buyer"] = json!(buyer);
        (row.number, shape)
    };
    Ok(rows.into_iter().map(item).collect())
}

/// What an event sells, and how much of it is left.
pub async fn offer(conn: &mut Conn, event_id: i64) -> Found<Option<Value>> {
    let Some(event) = events::row(conn, event_id).await? else { return Ok(None) };
    let sales = event.sales()?;
    let mut held = HashMap::new();
    if sales.is_limited() {
        let query = s::table.filter(s::event_id.eq(event_id)).filter(s::status.ne("void"));
        let query = query.group_by(s::ticket_type).select((s::ticket_type, count_star()));
        let rows: Vec<(String, i64)> = query.load(conn).await?;
        held.extend(rows);
    }
    let offer = serde_json::to_value(sales.offer(&held))?;
    Ok(Some(offer))
}
