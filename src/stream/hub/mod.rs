//! One hub a worker: rings of the streams its readers follow, and who to write to.

mod closing;
mod fan_out;
mod stats;
mod timer;

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;

use serde_json::Value;
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::sync::{Notify, oneshot};

use crate::domain::topic::{Seq, StreamId, Topic};
use crate::store::Result;
use crate::stream::feeder::FeederCommand;
use crate::stream::frame::Frame;
use crate::stream::local_stream::{LocalStream, StartState};
use crate::stream::rights_sweep::RightsSweep;
use crate::stream::ring::Ring;
use crate::stream::snapshot::TopicSnapshot;
use crate::stream::source::StreamEndReason;
use crate::stream::subscriber::{CloseReason, NextAction, Subscriber};
use crate::stream::{StreamContext, rights_sweep};

/// What a hub is told.
#[derive(Debug)]
pub enum HubCommand {
    /// A stream asked for: its newest frames and the seq they follow; no floor when it can't be
    /// read now.
    StartStream {
        stream: StreamId,
        epoch: Arc<str>,
        floor: Option<Seq>,
        frames: Arc<[Frame]>,
    },
    PushFrames {
        stream: StreamId,
        frames: Arc<[Frame]>,
    },
    /// Messages up to this one are no longer kept, and may not be told from memory either.
    Prune {
        stream: StreamId,
        up_to: Seq,
    },
    /// What there is now can't be known, since then; or it is known again.
    SetStale(Option<Arc<str>>),
    /// The stream is told here no longer.
    DropStream {
        stream: StreamId,
        reason: StreamEndReason,
    },
    /// End all streams, spread over so many seconds.
    Drain {
        seconds: u32,
    },
    /// List this worker's connections.
    ListConnections(oneshot::Sender<Vec<Value>>),
    /// End one connection.
    CloseConnection {
        id: u64,
        reply: oneshot::Sender<bool>,
    },
}

pub struct Hub {
    pub worker: usize,
    pub context: Arc<StreamContext>,
    local_streams: RefCell<HashMap<StreamId, Rc<LocalStream>>>,
    subscribers: RefCell<Vec<Rc<Subscriber>>>,
    tick: Cell<u32>,
    is_draining: Cell<bool>,
    /// Since when what is sent may not be all there is.
    stale_since: RefCell<Option<Arc<str>>>,
    pub(super) rights_sweep: RightsSweep,
}

/// Ticks a second: how finely heartbeats and ends are timed.
pub const TICKS_PER_SECOND: u32 = 4;

impl Hub {
    /// A hub that runs as long as its worker: call it on the worker's own thread.
    pub fn spawn(
        worker: usize,
        shared: Arc<StreamContext>,
        inbox: UnboundedReceiver<HubCommand>,
    ) -> Rc<Self> {
        let hub = Rc::new(Self {
            worker,
            rights_sweep: RightsSweep::starting_at(shared.rights_watch.version()),
            context: shared,
            local_streams: RefCell::default(),
            subscribers: RefCell::default(),
            tick: Cell::new(0),
            is_draining: Cell::new(false),
            stale_since: RefCell::default(),
        });
        tokio::task::spawn_local(Rc::clone(&hub).process_commands(inbox));
        tokio::task::spawn_local(Rc::clone(&hub).run_timer());
        hub
    }

    pub fn tick(&self) -> u32 {
        self.tick.get()
    }

    pub fn is_draining(&self) -> bool {
        self.is_draining.get()
    }

    /// The state of a topic at `at_least` or later.
    pub async fn snapshot(&self, topic: Topic, min_seq: Seq) -> Result<Option<Arc<TopicSnapshot>>> {
        self.context
            .run_on_database_runtime(move |shared| async move {
                shared.snapshot_cache.get(&shared, topic, min_seq).await
            })
            .await
    }

    /// How long a reader is asked to wait before it comes back.
    pub fn retry_ms(&self, reason: CloseReason) -> u32 {
        self.context.settings.retry_ms_after(reason)
    }

    /// What a reader has to do next; counts how it came to be live.
    pub fn next_action(&self, subscriber: &Subscriber) -> NextAction {
        let was_live = subscriber.is_live.get();
        let action = subscriber.next_action();
        if subscriber.is_live.get() && !was_live {
            self.count_resume(subscriber);
        }
        action
    }

    /// The stream's station, followed from now on; `None` where its log can't be read now.
    pub async fn local_stream(&self, stream: StreamId) -> Option<Rc<LocalStream>> {
        let existing = self.local_streams.borrow().get(&stream).cloned();
        let local_stream = match existing {
            Some(station) => station,
            None => self.open_local_stream(stream),
        };
        loop {
            match local_stream.start_state.get() {
                StartState::Started => return Some(local_stream),
                StartState::Failed => return None,
                StartState::Pending => local_stream.changed.notified().await,
            }
        }
    }

    fn open_local_stream(&self, stream: StreamId) -> Rc<LocalStream> {
        let settings = &self.context.settings;
        let ring = Ring::starting_at(0, settings.ring_messages, settings.ring_bytes);
        let local_stream = Rc::new(LocalStream {
            stream,
            epoch: RefCell::new("".into()),
            ring: RefCell::new(ring),
            subscribers: RefCell::default(),
            start_state: Cell::new(StartState::Pending),
            changed: Notify::new(),
            subscribers_reordered: Cell::new(false),
            unused_since_tick: Cell::new(self.tick()),
        });
        self.local_streams.borrow_mut().insert(stream, Rc::clone(&local_stream));
        self.context.feeder.send(FeederCommand::AddWorker { stream, worker: self.worker });
        local_stream
    }

    /// Everybody who reads on this worker.
    pub fn all_subscribers(&self) -> Vec<Rc<Subscriber>> {
        self.subscribers.borrow().clone()
    }

    /// Adds a reader to its stations.
    ///
    /// Where rights have changed since it was allowed in, they are asked again: the round that
    /// asked everybody may have been just before it came.
    pub fn add_subscriber(self: &Rc<Self>, subscriber: &Rc<Subscriber>) {
        if self.rights_sweep.register(subscriber) {
            tokio::task::spawn_local(rights_sweep::run_rights_sweep(Rc::clone(self)));
        }
        subscriber.last_write_tick.set(self.tick());
        for (index, subscription) in subscriber.subscriptions.iter().enumerate() {
            if !self.is_current(&subscription.local_stream) {
                // It went while the reader was made.
                subscriber.close(CloseReason::Unavailable);
            }
            let mut subscribers = subscription.local_stream.subscribers.borrow_mut();
            subscription.local_stream_slot.set(subscribers.len());
            subscribers.push((Rc::clone(subscriber), index));
        }
        let mut readers = self.subscribers.borrow_mut();
        subscriber.hub_slot.set(readers.len());
        readers.push(Rc::clone(subscriber));
    }

    /// Takes a reader out; the one place that says a client is gone.
    pub fn remove_subscriber(&self, subscriber: &Subscriber) {
        for subscription in &subscriber.subscriptions {
            let mut subscribers = subscription.local_stream.subscribers.borrow_mut();
            let slot = subscription.local_stream_slot.get();
            subscribers.swap_remove(slot);
            if let Some((moved, index)) = subscribers.get(slot) {
                moved.subscriptions[*index].local_stream_slot.set(slot);
            }
            subscription.local_stream.subscribers_reordered.set(true);
        }
        let mut readers = self.subscribers.borrow_mut();
        let slot = subscriber.hub_slot.get();
        readers.swap_remove(slot);
        if let Some(moved) = readers.get(slot) {
            moved.hub_slot.set(slot);
        }
    }

    async fn process_commands(self: Rc<Self>, mut inbox: UnboundedReceiver<HubCommand>) {
        let mut commands = Vec::new();
        while inbox.recv_many(&mut commands, 256).await > 0 {
            // All that waits goes into the rings first: readers then get it in one write.
            let mut changed: Vec<Rc<LocalStream>> = Vec::new();
            for command in commands.drain(..) {
                if let Some(local_stream) = self.handle_command(command)
                    && !changed.iter().any(|existing| Rc::ptr_eq(existing, &local_stream))
                {
                    changed.push(local_stream);
                }
            }
            for station in changed {
                self.fan_out(&station).await;
            }
        }
    }

    fn handle_command(&self, command: HubCommand) -> Option<Rc<LocalStream>> {
        match command {
            HubCommand::StartStream { stream, epoch, floor, frames } => {
                self.start_stream(stream, epoch, floor, &frames);
            }
            HubCommand::PushFrames { stream, frames } => {
                let local_stream = self.local_streams.borrow().get(&stream).cloned()?;
                let mut ring = local_stream.ring.borrow_mut();
                frames.iter().cloned().for_each(|frame| ring.push(frame));
                drop(ring);
                return Some(local_stream);
            }
            HubCommand::Prune { stream, up_to: upto } => {
                let station = self.local_streams.borrow().get(&stream).cloned()?;
                station.ring.borrow_mut().prune(upto);
                return Some(station);
            }
            HubCommand::SetStale(since) => *self.stale_since.borrow_mut() = since,
            HubCommand::DropStream { stream, reason: ending } => self.drop_stream(stream, ending),
            HubCommand::Drain { seconds } => self.drain(seconds),
            HubCommand::ListConnections(reply) => {
                let _ = reply.send(
                    self.subscribers
                        .borrow()
                        .iter()
                        .map(|subscriber| stats::connection_json(subscriber))
                        .collect(),
                );
            }
            HubCommand::CloseConnection { id, reply: ended } => {
                let reader =
                    self.subscribers.borrow().iter().find(|reader| reader.id == id).cloned();
                if let Some(reader) = &reader {
                    reader.close(CloseReason::Unavailable);
                }
                let _ = ended.send(reader.is_some());
            }
        }
        None
    }

    fn start_stream(
        &self,
        stream: StreamId,
        epoch: Arc<str>,
        floor: Option<Seq>,
        frames: &[Frame],
    ) {
        let Some(local_stream) = self.local_streams.borrow().get(&stream).cloned() else { return };
        if let Some(floor) = floor {
            let mut ring = local_stream.ring.borrow_mut();
            ring.restart(floor);
            local_stream.epoch.replace(epoch);
            frames.iter().cloned().for_each(|frame| ring.push(frame));
            local_stream.start_state.set(StartState::Started);
        } else {
            self.local_streams.borrow_mut().remove(&stream);
            local_stream.start_state.set(StartState::Failed);
        }
        local_stream.changed.notify_waiters();
    }
}
