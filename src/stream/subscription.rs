//! One stream that a reader follows: where it stands in it, and which topics it wants of it.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::Arc;

use crate::domain::topic::{Seq, StreamId, Topic};
use crate::stream::frame::Frame;
use crate::stream::local_stream::LocalStream;
use crate::stream::page_cache::FramePage;
use crate::stream::snapshot::{SnapshotReason, TopicSnapshot};

/// Where a reader stands in a stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Position {
    At(Seq),
    /// Nowhere yet: a snapshot is owed, for this reason.
    NeedsSnapshot(SnapshotReason),
}

/// One stream that a reader follows, and which of its topics.
pub struct Subscription {
    pub stream: StreamId,
    pub topics: Vec<SubscribedTopic>,
    pub local_stream: Rc<LocalStream>,
    pub position: Cell<Position>,
    pub page: RefCell<Option<Arc<FramePage>>>,
    /// Snapshots to be sent as soon as the reader stands at their seq (`snapshot=always`).
    pub queued_snapshots: RefCell<Vec<Arc<TopicSnapshot>>>,
    /// Where the station keeps this reader.
    pub local_stream_slot: Cell<usize>,
}

/// A topic, told from after `from`: its own snapshot may be newer than its stream's place.
pub struct SubscribedTopic {
    pub topic: Topic,
    pub after_seq: Cell<Seq>,
}

impl Subscription {
    /// Whether a message is told to this reader: one of its topics holds it and has not yet
    /// shown it in a snapshot.
    pub fn includes(&self, frame: &Frame) -> bool {
        self.topics.iter().any(|subscribed| {
            subscribed.topic.includes(frame.channel()) && frame.seq() > subscribed.after_seq.get()
        })
    }

    /// Where the next held snapshot is to be sent.
    pub fn next_queued_snapshot_seq(&self) -> Option<Seq> {
        self.queued_snapshots.borrow().iter().map(|state| state.seq).min()
    }

    /// Takes the held snapshots that have nothing left before them.
    pub fn take_due_snapshots(&self) -> Vec<Arc<TopicSnapshot>> {
        let Some(at) = self.seq() else { return Vec::new() };
        self.queued_snapshots.borrow_mut().extract_if(.., |state| state.seq <= at).collect()
    }

    pub fn seq(&self) -> Option<Seq> {
        match self.position.get() {
            Position::At(seq) => Some(seq),
            Position::NeedsSnapshot(_) => None,
        }
    }

    /// Messages that the stream has and this reader has not.
    pub fn lag(&self) -> Seq {
        self.seq().map_or(0, |at| (self.local_stream.head() - at).max(0))
    }
}
