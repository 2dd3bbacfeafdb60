//! One fact told to readers.

use serde_json::Value;

use crate::domain::topic::Channel;
use crate::domain::topic::Seq;
use crate::domain::topic::Topic;

/// What a rule wants told; it gets its seq when it is appended to the log.
#[derive(Clone, Debug, PartialEq)]
pub struct Message {
    /// Where it is told: the channel where the message has one, else the stream.
    pub topic: Topic,
    /// What it says, in `snake_case`: `incident_added`, `match_start` …
    pub kind: &'static str,
    /// The incident's kind, for readers who ask for `types=goal`.
    pub label: Option<String>,
    /// A JSON object; shapes are in `docs/protocol.md`.
    pub data: Value,
}

impl Message {
    pub fn new(topic: Topic, kind: &'static str, data: Value) -> Self {
        Self { topic, kind, label: None, data }
    }

    #[must_use]
    pub fn labelled(self, label: &str) -> Self {
        Self { label: Some(label.to_owned()), ..self }
    }
}

/// A message as it stands in the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredMessage {
    pub seq: Seq,
    pub channel: Option<Channel>,
    pub kind: String,
    pub label: Option<String>,
    /// The JSON text that readers get, the same bytes at each replay.
    pub envelope: String,
    /// When it was appended, in milliseconds since 1970.
    pub at_ms: i64,
}
