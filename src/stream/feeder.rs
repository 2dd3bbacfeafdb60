//! Follows the log and hands frames to the workers' hubs.
//!
//! The bell (and a look at the heads) only wakes it: it reads from where each stream's hubs stand
//! and never from what a notice says. A page with a hole in it is refused, and what is pruned told.

mod start;

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::OnceLock;
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::sync::mpsc::UnboundedSender;

use crate::domain::topic::Seq;
use crate::domain::topic::Stream;
use crate::store::Result;
use crate::store::StoreError;
use crate::stream::Shared;
use crate::stream::frame::Frame;
use crate::stream::freshness::Freshness;
use crate::stream::freshness::soon;
use crate::stream::hub::Notice;
use crate::stream::pages::FramePage;

/// What a hub asks of the feeder.
#[derive(Debug)]
pub enum Ask {
    /// From now on the worker wants this stream; answered by [`Notice::Start`].
    Follow {
        stream: Stream,
        worker: usize,
    },
    Leave {
        stream: Stream,
        worker: usize,
    },
    /// What a worker wanted is at hand now, or can't be had.
    Opened {
        stream: Stream,
        worker: usize,
        opened: Result<()>,
    },
}

/// Where hubs ask. The feeder itself runs until the process ends.
#[derive(Clone, Debug)]
pub struct Feeder {
    asks: UnboundedSender<Ask>,
    hubs: Arc<OnceLock<Vec<UnboundedSender<Notice>>>>,
}

/// How often heads are read although no notice came: other nodes' notices may be lost, and what
/// they commit is to be here within 1 s all the same (G9).
const LOOK: Duration = Duration::from_millis(500);

/// Messages put into a ring that starts, so that a storm of resumes finds them in memory.
const HEAD_START: i64 = 256;

/// One stream that some hub follows.
struct Followed {
    /// The newest seq handed out.
    at: Seq,
    /// No hub holds anything up to here.
    floor: Seq,
    workers: Vec<usize>,
}

struct Following {
    shared: Arc<Shared>,
    streams: HashMap<Stream, Followed>,
    freshness: Freshness,
}

impl Feeder {
    /// The feeder's address, and what [`run`] listens to.
    pub fn new() -> (Self, UnboundedReceiver<Ask>) {
        let (asks, receiver) = mpsc::unbounded_channel();
        (Self { asks, hubs: Arc::default() }, receiver)
    }

    /// The hubs' inboxes, by worker; set once before the first worker starts.
    pub fn connect(&self, hubs: Vec<UnboundedSender<Notice>>) {
        let _ = self.hubs.set(hubs);
    }

    pub fn ask(&self, ask: Ask) {
        // Fails only when the process is ending.
        let _ = self.asks.send(ask);
    }

    /// Says something to every hub.
    pub fn tell_all(&self, mut notice: impl FnMut() -> Notice) {
        for hub in self.hubs.get().into_iter().flatten() {
            let _ = hub.send(notice());
        }
    }

    fn tell(&self, workers: &[usize], notice: impl Fn() -> Notice) {
        for worker in workers {
            if let Some(hub) = self.hubs.get().and_then(|hubs| hubs.get(*worker)) {
                let _ = hub.send(notice());
            }
        }
    }
}

/// Runs until the process ends.
pub async fn run(shared: Arc<Shared>, mut asks: UnboundedReceiver<Ask>) {
    let source = Arc::clone(&shared.source);
    let bell = source.bell().clone();
    let mut look = tokio::time::interval(LOOK);
    look.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let freshness = Freshness::default();
    let mut following = Following { shared, streams: HashMap::new(), freshness };
    loop {
        tokio::select! {
            ask = asks.recv() => match ask {
                Some(ask) => following.answer(ask).await,
                None => return,
            },
            reached = bell.rung() => {
                following.shared.metrics.feeder_wakeups.inc();
                for (stream, seq) in reached {
                    if following.lacks(stream, seq) {
                        following.feed(stream).await;
                    }
                }
            }
            (stream, ending) = source.ended() => following.part(stream, ending),
            () = bell.doubted() => following.look().await,
            _ = look.tick() => following.look().await,
        }
    }
}

impl Following {
    async fn answer(&mut self, ask: Ask) {
        match ask {
            Ask::Follow { stream, worker } => match self.shared.source.open(stream) {
                None => self.follow(stream, worker).await,
                Some(opening) => {
                    // Others are fed meanwhile.
                    let feeder = self.shared.feeder.clone();
                    tokio::spawn(async move {
                        let opened = opening.await;
                        feeder.ask(Ask::Opened { stream, worker, opened });
                    });
                }
            },
            Ask::Opened { stream, worker, opened: Ok(()) } => self.follow(stream, worker).await,
            Ask::Opened { stream, worker, opened: Err(error) } => {
                tracing::warn!(error = %error, "{stream} can't be opened: {error}");
                self.refuse(stream, worker);
            }
            Ask::Leave { stream, worker } => {
                if let Some(followed) = self.streams.get_mut(&stream) {
                    followed.workers.retain(|known| *known != worker);
                    if followed.workers.is_empty() {
                        self.streams.remove(&stream);
                        self.shared.source.leave(stream);
                    }
                }
            }
        }
    }

    /// Whether somebody follows the stream who has not been handed the message. Notices may come
    /// twice, late, and of streams that nobody here reads.
    fn lacks(&self, stream: Stream, seq: Seq) -> bool {
        self.streams.get(&stream).is_some_and(|followed| followed.at < seq)
    }

    /// Reads what is new in a stream and hands it on.
    async fn feed(&mut self, stream: Stream) {
        if let Err(error) = self.try_feed(stream).await {
            // The next notice or look tries again from the same place.
            self.missed(&format!("{stream}: {error}"));
        }
    }

    async fn try_feed(&mut self, stream: Stream) -> Result<()> {
        loop {
            let Some(followed) = self.streams.get_mut(&stream) else { return Ok(()) };
            let shared = &self.shared;
            let limit = shared.settings.replay_page;
            shared.metrics.log_reads.inc();
            let page = read(shared, stream, followed.at, limit).await?;
            // Some may have gone before they were read here.
            followed.prune(shared, stream, page.pruned);
            let Some(last) = page.last() else { return Ok(()) };
            shared.metrics.messages.inc_by(page.frames.len() as u64);
            followed.at = last;
            let full = page.frames.len() as i64 == limit;
            let frames: Arc<[Frame]> = page.frames.into();
            shared
                .feeder
                .tell(&followed.workers, || Notice::Frames { stream, frames: Arc::clone(&frames) });
            if !full {
                return Ok(());
            }
        }
    }

    /// Looks at all there is, in case a notice was lost.
    async fn look(&mut self) {
        match self.try_look().await {
            Ok(()) if self.freshness.saw() => {
                self.shared.metrics.stale.set(0);
                self.shared.feeder.tell_all(|| Notice::Stale(None));
            }
            Ok(()) => {}
            Err(error) => self.missed(&error.to_string()),
        }
    }

    /// Compares heads with what was handed out, and what is pruned with what is held in memory.
    async fn try_look(&mut self) -> Result<()> {
        let streams: Vec<_> = self.streams.keys().copied().collect();
        if streams.is_empty() {
            return Ok(());
        }
        let heads = soon(self.shared.source.heads(&streams)).await?;
        for (stream, head) in streams.into_iter().zip(heads) {
            let Some(followed) = self.streams.get_mut(&stream) else { continue };
            if head.head < followed.at {
                return Err(StoreError::Failed(format!(
                    "{stream} ends at {} and was at {}: what was acknowledged is lost. \
                     Run `touchline epoch new`, so that readers begin anew",
                    head.head, followed.at
                )));
            }
            followed.prune(&self.shared, stream, head.pruned);
            if self.lacks(stream, head.head) {
                self.try_feed(stream).await?;
            }
        }
        Ok(())
    }

    fn missed(&mut self, why: &str) {
        let said = self.shared.source.stale_since();
        if let Some(since) = self.freshness.missed(why, said) {
            self.shared.metrics.stale.set(1);
            let since: Arc<str> = since.into();
            self.shared.feeder.tell_all(|| Notice::Stale(Some(Arc::clone(&since))));
        }
    }
}

impl Followed {
    /// Has hubs and pages forget what the log no longer keeps. Readers who stand before it are
    /// owed a snapshot, which each finds out from the log.
    fn prune(&mut self, shared: &Shared, stream: Stream, pruned: Seq) {
        if pruned <= self.floor {
            return;
        }
        self.floor = pruned;
        self.at = self.at.max(pruned);
        shared.pages.forget(stream);
        shared.feeder.tell(&self.workers, || Notice::Pruned { stream, upto: pruned });
    }
}

/// New messages are read past the page cache: each place is read once anyway.
async fn read(shared: &Shared, stream: Stream, after: Seq, limit: i64) -> Result<FramePage> {
    let page = soon(shared.source.page(stream, after, limit)).await?;
    let now_ms = chrono::Utc::now().timestamp_millis();
    let lag = page.frames.first().map_or(0, |first| now_ms.saturating_sub(first.at_ms()));
    shared.metrics.bus_lag_seconds.set(lag.max(0) as f64 / 1000.0);
    Ok(page)
}
