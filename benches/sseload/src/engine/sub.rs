//! A subscriber's connection, and which events it has received.
use crate::parse::Dechunk;
use crate::sse::SseLines;

/// State of a connection.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Phase {
    New,
    Connecting,
    Head,
    Open,
    Closed,
}

/// A subscriber's connection.
pub struct Sub {
    pub fd: i32,
    pub gen: u32,
    pub phase: Phase,
    pub topic: u32,
    pub slow: bool,
    pub opened_once: bool,
    pub attempts: u32,
    pub t_connect: u64,
    pub inb: Vec<u8>,
    pub carry: [u8; 40],
    pub carry_len: usize,
    pub dechunk: Dechunk,
    pub lines: Option<Box<SseLines>>,
    // received events: all of base..next except `gaps`
    pub based: bool,
    pub base: u32,
    pub next: u32,
    pub gaps: Vec<(u32, u32)>,
    pub got: u64,
    pub dup: u64,
    pub late: u64,
}

/// How a received event counts.
#[derive(PartialEq, Eq, Debug)]
pub enum Arrival {
    /// The next event, or one beyond a gap.
    New,
    /// An event that fills a gap: out of order.
    Late,
    /// An event received before.
    Dup,
    /// An event from before the connection was opened.
    Early,
}

impl Sub {
    pub fn new(topic: u32, slow: bool, strict: bool) -> Self {
        Sub {
            fd: -1,
            gen: 0,
            phase: Phase::New,
            topic,
            slow,
            opened_once: false,
            attempts: 0,
            t_connect: 0,
            inb: Vec::new(),
            carry: [0; 40],
            carry_len: 0,
            dechunk: Dechunk::Identity,
            lines: strict.then(Box::default),
            based: false,
            base: 0,
            next: 0,
            gaps: Vec::new(),
            got: 0,
            dup: 0,
            late: 0,
        }
    }

    /// Records a received event.
    pub fn receive(&mut self, seq: u32) -> Arrival {
        if !self.based {
            self.based = true;
            self.base = seq;
            self.next = seq;
        }
        if seq == self.next {
            self.next += 1;
            self.got += 1;
            return Arrival::New;
        }
        if seq > self.next {
            self.gaps.push((self.next, seq));
            self.next = seq + 1;
            self.got += 1;
            return Arrival::New;
        }
        if seq < self.base {
            return Arrival::Early;
        }
        for i in 0..self.gaps.len() {
            let (a, b) = self.gaps[i];
            if seq >= a && seq < b {
                self.gaps.remove(i);
                if seq + 1 < b {
                    self.gaps.insert(i, (seq + 1, b));
                }
                if a < seq {
                    self.gaps.insert(i, (a, seq));
                }
                self.got += 1;
                self.late += 1;
                return Arrival::Late;
            }
        }
        self.dup += 1;
        Arrival::Dup
    }
    /// Number of events before `end` that haven't arrived.
    pub fn missing(&self, end: u32) -> u64 {
        let mut m: u64 = self.gaps.iter().map(|(a, b)| (b - a) as u64).sum();
        if self.based && end > self.next {
            m += (end - self.next) as u64;
        }
        m
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sub() -> Sub {
        Sub { based: true, base: 10, next: 10, ..Sub::new(0, false, false) }
    }

    #[test]
    fn gaps_duplicates_and_early_events_are_counted() {
        let mut s = sub();
        assert_eq!(s.receive(9), Arrival::Early);
        assert_eq!(s.receive(10), Arrival::New);
        assert_eq!(s.receive(10), Arrival::Dup);
        assert_eq!(s.receive(15), Arrival::New);
        assert_eq!(s.missing(16), 4);
        assert_eq!(s.receive(12), Arrival::Late);
        assert_eq!(s.receive(12), Arrival::Dup);
        assert_eq!(s.missing(18), 3 + 2);
        for q in [11, 13, 14] {
            assert_eq!(s.receive(q), Arrival::Late);
        }
        assert_eq!((s.missing(16), s.dup, s.late, s.got), (0, 2, 4, 6));
    }

    #[test]
    fn events_lost_at_the_start_are_missing() {
        let s = sub();
        assert_eq!(s.missing(13), 3);
    }
}
