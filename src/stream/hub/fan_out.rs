//! Writes what is new to a stream's readers.

use crate::stream::follow::Place;
use crate::stream::hub::Hub;
use crate::stream::reader::BUDGET;
use crate::stream::reader::Reader;
use crate::stream::station::Station;
use crate::stream::wire::Written;

/// Readers written to before other work of this thread gets its turn.
const BATCH: usize = 512;

impl Hub {
    /// Writes what is new to everybody who can take it now. The others are woken, or come by
    /// themselves when their socket is free again.
    pub(super) async fn fan_out(&self, station: &Station) {
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
            let Some(joined) = station.ring.borrow_mut().joined(at, BUDGET) else {
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
                Written::All if joined.last >= station.head() => break,
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
        let ms =
            newest.map_or(0, |at| chrono::Utc::now().timestamp_millis().saturating_sub(at)).max(0);
        self.shared.metrics.publish_seconds.observe(ms as f64 / 1000.0);
    }
}
