//! Counters and histograms of a run; `m_…` count during the measured phase only.
use crate::procfs::r3;
use hdrhistogram::Histogram;
use serde_json::{json, Value};
use std::collections::BTreeMap;

/// All counters and histograms; times are in nanoseconds.
pub struct Stats {
    pub measuring: bool,
    pub m_start: u64,
    pub deliveries: u64,
    pub m_deliveries: u64,
    pub bytes: u64,
    pub m_bytes: u64,
    pub reads: u64,
    pub m_reads: u64,
    pub lat: Histogram<u64>,
    pub complete: Histogram<u64>,
    pub publat: Histogram<u64>,
    pub conn: Histogram<u64>,
    pub reconn: Histogram<u64>,
    pub incomplete: u64,
    pub published: u64,
    pub m_published: u64,
    pub pub_errors: u64,
    pub pub_status: BTreeMap<u16, u64>,
    pub pub_reconnects: u64,
    pub pub_skipped: u64,
    pub bad_markers: u64,
    pub misrouted: u64,
    pub early: u64,
    pub failures: BTreeMap<String, u64>,
    pub closed_by_server: u64,
    pub slow_closed: u64,
    pub slow_closed_first: Option<f64>,
    pub slow_closed_last: Option<f64>,
    pub no_id: u64,
}

impl Stats {
    pub fn new() -> Self {
        Stats {
            measuring: false,
            m_start: 0,
            deliveries: 0,
            m_deliveries: 0,
            bytes: 0,
            m_bytes: 0,
            reads: 0,
            m_reads: 0,
            lat: hist(),
            complete: hist(),
            publat: hist(),
            conn: hist(),
            reconn: hist(),
            incomplete: 0,
            published: 0,
            m_published: 0,
            pub_errors: 0,
            pub_status: BTreeMap::new(),
            pub_reconnects: 0,
            pub_skipped: 0,
            bad_markers: 0,
            misrouted: 0,
            early: 0,
            failures: BTreeMap::new(),
            closed_by_server: 0,
            slow_closed: 0,
            slow_closed_first: None,
            slow_closed_last: None,
            no_id: 0,
        }
    }
}

fn hist() -> Histogram<u64> {
    Histogram::new_with_bounds(1, 120_000_000_000, 3).expect("bounds are valid")
}

/// Quantiles of a histogram as JSON, in microseconds.
pub fn us(h: &Histogram<u64>) -> Value {
    if h.is_empty() {
        return Value::Null;
    }
    let q = |p: f64| r3(h.value_at_quantile(p) as f64 / 1000.0);
    json!({"n": h.len(), "mean_us": r3(h.mean() / 1000.0), "p50_us": q(0.5), "p90_us": q(0.9),
           "p99_us": q(0.99), "p999_us": q(0.999), "max_us": r3(h.max() as f64 / 1000.0)})
}
