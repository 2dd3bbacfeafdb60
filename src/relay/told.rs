//! What the upstream tells, read again: envelopes stay the bytes they are.

use std::sync::Arc;

use chrono::DateTime;
use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

use crate::domain::message;
use crate::domain::message::StoredMessage;
use crate::domain::topic::Seq;
use crate::domain::topic::Stream;
use crate::domain::topic::Topic;
use crate::store::Result;
use crate::store::Snapshot;
use crate::store::StoreError;
use crate::stream::frame::Frame;
use crate::stream::pages::FramePage;
use crate::stream::source::State;

/// What stands around the data of each message and snapshot.
#[derive(Debug, Deserialize)]
struct Envelope {
    #[serde(rename = "type")]
    kind: String,
    topic: String,
    seq: Seq,
    at: String,
    data: Value,
}

/// A message, or that the stream goes on from elsewhere.
#[derive(Debug)]
pub enum Told {
    Message(Frame),
    Snapshot { seq: Seq },
}

/// A page of the stored log.
#[derive(Debug, Deserialize)]
struct History<'a> {
    #[serde(borrow)]
    items: Vec<&'a RawValue>,
}

/// A long-poll's answer.
#[derive(Debug, Deserialize)]
struct Polled<'a> {
    cursor: Option<String>,
    #[serde(borrow)]
    messages: Vec<&'a RawValue>,
}

fn unreadable(what: &str) -> StoreError {
    StoreError::Unavailable(format!("the upstream's {what} can't be read"))
}

/// One `data` line of a stream.
pub fn told(epoch: &str, text: &str) -> Result<Told> {
    let envelope: Envelope = serde_json::from_str(text).map_err(|_| unreadable("message"))?;
    if envelope.kind == "snapshot" {
        return Ok(Told::Snapshot { seq: envelope.seq });
    }
    message(envelope, text).map(|message| Told::Message(Frame::encode(epoch, &message)))
}

fn message(envelope: Envelope, text: &str) -> Result<StoredMessage> {
    let topic: Topic = envelope.topic.parse().map_err(|_| unreadable("topic"))?;
    let at = DateTime::parse_from_rfc3339(&envelope.at).map_err(|_| unreadable("time"))?;
    Ok(StoredMessage {
        seq: envelope.seq,
        channel: topic.channel,
        label: message::label_of(&envelope.kind, &envelope.data),
        kind: envelope.kind,
        envelope: text.to_owned(),
        at_ms: at.timestamp_millis(),
    })
}

/// A page of the stored log after `after`; one with a hole in it is refused.
pub fn page(epoch: &Arc<str>, stream: Stream, after: Seq, bytes: &[u8]) -> Result<FramePage> {
    let history: History<'_> = serde_json::from_slice(bytes).map_err(|_| unreadable("history"))?;
    let mut frames: Vec<Frame> = Vec::with_capacity(history.items.len());
    for item in history.items {
        let Told::Message(frame) = told(epoch, item.get())? else {
            return Err(unreadable("history"));
        };
        let next = frames.last().map_or(frame.seq(), |last| last.seq() + 1);
        if frame.seq() != next {
            return Err(StoreError::Failed(format!("{stream} has a hole before {}", frame.seq())));
        }
        frames.push(frame);
    }
    let head = frames.last().map_or(after, Frame::seq);
    let pruned = frames.first().map_or(0, |first| first.seq() - 1);
    let pruned = if pruned > after { pruned } else { 0 };
    Ok(FramePage { epoch: Arc::clone(epoch), frames, head, pruned })
}

/// The state that a poll without a cursor brings, and its epoch.
pub fn snapshot(bytes: &[u8]) -> Result<Option<State>> {
    let polled: Polled<'_> = serde_json::from_slice(bytes).map_err(|_| unreadable("snapshot"))?;
    let Some(first) = polled.messages.first() else { return Ok(None) };
    let Envelope { kind, seq, data, .. } =
        serde_json::from_str(first.get()).map_err(|_| unreadable("snapshot"))?;
    let (epoch, _) = place(polled.cursor.as_deref()).ok_or_else(|| unreadable("cursor"))?;
    let is_one = kind == "snapshot";
    is_one.then(|| Some((epoch.into(), Snapshot { seq, data }))).ok_or_else(|| unreadable("state"))
}

/// Where a poll without messages says that the stream stands.
pub fn head(bytes: &[u8]) -> Result<(Arc<str>, Seq)> {
    let polled: Polled<'_> = serde_json::from_slice(bytes).map_err(|_| unreadable("head"))?;
    let place = place(polled.cursor.as_deref()).ok_or_else(|| unreadable("cursor"))?;
    Ok((place.0.into(), place.1))
}

/// Epoch and seq of a cursor of one stream.
pub fn place(cursor: Option<&str>) -> Option<(&str, Seq)> {
    let (epoch, seq) = cursor?.split_once('.')?;
    Some((epoch, seq.parse().ok()?))
}
