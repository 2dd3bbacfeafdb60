//! A message as bytes, encoded once and shared by all its readers; and the control frames.
//!
//! Line breaks can't get in: `data` is one line of JSON, which escapes every control character,
//! and a cursor is made of letters and digits. `id` stands last, so that a client that hands on a
//! frame cut short has not moved its cursor (WHATWG HTML 9.2.6).

use std::sync::Arc;

use bytes::{BufMut, Bytes, BytesMut};
use chrono::{DateTime, Utc};

use crate::domain::message::StoredMessage;
use crate::domain::time;
use crate::domain::topic::{Channel, Seq};

/// One message; a clone copies no bytes.
#[derive(Clone, Debug)]
pub struct Frame(Arc<EncodedMessage>);

#[derive(Debug)]
struct EncodedMessage {
    seq: Seq,
    channel: Option<Channel>,
    message_type: Box<str>,
    label: Option<Box<str>>,
    appended_at_ms: i64,
    /// The block inside one chunk of HTTP/1.1's chunked coding (RFC 9112, 7.1).
    chunk: Bytes,
    /// Where the block begins in `chunk`, and how long its `data: …\n` is.
    block_start: usize,
    data_len: usize,
}

/// The transfer coding of a stream's body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TransferCoding {
    /// HTTP/1.1: chunked, so that an end is told from a cut.
    Chunked,
    /// HTTP/1.0: none. The body ends with the connection.
    Plain,
}

impl Frame {
    /// `data: {…}\nid: 5f2c91.42\n\n`
    pub fn encode(epoch: &str, message: &StoredMessage) -> Self {
        let mut block = BytesMut::with_capacity(message.envelope.len() + 48);
        put_data(&mut block, &message.envelope);
        let data_length = block.len();
        put_id(&mut block, &crate::stream::cursor::encode_single(epoch, message.seq));
        let chunk = TransferCoding::Chunked.encode(&block);
        let block_at = chunk.len() - block.len() - 2;
        Self(Arc::new(EncodedMessage {
            seq: message.seq,
            channel: message.channel,
            message_type: message.message_type.as_str().into(),
            label: message.label.as_deref().map(Into::into),
            appended_at_ms: message.appended_at_ms,
            chunk,
            block_start: block_at,
            data_len: data_length,
        }))
    }

    pub fn seq(&self) -> Seq {
        self.0.seq
    }

    pub fn channel(&self) -> Option<Channel> {
        self.0.channel
    }

    /// When the message was appended, in milliseconds since 1970.
    pub fn appended_at_ms(&self) -> i64 {
        self.0.appended_at_ms
    }

    /// Whether its type, or its incident's kind, is `name`.
    pub fn has_type_or_label(&self, name: &str) -> bool {
        &*self.0.message_type == name || self.0.label.as_deref() == Some(name)
    }

    /// The whole frame as one chunk, for readers of this one stream.
    pub fn chunk(&self) -> &Bytes {
        &self.0.chunk
    }

    /// The whole frame without a transfer coding.
    pub fn block(&self) -> Bytes {
        self.0.chunk.slice(self.0.block_start..self.0.chunk.len() - 2)
    }

    /// The `data: …\n` line alone, for readers whose cursor is their own.
    pub fn data_line(&self) -> &[u8] {
        &self.0.chunk[self.0.block_start..self.0.block_start + self.0.data_len]
    }

    /// The envelope's JSON text.
    pub fn envelope(&self) -> &[u8] {
        let line = self.data_line();
        &line[b"data: ".len()..line.len() - 1]
    }

    /// Bytes it takes on the wire.
    pub fn wire_len(&self) -> usize {
        self.0.chunk.len()
    }
}

impl TransferCoding {
    /// What ends a body: the last chunk, or nothing but the closing of the connection.
    pub fn terminator(self) -> &'static [u8] {
        match self {
            Self::Chunked => b"0\r\n\r\n",
            Self::Plain => b"",
        }
    }

    pub fn encode(self, block: &[u8]) -> Bytes {
        match self {
            // As a chunk it would be the end of the body.
            _ if block.is_empty() => Bytes::new(),
            Self::Plain => Bytes::copy_from_slice(block),
            Self::Chunked => {
                let mut chunk = BytesMut::with_capacity(block.len() + 12);
                chunk.put_slice(format!("{:x}\r\n", block.len()).as_bytes());
                chunk.put_slice(block);
                chunk.put_slice(b"\r\n");
                chunk.freeze()
            }
        }
    }
}

/// `data: …\n`; the text must be one line of JSON.
pub fn put_data(block: &mut BytesMut, json: &str) {
    debug_assert!(!json.bytes().any(|byte| byte == b'\n' || byte == b'\r'));
    block.put_slice(b"data: ");
    block.put_slice(json.as_bytes());
    block.put_u8(b'\n');
}

/// `id: …\n\n`: the last line of a frame, and its end.
pub fn put_id(block: &mut BytesMut, cursor: &str) {
    block.put_slice(b"id: ");
    block.put_slice(cursor.as_bytes());
    block.put_slice(b"\n\n");
}

/// The end of a frame that may have no cursor.
pub fn put_id_if_any(block: &mut BytesMut, cursor: Option<&str>) {
    match cursor {
        Some(cursor) => put_id(block, cursor),
        None => block.put_u8(b'\n'),
    }
}

/// A named frame: `hello`, `live`, `heartbeat` or `bye`. Never reaches `onmessage`.
pub fn control_frame(
    event: &str,
    retry_ms: Option<u32>,
    json: &str,
    cursor: Option<&str>,
) -> BytesMut {
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

/// The server's clock as it is written everywhere: RFC 3339, UTC, milliseconds.
pub fn now_rfc3339() -> String {
    format_rfc3339(Utc::now())
}

/// A time as it is said everywhere.
pub fn format_rfc3339(at: DateTime<Utc>) -> String {
    time::text(at)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(envelope: &str) -> StoredMessage {
        StoredMessage {
            seq: 42,
            channel: None,
            message_type: "incident_added".into(),
            label: Some("goal".into()),
            envelope: envelope.into(),
            appended_at_ms: 0,
        }
    }

    #[test]
    fn a_frame_is_a_data_line_then_its_cursor() {
        let frame = Frame::encode("5f2c91", &message(r#"{"seq":42}"#));
        assert_eq!(&frame.block()[..], b"data: {\"seq\":42}\nid: 5f2c91.42\n\n");
        assert_eq!(&frame.chunk()[..], b"20\r\ndata: {\"seq\":42}\nid: 5f2c91.42\n\n\r\n");
        assert_eq!(frame.data_line(), b"data: {\"seq\":42}\n");
        assert_eq!(frame.envelope(), b"{\"seq\":42}");
        assert!(
            frame.has_type_or_label("goal")
                && frame.has_type_or_label("incident_added")
                && !frame.has_type_or_label("card")
        );
    }

    #[test]
    fn g10_hostile_text_adds_no_sse_lines() {
        for name in ["a\nid: 9", "a\r\ndata: x", "a\u{0}b", "\u{2028}", "data: x", "\u{feff}"] {
            let json = serde_json::json!({ "name": name }).to_string();
            let block = Frame::encode("e", &message(&json)).block();
            let lines: Vec<_> = block.split(|byte| *byte == b'\n' || *byte == b'\r').collect();
            assert_eq!(lines.len(), 4, "{name:?}");
            assert!(lines[0].starts_with(b"data: {") && lines[1] == b"id: e.42", "{name:?}");
        }
    }

    #[test]
    fn control_frames_carry_retry_and_end_with_the_cursor() {
        let block = control_frame("hello", Some(2417), "{}", Some("e.1"));
        assert_eq!(&block[..], b"event: hello\nretry: 2417\ndata: {}\nid: e.1\n\n");
        let block = control_frame("hello", None, "{}", None);
        assert_eq!(&block[..], b"event: hello\ndata: {}\n\n");
    }
}
