//! Snapshots as a reader is sent them: the shared state with a cursor of its own.

use std::sync::Arc;

use bytes::{Bytes, BytesMut};

use crate::domain::topic::Seq;
use crate::stream::snapshot::{SnapshotReason, TopicSnapshot};
use crate::stream::subscriber::Subscriber;
use crate::stream::subscription::Subscription;

impl Subscriber {
    /// Snapshots of a follow's topics, which stood at `before` until now.
    ///
    /// Only the last of them moves the cursor: who is cut off among them comes back to where it
    /// was, and gets them all.
    pub fn encode_snapshots(
        &self,
        subscription: &Subscription,
        previous_seq: Option<Seq>,
        snapshots: &[Arc<TopicSnapshot>],
        reason: SnapshotReason,
    ) -> Option<Bytes> {
        let (last, earlier) = snapshots.split_last()?;
        if earlier.is_empty() && self.subscriptions.len() == 1 {
            return Some(last.to_frame(&self.epoch, reason, self.coding));
        }
        let previous_cursor = |other: &Subscription| {
            if other.stream == subscription.stream { previous_seq } else { other.seq() }
        };
        let stood = self.cursor_at(previous_cursor);
        let mut blocks = BytesMut::new();
        for state in earlier {
            blocks.unsplit(state.encode_block(reason, stood.as_deref()));
        }
        blocks.unsplit(last.encode_block(reason, self.cursor().as_deref()));
        Some(self.coding.encode(&blocks))
    }

    /// The held snapshots whose turn it is. Nothing moves with them: all before was told.
    pub fn encode_due_snapshots(&self, subscription: &Subscription) -> Option<Bytes> {
        self.encode_snapshots(
            subscription,
            subscription.seq(),
            &subscription.take_due_snapshots(),
            SnapshotReason::Connected,
        )
    }
}
