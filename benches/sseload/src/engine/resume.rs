//! Cuts connections, and resumes them with their last event ids.
use super::sub::Phase;
use super::{secs, Load};
use crate::args::CutMode;
use crate::procfs::r3;
use crate::sys;
use serde_json::{json, Value};
use std::collections::VecDeque;
use std::io;

impl Load<'_> {
    /// Cuts a fraction of the connections, waits, and reopens them with their last event ids.
    pub fn cut_and_resume(&mut self, round: u32) -> io::Result<Value> {
        let a = self.a;
        let every = (1.0 / a.cut_fraction.clamp(0.001, 1.0)).round() as usize;
        let mut again = VecDeque::new();
        let seq_cut: u64 = self.topics.iter().map(|t| t.next_seq as u64).sum();
        for i in 0..self.subs.len() {
            if !(i + round as usize).is_multiple_of(every) || self.subs[i].phase != Phase::Open {
                continue;
            }
            let s = &mut self.subs[i];
            sys::close(s.fd, a.cut_mode == CutMode::Rst);
            s.fd = -1;
            s.gen += 1;
            s.phase = Phase::Closed;
            s.attempts = 0;
            if s.lines.as_ref().is_some_and(|l| l.last_id().is_empty()) {
                self.st.no_id += 1;
            }
            self.topics[s.topic as usize].live -= 1;
            again.push_back(i as u32);
        }
        let n = again.len();
        let t0 = sys::now_ns();
        self.run_until(t0 + a.cut_gap_ms * 1_000_000, |_| false)?;
        self.open_queue = again;
        let t1 = sys::now_ns();
        self.ramp_next = t1;
        let limit = self.stop_at;
        self.run_until(limit, |l| l.open_queue.is_empty() && l.opening == 0)?;
        let t2 = sys::now_ns();
        let seq_open: u64 = self.topics.iter().map(|t| t.next_seq as u64).sum();
        // caught up: every connection has what was published until the last one was open
        let marks: Vec<u32> = self.topics.iter().map(|t| t.next_seq).collect();
        self.run_until(t2 + secs(a.drain), move |l| {
            l.subs.iter().all(|s| s.phase != Phase::Open || (s.next >= marks[s.topic as usize] && s.gaps.is_empty()))
        })?;
        let t3 = sys::now_ns();
        Ok(json!({"cut": n, "published_while_away": seq_open - seq_cut,
            "reconnect_s": r3((t2 - t1) as f64 / 1e9), "reconnects_per_s": r3(n as f64 / ((t2 - t1) as f64 / 1e9)),
            "caught_up_s": r3((t3 - t2) as f64 / 1e9), "all_back_s": r3((t3 - t1) as f64 / 1e9)}))
    }
}
