//! What a subscriber's positions lack, where that is, and its encoding.

use std::sync::Arc;

use bytes::{Bytes, BytesMut};

use crate::domain::topic::Seq;
use crate::stream::delivery::{Pending, State};
use crate::stream::frame::Frame;
use crate::stream::ring::FrameBatch;
use crate::stream::snapshot::{SnapshotReason, TopicSnapshot};
use crate::stream::subscriber::{DeliveryMode, FrameEncoding, MAX_WRITE_BYTES, Subscriber};
use crate::stream::subscription::Subscription;
use crate::stream::{frame, ring};

/// What a subscription lacks, and where it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Backlog {
    /// Nothing: its position is at its stream's head.
    Nothing,
    /// Frames of the page of the log that was read for it.
    Page,
    /// Frames of its stream's ring.
    Ring,
    /// Queued snapshots whose seqs the position has reached.
    QueuedSnapshots,
    /// `mode=state`: messages up to this seq, none of which is relevant.
    Irrelevant { head: Seq },
    /// A snapshot that has to be fetched.
    Snapshot(SnapshotReason),
    /// Frames after this seq, which have to be read from the log.
    Log { after: Seq },
}

impl Backlog {
    fn pending(self) -> Pending {
        match self {
            Self::Nothing => Pending::Nothing,
            Self::Page | Self::Ring | Self::QueuedSnapshots | Self::Irrelevant { .. } => {
                Pending::InMemory
            }
            Self::Snapshot(_) | Self::Log { .. } => Pending::NotInMemory,
        }
    }
}

impl Subscriber {
    /// The first subscription that lacks something (an index), and what; `Nothing` if none does.
    pub fn first_backlog(&self) -> (usize, Backlog) {
        let backlogs =
            self.subscriptions.iter().map(|subscription| self.backlog_of(subscription)).enumerate();
        let mut lacking = backlogs.filter(|(_, backlog)| *backlog != Backlog::Nothing);
        lacking.next().unwrap_or((0, Backlog::Nothing))
    }

    /// The same for the state machine.
    pub fn pending(&self, backlog: Backlog) -> Pending {
        let has_queued_snapshots =
            || self.subscriptions.iter().any(|one| one.next_queued_snapshot_seq().is_some());
        match backlog.pending() {
            Pending::Nothing if has_queued_snapshots() => Pending::FutureSnapshot,
            pending => pending,
        }
    }

    /// What a subscription lacks; nothing moves.
    pub fn backlog_of(&self, subscription: &Subscription<Self>) -> Backlog {
        if let Some(reason) = subscription.due_snapshot_reason() {
            return Backlog::Snapshot(reason);
        }
        let at = subscription.seq().unwrap_or(0);
        if subscription.next_queued_snapshot_seq().is_some_and(|seq| seq <= at) {
            return Backlog::QueuedSnapshots;
        }
        let ring = subscription.local_stream.ring.borrow();
        if let DeliveryMode::State { .. } = self.mode {
            // What the ring no longer has may have been relevant.
            let is_relevant = ring.frames_after(at).is_none_or(|mut frames| {
                frames.any(|frame| self.should_receive(subscription, frame))
            });
            return match ring.head() {
                _ if is_relevant => Backlog::Snapshot(SnapshotReason::Changed),
                head if head > at => Backlog::Irrelevant { head },
                _ => Backlog::Nothing,
            };
        }
        if subscription.page.borrow().is_some() {
            return Backlog::Page;
        }
        match ring.frames_after(at).map(|mut frames| frames.next().is_some()) {
            None => Backlog::Log { after: at },
            Some(true) => Backlog::Ring,
            Some(false) => Backlog::Nothing,
        }
    }

    /// Takes what is in memory of a subscription's backlog, up to [`MAX_WRITE_BYTES`], and moves
    /// its position; `None` where all of it is filtered out.
    pub fn take_backlog(&self, index: usize, backlog: Backlog) -> Option<Bytes> {
        let subscription = self.subscriptions.get(index)?;
        let at = subscription.seq()?;
        match backlog {
            Backlog::Nothing | Backlog::Snapshot(_) | Backlog::Log { .. } => None,
            Backlog::QueuedSnapshots => self.encode_queued_snapshots(subscription),
            Backlog::Irrelevant { head } => {
                subscription.advance_to(head);
                None
            }
            Backlog::Page => {
                let page = subscription.page.borrow().clone()?;
                let bytes = self.encode_frames(subscription, page.frames_after(at));
                if page.last_seq() <= subscription.seq() {
                    *subscription.page.borrow_mut() = None;
                }
                bytes
            }
            Backlog::Ring => {
                let mut ring = subscription.local_stream.ring.borrow_mut();
                let is_shared = self.encoding == FrameEncoding::Shared;
                if is_shared && subscription.next_queued_snapshot_seq().is_none() {
                    let batch = ring.batch_after(at, MAX_WRITE_BYTES)?;
                    return Some(self.take_batch(subscription, batch));
                }
                self.encode_frames(subscription, ring.frames_after(at)?)
            }
        }
    }

    /// Encodes snapshots that topics of a subscription start with, and moves these topics.
    ///
    /// Each moves the cursor of its own topic: a client that is cut off among them gets the rest.
    pub fn encode_first_snapshots(
        &self,
        subscription: &Subscription<Self>,
        snapshots: &[Arc<TopicSnapshot>],
        reason: SnapshotReason,
    ) -> Bytes {
        let mut blocks = BytesMut::new();
        let mut shared = None;
        subscription.start_with_snapshots(snapshots, |snapshot| {
            if self.has_one_topic() {
                shared = Some(snapshot.to_frame(&self.epoch, reason, self.coding));
            } else {
                blocks.unsplit(snapshot.encode_block(reason, self.cursor().as_deref()));
            }
        });
        shared.unwrap_or_else(|| self.coding.encode(&blocks))
    }

    /// Encodes the queued snapshots that are due: the position has reached them, so the cursor stays.
    fn encode_queued_snapshots(&self, subscription: &Subscription<Self>) -> Option<Bytes> {
        let cursor = self.cursor();
        let mut blocks = BytesMut::new();
        for snapshot in subscription.take_due_snapshots() {
            blocks.unsplit(snapshot.encode_block(SnapshotReason::Connected, cursor.as_deref()));
        }
        (!blocks.is_empty()).then(|| self.coding.encode(&blocks))
    }

    /// Encodes frames up to the next queued snapshot; `None` where all are filtered out.
    fn encode_frames<'a>(
        &self,
        subscription: &Subscription<Self>,
        frames: impl Iterator<Item = &'a Frame>,
    ) -> Option<Bytes> {
        let max_seq = subscription.next_queued_snapshot_seq().unwrap_or(Seq::MAX);
        let frames = frames.take_while(|frame| frame.seq() <= max_seq);
        if self.encoding == FrameEncoding::Shared {
            let batch = ring::join_frames(frames, MAX_WRITE_BYTES)?;
            return Some(self.take_batch(subscription, batch));
        }
        let mut block = BytesMut::new();
        for frame in frames {
            subscription.advance_to(frame.seq());
            if self.should_receive(subscription, frame) {
                block.extend_from_slice(frame.data_line());
                frame::put_id(&mut block, &self.cursor().unwrap_or_default());
                self.count_replayed(1);
            }
            if block.len() >= MAX_WRITE_BYTES {
                break;
            }
        }
        (!block.is_empty()).then(|| self.coding.encode(&block))
    }

    fn take_batch(&self, subscription: &Subscription<Self>, batch: FrameBatch) -> Bytes {
        subscription.advance_to(batch.last_seq);
        self.count_replayed(batch.frame_count);
        batch.bytes
    }

    fn count_replayed(&self, frames: usize) {
        if !matches!(self.state(), State::Live { .. }) {
            self.replayed_messages.set(self.replayed_messages.get() + frames as u64);
        }
    }
}
