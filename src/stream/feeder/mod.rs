//! The feeder: follows the log and hands frames to the workers' hubs.
//!
//! The commit notifier and the poll of heads only wake it: it reads on from what it fed last, never
//! from the seq in a notice. It refuses a page with a hole in it, and passes on what was pruned.

mod stream_lifecycle;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc::UnboundedReceiver;

use crate::domain::topic::{Seq, StreamId};
use crate::stream::commands::{FeederCommand, HubCommand};
use crate::stream::context::StreamContext;
use crate::stream::frame::Frame;
use crate::stream::frame_page::FramePage;
use crate::stream::source_error::{SourceError, SourceResult};
use crate::stream::staleness::{Staleness, with_read_timeout};

/// How often heads are polled: other nodes' notices may be lost, and what they commit has to be
/// here within 1 s all the same (G9).
const HEADS_POLL_INTERVAL: Duration = Duration::from_millis(500);

/// Messages that a new ring starts with, so that a storm of resumes finds them in memory.
const RING_PREFILL_MESSAGES: i64 = 256;

/// A stream that some hub follows.
struct FedStream {
    /// The newest seq sent to hubs.
    last_fed_seq: Seq,
    /// Hubs hold nothing up to this seq.
    pruned_seq: Seq,
    workers: Vec<usize>,
}

struct FeederTask {
    context: Arc<StreamContext>,
    streams: HashMap<StreamId, FedStream>,
    staleness: Staleness,
}

/// Feeds hubs until the process ends.
pub async fn run(context: Arc<StreamContext>, mut commands: UnboundedReceiver<FeederCommand>) {
    let source = Arc::clone(&context.source);
    let notifier = source.commit_notifier().clone();
    let mut poll_timer = tokio::time::interval(HEADS_POLL_INTERVAL);
    poll_timer.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let staleness = Staleness::default();
    let mut task = FeederTask { context, streams: HashMap::new(), staleness };
    loop {
        tokio::select! {
            command = commands.recv() => match command {
                Some(command) => task.handle_command(command).await,
                None => return,
            },
            committed = notifier.next_commits() => {
                task.context.metrics.feeder_wakeups.inc();
                for (stream, seq) in committed {
                    if task.is_behind(stream, seq) {
                        task.feed(stream).await;
                    }
                }
            }
            (stream, reason) = source.next_end() => task.drop_stream(stream, reason),
            () = notifier.head_check_requested() => task.check_heads().await,
            _ = poll_timer.tick() => task.check_heads().await,
        }
    }
}

impl FeederTask {
    async fn handle_command(&mut self, command: FeederCommand) {
        match command {
            FeederCommand::AddWorker { stream, worker } => {
                match self.context.source.prepare(stream) {
                    None => self.add_worker(stream, worker).await,
                    Some(ready) => {
                        // Other streams are fed meanwhile.
                        let feeder = self.context.feeder.clone();
                        tokio::spawn(async move {
                            let result = ready.await;
                            feeder.send(FeederCommand::SourceReady { stream, worker, result });
                        });
                    }
                }
            }
            FeederCommand::SourceReady { stream, worker, result: Ok(()) } => {
                self.add_worker(stream, worker).await;
            }
            FeederCommand::SourceReady { stream, worker, result: Err(error) } => {
                tracing::warn!(error = %error, "{stream} can't be opened: {error}");
                self.report_start_failure(stream, worker);
            }
            FeederCommand::RemoveWorker { stream, worker } => {
                if let Some(fed) = self.streams.get_mut(&stream) {
                    fed.workers.retain(|existing| *existing != worker);
                    if fed.workers.is_empty() {
                        self.streams.remove(&stream);
                        self.context.source.release(stream);
                    }
                }
            }
        }
    }

    /// Whether a hub follows the stream and lacks the message. Notices may arrive twice, late, and
    /// for streams that nobody here follows.
    fn is_behind(&self, stream: StreamId, seq: Seq) -> bool {
        self.streams.get(&stream).is_some_and(|followed| followed.last_fed_seq < seq)
    }

    /// Reads a stream's new messages and sends them to its hubs.
    async fn feed(&mut self, stream: StreamId) {
        if let Err(error) = self.try_feed(stream).await {
            // The next notice or poll tries again from the same seq.
            self.record_read_failure(&format!("{stream}: {error}"));
        }
    }

    async fn try_feed(&mut self, stream: StreamId) -> SourceResult<()> {
        loop {
            let Some(fed) = self.streams.get_mut(&stream) else { return Ok(()) };
            let context = &self.context;
            let limit = context.settings.replay_page;
            context.metrics.log_reads.inc();
            let page = read_frames(context, stream, fed.last_fed_seq, limit).await?;
            // Messages may have been pruned before they were read.
            fed.prune(context, stream, page.pruned_seq);
            let Some(last) = page.last_seq() else { return Ok(()) };
            context.metrics.messages_read.inc_by(page.frames.len() as u64);
            fed.last_fed_seq = last;
            let is_full_page = page.frames.len() as i64 == limit;
            let frames: Arc<[Frame]> = page.frames.into();
            context.feeder.send_to_workers(&fed.workers, || HubCommand::PushFrames {
                stream,
                frames: Arc::clone(&frames),
            });
            if !is_full_page {
                return Ok(());
            }
        }
    }

    /// Polls the heads of all followed streams, in case a notice was lost.
    async fn check_heads(&mut self) {
        match self.try_check_heads().await {
            Ok(()) if self.staleness.record_success() => {
                self.context.metrics.is_stale.set(0);
                self.context.feeder.broadcast(|| HubCommand::SetStale(None));
            }
            Ok(()) => {}
            Err(error) => self.record_read_failure(&error.to_string()),
        }
    }

    /// Feeds streams whose heads are newer than what was fed, and prunes what the log pruned.
    async fn try_check_heads(&mut self) -> SourceResult<()> {
        let streams: Vec<_> = self.streams.keys().copied().collect();
        if streams.is_empty() {
            return Ok(());
        }
        let heads = with_read_timeout(self.context.source.followed_heads(&streams)).await?;
        for (stream, head) in streams.into_iter().zip(heads) {
            let Some(fed) = self.streams.get_mut(&stream) else { continue };
            if head.head_seq < fed.last_fed_seq {
                return Err(SourceError::Internal(format!(
                    "{stream} ends at {} and was at {}: acknowledged messages are lost. \
                     Run `touchline epoch new`, so that clients start afresh",
                    head.head_seq, fed.last_fed_seq
                )));
            }
            fed.prune(&self.context, stream, head.pruned_seq);
            if self.is_behind(stream, head.head_seq) {
                self.try_feed(stream).await?;
            }
        }
        Ok(())
    }

    fn record_read_failure(&mut self, error: &str) {
        let upstream_stale_since = self.context.source.stale_since();
        if let Some(since) = self.staleness.record_failure(error, upstream_stale_since) {
            self.context.metrics.is_stale.set(1);
            let since: Arc<str> = since.into();
            self.context.feeder.broadcast(|| HubCommand::SetStale(Some(Arc::clone(&since))));
        }
    }
}

impl FedStream {
    /// Removes from hubs and pages what the log no longer keeps. Subscribers at earlier positions
    /// need a snapshot, which each learns from the log.
    fn prune(&mut self, context: &StreamContext, stream: StreamId, up_to: Seq) {
        if up_to <= self.pruned_seq {
            return;
        }
        self.pruned_seq = up_to;
        self.last_fed_seq = self.last_fed_seq.max(up_to);
        context.page_cache.forget_stream(stream);
        let prune = || HubCommand::Prune { stream, up_to };
        context.feeder.send_to_workers(&self.workers, prune);
    }
}

/// Reads past the page cache, since the feeder reads each position once anyway.
async fn read_frames(
    context: &StreamContext,
    stream: StreamId,
    after: Seq,
    limit: i64,
) -> SourceResult<FramePage> {
    let page = with_read_timeout(context.source.read_page(stream, after, limit)).await?;
    let now_ms = chrono::Utc::now().timestamp_millis();
    let lag = page.frames.first().map_or(0, |first| now_ms.saturating_sub(first.appended_at_ms()));
    context.metrics.bus_lag_seconds.set(lag.max(0) as f64 / 1000.0);
    Ok(page)
}
