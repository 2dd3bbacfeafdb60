//! Queries that differ between the databases: here for `PostgreSQL`.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use futures_util::future::try_join_all;

pub use super::connector::Conn;
use crate::domain::topic::Seq;
use crate::store::error::QueryResult;
use crate::store::rows::{MessageRow, SeatRow};
use crate::store::schema::{messages, seats, streams};

/// Reserves `count` sequence numbers per topic. Returns each stream's id and new head; `None`
/// for a stream that does not exist yet.
///
/// One round trip; the server locks the rows in the given order.
pub async fn bump_heads(
    conn: &mut Conn,
    topics: &[(String, i64)],
) -> QueryResult<Vec<Option<(i64, Seq)>>> {
    let shared: &Conn = conn;
    let bumps = topics.iter().map(async |(topic, count)| {
        diesel::update(streams::table.filter(streams::topic.eq(topic)))
            .set(streams::head_seq.eq(streams::head_seq + *count))
            .returning((streams::id, streams::head_seq))
            .get_result(&mut &*shared)
            .await
            .optional()
    });
    Ok(try_join_all(bumps).await?)
}

/// Inserts messages in one round trip, while the head rows are locked. All rows share one
/// prepared statement.
pub async fn insert_messages(conn: &mut Conn, rows: Vec<MessageRow>) -> QueryResult<()> {
    let shared: &Conn = conn;
    let inserts = rows.into_iter().map(async |row| {
        diesel::insert_into(messages::table).values(row).execute(&mut &*shared).await
    });
    try_join_all(inserts).await?;
    Ok(())
}

/// Inserts seats in one statement: the event's row is locked, and other buyers wait for it.
pub async fn insert_seats(conn: &mut Conn, rows: Vec<SeatRow>) -> QueryResult<()> {
    diesel::insert_into(seats::table).values(rows).execute(conn).await?;
    Ok(())
}
