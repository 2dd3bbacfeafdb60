//! Users of the service, with their actions as methods.

use std::fmt::Display;
use std::sync::atomic::{AtomicI64, Ordering};

use jsonwebtoken::{EncodingKey, Header};
use serde_json::{Value, json};

use super::api_client::{ApiClient, ApiResponse};
use super::server::{JWT_SECRET, TestServer};

/// The administrator, who creates teams, matches and users.
#[derive(Clone)]
pub struct Organizer {
    pub client: ApiClient,
}

/// A match.
#[derive(Clone, Copy, Debug)]
pub struct Game {
    pub id: i64,
    pub home: i64,
    pub away: i64,
}

/// Scores one match.
#[derive(Clone)]
pub struct Scorer {
    pub client: ApiClient,
    pub game: Game,
}

/// A signed-in user.
pub struct Person {
    pub id: i64,
    pub email: String,
    pub password: String,
    pub client: ApiClient,
}

impl Game {
    pub fn path(&self, rest: &str) -> String {
        format!("/api/matches/{}{rest}", self.id)
    }

    pub fn stream_path(&self) -> String {
        self.path("/stream/")
    }

    pub fn topic(&self) -> String {
        format!("match_{}", self.id)
    }

    /// The cursor of the match's stream at a seq.
    pub fn cursor(&self, epoch: &str, seq: impl Display) -> String {
        format!("{epoch}.m{}-{seq}", self.id)
    }
}

impl Person {
    /// A token whose `exp` is so many seconds from now.
    pub fn token_that_expires(&self, seconds: i64) -> String {
        let now = chrono::Utc::now().timestamp();
        let claims = json!({
            "sub": self.id.to_string(), "gen": 1, "iat": now - 600, "exp": now + seconds,
        });
        let key = EncodingKey::from_secret(JWT_SECRET.as_bytes());
        jsonwebtoken::encode(&Header::default(), &claims, &key).unwrap()
    }
}

impl Organizer {
    pub async fn create_team(&self, name: &str, visibility: &str) -> i64 {
        let body = json!({ "name": name, "colour": "#003090", "visibility": visibility });
        id(&self.client.post("/api/teams", body).await.ok_json())
    }

    pub async fn create_player(&self, team: i64, name: &str, number: i64) -> i64 {
        let body = json!({ "name": name, "shirt_number": number });
        id(&self.client.post(&format!("/api/teams/{team}/players"), body).await.ok_json())
    }

    /// Creates a scheduled match of two new public teams.
    pub async fn create_match(&self, sport: &str, visibility: &str) -> Game {
        let home = self.create_team("Leicester City", "public").await;
        let away = self.create_team("Liverpool", "public").await;
        self.create_match_between(sport, visibility, home, away).await
    }

    pub async fn create_match_between(
        &self,
        sport: &str,
        visibility: &str,
        home: i64,
        away: i64,
    ) -> Game {
        let body = json!({
            "sport": sport, "home_team_id": home, "away_team_id": away, "visibility": visibility,
            "starts_at": "2026-11-21T15:00:00.000Z", "venue": "King Power",
        });
        let id = id(&self.client.post("/api/matches", body).await.ok_json());
        Game { id, home, away }
    }

    /// Creates a live public match.
    pub async fn live_match(&self, sport: &str) -> Scorer {
        let game = self.create_match(sport, "public").await;
        self.start_match(game).await
    }

    pub async fn start_match(&self, game: Game) -> Scorer {
        let scorer = Scorer { client: self.client.with_new_connections(), game };
        scorer.post_action("start", json!({})).await.ok_json();
        scorer
    }

    pub async fn create_user(&self, server: &TestServer, name: &str) -> Person {
        static NEXT: AtomicI64 = AtomicI64::new(1);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let email = format!("{name}.{number}@example.org").to_lowercase();
        let password = format!("password of {name} {number}");
        let body = json!({ "email": email, "name": name, "password": password, "role": "user" });
        let id = id(&self.client.post("/api/users", body).await.ok_json());
        let client = server.anonymous().sign_in(&email, &password).await;
        Person { id, email, password, client }
    }

    pub async fn add_member(&self, team: i64, person: &Person, role: &str) {
        let body = json!({ "user_id": person.id, "role": role });
        self.client.post(&format!("/api/teams/{team}/members"), body).await.ok_json();
    }

    pub async fn remove_member(&self, team: i64, person: &Person) {
        self.client.delete(&format!("/api/teams/{team}/members/{}", person.id)).await.ok_json();
    }

    pub async fn add_official(&self, game: Game, person: &Person, role: &str) {
        let body = json!({ "user_id": person.id, "role": role });
        self.client.post(&game.path("/officials"), body).await.ok_json();
    }
}

impl Scorer {
    pub async fn post_action(&self, action: &str, body: Value) -> ApiResponse {
        self.client.post(&self.game.path(&format!("/{action}")), body).await
    }

    /// Posts an incident of a kind that only needs a team.
    pub async fn post_incident(&self, kind: &str, minute: i64) -> Value {
        let body = json!({
            "kind": kind, "team_id": self.game.home, "period": "first_half", "minute": minute,
        });
        self.post_action("incidents", body).await.ok_json()
    }

    /// Posts a note with this text.
    pub async fn post_note(&self, text: &str) -> ApiResponse {
        self.post_action("incidents", note_body(text)).await
    }

    /// Sets the whole score of a generic match.
    pub async fn post_score(&self, home: i64, away: i64) -> ApiResponse {
        self.post_action("score", json!({ "home": home, "away": away })).await
    }

    /// Posts this many notes, one after the other.
    pub async fn post_notes(&self, count: usize) {
        for number in 0..count {
            self.post_note(&format!("note {number}")).await.ok_json();
        }
    }
}

/// The body of a note.
pub fn note_body(text: &str) -> Value {
    json!({ "kind": "note", "period": "first_half", "minute": 1, "text": text })
}

pub fn id(body: &Value) -> i64 {
    body["id"].as_i64().unwrap_or_else(|| panic!("no id: {body}"))
}
