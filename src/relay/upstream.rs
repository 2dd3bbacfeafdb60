//! A relay's view of its upstream: its links, its epoch, which of its streams are private.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::mpsc;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender};

use crate::bus::CommitNotifier;
use crate::domain::topic::StreamId;
use crate::metrics::Metrics;
use crate::relay::client::UpstreamClient;
use crate::relay::error::{UpstreamError, UpstreamResult};
use crate::relay::upstream_link::{LinkState, UpstreamLink};
use crate::stream::source::StreamEndReason;

/// The relay's view of its upstream, and its links. Clones share them.
#[derive(Clone)]
pub struct Upstream(pub(super) Arc<UpstreamInner>);

/// What the clones of an [`Upstream`] share.
pub(super) struct UpstreamInner {
    pub client: UpstreamClient,
    pub commit_notifier: CommitNotifier,
    pub metrics: Arc<Metrics>,
    links: Mutex<HashMap<StreamId, Arc<UpstreamLink>>>,
    /// Streams that are not public, and when the upstream said so.
    private_streams: Mutex<HashMap<StreamId, Instant>>,
    epoch: Mutex<Arc<str>>,
    /// Longest pause between two frames of the upstream.
    pub heartbeat_ms: AtomicU64,
    ended_sender: UnboundedSender<(StreamId, StreamEndReason)>,
    pub ended_receiver: tokio::sync::Mutex<UnboundedReceiver<(StreamId, StreamEndReason)>>,
}

/// How long a stream is remembered as private. Its clients pass through to the upstream meanwhile,
/// which checks them itself, so an outdated entry does no harm.
const PRIVATE_STREAM_MEMORY: Duration = Duration::from_secs(30);

/// Streams remembered as private; when it is full, all are dropped.
const MAX_PRIVATE_STREAMS: usize = 10_000;

/// Assumed heartbeat interval until the upstream announces its own.
const DEFAULT_HEARTBEAT_MS: u64 = 15_000;

impl Upstream {
    /// Creates the view of an upstream, without links.
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
            ended_sender,
            ended_receiver: tokio::sync::Mutex::new(ended_receiver),
        }))
    }

    pub(super) fn lock_links(&self) -> MutexGuard<'_, HashMap<StreamId, Arc<UpstreamLink>>> {
        self.0.links.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The epoch of the upstream's database; empty until something has been read.
    pub fn epoch(&self) -> Arc<str> {
        Arc::clone(&self.0.epoch.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Whether the stream was recently found to be private or not to exist.
    pub fn is_private(&self, stream: StreamId) -> bool {
        let private_streams = self.0.private_streams.lock().unwrap_or_else(PoisonError::into_inner);
        private_streams
            .get(&stream)
            .is_some_and(|checked_at| checked_at.elapsed() < PRIVATE_STREAM_MEMORY)
    }

    fn remember_private(&self, stream: StreamId) {
        let mut private_streams =
            self.0.private_streams.lock().unwrap_or_else(PoisonError::into_inner);
        if private_streams.len() >= MAX_PRIVATE_STREAMS {
            private_streams.clear();
        }
        private_streams.insert(stream, Instant::now());
    }

    /// Checks that the upstream accepts requests.
    pub(super) async fn check_ready(&self) -> UpstreamResult<()> {
        let (status, _) = self.0.client.get("/readyz").await?;
        if status.is_success() {
            return Ok(());
        }
        Err(UpstreamError::UnexpectedStatus { status, subject: "/readyz".to_owned() })
    }

    /// After this long without data, a stream of the upstream counts as dead.
    pub fn silence_timeout(&self) -> Duration {
        Duration::from_millis(self.0.heartbeat_ms.load(Ordering::Relaxed) * 2)
    }

    /// Removes a link that could not be opened.
    pub(super) fn remove_failed_link(&self, link: &UpstreamLink, state: LinkState) {
        if state == LinkState::Refused {
            self.remember_private(link.stream);
        }
        let mut links = self.lock_links();
        if links.get(&link.stream).is_some_and(|existing| std::ptr::eq(&raw const **existing, link))
        {
            links.remove(&link.stream);
        }
        drop(links);
        link.set_state(state);
    }

    pub(super) fn mark_open(&self, link: &UpstreamLink, epoch: &str) {
        self.update_epoch(epoch);
        self.0.metrics.upstream_streams.inc();
        link.set_state(LinkState::Open);
    }

    /// Ends an open link and reports it. The link stays in the map until the feeder releases it, so
    /// that no subscriber gets a new link with other sequence numbers.
    pub(super) fn end_link(&self, link: &UpstreamLink, reason: StreamEndReason) {
        if reason == StreamEndReason::NoLongerPublic {
            self.remember_private(link.stream);
        }
        if link.close() {
            self.0.metrics.upstream_streams.dec();
            let _ = self.0.ended_sender.send((link.stream, reason));
        }
    }

    /// Stores the upstream's epoch. If it has changed, the links of the previous database end.
    pub(super) fn update_epoch(&self, epoch: &str) {
        let mut current = self.0.epoch.lock().unwrap_or_else(PoisonError::into_inner);
        let has_changed = !current.is_empty() && **current != *epoch;
        *current = epoch.into();
        drop(current);
        if !has_changed {
            return;
        }
        tracing::warn!("The upstream's database has changed: its epoch is now {epoch}");
        let links: Vec<_> = self.lock_links().values().cloned().collect();
        for link in links.iter().filter(|link| link.state() == LinkState::Open) {
            if *link.epoch() != *epoch {
                self.end_link(link, StreamEndReason::Discontinued);
            }
        }
    }
}
