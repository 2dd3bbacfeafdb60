//! Receives response heads and bodies from the server.
use super::sub::Phase;
use super::topic::deliver;
use super::{Load, GONE, HEADROOM, RD};
use crate::parse::{self, Dechunk};
use crate::sys::{self, Io};
use std::io;

impl Load<'_> {
    pub fn sub_event(&mut self, i: usize, events: u32) -> io::Result<()> {
        if self.subs[i].phase == Phase::Connecting {
            let e = sys::so_error(self.subs[i].fd);
            if e != 0 {
                self.fail(i, io::Error::from_raw_os_error(e).to_string());
                return Ok(());
            }
            if self.send_request(i) {
                let s = &self.subs[i];
                self.ep.modify(s.fd, RD, Self::sub_key(i, s.gen))?;
            }
            return Ok(());
        }
        if self.subs[i].slow && self.subs[i].phase == Phase::Open && events & RD == 0 {
            if events & GONE != 0 {
                self.closed(i);
            }
            return Ok(());
        }
        let fd = self.subs[i].fd;
        let n = match sys::recv(fd, &mut self.buf[HEADROOM..]) {
            Io::N(n) => n,
            Io::Again => return Ok(()),
            Io::Eof | Io::Err(_) => {
                self.closed(i);
                return Ok(());
            }
        };
        let now = sys::now_ns();
        self.st.bytes += n as u64;
        self.st.reads += 1;
        if self.st.measuring {
            self.st.m_bytes += n as u64;
            self.st.m_reads += 1;
        }
        if self.subs[i].phase == Phase::Head {
            let s = &mut self.subs[i];
            s.inb.extend_from_slice(&self.buf[HEADROOM..HEADROOM + n]);
            let Some(h) = parse::head(&s.inb) else {
                if s.inb.len() > 65536 {
                    self.fail(i, "response head too long".into());
                }
                return Ok(());
            };
            if h.status != 200 {
                self.fail(i, format!("status {}", h.status));
                return Ok(());
            }
            let rest = std::mem::take(&mut s.inb).split_off(h.len);
            s.dechunk = Dechunk::new(h.chunked);
            self.opened(i, now)?;
            let k = rest.len();
            if k > 0 {
                self.buf[HEADROOM..HEADROOM + k].copy_from_slice(&rest);
                self.body(i, k, now)?;
            }
            return Ok(());
        }
        self.body(i, n, now)
    }

    /// Parses the `n` body bytes in buf[HEADROOM..].
    pub fn body(&mut self, i: usize, n: usize, now: u64) -> io::Result<()> {
        let s = &mut self.subs[i];
        let (st, topics) = (&mut self.st, &mut self.topics);
        if let Some(mut lines) = s.lines.take() {
            let mut d = std::mem::replace(&mut s.dechunk, Dechunk::Identity);
            let end = d.feed(&self.buf[HEADROOM..HEADROOM + n], |c| {
                lines.feed(c, &mut |m| deliver(s, topics, st, m, now));
            });
            s.dechunk = d;
            s.lines = Some(lines);
            if end {
                self.closed(i);
            }
            return Ok(());
        }
        let start = HEADROOM - s.carry_len;
        let k = s.carry_len;
        self.buf[start..HEADROOM].copy_from_slice(&s.carry[..k]);
        let b = &self.buf[start..HEADROOM + n];
        let (keep, bad) = self.scanner.scan(b, |m| deliver(s, topics, st, m, now));
        st.bad_markers += bad as u64;
        s.carry[..keep].copy_from_slice(&b[b.len() - keep..]);
        s.carry_len = keep;
        Ok(())
    }
}
