//! `curl` as a client: TLS, and either version of HTTP, which the other clients here don't speak.

use std::process::Stdio;
use std::time::Duration;

use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use serde_json::Value;
use tokio::io::AsyncReadExt;
use tokio::process::{Child, ChildStdout, Command};
use tokio::time::Instant;

use super::api_client::{Answer, Client};
use super::record;
use super::record::Record;
use super::sse::{Block, Blocks};
use super::subscriber::{End, PATIENCE};

/// A request to be sent.
#[derive(Clone)]
pub struct Ask {
    arguments: Vec<String>,
    url: String,
}

impl Ask {
    pub fn new(base: &str, path: &str) -> Self {
        record::begin();
        let fixed = ["-sikN", "--http1.1", "--globoff"].map(str::to_owned);
        Self { arguments: fixed.to_vec(), url: format!("{base}{path}") }
    }

    fn arg(mut self, arguments: &[&str]) -> Self {
        self.arguments.extend(arguments.iter().map(|&one| one.to_owned()));
        self
    }

    pub fn http2(self) -> Self {
        self.arg(&["--http2"])
    }

    pub fn with(self, name: &str, value: &str) -> Self {
        self.arg(&["-H", &format!("{name}: {value}")])
    }

    pub fn by(self, client: &Client) -> Self {
        match &client.token {
            Some(token) => self.with("Authorization", &format!("Bearer {token}")),
            None => self,
        }
    }

    /// With this in the request line instead of the path, as it is.
    pub fn target(self, target: &str) -> Self {
        self.arg(&["--request-target", target])
    }

    /// From another address of this machine.
    pub fn from(self, address: &str) -> Self {
        self.arg(&["--interface", address])
    }

    pub fn write(self, method: &str, body: &Value) -> Self {
        let body = body.to_string();
        self.arg(&["-X", method, "-H", "Content-Type: application/json", "-d", &body])
    }

    fn record(&self) -> Record {
        let path = self.url.splitn(4, '/').nth(3).unwrap_or_default();
        let mut record = Record::new("GET", &format!("/{path}"));
        for pair in self.arguments.windows(2) {
            match (&*pair[0], pair[1].split_once(": ")) {
                ("-X", _) => record.method(&pair[1]),
                ("-d", _) => record.body(pair[1].as_bytes()),
                ("-H", Some((name, value))) => record.header(name, value.as_bytes()),
                _ => {}
            }
        }
        record
    }

    fn start(&self) -> Child {
        let mut command = Command::new("curl");
        command.args(&self.arguments).arg(&self.url).kill_on_drop(true);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
        command.spawn().expect("curl is needed: ./check installs it")
    }

    /// The whole answer; `None` where there is no connection.
    pub async fn try_answer(self) -> Option<Answer> {
        let record = self.record();
        let output = tokio::time::timeout(PATIENCE, self.start().wait_with_output()).await;
        let output = output.unwrap_or_else(|_| panic!("no end of {}", self.url)).unwrap();
        let text = String::from_utf8(output.stdout).expect("UTF-8");
        let (head, text) = text.split_once("\r\n\r\n")?;
        let (status, headers) = parse(head);
        let answer = Answer { status, headers, text: text.to_owned() };
        record.answer(status, &answer.headers, text);
        output.status.success().then_some(answer)
    }

    pub async fn answer(self) -> Answer {
        let url = self.url.clone();
        self.try_answer().await.unwrap_or_else(|| panic!("no answer of {url}"))
    }

    /// A stream, if its head comes.
    pub async fn try_open(self) -> Option<Reading> {
        let ask = self.arg(&["-H", "Accept: text/event-stream"]);
        let (mut child, record) = (ask.start(), ask.record());
        let mut output = child.stdout.take().unwrap();
        let mut bytes = Vec::new();
        let head = loop {
            if let Some(at) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
                break bytes.drain(..at + 4).collect::<Vec<_>>();
            }
            let read = tokio::time::timeout(PATIENCE, output.read_buf(&mut bytes)).await;
            if read.expect("a head in time").unwrap() == 0 {
                return None;
            }
        };
        let (status, headers) = parse(std::str::from_utf8(&head[..head.len() - 4]).unwrap());
        let head = Answer { status, headers, text: String::new() };
        record.answer(status, &head.headers, "");
        let mut blocks = Blocks::default();
        blocks.bytes.append(&mut bytes);
        Some(Reading { child, output, head, blocks, record, cursor: None })
    }

    /// A stream that must open.
    pub async fn open(self) -> Reading {
        let url = self.url.clone();
        let reading = self.try_open().await.unwrap_or_else(|| panic!("no answer of {url}"));
        assert_eq!(reading.head.status, 200, "{url}");
        assert_eq!(reading.head.header("content-type"), "text/event-stream", "{url}");
        reading
    }
}

fn parse(head: &str) -> (u16, HeaderMap) {
    let mut lines = head.split("\r\n");
    let status = lines.next().and_then(|line| line.split(' ').nth(1)).expect("a status");
    let mut headers = HeaderMap::new();
    for (name, value) in lines.filter_map(|line| line.split_once(": ")) {
        let name = HeaderName::from_bytes(name.as_bytes()).unwrap();
        headers.append(name, HeaderValue::from_str(value).unwrap());
    }
    (status.parse().unwrap(), headers)
}

/// An open stream.
pub struct Reading {
    child: Child,
    output: ChildStdout,
    pub head: Answer,
    blocks: Blocks,
    record: Record,
    /// What `Last-Event-ID` would be.
    pub cursor: Option<String>,
}

impl Reading {
    pub async fn try_block(&mut self, within: Duration) -> Result<Block, End> {
        let deadline = Instant::now() + within;
        loop {
            if let Some(block) = self.blocks.next() {
                self.record.frame(&block);
                if let Some(id) = &block.id {
                    self.cursor = Some(id.clone());
                }
                return Ok(block);
            }
            let read = self.output.read_buf(&mut self.blocks.bytes);
            match tokio::time::timeout_at(deadline, read).await {
                Err(_) => return Err(End::Late),
                Ok(Ok(read)) if read > 0 => {}
                Ok(_) => {
                    // It knows a body that has ended from one that was cut.
                    let proper = self.child.wait().await.unwrap().success();
                    if proper {
                        self.record.end();
                    }
                    return Err(if proper { End::Proper } else { End::Cut });
                }
            }
        }
    }

    /// The next block of this kind: a control frame's name, or none for a message.
    #[track_caller]
    pub fn next(&mut self, event: Option<&'static str>) -> impl Future<Output = Block> + '_ {
        let caller = std::panic::Location::caller();
        async move {
            loop {
                match self.try_block(PATIENCE).await {
                    Ok(block) if block.event.as_deref() == event => return block,
                    Ok(block) if block.event.as_deref() != Some("bye") => {}
                    other => panic!("no {event:?}: {other:?}, asked at {caller}"),
                }
            }
        }
    }

    /// The next message or snapshot.
    #[track_caller]
    pub fn message(&mut self) -> impl Future<Output = Block> + '_ {
        self.next(None)
    }
}

/// Reads a stream as an `EventSource` does: comes back after `retry` with its cursor, until the
/// message with seq `last`; gives the seqs of all messages, and how often it came back.
///
/// What an `EventSource` would give up at fails.
pub async fn follow(ask: Ask, last: tokio::sync::watch::Receiver<Option<i64>>) -> Followed {
    let mut followed = Followed { seqs: Vec::new(), connections: 0 };
    let (mut cursor, mut retry) = (None::<String>, 3000);
    let deadline = Instant::now() + Duration::from_secs(90);
    let is_done = |seqs: &[i64]| last.borrow().is_some_and(|last| seqs.last() == Some(&last));
    while !is_done(&followed.seqs) {
        assert!(Instant::now() < deadline, "{:?} of {:?}", followed.seqs, *last.borrow());
        let again = cursor.iter().fold(ask.clone(), |ask, at| ask.with("Last-Event-ID", at));
        if let Some(mut reading) = again.try_open().await {
            let head = &reading.head;
            let kind = head.header("content-type");
            assert_eq!((head.status, kind), (200, "text/event-stream"), "it gives up for good");
            followed.connections += 1;
            while !is_done(&followed.seqs) && Instant::now() < deadline {
                match reading.try_block(Duration::from_millis(200)).await {
                    Ok(block) => {
                        retry = block.retry.unwrap_or(retry);
                        let is_message = block.event.is_none() && !block.is_snapshot();
                        followed.seqs.extend(is_message.then(|| block.seq()));
                    }
                    Err(End::Late) => {}
                    Err(_) => break,
                }
            }
            cursor = reading.cursor.take().or(cursor);
        }
        if !is_done(&followed.seqs) {
            tokio::time::sleep(Duration::from_millis(retry)).await;
        }
    }
    followed
}

#[derive(Debug)]
pub struct Followed {
    pub seqs: Vec<i64>,
    pub connections: usize,
}
