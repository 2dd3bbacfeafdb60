//! A stream on one worker: its ring, and who reads it.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::Arc;

use tokio::sync::Notify;

use crate::domain::topic::{Seq, StreamId};
use crate::stream::ring::Ring;
use crate::stream::subscriber::Subscriber;

/// A stream on this worker: its ring and its readers.
pub struct LocalStream {
    pub stream: StreamId,
    /// Whose numbers its frames have; known once it has started.
    pub epoch: RefCell<Arc<str>>,
    pub ring: RefCell<Ring>,
    /// Readers, and which of their follows this is.
    pub(super) subscribers: RefCell<Vec<(Rc<Subscriber>, usize)>>,
    pub(super) start_state: Cell<StartState>,
    /// Notified when it starts and at each push: for long-polls.
    pub changed: Notify,
    /// Somebody left while frames were being written, so a place in the list may be missed.
    pub(super) subscribers_reordered: Cell<bool>,
    pub(super) unused_since_tick: Cell<u32>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum StartState {
    Pending,
    Started,
    Failed,
}

impl LocalStream {
    pub fn head(&self) -> Seq {
        self.ring.borrow().head()
    }

    pub fn subscriber_count(&self) -> usize {
        self.subscribers.borrow().len()
    }
}
