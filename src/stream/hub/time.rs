//! What a hub does as time passes: heartbeats, ends that have come due, rights asked anew.

use std::rc::Rc;
use std::time::Duration;

use crate::stream::feeder::Ask;
use crate::stream::frame;
use crate::stream::guard;
use crate::stream::hub::Hub;
use crate::stream::hub::TICKS;
use crate::stream::reader::Reader;
use crate::stream::station::Start;
use crate::stream::wire::Written;

/// A stream without readers is followed this much longer, so that those who reconnect after a
/// cut find its ring.
const LINGER: u32 = 60 * TICKS;

impl Hub {
    /// Heartbeats, ends that have come due, rights that have changed, rings nobody needs.
    pub(super) async fn keep_time(self: Rc<Self>) {
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
            if self.rounds.is_due(self.shared.rights.version()) {
                tokio::task::spawn_local(guard::recheck(Rc::clone(&self)));
            }
        }
    }

    fn attend(&self, reader: &Rc<Reader>) {
        let (deadline, why) = reader.deadline.get();
        if self.tick() >= deadline {
            reader.end(why);
            return;
        }
        let silent = self.tick().saturating_sub(reader.last_write.get());
        let has_news = reader.knows_stale.get() != self.stale.borrow().is_some();
        if has_news || silent + 1 >= self.shared.settings.heartbeat_seconds * TICKS {
            self.heartbeat(reader);
        }
    }

    /// Whether readers are told that what they see may not be all there is.
    pub fn is_stale(&self) -> bool {
        self.stale.borrow().is_some()
    }

    fn heartbeat(&self, reader: &Reader) {
        let Some(cursor) = reader.cursor() else { return };
        let at_rest = reader.line.as_ref().is_none_or(|line| line.is_at_rest());
        if !reader.live.get() || !at_rest {
            return;
        }
        let stale = self.stale.borrow().clone();
        reader.knows_stale.set(stale.is_some());
        let stale = stale.map(|since| format!(r#","stale_since":"{since}""#)).unwrap_or_default();
        let json = format!(r#"{{"at":"{}"{stale}}}"#, frame::now_text());
        let block = frame::control("heartbeat", None, &json, Some(&cursor));
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
}
