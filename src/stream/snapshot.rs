//! The state of a topic at a seq, made once for everybody who connects at once.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::OnceLock;
use std::sync::PoisonError;

use bytes::Bytes;
use bytes::BytesMut;

use crate::domain::topic::Seq;
use crate::domain::topic::Topic;
use crate::metrics::Metrics;
use crate::store::Result;
use crate::store::Store;
use crate::stream::cursor;
use crate::stream::frame;
use crate::stream::frame::Coding;

/// Why a reader gets a snapshot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    Connected,
    Pruned,
    UnknownCursor,
    Lagged,
    /// `mode=state`: something changed.
    Changed,
}

/// A topic's whole state at exactly `seq`, as JSON text.
#[derive(Debug)]
pub struct State {
    pub topic: Topic,
    pub seq: Seq,
    at: String,
    data: String,
    /// The frame that nearly all of a storm's readers get.
    connected: OnceLock<Bytes>,
}

type Slot = Arc<tokio::sync::Mutex<Option<Arc<State>>>>;

/// The newest state of each topic that was asked for lately.
#[derive(Default)]
pub struct Snapshots {
    slots: Mutex<HashMap<Topic, Slot>>,
}

/// Topics whose state is kept; beyond it all are thrown away and made again when asked for.
const MOST_TOPICS: usize = 512;

impl Reason {
    pub fn word(self) -> &'static str {
        match self {
            Self::Connected => "connected",
            Self::Pruned => "pruned",
            Self::UnknownCursor => "unknown_cursor",
            Self::Lagged => "lagged",
            Self::Changed => "changed",
        }
    }
}

impl Snapshots {
    /// The state at `at_least` or later; `None` where the topic is of nothing that exists.
    ///
    /// Whoever asks while it is being made waits for that one.
    pub async fn get(
        &self,
        store: &Store,
        metrics: &Metrics,
        topic: Topic,
        at_least: Seq,
    ) -> Result<Option<Arc<State>>> {
        let slot = self.slot(topic);
        let mut kept = slot.lock().await;
        if let Some(state) = kept.as_ref()
            && state.seq >= at_least
        {
            return Ok(Some(Arc::clone(state)));
        }
        metrics.snapshot_builds.inc();
        *kept = store.snapshot(topic).await?.map(|snapshot| {
            Arc::new(State {
                topic,
                seq: snapshot.seq,
                at: frame::now_text(),
                data: snapshot.data.to_string(),
                connected: OnceLock::new(),
            })
        });
        Ok(kept.clone())
    }

    fn slot(&self, topic: Topic) -> Slot {
        let mut slots = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
        if slots.len() >= MOST_TOPICS && !slots.contains_key(&topic) {
            slots.clear();
        }
        Arc::clone(slots.entry(topic).or_default())
    }
}

impl State {
    /// `{"type":"snapshot","topic":…,"seq":42,"at":…,"reason":…,"data":{…}}`
    pub fn envelope(&self, reason: Reason) -> String {
        format!(
            r#"{{"type":"snapshot","topic":"{}","seq":{},"at":"{}","reason":"{}","data":{}}}"#,
            self.topic,
            self.seq,
            self.at,
            reason.word(),
            self.data
        )
    }

    /// The frame for a reader of this one topic.
    pub fn wrapped(&self, epoch: &str, reason: Reason, coding: Coding) -> Bytes {
        let wrap = || coding.wrap(&self.block(reason, &cursor::of_one(epoch, self.seq)));
        match (reason, coding) {
            (Reason::Connected, Coding::Chunked) => self.connected.get_or_init(wrap).clone(),
            _ => wrap(),
        }
    }

    /// The frame with a cursor of the caller's.
    pub fn block(&self, reason: Reason, cursor: &str) -> BytesMut {
        let mut block = BytesMut::with_capacity(self.data.len() + 160);
        frame::put_data(&mut block, &self.envelope(reason));
        frame::put_id(&mut block, cursor);
        block
    }
}
