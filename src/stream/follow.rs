//! One stream that a reader follows: where it stands in it, and which topics it wants of it.

use std::cell::Cell;
use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

use crate::domain::topic::Seq;
use crate::domain::topic::Stream;
use crate::domain::topic::Topic;
use crate::stream::frame::Frame;
use crate::stream::pages::FramePage;
use crate::stream::snapshot::Reason;
use crate::stream::snapshot::State;
use crate::stream::station::Station;

/// Where a reader stands in a stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    At(Seq),
    /// Nowhere yet: a snapshot is owed, for this reason.
    Owed(Reason),
}

/// One stream that a reader follows, and which of its topics.
pub struct Follow {
    pub stream: Stream,
    pub topics: Vec<Wanted>,
    pub station: Rc<Station>,
    pub place: Cell<Place>,
    pub page: RefCell<Option<Arc<FramePage>>>,
    /// Snapshots to be sent as soon as the reader stands at their seq (`snapshot=always`).
    pub held: RefCell<Vec<Arc<State>>>,
    /// Where the station keeps this reader.
    pub slot: Cell<usize>,
}

/// A topic, told from after `from`: its own snapshot may be newer than its stream's place.
pub struct Wanted {
    pub topic: Topic,
    pub from: Cell<Seq>,
}

impl Follow {
    /// Whether a message is told to this reader: one of its topics holds it and has not yet
    /// shown it in a snapshot.
    pub fn holds(&self, frame: &Frame) -> bool {
        self.topics
            .iter()
            .any(|wanted| wanted.topic.holds(frame.channel()) && frame.seq() > wanted.from.get())
    }

    /// Where the next held snapshot is to be sent.
    pub fn held_at(&self) -> Option<Seq> {
        self.held.borrow().iter().map(|state| state.seq).min()
    }

    /// Takes the held snapshots that have nothing left before them.
    pub fn take_due(&self) -> Vec<Arc<State>> {
        let Some(at) = self.at() else { return Vec::new() };
        self.held.borrow_mut().extract_if(.., |state| state.seq <= at).collect()
    }

    pub fn at(&self) -> Option<Seq> {
        match self.place.get() {
            Place::At(seq) => Some(seq),
            Place::Owed(_) => None,
        }
    }

    /// Messages that the stream has and this reader has not.
    pub fn lag(&self) -> Seq {
        self.at().map_or(0, |at| (self.station.head() - at).max(0))
    }
}
