//! What `Last-Event-ID` carries: where a reader stands.
//!
//! `<epoch>.<seq>` for one stream, `<epoch>.e1-42.m3-7` for several, `<epoch>.stop` for a reader
//! who is not to come back. Only `A–Z a–z 0–9 . _ ~ -`, so that a cross-origin reconnect needs no
//! preflight. Clients treat it as opaque.

use std::fmt::Write;

use uuid::Uuid;

use crate::domain::number;
use crate::domain::topic::Seq;
use crate::domain::topic::Stream;

/// A cursor that was understood, though not yet whether it can be served.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cursor {
    /// One stream's place: of this database, or typed by a person (without an epoch).
    One(Seq),
    /// Places in several streams.
    Many(Vec<(Stream, Seq)>),
    /// Told to stop for good.
    Stop,
    /// Another database's, or not a cursor at all.
    Unknown,
}

impl Cursor {
    /// Reads a cursor; whatever it can't make sense of is `Unknown`, never an error.
    pub fn parse(text: &str, epoch: &str) -> Self {
        if let Some(seq) = number::read(text) {
            return Self::One(seq);
        }
        let Some(places) = text.strip_prefix(epoch).and_then(|rest| rest.strip_prefix('.')) else {
            return Self::Unknown;
        };
        if places == "stop" {
            return Self::Stop;
        }
        if let Some(seq) = number::read(places) {
            return Self::One(seq);
        }
        let places: Option<Vec<_>> = places.split('.').map(place).collect();
        match places {
            Some(places) if places.len() <= MOST_STREAMS => Self::Many(places),
            _ => Self::Unknown,
        }
    }

    /// Where it stands in `stream`; `only` says whether that is the one stream asked for.
    pub fn place(&self, stream: Stream, only: bool) -> Option<Seq> {
        match self {
            Self::One(seq) if only => Some(*seq),
            Self::Many(places) => {
                places.iter().find(|(known, _)| *known == stream).map(|(_, seq)| *seq)
            }
            _ => None,
        }
    }
}

/// Topics in one connection (design: up to 32).
pub const MOST_STREAMS: usize = 32;

/// The cursor of one stream.
pub fn of_one(epoch: &str, seq: Seq) -> String {
    format!("{epoch}.{seq}")
}

/// The cursor of a reader who is not to come back.
pub fn stop(epoch: &str) -> String {
    format!("{epoch}.stop")
}

/// The cursor of several streams.
pub fn of_many(epoch: &str, places: impl Iterator<Item = (Stream, Seq)>) -> String {
    let mut text = epoch.to_owned();
    for (stream, seq) in places {
        // Writing to a String can't fail.
        let _ = match stream {
            Stream::Event(id) => write!(text, ".e{id}-{seq}"),
            Stream::Team(id) => write!(text, ".t{id}-{seq}"),
            Stream::Match(id) => write!(text, ".m{id}-{seq}"),
            Stream::Purchase(id) => write!(text, ".p{}-{seq}", id.simple()),
        };
    }
    text
}

fn place(text: &str) -> Option<(Stream, Seq)> {
    let (stream, seq) = text.split_once('-')?;
    let seq = number::read(seq)?;
    if !stream.is_ascii() || stream.is_empty() {
        return None;
    }
    let (kind, id) = stream.split_at(1);
    let stream = match kind {
        "e" => Stream::Event(number::read_id(id)?),
        "t" => Stream::Team(number::read_id(id)?),
        "m" => Stream::Match(number::read_id(id)?),
        "p" => Stream::Purchase(Uuid::try_parse(id).ok()?),
        _ => return None,
    };
    Some((stream, seq))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn g4_cursors_are_read_or_called_unknown() {
        let uuid = Uuid::from_u128(0x67e5_5044_10b1_426f_9247_bb68_0e5f_e0c8);
        #[rustfmt::skip]
        let cases = [
            ("42",                   Cursor::One(42)),
            ("0",                    Cursor::One(0)),
            ("5f2c91.42",            Cursor::One(42)),
            ("5f2c91.stop",          Cursor::Stop),
            ("5f2c91.e1-42.m3-7",    Cursor::Many(vec![(Stream::Event(1), 42), (Stream::Match(3), 7)])),
            ("5f2c91.p67e5504410b1426f9247bb680e5fe0c8-2", Cursor::Many(vec![(Stream::Purchase(uuid), 2)])),
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
            ("9007199254740991",     Cursor::One(number::MAX)),
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
        fn g4_any_text_is_read_without_harm(text in ".{0,200}") {
            let _ = Cursor::parse(&text, "5f2c91");
        }

        #[test]
        fn what_is_written_is_read_again(
            places in prop::collection::vec((1i64..1000, 0..=number::MAX), 1..32)
        ) {
            let places: Vec<_> =
                places.into_iter().map(|(id, seq)| (Stream::Team(id), seq)).collect();
            let text = of_many("5f2c91", places.iter().copied());
            prop_assert!(text.bytes().all(|b| b.is_ascii_alphanumeric() || b".-_~".contains(&b)));
            prop_assert_eq!(Cursor::parse(&text, "5f2c91"), Cursor::Many(places));
        }
    }
}
