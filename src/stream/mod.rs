//! From the log to the reader: everything here can be lost and is rebuilt from a cursor.
//!
//! One `feeder` per process follows the log and hands frames to each worker's `hub`; a hub keeps
//! a `ring` of recent frames per stream. A reader is a cursor over rings and, behind their tails,
//! over pages of the log: it has no queue. Its `body` does what needs waiting (pages, snapshots);
//! once it has everything, the hub writes new frames straight to its `wire`.

pub mod body;
pub mod cursor;
pub mod feeder;
pub mod follow;
pub mod frame;
mod freshness;
pub mod guard;
pub mod hub;
pub mod opened;
pub mod pages;
pub mod poll;
pub mod reader;
pub mod replay;
pub mod ring;
pub mod snapshot;
pub mod source;
pub mod station;
pub mod subscribe;
pub mod wire;

use std::sync::Arc;

use crate::metrics::Metrics;
use crate::store::Result;
use crate::store::StoreError;
use crate::stream::feeder::Feeder;
use crate::stream::guard::Rights;
use crate::stream::opened::Opened;
use crate::stream::pages::Pages;
use crate::stream::reader::Bye;
use crate::stream::snapshot::Snapshots;
use crate::stream::source::Source;

/// What streams can be set to; units are in the names.
#[derive(Clone, Debug)]
pub struct Settings {
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
pub struct Shared {
    pub source: Arc<dyn Source>,
    pub settings: Settings,
    pub metrics: Arc<Metrics>,
    pub feeder: Feeder,
    pub snapshots: Snapshots,
    pub pages: Pages,
    pub opened: Opened,
    pub rights: Rights,
    /// Turns true when the process is about to end.
    pub draining: tokio::sync::watch::Sender<bool>,
    /// Where the database is asked from: a worker's own thread is for HTTP and fan-out alone.
    pub runtime: tokio::runtime::Handle,
}

impl Settings {
    /// Milliseconds a reader waits before it comes back, drawn so that not all come at once.
    pub fn draw_retry_ms(&self) -> u32 {
        rand::random_range(self.retry_min_ms..=self.retry_max_ms.max(self.retry_min_ms))
    }

    /// The same at a goodbye: longer where coming back at once would not help.
    pub fn retry_ms(&self, why: Bye) -> u32 {
        let drawn = self.draw_retry_ms();
        match why {
            Bye::Limit => drawn * 8,
            Bye::Unavailable | Bye::Draining => drawn * 2,
            _ => drawn,
        }
    }
}

impl Shared {
    /// Does something where the database is asked from.
    pub async fn ask<T, F>(self: &Arc<Self>, what: impl FnOnce(Arc<Self>) -> F) -> Result<T>
    where
        T: Send + 'static,
        F: Future<Output = Result<T>> + Send + 'static,
    {
        let asked = self.runtime.spawn(what(Arc::clone(self)));
        asked.await.unwrap_or_else(|error| Err(StoreError::Failed(error.to_string())))
    }
}
