//! "Stream s has reached n": a hint that wakes the feeder. It may be lost; the log is the truth.
//!
//! The bell carries it within a process; a line ([`link`]) carries it to the other nodes.

pub mod connection;
mod head_notice;
pub mod postgres;
pub mod redis;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::Notify;

use crate::domain::topic::{Seq, StreamId};

/// Streams whose latest seq is remembered; beyond it all are forgotten, and a reader who opens in
/// that very moment may be told that it is live one message early.
const MAX_TRACKED_STREAMS: usize = 65_536;

/// Rung after each commit, heard by this process's feeder. Clones are the same bell.
#[derive(Clone, Debug, Default)]
pub struct CommitNotifier(Arc<NotifierState>);

#[derive(Debug, Default)]
struct NotifierState {
    pending_heads: Mutex<HashMap<StreamId, Seq>>,
    local_heads: Mutex<HashMap<StreamId, Seq>>,
    committed: Notify,
    /// What other nodes are still to be told; none where there are no other nodes.
    outgoing: Mutex<Option<HashMap<StreamId, Seq>>>,
    outgoing_ready: Notify,
    recheck: Notify,
}

impl CommitNotifier {
    /// Says how far streams have come. Never waits; notices that nobody has heard yet are joined.
    pub fn notify(&self, heads: &[(StreamId, Seq)]) {
        if heads.is_empty() {
            return;
        }
        self.record_local_heads(heads);
        self.queue_outgoing(heads);
        self.notify_from_remote(heads);
    }

    /// What another node says. Its commits are not this process's own, so nobody waits for them.
    pub fn notify_from_remote(&self, heads: &[(StreamId, Seq)]) {
        let mut pending = self.0.pending_heads.lock().unwrap_or_else(PoisonError::into_inner);
        raise_heads(&mut pending, heads);
        drop(pending);
        self.0.committed.notify_one();
    }

    /// From now on commits are kept for [`Bell::outgoing`].
    pub fn enable_outgoing(&self) {
        let mut outgoing = self.0.outgoing.lock().unwrap_or_else(PoisonError::into_inner);
        outgoing.get_or_insert_default();
    }

    fn queue_outgoing(&self, heads: &[(StreamId, Seq)]) {
        let mut outgoing = self.0.outgoing.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(outgoing) = outgoing.as_mut() else { return };
        if outgoing.len() > MAX_TRACKED_STREAMS {
            // The bus has been away for long; the others look at the heads themselves.
            outgoing.clear();
        }
        raise_heads(outgoing, heads);
        self.0.outgoing_ready.notify_one();
    }

    /// Waits for commits of this process and gives the newest of each stream. For one bus.
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

    /// Says that notices may have been lost, so that the heads are read.
    pub fn request_recheck(&self) {
        self.0.recheck.notify_one();
    }

    /// Waits until somebody doubts. For one listener.
    pub async fn recheck_requested(&self) {
        self.0.recheck.notified().await;
    }

    fn record_local_heads(&self, heads: &[(StreamId, Seq)]) {
        let mut latest = self.0.local_heads.lock().unwrap_or_else(PoisonError::into_inner);
        if latest.len() > MAX_TRACKED_STREAMS {
            latest.clear();
        }
        raise_heads(&mut latest, heads);
    }

    /// How far this process's own commits have brought a stream; 0 where it doesn't know.
    pub fn local_head(&self, stream: StreamId) -> Seq {
        let latest = self.0.local_heads.lock().unwrap_or_else(PoisonError::into_inner);
        latest.get(&stream).copied().unwrap_or(0)
    }

    /// Waits until the bell has rung and says for what. For one listener.
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
        let known = heads_by_stream.entry(stream).or_insert(seq);
        *known = seq.max(*known);
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
        let rung = notifier.next_commits().await;
        assert_eq!(rung.len(), 3, "the feeder hears of all: {rung:?}");
        assert_eq!(notifier.local_head(StreamId::Match(2)), 0, "another node's commit");
    }
}
