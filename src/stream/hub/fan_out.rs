//! Writes a stream's new frames to its subscribers.

use crate::stream::delivery::{Action, Event};
use crate::stream::hub::Hub;
use crate::stream::subscriber::{MAX_WRITE_BYTES, SubscribedStream, Subscriber};

/// Subscribers written to before other tasks of this thread get their turn.
const SUBSCRIBERS_PER_TURN: usize = 512;

impl Hub {
    /// Writes new frames to all subscribers that can take them now, and wakes the others' bodies.
    pub(in crate::stream) async fn fan_out(&self, local_stream: &SubscribedStream) {
        local_stream.changed.notify_waiters();
        let mut offset = 0;
        let mut latency_observed = false;
        loop {
            {
                let subscribers = local_stream.subscribers.borrow();
                for (subscriber, index) in
                    subscribers.iter().skip(offset).take(SUBSCRIBERS_PER_TURN)
                {
                    let wrote = match subscriber.step(Event::Published) {
                        Action::WriteDirect => self.write_direct(local_stream, subscriber, *index),
                        Action::Wake => {
                            subscriber.wake();
                            false
                        }
                        _ => false,
                    };
                    if wrote && !latency_observed {
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

    /// Writes the frames that a subscriber lacks, as long as it is the hub's turn; true if it wrote
    /// any. A body whose turn it is finds them when it is polled.
    fn write_direct(
        &self,
        local_stream: &SubscribedStream,
        subscriber: &Subscriber,
        index: usize,
    ) -> bool {
        let subscription = &subscriber.subscriptions[index];
        let mut wrote = false;
        while subscriber.is_hub_turn() {
            let Some(at) = subscription.seq() else { break };
            let Some(batch) = local_stream.ring.borrow_mut().batch_after(at, MAX_WRITE_BYTES)
            else {
                if at < local_stream.ring.borrow().floor() {
                    subscriber.wake();
                }
                break;
            };
            subscription.advance_to(batch.last_seq);
            subscriber.last_write_tick.set(self.tick());
            self.context.metrics.deliveries.inc_by(batch.frame_count as u64);
            wrote = true;
            if !subscriber.write_from_hub(&batch.bytes) || batch.last_seq >= local_stream.head() {
                break;
            }
        }
        wrote
    }

    fn observe_publish_latency(&self, local_stream: &SubscribedStream) {
        let newest = local_stream.ring.borrow().newest_appended_at_ms();
        let ms =
            newest.map_or(0, |at| chrono::Utc::now().timestamp_millis().saturating_sub(at)).max(0);
        self.context.metrics.publish_seconds.observe(ms as f64 / 1000.0);
    }
}
