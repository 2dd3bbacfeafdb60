//! What the upstream tells, read again: envelopes stay the bytes they are.

use std::sync::Arc;

use serde::Deserialize;
use serde::Deserializer;
use serde::de::Error;
use serde_json::Value;
use serde_json::value::RawValue;

use crate::domain::message;
use crate::domain::message::StoredMessage;
use crate::domain::number;
use crate::domain::time;
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
    #[serde(deserialize_with = "seq")]
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

/// In the range that ours have: what is reckoned with them doesn't leave it far.
fn seq<'de, D: Deserializer<'de>>(from: D) -> std::result::Result<Seq, D::Error> {
    let seq = Seq::deserialize(from)?;
    if (0..=number::MAX).contains(&seq) { Ok(seq) } else { Err(D::Error::custom("out of range")) }
}

fn unreadable(what: &str) -> StoreError {
    StoreError::Unavailable(format!("the upstream's {what} can't be read"))
}

/// One `data` line of a stream. It is handed on as it is, so it must be one line.
pub fn told(epoch: &str, stream: Stream, text: &str) -> Result<Told> {
    if text.contains(char::is_control) {
        return Err(unreadable("line"));
    }
    let envelope: Envelope = serde_json::from_str(text).map_err(|_| unreadable("message"))?;
    if envelope.kind == "snapshot" {
        return Ok(Told::Snapshot { seq: envelope.seq });
    }
    message(stream, envelope, text).map(|message| Told::Message(Frame::encode(epoch, &message)))
}

fn message(stream: Stream, envelope: Envelope, text: &str) -> Result<StoredMessage> {
    let topic: Topic = envelope.topic.parse().map_err(|_| unreadable("topic"))?;
    if topic.stream != stream {
        return Err(unreadable("topic"));
    }
    let at = time::read(&envelope.at).ok_or_else(|| unreadable("time"))?;
    if envelope.seq == 0 {
        return Err(unreadable("seq"));
    }
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
        let Told::Message(frame) = told(epoch, stream, item.get())? else {
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

/// Since when the upstream says in a heartbeat that it can't see its own log.
pub fn stale_since(heartbeat: &str) -> Option<String> {
    let said: Value = serde_json::from_str(heartbeat).ok()?;
    time::read(said["stale_since"].as_str()?).map(time::text)
}

/// How often the upstream speaks at least, by its hello: in milliseconds, at most 10 min.
pub fn heartbeat_ms(hello: &str) -> Option<u64> {
    let said: Value = serde_json::from_str(hello).ok()?;
    said["heartbeat_ms"].as_u64().filter(|ms| (1..=600_000).contains(ms))
}

/// Epoch and seq of a cursor of one stream. The epoch is said again in cursors of our own.
pub fn place(cursor: Option<&str>) -> Option<(&str, Seq)> {
    let (epoch, seq) = cursor?.split_once('.')?;
    let is_word = !epoch.is_empty() && epoch.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let seq = number::read(seq)?;
    is_word.then_some((epoch, seq))
}

#[cfg(test)]
mod tests {
    use super::*;

    const MESSAGE: &str = r#"{"type":"note","topic":"match_3","seq":2,"at":"2026-11-21T15:04:05.123Z","data":{"text":"a"}}"#;

    #[test]
    fn g10_a_message_is_of_its_stream_and_one_line() {
        let taken = |stream, text: &str| told("e", stream, text).is_ok();
        assert!(taken(Stream::Match(3), MESSAGE));
        assert!(!taken(Stream::Match(4), MESSAGE), "another stream's");
        for white in ["\n", "\r", "\t"] {
            // JSON all the same; as it is, it would be several lines of a stream.
            let text = MESSAGE.replacen(',', &format!(",{white}"), 1);
            assert!(!taken(Stream::Match(3), &text), "{white:?}");
        }
        for (was, wrong) in [
            (r#""seq":2"#, r#""seq":0"#),
            (r#""seq":2"#, r#""seq":-1"#),
            (r#""seq":2"#, r#""seq":9007199254740992"#),
            (r#""seq":2"#, r#""seq":9223372036854775807"#),
            (r#""seq":2"#, r#""seq":-9223372036854775808"#),
            ("2026-11-21T15:04:05.123Z", "+10000-01-01T00:00:00.000Z"),
            ("2026-11-21T15:04:05.123Z", "9999-12-31T23:59:59-05:00"),
        ] {
            assert!(!taken(Stream::Match(3), &MESSAGE.replace(was, wrong)), "{wrong}");
        }
        let page = format!(r#"{{"items":[{MESSAGE}],"next":null}}"#);
        let read = |after, text: &str| page_of(after, text).map(|page| page.last());
        assert_eq!(read(1, &page).unwrap(), Some(2));
        assert!(read(1, &page.replace("],", &format!(",{MESSAGE}],"))).is_err(), "2 twice");
        assert!(read(1, &page.replace(r#""seq":2,"#, "\n\"seq\":2,")).is_err(), "two lines");
    }

    fn page_of(after: Seq, text: &str) -> Result<FramePage> {
        page(&"e".into(), Stream::Match(3), after, text.as_bytes())
    }

    #[test]
    fn g8_what_a_heartbeat_says_is_said_again_as_a_time_and_nothing_else() {
        let said = |since: &str| stale_since(&format!(r#"{{"at":"x","stale_since":{since}}}"#));
        let time = Some("2026-11-21T15:04:05.123Z".to_owned());
        assert_eq!(said(r#""2026-11-21T15:04:05.123Z""#), time);
        assert_eq!(said(r#""2026-11-21T16:04:05.123+01:00""#), time);
        for other in ["null", "7", r#""long ago""#, r#""x\"}"#, r#""9999-12-31T23:59:59-05:00""#] {
            assert_eq!(said(other), None, "{other}");
        }
    }

    #[test]
    fn g3_a_cursor_is_a_word_and_a_number() {
        assert_eq!(place(Some("5f2c91.42")), Some(("5f2c91", 42)));
        for other in [
            "42",
            ".42",
            "e.-1",
            "e.x",
            "e.stop",
            "e.m3-4",
            "a\rb.4",
            "a b.4",
            "e.9223372036854775807",
        ] {
            assert_eq!(place(Some(other)), None, "{other:?}");
        }
    }
}
