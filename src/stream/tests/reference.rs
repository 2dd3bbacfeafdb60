//! The reference: one counter, from which each block that a client may get is written anew.

use crate::domain::topic::Seq;
use crate::stream::close_reason::CloseReason;
use crate::stream::frame::{Frame, TransferCoding};
use crate::stream::subscribe::InitialSnapshot;
use crate::stream::tests::{EPOCH, STREAM, message};

/// What a client asked for.
#[derive(Clone, Copy, Debug)]
pub struct Client {
    pub cursor: Option<Seq>,
    pub initial_snapshot: InitialSnapshot,
    /// Only messages of type `a`.
    pub is_filtered: bool,
    pub coding: TransferCoding,
}

/// What happened to the stream, as far as the reference has to know.
#[derive(Clone, Copy, Debug)]
pub struct ExpectedStream {
    pub head: Seq,
    pub head_at_open: Seq,
    /// The first reason for which the stream was closed.
    pub closed: Option<CloseReason>,
    pub has_ended: bool,
}

/// Follows the received blocks and writes what each of them must be.
pub struct Reference {
    client: Client,
    outcome: ExpectedStream,
    /// Everything up to here has been received; `None` before the first position.
    at: Option<Seq>,
    is_live: bool,
    owes_snapshot: bool,
    replayed: u64,
    has_bye: bool,
    expected: String,
}

impl Reference {
    pub fn new(client: Client, outcome: ExpectedStream) -> Self {
        let at = match client.initial_snapshot {
            InitialSnapshot::Never => Some(client.cursor.unwrap_or(outcome.head_at_open)),
            _ => client.cursor,
        };
        let owes_snapshot =
            client.cursor.is_some() && client.initial_snapshot == InitialSnapshot::Always;
        Self {
            client,
            outcome,
            at,
            is_live: false,
            owes_snapshot,
            replayed: 0,
            has_bye: false,
            expected: String::new(),
        }
    }

    /// The bytes that a client must have received where it received `text`, without its coding.
    pub fn expected(mut self, text: &str, is_complete: bool) -> String {
        let mut rest = text;
        while let Some((block, after)) = rest.split_once("\n\n") {
            rest = after;
            assert!(!self.has_bye, "a block after the bye: {block}");
            let block = self.block(block);
            self.expected.push_str(&block);
        }
        if is_complete {
            self.check_completeness();
        }
        self.expected.push_str(if is_complete { "" } else { rest });
        self.expected
    }

    fn check_completeness(&self) {
        assert_eq!(
            self.has_bye,
            self.outcome.closed.is_some(),
            "a bye is the end: {}",
            self.expected
        );
        assert_eq!(self.has_bye, self.outcome.has_ended, "the body ends with the bye");
        if !self.has_bye {
            let at = self.at.expect("a position");
            assert!(self.is_live, "it caught up: {}", self.expected);
            assert_eq!(self.next_after(at), None, "nothing is missing: {}", self.expected);
        }
    }

    /// What the block must be, given its kind and the clock that it shows.
    fn block(&mut self, block: &str) -> String {
        let field = |name: &str| {
            let line = block.lines().find_map(|line| line.strip_prefix(&format!("{name}: ")));
            line.unwrap_or_default()
        };
        let json: serde_json::Value = serde_json::from_str(field("data")).unwrap();
        let clock = json["at"].as_str().unwrap_or_default();
        match field("event") {
            "hello" => {
                assert!(self.expected.is_empty(), "hello is first");
                let connection = json["connection"].as_str().unwrap();
                let id = self.client.cursor.map(|seq| format!("id: {EPOCH}.m3-{seq}\n"));
                format!(
                    "event: hello\nretry: 1000\ndata: {{\"connection\":\"{connection}\",\
                     \"heartbeat_ms\":15000,\"retry_ms\":1000,\"at\":\"{clock}\"}}\n{}\n",
                    id.unwrap_or_default()
                )
            }
            "live" => {
                assert!(!self.is_live && !self.owes_snapshot, "{}", self.expected);
                self.is_live = true;
                let cursor = self.cursor(field("id"));
                assert!(self.at >= Some(self.outcome.head_at_open), "{}", self.expected);
                format!("event: live\ndata: {{\"replayed\":{}}}\nid: {cursor}\n\n", self.replayed)
            }
            "heartbeat" => {
                assert!(self.is_live, "heartbeats follow live: {}", self.expected);
                let cursor = self.cursor(field("id"));
                format!("event: heartbeat\ndata: {{\"at\":\"{clock}\"}}\nid: {cursor}\n\n")
            }
            "bye" => self.bye(field("id")),
            "" if json["type"] == "snapshot" => self.snapshot(&json),
            _ => self.message(),
        }
    }

    fn message(&mut self) -> String {
        let at = self.at.expect("a snapshot is first");
        let seq = self.next_after(at).unwrap_or_else(|| panic!("too much: {}", self.expected));
        self.at = Some(seq);
        self.replayed += u64::from(!self.is_live);
        String::from_utf8(Frame::encode(EPOCH, STREAM, &message(seq)).block().to_vec()).unwrap()
    }

    fn snapshot(&mut self, json: &serde_json::Value) -> String {
        let (seq, reason) = (json["seq"].as_i64().unwrap(), json["reason"].as_str().unwrap());
        match self.at {
            None => assert_eq!(reason, "connected"),
            Some(at) if reason == "connected" => {
                assert!(self.owes_snapshot, "a snapshot that nobody requested");
                self.owes_snapshot = false;
                self.skip_to(at, seq);
            }
            Some(at) => {
                assert!(["lagged", "pruned"].contains(&reason), "{reason}");
                assert!(seq > at, "it moves on");
                // A snapshot that replaces the replay is not followed by another one.
                self.owes_snapshot = false;
            }
        }
        self.at = Some(seq);
        format!(
            "data: {{\"type\":\"snapshot\",\"topic\":\"{}\",\"seq\":{seq},\"at\":{},\
             \"reason\":\"{reason}\",\"data\":{{\"state\":1}}}}\nid: {EPOCH}.m3-{seq}\n\n",
            STREAM.topic(),
            json["at"]
        )
    }

    fn bye(&mut self, id: &str) -> String {
        self.has_bye = true;
        let reason = self.outcome.closed.expect("nobody closed the stream");
        if reason == CloseReason::AccessRevoked {
            let topic = STREAM.topic();
            return format!(
                "event: bye\nretry: 86400000\ndata: {{\"reason\":\"access_revoked\",\
                 \"retry_ms\":86400000,\"topics\":[\"{topic}\"]}}\nid: {EPOCH}.m3-stop\n\n"
            );
        }
        let retry = if reason == CloseReason::Draining { 2000 } else { 1000 };
        // Without a position, as before a snapshot, the client keeps the cursor that it has.
        let cursor =
            if id.is_empty() { String::new() } else { format!("id: {}\n", self.cursor(id)) };
        format!(
            "event: bye\nretry: {retry}\ndata: {{\"reason\":\"{}\",\"retry_ms\":{retry}}}\n{cursor}\n",
            reason.as_str()
        )
    }

    /// The cursor of a control frame, which may have passed messages that are filtered out.
    fn cursor(&mut self, id: &str) -> String {
        let seq = id.strip_prefix("e.m3-").and_then(|seq| seq.parse().ok()).unwrap_or(-1);
        self.skip_to(self.at.expect("a position"), seq);
        format!("{EPOCH}.m3-{}", self.at.unwrap_or_default())
    }

    fn skip_to(&mut self, at: Seq, seq: Seq) {
        let is_skipped = self.next_after(at).is_none_or(|next| next > seq);
        if seq >= at && is_skipped {
            self.at = Some(seq);
        }
    }

    /// The first message after `seq` that the client gets.
    fn next_after(&self, seq: Seq) -> Option<Seq> {
        let is_wanted = |seq: &Seq| !self.client.is_filtered || message(*seq).message_type == "a";
        (seq + 1..=self.outcome.head).find(is_wanted)
    }
}

/// The text in a body, and whether the body's end has been received.
pub fn decode(bytes: &[u8], coding: TransferCoding) -> (String, bool) {
    if coding == TransferCoding::Plain {
        return (String::from_utf8(bytes.to_vec()).unwrap(), false);
    }
    let (mut text, mut rest) = (Vec::new(), bytes);
    while let Some(end) = rest.windows(2).position(|pair| pair == b"\r\n") {
        let size = std::str::from_utf8(&rest[..end]).unwrap();
        let size = usize::from_str_radix(size, 16).unwrap_or_else(|_| panic!("no chunk: {size}"));
        rest = &rest[end + 2..];
        if size == 0 {
            assert!(b"\r\n".starts_with(rest), "nothing follows the last chunk");
            return (String::from_utf8(text).unwrap(), rest.len() == 2);
        }
        let available = size.min(rest.len());
        text.extend_from_slice(&rest[..available]);
        if rest.len() < size + 2 {
            break;
        }
        assert_eq!(&rest[size..size + 2], b"\r\n", "a chunk is whole");
        rest = &rest[size + 2..];
    }
    (String::from_utf8(text).unwrap(), false)
}
