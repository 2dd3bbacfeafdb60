//! A stream on one worker: its ring, and who reads it.

use std::cell::Cell;
use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

use tokio::sync::Notify;

use crate::domain::topic::Seq;
use crate::domain::topic::Stream;
use crate::stream::reader::Reader;
use crate::stream::ring::Ring;

/// A stream on this worker: its ring and its readers.
pub struct Station {
    pub stream: Stream,
    /// Whose numbers its frames have; known once it has started.
    pub epoch: RefCell<Arc<str>>,
    pub ring: RefCell<Ring>,
    /// Readers, and which of their follows this is.
    pub(super) readers: RefCell<Vec<(Rc<Reader>, usize)>>,
    pub(super) start: Cell<Start>,
    /// Notified when it starts and at each push: for long-polls.
    pub changed: Notify,
    /// Somebody left while frames were being written, so a place in the list may be missed.
    pub(super) shuffled: Cell<bool>,
    pub(super) unused_since: Cell<u32>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Start {
    Awaited,
    Done,
    Failed,
}

impl Station {
    pub fn head(&self) -> Seq {
        self.ring.borrow().head()
    }

    pub fn reader_count(&self) -> usize {
        self.readers.borrow().len()
    }
}
