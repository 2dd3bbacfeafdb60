//! Stream tickets: short-lived credentials that open a stream.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use serde_json::Value;

use super::dialect::Conn;
use crate::store::error::QueryResult;
use crate::store::schema::tickets;

/// Stores a ticket by its hash, with what it grants; `expires_ms` is in milliseconds since 1970.
pub async fn insert(
    conn: &mut Conn,
    hash: &str,
    granted: &Value,
    expires_ms: i64,
) -> QueryResult<()> {
    diesel::insert_into(tickets::table)
        .values((
            tickets::hash.eq(hash),
            tickets::granted.eq(granted.to_string()),
            tickets::expires_at.eq(expires_ms),
        ))
        .execute(conn)
        .await?;
    Ok(())
}

/// What a ticket grants; `None` if it is unknown or expired.
pub async fn find_grant(conn: &mut Conn, hash: &str, now_ms: i64) -> QueryResult<Option<Value>> {
    let valid = tickets::table.find(hash).filter(tickets::expires_at.gt(now_ms));
    let text: Option<String> = valid.select(tickets::granted).get_result(conn).await.optional()?;
    Ok(text.map(|text| serde_json::from_str(&text)).transpose()?)
}

/// Deletes the expired tickets.
pub async fn delete_expired(conn: &mut Conn, now_ms: i64) -> QueryResult<usize> {
    Ok(diesel::delete(tickets::table.filter(tickets::expires_at.le(now_ms))).execute(conn).await?)
}
