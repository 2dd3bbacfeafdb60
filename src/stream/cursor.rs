//! Cursors: the value of `Last-Event-ID`, a client's positions as text.
//!
//! `<epoch>.<stream>-<seq>`: `5f2c91.m3-42`, of several streams `5f2c91.e1-42.m3-7`, of channels with
//! their letters `5f2c91.e1r-42.e1sa-50`, and `5f2c91.m3-stop` where a client is not to come back.
//! Only `A–Z a–z 0–9 . _ ~ -`, so that a cross-origin reconnect needs no preflight. Clients treat it as
//! opaque.

use std::collections::BTreeMap;
use std::fmt;
use std::fmt::Write;

use uuid::Uuid;

use crate::domain::number;
use crate::domain::topic::{Channel, Seq, StreamId, Topic};

/// Positions in one cursor at most: 32 topics, each in up to four channels that may be apart.
const MAX_POSITIONS: usize = 128;

/// Bytes of a cursor at most; one of [`MAX_POSITIONS`] is shorter.
const MAX_BYTES: usize = 8192;

/// Bytes of an epoch at most.
const MAX_EPOCH_BYTES: usize = 32;

/// Where a client is in a topic without parts. The order is that of the cursors' join.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum CursorPosition {
    /// It has everything up to this seq.
    At(Seq),
    /// It is not to follow the topic any more.
    Stop,
}

/// A parsed cursor; whether it can be served is checked later.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cursor {
    /// The epoch of the database that the seqs belong to.
    epoch: Box<str>,
    /// By topic without parts: a channel, or a stream that has none.
    positions: BTreeMap<Topic, CursorPosition>,
}

/// The cursors of one request, from its header and its query.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CursorTexts(Vec<String>);

/// What a request's cursors say about its topics.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ResumePoint {
    /// The topics to follow.
    pub topics: Vec<Topic>,
    /// Parts of the other topics, which the client is not to follow any more.
    pub stopped_parts: Vec<Topic>,
    /// `None` where the request has no cursor.
    pub cursor: Option<Cursor>,
}

impl Cursor {
    /// A cursor without positions.
    pub fn new(epoch: &str) -> Self {
        Self { epoch: epoch.into(), positions: BTreeMap::new() }
    }

    /// A cursor with one position in all parts of the topics.
    pub fn with(epoch: &str, topics: &[Topic], position: CursorPosition) -> Self {
        let mut cursor = Self::new(epoch);
        for topic in topics {
            cursor.raise(*topic, position);
        }
        cursor
    }

    /// Parses a cursor of any epoch; `None` where it is malformed.
    pub fn parse(text: &str) -> Option<Self> {
        let (epoch, positions) = text.split_once('.').filter(|_| text.len() <= MAX_BYTES)?;
        let is_epoch = (1..=MAX_EPOCH_BYTES).contains(&epoch.len())
            && epoch.bytes().all(|byte| byte.is_ascii_alphanumeric());
        if !is_epoch || positions.split('.').count() > MAX_POSITIONS {
            return None;
        }
        let mut cursor = Self::new(epoch);
        for text in positions.split('.') {
            let (place, position) = text.split_once('-')?;
            let position = match position {
                "stop" => CursorPosition::Stop,
                seq => CursorPosition::At(number::parse(seq)?),
            };
            for topic in parse_place(place)? {
                cursor.raise(topic, position);
            }
        }
        Some(cursor)
    }

    /// Moves all parts of a topic up to a position, except those that are beyond it.
    pub fn raise(&mut self, topic: Topic, position: CursorPosition) {
        for part in topic.parts() {
            let current = self.positions.entry(part).or_insert(position);
            *current = position.max(*current);
        }
    }

    /// Takes over the positions of another cursor of the same epoch, except those that are behind.
    pub fn join(&mut self, other: &Self) {
        for (topic, position) in &other.positions {
            self.raise(*topic, *position);
        }
    }

    /// The epoch that its seqs belong to.
    pub fn epoch(&self) -> &str {
        &self.epoch
    }

    /// Whether its seqs belong to this epoch.
    pub fn is_of_epoch(&self, epoch: &str) -> bool {
        *self.epoch == *epoch
    }

    /// Whether a topic is not to be followed any more, wholly or in part.
    pub fn is_stopped(&self, topic: Topic) -> bool {
        topic.parts().any(|part| self.positions.get(&part) == Some(&CursorPosition::Stop))
    }

    /// The seq of a topic without parts; `None` where the cursor has none for it.
    pub fn seq_of(&self, part: Topic) -> Option<Seq> {
        match self.positions.get(&part)? {
            CursorPosition::At(seq) => Some(*seq),
            CursorPosition::Stop => None,
        }
    }

    /// The lowest and the highest seq of a topic's parts; `None` where it lacks one of them.
    pub fn seq_range(&self, topic: Topic) -> Option<(Seq, Seq)> {
        let mut range = None;
        for part in topic.parts() {
            let seq = self.seq_of(part)?;
            let (lowest, highest) = range.unwrap_or((seq, seq));
            range = Some((seq.min(lowest), seq.max(highest)));
        }
        range
    }

    /// Its text; `None` where it has no position.
    pub fn encode(&self) -> Option<String> {
        (!self.positions.is_empty()).then(|| self.to_string())
    }
}

/// The canonical text: streams in their order, a stream's channels joined where they are level.
impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.epoch)?;
        let mut last = None;
        for part in self.positions.keys() {
            if last.replace(part.stream) != Some(part.stream) {
                write_stream(f, part.stream, |part| self.positions.get(&part).copied())?;
            }
        }
        Ok(())
    }
}

impl CursorTexts {
    /// The texts that are not empty.
    pub fn new(texts: impl Iterator<Item = String>) -> Self {
        Self(texts.filter(|text| !text.is_empty()).collect())
    }

    /// Whether the request has no cursor.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The positions of all of them that are of this epoch; `None` where the request has no cursor.
    ///
    /// A bare seq, as people type it, is a position in the only topic.
    pub fn join(&self, epoch: &str, topics: &[Topic]) -> Option<Cursor> {
        let mut joined = Cursor::new(epoch);
        for text in &self.0 {
            if let Some(seq) = number::parse(text) {
                if let Some((first, others)) = topics.split_first()
                    && others.iter().all(|other| other == first)
                {
                    joined.raise(*first, CursorPosition::At(seq));
                }
            } else if let Some(cursor) = Cursor::parse(text).filter(|one| one.is_of_epoch(epoch)) {
                joined.join(&cursor);
            }
        }
        (!self.is_empty()).then_some(joined)
    }

    /// Joins the cursors, and separates the topics that they have stopped.
    pub fn resume_point(&self, epoch: &str, topics: &[Topic]) -> ResumePoint {
        let cursor = self.join(epoch, topics);
        let is_stopped = |topic: Topic| cursor.as_ref().is_some_and(|one| one.is_stopped(topic));
        let (stopped, followed): (Vec<_>, Vec<_>) =
            topics.iter().copied().partition(|topic| is_stopped(*topic));
        let parts = stopped.into_iter().flat_map(Topic::parts);
        let stopped_parts = parts.filter(|part| is_stopped(*part)).collect();
        ResumePoint { topics: followed, stopped_parts, cursor }
    }

    /// The canonical text of what could be parsed, for a client that is refused and would otherwise
    /// forget its cursor. The first of them determines the epoch, which a relay may not know yet.
    pub fn echo(&self) -> Option<String> {
        let first = self.0.iter().find_map(|text| Cursor::parse(text))?;
        self.join(&first.epoch, &[])?.encode()
    }
}

/// The cursor of one topic at a seq.
pub fn encode_topic(epoch: &str, topic: Topic, seq: Seq) -> String {
    Cursor::with(epoch, &[topic], CursorPosition::At(seq)).to_string()
}

/// Writes a stream's positions: one for all its channels where they are level, else with letters.
///
/// `position_of` is asked for topics without parts.
pub fn write_stream(
    text: &mut impl Write,
    stream: StreamId,
    position_of: impl Fn(Topic) -> Option<CursorPosition>,
) -> fmt::Result {
    let is_level = |one: Topic, other: Topic| position_of(one) == position_of(other);
    for (index, part) in stream.topic().parts().enumerate() {
        let Some(position) = position_of(part) else { continue };
        if stream.topic().parts().take(index).any(|earlier| is_level(earlier, part)) {
            continue;
        }
        match stream {
            StreamId::Event(id) => write!(text, ".e{id}")?,
            StreamId::Team(id) => write!(text, ".t{id}")?,
            StreamId::Match(id) => write!(text, ".m{id}")?,
            StreamId::Purchase(id) => write!(text, ".p{}", id.simple())?,
        }
        if !stream.topic().parts().all(|other| is_level(other, part)) {
            let level = stream.topic().parts().filter(|other| is_level(*other, part));
            for channel in level.filter_map(|topic| topic.channel) {
                text.write_char(channel.letter())?;
            }
        }
        match position {
            CursorPosition::At(seq) => write!(text, "-{seq}")?,
            CursorPosition::Stop => text.write_str("-stop")?,
        }
    }
    Ok(())
}

/// Parses a stream with the letters of its channels, if any: `m3`, `e1rs`.
fn parse_place(text: &str) -> Option<Vec<Topic>> {
    let (kind, rest) = text.split_at_checked(1)?;
    if kind == "p" {
        let id = Uuid::try_parse(rest).ok().filter(|_| rest.len() == 32)?;
        return Some(vec![StreamId::Purchase(id).topic()]);
    }
    let letters_start = rest.find(|char: char| !char.is_ascii_digit()).unwrap_or(rest.len());
    let (id, letters) = rest.split_at(letters_start);
    let id = number::parse_id(id)?;
    let stream = match kind {
        "e" => StreamId::Event(id),
        "t" => StreamId::Team(id),
        "m" => StreamId::Match(id),
        _ => return None,
    };
    if letters.is_empty() {
        return Some(vec![stream.topic()]);
    }
    let channel_of = |letter| {
        let mut channels = stream.channels().iter().copied();
        channels.find(|channel: &Channel| channel.letter() == letter)
    };
    letters.chars().map(|letter| Some(stream.channel_topic(channel_of(letter)?))).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const UUID: &str = "67e5504410b1426f9247bb680e5fe0c8";

    fn topic(text: &str) -> Topic {
        text.parse().unwrap()
    }

    fn texts(texts: &[&str]) -> CursorTexts {
        CursorTexts::new(texts.iter().map(|text| (*text).to_owned()))
    }

    #[test]
    fn g4_cursors_parse_to_their_canonical_form() {
        let purchase = format!("5f2c91.p{UUID}-2");
        #[rustfmt::skip]
        let cases = [
            ("5f2c91.m3-42",              "5f2c91.m3-42"),
            ("5f2c91.m3-0",               "5f2c91.m3-0"),
            ("5f2c91.e1-42.m3-7",         "5f2c91.e1-42.m3-7"),
            ("5f2c91.m3-7.e1-42",         "5f2c91.e1-42.m3-7"),
            ("5f2c91.e1r-42",             "5f2c91.e1r-42"),
            ("5f2c91.e1rs-42",            "5f2c91.e1rs-42"),
            ("5f2c91.e1sr-42",            "5f2c91.e1rs-42"),
            ("5f2c91.e1r-42.e1a-50",      "5f2c91.e1r-42.e1a-50"),
            ("5f2c91.e1r-42.e1s-42",      "5f2c91.e1rs-42"),
            ("5f2c91.e1rsa-42",           "5f2c91.e1-42"),
            ("5f2c91.t7rsla-42",          "5f2c91.t7-42"),
            ("5f2c91.t7l-42",             "5f2c91.t7l-42"),
            ("5f2c91.e1-42.e1a-50",       "5f2c91.e1rs-42.e1a-50"),
            ("5f2c91.e1a-50.e1-42",       "5f2c91.e1rs-42.e1a-50"),
            ("5f2c91.m3-7.m3-42.m3-8",    "5f2c91.m3-42"),
            ("5f2c91.m3-stop",            "5f2c91.m3-stop"),
            ("5f2c91.m3-stop.m3-42",      "5f2c91.m3-stop"),
            ("5f2c91.e1r-stop.e1-9",      "5f2c91.e1r-stop.e1sa-9"),
            ("5f2c91.t7-stop.m3-7",       "5f2c91.t7-stop.m3-7"),
            ("000000.m3-42",              "000000.m3-42"),
            (&purchase,                   &*purchase),
            ("5f2c91.m3-9007199254740991","5f2c91.m3-9007199254740991"),
        ];
        for (text, expected) in cases {
            let encoded = Cursor::parse(text).map(|cursor| cursor.to_string());
            assert_eq!(encoded.as_deref(), Some(expected), "{text:?}");
        }
    }

    #[test]
    fn g4_malformed_cursors_are_none_at_all() {
        let too_many = format!("5f2c91{}", ".m3-1".repeat(129));
        let too_long = format!("5f2c91.m3-1{}", ".m3-1".repeat(2000));
        let malformed = [
            "5f2c91.m3-9007199254740992",
            "5f2c91.m3-9223372036854775807",
            "5f2c91.m9223372036854775807-3",
            "5f2c91.p67e55044-10b1-426f-9247-bb680e5fe0c8-2",
            "",
            "42",
            "5f2c91",
            "5f2c91.",
            "5f2c91.42",
            "5f2c91.stop",
            "5f2c91.-4",
            "5f2c91.m-4",
            "5f2c91.m3-",
            "5f2c91.m3",
            "5f2c91.m3--1",
            "5f2c91.m3-+1",
            "5f2c91.m3-042",
            "5f2c91.m3-STOP",
            "5f2c91.m03-4",
            "5f2c91.m0-3",
            "5f2c91.x1-4",
            "5f2c91.m3r-4",
            "5f2c91.e1l-4",
            "5f2c91.e1x-4",
            "5f2c91.e1R-4",
            "5f2c91.p1-4",
            "5f2c91.m3-7.",
            "5f2c91.m3-7.x",
            "5f2c91.é1-4",
            "5f2c91.e1é-4",
            "5f2c91.m3-42\n",
            ".m3-42",
            "5f 2c.m3-42",
            "5f\n2c.m3-42",
            &too_many,
            &too_long,
        ];
        for text in malformed {
            assert_eq!(Cursor::parse(text), None, "{text:?}");
        }
    }

    #[test]
    fn g4_a_position_is_of_one_stream_and_its_channels() {
        let cursor = Cursor::parse("e.e1r-42.e1sa-50.m2-14.t7l-3.t8-stop").unwrap();
        let range = |name| cursor.seq_range(topic(name));
        assert_eq!(range("event_1"), Some((42, 50)));
        assert_eq!(range("event_1_results"), Some((42, 42)));
        assert_eq!(range("match_2"), Some((14, 14)));
        assert_eq!(range("team_7_live"), Some((3, 3)));
        for other in ["match_1", "event_2", "team_7", "team_7_results", "team_8", "team_8_live"] {
            assert_eq!(range(other), None, "{other}");
        }
        assert!(cursor.is_stopped(topic("team_8")) && cursor.is_stopped(topic("team_8_live")));
        assert!(!cursor.is_stopped(topic("team_7")) && !cursor.is_stopped(topic("match_2")));
    }

    #[test]
    fn g3_the_cursors_of_a_request_are_joined() {
        let (one, two) = (vec![topic("match_3")], vec![topic("match_3"), topic("event_1")]);
        #[rustfmt::skip]
        let cases = [
            (vec![],                             &one, None),
            (vec![""],                           &one, None),
            (vec!["E.m3-2", "E.m3-5"],           &one, Some("E.m3-5")),
            (vec!["E.m3-5", "E.m3-2"],           &one, Some("E.m3-5")),
            (vec!["E.m3-5", "E.m3-stop"],        &one, Some("E.m3-stop")),
            (vec!["E.m3-5", "E.e1-2"],           &two, Some("E.e1-2.m3-5")),
            (vec!["E.m3-5", "F.m3-9"],           &one, Some("E.m3-5")),
            (vec!["F.m3-9", "E.m3-5"],           &one, Some("E.m3-5")),
            (vec!["E.m3-5", "nonsense"],         &one, Some("E.m3-5")),
            (vec!["4"],                          &one, Some("E.m3-4")),
            (vec!["E.m3-5", "7"],                &one, Some("E.m3-7")),
            (vec!["4"],                          &two, Some("E")),
            (vec!["nonsense"],                   &one, Some("E")),
            (vec!["E.4"],                        &one, Some("E")),
        ];
        for (given, topics, expected) in cases {
            let joined = texts(&given).join("E", topics).map(|cursor| cursor.to_string());
            assert_eq!(joined.as_deref(), expected, "{given:?}");
        }
        let results = vec![topic("event_1_results"), topic("event_1_results")];
        let joined = texts(&["4"]).join("E", &results).unwrap();
        assert_eq!(joined.to_string(), "E.e1r-4", "the same topic twice is one");
    }

    #[test]
    fn g4_a_refusal_echoes_what_was_parsed_and_nothing_else() {
        #[rustfmt::skip]
        let cases = [
            (vec!["E.m3-5"],                       Some("E.m3-5")),
            (vec!["E.m3-5.e1sr-4", "E.m3-6"],      Some("E.e1rs-4.m3-6")),
            (vec!["E.m3-5", "F.m3-9"],             Some("E.m3-5")),
            (vec!["nonsense\nid: 7", "F.m3-9"],    Some("F.m3-9")),
            (vec!["E.m3-5\ndata: x"],              None),
            (vec!["7"],                            None),
            (vec![],                               None),
        ];
        for (given, expected) in cases {
            assert_eq!(texts(&given).echo().as_deref(), expected, "{given:?}");
        }
    }

    fn any_part() -> impl Strategy<Value = Topic> {
        let stream = prop_oneof![
            (1i64..4).prop_map(StreamId::Event),
            (1i64..4).prop_map(StreamId::Team),
            (1i64..4).prop_map(StreamId::Match),
            (0u128..3).prop_map(|id| StreamId::Purchase(Uuid::from_u128(id))),
        ];
        stream.prop_flat_map(|stream| {
            prop::sample::select(stream.topic().parts().collect::<Vec<_>>())
        })
    }

    fn any_cursor() -> impl Strategy<Value = Cursor> {
        let position = prop_oneof![
            3 => (0i64..4).prop_map(CursorPosition::At),
            1 => (0..=number::MAX_INTEGER).prop_map(CursorPosition::At),
            1 => Just(CursorPosition::Stop),
        ];
        prop::collection::btree_map(any_part(), position, 1..20)
            .prop_map(|positions| Cursor { epoch: "5f2c91".into(), positions })
    }

    fn joined(one: &Cursor, other: &Cursor) -> Cursor {
        let mut cursor = one.clone();
        cursor.join(other);
        cursor
    }

    proptest! {
        #[test]
        fn g4_any_text_parses_without_a_panic(text in ".{0,200}", tail in "[etmprsla0-9.\\-]{0,40}") {
            let _ = (Cursor::parse(&text), Cursor::parse(&format!("5f2c91.{tail}")));
        }

        #[test]
        fn an_encoded_cursor_parses_back(cursor in any_cursor()) {
            let text = cursor.to_string();
            prop_assert!(text.bytes().all(|b| b.is_ascii_alphanumeric() || b".-".contains(&b)));
            prop_assert_eq!(Cursor::parse(&text), Some(cursor));
        }

        #[test]
        fn parsing_and_encoding_keep_a_canonical_text(tail in "([etm][1-3][rsa]{0,3}-([0-9]|stop)\\.){0,5}m9-1") {
            if let Some(cursor) = Cursor::parse(&format!("5f2c91.{tail}")) {
                let canonical = cursor.to_string();
                let again = Cursor::parse(&canonical).unwrap();
                prop_assert_eq!(&again, &cursor);
                prop_assert_eq!(again.to_string(), canonical);
            }
        }

        #[test]
        fn joining_is_commutative_associative_and_idempotent(
            one in any_cursor(), two in any_cursor(), three in any_cursor()
        ) {
            prop_assert_eq!(joined(&one, &two), joined(&two, &one));
            prop_assert_eq!(joined(&joined(&one, &two), &three), joined(&one, &joined(&two, &three)));
            prop_assert_eq!(joined(&one, &one), one);
        }
    }
}
