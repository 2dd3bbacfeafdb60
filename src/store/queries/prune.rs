//! Prunes old messages in chunks, so that writers of the stream never wait long.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::dialect::Conn;
use crate::domain::topic::StreamId;
use crate::store::error::QueryResult;
use crate::store::schema::{messages, streams};

/// Messages deleted per transaction: some 10 ms.
const CHUNK_SIZE: i64 = 1000;

/// The id of one stream, or the ids of all.
pub async fn stream_ids(conn: &mut Conn, only: Option<StreamId>) -> QueryResult<Vec<i64>> {
    let mut query = streams::table.select(streams::id).order(streams::id).into_boxed();
    if let Some(stream) = only {
        query = query.filter(streams::topic.eq(stream.to_string()));
    }
    Ok(query.load(conn).await?)
}

/// Prunes one chunk of a stream; returns how many messages it deleted and whether there are more.
///
/// The head row is updated last, because it is what writers wait for.
pub async fn prune_chunk(conn: &mut Conn, stream_id: i64, keep: i64) -> QueryResult<(u64, bool)> {
    let (head, pruned): (i64, i64) = streams::table
        .find(stream_id)
        .select((streams::head_seq, streams::pruned_seq))
        .get_result(conn)
        .await?;
    let target_seq = head - keep.max(0);
    let up_to = target_seq.min(pruned + CHUNK_SIZE);
    if up_to <= pruned {
        return Ok((0, false));
    }
    let old =
        messages::table.filter(messages::stream_id.eq(stream_id)).filter(messages::seq.le(up_to));
    let deleted = diesel::delete(old).execute(conn).await?;
    let head_row = streams::table.find(stream_id).filter(streams::pruned_seq.lt(up_to));
    diesel::update(head_row).set(streams::pruned_seq.eq(up_to)).execute(conn).await?;
    Ok((deleted as u64, up_to < target_seq))
}

/// Prunes all messages of a stream and keeps its head: what few could read must not become public.
/// Subscribers with an older cursor get a reset (G4).
///
/// Call it where `append` is called: the head row stays locked until the commit.
pub async fn prune_all(conn: &mut Conn, stream: StreamId) -> QueryResult<()> {
    let row = streams::table.filter(streams::topic.eq(stream.to_string()));
    let id: Option<i64> = diesel::update(row)
        .set(streams::pruned_seq.eq(streams::head_seq))
        .returning(streams::id)
        .get_result(conn)
        .await
        .optional()?;
    if let Some(id) = id {
        diesel::delete(messages::table.filter(messages::stream_id.eq(id))).execute(conn).await?;
    }
    Ok(())
}
