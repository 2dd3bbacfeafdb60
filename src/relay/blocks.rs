//! An event stream's bytes, cut into whole blocks: what is cut short is never handed on.

use bytes::Bytes;
use bytes::BytesMut;

/// A block that is longer than this is nothing that a node would send.
const LONGEST: usize = 32 * 1024 * 1024;

/// Takes bytes in whatever pieces, gives blocks with the empty line that ends them.
#[derive(Debug, Default)]
pub struct Blocks {
    bytes: BytesMut,
    /// Up to here there is no end of a block.
    seen: usize,
}

/// The fields of one block.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Block<'a> {
    pub event: &'a str,
    pub data: &'a str,
    pub id: Option<&'a str>,
}

impl Blocks {
    /// Adds what has come; `false` where this can't be an event stream of ours.
    pub fn feed(&mut self, bytes: &[u8]) -> bool {
        self.bytes.extend_from_slice(bytes);
        self.bytes.len() <= LONGEST
    }

    /// The next whole block.
    pub fn next(&mut self) -> Option<Bytes> {
        let from = self.seen.saturating_sub(1);
        let found = self.bytes[from..].windows(2).position(|two| two == b"\n\n");
        let Some(at) = found else {
            self.seen = self.bytes.len();
            return None;
        };
        self.seen = 0;
        Some(self.bytes.split_to(from + at + 2).freeze())
    }
}

impl<'a> Block<'a> {
    /// Reads the fields; `None` for a comment, and for what is no text.
    pub fn read(bytes: &'a [u8]) -> Option<Self> {
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

    const SENT: &str = ": \n\nevent: hello\nretry: 1\ndata: {}\n\ndata: {\"a\":1}\nid: e.1\n\ndata";

    #[test]
    fn blocks_are_whole_whatever_the_pieces() {
        for size in 1..SENT.len() {
            let mut blocks = Blocks::default();
            let mut got = Vec::new();
            for piece in SENT.as_bytes().chunks(size) {
                assert!(blocks.feed(piece));
                while let Some(block) = blocks.next() {
                    got.push(String::from_utf8(block.to_vec()).unwrap());
                }
            }
            assert_eq!(got.concat() + "data", SENT, "in pieces of {size}");
            assert_eq!(got.len(), 3, "in pieces of {size}");
        }
    }

    #[test]
    fn fields_are_read() {
        let read = Block::read(b"event: bye\nretry: 7\ndata: {\"reason\":\"x\"}\nid: e.stop\n\n");
        let data = "{\"reason\":\"x\"}";
        assert_eq!(read, Some(Block { event: "bye", data, id: Some("e.stop") }));
        assert_eq!(Block::read(b":   \n\n"), None);
    }
}
