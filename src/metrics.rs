//! The Prometheus metrics. `docs/operations/metrics.md` says what to do when one changes.

use std::sync::atomic::AtomicU64;

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::registry::{Registry, Unit};

/// Reasons for which streams close: those of the `bye` frame, and `client` for a disconnect.
const CLOSE_REASONS: [&str; 7] =
    ["client", "draining", "token_expired", "access_revoked", "limit", "lifetime", "unavailable"];

/// Kinds of streams by what they follow; `several` for more than one topic.
const STREAM_KINDS: [&str; 5] = ["match", "event", "team", "purchase", "several"];

/// Limits by the names of their settings.
const LIMIT_NAMES: [&str; 5] = [
    "streams",
    "streams_per_user",
    "streams_per_address",
    "streams_per_topic",
    "writes_per_minute",
];

/// The label `kind` of a stream: one of `STREAM_KINDS`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct KindMetricLabel {
    /// `match`, `event` …
    pub kind: &'static str,
}

/// The label `reason`: one of `CLOSE_REASONS` or `LIMIT_NAMES`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct ReasonMetricLabel {
    /// `lifetime`, `streams_per_user` …
    pub reason: &'static str,
}

/// The label `outcome` of a resume: `live`, `ring`, `log` or `snapshot`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct OutcomeMetricLabel {
    /// Where the missed messages came from.
    pub outcome: &'static str,
}

/// All metrics of a node; counters only grow, gauges hold the current value.
#[derive(Debug)]
pub struct Metrics {
    registry: Registry,
    /// Streams open now.
    pub streams_open: Family<KindMetricLabel, Gauge>,
    /// Streams opened.
    pub stream_connects: Family<KindMetricLabel, Counter>,
    /// Streams closed.
    pub stream_closes: Family<ReasonMetricLabel, Counter>,
    /// Streams opened with a cursor.
    pub resumes: Family<OutcomeMetricLabel, Counter>,
    /// Messages that the feeder read from the log.
    pub messages_read: Counter,
    /// Messages written to subscribers.
    pub deliveries: Counter,
    /// Seconds from the request to its commit.
    pub append_seconds: Histogram,
    /// Seconds from the commit to the first subscriber's socket.
    pub publish_seconds: Histogram,
    /// Age in seconds of the newest message when the feeder last read the log.
    pub bus_lag_seconds: Gauge<f64, AtomicU64>,
    /// 1 while the bus is connected.
    pub bus_connected: Gauge,
    /// Notices sent to other nodes.
    pub bus_notices_sent: Counter,
    /// Notices received from other nodes.
    pub bus_notices_received: Counter,
    /// 1 while this node is the leader.
    pub is_leader: Gauge,
    /// 1 while the log can't be read.
    pub is_stale: Gauge,
    /// Wake-ups of the feeder by the commit notifier or the bus.
    pub feeder_wakeups: Counter,
    /// Subscribers whose position was older than the ring buffer.
    pub ring_misses: Counter,
    /// Pages read from the log for streams.
    pub log_reads: Counter,
    /// Snapshots built; all subscribers at the same state share one.
    pub snapshot_builds: Counter,
    /// Streams and writes that a limit rejected.
    pub limit_rejections: Family<ReasonMetricLabel, Counter>,
    /// Streams not closed yet while the node drains.
    pub draining_streams: Gauge,
    /// Streams that a relay follows at its upstream.
    pub upstream_streams: Gauge,
    /// Requests of a relay to its upstream.
    pub upstream_requests: Counter,
    /// Upstream streams that disconnected or ended.
    pub upstream_disconnects: Counter,
}

impl Default for Metrics {
    fn default() -> Self {
        Self::new()
    }
}

impl Metrics {
    /// Registers the metrics of a node with a database.
    pub fn new() -> Self {
        let mut registry = Registry::with_prefix("touchline");
        let metrics = Self {
            streams_open: Family::default(),
            stream_connects: Family::default(),
            stream_closes: Family::default(),
            resumes: Family::default(),
            messages_read: Counter::default(),
            deliveries: Counter::default(),
            append_seconds: Histogram::new(exponential_buckets(0.000_5, 2.0, 14)),
            publish_seconds: Histogram::new(exponential_buckets(0.000_5, 2.0, 14)),
            bus_lag_seconds: Gauge::default(),
            bus_connected: Gauge::default(),
            bus_notices_sent: Counter::default(),
            bus_notices_received: Counter::default(),
            is_leader: Gauge::default(),
            is_stale: Gauge::default(),
            feeder_wakeups: Counter::default(),
            ring_misses: Counter::default(),
            log_reads: Counter::default(),
            snapshot_builds: Counter::default(),
            limit_rejections: Family::default(),
            draining_streams: Gauge::default(),
            upstream_streams: Gauge::default(),
            upstream_requests: Counter::default(),
            upstream_disconnects: Counter::default(),
            registry: Registry::default(),
        };
        metrics.initialise_labels();
        metrics.register(&mut registry);
        Self { registry, ..metrics }
    }

    /// Registers the metrics of a relay: those of every node, and those of its upstream.
    pub fn for_relay() -> Self {
        let mut metrics = Self::new();
        let (streams, requests) =
            (metrics.upstream_streams.clone(), metrics.upstream_requests.clone());
        let disconnects = metrics.upstream_disconnects.clone();
        let r = &mut metrics.registry;
        r.register("upstream_streams", "Streams followed at the upstream", streams);
        r.register("upstream_requests", "Requests to the upstream", requests);
        r.register(
            "upstream_disconnects",
            "Upstream streams that disconnected or ended",
            disconnects,
        );
        metrics
    }

    /// Registers each metric with its name and help text.
    fn register(&self, r: &mut Registry) {
        r.register("streams_open", "Streams open now, by kind", self.streams_open.clone());
        r.register("stream_connects", "Streams opened, by kind", self.stream_connects.clone());
        r.register("stream_closes", "Streams closed, by reason", self.stream_closes.clone());
        r.register("resumes", "Streams resumed with a cursor, by outcome", self.resumes.clone());
        r.register(
            "messages_read",
            "Messages read from the log for subscribers",
            self.messages_read.clone(),
        );
        r.register("deliveries", "Messages written to subscribers", self.deliveries.clone());
        let (append, publish) = (self.append_seconds.clone(), self.publish_seconds.clone());
        r.register_with_unit(
            "append",
            "Time from the request to its commit",
            Unit::Seconds,
            append,
        );
        let help = "Time from the commit to the first subscriber's socket";
        r.register_with_unit("publish_to_write", help, Unit::Seconds, publish);
        let help = "Age of the newest message when the feeder last read the log";
        r.register_with_unit("bus_lag", help, Unit::Seconds, self.bus_lag_seconds.clone());
        r.register("bus_connected", "1 if the bus is connected", self.bus_connected.clone());
        r.register(
            "bus_notices_sent",
            "Notices sent to other nodes",
            self.bus_notices_sent.clone(),
        );
        r.register(
            "bus_notices_received",
            "Notices received from other nodes",
            self.bus_notices_received.clone(),
        );
        r.register("leader", "1 if this node is the leader", self.is_leader.clone());
        r.register("stale", "1 if the log can't be read", self.is_stale.clone());
        r.register("feeder_wakeups", "Wake-ups of the feeder", self.feeder_wakeups.clone());
        r.register("ring_misses", "Subscribers behind their ring buffer", self.ring_misses.clone());
        r.register("log_reads", "Pages read from the log for streams", self.log_reads.clone());
        r.register("snapshot_builds", "Snapshots built", self.snapshot_builds.clone());
        r.register(
            "limit_rejections",
            "Streams and writes rejected by a limit, by its setting",
            self.limit_rejections.clone(),
        );
        r.register(
            "draining_streams",
            "Streams not closed yet during a drain",
            self.draining_streams.clone(),
        );
    }

    /// Creates every label value at 0, so that a rate sees the first increment.
    fn initialise_labels(&self) {
        for kind in STREAM_KINDS {
            drop(self.streams_open.get_or_create(&KindMetricLabel { kind }));
            drop(self.stream_connects.get_or_create(&KindMetricLabel { kind }));
        }
        for reason in CLOSE_REASONS {
            drop(self.stream_closes.get_or_create(&ReasonMetricLabel { reason }));
        }
        for reason in LIMIT_NAMES {
            drop(self.limit_rejections.get_or_create(&ReasonMetricLabel { reason }));
        }
        for outcome in ["live", "ring", "log", "snapshot"] {
            drop(self.resumes.get_or_create(&OutcomeMetricLabel { outcome }));
        }
    }

    /// Encodes all metrics in the `OpenMetrics` text format.
    pub fn encode_text(&self) -> String {
        let mut text = String::new();
        // Writing to a String can't fail.
        let _ = encode(&mut text, &self.registry);
        text
    }
}
