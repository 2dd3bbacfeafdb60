//! A reader who always comes back, at the next node each time, and takes nothing twice, nothing
//! out of order and no gap.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::time::Duration;

use tokio::time::Instant;

use super::api_client::seq_of;
use super::subscriber::{End, Viewer, Watch};

/// How long one opening of a stream may take: a node that is killed meanwhile never answers.
const OPENING: Duration = Duration::from_secs(10);
/// How long a node that is gone is left alone.
const PAUSE: Duration = Duration::from_millis(100);

pub struct Follower {
    addresses: Vec<String>,
    path: String,
    next: usize,
    viewer: Option<Viewer>,
    cursor: Option<String>,
    /// The first seq it was to be told, and the last it was told.
    pub from: i64,
    pub at: i64,
    /// Of all texts it was told.
    told: DefaultHasher,
    /// Streams it has opened.
    pub opened: usize,
    /// Streams that ended without a goodbye.
    pub cut: usize,
    /// Of how many bytes a stream is cut by itself, from time to time.
    pub cuts_itself: Option<fn(usize) -> usize>,
}

impl Follower {
    pub fn new(addresses: &[String], first: usize, path: &str) -> Self {
        Self {
            addresses: addresses.to_vec(),
            path: path.to_owned(),
            next: first,
            viewer: None,
            cursor: None,
            from: 0,
            at: 0,
            told: DefaultHasher::new(),
            opened: 0,
            cut: 0,
            cuts_itself: None,
        }
    }

    /// Reads until it has been told this message; panics where that takes too long, and at
    /// whatever it should not have been told.
    pub async fn until(&mut self, seq: i64, within: Duration) {
        let deadline = Instant::now() + within;
        while self.at < seq {
            assert!(Instant::now() < deadline, "at {} of {seq} after {within:?}", self.at);
            self.step(Duration::from_millis(500)).await;
        }
    }

    /// Opens a stream where there is none, and takes what comes, for so long at most.
    pub async fn step(&mut self, within: Duration) {
        let Some(viewer) = &mut self.viewer else { return self.open().await };
        match viewer.try_block(within).await {
            Ok(block) => {
                if block.event.is_none() {
                    let is_snapshot = block.is_snapshot();
                    let (seq, data) = (block.seq(), block.data);
                    self.take(seq, is_snapshot, &data);
                }
            }
            Err(End::Late) => {}
            Err(End::Proper) => self.ended(),
            Err(End::Cut) => {
                self.cut += 1;
                self.ended();
            }
        }
    }

    fn take(&mut self, seq: i64, is_snapshot: bool, data: &str) {
        if is_snapshot {
            assert!(
                self.cursor.is_none(),
                "a snapshot at {} for who has a cursor: {data}",
                self.at
            );
            self.from = seq + 1;
        } else {
            assert_eq!(seq, self.at + 1, "after {}", self.at);
            data.hash(&mut self.told);
        }
        self.at = seq;
        self.cursor = self.viewer.as_ref().and_then(|viewer| viewer.cursor.clone());
    }

    fn ended(&mut self) {
        self.viewer = None;
    }

    async fn open(&mut self) {
        let address = self.addresses[self.next % self.addresses.len()].clone();
        self.next += 1;
        let mut watch = Watch::new(&address, &self.path);
        if let Some(cursor) = &self.cursor {
            watch = watch.after(cursor);
        }
        self.viewer = watch.attempt(OPENING).await;
        match &mut self.viewer {
            Some(viewer) => {
                self.opened += 1;
                if let Some(bytes) = self.cuts_itself {
                    viewer.cut_after(bytes(self.opened));
                }
            }
            None => tokio::time::sleep(PAUSE).await,
        }
    }

    /// What it was told is what is stored, byte for byte.
    pub fn agrees_with(&self, history: &[String]) {
        let mut stored = DefaultHasher::new();
        for text in history {
            let seq = seq_of(text);
            if seq >= self.from && seq <= self.at {
                text.hash(&mut stored);
            }
        }
        assert_eq!(self.told.finish(), stored.finish(), "{} to {}", self.from, self.at);
    }
}
