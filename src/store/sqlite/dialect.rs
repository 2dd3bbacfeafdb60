//! Queries that differ between the databases: here for `SQLite`.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

pub use super::connection::Conn;
use crate::domain::topic::Seq;
use crate::store::error::QueryResult;
use crate::store::rows::{MessageRow, SeatRow};
use crate::store::schema::{messages, seats, streams};

/// Reserves `count` sequence numbers per topic. Returns each stream's id and new head; `None`
/// for a stream that does not exist yet.
pub async fn bump_heads(
    conn: &mut Conn,
    topics: &[(String, i64)],
) -> QueryResult<Vec<Option<(i64, Seq)>>> {
    let mut bumped = Vec::with_capacity(topics.len());
    for (topic, count) in topics {
        let stream = diesel::update(streams::table.filter(streams::topic.eq(topic)))
            .set(streams::head_seq.eq(streams::head_seq + *count))
            .returning((streams::id, streams::head_seq));
        bumped.push(stream.get_result(conn).await.optional()?);
    }
    Ok(bumped)
}

/// Inserts messages row by row, with one prepared statement.
pub async fn insert_messages(conn: &mut Conn, rows: Vec<MessageRow>) -> QueryResult<()> {
    for row in rows {
        diesel::insert_into(messages::table).values(row).execute(conn).await?;
    }
    Ok(())
}

/// Inserts seats row by row, with one prepared statement.
pub async fn insert_seats(conn: &mut Conn, rows: Vec<SeatRow>) -> QueryResult<()> {
    for row in rows {
        diesel::insert_into(seats::table).values(row).execute(conn).await?;
    }
    Ok(())
}
