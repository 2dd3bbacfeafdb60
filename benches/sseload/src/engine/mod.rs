//! The event loop: one thread, one epoll set, all subscribers and publishers.
mod connect;
mod phases;
mod publish;
mod receive;
mod report;
mod resume;
mod stats;
mod sub;
mod topic;

use crate::args::Args;
use crate::parse::{self, Scanner};
use crate::procfs;
use crate::sys::{self, Epoll};
use publish::Pub;
use serde_json::Value;
use stats::Stats;
use std::collections::VecDeque;
use std::io;
use sub::Sub;
use topic::Topic;

const RD: u32 = libc::EPOLLIN as u32;
const WR: u32 = libc::EPOLLOUT as u32;
const GONE: u32 = (libc::EPOLLHUP | libc::EPOLLERR | libc::EPOLLRDHUP) as u32;
/// Bytes reserved in front of received data, for a partial marker of the previous read.
const HEADROOM: usize = 64;
const PUB_BIT: u64 = 1 << 63;

fn secs(s: f64) -> u64 {
    (s.max(0.0) * 1e9) as u64
}

struct Load<'a> {
    a: &'a Args,
    ep: Epoll,
    subs: Vec<Sub>,
    topics: Vec<Topic>,
    pubs: Vec<Pub>,
    st: Stats,
    scanner: Scanner,
    buf: Vec<u8>,
    open_queue: VecDeque<u32>,
    opening: usize,
    ramp_next: u64,
    publishing: bool,
    /// When the next event of an open loop is due.
    due: u64,
    /// When the first event was due.
    due_from: u64,
    /// The topic whose turn it is (round robin).
    rr: u32,
    stop_at: u64,
    pids: Vec<u32>,
    sample_at: u64,
    rss_max: u64,
    pad: Vec<u8>,
    t0: u64,
}

/// Runs the load; returns the report, and whether every event arrived once and in order.
pub fn run(a: &Args) -> io::Result<(Value, bool)> {
    let t0 = sys::now_ns();
    let pads = a.payload.saturating_sub(parse::MARKER_LEN) / a.pad.len().max(1);
    let load = Load {
        a,
        ep: Epoll::new()?,
        subs: Vec::with_capacity(a.subs),
        topics: (0..a.topics.max(1)).map(|_| Topic::default()).collect(),
        pubs: Vec::new(),
        st: Stats::new(),
        scanner: Scanner::new(),
        buf: vec![0; HEADROOM + (256 << 10)],
        open_queue: VecDeque::new(),
        opening: 0,
        ramp_next: 0,
        publishing: false,
        due: 0,
        due_from: t0,
        rr: 0,
        stop_at: t0 + secs(a.max_seconds),
        pids: Vec::new(),
        sample_at: u64::MAX,
        rss_max: 0,
        pad: a.pad.repeat(pads).into_bytes(),
        t0,
    };
    load.play()
}

impl Load<'_> {
    fn sub_key(i: usize, gen: u32) -> u64 {
        (i as u64) | ((gen as u64 & 0x7fff_ffff) << 32)
    }

    fn pub_key(i: usize, gen: u32) -> u64 {
        Self::sub_key(i, gen) | PUB_BIT
    }

    /// Runs the event loop until `until`, or until `done` holds (checked every 5 ms, as it may visit all connections).
    fn run_until(&mut self, until: u64, mut done: impl FnMut(&Self) -> bool) -> io::Result<()> {
        let until = until.min(self.stop_at);
        let mut evs = vec![libc::epoll_event { events: 0, u64: 0 }; 512];
        let mut check_at = 0;
        let (mut polled, mut more) = (0, false);
        loop {
            let now = sys::now_ns();
            if now >= until {
                return Ok(());
            }
            if now >= check_at {
                if done(self) {
                    return Ok(());
                }
                check_at = now + 5_000_000;
            }
            let mut wake = until.min(check_at).min(self.open_queued(now)?).min(self.publish_due(now)?);
            self.sample(now);
            wake = wake.min(self.sample_at);
            let t = sys::now_ns();
            let next = polled + self.a.poll_us * 1000;
            if self.publishing && !more && t < next.min(wake) {
                std::thread::sleep(std::time::Duration::from_nanos(next.min(wake) - t));
            }
            polled = sys::now_ns();
            let n = self.ep.wait(&mut evs, wake.saturating_sub(polled))?;
            more = n == evs.len();
            for ev in &evs[..n] {
                self.handle(ev.u64, ev.events)?;
            }
        }
    }

    fn handle(&mut self, key: u64, events: u32) -> io::Result<()> {
        let i = (key & 0xffff_ffff) as usize;
        let gen = ((key >> 32) & 0x7fff_ffff) as u32;
        if key & PUB_BIT != 0 {
            if self.pubs[i].gen == gen {
                return self.pub_event(i, events);
            }
        } else if self.subs[i].gen == gen {
            return self.sub_event(i, events);
        }
        Ok(())
    }

    /// Twice a second: samples the server's memory, and gives up stalled events.
    fn sample(&mut self, now: u64) {
        if self.sample_at > now {
            return;
        }
        self.sample_at = now + 500_000_000;
        if !self.pids.is_empty() {
            self.rss_max = self.rss_max.max(procfs::measure_pids(&self.pids, false).rss_kib);
        }
        self.expire(now);
    }
}
