//! What a hub does as time passes: heartbeats, ends that have come due, rights asked anew.

use std::rc::Rc;
use std::time::Duration;

use crate::stream::direct_writer::WriteProgress;
use crate::stream::feeder::FeederCommand;
use crate::stream::hub::{Hub, TICKS_PER_SECOND};
use crate::stream::local_stream::StartState;
use crate::stream::subscriber::Subscriber;
use crate::stream::{frame, rights_sweep};

/// A stream without readers is followed this much longer, so that those who reconnect after a
/// cut find its ring.
const UNUSED_STREAM_TTL_TICKS: u32 = 60 * TICKS_PER_SECOND;

impl Hub {
    /// Heartbeats, ends that have come due, rights that have changed, rings nobody needs.
    pub(super) async fn run_timer(self: Rc<Self>) {
        let mut interval =
            tokio::time::interval(Duration::from_millis(1000 / u64::from(TICKS_PER_SECOND)));
        interval.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Skip);
        let started = tokio::time::Instant::now();
        loop {
            interval.tick().await;
            let elapsed = started.elapsed().as_millis() * u128::from(TICKS_PER_SECOND) / 1000;
            self.tick.set(u32::try_from(elapsed).unwrap_or(u32::MAX));
            for subscriber in self.subscribers.borrow().iter() {
                self.check_timers(subscriber);
            }
            self.drop_unused_streams();
            if self.rights_sweep.start_if_changed(self.context.rights_watch.version()) {
                tokio::task::spawn_local(rights_sweep::run_rights_sweep(Rc::clone(&self)));
            }
        }
    }

    fn check_timers(&self, subscriber: &Rc<Subscriber>) {
        let (deadline, reason) = subscriber.deadline.get();
        if self.tick() >= deadline {
            subscriber.close(reason);
            return;
        }
        let idle_ticks = self.tick().saturating_sub(subscriber.last_write_tick.get());
        let staleness_changed =
            subscriber.reported_stale.get() != self.stale_since.borrow().is_some();
        if staleness_changed
            || idle_ticks + 1 >= self.context.settings.heartbeat_seconds * TICKS_PER_SECOND
        {
            self.send_heartbeat(subscriber);
        }
    }

    /// Whether readers are told that what they see may not be all there is.
    pub fn is_stale(&self) -> bool {
        self.stale_since.borrow().is_some()
    }

    fn send_heartbeat(&self, subscriber: &Subscriber) {
        let Some(cursor) = subscriber.cursor() else { return };
        let is_socket_idle =
            subscriber.direct_writer.as_ref().is_none_or(|writer| writer.is_idle());
        if !subscriber.is_live.get() || !is_socket_idle {
            return;
        }
        let stale_since = self.stale_since.borrow().clone();
        subscriber.reported_stale.set(stale_since.is_some());
        let stale =
            stale_since.map(|since| format!(r#","stale_since":"{since}""#)).unwrap_or_default();
        let json = format!(r#"{{"at":"{}"{stale}}}"#, frame::now_rfc3339());
        let block = frame::control_frame("heartbeat", None, &json, Some(&cursor));
        let bytes = subscriber.coding.encode(&block);
        subscriber.last_write_tick.set(self.tick());
        let unwritten = match subscriber.direct_writer.as_ref().map(|line| line.try_write(&bytes)) {
            Some(WriteProgress::Complete) => return,
            Some(WriteProgress::Partial(taken)) => bytes.slice(taken..),
            None | Some(WriteProgress::Failed) => bytes,
        };
        if let Some(line) = &subscriber.direct_writer {
            line.set_body_waiting(false);
        }
        subscriber.queue_bytes(unwritten);
        subscriber.wake();
    }

    fn drop_unused_streams(&self) {
        let mut local_streams = self.local_streams.borrow_mut();
        local_streams.retain(|stream, local_stream| {
            if Rc::strong_count(local_stream) > 1
                || local_stream.start_state.get() == StartState::Pending
            {
                local_stream.unused_since_tick.set(self.tick());
            }
            let keep = self.tick() - local_stream.unused_since_tick.get() < UNUSED_STREAM_TTL_TICKS;
            if !keep {
                self.context
                    .feeder
                    .send(FeederCommand::RemoveWorker { stream: *stream, worker: self.worker });
            }
            keep
        });
    }
}
