//! Events: what they are called, how their table is ordered, what they sell.

use serde_json::Value;

use super::commit::Written;
use super::dialect::Conn;
use crate::store::error::Fault;
use crate::store::error::Found;
use crate::store::job::EventEdit;
use crate::store::job::EventFields;
use crate::store::job::Job;
use crate::store::rows::EventRow;

#[expect(unused_variables, reason = "skeleton")]
pub async fn row(conn: &mut Conn, id: i64) -> Found<Option<EventRow>> {
    Err(Fault::Broken("not built yet".to_owned()))
}

/// The row, unchanged by others until the transaction ends. Lock a match first, its event after.
#[expect(unused_variables, reason = "skeleton")]
pub async fn lock(conn: &mut Conn, id: i64) -> Found<EventRow> {
    Err(Fault::Broken("not built yet".to_owned()))
}

/// `(etag, body)` of an event.
#[expect(unused_variables, reason = "skeleton")]
pub async fn shown(conn: &mut Conn, id: i64) -> Found<Option<(String, Value)>> {
    Err(Fault::Broken("not built yet".to_owned()))
}

#[expect(unused_variables, reason = "skeleton")]
pub async fn create(conn: &mut Conn, job: &Job, fields: &EventFields) -> Found<Written> {
    Err(Fault::Broken("not built yet".to_owned()))
}

#[expect(unused_variables, reason = "skeleton")]
pub async fn edit(conn: &mut Conn, job: &Job, id: i64, fields: &EventEdit) -> Found<Written> {
    Err(Fault::Broken("not built yet".to_owned()))
}

#[expect(unused_variables, reason = "skeleton")]
pub async fn delete(conn: &mut Conn, job: &Job, id: i64) -> Found<Written> {
    Err(Fault::Broken("not built yet".to_owned()))
}
