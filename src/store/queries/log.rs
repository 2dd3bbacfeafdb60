//! The message log: every write appends to it, and subscribers read it.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::dialect::Conn;
use super::{channel_states, dialect};
use crate::domain::closed_set::ClosedSet;
use crate::domain::message::{Message, StoredMessage};
use crate::domain::topic::{Channel, Seq, StreamId};
use crate::sports::SportRules;
use crate::store::error::{QueryError, QueryResult};
use crate::store::json;
use crate::store::model::{LogPage, StreamHead};
use crate::store::rows::{MessageRow, StreamRow};
use crate::store::schema::{messages, streams};

/// A stream as text, and a number of its messages.
type StreamCount = (String, i64);

/// Appends the messages of one mutation, in order, inside the caller's transaction.
///
/// Call it last: each stream's head row stays locked until the commit. One writer at a time per
/// stream makes sequence numbers visible in order, which resuming depends on: a subscriber at 41
/// never looks below 42 again. Streams are locked in their order, so that two writers to the same
/// two streams can't deadlock.
///
/// Under the locks, the messages of channels get the patches of their states.
///
/// - Returns: each stream with its new head, to notify of after the commit.
/// - Cost: one statement per stream and one per message, in two round trips; and the queries of
///   the states of the channels that receive messages.
pub async fn append(
    conn: &mut Conn,
    at: DateTime<Utc>,
    messages: Vec<Message>,
) -> QueryResult<Vec<(StreamId, Seq)>> {
    let mut streams: Vec<StreamId> = messages.iter().map(|message| message.topic.stream).collect();
    streams.sort_unstable();
    streams.dedup();

    let certain = messages.iter().filter(|message| !message.is_conditional);
    let certain = count_by_stream(&streams, certain);
    let mut advanced = advance_heads(conn, &certain).await?;
    let ids: Vec<_> =
        streams.iter().zip(&advanced).map(|(&stream, &(id, _))| (stream, id)).collect();
    let messages = channel_states::advance(conn, &ids, messages).await?;
    let counts = count_by_stream(&streams, &messages);
    advance_further(conn, &mut advanced, (&certain, &counts)).await?;

    let mut heads = Vec::with_capacity(streams.len());
    let mut rows = Vec::with_capacity(messages.len());
    for ((&stream, (_, count)), (id, head)) in streams.iter().zip(&counts).zip(advanced) {
        let of_stream = messages.iter().filter(|message| message.topic.stream == stream);
        for (message, seq) in of_stream.zip(head - count + 1..) {
            rows.push(message_row(id, message, seq, at)?);
        }
        if *count > 0 {
            heads.push((stream, head));
        }
    }
    dialect::insert_messages(conn, rows).await?;
    Ok(heads)
}

/// Reserves the numbers of conditional messages that turned out to be needed, on heads that are
/// locked.
async fn advance_further(
    conn: &mut Conn,
    advanced: &mut [(i64, Seq)],
    (before, after): (&[StreamCount], &[StreamCount]),
) -> QueryResult<()> {
    for (head, ((topic, before), (_, after))) in advanced.iter_mut().zip(before.iter().zip(after)) {
        if after > before {
            let further = [(topic.clone(), after - before)];
            *head = advance_heads(conn, &further).await?.pop().unwrap_or(*head);
        }
    }
    Ok(())
}

/// Each stream as text with how many of the messages are its own.
fn count_by_stream<'a>(
    streams: &[StreamId],
    messages: impl IntoIterator<Item = &'a Message> + Clone,
) -> Vec<StreamCount> {
    let count = |stream| {
        let messages = messages.clone().into_iter();
        messages.filter(|message| message.topic.stream == stream).count()
    };
    let text_and_count =
        |&stream: &StreamId| (stream.to_string(), i64::try_from(count(stream)).unwrap_or(i64::MAX));
    streams.iter().map(text_and_count).collect()
}

/// Locks the head of a stream until the transaction ends, and returns the stream's id. Before
/// `append`, and in the order of streams.
pub async fn lock_head(conn: &mut Conn, stream: StreamId) -> QueryResult<i64> {
    let locked = advance_heads(conn, &[(stream.to_string(), 0)]).await?.into_iter().next();
    let missing = || QueryError::InvariantViolated(format!("stream {stream} could not be locked"));
    Ok(locked.ok_or_else(missing)?.0)
}

fn message_row(
    stream_id: i64,
    message: &Message,
    seq: Seq,
    at: DateTime<Utc>,
) -> QueryResult<MessageRow> {
    let committed_at = at.timestamp_millis();
    for word in message.label.as_deref().into_iter().chain([message.message_type]) {
        debug_assert!(SportRules::names_message(word), "`types={word}` would be refused");
    }
    Ok(MessageRow {
        stream_id,
        seq,
        channel: message.topic.channel.map(|channel| channel.as_str().to_owned()),
        kind: message.message_type.to_owned(),
        label: message.label.clone(),
        envelope: json::encode_envelope(message, seq, &json::format_time(committed_at))?,
        committed_at,
    })
}

/// Reserves the next sequence numbers of each topic; returns the stream ids and new heads.
async fn advance_heads(conn: &mut Conn, counts: &[(String, i64)]) -> QueryResult<Vec<(i64, Seq)>> {
    let mut advanced = Vec::with_capacity(counts.len());
    for (advanced_head, count) in dialect::bump_heads(conn, counts).await?.into_iter().zip(counts) {
        advanced.push(match advanced_head {
            Some(head) => head,
            None => create_stream(conn, count).await?,
        });
    }
    Ok(advanced)
}

/// Creates a stream and reserves its first numbers. Waits if a concurrent transaction is creating
/// it.
async fn create_stream(conn: &mut Conn, count: &(String, i64)) -> QueryResult<(i64, Seq)> {
    diesel::insert_into(streams::table)
        .values(streams::topic.eq(&count.0))
        .on_conflict_do_nothing()
        .execute(conn)
        .await?;
    let bumped = dialect::bump_heads(conn, std::slice::from_ref(count)).await?;
    let bumped = bumped.into_iter().next().flatten();
    bumped.ok_or_else(|| {
        QueryError::InvariantViolated(format!("stream {} could not be created", count.0))
    })
}

/// Reads at most `limit` messages after `after`, with the head and the pruned position of that
/// moment.
///
/// - Cost: two key seeks, however long the stream is.
pub async fn read_after(
    conn: &mut Conn,
    stream: StreamId,
    after: Seq,
    limit: i64,
) -> QueryResult<LogPage> {
    // Pruning may remove messages between the two reads; then both are repeated.
    for _ in 0..8 {
        let Some(row) = find_stream(conn, stream).await? else { return Ok(LogPage::default()) };
        let rows = messages_after(conn, &row, after, limit).await?;
        let first = rows.as_slice().first().map(|message: &MessageRow| message.seq);
        let expected = after.max(row.pruned_seq) + 1;
        if limit <= 0 || first == Some(expected) || (first.is_none() && row.head_seq < expected) {
            let messages = rows.into_iter().map(to_stored_message).collect::<QueryResult<_>>()?;
            return Ok(LogPage { messages, head_seq: row.head_seq, pruned_seq: row.pruned_seq });
        }
    }
    Err(QueryError::InvariantViolated(format!("stream {stream} has a gap after {after}")))
}

/// Finds the row of a stream; `None` before its first message.
pub async fn find_stream(conn: &mut Conn, stream: StreamId) -> QueryResult<Option<StreamRow>> {
    let topic = stream.to_string();
    let query = streams::table.filter(streams::topic.eq(topic));
    // Not `first`: SQLite prepares a statement with a bound LIMIT anew at each use, which took a
    // quarter of a write's time. The same holds for all look-ups by key.
    Ok(query.get_result(conn).await.optional()?)
}

/// The head of a stream; 0 before its first message.
pub async fn head_seq(conn: &mut Conn, stream: StreamId) -> QueryResult<Seq> {
    Ok(find_stream(conn, stream).await?.map_or(0, |row| row.head_seq))
}

/// Reads messages of a stream up to its head: one seek on the primary key.
pub async fn messages_after(
    conn: &mut Conn,
    stream: &StreamRow,
    after: Seq,
    limit: i64,
) -> QueryResult<Vec<MessageRow>> {
    let query = messages::table
        .filter(messages::stream_id.eq(stream.id))
        .filter(messages::seq.gt(after))
        .filter(messages::seq.le(stream.head_seq))
        .order(messages::seq)
        .limit(limit.max(0));
    Ok(query.load(conn).await?)
}

fn to_stored_message(row: MessageRow) -> QueryResult<StoredMessage> {
    let channel = match row.channel.as_deref() {
        None => None,
        Some(name) => Some(Channel::from_text(name).ok_or_else(|| {
            QueryError::InvariantViolated(format!(
                "message {} is in an unknown channel: {name}",
                row.seq
            ))
        })?),
    };
    let MessageRow { seq, kind, label, envelope, committed_at, .. } = row;
    Ok(StoredMessage {
        seq,
        channel,
        message_type: kind,
        label,
        envelope,
        appended_at_ms: committed_at,
    })
}

/// The heads of these streams, in the given order; zeros for streams without messages.
pub async fn heads(conn: &mut Conn, streams: &[StreamId]) -> QueryResult<Vec<StreamHead>> {
    let topics: Vec<String> = streams.iter().map(ToString::to_string).collect();
    let query = streams::table.filter(streams::topic.eq_any(&topics));
    let rows: Vec<StreamRow> = query.load(conn).await?;
    let heads_by_topic: HashMap<String, StreamHead> = rows
        .into_iter()
        .map(|row| (row.topic, StreamHead { head_seq: row.head_seq, pruned_seq: row.pruned_seq }))
        .collect();
    Ok(topics.iter().map(|topic| heads_by_topic.get(topic).copied().unwrap_or_default()).collect())
}
