//! A node without a database: it reads another node's streams and tells them to its own readers.
//!
//! `Upstream` is the source that feeder, pages and snapshots read from instead of the log. Each
//! stream that has readers here is one `link`, driven by `follow`: an anonymous reader of the
//! upstream that goes on by cursor. So what is shared here is what everybody may read; all else
//! goes through to the upstream with its reader's own credentials, and nothing of it is kept.

mod answer;
mod blocks;
mod client;
mod dial;
mod follow;
mod link;
mod reading;
mod source;
pub mod through;
mod told;

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::MutexGuard;
use std::sync::PoisonError;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering;
use std::time::Duration;
use std::time::Instant;

use tokio::sync::mpsc;
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::sync::mpsc::UnboundedSender;

use crate::bus::Bell;
use crate::domain::topic::Stream;
use crate::metrics::Metrics;
use crate::relay::link::Link;
use crate::relay::link::State;
use crate::stream::source::Ending;

pub use answer::Answer;
pub use client::Client;

/// What is known of the upstream, and what is followed there. Clones are the same.
#[derive(Clone)]
pub struct Upstream(Arc<Inner>);

struct Inner {
    client: Client,
    bell: Bell,
    metrics: Arc<Metrics>,
    links: Mutex<HashMap<Stream, Arc<Link>>>,
    /// Streams that not everybody may read, and when that was found.
    private: Mutex<HashMap<Stream, Instant>>,
    epoch: Mutex<Arc<str>>,
    /// How often the upstream speaks at least.
    heartbeat_ms: AtomicU64,
    ends: UnboundedSender<(Stream, Ending)>,
    ended: tokio::sync::Mutex<UnboundedReceiver<(Stream, Ending)>>,
}

/// How long it is believed that a stream is not everybody's. Whoever reads it meanwhile is let in
/// by the upstream itself, so nothing is wrong when it has become so.
const PRIVATE: Duration = Duration::from_secs(30);

/// Streams remembered as not everybody's; beyond it all are forgotten and asked for again.
const MOST_PRIVATE: usize = 10_000;

/// What heartbeats are believed to be before the upstream has said.
const HEARTBEAT_MS: u64 = 15_000;

impl Upstream {
    pub fn new(client: Client, metrics: Arc<Metrics>) -> Self {
        let (ends, ended) = mpsc::unbounded_channel();
        Self(Arc::new(Inner {
            client,
            bell: Bell::default(),
            metrics,
            links: Mutex::default(),
            private: Mutex::default(),
            epoch: Mutex::new("".into()),
            heartbeat_ms: AtomicU64::new(HEARTBEAT_MS),
            ends,
            ended: tokio::sync::Mutex::new(ended),
        }))
    }

    fn links(&self) -> MutexGuard<'_, HashMap<Stream, Arc<Link>>> {
        self.0.links.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The upstream's database as far as is known; empty before anything has been read.
    pub fn epoch(&self) -> Arc<str> {
        Arc::clone(&self.0.epoch.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Whether the stream was found lately to be not for everybody, or of nothing that exists.
    pub fn is_private(&self, stream: Stream) -> bool {
        let private = self.0.private.lock().unwrap_or_else(PoisonError::into_inner);
        private.get(&stream).is_some_and(|found| found.elapsed() < PRIVATE)
    }

    fn remember_private(&self, stream: Stream) {
        let mut private = self.0.private.lock().unwrap_or_else(PoisonError::into_inner);
        if private.len() >= MOST_PRIVATE {
            private.clear();
        }
        private.insert(stream, Instant::now());
    }

    /// Whether the upstream takes requests.
    pub async fn is_ready(&self) -> bool {
        matches!(self.0.client.get("/readyz").await, Ok((status, _)) if status.is_success())
    }

    /// After so much silence a stream of the upstream is dead, though it may look open.
    pub fn silence(&self) -> Duration {
        Duration::from_millis(self.0.heartbeat_ms.load(Ordering::Relaxed) * 2)
    }

    /// The link to a stream, opened where there is none.
    fn link(&self, stream: Stream) -> Arc<Link> {
        let mut links = self.links();
        if let Some(known) = links.get(&stream) {
            return Arc::clone(known);
        }
        let link = Arc::new(Link::new(stream));
        links.insert(stream, Arc::clone(&link));
        let task = tokio::spawn(follow::run(self.clone(), Arc::clone(&link)));
        link.driven_by(task.abort_handle());
        link
    }

    /// A link could not be opened, and is forgotten.
    fn fail(&self, link: &Link, state: State) {
        if state == State::Refused {
            self.remember_private(link.stream);
        }
        let mut links = self.links();
        if links.get(&link.stream).is_some_and(|known| std::ptr::eq(&raw const **known, link)) {
            links.remove(&link.stream);
        }
        drop(links);
        link.become_state(state);
    }

    fn open(&self, link: &Link, epoch: &str) {
        self.renew(epoch);
        self.0.metrics.upstream_streams.inc();
        link.become_state(State::Open);
    }

    /// Ends an open link, and says so. It stays among the links until the feeder has let go of it,
    /// so that nobody reads another in its place who stands by its numbers.
    fn end(&self, link: &Link, ending: Ending) {
        if ending == Ending::Closed {
            self.remember_private(link.stream);
        }
        if link.end() {
            self.0.metrics.upstream_streams.dec();
            let _ = self.0.ends.send((link.stream, ending));
        }
    }

    /// Learns the upstream's epoch. Where that has changed, all that is followed is another
    /// database's and ends.
    fn renew(&self, epoch: &str) {
        let mut known = self.0.epoch.lock().unwrap_or_else(PoisonError::into_inner);
        let changed = !known.is_empty() && **known != *epoch;
        *known = epoch.into();
        drop(known);
        if !changed {
            return;
        }
        tracing::warn!("The upstream has another database now, of epoch {epoch}");
        let links: Vec<_> = self.links().values().cloned().collect();
        for link in links.iter().filter(|link| link.state() == State::Open) {
            if *link.epoch() != *epoch {
                self.end(link, Ending::Lost);
            }
        }
    }
}
