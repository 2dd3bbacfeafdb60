//! What a hub does as time passes: heartbeats, deadlines, re-checks of rights, unused streams.

use std::rc::Rc;
use std::time::Duration;

use tokio::time::MissedTickBehavior;

use crate::stream::commands::FeederCommand;
use crate::stream::control_frames;
use crate::stream::delivery::{Action, Event};
use crate::stream::hub::{Hub, TICKS_PER_SECOND};
use crate::stream::local_stream::StartState;
use crate::stream::subscriber::Subscriber;

/// A stream without subscribers is followed this much longer, so that clients which reconnect
/// after a cut find its ring.
const UNUSED_STREAM_TTL_TICKS: u32 = 60 * TICKS_PER_SECOND;

impl Hub {
    /// Runs as long as the hub.
    pub(super) async fn run_timer(self: Rc<Self>) {
        let mut interval =
            tokio::time::interval(Duration::from_millis(1000 / u64::from(TICKS_PER_SECOND)));
        interval.set_missed_tick_behavior(MissedTickBehavior::Skip);
        let started = tokio::time::Instant::now();
        loop {
            interval.tick().await;
            let elapsed = started.elapsed().as_millis() * u128::from(TICKS_PER_SECOND) / 1000;
            self.advance_to_tick(u32::try_from(elapsed).unwrap_or(u32::MAX));
            self.drop_unused_streams();
            if self.rights_sweep.start_if_changed(self.context.rights_watch.version()) {
                self.spawn_rights_sweep();
            }
        }
    }

    /// Sends heartbeats and ends streams that are due at this tick.
    pub(in crate::stream) fn advance_to_tick(&self, tick: u32) {
        self.tick.set(tick);
        for subscriber in self.subscribers.borrow().iter() {
            self.check_timers(subscriber);
        }
    }

    fn check_timers(&self, subscriber: &Subscriber) {
        let (deadline, reason) = subscriber.deadline.get();
        if self.tick() >= deadline {
            subscriber.close(reason);
            return;
        }
        let idle_ticks = self.tick().saturating_sub(subscriber.last_write_tick.get());
        let staleness_changed = subscriber.reported_stale.get() != self.is_stale();
        if staleness_changed
            || idle_ticks + 1 >= self.context.settings.heartbeat_seconds * TICKS_PER_SECOND
        {
            self.send_heartbeat(subscriber);
        }
    }

    fn send_heartbeat(&self, subscriber: &Subscriber) {
        if subscriber.step(Event::HeartbeatDue) != Action::SendHeartbeat
            || !subscriber.is_hub_turn()
        {
            return;
        }
        let Some(cursor) = subscriber.cursor() else { return };
        let stale_since = self.stale_since.borrow().clone();
        subscriber.reported_stale.set(stale_since.is_some());
        let block = control_frames::heartbeat(stale_since.as_deref(), &cursor);
        subscriber.last_write_tick.set(self.tick());
        subscriber.write_from_hub(&subscriber.coding.encode(&block));
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
