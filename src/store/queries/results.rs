//! Final outcomes, and the table that follows from them.

use serde_json::Value;

use super::dialect::Conn;
use crate::store::error::Fault;
use crate::store::error::Found;

/// `{"event_id":…,"leaderboard":[…]}`, computed from the results as they stand.
#[expect(unused_variables, reason = "skeleton")]
pub async fn leaderboard(conn: &mut Conn, event_id: i64) -> Found<Option<Value>> {
    Err(Fault::Broken("not built yet".to_owned()))
}
