//! Head notices, "stream s has reached seq n": hints that wake feeders. They may be lost; the log
//! is the source of truth.
//!
//! The commit notifier carries them within a process, a bus [`connection`] to other nodes.

pub mod connection;
mod head_notice;
pub mod postgres;
pub mod redis;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::Notify;

use crate::domain::topic::{Seq, StreamId};

/// Streams whose head is kept; the map is cleared when it is full, and a subscriber that opens at
/// that moment may be reported live one message too early.
const MAX_TRACKED_STREAMS: usize = 65_536;

/// Wakes this process's feeder after each commit, and queues notices for other nodes. Clones share
/// their state.
#[derive(Clone, Debug, Default)]
pub struct CommitNotifier(Arc<NotifierState>);

#[derive(Debug, Default)]
struct NotifierState {
    /// Heads that the feeder hasn't taken yet.
    pending_heads: Mutex<HashMap<StreamId, Seq>>,
    /// Heads that this process's own commits have reached.
    local_heads: Mutex<HashMap<StreamId, Seq>>,
    committed: Notify,
    /// Heads not sent to other nodes yet; `None` without a bus.
    outgoing: Mutex<Option<HashMap<StreamId, Seq>>>,
    outgoing_ready: Notify,
    head_check: Notify,
}

impl CommitNotifier {
    /// Announces the heads of streams after a commit. Never waits; heads not taken yet are merged.
    pub fn notify(&self, heads: &[(StreamId, Seq)]) {
        if heads.is_empty() {
            return;
        }
        self.record_local_heads(heads);
        self.queue_outgoing(heads);
        self.notify_from_remote(heads);
    }

    /// Wakes the feeder for another node's commits, which don't count as local heads.
    pub fn notify_from_remote(&self, heads: &[(StreamId, Seq)]) {
        let mut pending = self.0.pending_heads.lock().unwrap_or_else(PoisonError::into_inner);
        raise_heads(&mut pending, heads);
        drop(pending);
        self.0.committed.notify_one();
    }

    /// Starts queueing local commits for [`Self::next_outgoing`].
    pub fn enable_outgoing(&self) {
        let mut outgoing = self.0.outgoing.lock().unwrap_or_else(PoisonError::into_inner);
        outgoing.get_or_insert_default();
    }

    fn queue_outgoing(&self, heads: &[(StreamId, Seq)]) {
        let mut outgoing = self.0.outgoing.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(outgoing) = outgoing.as_mut() else { return };
        if outgoing.len() > MAX_TRACKED_STREAMS {
            // The bus was down for long; other nodes poll the heads meanwhile.
            outgoing.clear();
        }
        raise_heads(outgoing, heads);
        self.0.outgoing_ready.notify_one();
    }

    /// Waits for local commits and takes the head of each stream. For a single caller.
    pub async fn next_outgoing(&self) -> Vec<(StreamId, Seq)> {
        loop {
            let heads = self.take_outgoing();
            if !heads.is_empty() {
                return heads;
            }
            self.0.outgoing_ready.notified().await;
        }
    }

    fn take_outgoing(&self) -> Vec<(StreamId, Seq)> {
        let mut outgoing = self.0.outgoing.lock().unwrap_or_else(PoisonError::into_inner);
        outgoing.iter_mut().flat_map(HashMap::drain).collect()
    }

    /// Asks the feeder to read all heads from the log, because notices may have been lost.
    pub fn request_head_check(&self) {
        self.0.head_check.notify_one();
    }

    /// Waits for [`Self::request_head_check`]. For a single caller.
    pub async fn head_check_requested(&self) {
        self.0.head_check.notified().await;
    }

    fn record_local_heads(&self, heads: &[(StreamId, Seq)]) {
        let mut latest = self.0.local_heads.lock().unwrap_or_else(PoisonError::into_inner);
        if latest.len() > MAX_TRACKED_STREAMS {
            latest.clear();
        }
        raise_heads(&mut latest, heads);
    }

    /// The head that this process's own commits have reached; 0 if unknown.
    pub fn local_head(&self, stream: StreamId) -> Seq {
        let latest = self.0.local_heads.lock().unwrap_or_else(PoisonError::into_inner);
        latest.get(&stream).copied().unwrap_or(0)
    }

    /// Waits for commits of any node and takes the head of each stream. For a single caller.
    pub async fn next_commits(&self) -> HashMap<StreamId, Seq> {
        loop {
            let pending = std::mem::take(
                &mut *self.0.pending_heads.lock().unwrap_or_else(PoisonError::into_inner),
            );
            if !pending.is_empty() {
                return pending;
            }
            self.0.committed.notified().await;
        }
    }
}

fn raise_heads(heads_by_stream: &mut HashMap<StreamId, Seq>, heads: &[(StreamId, Seq)]) {
    for &(stream, seq) in heads {
        let head = heads_by_stream.entry(stream).or_insert(seq);
        *head = seq.max(*head);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn only_local_commits_are_sent_to_other_nodes() {
        let notifier = CommitNotifier::default();
        notifier.notify(&[(StreamId::Match(1), 1)]);
        notifier.enable_outgoing();
        notifier.notify_from_remote(&[(StreamId::Match(2), 7)]);
        notifier.notify(&[(StreamId::Match(3), 2), (StreamId::Match(3), 1)]);
        assert_eq!(notifier.next_outgoing().await, [(StreamId::Match(3), 2)]);
        let commits = notifier.next_commits().await;
        assert_eq!(commits.len(), 3, "the feeder is woken for all: {commits:?}");
        assert_eq!(notifier.local_head(StreamId::Match(2)), 0, "a remote commit is not local");
    }
}
