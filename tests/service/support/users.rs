//! Those who use it, with what they do as verbs.

use std::sync::atomic::{AtomicI64, Ordering};

use serde_json::{Value, json};

use super::api_client::{Answer, Client};
use super::server::TestServer;

/// Makes teams, matches and people: the administrator.
#[derive(Clone)]
pub struct Organizer {
    pub client: Client,
}

/// A match of the tests.
#[derive(Clone, Copy, Debug)]
pub struct Game {
    pub id: i64,
    pub home: i64,
    pub away: i64,
}

/// Writes what happens in one match.
#[derive(Clone)]
pub struct Scorer {
    pub client: Client,
    pub game: Game,
}

/// A user who is signed in.
pub struct Person {
    pub id: i64,
    pub email: String,
    pub password: String,
    pub client: Client,
}

impl Game {
    pub fn path(&self, rest: &str) -> String {
        format!("/api/matches/{}{rest}", self.id)
    }

    pub fn stream(&self) -> String {
        self.path("/stream/")
    }

    pub fn topic(&self) -> String {
        format!("match_{}", self.id)
    }
}

impl Organizer {
    pub async fn team(&self, name: &str, visibility: &str) -> i64 {
        let body = json!({ "name": name, "colour": "#003090", "visibility": visibility });
        id(&self.client.post("/api/teams", body).await.ok())
    }

    pub async fn player(&self, team: i64, name: &str, number: i64) -> i64 {
        let body = json!({ "name": name, "shirt_number": number });
        id(&self.client.post(&format!("/api/teams/{team}/players"), body).await.ok())
    }

    /// A scheduled match of two new public teams.
    pub async fn game(&self, sport: &str, visibility: &str) -> Game {
        let home = self.team("Leicester City", "public").await;
        let away = self.team("Liverpool", "public").await;
        self.game_of(sport, visibility, home, away).await
    }

    pub async fn game_of(&self, sport: &str, visibility: &str, home: i64, away: i64) -> Game {
        let body = json!({
            "sport": sport, "home_team_id": home, "away_team_id": away, "visibility": visibility,
            "starts_at": "2026-11-21T15:00:00.000Z", "venue": "King Power",
        });
        let id = id(&self.client.post("/api/matches", body).await.ok());
        Game { id, home, away }
    }

    /// A public match that is being played, and who scores it.
    pub async fn live(&self, sport: &str) -> Scorer {
        let game = self.game(sport, "public").await;
        self.start(game).await
    }

    pub async fn start(&self, game: Game) -> Scorer {
        let scorer = Scorer { client: self.client.afresh(), game };
        scorer.act("start", json!({})).await.ok();
        scorer
    }

    pub async fn person(&self, server: &TestServer, name: &str) -> Person {
        static NEXT: AtomicI64 = AtomicI64::new(1);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let email = format!("{name}.{number}@example.org").to_lowercase();
        let password = format!("password of {name} {number}");
        let body = json!({ "email": email, "name": name, "password": password, "role": "user" });
        let id = id(&self.client.post("/api/users", body).await.ok());
        let client = server.stranger().sign_in(&email, &password).await;
        Person { id, email, password, client }
    }

    pub async fn join(&self, team: i64, person: &Person, role: &str) {
        let body = json!({ "user_id": person.id, "role": role });
        self.client.post(&format!("/api/teams/{team}/members"), body).await.ok();
    }

    pub async fn leave(&self, team: i64, person: &Person) {
        self.client.delete(&format!("/api/teams/{team}/members/{}", person.id)).await.ok();
    }

    pub async fn appoint(&self, game: Game, person: &Person, role: &str) {
        let body = json!({ "user_id": person.id, "role": role });
        self.client.post(&game.path("/officials"), body).await.ok();
    }
}

impl Scorer {
    pub async fn act(&self, action: &str, body: Value) -> Answer {
        self.client.post(&self.game.path(&format!("/{action}")), body).await
    }

    /// An incident of a kind that needs only a team.
    pub async fn incident(&self, kind: &str, minute: i64) -> Value {
        let body = json!({
            "kind": kind, "team_id": self.game.home, "period": "first_half", "minute": minute,
        });
        self.act("incidents", body).await.ok()
    }

    /// A message with a text of the caller's.
    pub async fn note(&self, text: &str) -> Answer {
        self.act("incidents", note(text)).await
    }

    /// The whole score of a generic match.
    pub async fn score(&self, home: i64, away: i64) -> Answer {
        self.act("score", json!({ "home": home, "away": away })).await
    }

    /// So many messages, one after the other.
    pub async fn notes(&self, count: usize) {
        for number in 0..count {
            self.note(&format!("note {number}")).await.ok();
        }
    }
}

/// The body of a note.
pub fn note(text: &str) -> Value {
    json!({ "kind": "note", "period": "first_half", "minute": 1, "text": text })
}

pub fn id(body: &Value) -> i64 {
    body["id"].as_i64().unwrap_or_else(|| panic!("no id: {body}"))
}
