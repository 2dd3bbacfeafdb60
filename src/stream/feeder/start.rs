//! A stream's beginning and end at the feeder.

use std::sync::Arc;

use crate::domain::topic::Seq;
use crate::domain::topic::Stream;
use crate::store::Result;
use crate::stream::Shared;
use crate::stream::feeder::Followed;
use crate::stream::feeder::Following;
use crate::stream::feeder::HEAD_START;
use crate::stream::feeder::read;
use crate::stream::frame::Frame;
use crate::stream::freshness::soon;
use crate::stream::hub::Notice;
use crate::stream::source::Ending;

impl Following {
    /// Starts the worker's ring a little before the newest message.
    pub(super) async fn follow(&mut self, stream: Stream, worker: usize) {
        let known = self.streams.get(&stream).map(|followed| followed.at);
        match self.head_start(stream, known).await {
            Ok((floor, frames)) => {
                let at = known.unwrap_or(floor + frames.len() as Seq);
                let frames: Arc<[Frame]> = frames.into();
                self.shared.feeder.tell(&[worker], || Notice::Start {
                    stream,
                    epoch: self.shared.source.epoch(stream),
                    floor: Some(floor),
                    frames: Arc::clone(&frames),
                });
                let new = Followed { at, floor, workers: Vec::new() };
                let followed = self.streams.entry(stream).or_insert(new);
                followed.floor = followed.floor.min(floor);
                if !followed.workers.contains(&worker) {
                    followed.workers.push(worker);
                }
            }
            Err(error) => {
                self.missed(&error.to_string());
                self.refuse(stream, worker);
            }
        }
    }

    /// The stream can't be read now: who waits for it is sent away.
    pub(super) fn refuse(&self, stream: Stream, worker: usize) {
        let frames: Arc<[Frame]> = Arc::new([]);
        self.shared.feeder.tell(&[worker], || Notice::Start {
            stream,
            epoch: "".into(),
            floor: None,
            frames: Arc::clone(&frames),
        });
    }

    /// Has everything forgotten of a stream that is told here no longer.
    pub(super) fn part(&mut self, stream: Stream, ending: Ending) {
        let Shared { source, pages, snapshots, feeder, .. } = &*self.shared;
        // Followed from nowhere now: what is opened from here on is opened anew.
        source.leave(stream);
        pages.forget(stream);
        snapshots.forget(stream);
        if let Some(followed) = self.streams.remove(&stream) {
            feeder.tell(&followed.workers, || Notice::Gone { stream, ending });
        }
    }

    /// The newest frames up to `at` (or the head), and the seq they follow.
    async fn head_start(&self, stream: Stream, at: Option<Seq>) -> Result<(Seq, Vec<Frame>)> {
        let at = if let Some(at) = at {
            at
        } else {
            let heads = soon(self.shared.source.heads(&[stream])).await?;
            heads.first().map_or(0, |head| head.head)
        };
        let after = (at - HEAD_START).max(0);
        if at == 0 {
            return Ok((0, Vec::new()));
        }
        self.shared.metrics.log_reads.inc();
        let mut page = read(&self.shared, stream, after, at - after).await?;
        if page.last() != Some(at) {
            page.frames.clear();
        }
        Ok((at - page.frames.len() as Seq, page.frames))
    }
}
