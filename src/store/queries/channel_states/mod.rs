//! The current states of the channels of events and teams: what the patches of messages lead to.
//!
//! A state is computed from the rows of other tables and stored whenever its channel gets a
//! message. A snapshot is the stored state, so a write that changes rows without a message is
//! found: `verify` compares the two.

mod announcements;
mod computed;
mod results;

use std::collections::{HashMap, HashSet};

pub use computed::compute;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use serde_json::Value;

use super::dialect::Conn;
use crate::domain::merge_patch;
use crate::domain::message::{COMMON_MESSAGE_TYPES, Message};
use crate::domain::topic::{Channel, StreamId, Topic};
use crate::store::error::QueryResult;
use crate::store::schema::{stream_states as ss, streams};
use crate::store::state_rows::{self, ChannelState};

/// What a write changed in a channel.
struct ChannelChange {
    patch: ChannelState,
    state: ChannelState,
    is_published: bool,
}

/// Computes and stores the states of the channels that receive messages, and completes the
/// messages: the first of each channel has the patch, the others an empty one. Conditional
/// messages that are not needed are dropped.
///
/// Call it while the heads of the streams are locked, so that the next writer starts from here.
pub async fn advance(
    conn: &mut Conn,
    streams: &[(StreamId, i64)],
    messages: Vec<Message>,
) -> QueryResult<Vec<Message>> {
    // What happens in a match as it is played changes no state: nothing is computed per ball.
    let is_computed = |message: &&Message| COMMON_MESSAGE_TYPES.contains(&message.message_type);
    let topics: HashSet<Topic> =
        messages.iter().filter(is_computed).map(|message| message.topic).collect();
    let mut changes = HashMap::new();
    for &(stream, stream_id) in streams {
        for &channel in stream.channels() {
            let topic = stream.channel_topic(channel);
            if topics.contains(&topic) {
                let change = advance_channel(conn, (stream, stream_id), channel).await?;
                changes.insert(topic, change);
            }
        }
    }
    Ok(complete(messages, changes))
}

async fn advance_channel(
    conn: &mut Conn,
    (stream, stream_id): (StreamId, i64),
    channel: Channel,
) -> QueryResult<ChannelChange> {
    let (before, is_kept_public) = load(conn, (stream, stream_id), channel).await?;
    let state = compute(conn, stream, channel, is_kept_public).await?;
    let patch = merge_patch::difference(&before, &state);
    if !patch.is_empty() {
        store(conn, stream_id, channel, &state).await?;
    }
    Ok(ChannelChange { patch, state, is_published: false })
}

/// The stored state of a channel, and whether it is kept public for now; empty before its first
/// message.
async fn load(
    conn: &mut Conn,
    (stream, stream_id): (StreamId, i64),
    channel: Channel,
) -> QueryResult<(ChannelState, bool)> {
    let query = ss::table.find((stream_id, channel.as_str())).select((ss::state, ss::public_until));
    let row: Option<(String, Option<i64>)> = query.get_result(conn).await.optional()?;
    let Some((text, public_until)) = row else {
        return Ok((state_rows::empty_state(stream, channel), false));
    };
    Ok((state_rows::parse_state(&text)?, public_until.is_some()))
}

async fn store(
    conn: &mut Conn,
    stream_id: i64,
    channel: Channel,
    state: &ChannelState,
) -> QueryResult<()> {
    let text = serde_json::to_string(state)?;
    diesel::insert_into(ss::table)
        .values((
            ss::stream_id.eq(stream_id),
            ss::channel.eq(channel.as_str()),
            ss::state.eq(&text),
        ))
        .on_conflict((ss::stream_id, ss::channel))
        .do_update()
        .set(ss::state.eq(&text))
        .execute(conn)
        .await?;
    Ok(())
}

/// Gives each message its patch and its changed rows, and drops what is not needed.
fn complete(messages: Vec<Message>, mut changes: HashMap<Topic, ChannelChange>) -> Vec<Message> {
    let is_needed = |message: &&Message| !message.is_conditional;
    let needed: HashSet<Topic> =
        messages.iter().filter(is_needed).map(|message| message.topic).collect();
    let mut kept = Vec::with_capacity(messages.len());
    for mut message in messages {
        if let Some(change) = changes.get_mut(&message.topic) {
            let is_new = !change.patch.is_empty() && !change.is_published;
            if message.is_conditional && (!is_new || needed.contains(&message.topic)) {
                continue;
            }
            add_changed_rows(&mut message, change);
            message.patch = Some(if is_new { change.patch.clone() } else { ChannelState::new() });
            change.is_published = true;
        } else if message.topic.channel.is_some() {
            message.patch = Some(ChannelState::new());
        }
        kept.push(message);
    }
    kept
}

fn add_changed_rows(message: &mut Message, change: &ChannelChange) {
    if let (Some(member), Value::Object(data)) = (message.changed_rows_of, &mut message.data) {
        let rows = state_rows::changed_rows(&change.patch, &change.state, member);
        data.insert("rows".to_owned(), Value::Object(rows));
    }
}

/// The stored state of a topic of an event or a team: of its channel, or of all.
pub async fn read(conn: &mut Conn, topic: Topic) -> QueryResult<ChannelState> {
    let stream = topic.stream;
    let query = ss::table
        .inner_join(streams::table.on(streams::id.eq(ss::stream_id)))
        .filter(streams::topic.eq(stream.to_string()))
        .select((ss::channel, ss::state));
    let rows: Vec<(String, String)> = query.load(conn).await?;
    let mut state = ChannelState::new();
    for part in topic.parts().filter_map(|part| part.channel) {
        let stored = rows.iter().find(|(name, _)| name == part.as_str());
        state.extend(match stored {
            Some((_, text)) => state_rows::parse_state(text)?,
            None => state_rows::empty_state(stream, part),
        });
    }
    Ok(state)
}

/// Whether the computed state of a channel is not the empty one.
pub async fn is_filled(conn: &mut Conn, stream: StreamId, channel: Channel) -> QueryResult<bool> {
    let state = compute(conn, stream, channel, false).await?;
    Ok(state != state_rows::empty_state(stream, channel))
}

/// Stores the computed state of a channel that has none, for a database of an earlier version.
/// Call it while the stream's head is locked.
pub async fn fill(
    conn: &mut Conn,
    (stream, stream_id): (StreamId, i64),
    channel: Channel,
) -> QueryResult<()> {
    let stored = ss::table.find((stream_id, channel.as_str())).select(ss::channel);
    if stored.get_result::<String>(conn).await.optional()?.is_none() {
        let state = compute(conn, stream, channel, false).await?;
        store(conn, stream_id, channel, &state).await?;
    }
    Ok(())
}

/// Deletes the states of a stream whose event or team is being deleted.
pub async fn delete(conn: &mut Conn, stream: StreamId) -> QueryResult<()> {
    let of_stream = streams::table.filter(streams::topic.eq(stream.to_string()));
    let states = ss::table.filter(ss::stream_id.eq_any(of_stream.select(streams::id)));
    diesel::delete(states).execute(conn).await?;
    Ok(())
}

/// Compares the stored states of a stream with the rows that they are computed from.
pub async fn verify(
    conn: &mut Conn,
    (stream, stream_id): (StreamId, i64),
) -> QueryResult<Vec<String>> {
    let mut faults = Vec::new();
    for &channel in stream.channels() {
        let (stored, is_kept_public) = load(conn, (stream, stream_id), channel).await?;
        let state = compute(conn, stream, channel, is_kept_public).await?;
        let patch = merge_patch::difference(&stored, &state);
        if !patch.is_empty() {
            let topic = stream.channel_topic(channel);
            let patch = Value::Object(patch);
            faults.push(format!("stream {topic}: its state lacks what no message said: {patch}"));
        }
    }
    Ok(faults)
}
