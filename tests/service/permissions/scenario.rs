//! One of everything, and somebody of each kind.

use jsonwebtoken::{EncodingKey, Header};
use serde_json::{Value, json};

use super::requests::Fresh;
use super::table::ROLES;
use crate::support::api_client::Client;
use crate::support::server::{JWT_SECRET, TestServer};
use crate::support::users::{Organizer, Person, id};

pub struct World {
    /// As [`ROLES`].
    pub clients: Vec<Client>,
    /// What stands for `{event}` and the like.
    names: Vec<(&'static str, String)>,
    admin: Client,
}

/// Ids that nothing has.
const UNKNOWN: [(&str, &str); 8] = [
    ("{event}", "999999"),
    ("{match}", "999999"),
    ("{finished}", "999999"),
    ("{announcement}", "999999"),
    ("{targeted}", "999999"),
    ("{purchase}", "67e55044-10b1-426f-9247-bb680e5fe0c8"),
    ("{code}", "0000000000000000"),
    ("{team}", "999999"),
];

impl World {
    pub async fn new(server: &TestServer, private: bool) -> Self {
        let visibility = if private { "private" } else { "public" };
        let organizer = server.organizer().await;
        let admin = organizer.client.clone();
        let team = organizer.team("Home", visibility).await;
        let away = organizer.team("Away", visibility).await;
        let body = json!({ "name": "Cup", "sport": "football", "visibility": visibility });
        let event = id(&admin.post("/api/events", body).await.ok());
        let mut world = Self { clients: Vec::new(), names: Vec::new(), admin };
        for (name, id) in [("{event}", event), ("{team}", team), ("{away}", away)] {
            world.names.push((name, id.to_string()));
        }
        world.populate(server, &organizer).await;
        world
    }

    async fn populate(&mut self, server: &TestServer, organizer: &Organizer) {
        let mut people = Vec::new();
        for role in &ROLES[2..11] {
            people.push(organizer.person(server, &role.replace(' ', "")).await);
        }
        let [stranger, registered, member, coach, leader, manager, buyer, scorer, referee] =
            people.as_slice()
        else {
            panic!("a role has come or gone");
        };
        let team: i64 = self.fill("{team}").parse().unwrap();
        for (person, role) in [(member, "player"), (coach, "coach"), (leader, "manager")] {
            organizer.join(team, person, role).await;
        }
        let registrations = "/api/events/{event}/registrations";
        self.done(registrations, &json!({ "team_id": "{team}" })).await;
        self.done(registrations, &json!({ "team_id": "{away}" })).await;
        self.done(registrations, &json!({ "user_id": registered.id })).await;
        self.done("/api/events/{event}/managers", &json!({ "user_id": manager.id })).await;
        for name in ["{match}", "{finished}"] {
            self.add_match(name, scorer, referee).await;
        }
        let alone =
            json!({ "sport": "football", "home_team_id": "{team}", "away_team_id": "{away}" });
        let made = id(&self.done("/api/matches", &alone).await);
        self.names.push(("{alone}", made.to_string()));
        let result = json!({ "home_score": 1, "away_score": 0 });
        self.put("/api/matches/{finished}/result", result).await;
        self.done("/api/matches/{match}/start", &json!({})).await;
        for (name, teams) in [("{announcement}", json!([])), ("{targeted}", json!(["{team}"]))] {
            let body = json!({
                "event_id": "{event}", "type": "general", "priority": "normal",
                "title": "T", "message": "M", "team_ids": teams,
            });
            let made = id(&self.done("/api/announcements", &body).await);
            self.names.push((name, made.to_string()));
        }
        self.buy(buyer).await;
        let spare = organizer.person(server, "Spare").await;
        self.names.push(("{stranger}", stranger.id.to_string()));
        self.names.push(("{spare}", spare.id.to_string()));
        self.clients = vec![server.stranger(), server.stranger().with_token(&expired(member))];
        self.clients.extend(people.iter().map(|person| person.client.clone()));
        self.clients.push(organizer.client.clone());
    }

    async fn add_match(&mut self, name: &'static str, scorer: &Person, referee: &Person) {
        let body = json!({
            "sport": "football", "event_id": "{event}",
            "home_team_id": "{team}", "away_team_id": "{away}",
        });
        let made = id(&self.done("/api/matches", &body).await);
        self.names.push((name, made.to_string()));
        for (person, role) in [(scorer, "scorer"), (referee, "referee")] {
            let official = json!({ "user_id": person.id, "role": role });
            self.done(&format!("/api/matches/{name}/officials"), &official).await;
        }
    }

    /// Who buys must take part; who has bought needn't any more.
    async fn buy(&mut self, buyer: &Person) {
        let registrations = "/api/events/{event}/registrations";
        self.done(registrations, &json!({ "user_id": buyer.id })).await;
        let path = self.fill("/api/events/{event}/purchases");
        let body = json!({ "ticket_type": "adult", "quantity": 2 });
        let bought = buyer.client.post(&path, body).await.ok();
        let registration = self.fill(&format!("{registrations}/users/{}", buyer.id));
        self.admin.delete(&registration).await.ok();
        let text = |value: &Value| value.as_str().expect("text").to_owned();
        self.names.push(("{purchase}", text(&bought["id"])));
        self.names.push(("{code}", text(&bought["tickets"][0]["code"])));
    }

    /// Puts ids where their names stand; in JSON, numbers where they stand alone in quotes.
    pub fn fill(&self, template: &str) -> String {
        put(template, self.names.iter().map(|(name, id)| (*name, id.as_str())))
    }

    /// The same, of things that there are none of.
    pub fn unknown(&self, template: &str) -> String {
        self.fill(&put(template, UNKNOWN.into_iter()))
    }

    async fn done(&self, path: &str, body: &Value) -> Value {
        let body = serde_json::from_str(&self.fill(&body.to_string())).unwrap();
        self.admin.post(&self.fill(path), body).await.ok()
    }

    async fn put(&self, path: &str, body: Value) -> Value {
        let path = self.fill(path);
        self.admin.send(reqwest::Method::PUT, &path, Some(body), &[]).await.unwrap().ok()
    }

    /// Makes what a row is to take away, and says what stands for `{new}`.
    pub async fn renew(&self, fresh: Fresh) -> String {
        let post = |path: &str, body: Value| {
            let body = serde_json::from_str(&self.fill(&body.to_string())).unwrap();
            let path = self.fill(path);
            async move { self.admin.post(&path, body).await }
        };
        match fresh {
            Fresh::Nothing => String::new(),
            Fresh::Player => {
                let made = post("/api/teams/{team}/players", json!({ "name": "New" })).await.ok();
                id(&made).to_string()
            }
            Fresh::Incident => {
                let note =
                    json!({ "kind": "note", "period": "first_half", "minute": 1, "text": "new" });
                id(&post("/api/matches/{match}/incidents", note).await.ok()).to_string()
            }
            Fresh::Member => {
                let body = json!({ "user_id": "{spare}", "role": "family" });
                post("/api/teams/{team}/members", body).await;
                self.fill("{spare}")
            }
            Fresh::Official => {
                let body = json!({ "user_id": "{spare}", "role": "scorer" });
                post("/api/matches/{match}/officials", body).await;
                self.fill("{spare}")
            }
            Fresh::Manager => {
                post("/api/events/{event}/managers", json!({ "user_id": "{spare}" })).await;
                self.fill("{spare}")
            }
            Fresh::Registration => {
                let body = json!({ "user_id": "{spare}" });
                post("/api/events/{event}/registrations", body).await;
                self.fill("{spare}")
            }
            Fresh::TeamRegistration => {
                let body = json!({ "name": "New team", "visibility": "private" });
                let team = id(&post("/api/teams", body).await.ok());
                let body = json!({ "team_id": team });
                post("/api/events/{event}/registrations", body).await.ok();
                team.to_string()
            }
            Fresh::Invitation => {
                let body = json!({ "team_id": "{team}" });
                post("/api/events/{event}/registrations", body).await;
                self.fill("{event}")
            }
            Fresh::Result => {
                let body = json!({ "home_score": 2, "away_score": 1, "override": true });
                self.put("/api/matches/{finished}/result", body).await;
                String::new()
            }
        }
    }

    /// All that a write could have changed, as text.
    pub async fn state(&self) -> Vec<String> {
        let topics = [
            "event_{event}",
            "team_{team}",
            "team_{away}",
            "match_{match}",
            "match_{finished}",
            "purchase_{purchase}",
        ];
        let mut state = Vec::new();
        for topic in topics {
            state.extend(self.admin.history(&self.fill(topic)).await);
        }
        let paths = [
            "/api/events?limit=500",
            "/api/events/{event}",
            "/api/events/{event}/managers",
            "/api/events/{event}/registrations",
            "/api/events/{event}/leaderboard",
            "/api/events/{event}/purchases",
            "/api/teams?limit=500",
            "/api/teams/{team}/players",
            "/api/teams/{team}/members",
            "/api/teams/{team}/registrations",
            "/api/matches?limit=500",
            "/api/matches/{match}/officials",
            "/api/announcements",
            "/api/purchases/{purchase}",
            "/api/users?limit=500",
        ];
        for path in paths {
            let answer = self.admin.get(&self.fill(path)).await;
            assert_eq!(answer.status, 200, "{path}: {}", answer.text);
            state.push(answer.text);
        }
        state
    }
}

fn put<'a>(template: &str, names: impl Iterator<Item = (&'a str, &'a str)>) -> String {
    names.fold(template.to_owned(), |text, (name, id)| {
        let number = id.bytes().all(|byte| byte.is_ascii_digit()) && id.len() < 10;
        let text = if number { text.replace(&format!("\"{name}\""), id) } else { text };
        text.replace(name, id)
    })
}

/// A token of somebody who could, some time ago.
fn expired(person: &Person) -> String {
    let now = chrono::Utc::now().timestamp();
    let claims =
        json!({ "sub": person.id.to_string(), "gen": 1, "iat": now - 600, "exp": now - 60 });
    let key = EncodingKey::from_secret(JWT_SECRET.as_bytes());
    jsonwebtoken::encode(&Header::default(), &claims, &key).unwrap()
}
