//! Clients that fold the topics of events and teams, with another implementation of RFC 7396.

use serde_json::{Map, Value, json};
use touchline::domain::topic::{Seq, StreamId, Topic};
use touchline::store::Store;

/// The state of one topic as a client folds it.
struct Fold {
    topic: Topic,
    state: Value,
    seq: Seq,
    folded: usize,
}

/// A client of each topic of these events and teams.
pub struct Folds(Vec<Fold>);

impl Folds {
    /// Starts with the empty states before the first messages.
    pub async fn from_the_beginning(
        store: &Store,
        events: impl IntoIterator<Item = i64>,
        teams: impl IntoIterator<Item = i64>,
    ) -> Self {
        let events = events.into_iter().map(StreamId::Event);
        let streams = events.chain(teams.into_iter().map(StreamId::Team));
        let topics = streams
            .flat_map(|stream| stream.topic().parts().chain([stream.topic()]).collect::<Vec<_>>());
        let mut folds = Vec::new();
        for topic in topics {
            let (state, seq) = (empty_state(topic), 0);
            let head = store.stream_heads(&[topic.stream]).await.unwrap()[0].head_seq;
            if head == 0 {
                assert_eq!(
                    snapshot(store, topic).await.map(|(state, _)| state),
                    Some(state.clone())
                );
            }
            folds.push(Fold { topic, state, seq, folded: 0 });
        }
        Self(folds)
    }

    /// Applies the patches of new messages, and compares each state with its snapshot.
    pub async fn follow_and_compare(&mut self, store: &Store, context: &str) {
        for fold in &mut self.0 {
            let topic = fold.topic;
            let Some((state, seq)) = snapshot(store, topic).await else { continue };
            fold.follow(store).await;
            assert_eq!((&fold.state, fold.seq), (&state, seq), "{topic} after {context}");
            assert!(!state.to_string().contains("null"), "{topic} has a null: {state}");
        }
    }

    pub fn assert_something_was_folded(&self) {
        let folded: usize = self.0.iter().map(|fold| fold.folded).sum();
        assert!(folded > 100, "only {folded} messages were folded");
    }
}

impl Fold {
    async fn follow(&mut self, store: &Store) {
        let stream = self.topic.stream;
        let page = store.read_messages_after(stream, self.seq, 5_000).await.unwrap();
        if page.pruned_seq > self.seq {
            // What was private is removed when the stream becomes public.
            (self.state, self.seq) = snapshot(store, self.topic).await.unwrap();
            return;
        }
        for message in page.messages {
            self.seq = message.seq;
            if self.topic.includes(message.channel) {
                let envelope: Value = serde_json::from_str(&message.envelope).unwrap();
                assert!(envelope["patch"].is_object(), "{envelope}");
                json_patch::merge(&mut self.state, &envelope["patch"]);
                self.folded += 1;
            }
        }
    }
}

/// The state and the seq of a snapshot, without the names; `None` if its subject was deleted.
async fn snapshot(store: &Store, topic: Topic) -> Option<(Value, Seq)> {
    let mut snapshot = store.snapshot(topic).await.unwrap()?;
    let names = snapshot.data.as_object_mut().unwrap().remove("names");
    assert!(names.is_some_and(|names| names["teams"].is_object()), "{topic} has no names");
    Some((snapshot.data, snapshot.seq))
}

fn empty_state(topic: Topic) -> Value {
    let parts = topic.parts().map(|part| part.channel.unwrap().as_str());
    let mut state: Map<_, _> = parts.map(|name| (name.to_owned(), json!({}))).collect();
    if matches!(topic.stream, StreamId::Event(_)) && state.contains_key("results") {
        state.insert("table".to_owned(), json!({}));
    }
    Value::Object(state)
}
