//! Follows the log and hands frames to the workers' hubs.
//!
//! The bell (and a look at the heads) only wakes it: it reads from where each stream's hubs stand
//! and never from what a notice says. A page with a hole in it is refused, and what is pruned told.

mod stream_lifecycle;

use std::collections::HashMap;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender};

use crate::domain::topic::{Seq, StreamId};
use crate::store::{Result, StoreError};
use crate::stream::StreamContext;
use crate::stream::frame::Frame;
use crate::stream::hub::HubCommand;
use crate::stream::page_cache::FramePage;
use crate::stream::staleness::{Staleness, with_read_timeout};

/// What a hub asks of the feeder.
#[derive(Debug)]
pub enum FeederCommand {
    /// From now on the worker wants this stream; answered by [`Notice::Start`].
    AddWorker {
        stream: StreamId,
        worker: usize,
    },
    RemoveWorker {
        stream: StreamId,
        worker: usize,
    },
    /// What a worker wanted is at hand now, or can't be had.
    SourceReady {
        stream: StreamId,
        worker: usize,
        result: Result<()>,
    },
}

/// Where hubs ask. The feeder itself runs until the process ends.
#[derive(Clone, Debug)]
pub struct FeederHandle {
    commands: UnboundedSender<FeederCommand>,
    hubs: Arc<OnceLock<Vec<UnboundedSender<HubCommand>>>>,
}

/// How often heads are read although no notice came: other nodes' notices may be lost, and what
/// they commit is to be here within 1 s all the same (G9).
const HEADS_POLL_INTERVAL: Duration = Duration::from_millis(500);

/// Messages put into a ring that starts, so that a storm of resumes finds them in memory.
const RING_PREFILL_MESSAGES: i64 = 256;

/// One stream that some hub follows.
struct FedStream {
    /// The newest seq handed out.
    last_fed_seq: Seq,
    /// No hub holds anything up to here.
    pruned_seq: Seq,
    workers: Vec<usize>,
}

struct FeederTask {
    context: Arc<StreamContext>,
    streams: HashMap<StreamId, FedStream>,
    staleness: Staleness,
}

impl FeederHandle {
    /// The feeder's address, and what [`run`] listens to.
    pub fn new() -> (Self, UnboundedReceiver<FeederCommand>) {
        let (commands, receiver) = mpsc::unbounded_channel();
        (Self { commands: commands, hubs: Arc::default() }, receiver)
    }

    /// The hubs' inboxes, by worker; set once before the first worker starts.
    pub fn connect_hubs(&self, hubs: Vec<UnboundedSender<HubCommand>>) {
        let _ = self.hubs.set(hubs);
    }

    pub fn send(&self, command: FeederCommand) {
        // Fails only when the process is ending.
        let _ = self.commands.send(command);
    }

    /// Says something to every hub.
    pub fn broadcast(&self, mut make_command: impl FnMut() -> HubCommand) {
        for hub in self.hubs.get().into_iter().flatten() {
            let _ = hub.send(make_command());
        }
    }

    fn send_to_workers(&self, workers: &[usize], make_command: impl Fn() -> HubCommand) {
        for worker in workers {
            if let Some(hub) = self.hubs.get().and_then(|hubs| hubs.get(*worker)) {
                let _ = hub.send(make_command());
            }
        }
    }
}

/// Runs until the process ends.
pub async fn run(shared: Arc<StreamContext>, mut commands: UnboundedReceiver<FeederCommand>) {
    let source = Arc::clone(&shared.source);
    let notifier = source.commit_notifier().clone();
    let mut poll_timer = tokio::time::interval(HEADS_POLL_INTERVAL);
    poll_timer.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let freshness = Staleness::default();
    let mut task = FeederTask { context: shared, streams: HashMap::new(), staleness: freshness };
    loop {
        tokio::select! {
            ask = commands.recv() => match ask {
                Some(ask) => task.handle_command(ask).await,
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
            () = notifier.recheck_requested() => task.check_heads().await,
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
                        // Others are fed meanwhile.
                        let feeder = self.context.feeder.clone();
                        tokio::spawn(async move {
                            let opened = ready.await;
                            feeder.send(FeederCommand::SourceReady {
                                stream,
                                worker,
                                result: opened,
                            });
                        });
                    }
                }
            }
            FeederCommand::SourceReady { stream, worker, result: Ok(()) } => {
                self.add_worker(stream, worker).await
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

    /// Whether somebody follows the stream who has not been handed the message. Notices may come
    /// twice, late, and of streams that nobody here reads.
    fn is_behind(&self, stream: StreamId, seq: Seq) -> bool {
        self.streams.get(&stream).is_some_and(|followed| followed.last_fed_seq < seq)
    }

    /// Reads what is new in a stream and hands it on.
    async fn feed(&mut self, stream: StreamId) {
        if let Err(error) = self.try_feed(stream).await {
            // The next notice or look tries again from the same place.
            self.record_read_failure(&format!("{stream}: {error}"));
        }
    }

    async fn try_feed(&mut self, stream: StreamId) -> Result<()> {
        loop {
            let Some(fed) = self.streams.get_mut(&stream) else { return Ok(()) };
            let shared = &self.context;
            let limit = shared.settings.replay_page;
            shared.metrics.log_reads.inc();
            let page = read_frames(shared, stream, fed.last_fed_seq, limit).await?;
            // Some may have gone before they were read here.
            fed.prune(shared, stream, page.pruned_seq);
            let Some(last) = page.last_seq() else { return Ok(()) };
            shared.metrics.messages_read.inc_by(page.frames.len() as u64);
            fed.last_fed_seq = last;
            let is_full_page = page.frames.len() as i64 == limit;
            let frames: Arc<[Frame]> = page.frames.into();
            shared.feeder.send_to_workers(&fed.workers, || HubCommand::PushFrames {
                stream,
                frames: Arc::clone(&frames),
            });
            if !is_full_page {
                return Ok(());
            }
        }
    }

    /// Looks at all there is, in case a notice was lost.
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

    /// Compares heads with what was handed out, and what is pruned with what is held in memory.
    async fn try_check_heads(&mut self) -> Result<()> {
        let streams: Vec<_> = self.streams.keys().copied().collect();
        if streams.is_empty() {
            return Ok(());
        }
        let heads = with_read_timeout(self.context.source.followed_heads(&streams)).await?;
        for (stream, head) in streams.into_iter().zip(heads) {
            let Some(fed) = self.streams.get_mut(&stream) else { continue };
            if head.head_seq < fed.last_fed_seq {
                return Err(StoreError::Internal(format!(
                    "{stream} ends at {} and was at {}: what was acknowledged is lost. \
                     Run `touchline epoch new`, so that readers begin anew",
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
    /// Has hubs and pages forget what the log no longer keeps. Readers who stand before it are
    /// owed a snapshot, which each finds out from the log.
    fn prune(&mut self, shared: &StreamContext, stream: StreamId, pruned: Seq) {
        if pruned <= self.pruned_seq {
            return;
        }
        self.pruned_seq = pruned;
        self.last_fed_seq = self.last_fed_seq.max(pruned);
        shared.page_cache.forget_stream(stream);
        shared
            .feeder
            .send_to_workers(&self.workers, || HubCommand::Prune { stream, up_to: pruned });
    }
}

/// New messages are read past the page cache: each place is read once anyway.
async fn read_frames(
    shared: &StreamContext,
    stream: StreamId,
    after: Seq,
    limit: i64,
) -> Result<FramePage> {
    let page = with_read_timeout(shared.source.read_page(stream, after, limit)).await?;
    let now_ms = chrono::Utc::now().timestamp_millis();
    let lag = page.frames.first().map_or(0, |first| now_ms.saturating_sub(first.appended_at_ms()));
    shared.metrics.bus_lag_seconds.set(lag.max(0) as f64 / 1000.0);
    Ok(page)
}
