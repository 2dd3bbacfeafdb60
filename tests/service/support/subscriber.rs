//! Reads an event stream from a socket, block by block, with a deadline, and takes nothing that
//! the protocol doesn't promise.

use std::time::Duration;

use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::Instant;

use super::api_client::Client;
use super::record;
use super::record::Record;
use super::response_head::Head;
use super::sse::{Block, Blocks, Chunks};

/// How long what must come may take.
pub const PATIENCE: Duration = Duration::from_secs(20);

/// A stream to be opened.
#[derive(Clone)]
pub struct Watch {
    address: String,
    path: String,
    version: &'static str,
    headers: Vec<(String, Vec<u8>)>,
}

/// Why there is no further block.
#[derive(Debug, PartialEq, Eq)]
pub enum End {
    /// The body has ended as HTTP says.
    Proper,
    /// The connection broke, or was cut by us.
    Cut,
    /// Nothing came in time.
    Late,
}

pub struct Viewer {
    socket: TcpStream,
    pub head: Head,
    chunks: Chunks,
    blocks: Blocks,
    /// What came after the body, which only another request has an answer in.
    rest: Vec<u8>,
    /// Bytes of the body that may still be read, before the connection counts as cut.
    left: usize,
    cut: bool,
    record: Record,
    /// What `Last-Event-ID` would be.
    pub cursor: Option<String>,
}

impl Watch {
    pub fn new(address: &str, path: &str) -> Self {
        record::begin();
        let (address, path) = (address.to_owned(), path.to_owned());
        Self { address, path, version: "HTTP/1.1", headers: Vec::new() }
    }

    /// In this version of HTTP.
    pub fn speaking(self, version: &'static str) -> Self {
        Self { version, ..self }
    }

    pub fn with(self, name: &str, value: &str) -> Self {
        self.with_bytes(name, value.as_bytes())
    }

    pub fn with_bytes(mut self, name: &str, value: &[u8]) -> Self {
        self.headers.push((name.to_owned(), value.to_vec()));
        self
    }

    pub fn after(self, cursor: &str) -> Self {
        self.with("Last-Event-ID", cursor)
    }

    /// As this person.
    pub fn by(self, client: &Client) -> Self {
        match &client.token {
            Some(token) => self.with("Authorization", &format!("Bearer {token}")),
            None => self,
        }
    }

    /// Opens a stream that must open.
    pub async fn open(self) -> Viewer {
        let path = self.path.clone();
        let viewer = self.answer().await;
        assert_eq!(viewer.head.status, 200, "{path}");
        assert_eq!(viewer.head.header("content-type"), "text/event-stream", "{path}");
        viewer
    }

    /// Whatever it is answered.
    pub async fn answer(self) -> Viewer {
        let viewer = self.connect().await.expect("a connection");
        tokio::time::timeout(PATIENCE, viewer).await.expect("a head in time").expect("a head")
    }

    /// The stream, or nothing where nobody answers in time, or not with a stream.
    pub async fn attempt(self, within: Duration) -> Option<Viewer> {
        let viewer = async { self.connect().await?.await };
        let viewer = tokio::time::timeout(within, viewer).await.ok()?.ok()?;
        let is_stream = viewer.head.header("content-type") == "text/event-stream";
        (viewer.head.status == 200 && is_stream).then_some(viewer)
    }

    /// Asks; gives what waits for the head.
    async fn connect(self) -> std::io::Result<impl Future<Output = std::io::Result<Viewer>>> {
        let mut socket = TcpStream::connect(&self.address).await?;
        socket.set_nodelay(true)?;
        socket.write_all(&self.request()).await?;
        Ok(Viewer::begin(socket, Vec::new(), self.version, self.record()))
    }

    pub fn record(&self) -> Record {
        let mut record = Record::new("GET", &self.path);
        for (name, value) in &self.headers {
            record.header(name, value);
        }
        record
    }

    pub fn request(&self) -> Vec<u8> {
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

impl Viewer {
    /// The first answer to what is sent here: requests of HTTP/1.1.
    pub async fn asking(address: &str, requests: &[u8]) -> Self {
        let mut socket = TcpStream::connect(address).await.unwrap();
        socket.write_all(requests).await.unwrap();
        let record = Record::new("GET", "");
        let answer = Self::begin(socket, Vec::new(), "HTTP/1.1", record);
        tokio::time::timeout(PATIENCE, answer).await.expect("a head in time").expect("a head")
    }

    /// Reads the head of what a client of this version is answered.
    async fn begin(
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
        let head = Head::parse(&bytes[..end]);
        let mut chunks = head.body(version);
        let mut blocks = Blocks::default();
        let rest = chunks.feed(&bytes[end + 4..], &mut blocks.bytes).to_vec();
        record.head(head.status, &head.headers);
        let (left, cut, cursor) = (usize::MAX, false, None);
        Ok(Self { socket, head, chunks, blocks, rest, left, cut, record, cursor })
    }

    /// Takes only so many bytes more; then the connection is as good as cut, at whatever byte
    /// that is.
    pub fn cut_after(&mut self, bytes: usize) {
        self.left = bytes;
    }

    /// The next block, or why there is none.
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
            if self.chunks.is_done() {
                assert!(self.blocks.bytes.is_empty(), "the body ends within a frame");
                self.record.end();
                return Err(End::Proper);
            }
            if self.cut {
                return Err(End::Cut);
            }
            match tokio::time::timeout_at(deadline, self.fill()).await {
                Err(_) => return Err(End::Late),
                Ok(cut) => self.cut = cut,
            }
        }
    }

    /// Reads what comes next; `true` where the connection is cut before the body's end.
    async fn fill(&mut self) -> bool {
        let mut bytes = vec![0; self.left.min(64 * 1024)];
        match self.socket.read(&mut bytes).await {
            Err(_) => true,
            Ok(0) => self.left == 0 || !self.chunks.close(),
            Ok(taken) => {
                if self.left != usize::MAX {
                    self.left -= taken;
                }
                let rest = self.chunks.feed(&bytes[..taken], &mut self.blocks.bytes);
                self.rest.extend_from_slice(rest);
                false
            }
        }
    }

    /// The whole body, of an answer that is no stream.
    pub async fn text(&mut self) -> String {
        while !self.chunks.is_done() {
            let cut = tokio::time::timeout(PATIENCE, self.fill()).await.expect("a body in time");
            assert!(!cut, "the body is cut: {:?}", self.head);
        }
        String::from_utf8(std::mem::take(&mut self.blocks.bytes)).expect("UTF-8")
    }

    /// After the body: the connection is closed, or takes another request, as the head said.
    pub async fn ends_as_said(mut self) {
        assert!(self.rest.is_empty(), "after the body: {:?}", self.rest);
        if self.head.closes() {
            let end = tokio::time::timeout(PATIENCE, self.socket.read(&mut [0])).await;
            return assert_eq!(
                end.expect("closed in time").unwrap(),
                0,
                "closed, and nothing more"
            );
        }
        self.socket.write_all(b"GET /healthz HTTP/1.1\r\nHost: here\r\n\r\n").await.unwrap();
        let mut next = self.next_answer().await;
        assert_eq!((next.head.status, &*next.text().await), (200, r#"{"status":"ok"}"#));
    }

    /// The answer to the request that was sent after this one's.
    pub async fn next_answer(self) -> Self {
        let next = Self::begin(self.socket, self.rest, "HTTP/1.1", Record::new("GET", ""));
        tokio::time::timeout(PATIENCE, next).await.expect("a head in time").expect("a head")
    }

    /// The next block, which must come.
    #[track_caller]
    pub fn block(&mut self) -> impl Future<Output = Block> + '_ {
        let caller = std::panic::Location::caller();
        async move {
            let next = self.try_block(PATIENCE).await;
            next.unwrap_or_else(|end| panic!("no block: {end:?}, asked at {caller}"))
        }
    }

    /// The first of these in time: heartbeats alone are no reason to wait on.
    async fn first(&mut self, wanted: impl Fn(&Block) -> bool) -> Result<Block, End> {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let block = self.try_block(deadline - Instant::now()).await?;
            if wanted(&block) {
                return Ok(block);
            }
        }
    }

    /// The next message or snapshot: what `onmessage` gets.
    #[track_caller]
    pub fn message(&mut self) -> impl Future<Output = Block> + '_ {
        let caller = std::panic::Location::caller();
        async move {
            let wanted = |block: &Block| matches!(block.event.as_deref(), None | Some("bye"));
            match self.first(wanted).await {
                Ok(block) if block.event.is_none() => block,
                other => panic!("no message: {other:?}, asked at {caller}"),
            }
        }
    }

    /// Reads on until a control frame of this name.
    #[track_caller]
    pub fn control(&mut self, name: &str) -> impl Future<Output = Block> + '_ {
        let caller = std::panic::Location::caller();
        let name = name.to_owned();
        async move {
            let found = self.first(|block| block.event.as_deref() == Some(&*name)).await;
            found.unwrap_or_else(|end| panic!("no {name}: {end:?}, asked at {caller}"))
        }
    }

    /// Messages up to the one with this seq, which is the last of them.
    pub async fn until(&mut self, seq: i64) -> Vec<Block> {
        let mut all = Vec::new();
        while all.last().is_none_or(|last: &Block| last.seq() < seq) {
            all.push(self.message().await);
        }
        assert_eq!(all.last().unwrap().seq(), seq);
        all
    }

    /// Reads on to the goodbye, which the end of the body must follow; gives its data and frame.
    pub async fn goodbye(&mut self) -> (Value, Block) {
        let bye = self.control("bye").await;
        let end = self.try_block(PATIENCE).await;
        assert_eq!(end.err(), Some(End::Proper), "the body ends after bye");
        (bye.json(), bye)
    }
}
