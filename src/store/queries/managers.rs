//! Who manages an event besides its maker.

use super::commit::Written;
use super::dialect::Conn;
use crate::store::error::Fault;
use crate::store::error::Found;

#[expect(unused_variables, reason = "skeleton")]
pub async fn add(conn: &mut Conn, event_id: i64, user_id: i64) -> Found<Written> {
    Err(Fault::Broken("not built yet".to_owned()))
}

#[expect(unused_variables, reason = "skeleton")]
pub async fn remove(conn: &mut Conn, event_id: i64, user_id: i64) -> Found<Written> {
    Err(Fault::Broken("not built yet".to_owned()))
}
