//! Who takes part in an event: users, and teams with the points taken from them.

use super::commit::Written;
use super::dialect::Conn;
use crate::store::error::Fault;
use crate::store::error::Found;
use crate::store::job::DeductionFields;
use crate::store::job::Job;

#[expect(unused_variables, reason = "skeleton")]
pub async fn add_user(conn: &mut Conn, event_id: i64, user_id: i64) -> Found<Written> {
    Err(Fault::Broken("not built yet".to_owned()))
}

#[expect(unused_variables, reason = "skeleton")]
pub async fn remove_user(conn: &mut Conn, event_id: i64, user_id: i64) -> Found<Written> {
    Err(Fault::Broken("not built yet".to_owned()))
}

#[expect(unused_variables, reason = "skeleton")]
pub async fn add_team(
    conn: &mut Conn,
    job: &Job,
    (event_id, team_id): (i64, i64),
    by_admin: bool,
) -> Found<Written> {
    Err(Fault::Broken("not built yet".to_owned()))
}

#[expect(unused_variables, reason = "skeleton")]
pub async fn accept(conn: &mut Conn, event_id: i64, team_id: i64) -> Found<Written> {
    Err(Fault::Broken("not built yet".to_owned()))
}

#[expect(unused_variables, reason = "skeleton")]
pub async fn deduct(
    conn: &mut Conn,
    (event_id, team_id): (i64, i64),
    fields: &DeductionFields,
) -> Found<Written> {
    Err(Fault::Broken("not built yet".to_owned()))
}

#[expect(unused_variables, reason = "skeleton")]
pub async fn remove_team(conn: &mut Conn, event_id: i64, team_id: i64) -> Found<Written> {
    Err(Fault::Broken("not built yet".to_owned()))
}
