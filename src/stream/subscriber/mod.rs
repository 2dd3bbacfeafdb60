//! One open stream: a cursor over rings and pages, and what it asked for. It has no queue.

mod close;
mod next_action;
mod snapshots;

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::net::IpAddr;
use std::rc::Rc;
use std::sync::Arc;
use std::task::Waker;
use std::time::Instant;

use bytes::Bytes;
use chrono::{DateTime, Utc};
pub use close::{CloseReason, revoked_bye_frame};
pub use next_action::NextAction;

use crate::domain::topic::{Seq, Topic};
use crate::store::{Principal, Result, StoreError};
use crate::stream::cursor;
use crate::stream::direct_writer::DirectWriter;
use crate::stream::frame::{Frame, TransferCoding};
use crate::stream::subscription::Subscription;

/// Bytes joined into one write at most; a single frame may be larger.
pub const MAX_WRITE_BYTES: usize = 64 * 1024;

/// Who reads, from where.
#[derive(Clone, Debug)]
pub struct SubscriberIdentity {
    pub principal: Option<Arc<Principal>>,
    /// Whether it came with credentials, so that it may read more than everybody.
    pub is_signed_in: bool,
    pub address: Option<IpAddr>,
}

impl SubscriberIdentity {
    pub fn user_id(&self) -> Option<i64> {
        self.principal.as_ref().map(|principal| principal.user_id)
    }
}

/// How messages are told.
#[derive(Clone, Debug, PartialEq)]
pub enum DeliveryMode {
    /// Every message, or those of these types or kinds.
    Log { types: Vec<String> },
    /// After changes the whole state, at most so often.
    State { types: Vec<String>, min_interval_ms: u64 },
}

pub struct Subscriber {
    pub id: u64,
    pub identity: SubscriberIdentity,
    /// The version of rights at which it was asked whether this one may read.
    pub rights_version: i64,
    pub opened_at: DateTime<Utc>,
    pub epoch: Rc<str>,
    pub mode: DeliveryMode,
    pub coding: TransferCoding,
    /// The socket, for the hub; without one all goes through the body.
    pub direct_writer: Option<Rc<DirectWriter>>,
    pub subscriptions: Vec<Subscription>,
    /// One whole stream, every message, chunked: the shared bytes fit as they are.
    direct: bool,
    /// Sent a snapshot on resume too, until it has been.
    pub snapshot_on_resume: Cell<bool>,
    pub is_live: Cell<bool>,
    /// It was told last that what it is sent may not be all there is.
    pub reported_stale: Cell<bool>,
    pub replayed_messages: Cell<u64>,
    pub resume_outcome: Cell<&'static str>,
    /// `mode=state`: when the next state may go out.
    pub next_state_at: Cell<Instant>,
    /// Bytes to go out before anything else: control frames, and the rest of a piece of which
    /// the kernel took only a part.
    queued_bytes: RefCell<VecDeque<Bytes>>,
    waker: Cell<Option<Waker>>,
    pending_close: Cell<Option<CloseReason>>,
    /// Which of its topics may no longer be read.
    revoked_topics: RefCell<Vec<Topic>>,
    pub closed_for: Cell<Option<CloseReason>>,
    /// In ticks of the hub.
    pub last_write_tick: Cell<u32>,
    pub deadline: Cell<(u32, CloseReason)>,
    /// Where the hub keeps this reader.
    pub hub_slot: Cell<usize>,
}

/// What a reader is made of.
pub struct SubscriberParts {
    pub id: u64,
    pub who: SubscriberIdentity,
    pub rights: i64,
    pub epoch: Rc<str>,
    pub mode: DeliveryMode,
    pub coding: TransferCoding,
    pub line: Option<Rc<DirectWriter>>,
    pub follows: Vec<Subscription>,
    pub snapshot_on_resume: bool,
    pub deadline: (u32, CloseReason),
}

impl DeliveryMode {
    /// Whether a frame is one of those asked for.
    fn accepts(&self, frame: &Frame) -> bool {
        let (Self::Log { types } | Self::State { types, .. }) = self;
        types.is_empty() || types.iter().any(|name| frame.has_type_or_label(name))
    }
}

impl Subscriber {
    pub fn new(parts: SubscriberParts) -> Self {
        let SubscriberParts {
            id,
            who: identity,
            rights: rights_version,
            epoch,
            mode,
            coding,
            line: direct_writer,
            follows: subscriptions,
            ..
        } = parts;
        let (always, deadline) = (parts.snapshot_on_resume, parts.deadline);
        let is_one_whole_stream = match subscriptions.as_slice() {
            [one] => matches!(one.topics.as_slice(), [wanted] if wanted.topic.channel.is_none()),
            _ => false,
        };
        let every = matches!(&mode, DeliveryMode::Log { types } if types.is_empty());
        let direct = is_one_whole_stream && every && coding == TransferCoding::Chunked;
        Self {
            id,
            identity,
            rights_version,
            opened_at: Utc::now(),
            epoch,
            mode,
            coding,
            direct_writer,
            subscriptions,
            direct,
            snapshot_on_resume: Cell::new(always),
            is_live: Cell::new(false),
            reported_stale: Cell::new(false),
            replayed_messages: Cell::new(0),
            resume_outcome: Cell::new("live"),
            next_state_at: Cell::new(Instant::now()),
            queued_bytes: RefCell::default(),
            waker: Cell::new(None),
            pending_close: Cell::new(None),
            revoked_topics: RefCell::default(),
            closed_for: Cell::new(None),
            last_write_tick: Cell::new(0),
            deadline: Cell::new(deadline),
            hub_slot: Cell::new(0),
        }
    }

    /// The cursor of all places it has, or none while it has no place at all.
    pub fn cursor(&self) -> Option<String> {
        self.cursor_at(Subscription::seq)
    }

    /// The cursor of these places.
    fn cursor_at(&self, seq_of: impl Fn(&Subscription) -> Option<Seq>) -> Option<String> {
        if let [one] = self.subscriptions.as_slice() {
            return seq_of(one).map(|seq| cursor::encode_single(&self.epoch, seq));
        }
        let positions = self.subscriptions.iter();
        let mut places = positions
            .filter_map(|subscription| Some((subscription.stream, seq_of(subscription)?)))
            .peekable();
        places.peek()?;
        Some(cursor::encode_multiple(&self.epoch, places))
    }

    /// Its topics, separated by commas.
    pub fn topic_list(&self) -> String {
        let topics = self.subscriptions.iter().flat_map(|subscription| &subscription.topics);
        topics.map(|subscribed| subscribed.topic.to_string()).collect::<Vec<_>>().join(",")
    }

    /// Whether the hub may write frames to it as they are.
    pub fn is_direct(&self) -> bool {
        self.direct && self.is_live.get()
    }

    /// Whether the hub may write heartbeats to it while it waits for a page or a state. To whom it
    /// writes frames as they are it may not: they would overtake what is waited for.
    pub fn accepts_heartbeats_while_fetching(&self) -> bool {
        self.is_live.get() && !self.direct
    }

    /// Leaves the socket to the hub until the body is polled again.
    pub fn hand_socket_to_hub(&self) {
        if let Some(writer) = &self.direct_writer {
            writer.set_body_waiting(true);
        }
    }

    /// Refuses what has another database's numbers: a reader may be some moments behind the
    /// news that there is one.
    pub fn check_epoch(&self, epoch: &str) -> Result<()> {
        if *epoch == *self.epoch {
            return Ok(());
        }
        Err(StoreError::Unavailable(format!("the epoch is {epoch} now, and was {}", self.epoch)))
    }

    pub fn store_waker(&self, waker: &Waker) {
        self.waker.set(Some(waker.clone()));
    }

    pub fn wake(&self) {
        if let Some(waker) = self.waker.take() {
            waker.wake();
        }
    }

    /// Queues bytes that must go out first. Bounded: a control frame, or the rest of one write.
    pub fn queue_bytes(&self, bytes: Bytes) {
        self.queued_bytes.borrow_mut().push_back(bytes);
    }

    pub fn take_queued_bytes(&self) -> Option<Bytes> {
        self.queued_bytes.borrow_mut().pop_front()
    }

    /// Has the stream ended with a goodbye, between two frames.
    pub fn close(&self, reason: CloseReason) {
        if self.closed_for.get().is_none() && self.pending_close.get().is_none() {
            self.pending_close.set(Some(reason));
            self.wake();
        }
    }

    pub fn take_close_reason(&self) -> Option<CloseReason> {
        self.pending_close.take()
    }
}
