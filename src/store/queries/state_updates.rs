//! Messages about changes of many rows at once: one per channel whose state changes.

use serde_json::json;

use crate::domain::message::Message;
use crate::domain::state_change::StateChange;
use crate::domain::topic::{StreamId, Topic};

/// A message to each of these topics whose state changes, unless the write has another one there.
pub fn of_topics(topics: impl IntoIterator<Item = Topic>, change: StateChange) -> Vec<Message> {
    let message =
        |topic| Message::new(topic, "state_update", json!({ "change": change })).if_changed();
    topics.into_iter().map(message).collect()
}

/// The same for all channels of these streams.
pub fn of_streams(
    streams: impl IntoIterator<Item = StreamId>,
    change: StateChange,
) -> Vec<Message> {
    of_topics(
        streams.into_iter().flat_map(|stream| stream.topic().parts().collect::<Vec<_>>()),
        change,
    )
}
