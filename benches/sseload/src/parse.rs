//! Incremental parsers: HTTP response head, chunked coding, markers.
//!
//! A marker is `~~TTTTT.SSSSSSSSSS.NNNNNNNNNNNNNNNNNNNN~~` (topic, sequence, CLOCK_MONOTONIC nanoseconds);
//! its fixed width makes finding it one substring search without allocation.
use memchr::{memchr, memmem};

pub const MARKER_LEN: usize = 2 + 5 + 1 + 10 + 1 + 20 + 2;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Marker {
    pub topic: u32,
    pub seq: u32,
    pub ts: u64,
}

pub fn write_marker(out: &mut Vec<u8>, topic: u32, seq: u32, ts: u64) {
    use std::io::Write;
    let _ = write!(out, "~~{topic:05}.{seq:010}.{ts:020}~~");
}

fn digits(b: &[u8]) -> Option<u64> {
    let mut v = 0u64;
    for &c in b {
        let d = c.wrapping_sub(b'0');
        if d > 9 {
            return None;
        }
        v = v * 10 + d as u64;
    }
    Some(v)
}

pub fn marker_at(b: &[u8]) -> Option<Marker> {
    if b.len() < MARKER_LEN || b[7] != b'.' || b[18] != b'.' || &b[39..41] != b"~~" {
        return None;
    }
    Some(Marker { topic: digits(&b[2..7])? as u32, seq: digits(&b[8..18])? as u32, ts: digits(&b[19..39])? })
}

pub struct Scanner {
    finder: memmem::Finder<'static>,
}

impl Scanner {
    pub fn new() -> Self {
        Scanner { finder: memmem::Finder::new(b"~~") }
    }
    /// Calls `f` for each marker in `b`; returns how many bytes at the end to keep for the next read
    /// (a partial marker), and the number of "~~" that were no marker.
    pub fn scan(&self, b: &[u8], mut f: impl FnMut(Marker)) -> (usize, u32) {
        let mut p = 0;
        let mut bad = 0;
        loop {
            match self.finder.find(&b[p..]) {
                None => {
                    let keep = usize::from(b.len() > p && b[b.len() - 1] == b'~');
                    return (keep, bad);
                }
                Some(i) => {
                    let s = p + i;
                    if b.len() - s < MARKER_LEN {
                        return (b.len() - s, bad);
                    }
                    match marker_at(&b[s..s + MARKER_LEN]) {
                        Some(m) => {
                            f(m);
                            p = s + MARKER_LEN;
                        }
                        None => {
                            bad += 1;
                            p = s + 2;
                        }
                    }
                }
            }
        }
    }
}

#[derive(Debug, PartialEq, Eq)]
pub struct Head {
    pub len: usize,
    pub status: u16,
    pub chunked: bool,
    pub content_length: Option<usize>,
    pub close: bool,
}

/// Parses a response head if `b` holds a complete one.
pub fn head(b: &[u8]) -> Option<Head> {
    let end = memmem::find(b, b"\r\n\r\n")? + 4;
    let text = String::from_utf8_lossy(&b[..end]);
    let mut lines = text.split("\r\n");
    let status = lines.next().and_then(|l| l.split(' ').nth(1)).and_then(|s| s.parse().ok()).unwrap_or(0);
    let mut h = Head { len: end, status, chunked: false, content_length: None, close: false };
    for l in lines {
        let Some((k, v)) = l.split_once(':') else { continue };
        let v = v.trim();
        if k.eq_ignore_ascii_case("transfer-encoding") {
            h.chunked = v.to_ascii_lowercase().contains("chunked");
        } else if k.eq_ignore_ascii_case("content-length") {
            h.content_length = v.parse().ok();
        } else if k.eq_ignore_ascii_case("connection") {
            h.close = v.eq_ignore_ascii_case("close");
        }
    }
    Some(h)
}

/// Decoder of the chunked coding; `feed` passes the content on and returns whether the body has ended.
#[derive(Clone, Debug)]
pub enum Dechunk {
    Identity,
    Size(usize),
    Ext(usize),
    Data(usize),
    DataEnd,
    Trailer(u8),
    Done,
}

impl Dechunk {
    pub fn new(chunked: bool) -> Self {
        if chunked {
            Dechunk::Size(0)
        } else {
            Dechunk::Identity
        }
    }
    pub fn feed(&mut self, mut b: &[u8], mut f: impl FnMut(&[u8])) -> bool {
        while !b.is_empty() {
            match self {
                Dechunk::Identity => {
                    f(b);
                    return false;
                }
                Dechunk::Size(n) => {
                    let c = b[0];
                    b = &b[1..];
                    match (c as char).to_digit(16) {
                        Some(d) => *n = *n * 16 + d as usize,
                        None if c == b'\n' => {
                            let n = *n;
                            *self = if n == 0 { Dechunk::Trailer(0) } else { Dechunk::Data(n) };
                        }
                        None if c == b'\r' => {}
                        None => *self = Dechunk::Ext(*n),
                    }
                }
                Dechunk::Ext(n) => match memchr(b'\n', b) {
                    Some(i) => {
                        b = &b[i + 1..];
                        let n = *n;
                        *self = if n == 0 { Dechunk::Trailer(0) } else { Dechunk::Data(n) };
                    }
                    None => return false,
                },
                Dechunk::Data(n) => {
                    let k = (*n).min(b.len());
                    f(&b[..k]);
                    b = &b[k..];
                    *n -= k;
                    if *n == 0 {
                        *self = Dechunk::DataEnd;
                    }
                }
                Dechunk::DataEnd => {
                    let c = b[0];
                    b = &b[1..];
                    if c == b'\n' {
                        *self = Dechunk::Size(0);
                    }
                }
                Dechunk::Trailer(line) => {
                    let c = b[0];
                    b = &b[1..];
                    if c == b'\n' {
                        if *line == 0 {
                            *self = Dechunk::Done;
                        } else {
                            *line = 0;
                        }
                    } else if c != b'\r' {
                        *line = 1;
                    }
                }
                Dechunk::Done => return true,
            }
        }
        matches!(self, Dechunk::Done)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mk(topic: u32, seq: u32, ts: u64) -> Vec<u8> {
        let mut v = Vec::new();
        write_marker(&mut v, topic, seq, ts);
        assert_eq!(v.len(), MARKER_LEN);
        v
    }

    #[test]
    fn markers_are_found_across_any_split() {
        let mut all = b"HTTP x\r\n\r\ndata: ".to_vec();
        for s in 0..3 {
            all.extend(mk(7, s, 1000 + s as u64));
            all.extend(b"xxxx~y\n\nid: 1\ndata: ");
        }
        let sc = Scanner::new();
        for cut in 0..all.len() {
            let mut got = Vec::new();
            let (keep, bad) = sc.scan(&all[..cut], |m| got.push(m));
            let mut second = all[cut - keep..cut].to_vec();
            second.extend_from_slice(&all[cut..]);
            let (_, bad2) = sc.scan(&second, |m| got.push(m));
            assert_eq!(bad + bad2, 0);
            assert_eq!(got.iter().map(|m| m.seq).collect::<Vec<_>>(), [0, 1, 2], "cut {cut}");
            assert!(got.iter().all(|m| m.topic == 7 && m.ts == 1000 + m.seq as u64));
        }
    }

    #[test]
    fn only_complete_heads_parse() {
        assert_eq!(head(b"HTTP/1.1 200 OK\r\nA: b\r\n"), None);
        let h = head(b"HTTP/1.1 202 Accepted\r\ncontent-length: 4\r\nConnection: close\r\n\r\nabcd").unwrap();
        assert_eq!((h.status, h.content_length, h.close, h.chunked), (202, Some(4), true, false));
    }
}
