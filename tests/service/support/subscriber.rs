//! A strict event-stream client on a raw socket, with deadlines, which panics on anything that the
//! protocol does not promise.

use std::time::Duration;

use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::Instant;

use super::api_client::ApiClient;
use super::record;
use super::record::Record;
use super::response_head::ResponseHead;
use super::sse::{BodyDecoder, Frame, FrameParser};

/// Time limit for anything that must arrive.
pub const WAIT_TIMEOUT: Duration = Duration::from_secs(20);

/// A stream request to send.
#[derive(Clone)]
pub struct StreamRequest {
    address: String,
    path: String,
    version: &'static str,
    headers: Vec<(String, Vec<u8>)>,
}

/// Why there is no further frame.
#[derive(Debug, PartialEq, Eq)]
pub enum StreamEnd {
    /// The body ended properly.
    Complete,
    /// The connection broke, or this client cut it.
    Disconnected,
    /// Nothing arrived in time.
    TimedOut,
}

pub struct Subscriber {
    socket: TcpStream,
    pub head: ResponseHead,
    decoder: BodyDecoder,
    parser: FrameParser,
    /// Bytes after the body, which belong to the next response.
    leftover: Vec<u8>,
    /// Bytes of the body that may still be read before this client disconnects.
    remaining: usize,
    disconnected: bool,
    record: Record,
    /// The next `Last-Event-ID`.
    pub cursor: Option<String>,
}

impl StreamRequest {
    pub fn new(address: &str, path: &str) -> Self {
        record::begin();
        let (address, path) = (address.to_owned(), path.to_owned());
        Self { address, path, version: "HTTP/1.1", headers: Vec::new() }
    }

    /// Uses this version of HTTP.
    pub fn http_version(self, version: &'static str) -> Self {
        Self { version, ..self }
    }

    pub fn header(self, name: &str, value: &str) -> Self {
        self.header_bytes(name, value.as_bytes())
    }

    pub fn header_bytes(mut self, name: &str, value: &[u8]) -> Self {
        self.headers.push((name.to_owned(), value.to_vec()));
        self
    }

    pub fn after(self, cursor: &str) -> Self {
        self.header("Last-Event-ID", cursor)
    }

    /// Uses this user's token.
    pub fn with_user(self, client: &ApiClient) -> Self {
        match &client.token {
            Some(token) => self.header("Authorization", &format!("Bearer {token}")),
            None => self,
        }
    }

    /// Opens the stream and asserts that it is one.
    pub async fn open(self) -> Subscriber {
        let path = self.path.clone();
        let subscriber = self.send().await;
        assert_eq!(subscriber.head.status, 200, "{path}");
        assert_eq!(subscriber.head.header("content-type"), "text/event-stream", "{path}");
        subscriber
    }

    /// Sends the request; accepts any response.
    pub async fn send(self) -> Subscriber {
        let subscriber = self.connect().await.expect("a connection");
        tokio::time::timeout(WAIT_TIMEOUT, subscriber)
            .await
            .expect("a head in time")
            .expect("a head")
    }

    /// Returns the stream, or `None` if nobody answers in time or the response is not a stream.
    pub async fn try_open(self, timeout: Duration) -> Option<Subscriber> {
        let subscriber = async { self.connect().await?.await };
        let subscriber = tokio::time::timeout(timeout, subscriber).await.ok()?.ok()?;
        let is_stream = subscriber.head.header("content-type") == "text/event-stream";
        (subscriber.head.status == 200 && is_stream).then_some(subscriber)
    }

    /// Sends the request; the returned future waits for the head.
    async fn connect(self) -> std::io::Result<impl Future<Output = std::io::Result<Subscriber>>> {
        let mut socket = TcpStream::connect(&self.address).await?;
        socket.set_nodelay(true)?;
        socket.write_all(&self.to_bytes()).await?;
        Ok(Subscriber::read_head(socket, Vec::new(), self.version, self.record()))
    }

    pub fn record(&self) -> Record {
        let mut record = Record::new("GET", &self.path);
        for (name, value) in &self.headers {
            record.header(name, value);
        }
        record
    }

    pub fn to_bytes(&self) -> Vec<u8> {
        let Self { address, path, version, .. } = self;
        let mut request = format!("GET {path} {version}\r\nHost: {address}\r\n");
        request.push_str("Accept: text/event-stream\r\n");
        let mut request = request.into_bytes();
        for (name, value) in &self.headers {
            request.extend_from_slice(name.as_bytes());
            request.extend_from_slice(b": ");
            request.extend_from_slice(value);
            request.extend_from_slice(b"\r\n");
        }
        request.extend_from_slice(b"\r\n");
        request
    }
}

impl Subscriber {
    /// Sends raw HTTP/1.1 requests; returns the first response.
    pub async fn send_raw(address: &str, requests: &[u8]) -> Self {
        let mut socket = TcpStream::connect(address).await.unwrap();
        socket.write_all(requests).await.unwrap();
        let record = Record::new("GET", "");
        let response = Self::read_head(socket, Vec::new(), "HTTP/1.1", record);
        tokio::time::timeout(WAIT_TIMEOUT, response).await.expect("a head in time").expect("a head")
    }

    /// Reads the head of a response to a client of this version.
    async fn read_head(
        mut socket: TcpStream,
        mut bytes: Vec<u8>,
        version: &str,
        record: Record,
    ) -> std::io::Result<Self> {
        let end = loop {
            if let Some(at) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
                break at;
            }
            if socket.read_buf(&mut bytes).await? == 0 {
                return Err(std::io::ErrorKind::UnexpectedEof.into());
            }
        };
        let head = ResponseHead::parse(&bytes[..end]);
        let mut decoder = head.body_decoder(version);
        let mut parser = FrameParser::default();
        let leftover = decoder.feed(&bytes[end + 4..], &mut parser.bytes).to_vec();
        record.head(head.status, &head.headers);
        let (remaining, disconnected, cursor) = (usize::MAX, false, None);
        Ok(Self {
            socket,
            head,
            decoder,
            parser,
            leftover,
            remaining,
            disconnected,
            record,
            cursor,
        })
    }

    /// Disconnects after this many more bytes, at whatever byte that is.
    pub fn disconnect_after(&mut self, bytes: usize) {
        self.remaining = bytes;
    }

    /// Returns the next frame, or why there is none.
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
            if self.decoder.is_done() {
                assert!(self.parser.bytes.is_empty(), "body ends within a frame");
                self.record.end();
                return Err(StreamEnd::Complete);
            }
            if self.disconnected {
                return Err(StreamEnd::Disconnected);
            }
            match tokio::time::timeout_at(deadline, self.read_more()).await {
                Err(_) => return Err(StreamEnd::TimedOut),
                Ok(disconnected) => self.disconnected = disconnected,
            }
        }
    }

    /// Reads more bytes; returns `true` if the connection broke before the end of the body.
    async fn read_more(&mut self) -> bool {
        let mut bytes = vec![0; self.remaining.min(64 * 1024)];
        match self.socket.read(&mut bytes).await {
            Err(_) => true,
            Ok(0) => self.remaining == 0 || !self.decoder.close(),
            Ok(taken) => {
                if self.remaining != usize::MAX {
                    self.remaining -= taken;
                }
                let leftover = self.decoder.feed(&bytes[..taken], &mut self.parser.bytes);
                self.leftover.extend_from_slice(leftover);
                false
            }
        }
    }

    /// Returns the whole body of a response that is not a stream.
    pub async fn body_text(&mut self) -> String {
        while !self.decoder.is_done() {
            let disconnected =
                tokio::time::timeout(WAIT_TIMEOUT, self.read_more()).await.expect("a body in time");
            assert!(!disconnected, "body is truncated: {:?}", self.head);
        }
        String::from_utf8(std::mem::take(&mut self.parser.bytes)).expect("UTF-8")
    }

    /// Checks that the connection closes after the body, or takes another request, as the head
    /// announced.
    pub async fn assert_connection_as_announced(mut self) {
        assert!(self.leftover.is_empty(), "bytes after the body: {:?}", self.leftover);
        if self.head.closes_connection() {
            let end = tokio::time::timeout(WAIT_TIMEOUT, self.socket.read(&mut [0])).await;
            return assert_eq!(end.expect("closed in time").unwrap(), 0, "bytes after the close");
        }
        self.socket.write_all(b"GET /healthz HTTP/1.1\r\nHost: here\r\n\r\n").await.unwrap();
        let mut next = self.next_response().await;
        assert_eq!((next.head.status, &*next.body_text().await), (200, r#"{"status":"ok"}"#));
    }

    /// Returns the response to the next pipelined request.
    pub async fn next_response(self) -> Self {
        let next = Self::read_head(self.socket, self.leftover, "HTTP/1.1", Record::new("GET", ""));
        tokio::time::timeout(WAIT_TIMEOUT, next).await.expect("a head in time").expect("a head")
    }

    /// Returns the next frame; panics if there is none.
    #[track_caller]
    pub fn next_frame(&mut self) -> impl Future<Output = Frame> + '_ {
        let caller = std::panic::Location::caller();
        async move {
            let next = self.try_frame(WAIT_TIMEOUT).await;
            next.unwrap_or_else(|end| panic!("no frame: {end:?}, called at {caller}"))
        }
    }

    /// Returns the first matching frame; heartbeats do not extend the deadline.
    async fn first_matching(
        &mut self,
        wanted: impl Fn(&Frame) -> bool,
    ) -> Result<Frame, StreamEnd> {
        let deadline = Instant::now() + WAIT_TIMEOUT;
        loop {
            let frame = self.try_frame(deadline - Instant::now()).await?;
            if wanted(&frame) {
                return Ok(frame);
            }
        }
    }

    /// Returns the next message or snapshot: what `onmessage` gets.
    #[track_caller]
    pub fn next_message(&mut self) -> impl Future<Output = Frame> + '_ {
        let caller = std::panic::Location::caller();
        async move {
            let wanted = |frame: &Frame| matches!(frame.event.as_deref(), None | Some("bye"));
            match self.first_matching(wanted).await {
                Ok(frame) if frame.event.is_none() => frame,
                other => panic!("no message: {other:?}, called at {caller}"),
            }
        }
    }

    /// Reads up to a control frame of this name.
    #[track_caller]
    pub fn until_control(&mut self, name: &str) -> impl Future<Output = Frame> + '_ {
        let caller = std::panic::Location::caller();
        let name = name.to_owned();
        async move {
            let found = self.first_matching(|frame| frame.event.as_deref() == Some(&*name)).await;
            found.unwrap_or_else(|end| panic!("no {name}: {end:?}, called at {caller}"))
        }
    }

    /// Returns all messages up to the one with this seq.
    pub async fn messages_until(&mut self, seq: i64) -> Vec<Frame> {
        let mut all = Vec::new();
        while all.last().is_none_or(|last: &Frame| last.seq() < seq) {
            all.push(self.next_message().await);
        }
        assert_eq!(all.last().unwrap().seq(), seq);
        all
    }

    /// Reads up to the `bye` frame, which must end the body; returns its data and the frame.
    pub async fn until_bye(&mut self) -> (Value, Frame) {
        let bye = self.until_control("bye").await;
        let end = self.try_frame(WAIT_TIMEOUT).await;
        assert_eq!(end.err(), Some(StreamEnd::Complete), "body does not end after bye");
        (bye.json(), bye)
    }
}
