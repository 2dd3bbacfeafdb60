//! What all hubs of a process share.

use std::sync::Arc;

use tokio::runtime::Handle;
use tokio::sync::watch;

use crate::domain::topic::{Seq, StreamId, Topic};
use crate::metrics::Metrics;
use crate::stream::commands::FeederHandle;
use crate::stream::frame_page::FramePage;
use crate::stream::page_cache::PageCache;
use crate::stream::rights_watch::RightsWatch;
use crate::stream::settings::StreamSettings;
use crate::stream::snapshot::{SnapshotCache, TopicSnapshot};
use crate::stream::source::MessageSource;
use crate::stream::source_error::{SourceError, SourceResult};
use crate::stream::visibility_floor::VisibilityFloors;

/// The source of messages and the caches before it, shared by all hubs of a process.
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
    pub draining: watch::Sender<bool>,
    /// Runs database queries: a worker's own thread is for HTTP and fan-out alone.
    pub runtime: Handle,
}

impl StreamContext {
    /// Runs a future on the database's runtime and waits for its result.
    pub async fn run_on_database_runtime<T, F>(
        self: &Arc<Self>,
        make_future: impl FnOnce(Arc<Self>) -> F,
    ) -> SourceResult<T>
    where
        T: Send + 'static,
        F: Future<Output = SourceResult<T>> + Send + 'static,
    {
        let task = self.runtime.spawn(make_future(Arc::clone(self)));
        task.await.unwrap_or_else(|error| Err(SourceError::Internal(error.to_string())))
    }

    /// The page of the log after `after`, from the cache or the source.
    pub async fn page_after(&self, stream: StreamId, after: Seq) -> SourceResult<Arc<FramePage>> {
        let read = || async move {
            self.metrics.log_reads.inc();
            self.source.read_page(stream, after, self.settings.replay_page).await
        };
        self.page_cache.get(stream, after, read).await
    }

    /// A topic's state at `min_seq` or later; `None` for a topic of nothing that exists.
    pub async fn snapshot(
        self: &Arc<Self>,
        topic: Topic,
        min_seq: Seq,
    ) -> SourceResult<Option<Arc<TopicSnapshot>>> {
        self.run_on_database_runtime(move |context| async move {
            let read = || async {
                context.metrics.snapshot_builds.inc();
                context.source.read_snapshot(topic).await
            };
            context.snapshot_cache.get(topic, min_seq, &context.rights_watch, read).await
        })
        .await
    }

    /// The seq up to which no public subscriber may be sent this stream from memory.
    pub async fn visibility_floor(
        self: &Arc<Self>,
        rights_version: i64,
        stream: StreamId,
    ) -> SourceResult<Seq> {
        if let Some(floor) = self.visibility_floors.cached(rights_version, stream) {
            return Ok(floor);
        }
        self.run_on_database_runtime(move |context| async move {
            let source = &*context.source;
            context.visibility_floors.load(source, rights_version, stream).await
        })
        .await
    }
}
