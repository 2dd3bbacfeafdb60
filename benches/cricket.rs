//! Cost of recording a ball at the end of an innings of 90 overs: `cargo bench --bench cricket`.
//!
//! First the rules alone, then a complete write: look-ups, messages and the transaction, flushed
//! to a SQLite file in the directory for temporary files.
#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a benchmark prints its figures and may fail"
)]

use std::time::{Duration, Instant};

use chrono::{SubsecRound, Utc};
use serde_json::{Value, json};
use touchline::domain::users::UserRole;
use touchline::domain::visibility::Visibility;
use touchline::sports::{
    ErasedMatch, MatchAction, MatchCommand, MatchInfo, Player, SportRules, TeamInfo,
};
use touchline::store::mutation::{
    AddPlayer, ApplyMatchAction, CreateMatch, CreateTeam, CreateUser, MatchPlace, Mutation,
    MutationRequest, NewMatch, NewPlayer, NewTeam, NewUser,
};
use touchline::store::{DatabaseTimeouts, Store, StoreOptions};

/// Overs before the measured ball.
const OVERS: usize = 90;
/// Repetitions of each measurement, all on the same state.
const REPETITIONS: u32 = 2000;

/// A match in memory.
struct RulesMatch {
    rules: &'static SportRules,
    match_info: MatchInfo,
    game: ErasedMatch,
}

fn team(team_id: i64, name: &str) -> TeamInfo {
    TeamInfo { team_id, name: name.to_owned(), short_name: name.to_owned(), colour: None }
}

impl RulesMatch {
    fn new(rules: &'static SportRules) -> Self {
        let (home, away) = (team(1, "Northants"), team(2, "Kent"));
        let match_info =
            MatchInfo { match_id: 9, event_id: None, format: json!("test"), home, away };
        let game = rules.initial_state(&match_info).unwrap();
        Self { rules, match_info, game }
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

    fn apply(&mut self, action: &str, body: Value) {
        let command = self.command(action, body);
        self.game = self.rules.apply(&self.match_info, &self.game, &command).unwrap().state;
    }
}

fn main() {
    measure_rules();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(measure_writes());
}

fn measure_rules() {
    let mut game = RulesMatch::new(SportRules::find("cricket").unwrap());
    game.apply("start", json!({}));
    game.apply(
        "innings",
        json!({ "batting_team_id": 1, "striker_id": 101, "non_striker_id": 102 }),
    );
    for over in 0..OVERS {
        game.apply("players", json!({ "bowler_id": 201 + over % 6 }));
        for batter in [1, 0, 4, 2, 1, 0] {
            game.apply("balls", json!({ "runs": { "batter": batter } }));
        }
    }
    game.apply("players", json!({ "bowler_id": 201 }));
    let ball = json!({ "runs": { "batter": 1 }, "commentary": "pushed to mid-on" });
    measure("a ball", &game, game.command("balls", ball));
    measure("an undo", &game, game.command("DELETE balls/540", Value::Null));
    let first = json!({ "runs": { "batter": 3 } });
    measure("a change of the first ball", &game, game.command("PATCH balls/1", first));
    let started = Instant::now();
    let state = serde_json::json!(game.rules.state(&game.game)).to_string();
    println!("state: {:?}, {} bytes", started.elapsed(), state.len());
}

fn measure(name: &str, game: &RulesMatch, command: MatchCommand) {
    let mut durations: Vec<Duration> = (0..REPETITIONS)
        .map(|_| {
            let started = Instant::now();
            let transition = game.rules.apply(&game.match_info, &game.game, &command).unwrap();
            drop(transition);
            started.elapsed()
        })
        .collect();
    print_quantiles(&format!("{name} after {OVERS} overs"), &mut durations);
}

fn print_quantiles(name: &str, durations: &mut [Duration]) {
    durations.sort_unstable();
    let percentile = |percent: usize| durations[durations.len() * percent / 100];
    println!("{name}: median {:?}, p99 {:?}", percentile(50), percentile(99));
}

/// A match in a store, and the user who scores it.
struct StoredMatch {
    store: Store,
    match_id: i64,
    user_id: i64,
}

impl StoredMatch {
    async fn create(store: &Store, user_id: i64, mutation: impl Mutation) -> i64 {
        let request = MutationRequest::new(user_id, Utc::now().trunc_subsecs(3));
        store.commit(request, mutation).await.unwrap().body["id"].as_i64().unwrap()
    }

    /// Returns the match, the players of both teams, and the id of the first team.
    async fn new(store: Store) -> (Self, [Vec<i64>; 2], i64) {
        let (email, name) = ("ann@example.org".to_owned(), "Ann".to_owned());
        let user = NewUser { email, name, password_hash: None, role: UserRole::Admin };
        let user_id = Self::create(&store, 0, CreateUser(user)).await;
        let (mut teams, mut players) = (Vec::new(), [Vec::new(), Vec::new()]);
        for (index, name) in ["Northants", "Kent"].into_iter().enumerate() {
            let fields = NewTeam {
                name: name.to_owned(),
                short_name: None,
                colour: None,
                visibility: Visibility::Public,
            };
            let team_id = Self::create(&store, user_id, CreateTeam(fields)).await;
            for number in 1..=11 {
                let fields =
                    NewPlayer { name: format!("{name} {number}"), shirt_number: Some(number) };
                let id = Self::create(&store, user_id, AddPlayer { team_id, fields }).await;
                players[index].push(id);
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
            place: MatchPlace::default(),
            visibility: Visibility::Public,
        };
        let match_id = Self::create(&store, user_id, CreateMatch(fields)).await;
        (Self { store, match_id, user_id }, players, teams[0])
    }

    /// Commits a match action; returns how long it took.
    async fn apply(&self, action: &str, body: Value) -> Duration {
        let (match_id, action) = (self.match_id, MatchAction::from_name(action).unwrap());
        let mutation = ApplyMatchAction { match_id, action, body, occurred_at: None };
        let request = MutationRequest::new(self.user_id, Utc::now().trunc_subsecs(3));
        let started = Instant::now();
        self.store.commit(request, mutation).await.unwrap();
        started.elapsed()
    }
}

async fn measure_writes() {
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
    let (game, [batting, bowling], team_id) = StoredMatch::new(store).await;
    game.apply("start", json!({})).await;
    let innings = json!({
        "batting_team_id": team_id, "striker_id": batting[0], "non_striker_id": batting[1],
    });
    game.apply("innings", innings).await;
    let (mut first, mut last) = (Vec::new(), Vec::new());
    for over in 0..OVERS + 10 {
        game.apply("players", json!({ "bowler_id": bowling[over % 6] })).await;
        for batter in [1, 0, 4, 2, 1, 0] {
            let duration = game.apply("balls", json!({ "runs": { "batter": batter } })).await;
            if over < 10 {
                first.push(duration);
            } else if over >= OVERS {
                last.push(duration);
            }
        }
    }
    print_quantiles("write of a ball in the first ten overs", &mut first);
    print_quantiles(&format!("write of a ball after {OVERS} overs"), &mut last);
    std::fs::remove_dir_all(&folder).unwrap();
}
