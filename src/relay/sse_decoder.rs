//! Splits the bytes of an event stream into complete blocks; incomplete ones are withheld.

use bytes::{Bytes, BytesMut};

/// Longer than any block that a node sends.
const MAX_BLOCK_BYTES: usize = 32 * 1024 * 1024;

/// Takes bytes in chunks of any size, and returns blocks including their final empty line.
#[derive(Debug, Default)]
pub struct SseDecoder {
    buffer: BytesMut,
    /// No block ends before this offset.
    scanned_to: usize,
}

/// The fields of one block.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct SseFields<'a> {
    pub event: &'a str,
    pub data: &'a str,
    pub id: Option<&'a str>,
}

impl SseDecoder {
    /// Appends a chunk; `false` if the buffered block exceeds [`MAX_BLOCK_BYTES`].
    pub fn push_bytes(&mut self, bytes: &[u8]) -> bool {
        self.buffer.extend_from_slice(bytes);
        self.buffer.len() <= MAX_BLOCK_BYTES
    }

    /// Returns the next complete block.
    pub fn next_block(&mut self) -> Option<Bytes> {
        let from = self.scanned_to.saturating_sub(1);
        let block_end = self.buffer[from..].windows(2).position(|pair| pair == b"\n\n");
        let Some(position) = block_end else {
            self.scanned_to = self.buffer.len();
            return None;
        };
        self.scanned_to = 0;
        Some(self.buffer.split_to(from + position + 2).freeze())
    }
}

impl<'a> SseFields<'a> {
    /// Parses a block; `None` for a comment, and for invalid UTF-8.
    pub fn parse(bytes: &'a [u8]) -> Option<Self> {
        let text = std::str::from_utf8(bytes).ok()?;
        let mut block = Self::default();
        for line in text.lines() {
            let (name, value) = line.split_once(':').unwrap_or((line, ""));
            let value = value.strip_prefix(' ').unwrap_or(value);
            match name {
                "event" => block.event = value,
                "data" => block.data = value,
                "id" => block.id = Some(value),
                _ => {}
            }
        }
        (!block.data.is_empty()).then_some(block)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const EVENT_STREAM: &str =
        ": \n\nevent: hello\nretry: 1\ndata: {}\n\ndata: {\"a\":1}\nid: e.1\n\ndata";

    #[test]
    fn blocks_are_whole_however_the_bytes_are_split() {
        for size in 1..EVENT_STREAM.len() {
            let mut decoder = SseDecoder::default();
            let mut blocks = Vec::new();
            for chunk in EVENT_STREAM.as_bytes().chunks(size) {
                assert!(decoder.push_bytes(chunk));
                while let Some(block) = decoder.next_block() {
                    blocks.push(String::from_utf8(block.to_vec()).unwrap());
                }
            }
            assert_eq!(blocks.concat() + "data", EVENT_STREAM, "in pieces of {size}");
            assert_eq!(blocks.len(), 3, "in pieces of {size}");
        }
    }

    #[test]
    fn fields_are_parsed() {
        let fields =
            SseFields::parse(b"event: bye\nretry: 7\ndata: {\"reason\":\"x\"}\nid: e.stop\n\n");
        let data = "{\"reason\":\"x\"}";
        assert_eq!(fields, Some(SseFields { event: "bye", data, id: Some("e.stop") }));
        assert_eq!(SseFields::parse(b":   \n\n"), None);
    }
}
