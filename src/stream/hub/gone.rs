//! Sends readers away: of a stream that can be told here no longer, or of a node that ends.

use std::rc::Rc;

use crate::domain::topic::Stream;
use crate::stream::hub::Hub;
use crate::stream::hub::TICKS;
use crate::stream::reader::Bye;
use crate::stream::source::Ending;
use crate::stream::station::Start;
use crate::stream::station::Station;

impl Hub {
    /// Whether this is the station of its stream still.
    pub(super) fn keeps(&self, station: &Rc<Station>) -> bool {
        let stations = self.stations.borrow();
        stations.get(&station.stream).is_some_and(|known| Rc::ptr_eq(known, station))
    }

    /// Ends who reads the stream; whoever comes next has it opened anew.
    pub(super) fn part(&self, stream: Stream, ending: Ending) {
        let mut stations = self.stations.borrow_mut();
        // One that is only being opened is not the one that went.
        let Some(station) = stations.get(&stream).cloned() else { return };
        if station.start.get() == Start::Awaited {
            return;
        }
        stations.remove(&stream);
        drop(stations);
        for (reader, index) in station.readers.borrow().iter() {
            match ending {
                Ending::Lost => reader.end(Bye::Unavailable),
                // May be that it is told to this one by name: that is found out when it comes back.
                Ending::Closed if reader.who.signed_in => reader.end(Bye::Lifetime),
                Ending::Closed => {
                    let topics = reader.follows.get(*index).map(|follow| &follow.topics);
                    let topics = topics.into_iter().flatten().map(|wanted| wanted.topic);
                    reader.revoke(topics.collect());
                }
            }
        }
        station.changed.notify_waiters();
    }

    /// Ends all streams, spread over so many seconds.
    pub(super) fn drain(&self, seconds: u32) {
        self.draining.set(true);
        for station in self.stations.borrow().values() {
            // Long-polls answer what they have.
            station.changed.notify_waiters();
        }
        for reader in self.readers.borrow().iter() {
            let wait = rand::random_range(0..=seconds * TICKS);
            reader.deadline.set((self.tick() + wait, Bye::Draining));
        }
    }
}
