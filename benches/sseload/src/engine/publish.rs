//! Publishers: keep-alive connections, each with one request in flight.
use super::stats::Stats;
use super::topic::{Msg, Pending};
use super::{secs, Load, GONE, HEADROOM, RD, WR};
use crate::args::Publish;
use crate::parse::{self, Dechunk};
use crate::sys::{self, Io};
use std::collections::VecDeque;
use std::io;

/// Whether a publisher waits for a response.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum PubState {
    Idle,
    Busy,
}

/// A publish connection with its queue.
pub struct Pub {
    pub fd: i32,
    pub gen: u32,
    pub state: PubState,
    pub out: Vec<u8>,
    pub pos: usize,
    pub inb: Vec<u8>,
    pub head: Option<parse::Head>,
    pub dechunk: Dechunk,
    pub body: usize,
    pub t_sent: u64,
    pub queue: VecDeque<Msg>,
    pub cursor: u32,
    pub redo: bool,
}

impl Pub {
    pub fn new(cursor: u32) -> Self {
        Pub {
            fd: -1,
            gen: 0,
            state: PubState::Idle,
            out: Vec::new(),
            pos: 0,
            inb: Vec::new(),
            head: None,
            dechunk: Dechunk::Identity,
            body: 0,
            t_sent: 0,
            queue: VecDeque::new(),
            cursor,
            redo: false,
        }
    }
}

impl Load<'_> {
    pub fn pub_connect(&mut self, k: usize) -> io::Result<()> {
        let dst = self.a.pub_target.unwrap_or(self.a.target);
        let p = &mut self.pubs[k];
        if p.fd >= 0 {
            sys::close(p.fd, false);
        }
        p.gen += 1;
        p.fd = sys::connect(dst, None, None)?;
        p.inb.clear();
        p.head = None;
        self.ep.add(p.fd, RD | if p.redo { WR } else { 0 }, Self::pub_key(k, p.gen))
    }

    /// Gives up events that some subscriber still lacks after --stall seconds.
    pub fn expire(&mut self, now: u64) {
        let limit = secs(self.a.stall);
        for t in &mut self.topics {
            while t.pending.front().is_some_and(|p| p.done || now > p.ts + limit) {
                let p = t.pending.pop_front().expect("front exists");
                t.front += 1;
                if !p.done {
                    self.st.incomplete += 1;
                }
            }
        }
    }

    /// Assigns the next sequence number of a topic; `ts` is when the event was due, in ns.
    pub fn new_msg(&mut self, topic: u32, ts: u64) -> Msg {
        let t = &mut self.topics[topic as usize];
        let seq = t.next_seq;
        t.next_seq += 1;
        t.pending.push_back(Pending { ts, count: 0, done: t.live == 0 });
        self.st.published += 1;
        if self.st.measuring {
            self.st.m_published += 1;
        }
        Msg { topic, seq, ts }
    }

    /// Publishes events that are due; returns when the next one is.
    pub fn publish_due(&mut self, now: u64) -> io::Result<u64> {
        let a = self.a;
        if !self.publishing && self.pubs.iter().all(|p| p.queue.is_empty()) {
            return Ok(u64::MAX);
        }
        let left = |st: &Stats| a.max_events == 0 || st.published < a.max_events;
        let k = self.pubs.len();
        if self.publishing {
            match a.publish {
                Publish::Rate => {
                    let step = (1e9 / a.rate.max(0.001)) as u64;
                    while self.due <= now && left(&self.st) {
                        let topic = self.rr % a.topics;
                        self.rr = (self.rr + 1) % a.topics;
                        let p = topic as usize % k;
                        if self.pubs[p].queue.len() > 10_000 {
                            self.st.pub_skipped += 1;
                        } else {
                            let m = self.new_msg(topic, self.due);
                            self.pubs[p].queue.push_back(m);
                        }
                        self.due += step;
                    }
                }
                Publish::Window | Publish::Ack => {
                    for p in 0..k {
                        if self.pubs[p].state == PubState::Busy || !self.pubs[p].queue.is_empty() || !left(&self.st) {
                            continue;
                        }
                        // this publisher's topics: p, p + k, …; at most 64 are checked
                        for _ in 0..64u32.min(a.topics.div_ceil(k as u32)) {
                            let t = self.pubs[p].cursor % a.topics;
                            let n = t + k as u32;
                            self.pubs[p].cursor = if n >= a.topics { p as u32 % a.topics } else { n };
                            if a.publish == Publish::Ack || self.topics[t as usize].pending.len() < a.window {
                                let m = self.new_msg(t, sys::now_ns());
                                self.pubs[p].queue.push_back(m);
                                break;
                            }
                        }
                    }
                }
                Publish::None => {}
            }
        }
        for p in 0..k {
            if self.pubs[p].state == PubState::Idle {
                if let Some(m) = self.pubs[p].queue.pop_front() {
                    self.pub_send(p, m)?;
                }
            }
        }
        Ok(if self.publishing && a.publish == Publish::Rate { self.due } else { u64::MAX })
    }

    pub fn pub_send(&mut self, k: usize, m: Msg) -> io::Result<()> {
        let a = self.a;
        let mut data = Vec::with_capacity(a.payload.max(parse::MARKER_LEN));
        parse::write_marker(&mut data, m.topic, m.seq, m.ts);
        data.extend_from_slice(&self.pad);
        let data = String::from_utf8(data).expect("ascii");
        let fill = |s: &str| {
            s.replace("{topic}", &m.topic.to_string())
                .replace("{id}", &a.id(m.topic))
                .replace("{seq}", &m.seq.to_string())
        };
        let body = fill(&a.pub_body).replace("{data}", &data);
        let mut r = format!(
            "POST {} HTTP/1.1\r\nHost: {}\r\nContent-Length: {}\r\n",
            fill(&a.pub_url),
            a.pub_target.unwrap_or(a.target),
            body.len()
        );
        for h in &a.pub_headers {
            r.push_str(&fill(h));
            r.push_str("\r\n");
        }
        r.push_str("\r\n");
        r.push_str(&body);
        let p = &mut self.pubs[k];
        p.out = r.into_bytes();
        p.pos = 0;
        p.state = PubState::Busy;
        p.t_sent = sys::now_ns();
        p.redo = true;
        self.pub_flush(k)
    }

    pub fn pub_flush(&mut self, k: usize) -> io::Result<()> {
        let p = &mut self.pubs[k];
        while p.pos < p.out.len() {
            match sys::send(p.fd, &p.out[p.pos..]) {
                Io::N(n) => p.pos += n,
                Io::Again => return self.ep.modify(p.fd, RD | WR, Self::pub_key(k, p.gen)),
                Io::Eof | Io::Err(_) => return self.pub_lost(k),
            }
        }
        Ok(())
    }

    /// Reconnects a lost publish connection, and repeats its unanswered request once.
    pub fn pub_lost(&mut self, k: usize) -> io::Result<()> {
        self.st.pub_reconnects += 1;
        let p = &mut self.pubs[k];
        if p.state == PubState::Busy {
            if p.redo {
                p.redo = false;
                p.pos = 0;
                self.pub_connect(k)?;
                return self.pub_flush(k);
            }
            self.st.pub_errors += 1;
            p.state = PubState::Idle;
        }
        self.pub_connect(k)
    }

    pub fn pub_event(&mut self, k: usize, events: u32) -> io::Result<()> {
        if events & WR != 0 && self.pubs[k].state == PubState::Busy {
            let p = &self.pubs[k];
            self.ep.modify(p.fd, RD, Self::pub_key(k, p.gen))?;
            self.pub_flush(k)?;
        }
        if events & (RD | GONE) == 0 {
            return Ok(());
        }
        let fd = self.pubs[k].fd;
        let n = match sys::recv(fd, &mut self.buf[HEADROOM..]) {
            Io::N(n) => n,
            Io::Again => return Ok(()),
            Io::Eof | Io::Err(_) => return self.pub_lost(k),
        };
        let p = &mut self.pubs[k];
        p.inb.extend_from_slice(&self.buf[HEADROOM..HEADROOM + n]);
        if p.head.is_none() {
            if let Some(h) = parse::head(&p.inb) {
                p.dechunk = Dechunk::new(h.chunked);
                p.inb.drain(..h.len);
                p.body = 0;
                p.head = Some(h);
            }
        }
        let Some(h) = &p.head else { return Ok(()) };
        let whole = if h.chunked {
            let b = std::mem::take(&mut p.inb);
            p.dechunk.feed(&b, |_| {})
        } else {
            p.body += p.inb.len();
            p.inb.clear();
            p.body >= h.content_length.unwrap_or(0)
        };
        if whole {
            let (status, close) = (h.status, h.close);
            p.head = None;
            p.inb.clear();
            p.state = PubState::Idle;
            let t = sys::now_ns() - p.t_sent;
            *self.st.pub_status.entry(status).or_default() += 1;
            if !(200..300).contains(&status) {
                self.st.pub_errors += 1;
            }
            if self.st.measuring {
                let _ = self.st.publat.record(t.max(1));
            }
            if close {
                self.pubs[k].redo = false;
                self.pub_connect(k)?;
            }
        }
        Ok(())
    }
}
