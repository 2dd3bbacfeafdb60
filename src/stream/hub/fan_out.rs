//! Writes what is new to a stream's readers.

use crate::stream::direct_writer::WriteProgress;
use crate::stream::hub::Hub;
use crate::stream::local_stream::LocalStream;
use crate::stream::subscriber::{MAX_WRITE_BYTES, Subscriber};
use crate::stream::subscription::Position;

/// Readers written to before other work of this thread gets its turn.
const SUBSCRIBERS_PER_TURN: usize = 512;

impl Hub {
    /// Writes what is new to everybody who can take it now. The others are woken, or come by
    /// themselves when their socket is free again.
    pub(super) async fn fan_out(&self, local_stream: &LocalStream) {
        local_stream.changed.notify_waiters();
        let mut offset = 0;
        let mut latency_observed = false;
        loop {
            {
                let subscribers = local_stream.subscribers.borrow();
                for (subscriber, index) in
                    subscribers.iter().skip(offset).take(SUBSCRIBERS_PER_TURN)
                {
                    if self.write_new_frames(local_stream, subscriber, *index) && !latency_observed
                    {
                        latency_observed = true;
                        self.observe_publish_latency(local_stream);
                    }
                }
                offset += SUBSCRIBERS_PER_TURN;
                if offset >= subscribers.len() {
                    if !local_stream.subscribers_reordered.replace(false) {
                        return;
                    }
                    offset = 0;
                }
            }
            tokio::task::yield_now().await;
        }
    }

    /// Writes to one reader what it lacks; `true` if it was written to.
    fn write_new_frames(
        &self,
        local_stream: &LocalStream,
        subscriber: &Subscriber,
        subscription_index: usize,
    ) -> bool {
        let Some(writer) = subscriber.direct_writer.as_ref().filter(|_| subscriber.is_direct())
        else {
            subscriber.wake();
            return false;
        };
        let subscription = &subscriber.subscriptions[subscription_index];
        let mut wrote = false;
        while writer.is_idle() {
            let Position::At(at) = subscription.position.get() else { break };
            let Some(batch) = local_stream.ring.borrow_mut().batch_after(at, MAX_WRITE_BYTES)
            else {
                if at < local_stream.ring.borrow().floor() {
                    subscriber.wake();
                }
                break;
            };
            subscription.position.set(Position::At(batch.last_seq));
            subscriber.last_write_tick.set(self.tick());
            self.context.metrics.deliveries.inc_by(batch.frame_count as u64);
            wrote = true;
            match writer.try_write(&batch.bytes) {
                WriteProgress::Complete if batch.last_seq >= local_stream.head() => break,
                WriteProgress::Complete => {}
                WriteProgress::Partial(taken) => {
                    writer.set_body_waiting(false);
                    subscriber.queue_bytes(batch.bytes.slice(taken..));
                    subscriber.wake();
                }
                WriteProgress::Failed => {
                    writer.set_body_waiting(false);
                    subscriber.wake();
                }
            }
        }
        wrote
    }

    fn observe_publish_latency(&self, local_stream: &LocalStream) {
        let newest = local_stream.ring.borrow().newest_appended_at_ms();
        let ms =
            newest.map_or(0, |at| chrono::Utc::now().timestamp_millis().saturating_sub(at)).max(0);
        self.context.metrics.publish_seconds.observe(ms as f64 / 1000.0);
    }
}
