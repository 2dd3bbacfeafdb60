//! One hub a worker: rings of the streams its readers follow, and who to write to.

use std::cell::Cell;
use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;
use tokio::sync::Notify;
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::sync::oneshot;

use crate::domain::topic::Seq;
use crate::domain::topic::Stream;
use crate::domain::topic::Topic;
use crate::metrics::Kind;
use crate::metrics::Outcome;
use crate::store::Result;
use crate::store::StoreError;
use crate::stream::Shared;
use crate::stream::feeder::Ask;
use crate::stream::frame::Frame;
use crate::stream::guard;
use crate::stream::reader::Bye;
use crate::stream::reader::Place;
use crate::stream::reader::Reader;
use crate::stream::reader::Ready;
use crate::stream::ring::Ring;
use crate::stream::snapshot::State;
use crate::stream::wire::Written;

/// What a hub is told.
#[derive(Debug)]
pub enum Notice {
    /// A stream asked for: its newest frames and the seq they follow; no floor when it can't be
    /// read now.
    Start {
        stream: Stream,
        floor: Option<Seq>,
        frames: Arc<[Frame]>,
    },
    Frames {
        stream: Stream,
        frames: Arc<[Frame]>,
    },
    /// End all streams, spread over so many seconds.
    Drain {
        seconds: u32,
    },
    /// List this worker's connections.
    List(oneshot::Sender<Vec<Value>>),
    /// End one connection.
    End {
        id: u64,
        ended: oneshot::Sender<bool>,
    },
}

/// A stream on this worker: its ring and its readers.
pub struct Station {
    pub stream: Stream,
    pub ring: RefCell<Ring>,
    /// Readers, and which of their follows this is.
    readers: RefCell<Vec<(Rc<Reader>, usize)>>,
    start: Cell<Start>,
    /// Notified when it starts and at each push: for long-polls.
    pub changed: Notify,
    /// Somebody left while frames were being written, so a place in the list may be missed.
    shuffled: Cell<bool>,
    unused_since: Cell<u32>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Start {
    Awaited,
    Done,
    Failed,
}

pub struct Hub {
    pub worker: usize,
    pub shared: Arc<Shared>,
    stations: RefCell<HashMap<Stream, Rc<Station>>>,
    readers: RefCell<Vec<Rc<Reader>>>,
    tick: Cell<u32>,
    draining: Cell<bool>,
    rights_seen: Cell<i64>,
}

/// Ticks a second: how finely heartbeats and ends are timed.
pub const TICKS: u32 = 4;

/// A stream without readers is followed this much longer, so that those who reconnect after a
/// cut find its ring.
const LINGER: u32 = 60 * TICKS;

/// Readers written to before other work of this thread gets its turn.
const BATCH: usize = 512;

impl Station {
    pub fn head(&self) -> Seq {
        self.ring.borrow().head()
    }

    pub fn reader_count(&self) -> usize {
        self.readers.borrow().len()
    }
}

impl Hub {
    /// A hub that runs as long as its worker: call it on the worker's own thread.
    pub fn start(worker: usize, shared: Arc<Shared>, inbox: UnboundedReceiver<Notice>) -> Rc<Self> {
        let hub = Rc::new(Self {
            worker,
            rights_seen: Cell::new(shared.rights.version()),
            shared,
            stations: RefCell::default(),
            readers: RefCell::default(),
            tick: Cell::new(0),
            draining: Cell::new(false),
        });
        tokio::task::spawn_local(Rc::clone(&hub).listen(inbox));
        tokio::task::spawn_local(Rc::clone(&hub).keep_time());
        hub
    }

    pub fn tick(&self) -> u32 {
        self.tick.get()
    }

    pub fn is_draining(&self) -> bool {
        self.draining.get()
    }

    /// Has the shared parts do something where the database is asked from.
    pub async fn ask<T, F>(&self, what: impl FnOnce(Arc<Shared>) -> F) -> Result<T>
    where
        T: Send + 'static,
        F: Future<Output = Result<T>> + Send + 'static,
    {
        let asked = self.shared.runtime.spawn(what(Arc::clone(&self.shared)));
        asked.await.unwrap_or_else(|error| Err(StoreError::Failed(error.to_string())))
    }

    /// The state of a topic at `at_least` or later.
    pub async fn state(&self, topic: Topic, at_least: Seq) -> Result<Option<Arc<State>>> {
        self.ask(move |shared| async move {
            shared.snapshots.get(&shared.store, &shared.metrics, topic, at_least).await
        })
        .await
    }

    /// How long a reader is asked to wait before it comes back: drawn, so that they don't all
    /// come in the same moment, and longer where coming back at once would not help.
    pub fn retry_ms(&self, why: Bye) -> u32 {
        let settings = &self.shared.settings;
        let drawn = rand::random_range(
            settings.retry_min_ms..=settings.retry_max_ms.max(settings.retry_min_ms),
        );
        match why {
            Bye::Limit => drawn * 8,
            Bye::Unavailable => drawn * 2,
            _ => drawn,
        }
    }

    /// The kind of stream, for metrics.
    pub fn kind_of(&self, reader: &Reader) -> Kind {
        let kind = match reader.follows.as_slice() {
            [one] => match one.stream {
                Stream::Event(_) => "event",
                Stream::Team(_) => "team",
                Stream::Match(_) => "match",
                Stream::Purchase(_) => "purchase",
            },
            _ => "several",
        };
        Kind { kind }
    }

    /// What a reader has to do next; counts how it came to be live.
    pub fn next_of(&self, reader: &Reader) -> Ready {
        let was_live = reader.live.get();
        let ready = reader.ready();
        if reader.live.get() && !was_live {
            self.count_resume(reader);
        }
        ready
    }

    fn count_resume(&self, reader: &Reader) {
        let outcome = match reader.outcome.get() {
            "live" if reader.replayed.get() > 0 => "ring",
            other => other,
        };
        self.shared.metrics.resumes.get_or_create(&Outcome { outcome }).inc();
    }

    /// The stream's station, followed from now on; `None` where its log can't be read now.
    pub async fn station(&self, stream: Stream) -> Option<Rc<Station>> {
        let known = self.stations.borrow().get(&stream).cloned();
        let station = match known {
            Some(station) => station,
            None => self.open_station(stream),
        };
        loop {
            match station.start.get() {
                Start::Done => return Some(station),
                Start::Failed => return None,
                Start::Awaited => station.changed.notified().await,
            }
        }
    }

    fn open_station(&self, stream: Stream) -> Rc<Station> {
        let settings = &self.shared.settings;
        let ring = Ring::starting_at(0, settings.ring_messages, settings.ring_bytes);
        let station = Rc::new(Station {
            stream,
            ring: RefCell::new(ring),
            readers: RefCell::default(),
            start: Cell::new(Start::Awaited),
            changed: Notify::new(),
            shuffled: Cell::new(false),
            unused_since: Cell::new(self.tick()),
        });
        self.stations.borrow_mut().insert(stream, Rc::clone(&station));
        self.shared.feeder.ask(Ask::Follow { stream, worker: self.worker });
        station
    }

    /// Adds a reader to its stations.
    pub fn join(&self, reader: &Rc<Reader>) {
        reader.last_write.set(self.tick());
        for (index, follow) in reader.follows.iter().enumerate() {
            let mut readers = follow.station.readers.borrow_mut();
            follow.slot.set(readers.len());
            readers.push((Rc::clone(reader), index));
        }
        let mut readers = self.readers.borrow_mut();
        reader.slot.set(readers.len());
        readers.push(Rc::clone(reader));
    }

    /// Takes a reader out; the one place that says a client is gone.
    pub fn leave(&self, reader: &Reader) {
        for follow in &reader.follows {
            let mut readers = follow.station.readers.borrow_mut();
            let slot = follow.slot.get();
            readers.swap_remove(slot);
            if let Some((moved, index)) = readers.get(slot) {
                moved.follows[*index].slot.set(slot);
            }
            follow.station.shuffled.set(true);
        }
        let mut readers = self.readers.borrow_mut();
        let slot = reader.slot.get();
        readers.swap_remove(slot);
        if let Some(moved) = readers.get(slot) {
            moved.slot.set(slot);
        }
    }

    async fn listen(self: Rc<Self>, mut inbox: UnboundedReceiver<Notice>) {
        let mut notices = Vec::new();
        while inbox.recv_many(&mut notices, 256).await > 0 {
            // All that waits goes into the rings first: readers then get it in one write.
            let mut moved: Vec<Rc<Station>> = Vec::new();
            for notice in notices.drain(..) {
                if let Some(station) = self.take(notice)
                    && !moved.iter().any(|known| Rc::ptr_eq(known, &station))
                {
                    moved.push(station);
                }
            }
            for station in moved {
                self.fan_out(&station).await;
            }
        }
    }

    fn take(&self, notice: Notice) -> Option<Rc<Station>> {
        match notice {
            Notice::Start { stream, floor, frames } => self.begin(stream, floor, &frames),
            Notice::Frames { stream, frames } => {
                let station = self.stations.borrow().get(&stream).cloned()?;
                let mut ring = station.ring.borrow_mut();
                frames.iter().cloned().for_each(|frame| ring.push(frame));
                drop(ring);
                return Some(station);
            }
            Notice::Drain { seconds } => self.drain(seconds),
            Notice::List(reply) => {
                let _ = reply.send(self.readers.borrow().iter().map(|r| describe(r)).collect());
            }
            Notice::End { id, ended } => {
                let reader = self.readers.borrow().iter().find(|reader| reader.id == id).cloned();
                if let Some(reader) = &reader {
                    reader.end(Bye::Unavailable);
                }
                let _ = ended.send(reader.is_some());
            }
        }
        None
    }

    fn begin(&self, stream: Stream, floor: Option<Seq>, frames: &[Frame]) {
        let Some(station) = self.stations.borrow().get(&stream).cloned() else { return };
        if let Some(floor) = floor {
            let mut ring = station.ring.borrow_mut();
            ring.restart(floor);
            frames.iter().cloned().for_each(|frame| ring.push(frame));
            station.start.set(Start::Done);
        } else {
            self.stations.borrow_mut().remove(&stream);
            station.start.set(Start::Failed);
        }
        station.changed.notify_waiters();
    }

    /// Writes what is new to everybody who can take it now. The others are woken, or come by
    /// themselves when their socket is free again.
    async fn fan_out(&self, station: &Station) {
        station.changed.notify_waiters();
        let mut at = 0;
        let mut told = false;
        loop {
            {
                let readers = station.readers.borrow();
                for (reader, index) in readers.iter().skip(at).take(BATCH) {
                    if self.advance(station, reader, *index) && !told {
                        told = true;
                        self.observe(station);
                    }
                }
                at += BATCH;
                if at >= readers.len() {
                    if !station.shuffled.replace(false) {
                        return;
                    }
                    at = 0;
                }
            }
            tokio::task::yield_now().await;
        }
    }

    /// Writes to one reader what it lacks; `true` if it was written to.
    fn advance(&self, station: &Station, reader: &Reader, index: usize) -> bool {
        let Some(line) = reader.line.as_ref().filter(|_| reader.is_direct()) else {
            reader.wake();
            return false;
        };
        let follow = &reader.follows[index];
        let mut wrote = false;
        while line.is_at_rest() {
            let Place::At(at) = follow.place.get() else { break };
            let Some(joined) = station.ring.borrow_mut().joined(at, super::reader::BUDGET) else {
                if at < station.ring.borrow().floor() {
                    reader.wake();
                }
                break;
            };
            follow.place.set(Place::At(joined.last));
            reader.last_write.set(self.tick());
            self.shared.metrics.deliveries.inc_by(joined.frames as u64);
            wrote = true;
            match line.write(&joined.bytes) {
                Written::All => {}
                Written::Part(taken) => {
                    line.set_waiting(false);
                    reader.send(joined.bytes.slice(taken..));
                    reader.wake();
                }
                Written::Broken => {
                    line.set_waiting(false);
                    reader.wake();
                }
            }
        }
        wrote
    }

    fn observe(&self, station: &Station) {
        let newest = station.ring.borrow().newest_at_ms();
        let ms = newest.map_or(0, |at| chrono::Utc::now().timestamp_millis() - at).max(0);
        self.shared.metrics.publish_seconds.observe(ms as f64 / 1000.0);
    }

    /// Heartbeats, ends that have come due, rights that have changed, rings nobody needs.
    async fn keep_time(self: Rc<Self>) {
        let mut interval = tokio::time::interval(Duration::from_millis(1000 / u64::from(TICKS)));
        interval.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Skip);
        let began = tokio::time::Instant::now();
        loop {
            interval.tick().await;
            let elapsed = began.elapsed().as_millis() * u128::from(TICKS) / 1000;
            self.tick.set(u32::try_from(elapsed).unwrap_or(u32::MAX));
            for reader in self.readers.borrow().iter() {
                self.attend(reader);
            }
            self.release_unused();
            let version = self.shared.rights.version();
            if version != self.rights_seen.replace(version) {
                let readers = self.readers.borrow().clone();
                tokio::task::spawn_local(guard::recheck(Rc::clone(&self), readers));
            }
        }
    }

    /// Has rights asked again at the next tick.
    pub fn forget_rights(&self) {
        self.rights_seen.set(-1);
    }

    fn attend(&self, reader: &Rc<Reader>) {
        let (deadline, why) = reader.deadline.get();
        if self.tick() >= deadline {
            reader.end(why);
            return;
        }
        let silent = self.tick().saturating_sub(reader.last_write.get());
        if silent + 1 >= self.shared.settings.heartbeat_seconds * TICKS {
            self.heartbeat(reader);
        }
    }

    fn heartbeat(&self, reader: &Reader) {
        let Some(cursor) = reader.cursor() else { return };
        let at_rest = reader.line.as_ref().is_none_or(|line| line.is_at_rest());
        if !reader.live.get() || !at_rest {
            return;
        }
        let json = format!(r#"{{"at":"{}"}}"#, super::frame::now_text());
        let block = super::frame::control("heartbeat", None, &json, Some(&cursor));
        let bytes = reader.coding.wrap(&block);
        reader.last_write.set(self.tick());
        let rest = match reader.line.as_ref().map(|line| line.write(&bytes)) {
            Some(Written::All) => return,
            Some(Written::Part(taken)) => bytes.slice(taken..),
            None | Some(Written::Broken) => bytes,
        };
        if let Some(line) = &reader.line {
            line.set_waiting(false);
        }
        reader.send(rest);
        reader.wake();
    }

    fn release_unused(&self) {
        let mut stations = self.stations.borrow_mut();
        stations.retain(|stream, station| {
            if Rc::strong_count(station) > 1 || station.start.get() == Start::Awaited {
                station.unused_since.set(self.tick());
            }
            let keep = self.tick() - station.unused_since.get() < LINGER;
            if !keep {
                self.shared.feeder.ask(Ask::Leave { stream: *stream, worker: self.worker });
            }
            keep
        });
    }

    fn drain(&self, seconds: u32) {
        self.draining.set(true);
        for reader in self.readers.borrow().iter() {
            let wait = rand::random_range(0..=seconds * TICKS);
            reader.deadline.set((self.tick() + wait, Bye::Draining));
        }
    }
}

/// A connection as `/api/admin/connections` lists it.
fn describe(reader: &Reader) -> Value {
    let topics: Vec<_> = reader.follows.iter().flat_map(|follow| &follow.topics).collect();
    serde_json::json!({
        "connection": format!("c-{}", reader.id),
        "topics": topics.iter().map(|wanted| wanted.topic.to_string()).collect::<Vec<_>>(),
        "user_id": reader.who.user_id,
        "address": reader.who.address.map(|address| address.to_string()),
        "opened_at": reader.opened_at.to_rfc3339_opts(chrono::SecondsFormat::Millis, true),
        "lag": reader.follows.iter().map(super::reader::Follow::lag).max().unwrap_or(0),
        "transport": "sse",
    })
}
