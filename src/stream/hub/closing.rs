//! Ends subscribers: those of a stream that is no longer served, or all when the node drains.

use std::rc::Rc;

use crate::domain::topic::StreamId;
use crate::stream::close_reason::CloseReason;
use crate::stream::hub::{Hub, TICKS_PER_SECOND};
use crate::stream::local_stream::StartState;
use crate::stream::source::StreamEndReason;
use crate::stream::subscriber::SubscribedStream;

impl Hub {
    /// Whether this is still the local stream of its stream.
    pub(super) fn is_current(&self, local_stream: &Rc<SubscribedStream>) -> bool {
        let local_streams = self.local_streams.borrow();
        local_streams
            .get(&local_stream.stream)
            .is_some_and(|existing| Rc::ptr_eq(existing, local_stream))
    }

    /// Ends a stream's subscribers; the next one opens it afresh.
    pub(super) fn drop_stream(&self, stream: StreamId, reason: StreamEndReason) {
        let mut local_streams = self.local_streams.borrow_mut();
        // A local stream that is being opened is not the one that ended.
        let Some(local_stream) = local_streams.get(&stream).cloned() else { return };
        if local_stream.start_state.get() == StartState::Pending {
            return;
        }
        local_streams.remove(&stream);
        drop(local_streams);
        for (subscriber, index) in local_stream.subscribers.borrow().iter() {
            match reason {
                StreamEndReason::Discontinued => subscriber.close(CloseReason::Unavailable),
                // The client may still be authorised; it finds out when it reconnects.
                StreamEndReason::NoLongerPublic if subscriber.identity.is_signed_in => {
                    subscriber.close(CloseReason::LifetimeReached);
                }
                StreamEndReason::NoLongerPublic => {
                    let subscription = subscriber.subscriptions.get(*index);
                    let topics = subscription.into_iter().flat_map(|one| &one.topics);
                    subscriber.revoke_topics(topics.map(|subscribed| subscribed.topic).collect());
                }
            }
        }
        local_stream.changed.notify_waiters();
    }

    /// Ends all streams, spread over so many seconds.
    pub(super) fn drain(&self, seconds: u32) {
        self.is_draining.set(true);
        for local_stream in self.local_streams.borrow().values() {
            // Long-polls answer with what they have.
            local_stream.changed.notify_waiters();
        }
        for subscriber in self.subscribers.borrow().iter() {
            let delay_ticks = rand::random_range(0..=seconds * TICKS_PER_SECOND);
            subscriber.deadline.set((self.tick() + delay_ticks, CloseReason::Draining));
        }
    }
}
