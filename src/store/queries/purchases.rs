//! Purchases and their tickets.

use serde_json::Value;
use uuid::Uuid;

use super::commit::Written;
use super::dialect::Conn;
use crate::store::error::Fault;
use crate::store::error::Found;
use crate::store::job::Job;

/// `(etag, body)` of a purchase, with the codes of its tickets: for its buyer.
#[expect(unused_variables, reason = "skeleton")]
pub async fn shown(conn: &mut Conn, id: Uuid) -> Found<Option<(String, Value)>> {
    Err(Fault::Broken("not built yet".to_owned()))
}

#[expect(unused_variables, reason = "skeleton")]
pub async fn create(
    conn: &mut Conn,
    job: &Job,
    event_id: i64,
    (ticket_type, quantity): (&str, i64),
) -> Found<Written> {
    Err(Fault::Broken("not built yet".to_owned()))
}

#[expect(unused_variables, reason = "skeleton")]
pub async fn set_status(conn: &mut Conn, job: &Job, id: Uuid, status: &str) -> Found<Written> {
    Err(Fault::Broken("not built yet".to_owned()))
}

#[expect(unused_variables, reason = "skeleton")]
pub async fn set_ticket(conn: &mut Conn, job: &Job, code: &str, status: &str) -> Found<Written> {
    Err(Fault::Broken("not built yet".to_owned()))
}

/// The purchase that a ticket belongs to.
#[expect(unused_variables, reason = "skeleton")]
pub async fn of_ticket(conn: &mut Conn, code: &str) -> Found<Option<Uuid>> {
    Err(Fault::Broken("not built yet".to_owned()))
}

/// A page of a buyer's own, oldest first, one more than `limit`, by their numbers.
#[expect(unused_variables, reason = "skeleton")]
pub async fn of_buyer(
    conn: &mut Conn,
    buyer_id: i64,
    event_id: Option<i64>,
    page: (i64, i64),
) -> Found<Vec<(i64, Value)>> {
    Err(Fault::Broken("not built yet".to_owned()))
}

/// A page of an event's, for its managers: without the codes that let people in.
#[expect(unused_variables, reason = "skeleton")]
pub async fn of_event(
    conn: &mut Conn,
    event_id: i64,
    page: (i64, i64),
) -> Found<Vec<(i64, Value)>> {
    Err(Fault::Broken("not built yet".to_owned()))
}
