//! One resource of each kind and all its messages, compared with the docs after each write.

use std::collections::{BTreeMap, BTreeSet};

use reqwest::Method;
use serde_json::{Value, json};

use super::docs::Docs;
use super::recipients::{Event, Recipients, Team};
use crate::support::api_client::{ApiClient, ApiResponse};
use crate::support::server::TestServer;
use crate::support::subscriber::{StreamEnd, Subscriber, WAIT_TIMEOUT};
use crate::support::users::{Organizer, Person, id};

/// Topic, type and change of a message.
type Publication = (String, String, Option<String>);

pub struct Scenario {
    pub server: TestServer,
    pub admin: ApiClient,
    pub organizer: Organizer,
    /// Created both events, and is not an administrator.
    pub manager: Person,
    pub public_event: Event,
    pub private_event: Event,
    /// Lions accepted and are public; tigers accepted and are private; bears did not accept and are
    /// public; wolves are in no event and private.
    pub lions: Team,
    pub tigers: Team,
    pub bears: Team,
    pub wolves: Team,
    docs: Docs,
    tried_writes: BTreeSet<String>,
    /// All messages of each stream so far.
    published: BTreeMap<String, Vec<String>>,
    /// A subscriber of each topic, from the start.
    subscribers: BTreeMap<String, Subscriber>,
}

impl Scenario {
    pub async fn new(server: TestServer) -> Self {
        let organizer = server.organizer().await;
        let admin = organizer.client.clone();
        let manager = organizer.create_user(&server, "Mia").await;
        let mut events = [true, false].map(|is_public| Event { id: 0, is_public });
        for event in &mut events {
            let visibility = if event.is_public { "public" } else { "private" };
            let body = json!({ "name": "Cup", "sport": "football", "visibility": visibility });
            event.id = id(&manager.client.post("/api/events", body).await.ok_json());
        }
        let [public_event, private_event] = events;
        let mut teams = [(true, true), (false, true), (true, false), (false, false)]
            .map(|(is_public, has_accepted)| Team { id: 0, is_public, has_accepted });
        for (team, name) in teams.iter_mut().zip(["Lions", "Tigers", "Bears", "Wolves"]) {
            let visibility = if team.is_public { "public" } else { "private" };
            team.id = organizer.create_team(name, visibility).await;
        }
        let [lions, tigers, bears, wolves] = teams;
        let mut scenario = Self {
            docs: Docs::read(),
            tried_writes: BTreeSet::new(),
            published: BTreeMap::new(),
            subscribers: BTreeMap::new(),
            server,
            admin,
            organizer,
            manager,
            public_event,
            private_event,
            lions,
            tigers,
            bears,
            wolves,
        };
        scenario.subscribe_all().await;
        scenario
    }

    /// Subscribes to each topic of the events and the teams.
    async fn subscribe_all(&mut self) {
        for event in [self.public_event, self.private_event] {
            for channel in ["", "_results", "_schedule", "_announcements"] {
                self.subscribe(&format!("event_{}{channel}", event.id)).await;
            }
        }
        for team in [self.lions, self.tigers, self.bears, self.wolves] {
            for channel in ["", "_results", "_schedule", "_announcements", "_live"] {
                self.subscribe(&format!("team_{}{channel}", team.id)).await;
            }
        }
    }

    /// Subscribes to a topic as an administrator, from its beginning.
    pub async fn subscribe(&mut self, topic: &str) {
        let path = format!("/api/stream/?topic={topic}&snapshot=never");
        let subscriber =
            self.server.subscribe(&path).with_user(&self.admin).after("0").open().await;
        self.subscribers.insert(topic.to_owned(), subscriber);
        if is_stream(topic) {
            self.published.entry(topic.to_owned()).or_default();
        }
    }

    /// Stops following a stream that is about to be deleted.
    pub fn unfollow(&mut self, stream: &str) {
        self.subscribers.remove(stream);
        self.published.remove(stream);
    }

    /// Sends a write as an administrator.
    pub async fn send(&self, method: Method, path: &str, body: Option<Value>) -> ApiResponse {
        self.admin.send(method, path, body, &[]).await.unwrap()
    }

    /// Checks that a successful write published exactly the documented messages, in order. Returns
    /// the response body.
    pub async fn assert_publishes(
        &mut self,
        write: &str,
        recipients: &Recipients,
        response: ApiResponse,
    ) -> Value {
        let body = response.ok_json();
        self.tried_writes.insert(write.to_owned());
        let mut expected: BTreeMap<String, Vec<Publication>> = BTreeMap::new();
        for (kind, change) in self.docs.messages_of(write) {
            for pattern in self.docs.topics_of(kind, change.as_deref()) {
                for id in recipients.ids(pattern, kind, change.as_deref()) {
                    let topic = pattern.replace("<id>", &id);
                    let published = (topic.clone(), kind.clone(), change.clone());
                    expected.entry(stream_of(&topic)).or_default().push(published);
                }
            }
        }
        let is_affected = |stream: &&String| {
            let of = |kind: &str, id: &str| **stream == format!("{kind}_{id}");
            stream.starts_with("event_")
                || stream.starts_with("team_")
                || recipients.matches.iter().any(|id| of("match", &id.to_string()))
                || recipients.purchases.iter().any(|id| of("purchase", id))
        };
        let streams: Vec<String> = self.published.keys().filter(is_affected).cloned().collect();
        let mut actual: BTreeMap<String, Vec<Publication>> = BTreeMap::new();
        for stream in streams {
            let new_messages =
                if write == "DELETE /api/matches/{id}" && stream.starts_with("match_") {
                    self.remaining_messages(&stream).await
                } else {
                    self.new_messages(&stream).await
                };
            if !new_messages.is_empty() {
                actual.insert(
                    stream.clone(),
                    new_messages.iter().map(|text| parse_publication(text)).collect(),
                );
            }
            self.published.get_mut(&stream).unwrap().extend(new_messages);
        }
        assert_eq!(
            actual, expected,
            "published (left) and documented (right) for: {write}: {recipients:?}"
        );
        body
    }

    /// Returns the messages of a stream since the last call.
    async fn new_messages(&self, stream: &str) -> Vec<String> {
        let after = self.published[stream].len();
        let path = format!("/api/streams/{stream}/messages?after={after}");
        let page = self.admin.get(&path).await.page();
        page.items.iter().map(|item| item.get().to_owned()).collect()
    }

    /// The same for a deleted stream, whose last messages only its subscribers get.
    async fn remaining_messages(&mut self, stream: &str) -> Vec<String> {
        let mut subscriber = self.subscribers.remove(stream).unwrap();
        let mut all = Vec::new();
        loop {
            match subscriber.try_frame(WAIT_TIMEOUT).await {
                Ok(frame) if frame.event.is_none() => all.push(frame.data),
                Ok(_) => {}
                Err(StreamEnd::Complete) => break,
                Err(end) => panic!("stream of a deleted resource does not end: {end:?}"),
            }
        }
        let known = &self.published[stream];
        assert_eq!(&all[..known.len()], known);
        all.split_off(known.len())
    }

    /// Returns all announcement topics.
    pub fn announcement_topics(&self) -> Vec<String> {
        let is_announcements = |topic: &&String| topic.ends_with("_announcements");
        self.subscribers.keys().filter(is_announcements).cloned().collect()
    }

    /// Checks that the subscribers got all messages and nothing else, and that every row of the
    /// docs was tried.
    pub async fn assert_all_delivered(mut self) {
        for (topic, mut subscriber) in std::mem::take(&mut self.subscribers) {
            let all = &self.published[&stream_of(&topic)];
            let own =
                all.iter().filter(|text| is_stream(&topic) || parse_publication(text).0 == topic);
            for expected in own {
                assert_eq!(subscriber.next_message().await.data, *expected, "{topic}");
            }
            // The heartbeat's cursor shows that the subscriber has received everything.
            let end = format!("-{}", all.len());
            loop {
                let frame = subscriber.next_frame().await;
                let is_quiet =
                    matches!(frame.event.as_deref(), Some("hello" | "live" | "heartbeat"));
                assert!(is_quiet, "unexpected message on {topic}: {frame:?}");
                if frame.id.is_some_and(|id| id.ends_with(&end)) {
                    break;
                }
            }
        }
        let untried: Vec<_> =
            self.docs.writes().filter(|write| !self.tried_writes.contains(*write)).collect();
        assert!(untried.is_empty(), "untested rows of docs/protocol.md: {untried:?}");
        let by_writes: BTreeSet<_> =
            self.docs.writes().flat_map(|write| self.docs.messages_of(write)).collect();
        let idle: Vec<_> =
            self.docs.messages().filter(|message| !by_writes.contains(message)).collect();
        assert!(idle.is_empty(), "messages that no write of docs/protocol.md publishes: {idle:?}");
    }
}

/// Parses topic, type and change of a message.
fn parse_publication(text: &str) -> Publication {
    let message: Value = serde_json::from_str(text).unwrap();
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let change = text(&message["data"]["change"]);
    (text(&message["topic"]).unwrap(), text(&message["type"]).unwrap(), change)
}

/// Returns `team_7` for `team_7_live`.
fn stream_of(topic: &str) -> String {
    topic.splitn(3, '_').take(2).collect::<Vec<_>>().join("_")
}

fn is_stream(topic: &str) -> bool {
    topic.matches('_').count() == 1
}
