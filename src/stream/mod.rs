//! From the log to the reader: everything here can be lost and is rebuilt from a cursor.
//!
//! One `feeder` per process follows the log and hands frames to each worker's `hub`; a hub keeps
//! a `ring` of recent frames per stream. A reader is a cursor over rings and, behind their tails,
//! over pages of the log: it has no queue. Its `body` does what needs waiting (pages, snapshots);
//! once it has everything, the hub writes new frames straight to its `wire`.

pub mod cursor;
pub mod direct_writer;
pub mod event_stream_body;
pub mod feeder;
pub mod frame;
pub mod hub;
pub mod local_stream;
pub mod long_poll;
pub mod page_cache;
pub mod replay;
pub mod rights_sweep;
pub mod ring;
pub mod snapshot;
pub mod source;
mod staleness;
pub mod subscribe;
pub mod subscriber;
pub mod subscription;
pub mod visibility_floor;

use std::sync::Arc;

use crate::metrics::Metrics;
use crate::store::{Result, StoreError};
use crate::stream::feeder::FeederHandle;
use crate::stream::page_cache::PageCache;
use crate::stream::rights_sweep::RightsWatch;
use crate::stream::snapshot::SnapshotCache;
use crate::stream::source::MessageSource;
use crate::stream::subscriber::CloseReason;
use crate::stream::visibility_floor::VisibilityFloors;

/// What streams can be set to; units are in the names.
#[derive(Clone, Debug)]
pub struct StreamSettings {
    pub heartbeat_seconds: u32,
    /// A stream ends between half of this and the whole; 0 for never.
    pub lifetime_seconds: u32,
    pub retry_min_ms: u32,
    pub retry_max_ms: u32,
    pub ring_messages: usize,
    pub ring_bytes: usize,
    /// Further behind than this many messages, a reader gets a snapshot instead.
    pub replay_max: i64,
    /// Messages read from the log at a time.
    pub replay_page: i64,
}

/// What all workers' hubs share.
pub struct StreamContext {
    pub source: Arc<dyn MessageSource>,
    pub settings: StreamSettings,
    pub metrics: Arc<Metrics>,
    pub feeder: FeederHandle,
    pub snapshot_cache: SnapshotCache,
    pub page_cache: PageCache,
    pub visibility_floors: VisibilityFloors,
    pub rights_watch: RightsWatch,
    /// Turns true when the process is about to end.
    pub draining: tokio::sync::watch::Sender<bool>,
    /// Where the database is asked from: a worker's own thread is for HTTP and fan-out alone.
    pub runtime: tokio::runtime::Handle,
}

impl StreamSettings {
    /// Milliseconds a reader waits before it comes back, drawn so that not all come at once.
    pub fn random_retry_ms(&self) -> u32 {
        rand::random_range(self.retry_min_ms..=self.retry_max_ms.max(self.retry_min_ms))
    }

    /// The same at a goodbye: longer where coming back at once would not help.
    pub fn retry_ms_after(&self, reason: CloseReason) -> u32 {
        let base_ms = self.random_retry_ms();
        match reason {
            CloseReason::LimitReached => base_ms * 8,
            CloseReason::Unavailable | CloseReason::Draining => base_ms * 2,
            _ => base_ms,
        }
    }
}

impl StreamContext {
    /// Does something where the database is asked from.
    pub async fn run_on_database_runtime<T, F>(
        self: &Arc<Self>,
        make_future: impl FnOnce(Arc<Self>) -> F,
    ) -> Result<T>
    where
        T: Send + 'static,
        F: Future<Output = Result<T>> + Send + 'static,
    {
        let task = self.runtime.spawn(make_future(Arc::clone(self)));
        task.await.unwrap_or_else(|error| Err(StoreError::Internal(error.to_string())))
    }
}
