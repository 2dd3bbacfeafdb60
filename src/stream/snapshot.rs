//! Snapshots of topics, built once for all subscribers that connect at the same time.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use bytes::{Bytes, BytesMut};

use crate::domain::closed_set::closed_set;
use crate::domain::message::escape_line_breaks;
use crate::domain::topic::{Seq, StreamId, Topic};
use crate::stream::frame::TransferCoding;
use crate::stream::rights_watch::RightsWatch;
use crate::stream::source::EpochSnapshot;
use crate::stream::source_error::SourceResult;
use crate::stream::{control_frames, cursor};

/// Why a subscriber gets a snapshot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SnapshotReason {
    /// It connected without a position in the stream.
    Connected,
    /// The log no longer keeps what follows its position.
    Pruned,
    /// Its cursor is not of this stream, this epoch or this life of the log.
    UnknownCursor,
    /// It is further behind than a replay may be.
    Lagged,
    /// `mode=state`: something changed.
    Changed,
}

closed_set!(SnapshotReason {
    Connected => "connected",
    Pruned => "pruned",
    UnknownCursor => "unknown_cursor",
    Lagged => "lagged",
    Changed => "changed",
});

/// A topic's whole state at exactly `seq`, as JSON text.
#[derive(Debug)]
pub struct TopicSnapshot {
    /// The epoch that `seq` belongs to.
    pub epoch: Arc<str>,
    pub topic: Topic,
    pub seq: Seq,
    taken_at: String,
    data: String,
    /// The frame that nearly all subscribers of a reconnect storm get.
    connected_frame: OnceLock<Bytes>,
}

/// A snapshot, and when its building began.
struct CachedSnapshot {
    snapshot: Arc<TopicSnapshot>,
    build_started: Instant,
    /// The version of rights when it began: a later version may have made public data private.
    rights_version: i64,
}

type SnapshotSlot = Arc<tokio::sync::Mutex<Option<CachedSnapshot>>>;

/// The newest snapshot of each topic that was requested lately.
#[derive(Default)]
pub struct SnapshotCache {
    slots: Mutex<HashMap<Topic, SnapshotSlot>>,
}

/// How old a snapshot may be when it is sent: a team's new name changes the state of its matches
/// without a message in their streams.
const SNAPSHOT_TTL: Duration = Duration::from_secs(1);

/// Topics whose snapshots are kept; beyond it all are dropped and built again on request.
const MAX_CACHED_TOPICS: usize = 512;

impl SnapshotCache {
    /// A topic's snapshot at `min_seq` or later; `None` for a topic of nothing that exists.
    ///
    /// Requests that arrive while one is being built wait for it: a crowd that connects at once
    /// has one built, or two where the first began too early for the last of them.
    pub async fn get<F>(
        &self,
        topic: Topic,
        min_seq: Seq,
        rights_watch: &RightsWatch,
        read: impl FnOnce() -> F,
    ) -> SourceResult<Option<Arc<TopicSnapshot>>>
    where
        F: Future<Output = SourceResult<Option<EpochSnapshot>>>,
    {
        let requested_at = Instant::now();
        let slot = self.slot(topic);
        let mut slot = slot.lock().await;
        // Taken before the state is read, so that the state is at least as new as the version.
        let rights_version = rights_watch.version();
        if let Some(cached) =
            slot.as_ref().filter(|cached| cached.is_usable(requested_at, rights_version, min_seq))
        {
            return Ok(Some(Arc::clone(&cached.snapshot)));
        }
        let build_started = Instant::now();
        *slot = read().await?.map(|(epoch, snapshot)| {
            let snapshot = Arc::new(TopicSnapshot {
                epoch,
                topic,
                seq: snapshot.seq,
                taken_at: control_frames::now_rfc3339(),
                data: escape_line_breaks(snapshot.data.to_string()),
                connected_frame: OnceLock::new(),
            });
            CachedSnapshot { snapshot, build_started, rights_version }
        });
        Ok(slot.as_ref().map(|cached| Arc::clone(&cached.snapshot)))
    }

    /// Removes the snapshots of a stream's topics, which may belong to another epoch by now.
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
    /// Whether it may answer a request of that time. Its age counts from the request, not from
    /// when the request's turn came, so that a slow database isn't queried once per request.
    fn is_usable(&self, requested_at: Instant, rights_version: i64, min_seq: Seq) -> bool {
        let is_fresh = requested_at.saturating_duration_since(self.build_started) < SNAPSHOT_TTL;
        is_fresh && self.rights_version == rights_version && self.snapshot.seq >= min_seq
    }
}

impl TopicSnapshot {
    /// The snapshot's JSON.
    pub fn envelope(&self, reason: SnapshotReason) -> String {
        let at = &self.taken_at;
        control_frames::snapshot_envelope(self.topic, self.seq, at, reason.as_str(), &self.data)
    }

    /// The frame for a subscriber of this one topic.
    pub fn to_frame(&self, epoch: &str, reason: SnapshotReason, coding: TransferCoding) -> Bytes {
        let encode = || {
            coding.encode(
                &self
                    .encode_block(reason, Some(&cursor::encode_topic(epoch, self.topic, self.seq))),
            )
        };
        match (reason, coding) {
            (SnapshotReason::Connected, TransferCoding::Chunked) => {
                self.connected_frame.get_or_init(encode).clone()
            }
            _ => encode(),
        }
    }

    /// The frame with the caller's cursor; without one the client keeps the cursor it has.
    pub fn encode_block(&self, reason: SnapshotReason, cursor: Option<&str>) -> BytesMut {
        control_frames::snapshot(&self.envelope(reason), cursor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn g7_a_cached_snapshot_expires_with_time_and_rights() {
        let snapshot = Arc::new(TopicSnapshot {
            epoch: "e".into(),
            topic: "match_3".parse().unwrap(),
            seq: 42,
            taken_at: String::new(),
            data: String::new(),
            connected_frame: OnceLock::new(),
        });
        let build_started = Instant::now();
        let cached = CachedSnapshot { snapshot, build_started, rights_version: 7 };
        let before = build_started.checked_sub(Duration::from_secs(9)).unwrap();
        assert!(cached.is_usable(build_started, 7, 42) && cached.is_usable(build_started, 7, 41));
        assert!(cached.is_usable(before, 7, 42), "a request that waited long for it");
        assert!(!cached.is_usable(build_started, 7, 43), "it lacks a message");
        assert!(!cached.is_usable(build_started, 8, 42), "rights have changed");
        assert!(
            !cached.is_usable(build_started + SNAPSHOT_TTL, 7, 42),
            "the team may have a new name"
        );
    }
}
