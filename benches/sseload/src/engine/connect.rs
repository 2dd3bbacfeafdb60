//! Opens connections, and handles failed and closed ones.
use super::sub::Phase;
use super::{secs, Load, GONE, RD, WR};
use crate::procfs::r3;
use crate::sys::{self, Io};
use std::io;
use std::net::Ipv4Addr;

impl Load<'_> {
    /// Opens queued connections as far as ramp and concurrency allow; returns when to call it again.
    pub fn open_queued(&mut self, now: u64) -> io::Result<u64> {
        let a = self.a;
        let mut wake = u64::MAX;
        while self.opening < a.connect_concurrency && !self.open_queue.is_empty() {
            if a.ramp > 0.0 {
                if self.ramp_next > now {
                    wake = self.ramp_next;
                    break;
                }
                self.ramp_next += (1e9 / a.ramp) as u64;
            }
            let i = self.open_queue.pop_front().expect("not empty") as usize;
            self.open(i)?;
        }
        if self.opening > 0 && now >= self.timeout_check_at() {
            self.check_timeouts(now);
        }
        Ok(wake)
    }

    /// When connect timeouts are due to be checked: with the half-second samples while publishing, else always.
    pub fn timeout_check_at(&self) -> u64 {
        if self.publishing {
            self.sample_at
        } else {
            0
        }
    }

    pub fn check_timeouts(&mut self, now: u64) {
        let limit = secs(self.a.connect_timeout);
        for i in 0..self.subs.len() {
            let s = &self.subs[i];
            if matches!(s.phase, Phase::Connecting | Phase::Head) && now > s.t_connect + limit {
                self.fail(i, "timeout".into());
            }
        }
    }

    pub fn open(&mut self, i: usize) -> io::Result<()> {
        let a = self.a;
        let k = i / a.per_source.max(1);
        // source addresses start at 127.0.0.2
        let src = Ipv4Addr::from(u32::from(Ipv4Addr::new(127, 0, 0, 2)) + k as u32);
        let s = &mut self.subs[i];
        s.t_connect = sys::now_ns();
        s.attempts += 1;
        s.gen += 1;
        s.inb.clear();
        s.carry_len = 0;
        if let Some(l) = &mut s.lines {
            l.reset();
        }
        self.opening += 1;
        let rcv = (s.slow && a.slow_rcvbuf > 0).then_some(a.slow_rcvbuf);
        match sys::connect(a.target, Some(src), rcv) {
            Ok(fd) => {
                s.fd = fd;
                s.phase = Phase::Connecting;
                // on loopback the handshake is usually complete by now
                let gen = s.gen;
                if self.send_request(i) {
                    self.ep.add(fd, RD, Self::sub_key(i, gen))?;
                } else if self.subs[i].fd >= 0 {
                    self.ep.add(fd, WR, Self::sub_key(i, gen))?;
                }
            }
            Err(e) => self.fail(i, e.to_string()),
        }
        Ok(())
    }

    /// Sends the request of a connection; false if it isn't writable yet or has failed.
    pub fn send_request(&mut self, i: usize) -> bool {
        let a = self.a;
        let s = &mut self.subs[i];
        let last = s.lines.as_ref().map(|l| String::from_utf8_lossy(l.last_id()).into_owned()).unwrap_or_default();
        let tpl = if s.opened_once { a.resume_url.as_ref().unwrap_or(&a.url) } else { &a.url };
        let path = tpl
            .replace("{i}", &i.to_string())
            .replace("{topic}", &s.topic.to_string())
            .replace("{id}", &a.id(s.topic))
            .replace("{last_id}", &last);
        let mut r = format!("GET {path} HTTP/1.1\r\nHost: {}\r\n", a.target);
        r.push_str("Accept: text/event-stream\r\nCache-Control: no-cache\r\n");
        let id = if s.opened_once { Some(last).filter(|l| !l.is_empty()) } else { a.last_event_id.clone() };
        if let Some(id) = id {
            r.push_str(&format!("Last-Event-ID: {id}\r\n"));
        }
        for h in &a.headers {
            r.push_str(h);
            r.push_str("\r\n");
        }
        r.push_str("\r\n");
        match sys::send(s.fd, r.as_bytes()) {
            Io::N(n) if n == r.len() => {
                s.phase = Phase::Head;
                true
            }
            Io::Again => false,
            Io::N(_) => {
                self.fail(i, "short write of the request".into());
                false
            }
            Io::Err(e) => {
                self.fail(i, io::Error::from_raw_os_error(e).to_string());
                false
            }
            Io::Eof => false,
        }
    }

    /// Closes a connection that failed before it was open, and retries it if allowed.
    pub fn fail(&mut self, i: usize, why: String) {
        let s = &mut self.subs[i];
        if s.fd >= 0 {
            sys::close(s.fd, true);
            s.fd = -1;
        }
        s.gen += 1;
        s.phase = Phase::Closed;
        self.opening -= 1;
        *self.st.failures.entry(why).or_default() += 1;
        if s.attempts <= self.a.connect_retries {
            self.open_queue.push_back(i as u32);
        }
    }

    /// Records that a response head with status 200 has arrived.
    pub fn opened(&mut self, i: usize, now: u64) -> io::Result<()> {
        let s = &mut self.subs[i];
        s.phase = Phase::Open;
        self.opening -= 1;
        let t = now.saturating_sub(s.t_connect).max(1);
        if s.opened_once {
            let _ = self.st.reconn.record(t);
        } else {
            let _ = self.st.conn.record(t);
            s.opened_once = true;
            s.based = true;
            let at = self.topics[s.topic as usize].next_seq;
            s.base = at;
            s.next = at;
        }
        if s.slow {
            let (fd, key) = (s.fd, Self::sub_key(i, s.gen));
            self.ep.modify(fd, GONE, key)?;
        } else {
            self.topics[s.topic as usize].live += 1;
        }
        Ok(())
    }

    /// Records that the server has closed a connection.
    pub fn closed(&mut self, i: usize) {
        let s = &mut self.subs[i];
        if s.phase != Phase::Open {
            let why = format!("closed before it was open ({:?})", s.phase);
            return self.fail(i, why);
        }
        sys::close(s.fd, false);
        s.fd = -1;
        s.gen += 1;
        s.phase = Phase::Closed;
        if s.slow {
            self.st.slow_closed += 1;
            let after = r3(sys::now_ns().saturating_sub(self.due_from) as f64 / 1e9);
            self.st.slow_closed_first.get_or_insert(after);
            self.st.slow_closed_last = Some(after);
        } else {
            self.topics[s.topic as usize].live -= 1;
            self.st.closed_by_server += 1;
        }
    }
}
