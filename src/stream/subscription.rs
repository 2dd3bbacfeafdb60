//! One stream that a subscriber follows: its topics, and how far each of them is.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::Arc;

use crate::domain::topic::{Seq, StreamId, Topic};
use crate::stream::cursor::Cursor;
use crate::stream::frame::Frame;
use crate::stream::frame_page::FramePage;
use crate::stream::local_stream::LocalStream;
use crate::stream::snapshot::{SnapshotReason, TopicSnapshot};

/// One stream that a subscriber follows, and which of its topics; `S` is the subscriber's type.
pub struct Subscription<S> {
    pub stream: StreamId,
    pub topics: Vec<SubscribedTopic>,
    pub local_stream: Rc<LocalStream<S>>,
    /// Everything up to this seq has been sent, or is in a snapshot; 0 before the first one.
    position: Cell<Seq>,
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
    start: Cell<TopicStart>,
    /// By part of the topic, in their order: the client has everything up to this seq, which may be
    /// beyond the subscription's position.
    start_seqs: Cell<[Seq; MAX_PARTS]>,
}

/// What a topic starts with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TopicStart {
    /// A snapshot that has still to be sent, for this reason.
    SnapshotDue(SnapshotReason),
    /// A snapshot that has been sent.
    Snapshot,
    /// What follows the client's cursor, or only what is new.
    Resumed,
}

/// Parts of a topic at most: the channels of a team.
const MAX_PARTS: usize = 4;

impl<S> Subscription<S> {
    /// A subscription whose topics all need a snapshot.
    pub fn new(local_stream: Rc<LocalStream<S>>, topics: Vec<Topic>) -> Self {
        Self {
            stream: local_stream.stream,
            topics: topics.into_iter().map(SubscribedTopic::new).collect(),
            local_stream,
            position: Cell::new(0),
            page: RefCell::default(),
            queued_snapshots: RefCell::default(),
            local_stream_slot: Cell::new(0),
        }
    }

    /// Starts all topics after this seq, without a snapshot.
    pub fn start_at(&self, seq: Seq) {
        for subscribed in &self.topics {
            subscribed.start_after(TopicStart::Resumed, |_| seq);
        }
        self.position.set(seq);
    }

    /// Starts each topic of which the cursor has all parts, up to this seq, where the cursor left
    /// off. The others need a snapshot.
    pub fn resume(&self, cursor: &Cursor, head: Seq) {
        for subscribed in &self.topics {
            match cursor.seq_range(subscribed.topic) {
                Some((_, highest)) if highest <= head => {
                    subscribed
                        .start_after(TopicStart::Resumed, |part| cursor.seq_of(part).unwrap_or(0));
                }
                _ => subscribed.require_snapshot(SnapshotReason::UnknownCursor),
            }
        }
        self.move_to_lowest_start();
    }

    /// Has all topics start anew, each with a snapshot.
    pub fn require_snapshots(&self, reason: SnapshotReason) {
        self.topics.iter().for_each(|subscribed| subscribed.require_snapshot(reason));
    }

    /// Why a topic needs a snapshot, if one does.
    pub fn due_snapshot_reason(&self) -> Option<SnapshotReason> {
        self.topics.iter().find_map(SubscribedTopic::due_snapshot_reason)
    }

    /// Notes that snapshots were sent, each of a topic of the subscription: `report` is called after
    /// each of them.
    ///
    /// A part of several topics moves with the last of them, so that a client which is cut off
    /// before it gets that one again.
    pub fn start_with_snapshots(
        &self,
        snapshots: &[Arc<TopicSnapshot>],
        mut report: impl FnMut(&Arc<TopicSnapshot>),
    ) {
        for snapshot in snapshots {
            if let Some(subscribed) = self.topics.iter().find(|one| one.topic == snapshot.topic) {
                subscribed.start_after(TopicStart::Snapshot, |_| snapshot.seq);
            }
            report(snapshot);
        }
        self.move_to_lowest_start();
    }

    /// Notes that everything up to this seq has been sent.
    pub fn advance_to(&self, seq: Seq) {
        self.position.set(seq);
    }

    /// Whether a message is in one of the topics, and the client does not have it.
    pub fn includes(&self, frame: &Frame) -> bool {
        let part = Topic { stream: self.stream, channel: frame.channel() };
        self.topics.iter().any(|subscribed| {
            subscribed.topic.includes(frame.channel()) && frame.seq() > subscribed.start_seq(part)
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

    /// The position; `None` while all topics need a snapshot.
    pub fn seq(&self) -> Option<Seq> {
        let has_started = self.topics.iter().any(|one| one.due_snapshot_reason().is_none());
        has_started.then(|| self.position.get())
    }

    /// Up to where the client has a part of the stream; `None` where none of its topics has it, or
    /// one of them needs a snapshot.
    pub fn seq_of(&self, part: Topic) -> Option<Seq> {
        let mut lowest = None;
        for subscribed in self.topics.iter().filter(|one| one.topic.includes(part.channel)) {
            if subscribed.due_snapshot_reason().is_some() {
                return None;
            }
            let seq = subscribed.start_seq(part).max(self.position.get());
            lowest = Some(seq.min(lowest.unwrap_or(seq)));
        }
        lowest
    }

    /// Whether a part of the stream belongs only to topics that are among `revoked`.
    pub fn is_lost(&self, part: Topic, revoked: &[Topic]) -> bool {
        let topics = self.topics.iter().map(|subscribed| subscribed.topic);
        let mut containing = topics.filter(|topic| topic.includes(part.channel)).peekable();
        containing.peek().is_some() && containing.all(|topic| revoked.contains(&topic))
    }

    /// Whether the parts of its topics are not all at the same seq, so that some frames after the
    /// position are left out.
    pub fn is_uneven(&self) -> bool {
        let at = self.position.get();
        self.topics.iter().any(|one| one.topic.parts().any(|part| one.start_seq(part) > at))
    }

    /// Messages of the stream after the position.
    pub fn lag(&self) -> Seq {
        self.seq().map_or(0, |at| (self.local_stream.head() - at).max(0))
    }

    fn move_to_lowest_start(&self) {
        let started = self.topics.iter().filter(|one| one.due_snapshot_reason().is_none());
        let seqs = started.flat_map(|one| one.topic.parts().map(|part| one.start_seq(part)));
        let at = self.position.get();
        self.position.set(seqs.map(|seq| seq.max(at)).min().unwrap_or(at));
    }
}

impl SubscribedTopic {
    fn new(topic: Topic) -> Self {
        Self {
            topic,
            start: Cell::new(TopicStart::SnapshotDue(SnapshotReason::Connected)),
            start_seqs: Cell::default(),
        }
    }

    /// What it starts with.
    pub fn start(&self) -> TopicStart {
        self.start.get()
    }

    /// Why it needs a snapshot, if it does.
    pub fn due_snapshot_reason(&self) -> Option<SnapshotReason> {
        match self.start.get() {
            TopicStart::SnapshotDue(reason) => Some(reason),
            TopicStart::Snapshot | TopicStart::Resumed => None,
        }
    }

    fn require_snapshot(&self, reason: SnapshotReason) {
        self.start.set(TopicStart::SnapshotDue(reason));
    }

    fn start_after(&self, start: TopicStart, seq_of: impl Fn(Topic) -> Seq) {
        let mut seqs = [0; MAX_PARTS];
        for (seq, part) in seqs.iter_mut().zip(self.topic.parts()) {
            *seq = seq_of(part);
        }
        self.start.set(start);
        self.start_seqs.set(seqs);
    }

    fn start_seq(&self, part: Topic) -> Seq {
        let seqs = self.start_seqs.get();
        self.topic.parts().zip(seqs).find(|(own, _)| *own == part).map_or(0, |(_, seq)| seq)
    }
}
