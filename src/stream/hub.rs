//! One hub a worker: rings of the streams its readers follow, and who to write to.

mod fan_out;
mod figures;
mod gone;
mod time;

use std::cell::Cell;
use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;

use serde_json::Value;
use tokio::sync::Notify;
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::sync::oneshot;

use crate::domain::topic::Seq;
use crate::domain::topic::Stream;
use crate::domain::topic::Topic;
use crate::store::Result;
use crate::stream::Shared;
use crate::stream::feeder::Ask;
use crate::stream::frame::Frame;
use crate::stream::guard;
use crate::stream::guard::Rounds;
use crate::stream::reader::Bye;
use crate::stream::reader::Reader;
use crate::stream::reader::Ready;
use crate::stream::ring::Ring;
use crate::stream::snapshot::State;
use crate::stream::source::Ending;
use crate::stream::station::Start;
use crate::stream::station::Station;

/// What a hub is told.
#[derive(Debug)]
pub enum Notice {
    /// A stream asked for: its newest frames and the seq they follow; no floor when it can't be
    /// read now.
    Start {
        stream: Stream,
        epoch: Arc<str>,
        floor: Option<Seq>,
        frames: Arc<[Frame]>,
    },
    Frames {
        stream: Stream,
        frames: Arc<[Frame]>,
    },
    /// Messages up to this one are no longer kept, and may not be told from memory either.
    Pruned {
        stream: Stream,
        upto: Seq,
    },
    /// What there is now can't be known, since then; or it is known again.
    Stale(Option<Arc<str>>),
    /// The stream is told here no longer.
    Gone {
        stream: Stream,
        ending: Ending,
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

pub struct Hub {
    pub worker: usize,
    pub shared: Arc<Shared>,
    stations: RefCell<HashMap<Stream, Rc<Station>>>,
    readers: RefCell<Vec<Rc<Reader>>>,
    tick: Cell<u32>,
    draining: Cell<bool>,
    /// Since when what is sent may not be all there is.
    stale: RefCell<Option<Arc<str>>>,
    pub(super) rounds: Rounds,
}

/// Ticks a second: how finely heartbeats and ends are timed.
pub const TICKS: u32 = 4;

impl Hub {
    /// A hub that runs as long as its worker: call it on the worker's own thread.
    pub fn start(worker: usize, shared: Arc<Shared>, inbox: UnboundedReceiver<Notice>) -> Rc<Self> {
        let hub = Rc::new(Self {
            worker,
            rounds: Rounds::at(shared.rights.version()),
            shared,
            stations: RefCell::default(),
            readers: RefCell::default(),
            tick: Cell::new(0),
            draining: Cell::new(false),
            stale: RefCell::default(),
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

    /// The state of a topic at `at_least` or later.
    pub async fn state(&self, topic: Topic, at_least: Seq) -> Result<Option<Arc<State>>> {
        self.shared
            .ask(move |shared| async move { shared.snapshots.get(&shared, topic, at_least).await })
            .await
    }

    /// How long a reader is asked to wait before it comes back.
    pub fn retry_ms(&self, why: Bye) -> u32 {
        self.shared.settings.retry_ms(why)
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
            epoch: RefCell::new("".into()),
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

    /// Everybody who reads on this worker.
    pub fn everybody(&self) -> Vec<Rc<Reader>> {
        self.readers.borrow().clone()
    }

    /// Adds a reader to its stations.
    ///
    /// Where rights have changed since it was allowed in, they are asked again: the round that
    /// asked everybody may have been just before it came.
    pub fn join(self: &Rc<Self>, reader: &Rc<Reader>) {
        if self.rounds.comes(reader) {
            tokio::task::spawn_local(guard::recheck(Rc::clone(self)));
        }
        reader.last_write.set(self.tick());
        for (index, follow) in reader.follows.iter().enumerate() {
            if !self.keeps(&follow.station) {
                // It went while the reader was made.
                reader.end(Bye::Unavailable);
            }
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
            Notice::Start { stream, epoch, floor, frames } => {
                self.begin(stream, epoch, floor, &frames);
            }
            Notice::Frames { stream, frames } => {
                let station = self.stations.borrow().get(&stream).cloned()?;
                let mut ring = station.ring.borrow_mut();
                frames.iter().cloned().for_each(|frame| ring.push(frame));
                drop(ring);
                return Some(station);
            }
            Notice::Pruned { stream, upto } => {
                let station = self.stations.borrow().get(&stream).cloned()?;
                station.ring.borrow_mut().forget(upto);
                return Some(station);
            }
            Notice::Stale(since) => *self.stale.borrow_mut() = since,
            Notice::Gone { stream, ending } => self.part(stream, ending),
            Notice::Drain { seconds } => self.drain(seconds),
            Notice::List(reply) => {
                let _ = reply.send(
                    self.readers.borrow().iter().map(|reader| figures::describe(reader)).collect(),
                );
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

    fn begin(&self, stream: Stream, epoch: Arc<str>, floor: Option<Seq>, frames: &[Frame]) {
        let Some(station) = self.stations.borrow().get(&stream).cloned() else { return };
        if let Some(floor) = floor {
            let mut ring = station.ring.borrow_mut();
            ring.restart(floor);
            station.epoch.replace(epoch);
            frames.iter().cloned().for_each(|frame| ring.push(frame));
            station.start.set(Start::Done);
        } else {
            self.stations.borrow_mut().remove(&stream);
            station.start.set(Start::Failed);
        }
        station.changed.notify_waiters();
    }
}
