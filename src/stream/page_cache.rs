//! Pages of the log as frames, read once for all who stand at the same place.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::OnceCell;

use crate::domain::topic::{Seq, StreamId};
use crate::store::{LogPage, Result, StoreError};
use crate::stream::StreamContext;
use crate::stream::frame::Frame;

/// Consecutive frames of a stream, as they were when read.
#[derive(Debug)]
pub struct FramePage {
    /// Whose numbers these are.
    pub epoch: Arc<str>,
    pub frames: Vec<Frame>,
    pub head_seq: Seq,
    pub pruned_seq: Seq,
}

impl FramePage {
    /// Whether messages after `seq` are no longer kept.
    pub fn is_pruned_after(&self, seq: Seq) -> bool {
        self.pruned_seq > seq || self.frames.first().is_some_and(|frame| frame.seq() > seq + 1)
    }

    /// The frames after `seq`.
    pub fn frames_after(&self, seq: Seq) -> impl Iterator<Item = &Frame> {
        self.frames.iter().skip_while(move |frame| frame.seq() <= seq)
    }

    pub fn last_seq(&self) -> Option<Seq> {
        self.frames.last().map(Frame::seq)
    }
}

type PageCell = Arc<OnceCell<Arc<FramePage>>>;

/// Reads in flight or just done. A page that was read stays for a second, for those of a
/// reconnect storm who come a moment later.
#[derive(Default)]
pub struct PageCache {
    reads: Mutex<HashMap<(StreamId, Seq), (Instant, PageCell)>>,
}

/// How long a page serves others: about as long as a storm's readers take to ask.
const PAGE_TTL: Duration = Duration::from_secs(1);

impl PageCache {
    /// The page after `after`, at most `limit` messages.
    pub async fn get(
        &self,
        shared: &StreamContext,
        stream: StreamId,
        after: Seq,
        limit: i64,
    ) -> Result<Arc<FramePage>> {
        let cell = self.cell(stream, after);
        let read = async || {
            shared.metrics.log_reads.inc();
            shared.source.read_page(stream, after, limit).await.map(Arc::new)
        };
        let page = cell.get_or_try_init(&read).await?;
        if page.frames.is_empty() {
            // It was read before there was anything: what is asked for now may be there by now.
            return read().await;
        }
        Ok(Arc::clone(page))
    }

    /// Forgets a stream's pages: messages of it are no longer kept.
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

/// Encodes a page of the log; one with a hole in it is refused, for it can't be sent.
pub fn encode_page(
    epoch: Arc<str>,
    stream: StreamId,
    after: Seq,
    page: LogPage,
) -> Result<FramePage> {
    let first = page.messages.first().map_or(after + 1, |message| message.seq);
    let mut frames = Vec::with_capacity(page.messages.len());
    for (expected, message) in (first..).zip(&page.messages) {
        if message.seq != expected {
            return Err(StoreError::Internal(format!(
                "{stream} has a hole before {}",
                message.seq
            )));
        }
        frames.push(Frame::encode(&epoch, message));
    }
    Ok(FramePage { epoch, frames, head_seq: page.head_seq, pruned_seq: page.pruned_seq })
}
