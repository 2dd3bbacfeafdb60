//! Removes old messages in chunks, so that writers of the stream are never held up for long.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::dialect::Conn;
use crate::domain::topic::Stream;
use crate::store::error::Found;
use crate::store::schema::messages;
use crate::store::schema::streams;

/// Messages removed in one transaction: some 10 ms.
const CHUNK: i64 = 1000;

/// The ids of one stream, or of all.
pub async fn streams(conn: &mut Conn, only: Option<Stream>) -> Found<Vec<i64>> {
    let mut query = streams::table.select(streams::id).order(streams::id).into_boxed();
    if let Some(stream) = only {
        query = query.filter(streams::topic.eq(stream.to_string()));
    }
    Ok(query.load(conn).await?)
}

/// One chunk of a stream; gives how many went and whether there is more.
///
/// The head row is touched last: it is what writers wait for.
pub async fn chunk(conn: &mut Conn, stream_id: i64, keep: i64) -> Found<(u64, bool)> {
    let (head, pruned): (i64, i64) = streams::table
        .find(stream_id)
        .select((streams::head_seq, streams::pruned_seq))
        .get_result(conn)
        .await?;
    let goal = head - keep.max(0);
    let upto = goal.min(pruned + CHUNK);
    if upto <= pruned {
        return Ok((0, false));
    }
    let old =
        messages::table.filter(messages::stream_id.eq(stream_id)).filter(messages::seq.le(upto));
    let gone = diesel::delete(old).execute(conn).await?;
    let behind = streams::table.find(stream_id).filter(streams::pruned_seq.lt(upto));
    diesel::update(behind).set(streams::pruned_seq.eq(upto)).execute(conn).await?;
    Ok((gone as u64, upto < goal))
}

/// All messages of a stream, whose head stays: what was told to few may not be read by all.
/// Readers with an older cursor are told so (G4).
///
/// Call it where `append` is called: the head row stays locked from here to the commit.
pub async fn whole(conn: &mut Conn, stream: Stream) -> Found<()> {
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
