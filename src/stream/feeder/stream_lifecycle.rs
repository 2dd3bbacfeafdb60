//! The start and the end of a stream at the feeder.

use std::sync::Arc;

use crate::domain::topic::{Seq, StreamId};
use crate::stream::commands::HubCommand;
use crate::stream::context::StreamContext;
use crate::stream::feeder::{FedStream, FeederTask, RING_PREFILL_MESSAGES, read_frames};
use crate::stream::frame::Frame;
use crate::stream::source::StreamEndReason;
use crate::stream::source_error::SourceResult;
use crate::stream::staleness::with_read_timeout;

impl FeederTask {
    /// Starts the worker's ring with the newest messages.
    pub(super) async fn add_worker(&mut self, stream: StreamId, worker: usize) {
        let fed_to = self.streams.get(&stream).map(|fed| fed.last_fed_seq);
        match self.read_ring_prefill(stream, fed_to).await {
            Ok((floor, frames)) => {
                let last_fed_seq = fed_to.unwrap_or(floor + frames.len() as Seq);
                let frames: Arc<[Frame]> = frames.into();
                self.context.feeder.send_to_workers(&[worker], || HubCommand::StartStream {
                    stream,
                    epoch: self.context.source.epoch(stream),
                    floor: Some(floor),
                    frames: Arc::clone(&frames),
                });
                let new = FedStream { last_fed_seq, pruned_seq: floor, workers: Vec::new() };
                let fed = self.streams.entry(stream).or_insert(new);
                fed.pruned_seq = fed.pruned_seq.min(floor);
                if !fed.workers.contains(&worker) {
                    fed.workers.push(worker);
                }
            }
            Err(error) => {
                self.record_read_failure(&error.to_string());
                self.report_start_failure(stream, worker);
            }
        }
    }

    /// Tells the hub that the stream can't be read now; it rejects the waiting subscribers.
    pub(super) fn report_start_failure(&self, stream: StreamId, worker: usize) {
        let frames: Arc<[Frame]> = Arc::new([]);
        self.context.feeder.send_to_workers(&[worker], || HubCommand::StartStream {
            stream,
            epoch: "".into(),
            floor: None,
            frames: Arc::clone(&frames),
        });
    }

    /// Removes all state of a stream that this node no longer serves.
    pub(super) fn drop_stream(&mut self, stream: StreamId, reason: StreamEndReason) {
        let StreamContext { source, page_cache, snapshot_cache, feeder, .. } = &*self.context;
        // The stream is followed from nowhere now, so the next subscriber opens it afresh.
        source.release(stream);
        page_cache.forget_stream(stream);
        snapshot_cache.forget_stream(stream);
        if let Some(fed) = self.streams.remove(&stream) {
            feeder.send_to_workers(&fed.workers, || HubCommand::DropStream { stream, reason });
        }
    }

    /// The newest frames up to `end_seq` (`None`: the head), and the seq they follow.
    async fn read_ring_prefill(
        &self,
        stream: StreamId,
        end_seq: Option<Seq>,
    ) -> SourceResult<(Seq, Vec<Frame>)> {
        let at = if let Some(at) = end_seq {
            at
        } else {
            let heads = with_read_timeout(self.context.source.followed_heads(&[stream])).await?;
            heads.first().map_or(0, |head| head.head_seq)
        };
        let after = (at - RING_PREFILL_MESSAGES).max(0);
        if at == 0 {
            return Ok((0, Vec::new()));
        }
        self.context.metrics.log_reads.inc();
        let mut page = read_frames(&self.context, stream, after, at - after).await?;
        if page.last_seq() != Some(at) {
            page.frames.clear();
        }
        Ok((at - page.frames.len() as Seq, page.frames))
    }
}
