//! A subscriber that always reconnects, each time to the next node, and panics on duplicates,
//! reordering and gaps.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::time::Duration;

use tokio::time::Instant;

use super::api_client::seq_of;
use super::subscriber::{StreamEnd, StreamRequest, Subscriber};

/// Time limit of one connect: a node killed meanwhile never answers.
const OPEN_TIMEOUT: Duration = Duration::from_secs(10);
/// Delay after a failed connect.
const RETRY_DELAY: Duration = Duration::from_millis(100);

pub struct ReconnectingSubscriber {
    addresses: Vec<String>,
    path: String,
    next: usize,
    subscriber: Option<Subscriber>,
    cursor: Option<String>,
    /// The first expected seq, and the last received one.
    pub first_seq: i64,
    pub last_seq: i64,
    /// Hash of all message texts.
    received: DefaultHasher,
    /// Streams opened.
    pub connections: usize,
    /// Streams that ended without `bye`.
    pub disconnects: usize,
    /// After how many bytes the subscriber itself disconnects, by connection number.
    pub disconnect_after: Option<fn(usize) -> usize>,
}

impl ReconnectingSubscriber {
    pub fn new(addresses: &[String], first: usize, path: &str) -> Self {
        Self {
            addresses: addresses.to_vec(),
            path: path.to_owned(),
            next: first,
            subscriber: None,
            cursor: None,
            first_seq: 0,
            last_seq: 0,
            received: DefaultHasher::new(),
            connections: 0,
            disconnects: 0,
            disconnect_after: None,
        }
    }

    /// Reads up to this message; panics on timeouts and unexpected frames.
    pub async fn read_until(&mut self, seq: i64, within: Duration) {
        let deadline = Instant::now() + within;
        while self.last_seq < seq {
            assert!(Instant::now() < deadline, "at {} of {seq} after {within:?}", self.last_seq);
            self.step(Duration::from_millis(500)).await;
        }
    }

    /// Connects if there is no stream; otherwise waits for one frame.
    pub async fn step(&mut self, within: Duration) {
        let Some(subscriber) = &mut self.subscriber else { return self.open().await };
        match subscriber.try_frame(within).await {
            Ok(frame) => {
                if frame.event.is_none() {
                    let is_snapshot = frame.is_snapshot();
                    let (seq, data) = (frame.seq(), frame.data);
                    self.accept(seq, is_snapshot, &data);
                }
            }
            Err(StreamEnd::TimedOut) => {}
            Err(StreamEnd::Complete) => self.close(),
            Err(StreamEnd::Disconnected) => {
                self.disconnects += 1;
                self.close();
            }
        }
    }

    fn accept(&mut self, seq: i64, is_snapshot: bool, data: &str) {
        if is_snapshot {
            assert!(
                self.cursor.is_none(),
                "snapshot at {} despite a cursor: {data}",
                self.last_seq
            );
            self.first_seq = seq + 1;
        } else {
            assert_eq!(seq, self.last_seq + 1, "after {}", self.last_seq);
            data.hash(&mut self.received);
        }
        self.last_seq = seq;
        self.cursor = self.subscriber.as_ref().and_then(|subscriber| subscriber.cursor.clone());
    }

    fn close(&mut self) {
        self.subscriber = None;
    }

    async fn open(&mut self) {
        let address = self.addresses[self.next % self.addresses.len()].clone();
        self.next += 1;
        let mut request = StreamRequest::new(&address, &self.path);
        if let Some(cursor) = &self.cursor {
            request = request.after(cursor);
        }
        self.subscriber = request.try_open(OPEN_TIMEOUT).await;
        match &mut self.subscriber {
            Some(subscriber) => {
                self.connections += 1;
                if let Some(bytes) = self.disconnect_after {
                    subscriber.disconnect_after(bytes(self.connections));
                }
            }
            None => tokio::time::sleep(RETRY_DELAY).await,
        }
    }

    /// Asserts that the received messages equal the stored ones, byte for byte.
    pub fn assert_matches(&self, history: &[String]) {
        let mut stored = DefaultHasher::new();
        for text in history {
            let seq = seq_of(text);
            if seq >= self.first_seq && seq <= self.last_seq {
                text.hash(&mut stored);
            }
        }
        assert_eq!(
            self.received.finish(),
            stored.finish(),
            "{} to {}",
            self.first_seq,
            self.last_seq
        );
    }
}
