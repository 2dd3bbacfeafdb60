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

    /// `label` is what [`label_of`] finds in the data, so that whoever has only the text knows it.
    #[must_use]
    pub fn labelled(self, label: &str) -> Self {
        debug_assert_eq!(label_of(self.kind, &self.data).as_deref(), Some(label), "{}", self.kind);
        Self { label: Some(label.to_owned()), ..self }
    }
}

/// The kind of what happened, as it stands in a message's data: what `types=goal` asks for.
pub fn label_of(kind: &str, data: &Value) -> Option<String> {
    let (thing, name) = match kind {
        "incident_added" | "incident_updated" | "incident_removed" => ("incident", "kind"),
        "wicket_fallen" => ("wicket", "kind"),
        "milestone_achieved" | "milestone_withdrawn" => ("milestone", "kind"),
        "innings_complete" => ("innings", "reason"),
        _ => return None,
    };
    data.get(thing)?.get(name)?.as_str().map(str::to_owned)
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
