//! "Stream s has reached n": a hint that wakes the feeder. It may be lost; the log is the truth.
//!
//! The bell carries it within a process; a line ([`link`]) carries it to the other nodes.

pub mod link;
mod notice;
pub mod postgres;
pub mod redis;

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::PoisonError;

use tokio::sync::Notify;

use crate::domain::topic::Seq;
use crate::domain::topic::Stream;

/// Streams whose latest seq is remembered; beyond it all are forgotten, and a reader who opens in
/// that very moment may be told that it is live one message early.
const MOST_STREAMS: usize = 65_536;

/// Rung after each commit, heard by this process's feeder. Clones are the same bell.
#[derive(Clone, Debug, Default)]
pub struct Bell(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    reached: Mutex<HashMap<Stream, Seq>>,
    latest: Mutex<HashMap<Stream, Seq>>,
    rung: Notify,
    /// What other nodes are still to be told; none where there are no other nodes.
    outgoing: Mutex<Option<HashMap<Stream, Seq>>>,
    told: Notify,
    doubted: Notify,
}

impl Bell {
    /// Says how far streams have come. Never waits; notices that nobody has heard yet are joined.
    pub fn ring(&self, heads: &[(Stream, Seq)]) {
        if heads.is_empty() {
            return;
        }
        self.remember(heads);
        self.tell_others(heads);
        self.hear(heads);
    }

    /// What another node says. Its commits are not this process's own, so nobody waits for them.
    pub fn hear(&self, heads: &[(Stream, Seq)]) {
        let mut reached = self.0.reached.lock().unwrap_or_else(PoisonError::into_inner);
        raise(&mut reached, heads);
        drop(reached);
        self.0.rung.notify_one();
    }

    /// From now on commits are kept for [`Bell::outgoing`].
    pub fn connect(&self) {
        let mut outgoing = self.0.outgoing.lock().unwrap_or_else(PoisonError::into_inner);
        outgoing.get_or_insert_default();
    }

    fn tell_others(&self, heads: &[(Stream, Seq)]) {
        let mut outgoing = self.0.outgoing.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(outgoing) = outgoing.as_mut() else { return };
        if outgoing.len() > MOST_STREAMS {
            // The bus has been away for long; the others look at the heads themselves.
            outgoing.clear();
        }
        raise(outgoing, heads);
        self.0.told.notify_one();
    }

    /// Waits for commits of this process and gives the newest of each stream. For one bus.
    pub async fn outgoing(&self) -> Vec<(Stream, Seq)> {
        loop {
            let heads = self.drain_outgoing();
            if !heads.is_empty() {
                return heads;
            }
            self.0.told.notified().await;
        }
    }

    fn drain_outgoing(&self) -> Vec<(Stream, Seq)> {
        let mut outgoing = self.0.outgoing.lock().unwrap_or_else(PoisonError::into_inner);
        outgoing.iter_mut().flat_map(HashMap::drain).collect()
    }

    /// Says that notices may have been lost, so that the heads are read.
    pub fn doubt(&self) {
        self.0.doubted.notify_one();
    }

    /// Waits until somebody doubts. For one listener.
    pub async fn doubted(&self) {
        self.0.doubted.notified().await;
    }

    fn remember(&self, heads: &[(Stream, Seq)]) {
        let mut latest = self.0.latest.lock().unwrap_or_else(PoisonError::into_inner);
        if latest.len() > MOST_STREAMS {
            latest.clear();
        }
        raise(&mut latest, heads);
    }

    /// How far this process's own commits have brought a stream; 0 where it doesn't know.
    pub fn latest(&self, stream: Stream) -> Seq {
        let latest = self.0.latest.lock().unwrap_or_else(PoisonError::into_inner);
        latest.get(&stream).copied().unwrap_or(0)
    }

    /// Waits until the bell has rung and says for what. For one listener.
    pub async fn rung(&self) -> HashMap<Stream, Seq> {
        loop {
            let reached =
                std::mem::take(&mut *self.0.reached.lock().unwrap_or_else(PoisonError::into_inner));
            if !reached.is_empty() {
                return reached;
            }
            self.0.rung.notified().await;
        }
    }
}

fn raise(known: &mut HashMap<Stream, Seq>, heads: &[(Stream, Seq)]) {
    for &(stream, seq) in heads {
        let known = known.entry(stream).or_insert(seq);
        *known = seq.max(*known);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn only_own_commits_go_out() {
        let bell = Bell::default();
        bell.ring(&[(Stream::Match(1), 1)]);
        bell.connect();
        bell.hear(&[(Stream::Match(2), 7)]);
        bell.ring(&[(Stream::Match(3), 2), (Stream::Match(3), 1)]);
        assert_eq!(bell.outgoing().await, [(Stream::Match(3), 2)]);
        let rung = bell.rung().await;
        assert_eq!(rung.len(), 3, "the feeder hears of all: {rung:?}");
        assert_eq!(bell.latest(Stream::Match(2)), 0, "another node's commit");
    }
}
