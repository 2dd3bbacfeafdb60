//! Every frame that is not a stored message: `hello`, `live`, `heartbeat`, `bye` and snapshots.
//!
//! A control frame has a name, so it never reaches a client's `onmessage`. All are blocks without
//! a transfer coding; each sink applies its own.

use bytes::{BufMut, BytesMut};
use chrono::Utc;
use serde_json::json;

use crate::domain::time;
use crate::domain::topic::{Seq, StreamId, Topic};
use crate::stream::close_reason::CloseReason;
use crate::stream::cursor;
use crate::stream::frame::{put_data, put_id};
use crate::stream::settings::StreamSettings;

/// Comment bytes for proxies that hold back the first 2 KiB.
const PADDING_BYTES: usize = 2048;

/// Fields of a `hello`, the first frame of a stream.
pub struct Hello<'a> {
    /// Its connection's number; a rejected stream and a replay have none.
    pub connection: Option<u64>,
    /// How many times faster than it happened a replay runs; only replays have one.
    pub speed: Option<f64>,
    pub retry_ms: u32,
    /// The cursor that the stream resumes from.
    pub cursor: Option<&'a str>,
}

impl Hello<'_> {
    /// `event: hello`, with the client's reconnection delay.
    pub fn encode(&self, settings: &StreamSettings) -> BytesMut {
        let connection =
            self.connection.map_or_else(|| "null".to_owned(), |number| format!(r#""c-{number}""#));
        let speed = self.speed.map(|speed| format!(r#","speed":{speed}"#)).unwrap_or_default();
        let json = format!(
            r#"{{"connection":{connection},"heartbeat_ms":{},"at":"{}"{speed}}}"#,
            settings.heartbeat_seconds * 1000,
            now_rfc3339()
        );
        control_frame("hello", Some(self.retry_ms), &json, self.cursor)
    }
}

/// A comment that fills the buffers of proxies which hold back a response's first bytes.
pub fn padding() -> String {
    format!(":{}\n\n", " ".repeat(PADDING_BYTES))
}

/// `event: live`: everything published before the stream was opened has been sent.
pub fn live(replayed_messages: u64, cursor: Option<&str>) -> BytesMut {
    control_frame("live", None, &format!(r#"{{"replayed":{replayed_messages}}}"#), cursor)
}

/// `event: heartbeat`; `stale_since` is set while the node can't read the log.
pub fn heartbeat(stale_since: Option<&str>, cursor: &str) -> BytesMut {
    let stale = stale_since.map(|since| format!(r#","stale_since":"{since}""#)).unwrap_or_default();
    let json = format!(r#"{{"at":"{}"{stale}}}"#, now_rfc3339());
    control_frame("heartbeat", None, &json, Some(cursor))
}

/// `event: bye`, the last frame of a stream that its client may open again.
pub fn bye(reason: CloseReason, retry_ms: u32, cursor: Option<&str>) -> BytesMut {
    let json = format!(r#"{{"reason":"{}"}}"#, reason.as_str());
    control_frame("bye", Some(retry_ms), &json, cursor)
}

/// The `bye` of a replay that has sent its last message; its cursor tells the client to stop.
pub fn complete_bye(epoch: &str) -> BytesMut {
    let json = format!(r#"{{"reason":"{}"}}"#, CloseReason::Complete.as_str());
    control_frame("bye", None, &json, Some(&cursor::encode_stop(epoch)))
}

/// The `bye` of a stream that may not be opened again as it was.
///
/// It names the topics that were lost, and the cursor of the remaining streams, so that the client
/// can go on without the lost ones.
pub fn revoked_bye(
    epoch: &str,
    revoked: &[Topic],
    remaining: impl Iterator<Item = (StreamId, Seq)>,
) -> BytesMut {
    let mut data = json!({ "reason": CloseReason::AccessRevoked.as_str(), "topics": revoked });
    let mut remaining = remaining.peekable();
    if remaining.peek().is_some() {
        data["cursor"] = cursor::encode_multiple(epoch, remaining).into();
    }
    control_frame("bye", None, &data.to_string(), Some(&cursor::encode_stop(epoch)))
}

/// `hello` and `bye` of a stream that a limit or a drain rejects.
///
/// They go out in a 200: a browser's `EventSource` gives up for good on any other status.
pub fn rejection(settings: &StreamSettings, reason: CloseReason) -> BytesMut {
    let retry_ms = settings.retry_ms_after(reason);
    let hello = Hello { connection: None, speed: None, retry_ms, cursor: None };
    let mut block = hello.encode(settings);
    block.unsplit(bye(reason, retry_ms, None));
    block
}

/// A snapshot's JSON: `{"type":"snapshot","topic":…,"seq":42,"at":…,"reason":…,"data":{…}}`.
pub fn snapshot_envelope(topic: Topic, seq: Seq, at: &str, reason: &str, data: &str) -> String {
    format!(
        r#"{{"type":"snapshot","topic":"{topic}","seq":{seq},"at":"{at}","reason":"{reason}","data":{data}}}"#
    )
}

/// A snapshot's frame, unnamed like a message's; without a cursor the client keeps the one it has.
pub fn snapshot(envelope: &str, cursor: Option<&str>) -> BytesMut {
    let mut block = BytesMut::with_capacity(envelope.len() + 96);
    put_data(&mut block, envelope);
    put_id_if_any(&mut block, cursor);
    block
}

/// The server's clock as it is written everywhere: RFC 3339, UTC, milliseconds.
pub fn now_rfc3339() -> String {
    time::format(Utc::now())
}

fn control_frame(event: &str, retry_ms: Option<u32>, json: &str, cursor: Option<&str>) -> BytesMut {
    let mut block = BytesMut::with_capacity(json.len() + 96);
    block.put_slice(b"event: ");
    block.put_slice(event.as_bytes());
    block.put_u8(b'\n');
    if let Some(retry_ms) = retry_ms {
        block.put_slice(format!("retry: {retry_ms}\n").as_bytes());
    }
    put_data(&mut block, json);
    put_id_if_any(&mut block, cursor);
    block
}

fn put_id_if_any(block: &mut BytesMut, cursor: Option<&str>) {
    match cursor {
        Some(cursor) => put_id(block, cursor),
        None => block.put_u8(b'\n'),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(block: BytesMut) -> String {
        String::from_utf8(block.to_vec()).unwrap()
    }

    #[test]
    fn control_frames_carry_retry_and_end_with_the_cursor() {
        let block = control_frame("hello", Some(2417), "{}", Some("e.1"));
        assert_eq!(text(block), "event: hello\nretry: 2417\ndata: {}\nid: e.1\n\n");
        let block = control_frame("hello", None, "{}", None);
        assert_eq!(text(block), "event: hello\ndata: {}\n\n");
    }

    #[test]
    fn g7_a_revoked_subscriber_gets_the_lost_topics_and_a_cursor_for_the_rest() {
        let (team, game) = (StreamId::Team(7), StreamId::Match(3));
        let block = revoked_bye("5f2c91", &[team.topic()], [(game, 7)].into_iter());
        assert_eq!(
            text(block),
            "event: bye\ndata: {\"cursor\":\"5f2c91.m3-7\",\"reason\":\"access_revoked\",\
             \"topics\":[\"team_7\"]}\nid: 5f2c91.stop\n\n"
        );
        let block = revoked_bye("5f2c91", &[team.topic(), game.topic()], [].into_iter());
        assert_eq!(
            text(block),
            "event: bye\ndata: {\"reason\":\"access_revoked\",\
             \"topics\":[\"team_7\",\"match_3\"]}\nid: 5f2c91.stop\n\n"
        );
    }

    #[test]
    fn byes_say_why_and_whether_to_come_back() {
        let block = bye(CloseReason::Draining, 900, Some("e.7"));
        assert_eq!(
            text(block),
            "event: bye\nretry: 900\ndata: {\"reason\":\"draining\"}\nid: e.7\n\n"
        );
        let block = complete_bye("e");
        assert_eq!(text(block), "event: bye\ndata: {\"reason\":\"complete\"}\nid: e.stop\n\n");
    }
}
