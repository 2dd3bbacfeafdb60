//! What organisers announce, to a whole event or to some teams.

use chrono::DateTime;
use chrono::Utc;
use serde_json::Value;

use super::commit::Written;
use super::dialect::Conn;
use crate::store::Told;
use crate::store::error::Fault;
use crate::store::error::Found;
use crate::store::job::AnnouncementEdit;
use crate::store::job::AnnouncementFields;
use crate::store::job::Job;
use crate::store::model::AnnouncementFilter;
use crate::store::model::SeenBy;

/// `(etag, body)` of an announcement.
#[expect(unused_variables, reason = "skeleton")]
pub async fn shown(conn: &mut Conn, id: i64) -> Found<Option<(String, Value)>> {
    Err(Fault::Broken("not built yet".to_owned()))
}

#[expect(unused_variables, reason = "skeleton")]
pub async fn create(conn: &mut Conn, job: &Job, fields: &AnnouncementFields) -> Found<Written> {
    Err(Fault::Broken("not built yet".to_owned()))
}

#[expect(unused_variables, reason = "skeleton")]
pub async fn edit(
    conn: &mut Conn,
    job: &Job,
    id: i64,
    fields: &AnnouncementEdit,
) -> Found<Written> {
    Err(Fault::Broken("not built yet".to_owned()))
}

#[expect(unused_variables, reason = "skeleton")]
pub async fn delete(conn: &mut Conn, job: &Job, id: i64) -> Found<Written> {
    Err(Fault::Broken("not built yet".to_owned()))
}

/// Sends it again.
#[expect(unused_variables, reason = "skeleton")]
pub async fn broadcast(conn: &mut Conn, job: &Job, id: i64) -> Found<Written> {
    Err(Fault::Broken("not built yet".to_owned()))
}

/// A page of those that are asked for and may be seen, oldest first, one more than `limit`.
#[expect(unused_variables, reason = "skeleton")]
pub async fn list(
    conn: &mut Conn,
    seen_by: SeenBy,
    filter: &AnnouncementFilter,
    page: (i64, i64),
) -> Found<Vec<(i64, Value)>> {
    Err(Fault::Broken("not built yet".to_owned()))
}

/// Those in force that are for the whole event, newest first: for its snapshots.
#[expect(unused_variables, reason = "skeleton")]
pub async fn of_event(conn: &mut Conn, event_id: i64) -> Found<Vec<Value>> {
    Err(Fault::Broken("not built yet".to_owned()))
}

/// Those in force that are for this team, newest first: for its snapshots.
#[expect(unused_variables, reason = "skeleton")]
pub async fn of_team(conn: &mut Conn, team_id: i64) -> Found<Vec<Value>> {
    Err(Fault::Broken("not built yet".to_owned()))
}

/// Marks those that have run out by `now`, and tells of each. Gives how many.
#[expect(unused_variables, reason = "skeleton")]
pub async fn expire(conn: &mut Conn, now: DateTime<Utc>) -> Found<Told<u64>> {
    Err(Fault::Broken("not built yet".to_owned()))
}
