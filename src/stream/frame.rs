//! Stored messages as bytes, encoded once and shared by all subscribers.
//!
//! No line break can get in: `data` is one line of JSON, which escapes every control character,
//! and a cursor is made of letters and digits. `id` is the last line, so that a client which
//! dispatches a frame that was cut short has not moved its cursor (WHATWG HTML 9.2.6).

use std::sync::Arc;

use bytes::{BufMut, Bytes, BytesMut};

use crate::domain::message::StoredMessage;
use crate::domain::topic::{Channel, Seq, StreamId};
use crate::stream::cursor;

/// One encoded message; a clone copies no bytes.
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
    /// Offset of the block in `chunk`.
    block_start: usize,
    /// Bytes of the block's `data: …\n`.
    data_len: usize,
}

/// The transfer coding of a stream's body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TransferCoding {
    /// HTTP/1.1: chunked, so that a client can tell an end from a cut.
    Chunked,
    /// HTTP/1.0: none; the body ends with the connection.
    Plain,
}

impl Frame {
    /// Encodes a message as `data: {…}\nid: 5f2c91.m3-42\n\n`, in one chunk.
    pub fn encode(epoch: &str, stream: StreamId, message: &StoredMessage) -> Self {
        let mut block = BytesMut::with_capacity(message.envelope.len() + 48);
        put_data(&mut block, &message.envelope);
        let data_len = block.len();
        put_id(&mut block, &cursor::encode_topic(epoch, stream.topic(), message.seq));
        let chunk = TransferCoding::Chunked.encode(&block);
        let block_start = chunk.len() - block.len() - 2;
        Self(Arc::new(EncodedMessage {
            seq: message.seq,
            channel: message.channel,
            message_type: message.message_type.as_str().into(),
            label: message.label.as_deref().map(Into::into),
            appended_at_ms: message.appended_at_ms,
            chunk,
            block_start,
            data_len,
        }))
    }

    /// The message's number in its stream.
    pub fn seq(&self) -> Seq {
        self.0.seq
    }

    /// The part of its stream that the message belongs to, if any.
    pub fn channel(&self) -> Option<Channel> {
        self.0.channel
    }

    /// When the message was appended, in milliseconds since 1970.
    pub fn appended_at_ms(&self) -> i64 {
        self.0.appended_at_ms
    }

    /// Whether `name` is the message's type, or the kind of its incident.
    pub fn has_type_or_label(&self, name: &str) -> bool {
        &*self.0.message_type == name || self.0.label.as_deref() == Some(name)
    }

    /// The whole frame as one chunk, for subscribers of this one stream.
    pub fn chunk(&self) -> &Bytes {
        &self.0.chunk
    }

    /// The whole frame without a transfer coding.
    pub fn block(&self) -> Bytes {
        self.0.chunk.slice(self.0.block_start..self.0.chunk.len() - 2)
    }

    /// The `data: …\n` line alone, for subscribers with a cursor of their own.
    pub fn data_line(&self) -> &[u8] {
        &self.0.chunk[self.0.block_start..self.0.block_start + self.0.data_len]
    }

    /// The envelope's JSON text.
    pub fn envelope(&self) -> &[u8] {
        let line = self.data_line();
        &line[b"data: ".len()..line.len() - 1]
    }

    /// Bytes of the frame on the wire, chunked coding included.
    pub fn wire_len(&self) -> usize {
        self.0.chunk.len()
    }
}

impl TransferCoding {
    /// The bytes that end a body: the last chunk, or none where the connection ends it.
    pub fn terminator(self) -> &'static [u8] {
        match self {
            Self::Chunked => b"0\r\n\r\n",
            Self::Plain => b"",
        }
    }

    /// A block in this coding.
    pub fn encode(self, block: &[u8]) -> Bytes {
        match self {
            // An empty chunk would end the body.
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

/// Appends `data: …\n`; the text must be one line of JSON.
pub fn put_data(block: &mut BytesMut, json: &str) {
    debug_assert!(!json.bytes().any(|byte| byte == b'\n' || byte == b'\r'));
    block.put_slice(b"data: ");
    block.put_slice(json.as_bytes());
    block.put_u8(b'\n');
}

/// Appends `id: …\n\n`: the last line of a frame, and its end.
pub fn put_id(block: &mut BytesMut, cursor: &str) {
    block.put_slice(b"id: ");
    block.put_slice(cursor.as_bytes());
    block.put_slice(b"\n\n");
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
        let frame = Frame::encode("5f2c91", StreamId::Match(3), &message(r#"{"seq":42}"#));
        assert_eq!(&frame.block()[..], b"data: {\"seq\":42}\nid: 5f2c91.m3-42\n\n");
        assert_eq!(&frame.chunk()[..], b"23\r\ndata: {\"seq\":42}\nid: 5f2c91.m3-42\n\n\r\n");
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
            let block = Frame::encode("e", StreamId::Match(3), &message(&json)).block();
            let lines: Vec<_> = block.split(|byte| *byte == b'\n' || *byte == b'\r').collect();
            assert_eq!(lines.len(), 4, "{name:?}");
            assert!(lines[0].starts_with(b"data: {") && lines[1] == b"id: e.m3-42", "{name:?}");
        }
    }
}
