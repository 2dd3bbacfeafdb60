//! A stream's beginning and end at the feeder.

use std::sync::Arc;

use crate::domain::topic::{Seq, StreamId};
use crate::store::Result;
use crate::stream::StreamContext;
use crate::stream::feeder::{FedStream, FeederTask, RING_PREFILL_MESSAGES, read_frames};
use crate::stream::frame::Frame;
use crate::stream::hub::HubCommand;
use crate::stream::source::StreamEndReason;
use crate::stream::staleness::with_read_timeout;

impl FeederTask {
    /// Starts the worker's ring a little before the newest message.
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
                let new = FedStream {
                    last_fed_seq: last_fed_seq,
                    pruned_seq: floor,
                    workers: Vec::new(),
                };
                let followed = self.streams.entry(stream).or_insert(new);
                followed.pruned_seq = followed.pruned_seq.min(floor);
                if !followed.workers.contains(&worker) {
                    followed.workers.push(worker);
                }
            }
            Err(error) => {
                self.record_read_failure(&error.to_string());
                self.report_start_failure(stream, worker);
            }
        }
    }

    /// The stream can't be read now: who waits for it is sent away.
    pub(super) fn report_start_failure(&self, stream: StreamId, worker: usize) {
        let frames: Arc<[Frame]> = Arc::new([]);
        self.context.feeder.send_to_workers(&[worker], || HubCommand::StartStream {
            stream,
            epoch: "".into(),
            floor: None,
            frames: Arc::clone(&frames),
        });
    }

    /// Has everything forgotten of a stream that is told here no longer.
    pub(super) fn drop_stream(&mut self, stream: StreamId, reason: StreamEndReason) {
        let StreamContext { source, page_cache: pages, snapshot_cache: snapshots, feeder, .. } =
            &*self.context;
        // Followed from nowhere now: what is opened from here on is opened anew.
        source.release(stream);
        pages.forget_stream(stream);
        snapshots.forget_stream(stream);
        if let Some(followed) = self.streams.remove(&stream) {
            feeder.send_to_workers(&followed.workers, || HubCommand::DropStream {
                stream,
                reason: reason,
            });
        }
    }

    /// The newest frames up to `at` (or the head), and the seq they follow.
    async fn read_ring_prefill(
        &self,
        stream: StreamId,
        end_seq: Option<Seq>,
    ) -> Result<(Seq, Vec<Frame>)> {
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
