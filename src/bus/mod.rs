//! "Stream s has reached n": a hint that wakes the feeder. It may be lost; the log is the truth.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::PoisonError;

use tokio::sync::Notify;

use crate::domain::topic::Seq;
use crate::domain::topic::Stream;

/// Rung after each commit, heard by this process's feeder. Clones are the same bell.
#[derive(Clone, Debug, Default)]
pub struct Bell(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    reached: Mutex<HashMap<Stream, Seq>>,
    rung: Notify,
}

impl Bell {
    /// Says how far streams have come. Never waits; notices that nobody has heard yet are joined.
    pub fn ring(&self, heads: &[(Stream, Seq)]) {
        if heads.is_empty() {
            return;
        }
        let mut reached = self.0.reached.lock().unwrap_or_else(PoisonError::into_inner);
        for &(stream, seq) in heads {
            let known = reached.entry(stream).or_insert(seq);
            *known = seq.max(*known);
        }
        drop(reached);
        self.0.rung.notify_one();
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
