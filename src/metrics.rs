//! Counters and gauges, each named once. What to do when one moves: docs/operations.md.

use std::sync::atomic::AtomicU64;

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::metrics::histogram::exponential_buckets;
use prometheus_client::registry::Registry;
use prometheus_client::registry::Unit;

/// Why streams end: what `bye` says, and clients who go.
const CLOSES: [&str; 7] =
    ["client", "draining", "token_expired", "access_revoked", "limit", "lifetime", "unavailable"];

/// What streams are of.
const KINDS: [&str; 5] = ["match", "event", "team", "purchase", "several"];

/// Limits, by the names of their settings.
const REJECTS: [&str; 5] = [
    "streams",
    "streams_per_user",
    "streams_per_address",
    "streams_per_topic",
    "writes_per_minute",
];

/// One label of a family: its name depends on the family, see [`Metrics::new`].
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct Kind {
    pub kind: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct Why {
    pub reason: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct Outcome {
    pub outcome: &'static str,
}

#[derive(Debug)]
pub struct Metrics {
    registry: Registry,
    pub streams_open: Family<Kind, Gauge>,
    pub connects: Family<Kind, Counter>,
    pub closes: Family<Why, Counter>,
    pub resumes: Family<Outcome, Counter>,
    pub messages: Counter,
    pub deliveries: Counter,
    pub append_seconds: Histogram,
    pub publish_seconds: Histogram,
    pub bus_lag_seconds: Gauge<f64, AtomicU64>,
    pub bus_connected: Gauge,
    pub bus_said: Counter,
    pub bus_heard: Counter,
    pub leader: Gauge,
    pub stale: Gauge,
    pub feeder_wakeups: Counter,
    pub ring_misses: Counter,
    pub log_reads: Counter,
    pub snapshot_builds: Counter,
    pub rejects: Family<Why, Counter>,
    pub drain_left: Gauge,
    pub upstream_streams: Gauge,
    pub upstream_requests: Counter,
    pub upstream_breaks: Counter,
}

impl Default for Metrics {
    fn default() -> Self {
        Self::new()
    }
}

impl Metrics {
    pub fn new() -> Self {
        let mut registry = Registry::with_prefix("touchline");
        let made = Self {
            streams_open: Family::default(),
            connects: Family::default(),
            closes: Family::default(),
            resumes: Family::default(),
            messages: Counter::default(),
            deliveries: Counter::default(),
            append_seconds: Histogram::new(exponential_buckets(0.000_5, 2.0, 14)),
            publish_seconds: Histogram::new(exponential_buckets(0.000_5, 2.0, 14)),
            bus_lag_seconds: Gauge::default(),
            bus_connected: Gauge::default(),
            bus_said: Counter::default(),
            bus_heard: Counter::default(),
            leader: Gauge::default(),
            stale: Gauge::default(),
            feeder_wakeups: Counter::default(),
            ring_misses: Counter::default(),
            log_reads: Counter::default(),
            snapshot_builds: Counter::default(),
            rejects: Family::default(),
            drain_left: Gauge::default(),
            upstream_streams: Gauge::default(),
            upstream_requests: Counter::default(),
            upstream_breaks: Counter::default(),
            registry: Registry::default(),
        };
        made.begin_at_nought();
        made.register(&mut registry);
        Self { registry, ..made }
    }

    /// A relay's, which has an upstream and no database.
    pub fn of_relay() -> Self {
        let mut made = Self::new();
        let (streams, requests) = (made.upstream_streams.clone(), made.upstream_requests.clone());
        let breaks = made.upstream_breaks.clone();
        let r = &mut made.registry;
        r.register("upstream_streams", "Streams followed at the upstream", streams);
        r.register("upstream_requests", "Requests to the upstream", requests);
        r.register("upstream_breaks", "Streams of the upstream that broke or ended", breaks);
        made
    }

    /// What each is called, and what it says.
    fn register(&self, r: &mut Registry) {
        r.register("streams_open", "Open streams by kind", self.streams_open.clone());
        r.register("stream_connects", "Streams opened by kind", self.connects.clone());
        r.register("stream_closes", "Streams ended by reason", self.closes.clone());
        r.register("resumes", "Resumes by outcome", self.resumes.clone());
        r.register("messages", "Messages read from the log for readers", self.messages.clone());
        r.register("deliveries", "Messages written to readers", self.deliveries.clone());
        let (append, publish) = (self.append_seconds.clone(), self.publish_seconds.clone());
        r.register_with_unit("append", "From request to commit", Unit::Seconds, append);
        let help = "From commit to the first reader's socket";
        r.register_with_unit("publish_to_write", help, Unit::Seconds, publish);
        let help = "How far this node's feeder was behind the log at its last read";
        r.register_with_unit("bus_lag", help, Unit::Seconds, self.bus_lag_seconds.clone());
        r.register("bus_connected", "Whether the bus is open", self.bus_connected.clone());
        r.register("bus_said", "Notices sent to other nodes", self.bus_said.clone());
        r.register("bus_heard", "Notices of other nodes", self.bus_heard.clone());
        r.register("leader", "Whether this node expires and tidies for all", self.leader.clone());
        r.register("stale", "Whether the log can't be followed", self.stale.clone());
        r.register("feeder_wakeups", "Times the feeder was woken", self.feeder_wakeups.clone());
        r.register("ring_misses", "Readers behind their ring", self.ring_misses.clone());
        r.register("log_reads", "Reads of the log for streams", self.log_reads.clone());
        r.register("snapshot_builds", "Snapshots made", self.snapshot_builds.clone());
        r.register("rejects", "Refused by a limit", self.rejects.clone());
        r.register("drain_left", "Streams still to be ended", self.drain_left.clone());
    }

    /// A rate needs a nought to grow from.
    fn begin_at_nought(&self) {
        for kind in KINDS {
            drop(self.streams_open.get_or_create(&Kind { kind }));
            drop(self.connects.get_or_create(&Kind { kind }));
        }
        for reason in CLOSES {
            drop(self.closes.get_or_create(&Why { reason }));
        }
        for reason in REJECTS {
            drop(self.rejects.get_or_create(&Why { reason }));
        }
        for outcome in ["live", "ring", "log", "snapshot"] {
            drop(self.resumes.get_or_create(&Outcome { outcome }));
        }
    }

    /// All of them in the `OpenMetrics` text format.
    pub fn text(&self) -> String {
        let mut text = String::new();
        // Writing to a String can't fail.
        let _ = encode(&mut text, &self.registry);
        text
    }
}
