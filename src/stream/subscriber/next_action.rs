//! What comes next for a reader: bytes that are at hand, or something to wait for.

use bytes::{Bytes, BytesMut};

use crate::domain::topic::Seq;
use crate::stream::frame::Frame;
use crate::stream::subscriber::{DeliveryMode, MAX_WRITE_BYTES, Subscriber};
use crate::stream::subscription::{Position, Subscription};
use crate::stream::{frame, ring};

/// What a reader has to do next.
pub enum NextAction {
    Write(Bytes),
    /// Something must be waited for: a page of the log or a snapshot.
    Fetch(usize),
    /// Everything has been told.
    Wait,
}

enum SubscriptionStep {
    Write(Bytes),
    /// Only the place moved: all that was there is filtered out.
    Skipped,
    Fetch,
    CaughtUp,
}

impl Subscriber {
    /// The next bytes that need no waiting, or what to wait for.
    pub fn next_action(&self) -> NextAction {
        for (index, subscription) in self.subscriptions.iter().enumerate() {
            loop {
                match self.step_subscription(index, subscription) {
                    SubscriptionStep::Write(bytes) => return NextAction::Write(bytes),
                    SubscriptionStep::Skipped => {}
                    SubscriptionStep::Fetch => return NextAction::Fetch(index),
                    SubscriptionStep::CaughtUp => break,
                }
            }
        }
        if self.is_live.get() {
            return NextAction::Wait;
        }
        if self.snapshot_on_resume.take() {
            return NextAction::Fetch(self.subscriptions.len());
        }
        if self.subscriptions.iter().any(|follow| follow.next_queued_snapshot_seq().is_some()) {
            // A snapshot is newer than this node's ring, which will be there in a moment.
            return NextAction::Wait;
        }
        self.is_live.set(true);
        let json = format!(r#"{{"replayed":{}}}"#, self.replayed_messages.get());
        let block = frame::control_frame("live", None, &json, self.cursor().as_deref());
        NextAction::Write(self.coding.encode(&block))
    }

    fn step_subscription(
        &self,
        subscription_index: usize,
        subscription: &Subscription,
    ) -> SubscriptionStep {
        let Position::At(at) = subscription.position.get() else { return SubscriptionStep::Fetch };
        if subscription.next_queued_snapshot_seq().is_some_and(|seq| seq <= at) {
            return SubscriptionStep::Fetch;
        }
        if let DeliveryMode::State { .. } = self.mode {
            return self.step_state_mode(subscription, at);
        }
        let page = subscription.page.borrow().clone();
        if let Some(page) = page {
            if let Some(step) = self.encode_frames(subscription_index, page.frames_after(at)) {
                return step;
            }
            *subscription.page.borrow_mut() = None;
        }
        let mut ring = subscription.local_stream.ring.borrow_mut();
        if self.direct && subscription.next_queued_snapshot_seq().is_none() {
            if at >= ring.floor() {
                let Some(batch) = ring.batch_after(at, MAX_WRITE_BYTES) else {
                    return SubscriptionStep::CaughtUp;
                };
                self.count_replayed(batch.frame_count);
                subscription.position.set(Position::At(batch.last_seq));
                return SubscriptionStep::Write(batch.bytes);
            }
            return SubscriptionStep::Fetch;
        }
        match ring.frames_after(at) {
            None => SubscriptionStep::Fetch,
            Some(frames) => {
                self.encode_frames(subscription_index, frames).unwrap_or(SubscriptionStep::CaughtUp)
            }
        }
    }

    /// Something changed that is asked for: the state is; otherwise the place moves in silence.
    fn step_state_mode(&self, subscription: &Subscription, at: Seq) -> SubscriptionStep {
        let Some(head) = self.skip_irrelevant(subscription, at) else {
            return SubscriptionStep::Fetch;
        };
        subscription.position.set(Position::At(head));
        SubscriptionStep::CaughtUp
    }

    /// Passes over what changes nothing that is asked for, and gives the place after it. `None`
    /// where something does, or may: what the ring no longer has can't be known.
    pub fn skip_irrelevant(&self, subscription: &Subscription, after_seq: Seq) -> Option<Seq> {
        let ring = subscription.local_stream.ring.borrow();
        let has_relevant =
            ring.frames_after(after_seq)?.any(|frame| self.should_receive(subscription, frame));
        (!has_relevant).then(|| ring.head().max(after_seq))
    }

    /// Tells frames, up to the budget; `None` where there are none.
    fn encode_frames<'a>(
        &self,
        subscription_index: usize,
        frames: impl Iterator<Item = &'a Frame>,
    ) -> Option<SubscriptionStep> {
        let subscription = self.subscriptions.get(subscription_index)?;
        let max_seq = subscription.next_queued_snapshot_seq().unwrap_or(Seq::MAX);
        let mut frames = frames.take_while(|frame| frame.seq() <= max_seq).peekable();
        frames.peek()?;
        if self.direct {
            let batch = ring::join_frames(frames, MAX_WRITE_BYTES)?;
            self.count_replayed(batch.frame_count);
            subscription.position.set(Position::At(batch.last_seq));
            return Some(SubscriptionStep::Write(batch.bytes));
        }
        let mut block = BytesMut::new();
        for frame in frames {
            subscription.position.set(Position::At(frame.seq()));
            if self.should_receive(subscription, frame) {
                block.extend_from_slice(frame.data_line());
                frame::put_id(&mut block, &self.cursor().unwrap_or_default());
                self.count_replayed(1);
            }
            if block.len() >= MAX_WRITE_BYTES {
                break;
            }
        }
        Some(if block.is_empty() {
            SubscriptionStep::Skipped
        } else {
            SubscriptionStep::Write(self.coding.encode(&block))
        })
    }

    /// Whether a message is one that this reader is told.
    pub fn should_receive(&self, subscription: &Subscription, frame: &Frame) -> bool {
        subscription.includes(frame) && self.mode.accepts(frame)
    }

    fn count_replayed(&self, frames: usize) {
        if !self.is_live.get() {
            self.replayed_messages.set(self.replayed_messages.get() + frames as u64);
        }
    }
}
