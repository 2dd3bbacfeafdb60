//! One stream of the upstream: its link's state, recent frames and staleness.

use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use tokio::sync::watch;
use tokio::task::AbortHandle;
use tokio::time::Instant;

use crate::domain::topic::{Seq, StreamId};
use crate::relay::error::{UpstreamError, UpstreamResult};
use crate::stream::cursor;
use crate::stream::frame::Frame;
use crate::stream::frame_page::FramePage;
use crate::stream::ring::Ring;

/// Frames buffered for new subscribers. Hubs have rings of their own, which share the bytes.
const MAX_BUFFERED_FRAMES: usize = 1024;
const MAX_BUFFERED_BYTES: usize = 4 * 1024 * 1024;

/// The link to one stream of the upstream.
pub struct UpstreamLink {
    pub stream: StreamId,
    buffer: Mutex<LinkBuffer>,
    state: watch::Sender<LinkState>,
    /// Time and result of the latest head query: concurrent callers share one request.
    pub last_head_query: tokio::sync::Mutex<Option<(Instant, Seq)>>,
    task: OnceLock<AbortHandle>,
    stale_reason: Mutex<Option<StaleReason>>,
}

/// Why the upstream may have newer messages than the link.
#[derive(Clone, Debug)]
pub enum StaleReason {
    Disconnected,
    /// The upstream reports that it is stale itself, since this time.
    UpstreamStale(String),
}

struct LinkBuffer {
    epoch: Arc<str>,
    ring: Ring,
}

/// The state of a link; it ends in one of the last three.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LinkState {
    Opening,
    Open,
    /// Private, or not existing.
    Refused,
    /// The upstream could not be reached or did not respond.
    Failed,
    /// Was open, and has ended.
    Ended,
}

impl UpstreamLink {
    /// Creates a link that is opening, with an empty buffer.
    pub fn new(stream: StreamId) -> Self {
        let ring = Ring::starting_at(0, MAX_BUFFERED_FRAMES, MAX_BUFFERED_BYTES);
        Self {
            stream,
            buffer: Mutex::new(LinkBuffer { epoch: "".into(), ring }),
            state: watch::Sender::new(LinkState::Opening),
            last_head_query: tokio::sync::Mutex::default(),
            task: OnceLock::new(),
            stale_reason: Mutex::default(),
        }
    }

    fn lock_buffer(&self) -> MutexGuard<'_, LinkBuffer> {
        self.buffer.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Sets the task that drives the link; the link aborts it when it closes.
    pub fn set_task(&self, task: AbortHandle) {
        let _ = self.task.set(task);
    }

    /// The current state.
    pub fn state(&self) -> LinkState {
        *self.state.borrow()
    }

    /// Sets the state, and wakes those who wait for it.
    pub fn set_state(&self, state: LinkState) {
        self.state.send_replace(state);
    }

    /// Waits until the link is open; fails if it could not be opened.
    pub async fn wait_until_open(&self) -> UpstreamResult<()> {
        let mut changes = self.state.subscribe();
        let state =
            changes.wait_for(|state| *state != LinkState::Opening).await.map(|state| *state);
        match state {
            Ok(LinkState::Open) => Ok(()),
            Ok(LinkState::Refused) => Err(UpstreamError::NotPublic(self.stream)),
            _ => Err(UpstreamError::NotFollowed(self.stream)),
        }
    }

    /// Closes the link; returns whether it was open.
    pub fn close(&self) -> bool {
        if let Some(task) = self.task.get() {
            task.abort();
        }
        self.state.send_replace(LinkState::Ended) == LinkState::Open
    }

    /// The epoch of the upstream's database; empty while the link is opening.
    pub fn epoch(&self) -> Arc<str> {
        Arc::clone(&self.lock_buffer().epoch)
    }

    /// The sequence number of the newest frame.
    pub fn head_seq(&self) -> Seq {
        self.lock_buffer().ring.head()
    }

    /// The cursor to resume from at the upstream.
    pub fn cursor(&self) -> String {
        let buffer = self.lock_buffer();
        cursor::encode_topic(&buffer.epoch, self.stream.topic(), buffer.ring.head())
    }

    /// Starts the buffer after `floor` with these frames.
    pub fn start(&self, epoch: &str, floor: Seq, frames: Vec<Frame>) {
        let mut buffer = self.lock_buffer();
        buffer.epoch = epoch.into();
        buffer.ring.restart(floor);
        for frame in frames {
            buffer.ring.push(frame);
        }
    }

    /// Sets why the head may be outdated; `None` when it is up to date again.
    pub fn set_stale(&self, reason: Option<StaleReason>) {
        *self.stale_reason.lock().unwrap_or_else(PoisonError::into_inner) = reason;
    }

    fn stale_reason(&self) -> Option<StaleReason> {
        self.stale_reason.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The head; fails while it may be outdated.
    pub fn current_head(&self) -> UpstreamResult<Seq> {
        match self.stale_reason() {
            None => Ok(self.head_seq()),
            Some(StaleReason::Disconnected) => Err(UpstreamError::Disconnected),
            Some(StaleReason::UpstreamStale(since)) => Err(UpstreamError::Stale(since)),
        }
    }

    /// Since when the upstream reports itself as stale, if it does.
    pub fn stale_since(&self) -> Option<String> {
        self.stale_reason().and_then(|reason| match reason {
            StaleReason::Disconnected => None,
            StaleReason::UpstreamStale(since) => Some(since),
        })
    }

    /// Appends a frame to the buffer.
    pub fn push_frame(&self, frame: Frame) {
        self.lock_buffer().ring.push(frame);
    }

    /// Continues after `seq`: the messages between are in the upstream's history, or pruned.
    pub fn skip_to(&self, seq: Seq) {
        let mut buffer = self.lock_buffer();
        if seq > buffer.ring.head() {
            buffer.ring.restart(seq);
        }
    }

    /// The page after `after`; `None` if it must be read from the upstream's history.
    pub fn buffered_page(&self, after: Seq, limit: i64) -> UpstreamResult<Option<FramePage>> {
        if self.state() != LinkState::Open {
            return Err(UpstreamError::NotFollowed(self.stream));
        }
        let buffer = self.lock_buffer();
        let max_frames = usize::try_from(limit).unwrap_or(0);
        let frames = buffer
            .ring
            .frames_after(after)
            .map(|frames| frames.take(max_frames).cloned().collect());
        let (epoch, head) = (Arc::clone(&buffer.epoch), buffer.ring.head());
        Ok(frames.map(|frames| FramePage { epoch, frames, head_seq: head, pruned_seq: 0 }))
    }
}
