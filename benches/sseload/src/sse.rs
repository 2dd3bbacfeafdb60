//! Parses event streams: lines, ids, and the marker in an event's data.
use crate::parse::{marker_at, Marker, MARKER_LEN};
use memchr::{memchr, memmem};

/// Event-stream parser with the WHATWG rules that matter here: an `id` becomes the last event id when a blank line
/// dispatches the event; `data` is searched for a marker.
#[derive(Clone, Default, Debug)]
pub struct SseLines {
    line: Vec<u8>,
    fields: Fields,
}

#[derive(Clone, Default, Debug)]
struct Fields {
    id: Vec<u8>,
    marker: Option<Marker>,
    last_id: Vec<u8>,
}

impl SseLines {
    pub fn feed(&mut self, mut b: &[u8], f: &mut impl FnMut(Marker)) {
        while let Some(i) = memchr(b'\n', b) {
            let (head, rest) = (&b[..i], &b[i + 1..]);
            if self.line.is_empty() {
                self.fields.parse_line(head, f);
            } else {
                self.line.extend_from_slice(head);
                self.fields.parse_line(&self.line, f);
                self.line.clear();
            }
            b = rest;
        }
        self.line.extend_from_slice(b);
    }

    pub fn last_id(&self) -> &[u8] {
        &self.fields.last_id
    }

    /// Prepares for a new connection: drops a partial line, keeps the last event id.
    pub fn reset(&mut self) {
        self.line.clear();
        self.fields.marker = None;
        self.fields.id.clone_from(&self.fields.last_id);
    }
}

impl Fields {
    fn parse_line(&mut self, l: &[u8], f: &mut impl FnMut(Marker)) {
        let l = l.strip_suffix(b"\r").unwrap_or(l);
        if l.is_empty() {
            self.last_id.clone_from(&self.id);
            if let Some(m) = self.marker.take() {
                f(m);
            }
        } else if let Some(v) = l.strip_prefix(b"id:") {
            let v = v.strip_prefix(b" ").unwrap_or(v);
            if memchr(0, v).is_none() {
                self.id.clear();
                self.id.extend_from_slice(v);
            }
        } else if l.starts_with(b"data:") {
            let found = memmem::find(l, b"~~").and_then(|i| l.get(i..i + MARKER_LEN)).and_then(marker_at);
            self.marker = found.or(self.marker.take());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parse::{write_marker, Dechunk};

    fn mk(topic: u32, seq: u32, ts: u64) -> Vec<u8> {
        let mut v = Vec::new();
        write_marker(&mut v, topic, seq, ts);
        assert_eq!(v.len(), MARKER_LEN);
        v
    }

    #[test]
    fn chunks_and_lines_parse_across_any_split() {
        let mut body = Vec::new();
        for s in 0..3u32 {
            let ev = [format!("id: a{s}\r\ndata: ").as_bytes(), &mk(1, s, 5), b"zz\r\n\r\n"].concat();
            body.extend(format!("{:x};ext=1\r\n", ev.len()).bytes());
            body.extend(ev);
            body.extend(b"\r\n");
        }
        body.extend(b"0\r\n\r\n");
        for cut in 0..=body.len() {
            let mut d = Dechunk::new(true);
            let mut l = SseLines::default();
            let mut got = Vec::new();
            let mut done = false;
            for part in [&body[..cut], &body[cut..]] {
                done |= d.feed(part, |c| l.feed(c, &mut |m| got.push(m.seq)));
            }
            assert!(done);
            assert_eq!(got, [0, 1, 2]);
            assert_eq!(l.last_id(), b"a2");
        }
    }

    #[test]
    fn an_id_counts_only_once_its_event_is_dispatched() {
        let mut l = SseLines::default();
        let mut n = 0;
        l.feed(b":hi\n\nid: 1\ndata: x\n\nid: 2\ndata: y", &mut |_| n += 1);
        assert_eq!(l.last_id(), b"1");
        l.reset();
        l.feed(b"data: y\n\n", &mut |_| n += 1);
        assert_eq!(l.last_id(), b"1");
    }
}
