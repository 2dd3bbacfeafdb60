//! One stream of the upstream, as it comes: followed by cursor, for as long as it is read here.

use std::sync::Arc;
use std::sync::Mutex;
use std::sync::MutexGuard;
use std::sync::OnceLock;
use std::sync::PoisonError;

use tokio::sync::watch;
use tokio::task::AbortHandle;
use tokio::time::Instant;

use crate::domain::topic::Seq;
use crate::domain::topic::Stream;
use crate::store::Result;
use crate::store::StoreError;
use crate::stream::cursor;
use crate::stream::frame::Frame;
use crate::stream::pages::FramePage;
use crate::stream::ring::Ring;

/// Frames kept for whoever starts to read: hubs have rings of their own, of the same bytes.
const MOST_FRAMES: usize = 1024;
const MOST_BYTES: usize = 4 * 1024 * 1024;

/// A stream that is followed at the upstream.
pub struct Link {
    pub stream: Stream,
    tail: Mutex<Tail>,
    state: watch::Sender<State>,
    /// When its head was last asked for, and what it was: one question for all who wait for one.
    pub asked: tokio::sync::Mutex<Option<(Instant, Seq)>>,
    task: OnceLock<AbortHandle>,
    doubt: Mutex<Option<Doubt>>,
}

/// Why the upstream may know more than is here.
#[derive(Clone, Debug)]
pub enum Doubt {
    Away,
    /// It says itself that it can't see its log, since then.
    Stale(String),
}

struct Tail {
    epoch: Arc<str>,
    ring: Ring,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    Opening,
    Open,
    /// Not for everybody, or of nothing that exists.
    Refused,
    /// The upstream can't be reached, or has nothing to say.
    Failed,
    /// It was open, and is no longer.
    Ended,
}

impl Link {
    pub fn new(stream: Stream) -> Self {
        let ring = Ring::starting_at(0, MOST_FRAMES, MOST_BYTES);
        Self {
            stream,
            tail: Mutex::new(Tail { epoch: "".into(), ring }),
            state: watch::Sender::new(State::Opening),
            asked: tokio::sync::Mutex::default(),
            task: OnceLock::new(),
            doubt: Mutex::default(),
        }
    }

    fn tail(&self) -> MutexGuard<'_, Tail> {
        self.tail.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Gives it the task that follows it, which ends with it.
    pub fn driven_by(&self, task: AbortHandle) {
        let _ = self.task.set(task);
    }

    pub fn state(&self) -> State {
        *self.state.borrow()
    }

    pub fn become_state(&self, state: State) {
        self.state.send_replace(state);
    }

    /// Waits until it is open.
    pub async fn opened(&self) -> Result<()> {
        let mut seen = self.state.subscribe();
        let state = seen.wait_for(|state| *state != State::Opening).await.map(|state| *state);
        match state {
            Ok(State::Open) => Ok(()),
            state => {
                let stream = self.stream;
                Err(StoreError::Unavailable(format!("{stream} at the upstream: {state:?}")))
            }
        }
    }

    /// Ends it; gives whether it was open.
    pub fn end(&self) -> bool {
        if let Some(task) = self.task.get() {
            task.abort();
        }
        self.state.send_replace(State::Ended) == State::Open
    }

    pub fn epoch(&self) -> Arc<str> {
        Arc::clone(&self.tail().epoch)
    }

    pub fn head(&self) -> Seq {
        self.tail().ring.head()
    }

    /// Where the upstream is to go on.
    pub fn cursor(&self) -> String {
        let tail = self.tail();
        cursor::of_one(&tail.epoch, tail.ring.head())
    }

    /// Begins after `floor`, with the newest frames that are stored.
    pub fn begin(&self, epoch: &str, floor: Seq, frames: Vec<Frame>) {
        let mut tail = self.tail();
        tail.epoch = epoch.into();
        tail.ring.restart(floor);
        for frame in frames {
            tail.ring.push(frame);
        }
    }

    /// From now on its head can't be known, or can again.
    pub fn doubt(&self, why: Option<Doubt>) {
        *self.doubt.lock().unwrap_or_else(PoisonError::into_inner) = why;
    }

    fn doubted(&self) -> Option<Doubt> {
        self.doubt.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Its head; an error where there may be more.
    pub fn certain_head(&self) -> Result<Seq> {
        match self.doubted() {
            None => Ok(self.head()),
            Some(Doubt::Away) => Err(StoreError::Unavailable("the upstream is away".to_owned())),
            Some(Doubt::Stale(since)) => {
                let words = format!("the upstream sees nothing itself since {since}");
                Err(StoreError::Unavailable(words))
            }
        }
    }

    /// Since when the upstream says that it can't see its log, where it does.
    pub fn stale_since(&self) -> Option<String> {
        self.doubted().and_then(|doubt| match doubt {
            Doubt::Away => None,
            Doubt::Stale(since) => Some(since),
        })
    }

    pub fn push(&self, frame: Frame) {
        self.tail().ring.push(frame);
    }

    /// Goes on after `seq`: what is between is in the upstream's history, or pruned.
    pub fn jump(&self, seq: Seq) {
        let mut tail = self.tail();
        if seq > tail.ring.head() {
            tail.ring.restart(seq);
        }
    }

    /// What follows `after`; `None` where the upstream's history must be asked.
    pub fn recent(&self, after: Seq, limit: i64) -> Result<Option<FramePage>> {
        if self.state() != State::Open {
            let words = format!("{} is not followed any more", self.stream);
            return Err(StoreError::Unavailable(words));
        }
        let tail = self.tail();
        let most = usize::try_from(limit).unwrap_or(0);
        let frames = tail.ring.after(after).map(|frames| frames.take(most).cloned().collect());
        let (epoch, head) = (Arc::clone(&tail.epoch), tail.ring.head());
        Ok(frames.map(|frames| FramePage { epoch, frames, head, pruned: 0 }))
    }
}
