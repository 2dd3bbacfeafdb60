//! One stream that a subscriber follows: its position and its topics.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::Arc;

use crate::domain::topic::{Seq, StreamId, Topic};
use crate::stream::frame::Frame;
use crate::stream::frame_page::FramePage;
use crate::stream::local_stream::LocalStream;
use crate::stream::snapshot::{SnapshotReason, TopicSnapshot};

/// A subscriber's position in a stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Position {
    /// Everything up to this seq has been sent.
    At(Seq),
    /// None: a snapshot has to be sent first, for this reason.
    NeedsSnapshot(SnapshotReason),
}

/// One stream that a subscriber follows, and which of its topics; `S` is the subscriber's type.
pub struct Subscription<S> {
    pub stream: StreamId,
    pub topics: Vec<SubscribedTopic>,
    pub local_stream: Rc<LocalStream<S>>,
    pub position: Cell<Position>,
    /// A page of the log with frames after the position; `None` once all of it has been sent.
    pub page: RefCell<Option<Arc<FramePage>>>,
    /// Snapshots to send once the position has reached their seqs (`snapshot=always`).
    pub queued_snapshots: RefCell<Vec<Arc<TopicSnapshot>>>,
    /// Index in the local stream's list of subscribers.
    pub local_stream_slot: Cell<usize>,
}

/// A topic of a subscription.
pub struct SubscribedTopic {
    pub topic: Topic,
    /// Seq of the topic's own snapshot, which may be newer than the subscription's position.
    pub after_seq: Cell<Seq>,
}

impl<S> Subscription<S> {
    /// A subscription without a position.
    pub fn new(local_stream: Rc<LocalStream<S>>, topics: Vec<Topic>) -> Self {
        let subscribe = |topic| SubscribedTopic { topic, after_seq: Cell::new(0) };
        Self {
            stream: local_stream.stream,
            topics: topics.into_iter().map(subscribe).collect(),
            local_stream,
            position: Cell::new(Position::NeedsSnapshot(SnapshotReason::Connected)),
            page: RefCell::default(),
            queued_snapshots: RefCell::default(),
            local_stream_slot: Cell::new(0),
        }
    }

    /// Whether a message is in one of the topics, and not yet in that topic's snapshot.
    pub fn includes(&self, frame: &Frame) -> bool {
        self.topics.iter().any(|subscribed| {
            subscribed.topic.includes(frame.channel()) && frame.seq() > subscribed.after_seq.get()
        })
    }

    /// The seq at which the next queued snapshot is due.
    pub fn next_queued_snapshot_seq(&self) -> Option<Seq> {
        self.queued_snapshots.borrow().iter().map(|snapshot| snapshot.seq).min()
    }

    /// Takes the queued snapshots whose seqs the position has reached.
    pub fn take_due_snapshots(&self) -> Vec<Arc<TopicSnapshot>> {
        let Some(at) = self.seq() else { return Vec::new() };
        self.queued_snapshots.borrow_mut().extract_if(.., |snapshot| snapshot.seq <= at).collect()
    }

    /// The position; `None` while a snapshot has to be sent first.
    pub fn seq(&self) -> Option<Seq> {
        match self.position.get() {
            Position::At(seq) => Some(seq),
            Position::NeedsSnapshot(_) => None,
        }
    }

    /// Messages of the stream after the position.
    pub fn lag(&self) -> Seq {
        self.seq().map_or(0, |at| (self.local_stream.head() - at).max(0))
    }
}
