//! The report of a run, as JSON.
use super::phases::Cpu;
use super::stats::us;
use super::sub::Phase;
use super::Load;
use crate::args::{Mode, Publish};
use crate::procfs::{r3, TreeStat};
use serde_json::{json, Map, Value};

/// Measurements of the server and the machine, taken between the phases.
#[derive(Default)]
pub struct Observations {
    pub before: TreeStat,
    pub at_connect: TreeStat,
    pub connected: TreeStat,
    pub after: TreeStat,
    pub kernel_before: Value,
    pub kernel_connected: Value,
    pub kernel_after: Value,
    pub connect_s: f64,
    pub drain_s: f64,
    pub open: usize,
    pub hit_limit: bool,
    pub cpu: Option<Cpu>,
    pub cuts: Vec<Value>,
}

/// Totals over all connections at the end.
#[derive(Default)]
pub struct Tally {
    missing: u64,
    missing_dropped: u64,
    with_loss: u64,
    dup: u64,
    late: u64,
    end_open: u64,
    slow_open: u64,
    slow_missing: u64,
    slow_got: u64,
}

impl Load<'_> {
    pub fn tally(&self) -> Tally {
        let mut t = Tally::default();
        for s in &self.subs {
            let missing = s.missing(self.topics[s.topic as usize].next_seq);
            let open = s.phase == Phase::Open;
            if s.slow {
                t.slow_open += u64::from(open);
                t.slow_missing += missing;
                t.slow_got += s.got;
                continue;
            }
            t.dup += s.dup;
            t.late += s.late;
            if open {
                t.end_open += 1;
                t.missing += missing;
                t.with_loss += u64::from(missing > 0);
            } else {
                t.missing_dropped += missing;
            }
        }
        t
    }

    pub fn report(&self, observed: &Observations, t: &Tally) -> (Value, bool) {
        let mut v = self.basics(observed, t);
        if let Some(cpu) = &observed.cpu {
            v["measured"] = self.measured(cpu);
        }
        if self.a.server_pid.is_some() {
            v["server"] = self.server_figures(observed);
        }
        let slab = |k: &Value| k["slab_kib"].as_f64().unwrap_or(0.0);
        let each = (slab(&observed.kernel_connected) - slab(&observed.kernel_before)) / observed.open.max(1) as f64;
        v["kernel"] = json!({"before": observed.kernel_before, "connected": observed.kernel_connected,
            "after": observed.kernel_after, "slab_kib_per_connection_both_ends": r3(each)});
        let st = &self.st;
        if self.a.mode == Mode::ResumeStorm {
            v["resume"] = json!({"cuts": observed.cuts, "reconnect_time": us(&st.reconn), "without_id": st.no_id});
        }
        if self.a.mode == Mode::SlowConsumers {
            v["slow"] = json!({"connections": self.subs.iter().filter(|s| s.slow).count(), "still_open": t.slow_open,
                "closed_by_server": st.slow_closed, "first_closed_after_s": st.slow_closed_first,
                "last_closed_after_s": st.slow_closed_last,
                "woken": self.a.slow_wake, "got": t.slow_got, "missing": t.slow_missing});
        }
        let clean = self.is_clean(observed, t);
        v["clean"] = json!(clean);
        (v, clean)
    }

    fn basics(&self, observed: &Observations, t: &Tally) -> Value {
        let (a, st) = (self.a, &self.st);
        let cpu_s = observed.at_connect.cpu_s() - observed.before.cpu_s();
        let status: Map<_, _> = st.pub_status.iter().map(|(k, v)| (k.to_string(), json!(v))).collect();
        json!({
            "label": a.label, "mode": format!("{:?}", a.mode),
            "subs": a.subs, "topics": a.topics, "payload": a.payload,
            "publish": format!("{:?}", a.publish), "window": a.window, "rate": a.rate,
            "pub_conns": a.pub_conns, "parse": format!("{:?}", a.parse),
            "seconds": r3((crate::sys::now_ns() - self.t0) as f64 / 1e9), "hit_time_limit": observed.hit_limit,
            "connect": {
                "open": observed.open, "failures": st.failures, "seconds": r3(observed.connect_s),
                "per_s": r3(observed.open as f64 / observed.connect_s), "time": us(&st.conn),
                "server_cpu_s": r3(cpu_s), "server_cpu_us_each": r3(cpu_s * 1e6 / observed.open.max(1) as f64),
            },
            "end": {"open": t.end_open, "closed_by_server": st.closed_by_server, "drain_s": r3(observed.drain_s)},
            "published": st.published, "deliveries": st.deliveries, "bytes": st.bytes,
            "missing": t.missing, "connections_with_loss": t.with_loss, "missing_on_closed": t.missing_dropped,
            "duplicates": t.dup, "out_of_order": t.late, "before_base": st.early, "misrouted": st.misrouted,
            "bad_markers": st.bad_markers, "incomplete_events": st.incomplete,
            "publisher": {"errors": st.pub_errors, "status": status,
                "reconnects": st.pub_reconnects, "skipped": st.pub_skipped, "latency": us(&st.publat)},
            "latency": us(&st.lat), "last_subscriber_latency": us(&st.complete),
        })
    }

    fn measured(&self, cpu: &Cpu) -> Value {
        let (st, wall) = (&self.st, cpu.wall_s);
        let d = st.m_deliveries.max(1) as f64;
        let each = cpu.all_before.iter().zip(&cpu.all_after);
        let mut m = json!({
            "seconds": r3(wall), "deliveries": st.m_deliveries,
            "deliveries_per_s": r3(st.m_deliveries as f64 / wall), "published": st.m_published,
            "published_per_s": r3(st.m_published as f64 / wall),
            "bytes_per_s": r3(st.m_bytes as f64 / wall), "bytes_per_delivery": r3(st.m_bytes as f64 / d),
            "deliveries_per_read": r3(d / st.m_reads.max(1) as f64),
            "tool_cores": r3(cpu.own_s / wall),
            "cpu_busy": each.map(|(x, y)| r3((y.0 - x.0) / (y.1 - x.1).max(1e-9))).collect::<Vec<_>>(),
        });
        if self.a.server_pid.is_some() {
            let c = cpu.after.cpu_s() - cpu.before.cpu_s();
            m["server_cores"] = json!(r3(c / wall));
            m["server_cpu_us_per_delivery"] = json!(r3(c * 1e6 / d));
            m["server_cpu_us_per_publish"] = json!(r3(c * 1e6 / st.m_published.max(1) as f64));
            m["server_sys_share"] = json!(r3((cpu.after.cpu_sys_s - cpu.before.cpu_sys_s) / c.max(1e-9)));
        }
        m
    }

    fn server_figures(&self, observed: &Observations) -> Value {
        let n = observed.open.max(1) as f64;
        let each = |x: u64, b: u64| r3((x as f64 - b as f64) / n);
        let idle_cpu = observed.connected.cpu_s() - observed.at_connect.cpu_s();
        json!({
            "before": observed.before.json(), "connected": observed.connected.json(), "after": observed.after.json(),
            "rss_max_kib": self.rss_max.max(observed.after.rss_kib).max(observed.connected.rss_kib),
            "rss_kib_per_connection": each(observed.connected.rss_kib, observed.before.rss_kib),
            "pss_kib_per_connection": match (observed.connected.pss_kib, observed.before.pss_kib) {
                (Some(x), Some(b)) => json!(each(x, b)),
                _ => Value::Null,
            },
            "idle_cpu_cores": r3(idle_cpu / self.a.settle.max(1e-9)),
        })
    }

    fn is_clean(&self, observed: &Observations, t: &Tally) -> bool {
        let st = &self.st;
        let counts = [t.missing, t.missing_dropped, t.dup, t.late, st.closed_by_server, st.pub_errors, st.bad_markers];
        counts.iter().all(|n| *n == 0)
            && st.misrouted == 0
            && observed.open == self.a.subs
            && !observed.hit_limit
            && (self.a.publish == Publish::None || self.a.subs == 0 || st.deliveries > 0)
    }
}
