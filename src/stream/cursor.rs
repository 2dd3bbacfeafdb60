//! Cursors: the value of `Last-Event-ID`, a subscriber's positions as text.
//!
//! `<epoch>.<seq>` for one stream, `<epoch>.e1-42.m3-7` for several, `<epoch>.stop` for a client
//! that is to stop reconnecting. Only `A–Z a–z 0–9 . _ ~ -`, so that a cross-origin reconnect needs no
//! preflight. Clients treat it as opaque.

use std::fmt::Write;

use uuid::Uuid;

use crate::domain::number;
use crate::domain::topic::{Seq, StreamId};

/// A parsed cursor; whether it can be served is checked later.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cursor {
    /// A position in one stream: of this epoch, or typed by a person, without an epoch.
    Single(Seq),
    /// Positions in several streams.
    Multiple(Vec<(StreamId, Seq)>),
    /// Sent with the `bye` after which the client must not reconnect.
    Stop,
    /// Of another epoch, or not a cursor at all.
    Unknown,
}

impl Cursor {
    /// Parses a cursor; anything malformed is `Unknown`, never an error.
    pub fn parse(text: &str, epoch: &str) -> Self {
        if let Some(seq) = number::parse(text) {
            return Self::Single(seq);
        }
        let Some(positions) = text.strip_prefix(epoch).and_then(|rest| rest.strip_prefix('.'))
        else {
            return Self::Unknown;
        };
        if positions == "stop" {
            return Self::Stop;
        }
        if let Some(seq) = number::parse(positions) {
            return Self::Single(seq);
        }
        let streams: Option<Vec<_>> = positions.split('.').map(parse_stream_position).collect();
        match streams {
            Some(streams) if streams.len() <= MAX_STREAMS_PER_CURSOR => Self::Multiple(streams),
            _ => Self::Unknown,
        }
    }

    /// Its position in `stream`; `is_only_stream` says that no other stream was requested.
    pub fn position_in(&self, stream: StreamId, is_only_stream: bool) -> Option<Seq> {
        match self {
            Self::Single(seq) if is_only_stream => Some(*seq),
            Self::Multiple(positions) => {
                positions.iter().find(|(existing, _)| *existing == stream).map(|(_, seq)| *seq)
            }
            _ => None,
        }
    }
}

/// Streams in one cursor, as many as one connection may have topics.
pub const MAX_STREAMS_PER_CURSOR: usize = 32;

/// The cursor of one stream.
pub fn encode_single(epoch: &str, seq: Seq) -> String {
    format!("{epoch}.{seq}")
}

/// The cursor that tells a client to stop reconnecting.
pub fn encode_stop(epoch: &str) -> String {
    format!("{epoch}.stop")
}

/// The cursor of several streams.
pub fn encode_multiple(epoch: &str, positions: impl Iterator<Item = (StreamId, Seq)>) -> String {
    let mut text = epoch.to_owned();
    for (stream, seq) in positions {
        // Writing to a String can't fail.
        let _ = match stream {
            StreamId::Event(id) => write!(text, ".e{id}-{seq}"),
            StreamId::Team(id) => write!(text, ".t{id}-{seq}"),
            StreamId::Match(id) => write!(text, ".m{id}-{seq}"),
            StreamId::Purchase(id) => write!(text, ".p{}-{seq}", id.simple()),
        };
    }
    text
}

fn parse_stream_position(text: &str) -> Option<(StreamId, Seq)> {
    let (stream, seq) = text.split_once('-')?;
    let seq = number::parse(seq)?;
    if !stream.is_ascii() || stream.is_empty() {
        return None;
    }
    let (prefix, id) = stream.split_at(1);
    let stream = match prefix {
        "e" => StreamId::Event(number::parse_id(id)?),
        "t" => StreamId::Team(number::parse_id(id)?),
        "m" => StreamId::Match(number::parse_id(id)?),
        "p" => StreamId::Purchase(Uuid::try_parse(id).ok()?),
        _ => return None,
    };
    Some((stream, seq))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn g4_cursors_parse_or_are_unknown() {
        let uuid = Uuid::from_u128(0x67e5_5044_10b1_426f_9247_bb68_0e5f_e0c8);
        #[rustfmt::skip]
        let cases = [
            ("42",                   Cursor::Single(42)),
            ("0",                    Cursor::Single(0)),
            ("5f2c91.42",            Cursor::Single(42)),
            ("5f2c91.stop",          Cursor::Stop),
            ("5f2c91.e1-42.m3-7",    Cursor::Multiple(vec![(StreamId::Event(1), 42), (StreamId::Match(3), 7)])),
            ("5f2c91.p67e5504410b1426f9247bb680e5fe0c8-2", Cursor::Multiple(vec![(StreamId::Purchase(uuid), 2)])),
            ("",                     Cursor::Unknown),
            ("-1",                   Cursor::Unknown),
            ("+1",                   Cursor::Unknown),
            ("aaaaaa.42",            Cursor::Unknown),
            ("5f2c91",               Cursor::Unknown),
            ("5f2c91.",              Cursor::Unknown),
            ("5f2c91.-4",            Cursor::Unknown),
            ("5f2c91.x1-4",          Cursor::Unknown),
            ("5f2c91.m3-7.",         Cursor::Unknown),
            ("5f2c91.é1-4",          Cursor::Unknown),
            ("9007199254740991",     Cursor::Single(number::MAX_INTEGER)),
            ("9007199254740992",     Cursor::Unknown),
            ("9223372036854775807",  Cursor::Unknown),
            ("99999999999999999999", Cursor::Unknown),
            ("5f2c91.9007199254740992", Cursor::Unknown),
            ("5f2c91.m3-9223372036854775807", Cursor::Unknown),
            ("5f2c91.m9223372036854775807-3", Cursor::Unknown),
            ("5f2c91.m0-3",          Cursor::Unknown),
            ("042",                  Cursor::Unknown),
            ("5f2c91.42\n",          Cursor::Unknown),
        ];
        for (text, expected) in cases {
            assert_eq!(Cursor::parse(text, "5f2c91"), expected, "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn g4_any_text_parses_without_a_panic(text in ".{0,200}") {
            let _ = Cursor::parse(&text, "5f2c91");
        }

        #[test]
        fn an_encoded_cursor_parses_back(
            positions in prop::collection::vec((1i64..1000, 0..=number::MAX_INTEGER), 1..32)
        ) {
            let positions: Vec<_> =
                positions.into_iter().map(|(id, seq)| (StreamId::Team(id), seq)).collect();
            let text = encode_multiple("5f2c91", positions.iter().copied());
            prop_assert!(text.bytes().all(|b| b.is_ascii_alphanumeric() || b".-_~".contains(&b)));
            prop_assert_eq!(Cursor::parse(&text, "5f2c91"), Cursor::Multiple(positions));
        }
    }
}
