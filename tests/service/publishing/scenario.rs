//! A small world, and everything it is told: compared after each write with what the page says.

use std::collections::{BTreeMap, BTreeSet};

use reqwest::Method;
use serde_json::{Value, json};

use super::docs::Docs;
use super::recipients::{Event, Hearers, Team};
use crate::support::api_client::{Answer, Client};
use crate::support::server::TestServer;
use crate::support::subscriber::{End, PATIENCE, Viewer};
use crate::support::users::{Organizer, Person, id};

/// Topic, type and change of a message.
type Told = (String, String, Option<String>);

pub struct World {
    pub server: TestServer,
    pub admin: Client,
    pub organizer: Organizer,
    /// Made both events, and is no administrator.
    pub manager: Person,
    pub public_event: Event,
    pub private_event: Event,
    /// Agreed: public, private. Was never asked: public. Is in no event: private.
    pub lions: Team,
    pub tigers: Team,
    pub bears: Team,
    pub wolves: Team,
    docs: Docs,
    written: BTreeSet<String>,
    /// What each stream has told so far.
    told: BTreeMap<String, Vec<String>>,
    /// A reader of each topic, from the start.
    viewers: BTreeMap<String, Viewer>,
}

impl World {
    pub async fn new(server: TestServer) -> Self {
        let organizer = server.organizer().await;
        let admin = organizer.client.clone();
        let manager = organizer.person(&server, "Mia").await;
        let mut events = [true, false].map(|public| Event { id: 0, public });
        for event in &mut events {
            let visibility = if event.public { "public" } else { "private" };
            let body = json!({ "name": "Cup", "sport": "football", "visibility": visibility });
            event.id = id(&manager.client.post("/api/events", body).await.ok());
        }
        let [public_event, private_event] = events;
        let mut teams = [(true, true), (false, true), (true, false), (false, false)]
            .map(|(public, agreed)| Team { id: 0, public, agreed });
        for (team, name) in teams.iter_mut().zip(["Lions", "Tigers", "Bears", "Wolves"]) {
            let visibility = if team.public { "public" } else { "private" };
            team.id = organizer.team(name, visibility).await;
        }
        let [lions, tigers, bears, wolves] = teams;
        let mut world = Self {
            docs: Docs::read(),
            written: BTreeSet::new(),
            told: BTreeMap::new(),
            viewers: BTreeMap::new(),
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
        world.follow_all().await;
        world
    }

    /// A reader for each topic of the events and the teams.
    async fn follow_all(&mut self) {
        for event in [self.public_event, self.private_event] {
            for channel in ["", "_results", "_schedule", "_announcements"] {
                self.follow(&format!("event_{}{channel}", event.id)).await;
            }
        }
        for team in [self.lions, self.tigers, self.bears, self.wolves] {
            for channel in ["", "_results", "_schedule", "_announcements", "_live"] {
                self.follow(&format!("team_{}{channel}", team.id)).await;
            }
        }
    }

    /// Follows a topic as an administrator, from its beginning.
    pub async fn follow(&mut self, topic: &str) {
        let path = format!("/api/stream/?topic={topic}&snapshot=never");
        let viewer = self.server.watch(&path).by(&self.admin).after("0").open().await;
        self.viewers.insert(topic.to_owned(), viewer);
        if is_stream(topic) {
            self.told.entry(topic.to_owned()).or_default();
        }
    }

    /// A write as an administrator.
    pub async fn send(&self, method: Method, path: &str, body: Option<Value>) -> Answer {
        self.admin.send(method, path, body, &[]).await.unwrap()
    }

    /// After a write that must have been done: whether exactly those were told whom the page
    /// names, in the order it says. Gives the answer's body.
    pub async fn tells(&mut self, write: &str, hearers: &Hearers, answer: Answer) -> Value {
        let body = answer.ok();
        self.written.insert(write.to_owned());
        let mut expected: BTreeMap<String, Vec<Told>> = BTreeMap::new();
        for (kind, change) in self.docs.told_by(write) {
            for pattern in self.docs.topics_of(kind, change.as_deref()) {
                for id in hearers.ids(pattern, kind) {
                    let topic = pattern.replace("<id>", &id);
                    let told = (topic.clone(), kind.clone(), change.clone());
                    expected.entry(stream_of(&topic)).or_default().push(told);
                }
            }
        }
        let near = |stream: &&String| {
            let of = |kind: &str, id: &str| **stream == format!("{kind}_{id}");
            stream.starts_with("event_")
                || stream.starts_with("team_")
                || hearers.matches.iter().any(|id| of("match", &id.to_string()))
                || hearers.purchases.iter().any(|id| of("purchase", id))
        };
        let streams: Vec<String> = self.told.keys().filter(near).cloned().collect();
        let mut heard: BTreeMap<String, Vec<Told>> = BTreeMap::new();
        for stream in streams {
            let news = if write == "DELETE /api/matches/{id}" && stream.starts_with("match_") {
                self.last_of(&stream).await
            } else {
                self.news(&stream).await
            };
            if !news.is_empty() {
                heard.insert(stream.clone(), news.iter().map(|text| told(text)).collect());
            }
            self.told.get_mut(&stream).unwrap().extend(news);
        }
        assert_eq!(heard, expected, "told (left) and promised (right) by: {write}: {hearers:?}");
        body
    }

    /// What a stream has told since the last time.
    async fn news(&self, stream: &str) -> Vec<String> {
        let after = self.told[stream].len();
        let path = format!("/api/streams/{stream}/messages?after={after}");
        let page = self.admin.get(&path).await.page();
        page.items.iter().map(|item| item.get().to_owned()).collect()
    }

    /// The same of a stream that ends now: its last words are for those who are there.
    async fn last_of(&mut self, stream: &str) -> Vec<String> {
        let mut viewer = self.viewers.remove(stream).unwrap();
        let mut all = Vec::new();
        loop {
            match viewer.try_block(PATIENCE).await {
                Ok(block) if block.event.is_none() => all.push(block.data),
                Ok(_) => {}
                Err(End::Proper) => break,
                Err(end) => panic!("the stream of what is gone doesn't end: {end:?}"),
            }
        }
        let known = &self.told[stream];
        assert_eq!(&all[..known.len()], known);
        all.split_off(known.len())
    }

    /// Where announcements are told.
    pub fn announcement_topics(&self) -> Vec<String> {
        let is = |topic: &&String| topic.ends_with("_announcements");
        self.viewers.keys().filter(is).cloned().collect()
    }

    /// Whether the readers got all that and nothing else, and the page has no row that was not
    /// tried.
    pub async fn compare_at_the_end(mut self) {
        for (topic, mut viewer) in std::mem::take(&mut self.viewers) {
            let all = &self.told[&stream_of(&topic)];
            let own = all.iter().filter(|text| is_stream(&topic) || told(text).0 == topic);
            for expected in own {
                assert_eq!(viewer.message().await.data, *expected, "{topic}");
            }
            // A heartbeat's cursor is where the reader stands: behind all that it was owed.
            let end = format!(".{}", all.len());
            loop {
                let block = viewer.block().await;
                let is_quiet =
                    matches!(block.event.as_deref(), Some("hello" | "live" | "heartbeat"));
                assert!(is_quiet, "{topic} was told more than was to be: {block:?}");
                if block.id.is_some_and(|id| id.ends_with(&end)) {
                    break;
                }
            }
        }
        let untried: Vec<_> =
            self.docs.writes().filter(|write| !self.written.contains(*write)).collect();
        assert!(untried.is_empty(), "rows of docs/protocol.md that nothing tries: {untried:?}");
        let by_writes: BTreeSet<_> =
            self.docs.writes().flat_map(|write| self.docs.told_by(write)).collect();
        let idle: Vec<_> =
            self.docs.messages().filter(|message| !by_writes.contains(message)).collect();
        assert!(idle.is_empty(), "messages that no write of docs/protocol.md tells: {idle:?}");
    }
}

/// Topic, type and change as a message says them; a ticket's change is its status.
fn told(text: &str) -> Told {
    let message: Value = serde_json::from_str(text).unwrap();
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let data = &message["data"];
    let change = text(&data["change"]).or_else(|| text(&data["ticket"]["status"]));
    (text(&message["topic"]).unwrap(), text(&message["type"]).unwrap(), change)
}

/// `team_7` of `team_7_live`
fn stream_of(topic: &str) -> String {
    topic.splitn(3, '_').take(2).collect::<Vec<_>>().join("_")
}

fn is_stream(topic: &str) -> bool {
    topic.matches('_').count() == 1
}
