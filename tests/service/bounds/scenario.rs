//! One resource of each kind that a request can refer to.

use reqwest::Method;
use serde_json::{Value, json};

use crate::bounds::inputs::{Case, Leaf, Operation};
use crate::bounds::{inputs, outputs};
use crate::support::api_client::ApiClient;
use crate::support::server::TestServer;
use crate::support::users::{Game, Organizer, id};

pub struct Scenario {
    pub client: ApiClient,
    pub football: Game,
    event: i64,
    announcement: i64,
    user: i64,
    purchase: String,
    code: String,
    teams: [i64; 2],
    batting: Vec<i64>,
    bowling: Vec<i64>,
    matches: Vec<(&'static str, i64)>,
}

/// Suffixes of actions on a match that has not started.
const PRE_MATCH_ACTIONS: [&str; 5] = ["/toss", "/start", "/postpone", "/cancel", "/result"];

impl Scenario {
    pub async fn new(server: &TestServer) -> Self {
        let organizer = server.organizer().await;
        let client = organizer.client.clone();
        let event = json!({ "name": "Cup", "sport": "football", "visibility": "public" });
        let event = id(&client.post("/api/events", event).await.ok_json());
        let teams = [
            organizer.create_team("A", "public").await,
            organizer.create_team("B", "public").await,
        ];
        let of_event = |rest: &str| format!("/api/events/{event}/{rest}");
        for team in teams {
            client.post(&of_event("registrations"), json!({ "team_id": team })).await.ok_json();
        }
        let user = organizer.create_user(server, "Zoe").await;
        client.post(&of_event("registrations"), json!({ "user_id": user.id })).await.ok_json();
        client.post(&of_event("managers"), json!({ "user_id": user.id })).await.ok_json();
        organizer.add_member(teams[0], &user, "coach").await;
        let announcement = json!({
            "event_id": event, "type": "general", "title": "T", "message": "M",
            "expires_at": "9999-12-31T23:59:59.999Z",
        });
        let announcement = id(&client.post("/api/announcements", announcement).await.ok_json());
        let order = json!({ "ticket_type": "adult", "quantity": 2 });
        let bought = client.post(&of_event("purchases"), order).await.ok_json();
        let text = |value: &Value| value.as_str().expect("text").to_owned();
        let mut scenario = Self {
            client,
            football: Game { id: 0, home: teams[0], away: teams[1] },
            event,
            announcement,
            user: user.id,
            purchase: text(&bought["id"]),
            code: text(&bought["tickets"][0]["code"]),
            teams,
            batting: create_eleven(&organizer, teams[0]).await,
            bowling: create_eleven(&organizer, teams[1]).await,
            matches: Vec::new(),
        };
        for sport in ["football", "cricket", "generic"] {
            let made = scenario.create_match_for(sport, "/incidents").await;
            scenario.matches.push((sport, made));
        }
        scenario.football.id = scenario.matches[0].1;
        scenario
    }

    /// Creates a match in the state that the action at this path needs.
    async fn create_match_for(&self, sport: &str, path: &str) -> i64 {
        let [home, away] = self.teams;
        let event = (sport == "football").then_some(self.event);
        let body = json!({
            "sport": sport, "home_team_id": home, "away_team_id": away, "event_id": event,
        });
        let made = id(&self.client.post("/api/matches", body).await.ok_json());
        if PRE_MATCH_ACTIONS.iter().any(|end| path.ends_with(end)) {
            return made;
        }
        let act = |action: &'static str, body: Value| async move {
            let path = format!("/api/matches/{made}/{action}");
            self.client.post(&path, body).await.ok_json();
        };
        if sport == "cricket" {
            act("toss", json!({ "winner_team_id": home, "decision": "bat" })).await;
        }
        act("start", json!({})).await;
        if sport == "cricket" && !path.ends_with("/innings") {
            let opening = json!({
                "batting_team_id": home, "striker_id": self.batting[0],
                "non_striker_id": self.batting[1], "bowler_id": self.bowling[0],
            });
            act("innings", opening).await;
            act("balls", json!({ "runs": { "batter": 1 } })).await;
        }
        if sport == "football" {
            act(
                "incidents",
                json!({ "kind": "note", "period": "first_half", "minute": 1, "text": "x" }),
            )
            .await;
        }
        if path.ends_with("/resume") {
            act("pause", json!({})).await;
        }
        made
    }

    pub fn default_case(&self) -> Case {
        let [home, away] = self.teams;
        Case::from([
            ("{match}", json!(self.football.id)),
            ("sport", json!("football")),
            ("kind", json!("goal")),
            ("period", json!("first_half")),
            ("home_team_id", json!(home)),
            ("away_team_id", json!(away)),
            ("team_id", json!(home)),
            ("winner_team_id", json!(home)),
            ("batting_team_id", json!(home)),
            ("event_id", json!(self.event)),
            ("user_id", json!(self.user)),
            ("match_id", json!(self.football.id)),
            ("player_id", json!(self.batting[0])),
            ("email", json!("somebody@example.org")),
            ("colour", json!("#003090")),
            ("action", json!("incidents")),
            ("currency", json!("EUR")),
            ("number", json!(1)),
        ])
    }

    /// Returns the cases for one input; for match actions, a new match of each sport.
    pub async fn cases(&self, operation: &Operation, leaf: &Leaf) -> Vec<Case> {
        let mut defaults = self.default_case();
        if leaf.is_named("format") || leaf.is_named("scorers_required") {
            defaults.insert("sport", json!("cricket"));
        }
        if !operation.path.starts_with("/api/matches/{id}/") {
            return vec![defaults];
        }
        let mut cases = Vec::new();
        for sport in ["football", "cricket", "generic"] {
            let made = self.create_match_for(sport, &operation.path).await;
            let mut case = defaults.clone();
            case.insert("{match}", json!(made));
            if sport == "cricket" {
                case.insert("kind", json!("caught"));
            }
            cases.push(case);
        }
        cases
    }

    /// Fills the path template with ids of existing resources.
    pub fn fill(&self, path: &str, case: &Case) -> String {
        let parts = path.split('/').collect::<Vec<_>>();
        let of = match parts.get(2).copied().unwrap_or_default() {
            "matches" => case["{match}"].to_string(),
            "events" => self.event.to_string(),
            "teams" => self.teams[0].to_string(),
            "announcements" => self.announcement.to_string(),
            "purchases" => self.purchase.clone(),
            "users" => self.user.to_string(),
            _ => "1".to_owned(),
        };
        let filled = parts.into_iter().map(|part| match part {
            "{id}" => of.clone(),
            "{user}" => self.user.to_string(),
            "{team}" => self.teams[0].to_string(),
            "{event}" => self.event.to_string(),
            "{player}" => self.batting[0].to_string(),
            "{code}" => self.code.clone(),
            "{topic}" => format!("match_{}", self.football.id),
            "{channel}" => "schedule".to_owned(),
            part if part.starts_with('{') => "1".to_owned(),
            part => part.to_owned(),
        });
        filled.collect::<Vec<_>>().join("/")
    }

    /// Adds this query, and the parameters that make a stream response end by itself.
    pub fn with_query(&self, operation: &Operation, path: &str, query: Option<&str>) -> String {
        let is_stream = operation.path.split('/').any(|part| part == "stream");
        let defaults: &[(&str, &str)] = match operation.path.rsplit('/').next() {
            Some("replay") => &[("speed", "10000")],
            _ if is_stream => &[("transport", "poll"), ("wait", "0")],
            _ => &[],
        };
        let given = query.and_then(|query| query.split('=').next()).unwrap_or_default();
        let mut all: Vec<String> = defaults
            .iter()
            .filter(|(name, _)| *name != given)
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        if operation.path == "/api/stream" && given != "topic" {
            all.push(format!("topic=match_{}", self.football.id));
        }
        all.extend(query.map(str::to_owned));
        if all.is_empty() { path.to_owned() } else { format!("{path}?{}", all.join("&")) }
    }

    /// Reads every route and every topic.
    pub async fn check_all_output(&self) {
        for operation in inputs::operations() {
            let is_text = operation.path.ends_with("/replay") || operation.path == "/metrics";
            if operation.method != Method::GET || is_text {
                continue;
            }
            for (_, game) in &self.matches {
                let mut case = self.default_case();
                case.insert("{match}", json!(game));
                let path = self.fill(&operation.path, &case);
                let path = self.with_query(&operation, &path, None);
                let response = self.client.get(&path).await;
                assert!(response.status < 500, "{path}: {} {}", response.status, response.text);
                if response.header("content-type").ends_with("json") {
                    assert_eq!(outputs::find_invalid(&response.json()), None, "{path}");
                }
            }
        }
        let games = self.matches.iter().map(|(_, game)| format!("match_{game}"));
        let others = [format!("event_{}", self.event), format!("team_{}", self.teams[0])];
        for topic in games.chain(others) {
            for message in self.client.history(&topic).await {
                let message = serde_json::from_str(&message).unwrap();
                assert_eq!(outputs::find_invalid(&message), None, "{topic}: {message}");
            }
        }
    }
}

async fn create_eleven(organizer: &Organizer, team: i64) -> Vec<i64> {
    let mut ids = Vec::new();
    for number in 1..=11 {
        ids.push(organizer.create_player(team, &format!("P {team}-{number}"), number).await);
    }
    ids
}
