//! The recent frames of one stream on one worker.

use std::collections::VecDeque;

use bytes::{Bytes, BytesMut};

use crate::domain::topic::Seq;
use crate::stream::frame::Frame;

/// Consecutive frames without a gap, bounded by count and bytes.
#[derive(Debug)]
pub struct Ring {
    /// The newest seq that has left the ring: the oldest frame is `floor + 1`.
    floor: Seq,
    frames: VecDeque<Frame>,
    total_bytes: usize,
    max_frames: usize,
    max_bytes: usize,
    /// The last batch and the seq it follows, so that subscribers at one position share it.
    last_batch: Option<(Seq, FrameBatch)>,
}

/// Frames joined into one write, and the seq they end at.
#[derive(Clone, Debug)]
pub struct FrameBatch {
    pub bytes: Bytes,
    pub last_seq: Seq,
    pub frame_count: usize,
}

impl Ring {
    /// An empty ring whose next frame is `floor + 1`.
    pub fn starting_at(floor: Seq, max_frames: usize, max_bytes: usize) -> Self {
        Self {
            floor,
            frames: VecDeque::new(),
            total_bytes: 0,
            max_frames,
            max_bytes,
            last_batch: None,
        }
    }

    /// The seq that the oldest frame follows.
    pub fn floor(&self) -> Seq {
        self.floor
    }

    /// The newest seq that the ring has, or had.
    pub fn head(&self) -> Seq {
        self.floor + self.frames.len() as Seq
    }

    /// When the newest frame's message was appended, in milliseconds since 1970.
    pub fn newest_appended_at_ms(&self) -> Option<i64> {
        self.frames.back().map(Frame::appended_at_ms)
    }

    /// Adds the next frame. A frame that it has is ignored; after a gap it restarts, so that
    /// subscribers behind the gap read the log.
    pub fn push(&mut self, frame: Frame) {
        let next = self.head() + 1;
        if frame.seq() < next {
            return;
        }
        if frame.seq() > next {
            self.restart(frame.seq() - 1);
        }
        self.last_batch = None;
        self.total_bytes += frame.wire_len();
        self.frames.push_back(frame);
        while self.frames.len() > self.max_frames || self.total_bytes > self.max_bytes {
            let Some(oldest) = self.frames.pop_front() else { break };
            self.total_bytes -= oldest.wire_len();
            self.floor = oldest.seq();
        }
    }

    /// Removes all frames and continues after `floor`.
    pub fn restart(&mut self, floor: Seq) {
        self.frames.clear();
        self.total_bytes = 0;
        self.floor = floor;
        self.last_batch = None;
    }

    /// Removes frames up to `up_to`, which the log no longer keeps; subscribers behind them learn
    /// that from the log.
    pub fn prune(&mut self, up_to: Seq) {
        if up_to >= self.head() {
            // Also where `up_to` is beyond the head: the next frame follows what was pruned.
            return self.restart(up_to);
        }
        while self.floor < up_to {
            let Some(oldest) = self.frames.pop_front() else { break };
            self.total_bytes -= oldest.wire_len();
            self.floor = oldest.seq();
        }
        self.last_batch = None;
    }

    /// The frames after `seq`; `None` where some of them are only in the log.
    pub fn frames_after(&self, seq: Seq) -> Option<impl Iterator<Item = &Frame>> {
        if seq < self.floor {
            return None;
        }
        let skip = usize::try_from(seq - self.floor).unwrap_or(usize::MAX);
        Some(self.frames.iter().skip(skip))
    }

    /// The frames after `seq`, joined up to `max_bytes` (but at least one frame).
    ///
    /// `None` where nothing follows, or some frames are only in the log.
    pub fn batch_after(&mut self, seq: Seq, max_bytes: usize) -> Option<FrameBatch> {
        if let Some((from, batch)) = &self.last_batch
            && *from == seq
        {
            return Some(batch.clone());
        }
        let joined = join_frames(self.frames_after(seq)?, max_bytes)?;
        self.last_batch = Some((seq, joined.clone()));
        Some(joined)
    }
}

/// Joins frames, each a chunk, up to `max_bytes`. A single frame is shared, not copied.
pub fn join_frames<'a>(
    mut frames: impl Iterator<Item = &'a Frame>,
    max_bytes: usize,
) -> Option<FrameBatch> {
    let first = frames.next()?;
    let mut bytes = first.chunk().clone();
    let mut last = first.seq();
    let mut count = 1;
    let mut joined: Option<BytesMut> = None;
    for frame in frames {
        let so_far = joined.as_ref().map_or(bytes.len(), BytesMut::len);
        if so_far + frame.wire_len() > max_bytes {
            break;
        }
        joined.get_or_insert_with(|| BytesMut::from(&bytes[..])).extend_from_slice(frame.chunk());
        last = frame.seq();
        count += 1;
    }
    if let Some(many) = joined {
        bytes = many.freeze();
    }
    Some(FrameBatch { bytes, last_seq: last, frame_count: count })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;
    use crate::domain::message::StoredMessage;
    use crate::domain::topic::StreamId;

    pub fn test_frame(seq: Seq) -> Frame {
        let message = StoredMessage {
            seq,
            channel: None,
            message_type: "score_update".into(),
            label: None,
            envelope: format!("{{\"seq\":{seq}}}"),
            appended_at_ms: 0,
        };
        Frame::encode("e", StreamId::Match(3), &message)
    }

    #[test]
    fn g3_a_frame_that_arrives_twice_is_kept_once() {
        let mut ring = Ring::starting_at(5, 10, 10_000);
        for seq in [6, 7, 7, 6, 8] {
            ring.push(test_frame(seq));
        }
        let seqs: Vec<_> = ring.frames_after(5).unwrap().map(Frame::seq).collect();
        assert_eq!(seqs, [6, 7, 8]);
    }

    #[test]
    fn g6_evicted_frames_are_not_served() {
        let mut ring = Ring::starting_at(0, 3, 10_000);
        for seq in 1..=5 {
            ring.push(test_frame(seq));
        }
        assert!(ring.frames_after(1).is_none(), "2 has left the ring");
        assert_eq!(ring.frames_after(2).unwrap().map(Frame::seq).collect::<Vec<_>>(), [3, 4, 5]);
        assert_eq!((ring.floor(), ring.head()), (2, 5));
    }

    #[test]
    fn g4_pruned_frames_leave_the_ring() {
        for (up_to, floor, remaining) in [
            (0, 2, vec![3, 4, 5]),
            (2, 2, vec![3, 4, 5]),
            (4, 4, vec![5]),
            (5, 5, vec![]),
            (9, 9, vec![]),
        ] {
            let mut ring = Ring::starting_at(2, 10, 10_000);
            for seq in 3..=5 {
                ring.push(test_frame(seq));
            }
            assert_eq!(ring.batch_after(2, 10_000).unwrap().last_seq, 5);
            ring.prune(up_to);
            assert_eq!((ring.floor(), ring.head()), (floor, floor.max(5)), "{up_to}");
            assert_eq!(
                ring.batch_after(2, 10_000).is_some(),
                up_to <= 2,
                "{up_to}: the cached batch"
            );
            let frames = ring.frames_after(floor).unwrap();
            assert_eq!(frames.map(Frame::seq).collect::<Vec<_>>(), remaining, "{up_to}");
            let next = ring.head() + 1;
            ring.push(test_frame(next));
            assert_eq!(ring.head(), next);
        }
    }

    #[test]
    fn joined_frames_are_whole_and_within_the_budget() {
        let mut ring = Ring::starting_at(0, 100, 100_000);
        for seq in 1..=9 {
            ring.push(test_frame(seq));
        }
        let frame_len = test_frame(1).wire_len();
        let batch = ring.batch_after(0, frame_len * 3).unwrap();
        assert_eq!((batch.last_seq, batch.frame_count, batch.bytes.len()), (3, 3, frame_len * 3));
        let minimum = ring.batch_after(3, 1).unwrap();
        assert_eq!(
            (minimum.last_seq, minimum.frame_count),
            (4, 1),
            "one frame goes out whatever the budget"
        );
    }

    proptest! {
        /// Against a model that keeps everything: a subscriber gets each frame after its position
        /// once, in order, or has to read the log.
        #[test]
        fn g3_a_ring_never_skips(
            start in 0i64..50,
            max_frames in 1usize..8,
            steps in prop::collection::vec((0i64..3, 0i64..20), 1..60)
        ) {
            let mut ring = Ring::starting_at(start, max_frames, 1 << 20);
            let mut log = BTreeSet::new();
            let mut head = start;
            for (pushed, behind) in steps {
                for _ in 0..pushed {
                    head += 1;
                    ring.push(test_frame(head));
                    log.insert(head);
                }
                let from = (head - behind).max(0);
                let expected: Vec<_> = log.range(from + 1..).copied().collect();
                match ring.frames_after(from) {
                    Some(frames) => {
                        prop_assert_eq!(frames.map(Frame::seq).collect::<Vec<_>>(), expected);
                    }
                    None => prop_assert!(from < ring.floor()),
                }
                prop_assert!(ring.batch_after(head, 100).is_none());
                prop_assert_eq!(ring.head(), head);
            }
        }
    }
}
