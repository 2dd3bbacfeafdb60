//! The message log: appended to by every write, read by whoever follows a stream.

use std::collections::HashMap;

use chrono::DateTime;
use chrono::Utc;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::dialect;
use super::dialect::Conn;
use crate::domain::message::Message;
use crate::domain::message::StoredMessage;
use crate::domain::topic::Channel;
use crate::domain::topic::Seq;
use crate::domain::topic::Stream;
use crate::store::error::Fault;
use crate::store::error::Found;
use crate::store::model::Head;
use crate::store::model::Page;
use crate::store::rows::MessageRow;
use crate::store::rows::StreamRow;
use crate::store::schema::messages;
use crate::store::schema::streams;
use crate::store::shapes;

/// Appends what one command said, in order, inside the caller's transaction.
///
/// Call it last: each stream's head row stays locked from here to the commit. One writer at a
/// time in a stream is what makes seqs visible in the order they were given out, and resuming
/// depends on that: a reader at 41 may skip everything up to 41. Streams are locked in their
/// order, so that two commands that tell the same two streams cannot wait for each other.
///
/// - Gives: each stream told, with its head; ring the bell with it after the commit.
/// - Costs: one statement a stream and one for the messages.
pub async fn append(
    conn: &mut Conn,
    at: DateTime<Utc>,
    said: &[Message],
) -> Found<Vec<(Stream, Seq)>> {
    let mut told: Vec<Stream> = said.iter().map(|message| message.topic.stream).collect();
    told.sort_unstable();
    told.dedup();

    let mut heads = Vec::with_capacity(told.len());
    let mut rows = Vec::with_capacity(said.len());
    for stream in told {
        let of_stream: Vec<_> = said.iter().filter(|m| m.topic.stream == stream).collect();
        let count = i64::try_from(of_stream.len()).unwrap_or(i64::MAX);
        let (id, head) = advance(conn, stream, count).await?;
        for (message, seq) in of_stream.into_iter().zip(head - count + 1..) {
            rows.push(row(id, message, seq, at)?);
        }
        heads.push((stream, head));
    }
    if !rows.is_empty() {
        dialect::insert_messages(conn, rows).await?;
    }
    Ok(heads)
}

fn row(stream_id: i64, message: &Message, seq: Seq, at: DateTime<Utc>) -> Found<MessageRow> {
    let committed_at = at.timestamp_millis();
    Ok(MessageRow {
        stream_id,
        seq,
        channel: message.topic.channel.map(|channel| channel.word().to_owned()),
        kind: message.kind.to_owned(),
        label: message.label.clone(),
        envelope: shapes::envelope(message, seq, &shapes::time(committed_at))?,
        committed_at,
    })
}

/// Gives out the next `count` numbers of a stream: its id and its new head.
async fn advance(conn: &mut Conn, stream: Stream, count: i64) -> Found<(i64, Seq)> {
    let topic = stream.to_string();
    if let Some(bumped) = bump(conn, &topic, count).await? {
        return Ok(bumped);
    }
    // Its first message. Somebody else may be telling it right now: then we wait for them here.
    diesel::insert_into(streams::table)
        .values(streams::topic.eq(&topic))
        .on_conflict_do_nothing()
        .execute(conn)
        .await?;
    let bumped = bump(conn, &topic, count).await?;
    bumped.ok_or_else(|| Fault::Broken(format!("stream {topic} could not be made")))
}

async fn bump(conn: &mut Conn, topic: &str, count: i64) -> Found<Option<(i64, Seq)>> {
    let bumped = diesel::update(streams::table.filter(streams::topic.eq(topic)))
        .set(streams::head_seq.eq(streams::head_seq + count))
        .returning((streams::id, streams::head_seq))
        .get_result(conn)
        .await
        .optional()?;
    Ok(bumped)
}

/// At most `limit` messages after `after`, with the head and what is pruned of the same moment.
///
/// - Costs: two seeks by key, however long the stream is.
pub async fn read_after(conn: &mut Conn, stream: Stream, after: Seq, limit: i64) -> Found<Page> {
    // Pruning may remove messages between the two reads; then the first is asked again.
    for _ in 0..8 {
        let Some(row) = stream_row(conn, stream).await? else { return Ok(Page::default()) };
        let rows = messages_after(conn, &row, after, limit).await?;
        let first = rows.as_slice().first().map(|message: &MessageRow| message.seq);
        let expected = after.max(row.pruned_seq) + 1;
        if limit <= 0 || first == Some(expected) || (first.is_none() && row.head_seq < expected) {
            let messages = rows.into_iter().map(stored).collect::<Found<_>>()?;
            return Ok(Page { messages, head: row.head_seq, pruned: row.pruned_seq });
        }
    }
    Err(Fault::Broken(format!("stream {stream} has a gap after {after}")))
}

pub async fn stream_row(conn: &mut Conn, stream: Stream) -> Found<Option<StreamRow>> {
    let topic = stream.to_string();
    let query = streams::table.filter(streams::topic.eq(topic));
    Ok(query.first(conn).await.optional()?)
}

/// The head of a stream; 0 before its first message.
pub async fn head(conn: &mut Conn, stream: Stream) -> Found<Seq> {
    Ok(stream_row(conn, stream).await?.map_or(0, |row| row.head_seq))
}

/// A seek on the primary key.
pub async fn messages_after(
    conn: &mut Conn,
    stream: &StreamRow,
    after: Seq,
    limit: i64,
) -> Found<Vec<MessageRow>> {
    let query = messages::table
        .filter(messages::stream_id.eq(stream.id))
        .filter(messages::seq.gt(after))
        .filter(messages::seq.le(stream.head_seq))
        .order(messages::seq)
        .limit(limit.max(0));
    Ok(query.load(conn).await?)
}

fn stored(row: MessageRow) -> Found<StoredMessage> {
    let channel = match row.channel.as_deref() {
        None => None,
        Some(word) => Some(Channel::from_word(word).ok_or_else(|| {
            Fault::Broken(format!("message {} is in an unknown channel: {word}", row.seq))
        })?),
    };
    let MessageRow { seq, kind, label, envelope, committed_at, .. } = row;
    Ok(StoredMessage { seq, channel, kind, label, envelope, at_ms: committed_at })
}

/// In the order asked.
pub async fn heads(conn: &mut Conn, asked: &[Stream]) -> Found<Vec<Head>> {
    let topics: Vec<String> = asked.iter().map(ToString::to_string).collect();
    let query = streams::table.filter(streams::topic.eq_any(&topics));
    let rows: Vec<StreamRow> = query.load(conn).await?;
    let known: HashMap<String, Head> = rows
        .into_iter()
        .map(|row| (row.topic, Head { head: row.head_seq, pruned: row.pruned_seq }))
        .collect();
    Ok(topics.iter().map(|topic| known.get(topic).copied().unwrap_or_default()).collect())
}
