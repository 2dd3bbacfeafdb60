//! Reads an event stream from a socket, block by block, with a deadline, and takes nothing that
//! the protocol doesn't promise.

use std::time::Duration;

use serde_json::Value;
use tokio::io::AsyncReadExt;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio::time::Instant;

use super::client::Client;
use super::sse::Block;
use super::sse::Blocks;
use super::sse::Chunks;

/// How long what must come may take.
pub const PATIENCE: Duration = Duration::from_secs(20);

/// A stream to be opened.
#[derive(Clone)]
pub struct Watch {
    address: String,
    path: String,
    headers: Vec<(String, Vec<u8>)>,
}

/// The head of an answer.
#[derive(Debug)]
pub struct Head {
    pub status: u16,
    pub headers: Vec<(String, String)>,
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
    /// Bytes of the body that may still be read, before the connection counts as cut.
    left: usize,
    cut: bool,
    /// What `Last-Event-ID` would be.
    pub cursor: Option<String>,
}

impl Watch {
    pub fn new(address: &str, path: &str) -> Self {
        Self { address: address.to_owned(), path: path.to_owned(), headers: Vec::new() }
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
        Ok(Viewer::begin(socket))
    }

    pub fn request(&self) -> Vec<u8> {
        let mut request = format!("GET {} HTTP/1.1\r\nHost: {}\r\n", self.path, self.address);
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

impl Head {
    fn parse(text: &str) -> Self {
        let mut lines = text.split("\r\n");
        let status = lines.next().and_then(|line| line.split(' ').nth(1)).unwrap();
        let headers = lines.filter_map(|line| line.split_once(": "));
        let headers = headers.map(|(name, value)| (name.to_lowercase(), value.to_owned()));
        Self { status: status.parse().unwrap(), headers: headers.collect() }
    }

    pub fn header(&self, name: &str) -> &str {
        let found = self.headers.iter().find(|(known, _)| known == name);
        found.map_or("", |(_, value)| value)
    }
}

impl Viewer {
    async fn begin(mut socket: TcpStream) -> std::io::Result<Self> {
        let mut bytes = Vec::new();
        let end = loop {
            if let Some(at) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
                break at;
            }
            if socket.read_buf(&mut bytes).await? == 0 {
                return Err(std::io::ErrorKind::UnexpectedEof.into());
            }
        };
        let head = Head::parse(std::str::from_utf8(&bytes[..end]).expect("a head of ASCII"));
        let chunked = head.header("transfer-encoding") == "chunked";
        let length = head.header("content-length").parse().ok();
        let mut chunks = if chunked { Chunks::new() } else { Chunks::plain(length.unwrap_or(0)) };
        let mut blocks = Blocks::default();
        chunks.feed(&bytes[end + 4..], &mut blocks.bytes);
        let cursor = None;
        Ok(Self { socket, head, chunks, blocks, left: usize::MAX, cut: false, cursor })
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
                if let Some(id) = &block.id {
                    self.cursor = Some(id.clone());
                }
                return Ok(block);
            }
            if self.chunks.is_done() {
                assert!(self.blocks.bytes.is_empty(), "the body ends within a frame");
                return Err(End::Proper);
            }
            if self.cut {
                return Err(End::Cut);
            }
            match tokio::time::timeout_at(deadline, self.fill()).await {
                Err(_) => return Err(End::Late),
                Ok(taken) => self.cut = taken == 0,
            }
        }
    }

    async fn fill(&mut self) -> usize {
        let mut bytes = vec![0; self.left.min(64 * 1024)];
        let taken = self.socket.read(&mut bytes).await.unwrap_or_default();
        if self.left != usize::MAX {
            self.left -= taken;
        }
        self.chunks.feed(&bytes[..taken], &mut self.blocks.bytes);
        taken
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
