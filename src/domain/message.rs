//! Messages: the entries of a stream.

use std::fmt::Write;

use serde_json::{Map, Value, json};

use crate::domain::merge_patch;
use crate::domain::topic::{Channel, Seq, StreamId, Topic};

/// Types of the messages that are not about one match as it is played.
pub const COMMON_MESSAGE_TYPES: [&str; 9] = [
    "announcement_expired",
    "announcement_update",
    "leaderboard_update",
    "match_update",
    "purchase_update",
    "result_update",
    "schedule_update",
    "state_update",
    "ticket_update",
];

/// A message that a rule emits; it gets its seq when it is appended to the log.
#[derive(Clone, Debug, PartialEq)]
pub struct Message {
    /// The stream, or the channel of it that the message belongs to.
    pub topic: Topic,
    /// Type in `snake_case`: `incident_added`, `match_start` …
    pub message_type: &'static str,
    /// Kind of the incident, for subscribers that filter with `types=goal`.
    pub label: Option<String>,
    /// A JSON object; `docs/protocol.md` describes its shape per type.
    pub data: Value,
    /// The merge patch (RFC 7396) from the stream's state before the message to its state after
    /// it; `None` in streams whose messages are not folded.
    pub patch: Option<Map<String, Value>>,
    /// Whether it is dropped if its write doesn't change the state of its channel, or has another
    /// message that says so.
    pub is_conditional: bool,
    /// The member of the state whose changed rows are added to the data, as `rows`.
    pub changed_rows_of: Option<&'static str>,
}

impl Message {
    /// A message without a label and a patch.
    pub fn new(topic: Topic, message_type: &'static str, data: Value) -> Self {
        let (label, patch, changed_rows_of) = (None, None, None);
        Self { topic, message_type, label, data, patch, is_conditional: false, changed_rows_of }
    }

    /// A message that is dropped unless the state of its channel changes, and no other message of
    /// the write is about that.
    #[must_use]
    pub fn if_changed(self) -> Self {
        Self { is_conditional: true, ..self }
    }

    /// Adds the changed rows of a member of the channel's state to the data, when they are known.
    #[must_use]
    pub fn with_changed_rows(self, member: &'static str) -> Self {
        Self { changed_rows_of: Some(member), ..self }
    }

    /// Sets the patch from the states before and after. Members that both leave out are the same.
    #[must_use]
    pub fn with_patch(self, before: &Map<String, Value>, after: &Map<String, Value>) -> Self {
        Self { patch: Some(merge_patch::difference(before, after)), ..self }
    }

    /// Sets the label, which must equal what [`label_in`] finds in the data, so that it can be
    /// derived from the stored JSON text alone.
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

/// Gives the messages of a match's own stream the patch from its state before the write to the one
/// after it: the first carries it, the others change nothing. A change that no message is about gets
/// a `match_update`.
pub fn with_match_patch(
    messages: Vec<Message>,
    match_id: i64,
    (before, after): (&Map<String, Value>, &Map<String, Value>),
) -> Vec<Message> {
    let own_topic = StreamId::Match(match_id).topic();
    let mut patch = Some(merge_patch::difference(before, after));
    let with_patch = |message: Message| {
        if message.topic != own_topic {
            return message;
        }
        Message { patch: Some(patch.take().unwrap_or_default()), ..message }
    };
    let mut messages: Vec<_> = messages.into_iter().map(with_patch).collect();
    if let Some(patch) = patch.filter(|patch| !patch.is_empty()) {
        let data = json!({ "match_id": match_id });
        let message = Message::new(own_topic, "match_update", data);
        messages.push(Message { patch: Some(patch), ..message });
    }
    messages
}

/// The label in a message's data: the kind that `types=goal` filters by.
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

/// Escapes all characters that a client may take for a line break or a terminal for a control
/// sequence: JSON escapes only up to U+001F, but some clients split at U+0085, U+2028 and U+2029,
/// and terminals obey U+009B.
pub fn escape_line_breaks(json: String) -> String {
    let is_line_break = |char: char| char.is_control() || matches!(char, '\u{2028}' | '\u{2029}');
    if !json.contains(is_line_break) {
        return json;
    }
    let mut escaped = String::with_capacity(json.len() + 16);
    for char in json.chars() {
        if is_line_break(char) {
            // Writing to a String can't fail.
            let _ = write!(escaped, "\\u{:04x}", u32::from(char));
        } else {
            escaped.push(char);
        }
    }
    escaped
}

/// A message as stored in the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredMessage {
    pub seq: Seq,
    pub channel: Option<Channel>,
    pub message_type: String,
    pub label: Option<String>,
    /// The JSON text sent to subscribers; the same bytes in every replay.
    pub envelope: String,
    /// Time of appending, in milliseconds since 1970.
    pub appended_at_ms: i64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn g15_the_first_message_of_a_write_carries_the_patch_of_its_stream() {
        let state = |goals: i64| Map::from_iter([("score".to_owned(), json!({ "home": goals }))]);
        let patches = |messages: Vec<Message>, states: (i64, i64)| {
            let states = (state(states.0), state(states.1));
            let patched = with_match_patch(messages, 3, (&states.0, &states.1));
            let patch = |message: Message| (message.message_type, message.patch.map(Value::from));
            patched.into_iter().map(patch).collect::<Vec<_>>()
        };
        let own = |name| Message::new(StreamId::Match(3).topic(), name, json!({}));
        let other = || Message::new(StreamId::Team(7).topic(), "incident_added", json!({}));
        let goal = Some(json!({ "score": { "home": 1 } }));
        assert_eq!(
            patches(vec![other(), own("incident_added"), own("match_end")], (0, 1)),
            [
                ("incident_added", None),
                ("incident_added", goal.clone()),
                ("match_end", Some(json!({}))),
            ]
        );
        assert_eq!(patches(vec![own("match_end")], (1, 1)), [("match_end", Some(json!({})))]);
        assert_eq!(
            patches(vec![other()], (0, 1)),
            [("incident_added", None), ("match_update", goal)],
            "a change that no message is about"
        );
        assert_eq!(patches(Vec::new(), (1, 1)), []);
    }

    #[test]
    fn line_breaks_in_json_are_escaped() {
        let data =
            serde_json::json!({ "text": "a\nb\r\u{7f}\u{85}\u{9b}31m\u{2028}\u{2029}é\u{1f3cf}" });
        let json = escape_line_breaks(data.to_string());
        assert_eq!(json, r#"{"text":"a\nb\r\u007f\u0085\u009b31m\u2028\u2029é🏏"}"#);
        assert_eq!(serde_json::from_str::<Value>(&json).unwrap(), data);
    }
}
