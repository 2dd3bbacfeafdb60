//! Strict parsers of the wire format: HTTP/1.1 chunks and event-stream frames.

use std::io::BufRead;

use serde_json::Value;

/// Decodes a response body, however it is split.
#[derive(Debug)]
pub struct BodyDecoder {
    state: State,
}

#[derive(Debug)]
enum State {
    Size(String),
    Data(usize),
    /// The bytes of the line end after a chunk so far.
    DataEnd(Vec<u8>),
    Trailer(Vec<u8>),
    Plain(usize),
    /// Everything until the connection closes.
    Rest,
    Done,
}

impl BodyDecoder {
    pub fn chunked() -> Self {
        Self { state: State::Size(String::new()) }
    }

    /// A body with a `Content-Length`.
    pub fn with_length(length: usize) -> Self {
        Self { state: if length == 0 { State::Done } else { State::Plain(length) } }
    }

    /// A body that ends with its connection.
    pub fn until_close() -> Self {
        Self { state: State::Rest }
    }

    pub fn is_done(&self) -> bool {
        matches!(self.state, State::Done)
    }

    /// Handles the close of the connection; `false` if that truncates the body.
    pub fn close(&mut self) -> bool {
        if let State::Rest = self.state {
            self.state = State::Done;
        }
        self.is_done()
    }

    /// Decodes bytes of this body; returns those after its end.
    pub fn feed<'a>(&mut self, mut bytes: &'a [u8], body: &mut Vec<u8>) -> &'a [u8] {
        while let Some(&first) = bytes.first() {
            match &mut self.state {
                State::Data(left) | State::Plain(left) => {
                    let taken = bytes.len().min(*left);
                    body.extend_from_slice(&bytes[..taken]);
                    bytes = &bytes[taken..];
                    *left -= taken;
                    if *left == 0 {
                        self.state = match self.state {
                            State::Plain(_) => State::Done,
                            _ => State::DataEnd(Vec::new()),
                        };
                    }
                    continue;
                }
                State::Rest => {
                    body.extend_from_slice(bytes);
                    return &[];
                }
                State::Size(line) => {
                    line.push(char::from(first));
                    if let Some(size) = line.strip_suffix("\r\n") {
                        let hex = size.bytes().all(|digit| digit.is_ascii_hexdigit());
                        assert!(hex, "invalid chunk size: {size:?}");
                        let size = usize::from_str_radix(size, 16).expect("a chunk's size");
                        self.state =
                            if size == 0 { State::Trailer(Vec::new()) } else { State::Data(size) };
                    }
                }
                State::DataEnd(seen) => {
                    seen.push(first);
                    assert!(b"\r\n".starts_with(seen), "no line end after a chunk");
                    if seen.len() == 2 {
                        self.state = State::Size(String::new());
                    }
                }
                State::Trailer(seen) => {
                    seen.push(first);
                    assert!(b"\r\n".starts_with(seen), "trailers after the last chunk");
                    if seen.len() == 2 {
                        self.state = State::Done;
                    }
                }
                State::Done => return bytes,
            }
            bytes = &bytes[1..];
        }
        bytes
    }
}

/// One frame as sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame {
    pub event: Option<String>,
    pub retry: Option<u64>,
    pub data: String,
    pub id: Option<String>,
}

/// Splits a body into frames.
#[derive(Debug, Default)]
pub struct FrameParser {
    pub bytes: Vec<u8>,
    /// Where the search for the end of the next frame continues, and its lines so far.
    seen: usize,
    lines: Vec<String>,
}

impl FrameParser {
    /// Returns the next complete frame; comments are skipped.
    pub fn next(&mut self) -> Option<Frame> {
        loop {
            let mut rest = &self.bytes[self.seen..];
            let mut line = Vec::new();
            rest.read_until(b'\n', &mut line).unwrap();
            if line.last() != Some(&b'\n') {
                self.bytes.drain(..self.seen);
                self.seen = 0;
                return None;
            }
            self.seen += line.len();
            line.pop();
            if !line.is_empty() {
                let line = String::from_utf8(line).expect("frames are UTF-8");
                assert!(!line.contains(['\r', '\0']) && !line.starts_with('\u{feff}'), "{line:?}");
                self.lines.push(line);
                continue;
            }
            if let Some(frame) = Frame::of(&std::mem::take(&mut self.lines)) {
                return Some(frame);
            }
        }
    }
}

impl Frame {
    /// Returns `None` for a comment.
    fn of(lines: &[String]) -> Option<Self> {
        assert!(!lines.is_empty(), "empty frame");
        if lines.iter().all(|line| line.starts_with(':')) {
            return None;
        }
        let mut frame = Self { event: None, retry: None, data: String::new(), id: None };
        for (index, line) in lines.iter().enumerate() {
            let (name, value) = line.split_once(": ").unwrap_or_else(|| panic!("{lines:?}"));
            match name {
                "event" => assert!(frame.event.replace(value.to_owned()).is_none(), "{lines:?}"),
                "retry" => assert!(frame.retry.replace(value.parse().unwrap()).is_none()),
                "data" => {
                    assert!(frame.data.is_empty(), "several data lines: {lines:?}");
                    value.clone_into(&mut frame.data);
                }
                "id" => {
                    assert_eq!(index, lines.len() - 1, "id is not the last line: {lines:?}");
                    frame.id = Some(value.to_owned());
                }
                _ => panic!("unknown field: {lines:?}"),
            }
        }
        frame.check();
        Some(frame)
    }

    fn check(&self) {
        assert!(self.data.starts_with('{') && self.data.ends_with('}'), "{self:?}");
        let json = serde_json::from_str::<serde::de::IgnoredAny>(&self.data);
        assert!(json.is_ok(), "{json:?}: {self:?}");
        match self.event.as_deref() {
            None => {
                // A snapshot that must be followed by others carries no cursor.
                assert!(self.id.is_some() || self.is_snapshot(), "{self:?}");
                assert!(self.retry.is_none(), "{self:?}");
            }
            // Some libraries hide the field.
            Some("hello" | "bye") => {
                assert!(self.retry.is_some(), "{self:?}");
                assert_eq!(self.json()["retry_ms"].as_u64(), self.retry, "{self:?}");
            }
            Some("live" | "heartbeat") => {}
            Some(_) => panic!("unknown event: {self:?}"),
        }
        assert!(self.id.as_deref().is_none_or(is_cursor), "{self:?}");
    }

    pub fn json(&self) -> Value {
        serde_json::from_str(&self.data).unwrap_or_else(|_| panic!("{self:?}"))
    }

    pub fn seq(&self) -> i64 {
        super::api_client::seq_of(&self.data)
    }

    pub fn is_snapshot(&self) -> bool {
        self.data.starts_with(r#"{"type":"snapshot""#)
    }

    /// Whether the cursor tells the client not to come back.
    pub fn is_stop(&self) -> bool {
        let places = self.id.as_deref().and_then(|id| id.split_once('.')).map(|(_, places)| places);
        places.is_some_and(|places| places.split('.').all(|place| place.ends_with("-stop")))
    }

    /// Returns the reason of a snapshot.
    pub fn reason(&self) -> String {
        assert!(self.is_snapshot(), "not a snapshot: {self:?}");
        self.json()["reason"].as_str().unwrap().to_owned()
    }
}

/// `5f2c91.m3-42`, `5f2c91.e1-42.m3-7`, `5f2c91.e1r-42.e1sa-50` or `5f2c91.m3-stop`.
fn is_cursor(id: &str) -> bool {
    let word = |text: &str| {
        !text.is_empty()
            && text.bytes().all(|byte| byte.is_ascii_digit() || byte.is_ascii_lowercase())
    };
    let seq = |text: &str| word(text) && text.parse::<i64>().is_ok();
    let place = |text: &str| {
        let Some((stream, at)) = text.split_once('-') else { return false };
        stream.starts_with(['e', 't', 'm', 'p']) && word(&stream[1..]) && (at == "stop" || seq(at))
    };
    let Some((epoch, places)) = id.split_once('.') else { return false };
    word(epoch) && places.split('.').all(place)
}
