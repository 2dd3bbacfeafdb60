//! `curl` as a client: TLS and HTTP/2, which the other test clients do not support.

use std::process::Stdio;
use std::time::Duration;

use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use serde_json::Value;
use tokio::io::AsyncReadExt;
use tokio::process::{Child, ChildStdout, Command};
use tokio::time::Instant;

use super::api_client::{ApiClient, ApiResponse};
use super::record;
use super::record::Record;
use super::sse::{Frame, FrameParser};
use super::subscriber::{StreamEnd, WAIT_TIMEOUT};

/// A request to send.
#[derive(Clone)]
pub struct CurlRequest {
    arguments: Vec<String>,
    url: String,
}

impl CurlRequest {
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

    pub fn header(self, name: &str, value: &str) -> Self {
        self.arg(&["-H", &format!("{name}: {value}")])
    }

    pub fn with_user(self, client: &ApiClient) -> Self {
        match &client.token {
            Some(token) => self.header("Authorization", &format!("Bearer {token}")),
            None => self,
        }
    }

    /// Sends this in the request line instead of the path, unchanged.
    pub fn request_target(self, target: &str) -> Self {
        self.arg(&["--request-target", target])
    }

    /// Sends from another local address.
    pub fn with_source_address(self, address: &str) -> Self {
        self.arg(&["--interface", address])
    }

    pub fn json(self, method: &str, body: &Value) -> Self {
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

    /// Returns the whole response, or `None` without a connection.
    pub async fn try_send(self) -> Option<ApiResponse> {
        let record = self.record();
        let output = tokio::time::timeout(WAIT_TIMEOUT, self.start().wait_with_output()).await;
        let output = output.unwrap_or_else(|_| panic!("no end of {}", self.url)).unwrap();
        let text = String::from_utf8(output.stdout).expect("UTF-8");
        let (head, text) = text.split_once("\r\n\r\n")?;
        let (status, headers) = parse(head);
        let response = ApiResponse { status, headers, text: text.to_owned() };
        record.answer(status, &response.headers, text);
        output.status.success().then_some(response)
    }

    pub async fn send(self) -> ApiResponse {
        let url = self.url.clone();
        self.try_send().await.unwrap_or_else(|| panic!("no response from {url}"))
    }

    /// Opens a stream, if a head arrives.
    pub async fn try_open(self) -> Option<CurlStream> {
        let request = self.arg(&["-H", "Accept: text/event-stream"]);
        let (mut child, record) = (request.start(), request.record());
        let mut output = child.stdout.take().unwrap();
        let mut bytes = Vec::new();
        let head = loop {
            if let Some(at) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
                break bytes.drain(..at + 4).collect::<Vec<_>>();
            }
            let read = tokio::time::timeout(WAIT_TIMEOUT, output.read_buf(&mut bytes)).await;
            if read.expect("a head in time").unwrap() == 0 {
                return None;
            }
        };
        let (status, headers) = parse(std::str::from_utf8(&head[..head.len() - 4]).unwrap());
        let head = ApiResponse { status, headers, text: String::new() };
        record.answer(status, &head.headers, "");
        let mut parser = FrameParser::default();
        parser.bytes.append(&mut bytes);
        Some(CurlStream { child, output, head, parser, record, cursor: None })
    }

    /// Opens a stream and asserts that it is one.
    pub async fn open(self) -> CurlStream {
        let url = self.url.clone();
        let stream = self.try_open().await.unwrap_or_else(|| panic!("no response from {url}"));
        assert_eq!(stream.head.status, 200, "{url}");
        assert_eq!(stream.head.header("content-type"), "text/event-stream", "{url}");
        stream
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
pub struct CurlStream {
    child: Child,
    output: ChildStdout,
    pub head: ApiResponse,
    parser: FrameParser,
    record: Record,
    /// The next `Last-Event-ID`.
    pub cursor: Option<String>,
}

impl CurlStream {
    pub async fn try_frame(&mut self, timeout: Duration) -> Result<Frame, StreamEnd> {
        let deadline = Instant::now() + timeout;
        loop {
            if let Some(frame) = self.parser.next() {
                self.record.frame(&frame);
                if let Some(id) = &frame.id {
                    self.cursor = Some(id.clone());
                }
                return Ok(frame);
            }
            let read = self.output.read_buf(&mut self.parser.bytes);
            match tokio::time::timeout_at(deadline, read).await {
                Err(_) => return Err(StreamEnd::TimedOut),
                Ok(Ok(read)) if read > 0 => {}
                Ok(_) => {
                    // `curl` distinguishes a complete body from a broken one.
                    let is_complete = self.child.wait().await.unwrap().success();
                    if is_complete {
                        self.record.end();
                    }
                    return Err(if is_complete {
                        StreamEnd::Complete
                    } else {
                        StreamEnd::Disconnected
                    });
                }
            }
        }
    }

    /// Returns the next frame with this event name; `None` for messages.
    #[track_caller]
    pub fn next_frame(&mut self, event: Option<&'static str>) -> impl Future<Output = Frame> + '_ {
        let caller = std::panic::Location::caller();
        async move {
            loop {
                match self.try_frame(WAIT_TIMEOUT).await {
                    Ok(frame) if frame.event.as_deref() == event => return frame,
                    Ok(frame) if frame.event.as_deref() != Some("bye") => {}
                    other => panic!("no {event:?}: {other:?}, called at {caller}"),
                }
            }
        }
    }

    /// Returns the next message or snapshot.
    #[track_caller]
    pub fn next_message(&mut self) -> impl Future<Output = Frame> + '_ {
        self.next_frame(None)
    }
}

/// Follows a stream like an `EventSource`: reconnects after `retry` with its cursor, until the
/// message with seq `last`. Returns the seqs of all messages and the number of connections.
///
/// Panics on responses at which an `EventSource` would give up.
pub async fn follow(
    request: CurlRequest,
    last: tokio::sync::watch::Receiver<Option<i64>>,
) -> FollowResult {
    let mut followed = FollowResult { seqs: Vec::new(), connections: 0 };
    let (mut cursor, mut retry) = (None::<String>, 3000);
    let deadline = Instant::now() + Duration::from_secs(90);
    let is_done = |seqs: &[i64]| last.borrow().is_some_and(|last| seqs.last() == Some(&last));
    while !is_done(&followed.seqs) {
        assert!(Instant::now() < deadline, "{:?} of {:?}", followed.seqs, *last.borrow());
        let again =
            cursor.iter().fold(request.clone(), |request, at| request.header("Last-Event-ID", at));
        if let Some(mut stream) = again.try_open().await {
            let head = &stream.head;
            let kind = head.header("content-type");
            assert_eq!(
                (head.status, kind),
                (200, "text/event-stream"),
                "an EventSource would give up"
            );
            followed.connections += 1;
            while !is_done(&followed.seqs) && Instant::now() < deadline {
                match stream.try_frame(Duration::from_millis(200)).await {
                    Ok(frame) => {
                        retry = frame.retry.unwrap_or(retry);
                        let is_message = frame.event.is_none() && !frame.is_snapshot();
                        followed.seqs.extend(is_message.then(|| frame.seq()));
                    }
                    Err(StreamEnd::TimedOut) => {}
                    Err(_) => break,
                }
            }
            cursor = stream.cursor.take().or(cursor);
        }
        if !is_done(&followed.seqs) {
            tokio::time::sleep(Duration::from_millis(retry)).await;
        }
    }
    followed
}

#[derive(Debug)]
pub struct FollowResult {
    pub seqs: Vec<i64>,
    pub connections: usize,
}
