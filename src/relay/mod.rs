//! A node without a database: it reads another node's streams and tells them to its own readers.
//!
//! `Upstream` is the source that feeder, pages and snapshots read from instead of the log. Each
//! stream that has readers here is one `link`, driven by `follow`: an anonymous reader of the
//! upstream that goes on by cursor. So what is shared here is what everybody may read; all else
//! goes through to the upstream with its reader's own credentials, and nothing of it is kept.

mod client;
mod connector;
mod link_task;
pub mod pass_through;
mod response;
mod source;
mod sse_connection;
mod sse_decoder;
mod upstream_link;
mod upstream_messages;

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

pub use client::UpstreamClient;
pub use response::UpstreamResponse;
use tokio::sync::mpsc;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender};

use crate::bus::CommitNotifier;
use crate::domain::topic::StreamId;
use crate::metrics::Metrics;
use crate::relay::upstream_link::{LinkState, UpstreamLink};
use crate::stream::source::StreamEndReason;

/// What is known of the upstream, and what is followed there. Clones are the same.
#[derive(Clone)]
pub struct Upstream(Arc<UpstreamInner>);

struct UpstreamInner {
    client: UpstreamClient,
    commit_notifier: CommitNotifier,
    metrics: Arc<Metrics>,
    links: Mutex<HashMap<StreamId, Arc<UpstreamLink>>>,
    /// Streams that not everybody may read, and when that was found.
    private_streams: Mutex<HashMap<StreamId, Instant>>,
    epoch: Mutex<Arc<str>>,
    /// How often the upstream speaks at least.
    heartbeat_ms: AtomicU64,
    ended_sender: UnboundedSender<(StreamId, StreamEndReason)>,
    ended_receiver: tokio::sync::Mutex<UnboundedReceiver<(StreamId, StreamEndReason)>>,
}

/// How long it is believed that a stream is not everybody's. Whoever reads it meanwhile is let in
/// by the upstream itself, so nothing is wrong when it has become so.
const PRIVATE_CACHE_TTL: Duration = Duration::from_secs(30);

/// Streams remembered as not everybody's; beyond it all are forgotten and asked for again.
const MAX_PRIVATE_STREAMS: usize = 10_000;

/// What heartbeats are believed to be before the upstream has said.
const DEFAULT_HEARTBEAT_MS: u64 = 15_000;

impl Upstream {
    pub fn new(client: UpstreamClient, metrics: Arc<Metrics>) -> Self {
        let (ended_sender, ended_receiver) = mpsc::unbounded_channel();
        Self(Arc::new(UpstreamInner {
            client,
            commit_notifier: CommitNotifier::default(),
            metrics,
            links: Mutex::default(),
            private_streams: Mutex::default(),
            epoch: Mutex::new("".into()),
            heartbeat_ms: AtomicU64::new(DEFAULT_HEARTBEAT_MS),
            ended_sender: ended_sender,
            ended_receiver: tokio::sync::Mutex::new(ended_receiver),
        }))
    }

    fn lock_links(&self) -> MutexGuard<'_, HashMap<StreamId, Arc<UpstreamLink>>> {
        self.0.links.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The upstream's database as far as is known; empty before anything has been read.
    pub fn epoch(&self) -> Arc<str> {
        Arc::clone(&self.0.epoch.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Whether the stream was found lately to be not for everybody, or of nothing that exists.
    pub fn is_private(&self, stream: StreamId) -> bool {
        let private_streams = self.0.private_streams.lock().unwrap_or_else(PoisonError::into_inner);
        private_streams
            .get(&stream)
            .is_some_and(|checked_at| checked_at.elapsed() < PRIVATE_CACHE_TTL)
    }

    fn cache_private(&self, stream: StreamId) {
        let mut private_streams =
            self.0.private_streams.lock().unwrap_or_else(PoisonError::into_inner);
        if private_streams.len() >= MAX_PRIVATE_STREAMS {
            private_streams.clear();
        }
        private_streams.insert(stream, Instant::now());
    }

    /// Whether the upstream takes requests.
    pub async fn is_ready(&self) -> bool {
        matches!(self.0.client.get("/readyz").await, Ok((status, _)) if status.is_success())
    }

    /// After so much silence a stream of the upstream is dead, though it may look open.
    pub fn silence_timeout(&self) -> Duration {
        Duration::from_millis(self.0.heartbeat_ms.load(Ordering::Relaxed) * 2)
    }

    /// The link to a stream, opened where there is none.
    fn link_or_open(&self, stream: StreamId) -> Arc<UpstreamLink> {
        let mut links = self.lock_links();
        if let Some(existing) = links.get(&stream) {
            return Arc::clone(existing);
        }
        let link = Arc::new(UpstreamLink::new(stream));
        links.insert(stream, Arc::clone(&link));
        let task = tokio::spawn(link_task::run(self.clone(), Arc::clone(&link)));
        link.set_task(task.abort_handle());
        link
    }

    /// A link could not be opened, and is forgotten.
    fn remove_failed_link(&self, link: &UpstreamLink, state: LinkState) {
        if state == LinkState::Refused {
            self.cache_private(link.stream);
        }
        let mut links = self.lock_links();
        if links.get(&link.stream).is_some_and(|existing| std::ptr::eq(&raw const **existing, link))
        {
            links.remove(&link.stream);
        }
        drop(links);
        link.set_state(state);
    }

    fn mark_open(&self, link: &UpstreamLink, epoch: &str) {
        self.update_epoch(epoch);
        self.0.metrics.upstream_streams.inc();
        link.set_state(LinkState::Open);
    }

    /// Ends an open link, and says so. It stays among the links until the feeder has let go of it,
    /// so that nobody reads another in its place who stands by its numbers.
    fn end_link(&self, link: &UpstreamLink, reason: StreamEndReason) {
        if reason == StreamEndReason::NoLongerPublic {
            self.cache_private(link.stream);
        }
        if link.close() {
            self.0.metrics.upstream_streams.dec();
            let _ = self.0.ended_sender.send((link.stream, reason));
        }
    }

    /// Learns the upstream's epoch. Where that has changed, all that is followed is another
    /// database's and ends.
    fn update_epoch(&self, epoch: &str) {
        let mut current = self.0.epoch.lock().unwrap_or_else(PoisonError::into_inner);
        let has_changed = !current.is_empty() && **current != *epoch;
        *current = epoch.into();
        drop(current);
        if !has_changed {
            return;
        }
        tracing::warn!("The upstream has another database now, of epoch {epoch}");
        let links: Vec<_> = self.lock_links().values().cloned().collect();
        for link in links.iter().filter(|link| link.state() == LinkState::Open) {
            if *link.epoch() != *epoch {
                self.end_link(link, StreamEndReason::Discontinued);
            }
        }
    }
}
