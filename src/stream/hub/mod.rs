//! One worker's fan-out: the streams that its subscribers follow, and the subscribers.

mod closing;
mod fan_out;
mod inbox;
mod stats;
mod timer;

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;

use tokio::sync::mpsc::UnboundedReceiver;

use crate::domain::topic::StreamId;
use crate::stream::close_reason::CloseReason;
use crate::stream::commands::{FeederCommand, HubCommand};
use crate::stream::context::StreamContext;
use crate::stream::local_stream::{LocalStream, StartState};
use crate::stream::rights_sweep;
use crate::stream::rights_sweep::RightsSweep;
use crate::stream::ring::Ring;
use crate::stream::subscriber::{SubscribedStream, Subscriber};

/// One worker's fan-out.
pub struct Hub {
    pub worker: usize,
    pub context: Arc<StreamContext>,
    local_streams: RefCell<HashMap<StreamId, Rc<SubscribedStream>>>,
    subscribers: RefCell<Vec<Rc<Subscriber>>>,
    tick: Cell<u32>,
    is_draining: Cell<bool>,
    /// Since when the log is unreadable; `None` while it is readable.
    stale_since: RefCell<Option<Arc<str>>>,
    rights_sweep: RightsSweep,
}

/// Ticks per second: the resolution of heartbeats and deadlines.
pub const TICKS_PER_SECOND: u32 = 4;

impl Hub {
    /// A hub that runs as long as its worker; call it on the worker's own thread.
    pub fn spawn(
        worker: usize,
        context: Arc<StreamContext>,
        inbox: UnboundedReceiver<HubCommand>,
    ) -> Rc<Self> {
        let hub = Rc::new(Self::new(worker, context));
        tokio::task::spawn_local(Rc::clone(&hub).process_commands(inbox));
        tokio::task::spawn_local(Rc::clone(&hub).run_timer());
        hub
    }

    /// A hub that only runs when its caller has it do something.
    pub(super) fn new(worker: usize, context: Arc<StreamContext>) -> Self {
        Self {
            worker,
            rights_sweep: RightsSweep::starting_at(context.rights_watch.version()),
            context,
            local_streams: RefCell::default(),
            subscribers: RefCell::default(),
            tick: Cell::new(0),
            is_draining: Cell::new(false),
            stale_since: RefCell::default(),
        }
    }

    /// Ticks since it started.
    pub fn tick(&self) -> u32 {
        self.tick.get()
    }

    /// Whether the process is about to end.
    pub fn is_draining(&self) -> bool {
        self.is_draining.get()
    }

    /// Whether the node can't read the log.
    pub fn is_stale(&self) -> bool {
        self.stale_since.borrow().is_some()
    }

    /// Milliseconds that a client is asked to wait before it reconnects.
    pub fn retry_ms(&self, reason: CloseReason) -> u32 {
        self.context.settings.retry_ms_after(reason)
    }

    /// The local stream, followed from now on; `None` where its log can't be read now.
    pub async fn local_stream(&self, stream: StreamId) -> Option<Rc<SubscribedStream>> {
        let existing = self.local_streams.borrow().get(&stream).cloned();
        let local_stream = existing.unwrap_or_else(|| self.open_local_stream(stream));
        loop {
            match local_stream.start_state.get() {
                StartState::Started => return Some(local_stream),
                StartState::Failed => return None,
                StartState::Pending => local_stream.changed.notified().await,
            }
        }
    }

    fn open_local_stream(&self, stream: StreamId) -> Rc<SubscribedStream> {
        let settings = &self.context.settings;
        let ring = Ring::starting_at(0, settings.ring_messages, settings.ring_bytes);
        let local_stream = Rc::new(LocalStream::new(stream, ring, self.tick()));
        self.local_streams.borrow_mut().insert(stream, Rc::clone(&local_stream));
        self.context.feeder.send(FeederCommand::AddWorker { stream, worker: self.worker });
        local_stream
    }

    /// All subscribers of this worker.
    pub fn all_subscribers(&self) -> Vec<Rc<Subscriber>> {
        self.subscribers.borrow().clone()
    }

    /// Adds a subscriber to its local streams.
    ///
    /// Where rights have changed since it was authorised, they are checked again: a sweep may have
    /// taken its list of subscribers just before.
    pub fn add_subscriber(self: &Rc<Self>, subscriber: &Rc<Subscriber>) {
        if self.rights_sweep.register(subscriber) {
            self.spawn_rights_sweep();
        }
        subscriber.last_write_tick.set(self.tick());
        for (index, subscription) in subscriber.subscriptions.iter().enumerate() {
            if !self.is_current(&subscription.local_stream) {
                // It was dropped while the subscriber was made.
                subscriber.close(CloseReason::Unavailable);
            }
            let mut in_stream = subscription.local_stream.subscribers.borrow_mut();
            subscription.local_stream_slot.set(in_stream.len());
            in_stream.push((Rc::clone(subscriber), index));
        }
        let mut subscribers = self.subscribers.borrow_mut();
        subscriber.hub_slot.set(subscribers.len());
        subscribers.push(Rc::clone(subscriber));
    }

    /// Removes a subscriber; called once, when its body is dropped.
    pub fn remove_subscriber(&self, subscriber: &Subscriber) {
        for subscription in &subscriber.subscriptions {
            let mut in_stream = subscription.local_stream.subscribers.borrow_mut();
            let slot = subscription.local_stream_slot.get();
            in_stream.swap_remove(slot);
            if let Some((moved, index)) = in_stream.get(slot) {
                moved.subscriptions[*index].local_stream_slot.set(slot);
            }
            subscription.local_stream.subscribers_reordered.set(true);
        }
        let mut subscribers = self.subscribers.borrow_mut();
        let slot = subscriber.hub_slot.get();
        subscribers.swap_remove(slot);
        if let Some(moved) = subscribers.get(slot) {
            moved.hub_slot.set(slot);
        }
    }

    fn spawn_rights_sweep(self: &Rc<Self>) {
        let hub = Rc::clone(self);
        tokio::task::spawn_local(async move {
            let all_subscribers = || hub.all_subscribers();
            rights_sweep::run_rights_sweep(&hub.rights_sweep, &hub.context, all_subscribers).await;
        });
    }
}
