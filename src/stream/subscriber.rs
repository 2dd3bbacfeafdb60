//! One open stream: positions in its streams and its place in the delivery state machine.
//!
//! A subscriber has no queue of messages, so its memory doesn't depend on how far it lags.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::net::IpAddr;
use std::rc::Rc;
use std::sync::Arc;
use std::task::Waker;
use std::time::Instant;

use bytes::{Bytes, BytesMut};
use chrono::{DateTime, Utc};

use crate::domain::topic::{StreamId, Topic};
use crate::store::Principal;
use crate::stream::close_reason::CloseReason;
use crate::stream::control_frames;
use crate::stream::cursor::{self, CursorPosition};
use crate::stream::delivery::{Action, DeliveryMachine, Event, State};
use crate::stream::direct_writer::{HubWriter, WriteProgress};
use crate::stream::frame::{Frame, TransferCoding};
use crate::stream::local_stream::LocalStream;
use crate::stream::settings::FINAL_RETRY_MS;
use crate::stream::source_error::{SourceError, SourceResult};
use crate::stream::subscription::Subscription;

/// Bytes joined into one write at most; a single frame may be larger.
pub const MAX_WRITE_BYTES: usize = 64 * 1024;

/// A stream on this worker, with the subscribers it is written to.
pub type SubscribedStream = LocalStream<Subscriber>;

/// Who subscribes, from where.
#[derive(Clone, Debug)]
pub struct SubscriberIdentity {
    pub principal: Option<Arc<Principal>>,
    /// It came with credentials, so it may read more than the public.
    pub is_signed_in: bool,
    pub address: Option<IpAddr>,
}

impl SubscriberIdentity {
    /// The user, where it has signed in as one.
    pub fn user_id(&self) -> Option<i64> {
        self.principal.as_ref().map(|principal| principal.user_id)
    }
}

/// What a subscriber is sent.
#[derive(Clone, Debug, PartialEq)]
pub enum DeliveryMode {
    /// Every message, or those of these types or kinds.
    Log { types: Vec<String> },
    /// After relevant messages the whole state, at most once per interval.
    State { types: Vec<String>, min_interval_ms: u64 },
}

/// How a subscriber's message frames are encoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FrameEncoding {
    /// As in the ring, shared by all: one whole stream, every message, chunked.
    Shared,
    /// Filtered, or with a cursor or a coding of its own.
    Own,
}

/// How a subscriber came to be live; a metric label.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ResumeOutcome {
    /// Positions were at the heads, or all that followed was in the rings.
    Ring,
    /// Pages of the log were read.
    Log,
    /// A snapshot was sent.
    Snapshot,
}

/// One open stream, on the worker's own thread.
pub struct Subscriber {
    pub id: u64,
    pub identity: SubscriberIdentity,
    /// The version of rights at which it was authorised.
    pub rights_version: i64,
    pub opened_at: DateTime<Utc>,
    pub epoch: Rc<str>,
    pub mode: DeliveryMode,
    pub coding: TransferCoding,
    pub encoding: FrameEncoding,
    pub subscriptions: Vec<Subscription<Self>>,
    /// Parts of topics that it requested and is not to follow any more; they stay in its cursors.
    stopped_parts: Vec<Topic>,
    delivery: DeliveryMachine,
    /// The socket; without one everything goes through the body.
    direct_writer: Option<HubWriter>,
    /// Bytes to send before anything else: control frames, and the rest of a write of which the
    /// kernel took only a part.
    queued_bytes: RefCell<VecDeque<Bytes>>,
    waker: Cell<Option<Waker>>,
    revoked_topics: RefCell<Vec<Topic>>,
    /// Its last heartbeat said that the node is stale.
    pub reported_stale: Cell<bool>,
    pub replayed_messages: Cell<u64>,
    pub resume_outcome: Cell<ResumeOutcome>,
    /// `mode=state`: when the next state may be sent.
    pub next_state_at: Cell<Instant>,
    /// The hub's tick of the last write.
    pub last_write_tick: Cell<u32>,
    /// The hub's tick at which the stream ends at the latest, and why.
    pub deadline: Cell<(u32, CloseReason)>,
    /// Index in the hub's list of subscribers.
    pub hub_slot: Cell<usize>,
}

/// The parts that a subscriber is made of.
pub struct SubscriberParts {
    pub id: u64,
    pub identity: SubscriberIdentity,
    pub rights_version: i64,
    pub epoch: Rc<str>,
    pub mode: DeliveryMode,
    pub coding: TransferCoding,
    pub direct_writer: Option<HubWriter>,
    pub subscriptions: Vec<Subscription<Subscriber>>,
    pub stopped_parts: Vec<Topic>,
    /// `snapshot=always`, and it resumes from a cursor.
    pub sends_snapshots_on_resume: bool,
    pub deadline: (u32, CloseReason),
}

impl DeliveryMode {
    /// Whether a message is one of the requested types.
    fn accepts(&self, frame: &Frame) -> bool {
        let (Self::Log { types } | Self::State { types, .. }) = self;
        types.is_empty() || types.iter().any(|name| frame.has_type_or_label(name))
    }
}

impl SubscriberParts {
    fn encoding(&self) -> FrameEncoding {
        let is_one_whole_stream = match self.subscriptions.as_slice() {
            [one] if self.stopped_parts.is_empty() && !one.is_uneven() => {
                matches!(one.topics.as_slice(), [only] if only.topic.channel.is_none())
            }
            _ => false,
        };
        let is_unfiltered = matches!(&self.mode, DeliveryMode::Log { types } if types.is_empty());
        if is_one_whole_stream && is_unfiltered && self.coding == TransferCoding::Chunked {
            FrameEncoding::Shared
        } else {
            FrameEncoding::Own
        }
    }
}

impl Subscriber {
    /// A subscriber that begins to catch up.
    pub fn new(parts: SubscriberParts) -> Self {
        let encoding = parts.encoding();
        let direct = encoding == FrameEncoding::Shared && parts.direct_writer.is_some();
        Self {
            id: parts.id,
            identity: parts.identity,
            rights_version: parts.rights_version,
            opened_at: Utc::now(),
            epoch: parts.epoch,
            mode: parts.mode,
            coding: parts.coding,
            encoding,
            subscriptions: parts.subscriptions,
            stopped_parts: parts.stopped_parts,
            delivery: DeliveryMachine::new(parts.sends_snapshots_on_resume, direct),
            direct_writer: parts.direct_writer,
            queued_bytes: RefCell::default(),
            waker: Cell::new(None),
            revoked_topics: RefCell::default(),
            reported_stale: Cell::new(false),
            replayed_messages: Cell::new(0),
            resume_outcome: Cell::new(ResumeOutcome::Ring),
            next_state_at: Cell::new(Instant::now()),
            last_write_tick: Cell::new(0),
            deadline: Cell::new(parts.deadline),
            hub_slot: Cell::new(0),
        }
    }

    /// Its state of delivery.
    pub fn state(&self) -> State {
        self.delivery.state()
    }

    /// Takes an event of a sink or the hub; returns what it has to do.
    pub fn step(&self, event: Event) -> Action {
        self.delivery.step(event)
    }

    /// The cursor of all positions; `None` while it has none.
    pub fn cursor(&self) -> Option<String> {
        self.cursor_without(&[])
    }

    /// The cursor of all positions, which stops these topics.
    fn cursor_without(&self, revoked: &[Topic]) -> Option<String> {
        let mut streams: Vec<StreamId> = self.subscriptions.iter().map(|one| one.stream).collect();
        streams.extend(self.stopped_parts.iter().map(|part| part.stream));
        streams.sort_unstable();
        streams.dedup();
        let mut text = (*self.epoch).to_owned();
        for stream in streams {
            let subscription = self.subscriptions.iter().find(|one| one.stream == stream);
            // Writing to a String can't fail.
            let _ = cursor::write_stream(&mut text, stream, |part| {
                if self.stopped_parts.contains(&part) {
                    return Some(CursorPosition::Stop);
                }
                let subscription = subscription?;
                if subscription.is_lost(part, revoked) {
                    return Some(CursorPosition::Stop);
                }
                subscription.seq_of(part).map(CursorPosition::At)
            });
        }
        (text.len() > self.epoch.len()).then_some(text)
    }

    /// Whether it follows one topic, and has requested no other.
    pub(super) fn has_one_topic(&self) -> bool {
        let is_one = matches!(self.subscriptions.as_slice(), [one] if one.topics.len() == 1);
        is_one && self.stopped_parts.is_empty()
    }

    /// Its topics, separated by commas.
    pub fn topic_list(&self) -> String {
        let topics = self.subscriptions.iter().flat_map(|subscription| &subscription.topics);
        topics.map(|subscribed| subscribed.topic.to_string()).collect::<Vec<_>>().join(",")
    }

    /// Whether a message is one that this subscriber gets.
    pub fn should_receive(&self, subscription: &Subscription<Self>, frame: &Frame) -> bool {
        subscription.includes(frame) && self.mode.accepts(frame)
    }

    /// Fails where seqs of another epoch would be mixed with this subscriber's: it may not know yet
    /// that there is a new one.
    pub fn check_epoch(&self, epoch: &str) -> SourceResult<()> {
        if *epoch == *self.epoch {
            return Ok(());
        }
        Err(SourceError::Unavailable(format!("the epoch is {epoch} now, and was {}", self.epoch)))
    }

    /// Takes the socket back from the hub, while the sink is polled.
    pub fn start_body_turn(&self) {
        if let Some(writer) = &self.direct_writer {
            writer.start_body_turn();
        }
    }

    /// Leaves the socket to the hub until the sink is polled again.
    pub fn offer_socket_to_hub(&self) {
        if let Some(writer) = &self.direct_writer {
            writer.offer_to_hub();
        }
    }

    /// Whether bytes may be written now: the socket is the hub's, or there is none.
    pub fn is_hub_turn(&self) -> bool {
        self.direct_writer.as_ref().is_none_or(|writer| writer.is_hub_turn())
    }

    /// Writes bytes in the hub's turn; what the kernel doesn't take is queued for the body. True
    /// where it took everything.
    pub fn write_from_hub(&self, bytes: &Bytes) -> bool {
        let taken = match self.direct_writer.as_ref().map(|writer| writer.try_write(bytes)) {
            Some(WriteProgress::Complete) => return true,
            Some(WriteProgress::Partial(taken)) => taken,
            None | Some(WriteProgress::Failed) => 0,
        };
        self.queue_bytes(bytes.slice(taken..));
        self.wake();
        false
    }

    /// Keeps the waker of the sink's task.
    pub fn store_waker(&self, waker: &Waker) {
        self.waker.set(Some(waker.clone()));
    }

    /// Wakes the sink's task, so that it polls.
    pub fn wake(&self) {
        if let Some(waker) = self.waker.take() {
            waker.wake();
        }
    }

    /// Queues bytes to send first. Bounded: a control frame, or the rest of one write.
    pub fn queue_bytes(&self, bytes: Bytes) {
        self.queued_bytes.borrow_mut().push_back(bytes);
    }

    /// Takes the first of the queued bytes.
    pub fn take_queued_bytes(&self) -> Option<Bytes> {
        self.queued_bytes.borrow_mut().pop_front()
    }

    /// Whether bytes are queued.
    pub fn has_queued_bytes(&self) -> bool {
        !self.queued_bytes.borrow().is_empty()
    }

    /// Ends the stream with a `bye`, between two frames.
    pub fn close(&self, reason: CloseReason) {
        if self.step(Event::Close(reason)) == Action::Wake {
            self.wake();
        }
    }

    /// Ends the stream because these of its topics may no longer be read.
    pub fn revoke_topics(&self, topics: Vec<Topic>) {
        // Several streams may be lost one after the other before the `bye` is written.
        let mut revoked = self.revoked_topics.borrow_mut();
        for topic in topics {
            if !revoked.contains(&topic) {
                revoked.push(topic);
            }
        }
        drop(revoked);
        self.close(CloseReason::AccessRevoked);
    }

    /// The `live` frame.
    pub fn encode_live(&self) -> Bytes {
        let block = control_frames::live(self.replayed_messages.get(), self.cursor().as_deref());
        self.coding.encode(&block)
    }

    /// The `bye` frame and the end of the body.
    pub fn encode_bye(&self, reason: CloseReason, retry_ms: u32) -> Bytes {
        let block = if reason == CloseReason::AccessRevoked {
            let revoked = self.revoked_topics.borrow();
            let mut topics = self.subscriptions.iter().flat_map(|one| &one.topics);
            let is_final = topics.all(|subscribed| revoked.contains(&subscribed.topic));
            let retry_ms = if is_final { FINAL_RETRY_MS } else { retry_ms };
            let cursor = self.cursor_without(&revoked);
            control_frames::revoked_bye(retry_ms, &revoked, cursor.as_deref())
        } else {
            control_frames::bye(reason, retry_ms, self.cursor().as_deref())
        };
        let mut bytes = BytesMut::from(&self.coding.encode(&block)[..]);
        bytes.extend_from_slice(self.coding.terminator());
        bytes.freeze()
    }
}
