//! One stream of the upstream, as it comes: followed by cursor, for as long as it is read here.

use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use tokio::sync::watch;
use tokio::task::AbortHandle;
use tokio::time::Instant;

use crate::domain::topic::{Seq, StreamId};
use crate::store::{Result, StoreError};
use crate::stream::cursor;
use crate::stream::frame::Frame;
use crate::stream::frame_page::FramePage;
use crate::stream::ring::Ring;

/// Frames kept for whoever starts to read: hubs have rings of their own, of the same bytes.
const MAX_BUFFERED_FRAMES: usize = 1024;
const MAX_BUFFERED_BYTES: usize = 4 * 1024 * 1024;

/// A stream that is followed at the upstream.
pub struct UpstreamLink {
    pub stream: StreamId,
    buffer: Mutex<LinkBuffer>,
    state: watch::Sender<LinkState>,
    /// When its head was last asked for, and what it was: one question for all who wait for one.
    pub last_head_query: tokio::sync::Mutex<Option<(Instant, Seq)>>,
    task: OnceLock<AbortHandle>,
    stale_reason: Mutex<Option<StaleReason>>,
}

/// Why the upstream may know more than is here.
#[derive(Clone, Debug)]
pub enum StaleReason {
    Disconnected,
    /// It says itself that it can't see its log, since then.
    UpstreamStale(String),
}

struct LinkBuffer {
    epoch: Arc<str>,
    ring: Ring,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LinkState {
    Opening,
    Open,
    /// Not for everybody, or of nothing that exists.
    Refused,
    /// The upstream can't be reached, or has nothing to say.
    Failed,
    /// It was open, and is no longer.
    Ended,
}

impl UpstreamLink {
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

    /// Gives it the task that follows it, which ends with it.
    pub fn set_task(&self, task: AbortHandle) {
        let _ = self.task.set(task);
    }

    pub fn state(&self) -> LinkState {
        *self.state.borrow()
    }

    pub fn set_state(&self, state: LinkState) {
        self.state.send_replace(state);
    }

    /// Waits until it is open.
    pub async fn wait_until_open(&self) -> Result<()> {
        let mut changes = self.state.subscribe();
        let state =
            changes.wait_for(|state| *state != LinkState::Opening).await.map(|state| *state);
        match state {
            Ok(LinkState::Open) => Ok(()),
            state => {
                let stream = self.stream;
                Err(StoreError::Unavailable(format!("{stream} at the upstream: {state:?}")))
            }
        }
    }

    /// Ends it; gives whether it was open.
    pub fn close(&self) -> bool {
        if let Some(task) = self.task.get() {
            task.abort();
        }
        self.state.send_replace(LinkState::Ended) == LinkState::Open
    }

    pub fn epoch(&self) -> Arc<str> {
        Arc::clone(&self.lock_buffer().epoch)
    }

    pub fn head_seq(&self) -> Seq {
        self.lock_buffer().ring.head()
    }

    /// Where the upstream is to go on.
    pub fn cursor(&self) -> String {
        let tail = self.lock_buffer();
        cursor::encode_single(&tail.epoch, tail.ring.head())
    }

    /// Begins after `floor`, with the newest frames that are stored.
    pub fn start(&self, epoch: &str, floor: Seq, frames: Vec<Frame>) {
        let mut tail = self.lock_buffer();
        tail.epoch = epoch.into();
        tail.ring.restart(floor);
        for frame in frames {
            tail.ring.push(frame);
        }
    }

    /// From now on its head can't be known, or can again.
    pub fn set_stale(&self, reason: Option<StaleReason>) {
        *self.stale_reason.lock().unwrap_or_else(PoisonError::into_inner) = reason;
    }

    fn stale_reason(&self) -> Option<StaleReason> {
        self.stale_reason.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Its head; an error where there may be more.
    pub fn current_head(&self) -> Result<Seq> {
        match self.stale_reason() {
            None => Ok(self.head_seq()),
            Some(StaleReason::Disconnected) => {
                Err(StoreError::Unavailable("the upstream is away".to_owned()))
            }
            Some(StaleReason::UpstreamStale(since)) => {
                let detail = format!("the upstream sees nothing itself since {since}");
                Err(StoreError::Unavailable(detail))
            }
        }
    }

    /// Since when the upstream says that it can't see its log, where it does.
    pub fn stale_since(&self) -> Option<String> {
        self.stale_reason().and_then(|reason| match reason {
            StaleReason::Disconnected => None,
            StaleReason::UpstreamStale(since) => Some(since),
        })
    }

    pub fn push_frame(&self, frame: Frame) {
        self.lock_buffer().ring.push(frame);
    }

    /// Goes on after `seq`: what is between is in the upstream's history, or pruned.
    pub fn skip_to(&self, seq: Seq) {
        let mut tail = self.lock_buffer();
        if seq > tail.ring.head() {
            tail.ring.restart(seq);
        }
    }

    /// What follows `after`; `None` where the upstream's history must be asked.
    pub fn buffered_page(&self, after: Seq, limit: i64) -> Result<Option<FramePage>> {
        if self.state() != LinkState::Open {
            let detail = format!("{} is not followed any more", self.stream);
            return Err(StoreError::Unavailable(detail));
        }
        let tail = self.lock_buffer();
        let max_frames = usize::try_from(limit).unwrap_or(0);
        let frames =
            tail.ring.frames_after(after).map(|frames| frames.take(max_frames).cloned().collect());
        let (epoch, head) = (Arc::clone(&tail.epoch), tail.ring.head());
        Ok(frames.map(|frames| FramePage { epoch, frames, head_seq: head, pruned_seq: 0 }))
    }
}
