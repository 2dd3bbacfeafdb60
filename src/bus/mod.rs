//! "Stream s has reached n": a hint that wakes the feeder. It may be lost; the log is the truth.

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
}

impl Bell {
    /// Says how far streams have come. Never waits; notices that nobody has heard yet are joined.
    pub fn ring(&self, heads: &[(Stream, Seq)]) {
        if heads.is_empty() {
            return;
        }
        self.remember(heads);
        let mut reached = self.0.reached.lock().unwrap_or_else(PoisonError::into_inner);
        for &(stream, seq) in heads {
            let known = reached.entry(stream).or_insert(seq);
            *known = seq.max(*known);
        }
        drop(reached);
        self.0.rung.notify_one();
    }

    fn remember(&self, heads: &[(Stream, Seq)]) {
        let mut latest = self.0.latest.lock().unwrap_or_else(PoisonError::into_inner);
        if latest.len() > MOST_STREAMS {
            latest.clear();
        }
        for &(stream, seq) in heads {
            let known = latest.entry(stream).or_insert(seq);
            *known = seq.max(*known);
        }
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
