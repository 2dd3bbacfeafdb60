//! Counters and gauges, each named once. What to do when one moves: docs/operations.md.

use std::sync::atomic::AtomicU64;

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::registry::{Registry, Unit};

/// Why streams end: what `bye` says, and clients who go.
const CLOSE_REASONS: [&str; 7] =
    ["client", "draining", "token_expired", "access_revoked", "limit", "lifetime", "unavailable"];

/// What streams are of.
const STREAM_KINDS: [&str; 5] = ["match", "event", "team", "purchase", "several"];

/// Limits, by the names of their settings.
const LIMIT_NAMES: [&str; 5] = [
    "streams",
    "streams_per_user",
    "streams_per_address",
    "streams_per_topic",
    "writes_per_minute",
];

/// One label of a family: its name depends on the family, see [`Metrics::new`].
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct KindLabel {
    pub kind: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct ReasonLabel {
    pub reason: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct OutcomeLabel {
    pub outcome: &'static str,
}

#[derive(Debug)]
pub struct Metrics {
    registry: Registry,
    pub streams_open: Family<KindLabel, Gauge>,
    pub stream_connects: Family<KindLabel, Counter>,
    pub stream_closes: Family<ReasonLabel, Counter>,
    pub resumes: Family<OutcomeLabel, Counter>,
    pub messages_read: Counter,
    pub deliveries: Counter,
    pub append_seconds: Histogram,
    pub publish_seconds: Histogram,
    pub bus_lag_seconds: Gauge<f64, AtomicU64>,
    pub bus_connected: Gauge,
    pub bus_notices_sent: Counter,
    pub bus_notices_received: Counter,
    pub is_leader: Gauge,
    pub is_stale: Gauge,
    pub feeder_wakeups: Counter,
    pub ring_misses: Counter,
    pub log_reads: Counter,
    pub snapshot_builds: Counter,
    pub limit_rejections: Family<ReasonLabel, Counter>,
    pub draining_streams: Gauge,
    pub upstream_streams: Gauge,
    pub upstream_requests: Counter,
    pub upstream_disconnects: Counter,
}

impl Default for Metrics {
    fn default() -> Self {
        Self::new()
    }
}

impl Metrics {
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

    /// A relay's, which has an upstream and no database.
    pub fn for_relay() -> Self {
        let mut metrics = Self::new();
        let (streams, requests) =
            (metrics.upstream_streams.clone(), metrics.upstream_requests.clone());
        let breaks = metrics.upstream_disconnects.clone();
        let r = &mut metrics.registry;
        r.register("upstream_streams", "Streams followed at the upstream", streams);
        r.register("upstream_requests", "Requests to the upstream", requests);
        r.register("upstream_breaks", "Streams of the upstream that broke or ended", breaks);
        metrics
    }

    /// What each is called, and what it says.
    fn register(&self, r: &mut Registry) {
        r.register("streams_open", "Open streams by kind", self.streams_open.clone());
        r.register("stream_connects", "Streams opened by kind", self.stream_connects.clone());
        r.register("stream_closes", "Streams ended by reason", self.stream_closes.clone());
        r.register("resumes", "Resumes by outcome", self.resumes.clone());
        r.register(
            "messages",
            "Messages read from the log for readers",
            self.messages_read.clone(),
        );
        r.register("deliveries", "Messages written to readers", self.deliveries.clone());
        let (append, publish) = (self.append_seconds.clone(), self.publish_seconds.clone());
        r.register_with_unit("append", "From request to commit", Unit::Seconds, append);
        let help = "From commit to the first reader's socket";
        r.register_with_unit("publish_to_write", help, Unit::Seconds, publish);
        let help = "How far this node's feeder was behind the log at its last read";
        r.register_with_unit("bus_lag", help, Unit::Seconds, self.bus_lag_seconds.clone());
        r.register("bus_connected", "Whether the bus is open", self.bus_connected.clone());
        r.register("bus_said", "Notices sent to other nodes", self.bus_notices_sent.clone());
        r.register("bus_heard", "Notices of other nodes", self.bus_notices_received.clone());
        r.register(
            "leader",
            "Whether this node expires and tidies for all",
            self.is_leader.clone(),
        );
        r.register("stale", "Whether the log can't be followed", self.is_stale.clone());
        r.register("feeder_wakeups", "Times the feeder was woken", self.feeder_wakeups.clone());
        r.register("ring_misses", "Readers behind their ring", self.ring_misses.clone());
        r.register("log_reads", "Reads of the log for streams", self.log_reads.clone());
        r.register("snapshot_builds", "Snapshots made", self.snapshot_builds.clone());
        r.register("rejects", "Refused by a limit", self.limit_rejections.clone());
        r.register("drain_left", "Streams still to be ended", self.draining_streams.clone());
    }

    /// A rate needs a nought to grow from.
    fn initialise_labels(&self) {
        for kind in STREAM_KINDS {
            drop(self.streams_open.get_or_create(&KindLabel { kind }));
            drop(self.stream_connects.get_or_create(&KindLabel { kind }));
        }
        for reason in CLOSE_REASONS {
            drop(self.stream_closes.get_or_create(&ReasonLabel { reason }));
        }
        for reason in LIMIT_NAMES {
            drop(self.limit_rejections.get_or_create(&ReasonLabel { reason }));
        }
        for outcome in ["live", "ring", "log", "snapshot"] {
            drop(self.resumes.get_or_create(&OutcomeLabel { outcome }));
        }
    }

    /// All of them in the `OpenMetrics` text format.
    pub fn encode_text(&self) -> String {
        let mut text = String::new();
        // Writing to a String can't fail.
        let _ = encode(&mut text, &self.registry);
        text
    }
}
