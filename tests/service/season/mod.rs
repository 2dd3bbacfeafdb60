//! Whole seasons that were really played: whatever the order and the mistakes in which results are
//! entered, the table is the published one.
//!
//! - Premier League 2011-12: points, then goal difference, then goals scored; those that are still
//!   level share a position. It decided the title (both Manchesters had 89 points), places 8 and 9
//!   and 13 and 14 by goal difference, and places 10 and 11 by goals scored.
//! - Primera División 2014-15: points, then the matches of the tied among themselves, then goal
//!   difference, then goals scored. Three teams had 35 points, and the goal difference of all
//!   matches would have put the last of them first; places 14 and 15 likewise.

mod leaderboard_check;
mod league;

use std::collections::BTreeMap;
use std::fmt::Write as _;

use rand::rngs::StdRng;
use rand::seq::SliceRandom;
use rand::{Rng, SeedableRng};
use reqwest::Method;
use serde_json::{Value, json};
use tokio::task::JoinHandle;

use self::league::{Fixture, League, Line};
use crate::support::api_client::{Answer, Client};
use crate::support::database::Database;
use crate::support::server::TestServer;
use crate::support::sse::Block;
use crate::support::subscriber::Viewer;
use crate::support::users::id;

crate::support::on_both! {
    the_premier_league_of_2011_12_ends_with_its_published_table,
    la_liga_of_2014_15_ends_with_its_published_table,
}

/// Something done to the result of one match.
#[derive(Clone, Copy, Debug)]
enum Step {
    Enter(i64, i64),
    Delete,
}

/// Those who enter results at the same time.
const CLERKS: usize = 6;

async fn the_premier_league_of_2011_12_ends_with_its_published_table(database: Database) {
    let league = League {
        name: "Premier League 2011-12",
        results: include_str!("premier_league_2011_12.txt"),
        table: include_str!("premier_league_2011_12.table.txt"),
        tie_breakers: &["points", "difference", "for"],
    };
    played_through(&league, database).await;
}

async fn la_liga_of_2014_15_ends_with_its_published_table(database: Database) {
    let league = League {
        name: "Primera División 2014-15",
        results: include_str!("la_liga_2014_15.txt"),
        table: include_str!("la_liga_2014_15.table.txt"),
        tie_breakers: &["points", "head_to_head", "difference", "for"],
    };
    played_through(&league, database).await;
}

/// Enters the season, and compares what was told and what is asked with what was published.
async fn played_through(league: &League, database: Database) {
    let server = TestServer::start(database, &[]).await;
    let admin = server.admin().await;
    let seed = seed();
    eprintln!("{}: seed {seed}", league.name);
    let mut random = StdRng::seed_from_u64(seed);
    let steps = steps(&league.fixtures(), &mut random);

    let event = event(&admin, league).await;
    let path = format!("/api/events/{event}/stream/");
    let whole = follow(server.watch(&path).open().await, steps.len());
    let channel = follow(server.watch(&format!("{path}results/")).open().await, steps.len());
    let teams = registered(&admin, league, event, &mut random).await;
    let matches = scheduled(&admin, league, event, &teams).await;
    enter(&admin, &matches, steps).await;

    let published: Vec<Value> =
        league.lines().iter().map(|line| line.row(teams[line.code])).collect();
    let asked = admin.get(&format!("/api/events/{event}/leaderboard")).await.ok();
    same_table(&published, &asked["leaderboard"], "GET");

    let (whole, channel) = (whole.await.unwrap(), channel.await.unwrap());
    for (before, after) in whole.iter().zip(&whole[1..]) {
        assert_eq!(after.seq(), before.seq() + 1, "after {before:?}");
    }
    let topic = format!("event_{event}_results");
    let of_results = whole.iter().filter(|block| block.json()["topic"] == *topic);
    assert!(of_results.map(|block| &block.data).eq(channel.iter().map(|block| &block.data)));
    leaderboard_check::check(&channel);
    let last = channel.last().unwrap().json();
    assert_eq!(last["data"]["event_id"], event);
    same_table(&published, &last["data"]["leaderboard"], "the stream's last message");
}

/// Reads all messages, up to the table after so many results.
fn follow(mut viewer: Viewer, results: usize) -> JoinHandle<Vec<Block>> {
    tokio::spawn(async move {
        assert_eq!(viewer.message().await.reason(), "connected");
        let (mut all, mut told) = (Vec::new(), 0);
        loop {
            let block = viewer.message().await;
            let is = |kind: &str| block.data.starts_with(&format!(r#"{{"type":"{kind}""#));
            told += usize::from(is("result_update"));
            let ends = told == results && is("leaderboard_update");
            all.push(block);
            if ends {
                return all;
            }
        }
    })
}

/// Given, or drawn: it is printed, so that a failure can be played again.
fn seed() -> u64 {
    let given = std::env::var("SEASON_SEED").ok().and_then(|seed| seed.parse().ok());
    given.unwrap_or_else(rand::random)
}

async fn event(admin: &Client, league: &League) -> i64 {
    let body = json!({
        "name": league.name, "sport": "football", "visibility": "public",
        "points": { "win": 3, "draw": 1, "loss": 0 }, "tie_breakers": league.tie_breakers,
    });
    id(&admin.post("/api/events", body).await.ok())
}

/// The ids of the teams by their codes. Their order says nothing of the table's.
async fn registered(
    admin: &Client,
    league: &League,
    event: i64,
    random: &mut StdRng,
) -> BTreeMap<&'static str, i64> {
    let mut lines = league.lines();
    lines.shuffle(random);
    let mut teams = BTreeMap::new();
    for Line { code, name, .. } in lines {
        let body = json!({ "name": name, "short_name": code, "visibility": "public" });
        let team = id(&admin.post("/api/teams", body).await.ok());
        let body = json!({ "team_id": team });
        admin.post(&format!("/api/events/{event}/registrations"), body).await.ok();
        teams.insert(code, team);
    }
    teams
}

/// The ids of the matches, in the order of the fixtures; several clerks make them.
async fn scheduled(
    admin: &Client,
    league: &League,
    event: i64,
    teams: &BTreeMap<&'static str, i64>,
) -> Vec<i64> {
    let fixtures = league.fixtures();
    let mut clerks = Vec::new();
    for part in fixtures.chunks(fixtures.len().div_ceil(CLERKS)) {
        let client = admin.afresh();
        let sides: Vec<_> = part.iter().map(|(home, away, _)| (teams[home], teams[away])).collect();
        clerks.push(tokio::spawn(async move {
            let mut matches = Vec::new();
            for (home, away) in sides {
                let body = json!({
                    "event_id": event, "sport": "football",
                    "home_team_id": home, "away_team_id": away,
                });
                matches.push(id(&client.post("/api/matches", body).await.ok()));
            }
            matches
        }));
    }
    let mut matches = Vec::new();
    for clerk in clerks {
        matches.extend(clerk.await.unwrap());
    }
    matches
}

/// What is done to which match, in random order: each twentieth result is wrong at first and
/// corrected some time later, each thirtieth is deleted and entered again.
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
    // Of each match as many turns as it has steps, shuffled: its steps keep their order.
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

/// Several clerks at once, each with matches of its own.
async fn enter(admin: &Client, matches: &[i64], steps: Vec<(usize, Step)>) {
    let mut clerks = Vec::new();
    for clerk in 0..CLERKS {
        let client = admin.afresh();
        let own = steps.iter().filter(|(number, _)| number % CLERKS == clerk);
        let own: Vec<_> = own.map(|&(number, step)| (matches[number], step)).collect();
        clerks.push(tokio::spawn(async move {
            for (game, step) in own {
                take(&client, game, step).await.ok();
            }
        }));
    }
    for clerk in clerks {
        clerk.await.unwrap();
    }
}

async fn take(client: &Client, game: i64, step: Step) -> Answer {
    let path = format!("/api/matches/{game}/result");
    let (method, body) = match step {
        Step::Enter(home, away) => {
            (Method::PUT, Some(json!({ "home_score": home, "away_score": away })))
        }
        Step::Delete => (Method::DELETE, None),
    };
    client.send(method, &path, body, &[]).await.unwrap()
}

/// Row by row, so that a difference is seen at once.
fn same_table(published: &[Value], table: &Value, about: &str) {
    let rows = table.as_array().unwrap_or_else(|| panic!("{about}: no table: {table}"));
    let mut differences = String::new();
    for (row, published) in rows.iter().zip(published) {
        if row != published {
            writeln!(differences, "  {row}\n  published {published}").unwrap();
        }
    }
    assert!(differences.is_empty() && rows.len() == published.len(), "{about}:\n{differences}");
}
