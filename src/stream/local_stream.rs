//! A stream's state on one worker: its ring buffer and its subscribers.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::Arc;

use tokio::sync::Notify;

use crate::domain::topic::{Seq, StreamId};
use crate::stream::ring::Ring;

/// A stream's state on one worker; `S` is what subscribes to it.
pub struct LocalStream<S> {
    pub stream: StreamId,
    /// The epoch that its frames' seqs belong to; empty until it has started.
    pub epoch: RefCell<Arc<str>>,
    pub ring: RefCell<Ring>,
    /// Subscribers, each with the index of its subscription to this stream.
    pub(super) subscribers: RefCell<Vec<(Rc<S>, usize)>>,
    pub(super) start_state: Cell<StartState>,
    /// Notified when it starts and at each push; long-polls wait for it.
    pub changed: Notify,
    /// A subscriber left, so the list was reordered and a running fan-out may have missed one.
    pub(super) subscribers_reordered: Cell<bool>,
    pub(super) unused_since_tick: Cell<u32>,
}

/// Whether the feeder has answered with the stream's first frames.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum StartState {
    Pending,
    Started,
    Failed,
}

impl<S> LocalStream<S> {
    /// A stream that waits for its first frames.
    pub fn new(stream: StreamId, ring: Ring, tick: u32) -> Self {
        Self {
            stream,
            epoch: RefCell::new("".into()),
            ring: RefCell::new(ring),
            subscribers: RefCell::default(),
            start_state: Cell::new(StartState::Pending),
            changed: Notify::new(),
            subscribers_reordered: Cell::new(false),
            unused_since_tick: Cell::new(tick),
        }
    }

    /// The newest seq on this worker.
    pub fn head(&self) -> Seq {
        self.ring.borrow().head()
    }
}
