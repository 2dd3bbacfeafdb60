//! Snapshots as a reader is sent them: the shared state with a cursor of its own.

use std::sync::Arc;

use bytes::Bytes;
use bytes::BytesMut;

use crate::domain::topic::Seq;
use crate::stream::follow::Follow;
use crate::stream::reader::Reader;
use crate::stream::snapshot::Reason;
use crate::stream::snapshot::State;

impl Reader {
    /// Snapshots of a follow's topics, which stood at `before` until now.
    ///
    /// Only the last of them moves the cursor: who is cut off among them comes back to where it
    /// was, and gets them all.
    pub fn show(
        &self,
        follow: &Follow,
        before: Option<Seq>,
        states: &[Arc<State>],
        reason: Reason,
    ) -> Option<Bytes> {
        let (last, earlier) = states.split_last()?;
        if earlier.is_empty() && self.follows.len() == 1 {
            return Some(last.wrapped(&self.epoch, reason, self.coding));
        }
        let stood = |one: &Follow| if one.stream == follow.stream { before } else { one.at() };
        let stood = self.cursor_at(stood);
        let mut blocks = BytesMut::new();
        for state in earlier {
            blocks.unsplit(state.block(reason, stood.as_deref()));
        }
        blocks.unsplit(last.block(reason, self.cursor().as_deref()));
        Some(self.coding.wrap(&blocks))
    }

    /// The held snapshots whose turn it is. Nothing moves with them: all before was told.
    pub fn show_due(&self, follow: &Follow) -> Option<Bytes> {
        self.show(follow, follow.at(), &follow.take_due(), Reason::Connected)
    }
}
