//! What operators see of a hub's readers.

use serde_json::Value;

use crate::domain::time;
use crate::domain::topic::Stream;
use crate::metrics::Kind;
use crate::metrics::Outcome;
use crate::stream::follow::Follow;
use crate::stream::hub::Hub;
use crate::stream::reader::Reader;

impl Hub {
    /// The kind of stream, for metrics.
    pub fn kind_of(&self, reader: &Reader) -> Kind {
        let kind = match reader.follows.as_slice() {
            [one] => match one.stream {
                Stream::Event(_) => "event",
                Stream::Team(_) => "team",
                Stream::Match(_) => "match",
                Stream::Purchase(_) => "purchase",
            },
            _ => "several",
        };
        Kind { kind }
    }

    /// Counts how a reader came to be live.
    pub(super) fn count_resume(&self, reader: &Reader) {
        let outcome = match reader.outcome.get() {
            "live" if reader.replayed.get() > 0 => "ring",
            other => other,
        };
        self.shared.metrics.resumes.get_or_create(&Outcome { outcome }).inc();
    }
}

/// A connection as `/api/admin/connections` lists it.
pub(super) fn describe(reader: &Reader) -> Value {
    let topics: Vec<_> = reader.follows.iter().flat_map(|follow| &follow.topics).collect();
    serde_json::json!({
        "connection": format!("c-{}", reader.id),
        "topics": topics.iter().map(|wanted| wanted.topic.to_string()).collect::<Vec<_>>(),
        "user_id": reader.who.user_id(),
        "address": reader.who.address.map(|address| address.to_string()),
        "opened_at": time::text(reader.opened_at),
        "lag": reader.follows.iter().map(Follow::lag).max().unwrap_or(0),
        "transport": "sse",
    })
}
