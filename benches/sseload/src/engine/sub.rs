//! One connection, and which events it has had.
use crate::parse::Dechunk;
use crate::sse::SseLines;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Phase {
    New,
    Connecting,
    Head,
    Open,
    Closed,
}

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
    // what has arrived: everything in base..next but `gaps`
    pub based: bool,
    pub base: u32,
    pub next: u32,
    pub gaps: Vec<(u32, u32)>,
    pub got: u64,
    pub dup: u64,
    pub late: u64,
}

/// How one event counts for one connection.
#[derive(PartialEq, Eq, Debug)]
pub enum Seen {
    New,
    Late,
    Dup,
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

    pub fn see(&mut self, seq: u32) -> Seen {
        if !self.based {
            self.based = true;
            self.base = seq;
            self.next = seq;
        }
        if seq == self.next {
            self.next += 1;
            self.got += 1;
            return Seen::New;
        }
        if seq > self.next {
            self.gaps.push((self.next, seq));
            self.next = seq + 1;
            self.got += 1;
            return Seen::New;
        }
        if seq < self.base {
            return Seen::Early;
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
                return Seen::Late;
            }
        }
        self.dup += 1;
        Seen::Dup
    }
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
    fn sequence_accounting() {
        let mut s = sub();
        assert_eq!(s.see(9), Seen::Early);
        assert_eq!(s.see(10), Seen::New);
        assert_eq!(s.see(10), Seen::Dup);
        assert_eq!(s.see(15), Seen::New);
        assert_eq!(s.missing(16), 4);
        assert_eq!(s.see(12), Seen::Late);
        assert_eq!(s.see(12), Seen::Dup);
        assert_eq!(s.missing(18), 3 + 2);
        for q in [11, 13, 14] {
            assert_eq!(s.see(q), Seen::Late);
        }
        assert_eq!((s.missing(16), s.dup, s.late, s.got), (0, 2, 4, 6));
    }

    #[test]
    fn loss_at_the_start_counts() {
        let s = sub();
        assert_eq!(s.missing(13), 3);
    }
}
