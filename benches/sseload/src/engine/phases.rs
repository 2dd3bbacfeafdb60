//! The phases of a run: connect, settle, publish, drain, report.
use super::publish::{Pub, PubState};
use super::report::Observations;
use super::sub::{Phase, Sub};
use super::{secs, Load, GONE, RD};
use crate::args::{Mode, ParseMode, Publish};
use crate::procfs::{self, TreeStat};
use crate::sys;
use serde_json::Value;
use std::io;

/// CPU time before and after the measured phase.
pub struct Cpu {
    pub before: TreeStat,
    pub after: TreeStat,
    pub own_s: f64,
    pub wall_s: f64,
    pub all_before: Vec<(f64, f64)>,
    pub all_after: Vec<(f64, f64)>,
}

impl Load<'_> {
    /// CPU time and memory of the server's process tree; zero without --server-pid.
    pub fn server(&self, pss: bool) -> TreeStat {
        self.a.server_pid.map(|p| procfs::measure(p, pss)).unwrap_or_default()
    }

    /// Runs all phases.
    pub fn play(mut self) -> io::Result<(Value, bool)> {
        self.create_subscribers();
        if let Some(p) = self.a.server_pid {
            self.pids = procfs::tree(p);
            if self.server(false).procs == 0 {
                return Err(io::Error::other(format!("no process {p}")));
            }
        }
        let mut observed =
            Observations { before: self.server(true), kernel_before: procfs::kernel(), ..Observations::default() };
        self.connect_all(&mut observed)?;
        if self.a.publish != Publish::None {
            self.publish_all(&mut observed)?;
        }
        self.drain(&mut observed)?;
        let tally = self.tally();
        self.close_all();
        Ok(self.report(&observed, &tally))
    }

    fn create_subscribers(&mut self) {
        let a = self.a;
        let slow = a.mode == Mode::SlowConsumers && a.slow_fraction > 0.0;
        let every = if slow { (1.0 / a.slow_fraction).round().max(1.0) as usize } else { 0 };
        for i in 0..a.subs {
            let slow = every > 0 && i % every == every - 1;
            self.subs.push(Sub::new(i as u32 % a.topics.max(1), slow, a.parse == ParseMode::Strict));
        }
    }

    fn connect_all(&mut self, observed: &mut Observations) -> io::Result<()> {
        let a = self.a;
        self.open_queue.extend(0..a.subs as u32);
        let c0 = sys::now_ns();
        self.ramp_next = c0;
        self.run_until(self.stop_at, |l| l.open_queue.is_empty() && l.opening == 0)?;
        observed.connect_s = (sys::now_ns() - c0) as f64 / 1e9;
        observed.at_connect = self.server(false);
        observed.open = self.subs.iter().filter(|s| s.phase == Phase::Open).count();
        let now = sys::now_ns();
        self.run_until(now + secs(a.settle), |_| false)?;
        observed.connected = self.server(true);
        observed.kernel_connected = procfs::kernel();
        if let Some(p) = a.server_pid {
            self.pids = procfs::tree(p);
        }
        Ok(())
    }

    fn publish_all(&mut self, observed: &mut Observations) -> io::Result<()> {
        let a = self.a;
        for k in 0..a.pub_conns.max(1) {
            self.pubs.push(Pub::new(k as u32));
            self.pub_connect(k)?;
        }
        self.publishing = true;
        let p0 = sys::now_ns();
        (self.due, self.due_from, self.sample_at) = (p0, p0, p0);
        if a.mode == Mode::ResumeStorm {
            self.begin_measure(p0);
        }
        self.run_until(p0 + secs(a.warmup), |_| false)?;
        let m0 = sys::now_ns();
        let (before, own, all_before) = (self.server(false), sys::self_cpu_ns(), procfs::cpus());
        if a.mode == Mode::ResumeStorm {
            for c in 0..a.cuts {
                self.run_until(p0 + secs(a.cut_at * (c as f64 + 1.0)), |_| false)?;
                let cut = self.cut_and_resume(c)?;
                observed.cuts.push(cut);
            }
        } else {
            self.begin_measure(m0);
        }
        self.run_until(m0 + secs(a.duration), |_| false)?;
        self.st.measuring = false;
        self.publishing = false;
        observed.cpu = Some(Cpu {
            before,
            wall_s: (sys::now_ns() - m0) as f64 / 1e9,
            after: self.server(false),
            own_s: (sys::self_cpu_ns() - own) as f64 / 1e9,
            all_before,
            all_after: procfs::cpus(),
        });
        Ok(())
    }

    fn begin_measure(&mut self, t: u64) {
        self.st.m_start = t;
        self.st.measuring = true;
    }

    fn drain(&mut self, observed: &mut Observations) -> io::Result<()> {
        let a = self.a;
        let d0 = sys::now_ns();
        if a.slow_wake {
            self.wake_slow()?;
        }
        if a.publish != Publish::None {
            self.run_until(d0 + secs(a.drain), move |l| {
                l.pubs.iter().all(|p| p.state == PubState::Idle && p.queue.is_empty())
                    && !a.slow_wake
                    && l.open_queue.is_empty()
                    && l.opening == 0
                    && l.subs.iter().all(|s| {
                        s.slow || s.phase != Phase::Open || s.missing(l.topics[s.topic as usize].next_seq) == 0
                    })
            })?;
        }
        observed.drain_s = (sys::now_ns() - d0) as f64 / 1e9;
        observed.after = self.server(true);
        observed.kernel_after = procfs::kernel();
        observed.hit_limit = sys::now_ns() >= self.stop_at;
        Ok(())
    }

    fn wake_slow(&mut self) -> io::Result<()> {
        for (i, s) in self.subs.iter().enumerate() {
            if s.slow && s.phase == Phase::Open {
                self.ep.modify(s.fd, RD | GONE, Self::sub_key(i, s.gen))?;
                self.topics[s.topic as usize].live += 1;
            }
        }
        Ok(())
    }

    fn close_all(&mut self) {
        for s in &mut self.subs {
            if s.fd >= 0 {
                sys::close(s.fd, true);
                s.fd = -1;
            }
        }
        for p in &self.pubs {
            if p.fd >= 0 {
                sys::close(p.fd, false);
            }
        }
    }
}
