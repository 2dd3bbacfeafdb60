//! Metrics and the list of connections, for operators.

use serde_json::Value;

use crate::domain::time;
use crate::domain::topic::StreamId;
use crate::metrics::{KindMetricLabel, OutcomeMetricLabel};
use crate::stream::hub::Hub;
use crate::stream::subscriber::{ResumeOutcome, Subscriber};
use crate::stream::subscription::Subscription;

impl Hub {
    /// The kind of a subscriber's stream, for metrics.
    pub fn kind_label(&self, subscriber: &Subscriber) -> KindMetricLabel {
        let kind = match subscriber.subscriptions.as_slice() {
            [one] => match one.stream {
                StreamId::Event(_) => "event",
                StreamId::Team(_) => "team",
                StreamId::Match(_) => "match",
                StreamId::Purchase(_) => "purchase",
            },
            _ => "several",
        };
        KindMetricLabel { kind }
    }

    /// Counts how a subscriber came to be live.
    pub(in crate::stream) fn count_resume(&self, subscriber: &Subscriber) {
        let outcome = match subscriber.resume_outcome.get() {
            ResumeOutcome::Ring if subscriber.replayed_messages.get() > 0 => "ring",
            ResumeOutcome::Ring => "live",
            ResumeOutcome::Log => "log",
            ResumeOutcome::Snapshot => "snapshot",
        };
        self.context.metrics.resumes.get_or_create(&OutcomeMetricLabel { outcome }).inc();
    }
}

/// A connection as `/api/admin/connections` lists it.
pub(super) fn connection_json(subscriber: &Subscriber) -> Value {
    let topics: Vec<_> =
        subscriber.subscriptions.iter().flat_map(|subscription| &subscription.topics).collect();
    serde_json::json!({
        "connection": format!("c-{}", subscriber.id),
        "topics": topics.iter().map(|subscribed| subscribed.topic.to_string()).collect::<Vec<_>>(),
        "user_id": subscriber.identity.user_id(),
        "address": subscriber.identity.address.map(|address| address.to_string()),
        "opened_at": time::format(subscriber.opened_at),
        "lag": subscriber.subscriptions.iter().map(Subscription::lag).max().unwrap_or(0),
        "transport": "sse",
    })
}
