//! One resource of each kind, and one client per role.

use serde_json::{Value, json};

use super::requests::DisposableTarget;
use super::table::ROLES;
use crate::support::api_client::ApiClient;
use crate::support::server::TestServer;
use crate::support::users::{Organizer, Person, id};

pub struct Scenario {
    /// In the order of [`ROLES`].
    pub clients: Vec<ApiClient>,
    /// Values of `{event}` and the other placeholders.
    names: Vec<(&'static str, String)>,
    admin: ApiClient,
}

/// Ids that do not exist.
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

impl Scenario {
    pub async fn new(server: &TestServer, private: bool) -> Self {
        let visibility = if private { "private" } else { "public" };
        let organizer = server.organizer().await;
        let admin = organizer.client.clone();
        let team = organizer.create_team("Home", visibility).await;
        let away = organizer.create_team("Away", visibility).await;
        let body = json!({ "name": "Cup", "sport": "football", "visibility": visibility });
        let event = id(&admin.post("/api/events", body).await.ok_json());
        let mut scenario = Self { clients: Vec::new(), names: Vec::new(), admin };
        for (name, id) in [("{event}", event), ("{team}", team), ("{away}", away)] {
            scenario.names.push((name, id.to_string()));
        }
        scenario.populate(server, &organizer).await;
        scenario
    }

    async fn populate(&mut self, server: &TestServer, organizer: &Organizer) {
        let mut people = Vec::new();
        for role in &ROLES[2..11] {
            people.push(organizer.create_user(server, &role.replace(' ', "")).await);
        }
        let [stranger, registered, member, coach, leader, manager, buyer, scorer, referee] =
            people.as_slice()
        else {
            panic!("number of roles changed");
        };
        let team: i64 = self.fill("{team}").parse().unwrap();
        for (person, role) in [(member, "player"), (coach, "coach"), (leader, "manager")] {
            organizer.add_member(team, person, role).await;
        }
        let registrations = "/api/events/{event}/registrations";
        self.post_ok(registrations, &json!({ "team_id": "{team}" })).await;
        self.post_ok(registrations, &json!({ "team_id": "{away}" })).await;
        self.post_ok(registrations, &json!({ "user_id": registered.id })).await;
        self.post_ok("/api/events/{event}/managers", &json!({ "user_id": manager.id })).await;
        for name in ["{match}", "{finished}"] {
            self.add_match(name, scorer, referee).await;
        }
        let alone =
            json!({ "sport": "football", "home_team_id": "{team}", "away_team_id": "{away}" });
        let made = id(&self.post_ok("/api/matches", &alone).await);
        self.names.push(("{alone}", made.to_string()));
        let result = json!({ "home_score": 1, "away_score": 0 });
        self.put("/api/matches/{finished}/result", result).await;
        self.post_ok("/api/matches/{match}/start", &json!({})).await;
        for (name, teams) in [("{announcement}", json!([])), ("{targeted}", json!(["{team}"]))] {
            let body = json!({
                "event_id": "{event}", "type": "general", "priority": "normal",
                "title": "T", "message": "M", "team_ids": teams,
            });
            let made = id(&self.post_ok("/api/announcements", &body).await);
            self.names.push((name, made.to_string()));
        }
        self.buy(buyer).await;
        let spare = organizer.create_user(server, "Spare").await;
        self.names.push(("{stranger}", stranger.id.to_string()));
        self.names.push(("{spare}", spare.id.to_string()));
        self.clients = vec![
            server.anonymous(),
            server.anonymous().with_token(&member.token_that_expires(-60)),
        ];
        self.clients.extend(people.iter().map(|person| person.client.clone()));
        self.clients.push(organizer.client.clone());
    }

    async fn add_match(&mut self, name: &'static str, scorer: &Person, referee: &Person) {
        let body = json!({
            "sport": "football", "event_id": "{event}",
            "home_team_id": "{team}", "away_team_id": "{away}",
        });
        let made = id(&self.post_ok("/api/matches", &body).await);
        self.names.push((name, made.to_string()));
        for (person, role) in [(scorer, "scorer"), (referee, "referee")] {
            let official = json!({ "user_id": person.id, "role": role });
            self.post_ok(&format!("/api/matches/{name}/officials"), &official).await;
        }
    }

    /// A buyer must take part when buying, but not afterwards.
    async fn buy(&mut self, buyer: &Person) {
        let registrations = "/api/events/{event}/registrations";
        self.post_ok(registrations, &json!({ "user_id": buyer.id })).await;
        let path = self.fill("/api/events/{event}/purchases");
        let body = json!({ "ticket_type": "adult", "quantity": 2 });
        let bought = buyer.client.post(&path, body).await.ok_json();
        let registration = self.fill(&format!("{registrations}/users/{}", buyer.id));
        self.admin.delete(&registration).await.ok_json();
        let text = |value: &Value| value.as_str().expect("text").to_owned();
        self.names.push(("{purchase}", text(&bought["id"])));
        self.names.push(("{code}", text(&bought["tickets"][0]["code"])));
    }

    /// Fills in the ids; in JSON, numeric ids lose their quotes.
    pub fn fill(&self, template: &str) -> String {
        put(template, self.names.iter().map(|(name, id)| (*name, id.as_str())))
    }

    /// The same with ids that do not exist.
    pub fn unknown(&self, template: &str) -> String {
        self.fill(&put(template, UNKNOWN.into_iter()))
    }

    async fn post_ok(&self, path: &str, body: &Value) -> Value {
        let body = serde_json::from_str(&self.fill(&body.to_string())).unwrap();
        self.admin.post(&self.fill(path), body).await.ok_json()
    }

    async fn put(&self, path: &str, body: Value) -> Value {
        let path = self.fill(path);
        self.admin.send(reqwest::Method::PUT, &path, Some(body), &[]).await.unwrap().ok_json()
    }

    /// Creates what the row deletes; returns the value of `{new}`.
    pub async fn create_target(&self, target: DisposableTarget) -> String {
        let post = |path: &str, body: Value| {
            let body = serde_json::from_str(&self.fill(&body.to_string())).unwrap();
            let path = self.fill(path);
            async move { self.admin.post(&path, body).await }
        };
        match target {
            DisposableTarget::Nothing => String::new(),
            DisposableTarget::Player => {
                let made =
                    post("/api/teams/{team}/players", json!({ "name": "New" })).await.ok_json();
                id(&made).to_string()
            }
            DisposableTarget::Incident => {
                let note =
                    json!({ "kind": "note", "period": "first_half", "minute": 1, "text": "new" });
                id(&post("/api/matches/{match}/incidents", note).await.ok_json()).to_string()
            }
            DisposableTarget::Member => {
                let body = json!({ "user_id": "{spare}", "role": "family" });
                post("/api/teams/{team}/members", body).await;
                self.fill("{spare}")
            }
            DisposableTarget::Official => {
                let body = json!({ "user_id": "{spare}", "role": "scorer" });
                post("/api/matches/{match}/officials", body).await;
                self.fill("{spare}")
            }
            DisposableTarget::Manager => {
                post("/api/events/{event}/managers", json!({ "user_id": "{spare}" })).await;
                self.fill("{spare}")
            }
            DisposableTarget::Registration => {
                let body = json!({ "user_id": "{spare}" });
                post("/api/events/{event}/registrations", body).await;
                self.fill("{spare}")
            }
            DisposableTarget::TeamRegistration => {
                let body = json!({ "name": "New team", "visibility": "private" });
                let team = id(&post("/api/teams", body).await.ok_json());
                let body = json!({ "team_id": team });
                post("/api/events/{event}/registrations", body).await.ok_json();
                team.to_string()
            }
            DisposableTarget::Invitation => {
                let body = json!({ "team_id": "{team}" });
                post("/api/events/{event}/registrations", body).await;
                self.fill("{event}")
            }
            DisposableTarget::Result => {
                let body = json!({ "home_score": 2, "away_score": 1, "override": true });
                self.put("/api/matches/{finished}/result", body).await;
                String::new()
            }
        }
    }

    /// Returns everything that a write could change, as text.
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
            let response = self.admin.get(&self.fill(path)).await;
            assert_eq!(response.status, 200, "{path}: {}", response.text);
            state.push(response.text);
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
