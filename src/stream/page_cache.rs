//! Pages of the log, read once for all subscribers at the same position.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::OnceCell;

use crate::domain::topic::{Seq, StreamId};
use crate::stream::frame_page::FramePage;
use crate::stream::source_error::SourceResult;

type PageCell = Arc<OnceCell<Arc<FramePage>>>;

/// Reads in flight, and pages of the last second for the rest of a reconnect storm.
#[derive(Default)]
pub struct PageCache {
    reads: Mutex<HashMap<(StreamId, Seq), (Instant, PageCell)>>,
}

/// How long a page serves others: about as long as the clients of a storm take to ask.
const PAGE_TTL: Duration = Duration::from_secs(1);

impl PageCache {
    /// The page after `after`; `read` reads it where nobody has within `PAGE_TTL`.
    pub async fn get<F>(
        &self,
        stream: StreamId,
        after: Seq,
        read: impl Fn() -> F,
    ) -> SourceResult<Arc<FramePage>>
    where
        F: Future<Output = SourceResult<FramePage>>,
    {
        let cell = self.cell(stream, after);
        let read_shared = || async { read().await.map(Arc::new) };
        let page = cell.get_or_try_init(read_shared).await?;
        if page.frames.is_empty() {
            // It was read before there was anything; the messages may have been stored since.
            return read_shared().await;
        }
        Ok(Arc::clone(page))
    }

    /// Removes a stream's pages, when some of its messages are no longer kept.
    pub fn forget_stream(&self, stream: StreamId) {
        let mut reads = self.reads.lock().unwrap_or_else(PoisonError::into_inner);
        reads.retain(|(cached_stream, _), _| *cached_stream != stream);
    }

    fn cell(&self, stream: StreamId, after: Seq) -> PageCell {
        let now = Instant::now();
        let mut reads = self.reads.lock().unwrap_or_else(PoisonError::into_inner);
        reads.retain(|_, (at, _)| now.duration_since(*at) < PAGE_TTL);
        let (_, cell) = reads.entry((stream, after)).or_insert_with(|| (now, PageCell::default()));
        Arc::clone(cell)
    }
}
