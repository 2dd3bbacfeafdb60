//! Parses the upstream's messages and responses; envelopes keep their exact bytes.

use std::sync::Arc;

use serde::de::Error;
use serde::{Deserialize, Deserializer};
use serde_json::Value;
use serde_json::value::RawValue;

use crate::domain::message::StoredMessage;
use crate::domain::topic::{Seq, StreamId, Topic};
use crate::domain::{message, number, time};
use crate::relay::error::{UpstreamError, UpstreamResult};
use crate::store::Snapshot;
use crate::stream::cursor::Cursor;
use crate::stream::frame::Frame;
use crate::stream::frame_page::FramePage;
use crate::stream::source::EpochSnapshot;

/// The envelope of a message or snapshot.
#[derive(Debug, Deserialize)]
struct UpstreamEnvelope {
    #[serde(rename = "type")]
    message_type: String,
    topic: String,
    #[serde(deserialize_with = "parse_seq")]
    seq: Seq,
    at: String,
    data: Value,
}

/// A message, or a snapshot after which the stream continues.
#[derive(Debug)]
pub enum UpstreamMessage {
    Message(Frame),
    Snapshot { seq: Seq },
}

/// A page of the stored log.
#[derive(Debug, Deserialize)]
struct HistoryResponse<'a> {
    #[serde(borrow)]
    items: Vec<&'a RawValue>,
}

/// Response to a long-poll.
#[derive(Debug, Deserialize)]
struct PollResponse<'a> {
    cursor: Option<String>,
    #[serde(borrow)]
    messages: Vec<&'a RawValue>,
}

/// Parses a sequence number within the same range as local ones, so that arithmetic can't overflow.
fn parse_seq<'de, D: Deserializer<'de>>(from: D) -> Result<Seq, D::Error> {
    let seq = Seq::deserialize(from)?;
    if (0..=number::MAX_INTEGER).contains(&seq) {
        Ok(seq)
    } else {
        Err(D::Error::custom("out of range"))
    }
}

/// Parses a `data` line of a stream. It is forwarded unchanged, so it must be one line.
pub fn parse_message(epoch: &str, stream: StreamId, text: &str) -> UpstreamResult<UpstreamMessage> {
    if text.contains(char::is_control) {
        return Err(UpstreamError::InvalidAnswer("line"));
    }
    let envelope: UpstreamEnvelope =
        serde_json::from_str(text).map_err(|_| UpstreamError::InvalidAnswer("message"))?;
    if envelope.message_type == "snapshot" {
        return Ok(UpstreamMessage::Snapshot { seq: envelope.seq });
    }
    to_stored_message(stream, envelope, text)
        .map(|message| UpstreamMessage::Message(Frame::encode(epoch, stream, &message)))
}

fn to_stored_message(
    stream: StreamId,
    envelope: UpstreamEnvelope,
    text: &str,
) -> UpstreamResult<StoredMessage> {
    let topic: Topic = envelope.topic.parse().map_err(|_| UpstreamError::InvalidAnswer("topic"))?;
    if topic.stream != stream {
        return Err(UpstreamError::InvalidAnswer("topic"));
    }
    let at = time::parse(&envelope.at).ok_or(UpstreamError::InvalidAnswer("time"))?;
    if envelope.seq == 0 {
        return Err(UpstreamError::InvalidAnswer("seq"));
    }
    Ok(StoredMessage {
        seq: envelope.seq,
        channel: topic.channel,
        label: message::label_in(&envelope.message_type, &envelope.data),
        message_type: envelope.message_type,
        envelope: text.to_owned(),
        appended_at_ms: at.timestamp_millis(),
    })
}

/// Parses a page of history after `after`; rejects a page with a gap.
pub fn parse_history(
    epoch: &Arc<str>,
    stream: StreamId,
    after: Seq,
    bytes: &[u8],
) -> UpstreamResult<FramePage> {
    let history: HistoryResponse<'_> =
        serde_json::from_slice(bytes).map_err(|_| UpstreamError::InvalidAnswer("history"))?;
    let mut frames: Vec<Frame> = Vec::with_capacity(history.items.len());
    for item in history.items {
        let UpstreamMessage::Message(frame) = parse_message(epoch, stream, item.get())? else {
            return Err(UpstreamError::InvalidAnswer("history"));
        };
        let expected = frames.last().map_or(frame.seq(), |last| last.seq() + 1);
        if frame.seq() != expected {
            return Err(UpstreamError::Gap { stream, seq: frame.seq() });
        }
        frames.push(frame);
    }
    let head = frames.last().map_or(after, Frame::seq);
    let pruned = frames.first().map_or(0, |first| first.seq() - 1);
    let pruned = if pruned > after { pruned } else { 0 };
    Ok(FramePage { epoch: Arc::clone(epoch), frames, head_seq: head, pruned_seq: pruned })
}

/// Parses the snapshot that a poll without a cursor returns, with its epoch.
pub fn parse_snapshot(topic: Topic, bytes: &[u8]) -> UpstreamResult<Option<EpochSnapshot>> {
    let response: PollResponse<'_> =
        serde_json::from_slice(bytes).map_err(|_| UpstreamError::InvalidAnswer("snapshot"))?;
    let Some(first) = response.messages.first() else { return Ok(None) };
    let UpstreamEnvelope { message_type, seq, data, .. } =
        serde_json::from_str(first.get()).map_err(|_| UpstreamError::InvalidAnswer("snapshot"))?;
    let (epoch, _) = parse_cursor(response.cursor.as_deref(), topic)
        .ok_or(UpstreamError::InvalidAnswer("cursor"))?;
    let is_snapshot = message_type == "snapshot";
    is_snapshot
        .then_some(Some((epoch, Snapshot { seq, data })))
        .ok_or(UpstreamError::InvalidAnswer("state"))
}

/// Parses the epoch and head from a poll without messages.
pub fn parse_head(stream: StreamId, bytes: &[u8]) -> UpstreamResult<(Arc<str>, Seq)> {
    let response: PollResponse<'_> =
        serde_json::from_slice(bytes).map_err(|_| UpstreamError::InvalidAnswer("head"))?;
    parse_cursor(response.cursor.as_deref(), stream.topic())
        .ok_or(UpstreamError::InvalidAnswer("cursor"))
}

/// Since when the upstream reports in a heartbeat that it is stale.
pub fn parse_stale_since(heartbeat: &str) -> Option<String> {
    let data: Value = serde_json::from_str(heartbeat).ok()?;
    time::parse(data["stale_since"].as_str()?).map(time::format)
}

/// The heartbeat interval from the upstream's hello: 1 ms to 10 min.
pub fn parse_heartbeat_ms(hello: &str) -> Option<u64> {
    let data: Value = serde_json::from_str(hello).ok()?;
    data["heartbeat_ms"].as_u64().filter(|ms| (1..=600_000).contains(ms))
}

/// Parses a cursor of this topic: its epoch, and the seq up to which all of the topic was sent.
pub fn parse_cursor(cursor: Option<&str>, topic: Topic) -> Option<(Arc<str>, Seq)> {
    let cursor = Cursor::parse(cursor?)?;
    let (lowest, _) = cursor.seq_range(topic)?;
    Some((cursor.epoch().into(), lowest))
}

#[cfg(test)]
mod tests {
    use super::*;

    const MESSAGE_JSON: &str = r#"{"type":"note","topic":"match_3","seq":2,"at":"2026-11-21T15:04:05.123Z","data":{"text":"a"}}"#;

    #[test]
    fn g10_a_message_must_match_its_stream_and_be_one_line() {
        let is_accepted = |stream, text: &str| parse_message("e", stream, text).is_ok();
        assert!(is_accepted(StreamId::Match(3), MESSAGE_JSON));
        assert!(!is_accepted(StreamId::Match(4), MESSAGE_JSON), "another stream's");
        for whitespace in ["\n", "\r", "\t"] {
            // Still valid JSON; forwarded as it is, it would be several lines of a stream.
            let text = MESSAGE_JSON.replacen(',', &format!(",{whitespace}"), 1);
            assert!(!is_accepted(StreamId::Match(3), &text), "{whitespace:?}");
        }
        for (valid, invalid) in [
            (r#""seq":2"#, r#""seq":0"#),
            (r#""seq":2"#, r#""seq":-1"#),
            (r#""seq":2"#, r#""seq":9007199254740992"#),
            (r#""seq":2"#, r#""seq":9223372036854775807"#),
            (r#""seq":2"#, r#""seq":-9223372036854775808"#),
            ("2026-11-21T15:04:05.123Z", "+10000-01-01T00:00:00.000Z"),
            ("2026-11-21T15:04:05.123Z", "9999-12-31T23:59:59-05:00"),
        ] {
            assert!(
                !is_accepted(StreamId::Match(3), &MESSAGE_JSON.replace(valid, invalid)),
                "{invalid}"
            );
        }
        let page = format!(r#"{{"items":[{MESSAGE_JSON}],"next":null}}"#);
        let last_seq = |after, text: &str| parsed_page(after, text).map(|page| page.last_seq());
        assert_eq!(last_seq(1, &page).unwrap(), Some(2));
        assert!(
            last_seq(1, &page.replace("],", &format!(",{MESSAGE_JSON}],"))).is_err(),
            "2 twice"
        );
        assert!(last_seq(1, &page.replace(r#""seq":2,"#, "\n\"seq\":2,")).is_err(), "two lines");
    }

    fn parsed_page(after: Seq, text: &str) -> UpstreamResult<FramePage> {
        parse_history(&"e".into(), StreamId::Match(3), after, text.as_bytes())
    }

    #[test]
    fn g8_stale_since_is_parsed_as_a_time_or_ignored() {
        let parsed =
            |since: &str| parse_stale_since(&format!(r#"{{"at":"x","stale_since":{since}}}"#));
        let time = Some("2026-11-21T15:04:05.123Z".to_owned());
        assert_eq!(parsed(r#""2026-11-21T15:04:05.123Z""#), time);
        assert_eq!(parsed(r#""2026-11-21T16:04:05.123+01:00""#), time);
        for invalid in ["null", "7", r#""long ago""#, r#""x\"}"#, r#""9999-12-31T23:59:59-05:00""#]
        {
            assert_eq!(parsed(invalid), None, "{invalid}");
        }
    }

    #[test]
    fn g3_a_cursor_of_the_upstream_is_one_of_the_topic() {
        let parsed = |text| parse_cursor(Some(text), StreamId::Match(3).topic());
        assert_eq!(parsed("5f2c91.m3-42"), Some(("5f2c91".into(), 42)));
        let unusable =
            ["42", "e.42", "e.m3-stop", "e.m4-4", "a\rb.m3-4", "e.m3-9223372036854775807"];
        for text in unusable {
            assert_eq!(parsed(text), None, "{text:?}");
        }
        let event = StreamId::Event(1).topic();
        assert_eq!(parse_cursor(Some("e.e1-7"), event), Some(("e".into(), 7)));
        assert_eq!(parse_cursor(Some("e.e1r-7"), event), None);
    }
}
