//! Pages of the log as frames, read once for all who stand at the same place.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::time::Duration;
use std::time::Instant;

use tokio::sync::OnceCell;

use crate::domain::topic::Seq;
use crate::domain::topic::Stream;
use crate::store::Page;
use crate::store::Result;
use crate::store::StoreError;
use crate::stream::Shared;
use crate::stream::frame::Frame;

/// Consecutive frames of a stream, as they were when read.
#[derive(Debug)]
pub struct FramePage {
    /// Whose numbers these are.
    pub epoch: Arc<str>,
    pub frames: Vec<Frame>,
    pub head: Seq,
    pub pruned: Seq,
}

impl FramePage {
    /// Whether messages after `seq` are no longer kept.
    pub fn is_pruned_after(&self, seq: Seq) -> bool {
        self.pruned > seq || self.frames.first().is_some_and(|frame| frame.seq() > seq + 1)
    }

    /// The frames after `seq`.
    pub fn after(&self, seq: Seq) -> impl Iterator<Item = &Frame> {
        self.frames.iter().skip_while(move |frame| frame.seq() <= seq)
    }

    pub fn last(&self) -> Option<Seq> {
        self.frames.last().map(Frame::seq)
    }
}

type Cell = Arc<OnceCell<Arc<FramePage>>>;

/// Reads in flight or just done. A page that was read stays for a second, for those of a
/// reconnect storm who come a moment later.
#[derive(Default)]
pub struct Pages {
    reads: Mutex<HashMap<(Stream, Seq), (Instant, Cell)>>,
}

/// How long a page serves others: about as long as a storm's readers take to ask.
const KEPT: Duration = Duration::from_secs(1);

impl Pages {
    /// The page after `after`, at most `limit` messages.
    pub async fn get(
        &self,
        shared: &Shared,
        stream: Stream,
        after: Seq,
        limit: i64,
    ) -> Result<Arc<FramePage>> {
        let cell = self.cell(stream, after);
        let read = async || {
            shared.metrics.log_reads.inc();
            shared.source.page(stream, after, limit).await.map(Arc::new)
        };
        let page = cell.get_or_try_init(&read).await?;
        if page.frames.is_empty() {
            // It was read before there was anything: what is asked for now may be there by now.
            return read().await;
        }
        Ok(Arc::clone(page))
    }

    /// Forgets a stream's pages: messages of it are no longer kept.
    pub fn forget(&self, stream: Stream) {
        let mut reads = self.reads.lock().unwrap_or_else(PoisonError::into_inner);
        reads.retain(|(of, _), _| *of != stream);
    }

    fn cell(&self, stream: Stream, after: Seq) -> Cell {
        let now = Instant::now();
        let mut reads = self.reads.lock().unwrap_or_else(PoisonError::into_inner);
        reads.retain(|_, (at, _)| now.duration_since(*at) < KEPT);
        let (_, cell) = reads.entry((stream, after)).or_insert_with(|| (now, Cell::default()));
        Arc::clone(cell)
    }
}

/// Encodes a page of the log; one with a hole in it is refused, for it can't be sent.
pub fn encode(epoch: Arc<str>, stream: Stream, after: Seq, page: Page) -> Result<FramePage> {
    let first = page.messages.first().map_or(after + 1, |message| message.seq);
    let mut frames = Vec::with_capacity(page.messages.len());
    for (expected, message) in (first..).zip(&page.messages) {
        if message.seq != expected {
            return Err(StoreError::Failed(format!("{stream} has a hole before {}", message.seq)));
        }
        frames.push(Frame::encode(&epoch, message));
    }
    Ok(FramePage { epoch, frames, head: page.head, pruned: page.pruned })
}
