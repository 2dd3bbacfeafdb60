//! What comes next for a reader: bytes that are at hand, or something to wait for.

use bytes::Bytes;
use bytes::BytesMut;

use crate::domain::topic::Seq;
use crate::stream::follow::Follow;
use crate::stream::follow::Place;
use crate::stream::frame;
use crate::stream::frame::Frame;
use crate::stream::reader::BUDGET;
use crate::stream::reader::Mode;
use crate::stream::reader::Reader;
use crate::stream::ring;

/// What a reader has to do next.
pub enum Ready {
    Bytes(Bytes),
    /// Something must be waited for: a page of the log or a snapshot.
    Work(usize),
    /// Everything has been told.
    Nothing,
}

enum Step {
    Bytes(Bytes),
    /// Only the place moved: all that was there is filtered out.
    Moved,
    Work,
    Done,
}

impl Reader {
    /// The next bytes that need no waiting, or what to wait for.
    pub fn ready(&self) -> Ready {
        for (index, follow) in self.follows.iter().enumerate() {
            loop {
                match self.step(index, follow) {
                    Step::Bytes(bytes) => return Ready::Bytes(bytes),
                    Step::Moved => {}
                    Step::Work => return Ready::Work(index),
                    Step::Done => break,
                }
            }
        }
        if self.live.get() {
            return Ready::Nothing;
        }
        if self.always.take() {
            return Ready::Work(self.follows.len());
        }
        if self.follows.iter().any(|follow| follow.held_at().is_some()) {
            // A snapshot is newer than this node's ring, which will be there in a moment.
            return Ready::Nothing;
        }
        self.live.set(true);
        let json = format!(r#"{{"replayed":{}}}"#, self.replayed.get());
        let block = frame::control("live", None, &json, self.cursor().as_deref());
        Ready::Bytes(self.coding.wrap(&block))
    }

    fn step(&self, index: usize, follow: &Follow) -> Step {
        let Place::At(at) = follow.place.get() else { return Step::Work };
        if follow.held_at().is_some_and(|seq| seq <= at) {
            return Step::Work;
        }
        if let Mode::State { .. } = self.mode {
            return self.state_step(follow, at);
        }
        let page = follow.page.borrow().clone();
        if let Some(page) = page {
            if let Some(step) = self.told(index, page.after(at)) {
                return step;
            }
            *follow.page.borrow_mut() = None;
        }
        let mut ring = follow.station.ring.borrow_mut();
        if self.direct && follow.held_at().is_none() {
            if at >= ring.floor() {
                let Some(joined) = ring.joined(at, BUDGET) else { return Step::Done };
                self.count(joined.frames);
                follow.place.set(Place::At(joined.last));
                return Step::Bytes(joined.bytes);
            }
            return Step::Work;
        }
        match ring.after(at) {
            None => Step::Work,
            Some(frames) => self.told(index, frames).unwrap_or(Step::Done),
        }
    }

    /// Something changed that is asked for: the state is; otherwise the place moves in silence.
    fn state_step(&self, follow: &Follow, at: Seq) -> Step {
        let Some(head) = self.skim(follow, at) else { return Step::Work };
        follow.place.set(Place::At(head));
        Step::Done
    }

    /// Passes over what changes nothing that is asked for, and gives the place after it. `None`
    /// where something does, or may: what the ring no longer has can't be known.
    pub fn skim(&self, follow: &Follow, at: Seq) -> Option<Seq> {
        let ring = follow.station.ring.borrow();
        let changes = ring.after(at)?.any(|frame| self.is_told(follow, frame));
        (!changes).then(|| ring.head().max(at))
    }

    /// Tells frames, up to the budget; `None` where there are none.
    fn told<'a>(&self, index: usize, frames: impl Iterator<Item = &'a Frame>) -> Option<Step> {
        let follow = self.follows.get(index)?;
        let most = follow.held_at().unwrap_or(Seq::MAX);
        let mut frames = frames.take_while(|frame| frame.seq() <= most).peekable();
        frames.peek()?;
        if self.direct {
            let joined = ring::join(frames, BUDGET)?;
            self.count(joined.frames);
            follow.place.set(Place::At(joined.last));
            return Some(Step::Bytes(joined.bytes));
        }
        let mut block = BytesMut::new();
        for frame in frames {
            follow.place.set(Place::At(frame.seq()));
            if self.is_told(follow, frame) {
                block.extend_from_slice(frame.data_line());
                frame::put_id(&mut block, &self.cursor().unwrap_or_default());
                self.count(1);
            }
            if block.len() >= BUDGET {
                break;
            }
        }
        Some(if block.is_empty() { Step::Moved } else { Step::Bytes(self.coding.wrap(&block)) })
    }

    /// Whether a message is one that this reader is told.
    pub fn is_told(&self, follow: &Follow, frame: &Frame) -> bool {
        follow.holds(frame) && self.mode.wants(frame)
    }

    fn count(&self, frames: usize) {
        if !self.live.get() {
            self.replayed.set(self.replayed.get() + frames as u64);
        }
    }
}
