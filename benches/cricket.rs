//! What a ball costs at the end of an innings of 90 overs: `cargo bench --bench cricket`.
//!
//! First the rules alone, then a ball as it is acknowledged: with its look-ups, its messages and
//! its transaction, flushed to a SQLite file in the folder for temporary files.
#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a program that measures and says so"
)]

use std::time::{Duration, Instant};

use chrono::{SubsecRound, Utc};
use serde_json::{Value, json};
use touchline::sports::{ErasedMatch, MatchCommand, MatchInfo, Player, SportRules, TeamInfo};
use touchline::store::mutation::{
    AddPlayer, ApplyMatchAction, CreateMatch, CreateTeam, CreateUser, Mutation, MutationRequest,
    NewMatch, NewPlayer, NewTeam, NewUser,
};
use touchline::store::{DatabaseTimeouts, Store, StoreOptions};

/// Overs before the measured ball.
const OVERS: usize = 90;
/// Balls measured, each on the same state.
const TIMES: u32 = 2000;

struct Scored {
    rules: &'static SportRules,
    fixture: MatchInfo,
    game: ErasedMatch,
}

fn side(team_id: i64, name: &str) -> TeamInfo {
    TeamInfo { team_id, name: name.to_owned(), short_name: name.to_owned(), colour: None }
}

impl Scored {
    fn new(rules: &'static SportRules) -> Self {
        let (home, away) = (side(1, "Northants"), side(2, "Kent"));
        let fixture = MatchInfo { match_id: 9, event_id: None, format: json!("test"), home, away };
        let game = rules.initial_state(&fixture).unwrap();
        Self { rules, fixture, game }
    }

    fn command(&self, action: &str, body: Value) -> MatchCommand {
        let ids = self.rules.player_ids(action, &body).into_iter();
        let player = |id: i64| Player {
            id,
            team_id: id / 100,
            name: format!("Player {id}"),
            shirt_number: None,
        };
        let at = "2026-06-01T11:00:00Z".parse().unwrap();
        MatchCommand {
            action: action.to_owned(),
            body,
            user_id: 7,
            occurred_at: at,
            players: ids.map(player).collect(),
        }
    }

    fn does(&mut self, action: &str, body: Value) {
        let command = self.command(action, body);
        self.game = self.rules.apply(&self.fixture, &self.game, &command).unwrap().state;
    }
}

fn main() {
    by_the_rules();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(written());
}

fn by_the_rules() {
    let mut scored = Scored::new(SportRules::find("cricket").unwrap());
    scored.does("start", json!({}));
    scored
        .does("innings", json!({ "batting_team_id": 1, "striker_id": 101, "non_striker_id": 102 }));
    for over in 0..OVERS {
        scored.does("players", json!({ "bowler_id": 201 + over % 6 }));
        for batter in [1, 0, 4, 2, 1, 0] {
            scored.does("balls", json!({ "runs": { "batter": batter } }));
        }
    }
    scored.does("players", json!({ "bowler_id": 201 }));
    let ball = json!({ "runs": { "batter": 1 }, "commentary": "pushed to mid-on" });
    measure("a ball", &scored, scored.command("balls", ball));
    measure("an undo", &scored, scored.command("DELETE balls/540", Value::Null));
    let first = json!({ "runs": { "batter": 3 } });
    measure("the first ball changed", &scored, scored.command("PATCH balls/1", first));
    let began = Instant::now();
    let view = scored.rules.snapshot(&scored.fixture, &scored.game).to_string();
    println!("the whole state: {:?}, {} bytes", began.elapsed(), view.len());
}

fn measure(what: &str, scored: &Scored, command: MatchCommand) {
    let mut all: Vec<Duration> = (0..TIMES)
        .map(|_| {
            let began = Instant::now();
            let applied = scored.rules.apply(&scored.fixture, &scored.game, &command).unwrap();
            drop(applied);
            began.elapsed()
        })
        .collect();
    tell(&format!("{what} after {OVERS} overs"), &mut all);
}

fn tell(what: &str, all: &mut [Duration]) {
    all.sort_unstable();
    let at = |part: usize| all[all.len() * part / 100];
    println!("{what}: median {:?}, p99 {:?}", at(50), at(99));
}

/// A match in a store, and who scores it.
struct Stored {
    store: Store,
    match_id: i64,
    by: i64,
}

impl Stored {
    async fn make(store: &Store, by: i64, write: impl Mutation) -> i64 {
        let at = Utc::now().trunc_subsecs(3);
        let request = MutationRequest::new(by, at);
        store.commit(request, write).await.unwrap().body["id"].as_i64().unwrap()
    }

    async fn new(store: Store) -> (Self, [Vec<i64>; 2], i64) {
        let (email, name) = ("ann@example.org".to_owned(), "Ann".to_owned());
        let user = NewUser { email, name, password_hash: None, role: "admin".to_owned() };
        let by = Self::make(&store, 0, CreateUser(user)).await;
        let (mut teams, mut players) = (Vec::new(), [Vec::new(), Vec::new()]);
        for (place, name) in ["Northants", "Kent"].into_iter().enumerate() {
            let fields = NewTeam {
                name: name.to_owned(),
                short_name: None,
                colour: None,
                visibility: "public".to_owned(),
            };
            let team_id = Self::make(&store, by, CreateTeam(fields)).await;
            for number in 1..=11 {
                let fields =
                    NewPlayer { name: format!("{name} {number}"), shirt_number: Some(number) };
                let id = Self::make(&store, by, AddPlayer { team_id, fields }).await;
                players[place].push(id);
            }
            teams.push(team_id);
        }
        let fields = NewMatch {
            event_id: None,
            sport: "cricket".to_owned(),
            format: json!("test"),
            home_team_id: teams[0],
            away_team_id: teams[1],
            starts_at: None,
            venue: None,
            visibility: "public".to_owned(),
        };
        let match_id = Self::make(&store, by, CreateMatch(fields)).await;
        (Self { store, match_id, by }, players, teams[0])
    }

    async fn does(&self, action: &str, body: Value) -> Duration {
        let (match_id, action) = (self.match_id, action.to_owned());
        let write = ApplyMatchAction { match_id, action, body, occurred_at: None };
        let at = Utc::now().trunc_subsecs(3);
        let request = MutationRequest::new(self.by, at);
        let began = Instant::now();
        self.store.commit(request, write).await.unwrap();
        began.elapsed()
    }
}

async fn written() {
    let folder = std::env::temp_dir().join(format!("touchline-bench-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let url = format!("sqlite://{}", folder.join("touchline.db").display());
    let store = Store::open(&StoreOptions {
        url,
        max_connections: 2,
        ca_file: None,
        timeouts: DatabaseTimeouts::default(),
        secret: None,
    })
    .await
    .unwrap();
    let (stored, [batting, bowling], team_id) = Stored::new(store).await;
    stored.does("start", json!({})).await;
    let open = json!({
        "batting_team_id": team_id, "striker_id": batting[0], "non_striker_id": batting[1],
    });
    stored.does("innings", open).await;
    let (mut first, mut last) = (Vec::new(), Vec::new());
    for over in 0..OVERS + 10 {
        stored.does("players", json!({ "bowler_id": bowling[over % 6] })).await;
        for batter in [1, 0, 4, 2, 1, 0] {
            let took = stored.does("balls", json!({ "runs": { "batter": batter } })).await;
            if over < 10 {
                first.push(took);
            } else if over >= OVERS {
                last.push(took);
            }
        }
    }
    tell("a ball acknowledged in the first ten overs", &mut first);
    tell(&format!("a ball acknowledged after {OVERS} overs"), &mut last);
    std::fs::remove_dir_all(&folder).unwrap();
}
