//! The state of a topic at a seq, made once for everybody who connects at once.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use bytes::{Bytes, BytesMut};

use crate::domain::message::escape_line_breaks;
use crate::domain::topic::{Seq, StreamId, Topic};
use crate::store::Result;
use crate::stream::frame::TransferCoding;
use crate::stream::{StreamContext, cursor, frame};

/// Why a reader gets a snapshot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SnapshotReason {
    Connected,
    Pruned,
    UnknownCursor,
    Lagged,
    /// `mode=state`: something changed.
    Changed,
}

/// A topic's whole state at exactly `seq`, as JSON text.
#[derive(Debug)]
pub struct TopicSnapshot {
    /// Whose number `seq` is.
    pub epoch: Arc<str>,
    pub topic: Topic,
    pub seq: Seq,
    taken_at: String,
    data: String,
    /// The frame that nearly all of a storm's readers get.
    connected_frame: OnceLock<Bytes>,
}

/// A state, and what was known when its making began.
struct CachedSnapshot {
    snapshot: Arc<TopicSnapshot>,
    built_from: Instant,
    /// The version of rights: what is public may be private at the next, and the other way round.
    rights_version: i64,
}

type SnapshotSlot = Arc<tokio::sync::Mutex<Option<CachedSnapshot>>>;

/// The newest state of each topic that was asked for lately.
#[derive(Default)]
pub struct SnapshotCache {
    slots: Mutex<HashMap<Topic, SnapshotSlot>>,
}

/// How old a state may be that somebody is given: a team's name or players change a match's state
/// and move no seq of its stream.
const SNAPSHOT_TTL: Duration = Duration::from_secs(1);

/// Topics whose state is kept; beyond it all are thrown away and made again when asked for.
const MAX_CACHED_TOPICS: usize = 512;

impl SnapshotReason {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Connected => "connected",
            Self::Pruned => "pruned",
            Self::UnknownCursor => "unknown_cursor",
            Self::Lagged => "lagged",
            Self::Changed => "changed",
        }
    }
}

impl SnapshotCache {
    /// The state at `at_least` or later; `None` where the topic is of nothing that exists.
    ///
    /// Whoever asks while it is being made waits for that one: a crowd that comes at once has one
    /// made, or two where the first was begun too early for the last of them.
    pub async fn get(
        &self,
        shared: &StreamContext,
        topic: Topic,
        min_seq: Seq,
    ) -> Result<Option<Arc<TopicSnapshot>>> {
        let requested_at = Instant::now();
        let slot = self.slot(topic);
        let mut slot = slot.lock().await;
        // Before the state is read: one that is read later is at least as new as that.
        let rights_version = shared.rights_watch.version();
        if let Some(cached) =
            slot.as_ref().filter(|kept| kept.is_usable(requested_at, rights_version, min_seq))
        {
            return Ok(Some(Arc::clone(&cached.snapshot)));
        }
        shared.metrics.snapshot_builds.inc();
        let built_from = Instant::now();
        *slot = shared.source.read_snapshot(topic).await?.map(|(epoch, snapshot)| {
            let state = Arc::new(TopicSnapshot {
                epoch,
                topic,
                seq: snapshot.seq,
                taken_at: frame::now_rfc3339(),
                data: escape_line_breaks(snapshot.data.to_string()),
                connected_frame: OnceLock::new(),
            });
            CachedSnapshot {
                snapshot: state,
                built_from: built_from,
                rights_version: rights_version,
            }
        });
        Ok(slot.as_ref().map(|kept| Arc::clone(&kept.snapshot)))
    }

    /// Forgets the states of a stream's topics: they may be another database's by now.
    pub fn forget_stream(&self, stream: StreamId) {
        let mut slots = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
        slots.retain(|topic, _| topic.stream != stream);
    }

    fn slot(&self, topic: Topic) -> SnapshotSlot {
        let mut slots = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
        if slots.len() >= MAX_CACHED_TOPICS && !slots.contains_key(&topic) {
            slots.clear();
        }
        Arc::clone(slots.entry(topic).or_default())
    }
}

impl CachedSnapshot {
    /// Whether it is good for somebody who asked then. Counted from when they asked, and not from
    /// when their turn came: a database that takes long isn't asked once for each.
    fn is_usable(&self, requested_at: Instant, rights_version: i64, min_seq: Seq) -> bool {
        let is_fresh = requested_at.saturating_duration_since(self.built_from) < SNAPSHOT_TTL;
        is_fresh && self.rights_version == rights_version && self.snapshot.seq >= min_seq
    }
}

impl TopicSnapshot {
    /// `{"type":"snapshot","topic":…,"seq":42,"at":…,"reason":…,"data":{…}}`
    pub fn envelope(&self, reason: SnapshotReason) -> String {
        format!(
            r#"{{"type":"snapshot","topic":"{}","seq":{},"at":"{}","reason":"{}","data":{}}}"#,
            self.topic,
            self.seq,
            self.taken_at,
            reason.as_str(),
            self.data
        )
    }

    /// The frame for a reader of this one topic.
    pub fn to_frame(&self, epoch: &str, reason: SnapshotReason, coding: TransferCoding) -> Bytes {
        let wrap = || {
            coding.encode(&self.encode_block(reason, Some(&cursor::encode_single(epoch, self.seq))))
        };
        match (reason, coding) {
            (SnapshotReason::Connected, TransferCoding::Chunked) => {
                self.connected_frame.get_or_init(wrap).clone()
            }
            _ => wrap(),
        }
    }

    /// The frame with a cursor of the caller's; without one its reader keeps what it had.
    pub fn encode_block(&self, reason: SnapshotReason, cursor: Option<&str>) -> BytesMut {
        let mut block = BytesMut::with_capacity(self.data.len() + 160);
        frame::put_data(&mut block, &self.envelope(reason));
        frame::put_id_if_any(&mut block, cursor);
        block
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn g7_a_cached_snapshot_expires_with_time_and_rights() {
        let topic = "match_3".parse().unwrap();
        let (at, data, connected) = (String::new(), String::new(), OnceLock::new());
        let snapshot = Arc::new(TopicSnapshot {
            epoch: "e".into(),
            topic,
            seq: 42,
            taken_at: at,
            data,
            connected_frame: connected,
        });
        let built_from = Instant::now();
        let cached =
            CachedSnapshot { snapshot: snapshot, built_from: built_from, rights_version: 7 };
        let before = built_from.checked_sub(Duration::from_secs(9)).unwrap();
        assert!(cached.is_usable(built_from, 7, 42) && cached.is_usable(built_from, 7, 41));
        assert!(cached.is_usable(before, 7, 42), "who waited long for it");
        assert!(!cached.is_usable(built_from, 7, 43), "it lacks a message");
        assert!(!cached.is_usable(built_from, 8, 42), "rights have changed");
        assert!(!cached.is_usable(built_from + SNAPSHOT_TTL, 7, 42), "it may be renamed by now");
    }
}
