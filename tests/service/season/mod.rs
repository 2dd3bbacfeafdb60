//! Real seasons: in whatever order and with whatever mistakes the results are entered, the table
//! equals the published one.
//!
//! - Premier League 2011-12: points, goal difference, goals scored; teams still level share a
//!   position. It decided the title (both Manchester clubs had 89 points), places 8 and 9 and 13
//!   and 14 by goal difference, and places 10 and 11 by goals scored.
//! - Primera División 2014-15: points, head-to-head among tied teams, goal difference, goals
//!   scored. Three teams had 35 points, and the overall goal difference would have put the last of
//!   them first; places 14 and 15 likewise.

mod leaderboard_check;
mod league;

use std::collections::BTreeMap;
use std::fmt::Write as _;

use rand::rngs::StdRng;
use rand::seq::SliceRandom;
use rand::{Rng, SeedableRng};
use reqwest::Method;
use serde_json::{Map, Value, json};
use tokio::task::JoinHandle;

use self::league::{Fixture, League, Line};
use crate::support::api_client::{ApiClient, ApiResponse};
use crate::support::database::Database;
use crate::support::server::TestServer;
use crate::support::sse::Frame;
use crate::support::subscriber::Subscriber;
use crate::support::users::id;

crate::support::on_both! {
    the_premier_league_of_2011_12_ends_with_its_published_table,
    la_liga_of_2014_15_ends_with_its_published_table,
}

/// An operation on the result of one match.
#[derive(Clone, Copy, Debug)]
enum Step {
    Enter(i64, i64),
    Delete,
}

/// Number of clients that enter results concurrently.
const CLIENTS: usize = 6;

async fn the_premier_league_of_2011_12_ends_with_its_published_table(database: Database) {
    let league = League {
        name: "Premier League 2011-12",
        results: include_str!("premier_league_2011_12.txt"),
        table: include_str!("premier_league_2011_12.table.txt"),
        tie_breakers: &["points", "difference", "for"],
    };
    play_season(&league, database).await;
}

async fn la_liga_of_2014_15_ends_with_its_published_table(database: Database) {
    let league = League {
        name: "Primera División 2014-15",
        results: include_str!("la_liga_2014_15.txt"),
        table: include_str!("la_liga_2014_15.table.txt"),
        tie_breakers: &["points", "head_to_head", "difference", "for"],
    };
    play_season(&league, database).await;
}

/// Plays the season and compares the published messages and the leaderboard with the real table.
async fn play_season(league: &League, database: Database) {
    let server = TestServer::start(database, &[]).await;
    let admin = server.admin().await;
    let seed = seed();
    eprintln!("{}: seed {seed}", league.name);
    let mut random = StdRng::seed_from_u64(seed);
    let steps = steps(&league.fixtures(), &mut random);

    let event = event(&admin, league).await;
    let path = format!("/api/events/{event}/stream/");
    let teams = register_teams(&admin, league, event, &mut random).await;
    let matches = create_matches(&admin, league, event, &teams).await;
    let whole = follow(server.subscribe(&path).open().await, steps.len());
    let channel = follow(server.subscribe(&format!("{path}results/")).open().await, steps.len());
    enter(&admin, &matches, steps).await;

    let published: Vec<Value> =
        league.lines().iter().map(|line| line.row(teams[line.code])).collect();
    let asked = admin.get(&format!("/api/events/{event}/leaderboard")).await.ok_json();
    assert_same_table(&published, &asked["leaderboard"], "GET");

    let ((_, whole), (state, channel)) = (whole.await.unwrap(), channel.await.unwrap());
    for (before, after) in whole.iter().zip(&whole[1..]) {
        assert_eq!(after.seq(), before.seq() + 1, "after {before:?}");
    }
    let topic = format!("event_{event}_results");
    let of_results = whole.iter().filter(|frame| frame.json()["topic"] == *topic);
    assert!(of_results.map(|frame| &frame.data).eq(channel.iter().map(|frame| &frame.data)));
    let mut folded = leaderboard_check::check(state, &channel);
    let last = channel.last().unwrap().json();
    assert_eq!(last["data"]["event_id"], event);
    for row in &published {
        let row = row.as_object().unwrap().clone();
        let own = ["team_id", "team", "net_run_rate"];
        let team = row["team_id"].to_string();
        let expected: Map<_, _> =
            row.into_iter().filter(|(name, _)| !own.contains(&name.as_str())).collect();
        assert_eq!(folded[&team].take(), Value::Object(expected), "the folded table");
    }
}

/// Reads the state before the first result, and all messages up to the leaderboard after this many
/// results.
fn follow(mut subscriber: Subscriber, results: usize) -> JoinHandle<(Value, Vec<Frame>)> {
    tokio::spawn(async move {
        let snapshot = subscriber.next_message().await;
        assert_eq!(snapshot.reason(), "connected");
        let (mut all, mut received) = (Vec::new(), 0);
        loop {
            let frame = subscriber.next_message().await;
            let is = |kind: &str| frame.data.starts_with(&format!(r#"{{"type":"{kind}""#));
            received += usize::from(is("result_update"));
            let is_last = received == results && is("leaderboard_update");
            all.push(frame);
            if is_last {
                return (snapshot.json()["data"].take(), all);
            }
        }
    })
}

/// Takes the seed from the environment or draws one, and prints it for reproduction.
fn seed() -> u64 {
    let given = std::env::var("SEASON_SEED").ok().and_then(|seed| seed.parse().ok());
    given.unwrap_or_else(rand::random)
}

async fn event(admin: &ApiClient, league: &League) -> i64 {
    let body = json!({
        "name": league.name, "sport": "football", "visibility": "public",
        "points": { "win": 3, "draw": 1, "loss": 0 }, "tie_breakers": league.tie_breakers,
    });
    id(&admin.post("/api/events", body).await.ok_json())
}

/// Returns the teams' ids by code; their order is independent of the table.
async fn register_teams(
    admin: &ApiClient,
    league: &League,
    event: i64,
    random: &mut StdRng,
) -> BTreeMap<&'static str, i64> {
    let mut lines = league.lines();
    lines.shuffle(random);
    let mut teams = BTreeMap::new();
    for Line { code, name, .. } in lines {
        let body = json!({ "name": name, "short_name": code, "visibility": "public" });
        let team = id(&admin.post("/api/teams", body).await.ok_json());
        let body = json!({ "team_id": team });
        admin.post(&format!("/api/events/{event}/registrations"), body).await.ok_json();
        teams.insert(code, team);
    }
    teams
}

/// Returns the matches' ids in the order of the fixtures; several clients create them.
async fn create_matches(
    admin: &ApiClient,
    league: &League,
    event: i64,
    teams: &BTreeMap<&'static str, i64>,
) -> Vec<i64> {
    let fixtures = league.fixtures();
    let mut tasks = Vec::new();
    for part in fixtures.chunks(fixtures.len().div_ceil(CLIENTS)) {
        let client = admin.with_new_connections();
        let sides: Vec<_> = part.iter().map(|(home, away, _)| (teams[home], teams[away])).collect();
        tasks.push(tokio::spawn(async move {
            let mut matches = Vec::new();
            for (home, away) in sides {
                let body = json!({
                    "event_id": event, "sport": "football",
                    "home_team_id": home, "away_team_id": away,
                });
                matches.push(id(&client.post("/api/matches", body).await.ok_json()));
            }
            matches
        }));
    }
    let mut matches = Vec::new();
    for task in tasks {
        matches.extend(task.await.unwrap());
    }
    matches
}

/// Returns the operations in random order: every twentieth result is wrong first and corrected
/// later, every thirtieth is deleted and entered again.
fn steps(fixtures: &[Fixture], random: &mut StdRng) -> Vec<(usize, Step)> {
    let mut of_matches = Vec::new();
    for (number, &(_, _, (home, away))) in fixtures.iter().enumerate() {
        let right = Step::Enter(home, away);
        let wrong = Step::Enter((home + random.random_range(1..4)) % 5, random.random_range(0..9));
        of_matches.push(match (number % 20, number % 30) {
            (7, _) => vec![wrong, right],
            (_, 11) => vec![right, Step::Delete, right],
            (_, 21) => vec![wrong, Step::Delete, right],
            _ => vec![right],
        });
    }
    // One turn per operation of each match, shuffled: a match's operations keep their order.
    let mut turns: Vec<usize> =
        of_matches.iter().enumerate().flat_map(|(number, own)| vec![number; own.len()]).collect();
    turns.shuffle(random);
    let mut next = vec![0; of_matches.len()];
    let mut all = Vec::new();
    for number in turns {
        all.push((number, of_matches[number][next[number]]));
        next[number] += 1;
    }
    all
}

/// Several clients at once, each with its own matches.
async fn enter(admin: &ApiClient, matches: &[i64], steps: Vec<(usize, Step)>) {
    let mut tasks = Vec::new();
    for client_index in 0..CLIENTS {
        let client = admin.with_new_connections();
        let own = steps.iter().filter(|(number, _)| number % CLIENTS == client_index);
        let own: Vec<_> = own.map(|&(number, step)| (matches[number], step)).collect();
        tasks.push(tokio::spawn(async move {
            for (game, step) in own {
                apply_step(&client, game, step).await.ok_json();
            }
        }));
    }
    for task in tasks {
        task.await.unwrap();
    }
}

async fn apply_step(client: &ApiClient, game: i64, step: Step) -> ApiResponse {
    let path = format!("/api/matches/{game}/result");
    let (method, body) = match step {
        Step::Enter(home, away) => {
            (Method::PUT, Some(json!({ "home_score": home, "away_score": away })))
        }
        Step::Delete => (Method::DELETE, None),
    };
    client.send(method, &path, body, &[]).await.unwrap()
}

/// Compares row by row, so that a difference is visible at once.
fn assert_same_table(published: &[Value], table: &Value, context: &str) {
    let rows = table.as_array().unwrap_or_else(|| panic!("{context}: no table: {table}"));
    let mut differences = String::new();
    for (row, published) in rows.iter().zip(published) {
        if row != published {
            writeln!(differences, "  {row}\n  published {published}").unwrap();
        }
    }
    assert!(differences.is_empty() && rows.len() == published.len(), "{context}:\n{differences}");
}
