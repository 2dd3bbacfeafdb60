//! One fact told to readers.

use std::fmt::Write;

use serde_json::Value;

use crate::domain::topic::{Channel, Seq, Topic};

/// What a rule wants told; it gets its seq when it is appended to the log.
#[derive(Clone, Debug, PartialEq)]
pub struct Message {
    /// Where it is told: the channel where the message has one, else the stream.
    pub topic: Topic,
    /// What it says, in `snake_case`: `incident_added`, `match_start` …
    pub message_type: &'static str,
    /// The incident's kind, for readers who ask for `types=goal`.
    pub label: Option<String>,
    /// A JSON object; shapes are in `docs/protocol.md`.
    pub data: Value,
}

impl Message {
    pub fn new(topic: Topic, message_type: &'static str, data: Value) -> Self {
        Self { topic, message_type: message_type, label: None, data }
    }

    /// `label` is what [`label_of`] finds in the data, so that whoever has only the text knows it.
    #[must_use]
    pub fn with_label(self, label: &str) -> Self {
        debug_assert_eq!(
            label_in(self.message_type, &self.data).as_deref(),
            Some(label),
            "{}",
            self.message_type
        );
        Self { label: Some(label.to_owned()), ..self }
    }
}

/// The kind of what happened, as it stands in a message's data: what `types=goal` asks for.
pub fn label_in(message_type: &str, data: &Value) -> Option<String> {
    let (object, name) = match message_type {
        "incident_added" | "incident_updated" | "incident_removed" => ("incident", "kind"),
        "wicket_fallen" => ("wicket", "kind"),
        "milestone_achieved" | "milestone_withdrawn" => ("milestone", "kind"),
        "innings_complete" => ("innings", "reason"),
        _ => return None,
    };
    data.get(object)?.get(name)?.as_str().map(str::to_owned)
}

/// JSON in which no character begins a line for anybody: some clients also split at U+0085, U+2028
/// and U+2029, and a terminal obeys U+009B. JSON itself asks for no more than up to U+001F.
pub fn escape_line_breaks(json: String) -> String {
    let is_line_break = |char: char| char.is_control() || matches!(char, '\u{2028}' | '\u{2029}');
    if !json.contains(is_line_break) {
        return json;
    }
    let mut escaped = String::with_capacity(json.len() + 16);
    for char in json.chars() {
        if is_line_break(char) {
            // Writing to a string can't fail.
            let _ = write!(escaped, "\\u{:04x}", u32::from(char));
        } else {
            escaped.push(char);
        }
    }
    escaped
}

/// A message as it stands in the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredMessage {
    pub seq: Seq,
    pub channel: Option<Channel>,
    pub message_type: String,
    pub label: Option<String>,
    /// The JSON text that readers get, the same bytes at each replay.
    pub envelope: String,
    /// When it was appended, in milliseconds since 1970.
    pub appended_at_ms: i64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn g10_line_breaks_in_json_are_escaped() {
        let data =
            serde_json::json!({ "text": "a\nb\r\u{7f}\u{85}\u{9b}31m\u{2028}\u{2029}é\u{1f3cf}" });
        let json = escape_line_breaks(data.to_string());
        assert_eq!(json, r#"{"text":"a\nb\r\u007f\u0085\u009b31m\u2028\u2029é🏏"}"#);
        assert_eq!(serde_json::from_str::<Value>(&json).unwrap(), data);
    }
}
