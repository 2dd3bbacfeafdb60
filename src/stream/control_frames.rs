//! Every frame that is not a stored message: `hello`, `live`, `heartbeat`, `bye` and snapshots.
//!
//! A control frame has a name, so it never reaches a client's `onmessage`. All are blocks without
//! a transfer coding; each sink applies its own.

use bytes::{BufMut, BytesMut};
use chrono::Utc;
use serde_json::json;

use crate::domain::topic::{Seq, Topic};
use crate::domain::{message, time};
use crate::stream::close_reason::CloseReason;
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
            r#"{{"connection":{connection},"heartbeat_ms":{},"retry_ms":{},"at":"{}"{speed}}}"#,
            settings.heartbeat_seconds * 1000,
            self.retry_ms,
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

/// `event: bye`, the last frame of a stream; its cursor says from where, or whether, to come back.
pub fn bye(reason: CloseReason, retry_ms: u32, cursor: Option<&str>) -> BytesMut {
    let json = format!(r#"{{"reason":"{}","retry_ms":{retry_ms}}}"#, reason.as_str());
    control_frame("bye", Some(retry_ms), &json, cursor)
}

/// The `bye` of a stream of which these topics may no longer be read. The cursor stops them, so that
/// the client can come back for the others with the same request.
pub fn revoked_bye(retry_ms: u32, revoked: &[Topic], cursor: Option<&str>) -> BytesMut {
    let reason = CloseReason::AccessRevoked.as_str();
    let data = json!({ "reason": reason, "retry_ms": retry_ms, "topics": revoked });
    control_frame("bye", Some(retry_ms), &data.to_string(), cursor)
}

/// `hello` and `bye` of a stream that a limit or a drain rejects. `cursor` is the request's own, for
/// clients that forget theirs at a frame without an id.
///
/// They go out in a 200: a browser's `EventSource` gives up for good on any other status.
pub fn rejection(settings: &StreamSettings, reason: CloseReason, cursor: Option<&str>) -> BytesMut {
    let retry_ms = settings.retry_ms_after(reason);
    let mut block = Hello { connection: None, speed: None, retry_ms, cursor }.encode(settings);
    block.unsplit(bye(reason, retry_ms, cursor));
    block
}

/// `hello` and `bye` of a stream whose request is wrong; `stop_cursor` stops all its topics.
pub fn bad_request(settings: &StreamSettings, detail: &str, stop_cursor: &str) -> BytesMut {
    let reason = CloseReason::BadRequest;
    let retry_ms = settings.retry_ms_after(reason);
    let cursor = Some(stop_cursor);
    let mut block = Hello { connection: None, speed: None, retry_ms, cursor }.encode(settings);
    let data = json!({ "reason": reason.as_str(), "retry_ms": retry_ms, "detail": detail });
    let json = message::escape_line_breaks(data.to_string());
    block.unsplit(control_frame("bye", Some(retry_ms), &json, cursor));
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
    use crate::domain::topic::StreamId;

    fn text(block: BytesMut) -> String {
        String::from_utf8(block.to_vec()).unwrap()
    }

    #[test]
    fn control_frames_carry_retry_and_end_with_the_cursor() {
        let block = control_frame("hello", Some(2417), "{}", Some("e.m3-1"));
        assert_eq!(text(block), "event: hello\nretry: 2417\ndata: {}\nid: e.m3-1\n\n");
        let block = control_frame("hello", None, "{}", None);
        assert_eq!(text(block), "event: hello\ndata: {}\n\n");
    }

    #[test]
    fn g7_a_revoked_subscriber_gets_the_lost_topics_and_a_cursor_for_the_rest() {
        let team = StreamId::Team(7).topic();
        let block = revoked_bye(900, &[team], Some("5f2c91.t7-stop.m3-7"));
        assert_eq!(
            text(block),
            "event: bye\nretry: 900\ndata: {\"reason\":\"access_revoked\",\"retry_ms\":900,\
             \"topics\":[\"team_7\"]}\nid: 5f2c91.t7-stop.m3-7\n\n"
        );
    }

    #[test]
    fn g10_a_bad_request_can_not_break_out_of_its_frame() {
        let settings = StreamSettings {
            heartbeat_seconds: 15,
            lifetime_seconds: 0,
            retry_min_ms: 1000,
            retry_max_ms: 1000,
            ring_messages: 1,
            ring_bytes: 1,
            replay_max: 1,
            replay_page: 1,
        };
        let block = text(bad_request(&settings, "types: a\n\u{85}\u{2028}id: 7", "e.m3-stop"));
        let (hello, bye) = block.split_once("\n\n").unwrap();
        assert!(hello.ends_with("\nid: e.m3-stop"), "{hello}");
        assert_eq!(
            bye,
            "event: bye\nretry: 86400000\ndata: {\"detail\":\"types: a\\n\\u0085\\u2028id: 7\",\
             \"reason\":\"bad_request\",\"retry_ms\":86400000}\nid: e.m3-stop\n\n"
        );
    }

    #[test]
    fn byes_say_why_and_whether_to_come_back() {
        let block = bye(CloseReason::Draining, 900, Some("e.m3-7"));
        assert_eq!(
            text(block),
            "event: bye\nretry: 900\ndata: {\"reason\":\"draining\",\"retry_ms\":900}\nid: e.m3-7\n\n"
        );
        let block = bye(CloseReason::Draining, 900, None);
        assert!(text(block).ends_with("}\n\n"), "the client keeps its cursor");
    }
}
