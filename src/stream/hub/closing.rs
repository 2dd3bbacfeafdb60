//! Sends readers away: of a stream that can be told here no longer, or of a node that ends.

use std::rc::Rc;

use crate::domain::topic::StreamId;
use crate::stream::hub::{Hub, TICKS_PER_SECOND};
use crate::stream::local_stream::{LocalStream, StartState};
use crate::stream::source::StreamEndReason;
use crate::stream::subscriber::CloseReason;

impl Hub {
    /// Whether this is the station of its stream still.
    pub(super) fn is_current(&self, local_stream: &Rc<LocalStream>) -> bool {
        let local_streams = self.local_streams.borrow();
        local_streams
            .get(&local_stream.stream)
            .is_some_and(|existing| Rc::ptr_eq(existing, local_stream))
    }

    /// Ends who reads the stream; whoever comes next has it opened anew.
    pub(super) fn drop_stream(&self, stream: StreamId, reason: StreamEndReason) {
        let mut local_streams = self.local_streams.borrow_mut();
        // One that is only being opened is not the one that went.
        let Some(local_stream) = local_streams.get(&stream).cloned() else { return };
        if local_stream.start_state.get() == StartState::Pending {
            return;
        }
        local_streams.remove(&stream);
        drop(local_streams);
        for (subscriber, index) in local_stream.subscribers.borrow().iter() {
            match reason {
                StreamEndReason::Discontinued => subscriber.close(CloseReason::Unavailable),
                // May be that it is told to this one by name: that is found out when it comes back.
                StreamEndReason::NoLongerPublic if subscriber.identity.is_signed_in => {
                    subscriber.close(CloseReason::LifetimeReached)
                }
                StreamEndReason::NoLongerPublic => {
                    let topics = subscriber
                        .subscriptions
                        .get(*index)
                        .map(|subscription| &subscription.topics);
                    let topics = topics.into_iter().flatten().map(|subscribed| subscribed.topic);
                    subscriber.revoke_topics(topics.collect());
                }
            }
        }
        local_stream.changed.notify_waiters();
    }

    /// Ends all streams, spread over so many seconds.
    pub(super) fn drain(&self, seconds: u32) {
        self.is_draining.set(true);
        for local_stream in self.local_streams.borrow().values() {
            // Long-polls answer what they have.
            local_stream.changed.notify_waiters();
        }
        for subscriber in self.subscribers.borrow().iter() {
            let delay_ticks = rand::random_range(0..=seconds * TICKS_PER_SECOND);
            subscriber.deadline.set((self.tick() + delay_ticks, CloseReason::Draining));
        }
    }
}
