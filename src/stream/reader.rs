//! One open stream: a cursor over rings and pages, and what it asked for. It has no queue.

mod bye;
mod ready;
mod shown;

use std::cell::Cell;
use std::cell::RefCell;
use std::collections::VecDeque;
use std::net::IpAddr;
use std::rc::Rc;
use std::sync::Arc;
use std::task::Waker;
use std::time::Instant;

use bytes::Bytes;
use chrono::DateTime;
use chrono::Utc;

use crate::domain::topic::Seq;
use crate::domain::topic::Topic;
use crate::store::Principal;
use crate::store::Result;
use crate::store::StoreError;
use crate::stream::cursor;
use crate::stream::follow::Follow;
use crate::stream::frame::Coding;
use crate::stream::frame::Frame;
use crate::stream::wire::Line;

pub use bye::Bye;
pub use bye::revoked;
pub use ready::Ready;

/// Bytes joined into one write at most; a single frame may be larger.
pub const BUDGET: usize = 64 * 1024;

/// Who reads, from where.
#[derive(Clone, Debug)]
pub struct Who {
    pub principal: Option<Arc<Principal>>,
    /// Whether it came with credentials, so that it may read more than everybody.
    pub signed_in: bool,
    pub address: Option<IpAddr>,
}

impl Who {
    pub fn user_id(&self) -> Option<i64> {
        self.principal.as_ref().map(|principal| principal.user_id)
    }
}

/// How messages are told.
#[derive(Clone, Debug, PartialEq)]
pub enum Mode {
    /// Every message, or those of these types or kinds.
    Log { types: Vec<String> },
    /// After changes the whole state, at most so often.
    State { types: Vec<String>, least_gap_ms: u64 },
}

pub struct Reader {
    pub id: u64,
    pub who: Who,
    /// The version of rights at which it was asked whether this one may read.
    pub rights: i64,
    pub opened_at: DateTime<Utc>,
    pub epoch: Rc<str>,
    pub mode: Mode,
    pub coding: Coding,
    /// The socket, for the hub; without one all goes through the body.
    pub line: Option<Rc<Line>>,
    pub follows: Vec<Follow>,
    /// One whole stream, every message, chunked: the shared bytes fit as they are.
    direct: bool,
    /// Sent a snapshot on resume too, until it has been.
    pub always: Cell<bool>,
    pub live: Cell<bool>,
    /// It was told last that what it is sent may not be all there is.
    pub knows_stale: Cell<bool>,
    pub replayed: Cell<u64>,
    pub outcome: Cell<&'static str>,
    /// `mode=state`: when the next state may go out.
    pub next_state: Cell<Instant>,
    /// Bytes to go out before anything else: control frames, and the rest of a piece of which
    /// the kernel took only a part.
    backlog: RefCell<VecDeque<Bytes>>,
    waker: Cell<Option<Waker>>,
    ending: Cell<Option<Bye>>,
    /// Which of its topics may no longer be read.
    lost: RefCell<Vec<Topic>>,
    pub ended: Cell<Option<Bye>>,
    /// In ticks of the hub.
    pub last_write: Cell<u32>,
    pub deadline: Cell<(u32, Bye)>,
    /// Where the hub keeps this reader.
    pub slot: Cell<usize>,
}

/// What a reader is made of.
pub struct Opening {
    pub id: u64,
    pub who: Who,
    pub rights: i64,
    pub epoch: Rc<str>,
    pub mode: Mode,
    pub coding: Coding,
    pub line: Option<Rc<Line>>,
    pub follows: Vec<Follow>,
    pub always: bool,
    pub deadline: (u32, Bye),
}

impl Mode {
    /// Whether a frame is one of those asked for.
    fn wants(&self, frame: &Frame) -> bool {
        let (Self::Log { types } | Self::State { types, .. }) = self;
        types.is_empty() || types.iter().any(|name| frame.is_a(name))
    }
}

impl Reader {
    pub fn new(opening: Opening) -> Self {
        let Opening { id, who, rights, epoch, mode, coding, line, follows, .. } = opening;
        let (always, deadline) = (opening.always, opening.deadline);
        let one = match follows.as_slice() {
            [one] => matches!(one.topics.as_slice(), [wanted] if wanted.topic.channel.is_none()),
            _ => false,
        };
        let every = matches!(&mode, Mode::Log { types } if types.is_empty());
        let direct = one && every && coding == Coding::Chunked;
        Self {
            id,
            who,
            rights,
            opened_at: Utc::now(),
            epoch,
            mode,
            coding,
            line,
            follows,
            direct,
            always: Cell::new(always),
            live: Cell::new(false),
            knows_stale: Cell::new(false),
            replayed: Cell::new(0),
            outcome: Cell::new("live"),
            next_state: Cell::new(Instant::now()),
            backlog: RefCell::default(),
            waker: Cell::new(None),
            ending: Cell::new(None),
            lost: RefCell::default(),
            ended: Cell::new(None),
            last_write: Cell::new(0),
            deadline: Cell::new(deadline),
            slot: Cell::new(0),
        }
    }

    /// The cursor of all places it has, or none while it has no place at all.
    pub fn cursor(&self) -> Option<String> {
        self.cursor_at(Follow::at)
    }

    /// The cursor of these places.
    fn cursor_at(&self, place: impl Fn(&Follow) -> Option<Seq>) -> Option<String> {
        if let [one] = self.follows.as_slice() {
            return place(one).map(|seq| cursor::of_one(&self.epoch, seq));
        }
        let places = self.follows.iter();
        let mut places =
            places.filter_map(|follow| Some((follow.stream, place(follow)?))).peekable();
        places.peek()?;
        Some(cursor::of_many(&self.epoch, places))
    }

    /// Its topics, separated by commas.
    pub fn topics(&self) -> String {
        let topics = self.follows.iter().flat_map(|follow| &follow.topics);
        topics.map(|wanted| wanted.topic.to_string()).collect::<Vec<_>>().join(",")
    }

    /// Whether the hub may write frames to it as they are.
    pub fn is_direct(&self) -> bool {
        self.direct && self.live.get()
    }

    /// Whether the hub may write heartbeats to it while it waits for a page or a state. To whom it
    /// writes frames as they are it may not: they would overtake what is waited for.
    pub fn is_attended(&self) -> bool {
        self.live.get() && !self.direct
    }

    /// Leaves the socket to the hub until the body is polled again.
    pub fn rest(&self) {
        if let Some(line) = &self.line {
            line.set_waiting(true);
        }
    }

    /// Refuses what has another database's numbers: a reader may be some moments behind the
    /// news that there is one.
    pub fn check(&self, epoch: &str) -> Result<()> {
        if *epoch == *self.epoch {
            return Ok(());
        }
        Err(StoreError::Unavailable(format!("the epoch is {epoch} now, and was {}", self.epoch)))
    }

    pub fn park(&self, waker: &Waker) {
        self.waker.set(Some(waker.clone()));
    }

    pub fn wake(&self) {
        if let Some(waker) = self.waker.take() {
            waker.wake();
        }
    }

    /// Queues bytes that must go out first. Bounded: a control frame, or the rest of one write.
    pub fn send(&self, bytes: Bytes) {
        self.backlog.borrow_mut().push_back(bytes);
    }

    pub fn take_backlog(&self) -> Option<Bytes> {
        self.backlog.borrow_mut().pop_front()
    }

    /// Has the stream ended with a goodbye, between two frames.
    pub fn end(&self, why: Bye) {
        if self.ended.get().is_none() && self.ending.get().is_none() {
            self.ending.set(Some(why));
            self.wake();
        }
    }

    pub fn is_ending(&self) -> Option<Bye> {
        self.ending.take()
    }
}
