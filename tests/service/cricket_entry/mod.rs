//! One match, entered in five ways: in order, every ball thrice, with mistakes that are corrected,
//! by two scorers of whom one errs, and by an outbox whose server is killed. The log of official
//! balls, the scorecard and the snapshot are the same.

mod fold;
mod methods;
mod outbox;
mod script;

use rand::SeedableRng;
use rand::rngs::StdRng;
use serde_json::{Value, json};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use self::fold::Fold;
use self::script::{Line, Sides};
use crate::support::api_client::Client;
use crate::support::database::Database;
use crate::support::server::TestServer;
use crate::support::subscriber::Viewer;
use crate::support::users::{Game, Organizer, Scorer, id};

crate::support::on_both! {
    repeated_entries_and_server_crashes_lead_to_the_same_match,
    corrections_and_disputes_lead_to_the_same_match,
}

/// Deccan: the chase, which began with five penalty runs, ends with the fourth ball of its seventeenth over.
const RESULT: &str = "Deccan won by 52 runs";

/// What a match came to, without what says how it got there.
#[derive(Debug, PartialEq)]
struct Came {
    balls: Value,
    scorecard: Value,
    state: Value,
}

async fn repeated_entries_and_server_crashes_lead_to_the_same_match(database: Database) {
    let (server, mut random) = (TestServer::start(database, &[]).await, random());
    let organizer = server.organizer().await;
    let sides = sides(&organizer).await;
    let lines = script::written(&sides);
    let first = entered_in_order(&server, &sides, &lines).await;

    let game = new_match(&organizer, &sides, 1).await;
    methods::thrice(&scorer(&organizer, game), &lines).await;
    same(&first, &came(&organizer.client, game).await, "every ball sent thrice");

    let game = new_match(&organizer, &sides, 1).await;
    outbox::sent(&server, &scorer(&organizer, game), &lines, &mut random).await;
    same(&first, &came(&organizer.client, game).await, "killed and sent again");
    let folded = Fold::of(&history(&organizer.client, game).await);
    assert_eq!(folded.snapshot(), fold::of_snapshot(&state(&organizer.client, game).await));
    verified(&server).await;
}

async fn corrections_and_disputes_lead_to_the_same_match(database: Database) {
    let (server, mut random) = (TestServer::start(database, &[]).await, random());
    let organizer = server.organizer().await;
    let sides = sides(&organizer).await;
    let lines = script::written(&sides);
    let first = entered_in_order(&server, &sides, &lines).await;

    let game = new_match(&organizer, &sides, 1).await;
    let early = Early::of(&server, game).await;
    methods::with_mistakes(&scorer(&organizer, game), &lines, &mut random).await;
    same(&first, &came(&organizer.client, game).await, "mistakes corrected");
    let (folded, late) = read(&server, &organizer, game, early).await;
    assert_eq!(folded.snapshot(), fold::of_snapshot(&late), "after corrections");

    let game = new_match(&organizer, &sides, 2).await;
    let early = Early::of(&server, game).await;
    let people = methods::Three::of(&server, &organizer, game).await;
    people.enter(&lines, &mut random).await;
    same(&first, &came(&organizer.client, game).await, "two scorers of whom one errs");
    let (folded, late) = read(&server, &organizer, game, early).await;
    assert_eq!(folded.snapshot(), fold::of_snapshot(&late), "after disputes");
    verified(&server).await;
}

/// What the other ways are compared with: every line once, each accepted.
async fn entered_in_order(server: &TestServer, sides: &Sides, lines: &[Line]) -> Came {
    let organizer = server.organizer().await;
    let game = new_match(&organizer, sides, 1).await;
    let early = Early::of(server, game).await;
    methods::in_order(&scorer(&organizer, game), lines).await;
    let first = came(&organizer.client, game).await;
    assert_eq!(first.scorecard["result"]["text"], RESULT, "{}", first.scorecard);
    assert_eq!(first.balls.as_array().unwrap().len(), last_ball(lines) as usize);
    let (folded, late) = read(server, &organizer, game, early).await;
    assert_eq!(folded.snapshot(), fold::of_snapshot(&late));
    assert_eq!(folded.cards(), fold::cards_of_snapshot(&late), "who never missed a message");
    first
}

async fn verified(server: &TestServer) {
    server.terminate();
    server.ended(std::time::Duration::from_secs(20)).await;
    let verified = server.command(&["verify"]).output().unwrap();
    assert!(verified.status.success(), "{}", String::from_utf8_lossy(&verified.stdout));
}

async fn sides(organizer: &Organizer) -> Sides {
    let mut teams = Vec::new();
    for name in ["Deccan", "Rajasthan"] {
        let team = organizer.team(name, "public").await;
        let mut eleven = Vec::new();
        for number in 1..=11 {
            eleven.push(organizer.player(team, &format!("{name} {number}"), number).await);
        }
        teams.push((team, eleven));
    }
    let [(home, first), (away, second)] = <[_; 2]>::try_from(teams).unwrap();
    Sides { home, away, players: [first, second] }
}

async fn new_match(organizer: &Organizer, sides: &Sides, scorers: i64) -> Game {
    let body = json!({
        "sport": "cricket", "format": "t20", "scorers_required": scorers,
        "home_team_id": sides.home, "away_team_id": sides.away,
    });
    let id = id(&organizer.client.post("/api/matches", body).await.ok());
    Game { id, home: sides.home, away: sides.away }
}

fn scorer(organizer: &Organizer, game: Game) -> Scorer {
    Scorer { client: organizer.client.afresh(), game }
}

/// The seed is given, or drawn: it is printed, so that a failure can be played again.
fn random() -> StdRng {
    let given = std::env::var("CRICKET_ENTRY_SEED").ok().and_then(|seed| seed.parse().ok());
    let seed = given.unwrap_or_else(rand::random);
    eprintln!("seed {seed}");
    StdRng::seed_from_u64(seed)
}

fn last_ball(lines: &[Line]) -> u32 {
    lines.iter().filter_map(|line| line.number).max().unwrap()
}

async fn state(client: &Client, game: Game) -> Value {
    client.get(&game.path("/state")).await.ok()["data"].clone()
}

async fn history(client: &Client, game: Game) -> Vec<Value> {
    let all = client.history(&game.topic()).await;
    all.iter().map(|text| serde_json::from_str(text).unwrap()).collect()
}

/// Who said a ball and how often it was corrected tells of the way, not of the match.
async fn came(client: &Client, game: Game) -> Came {
    let mut balls = client.get(&game.path("/balls")).await.ok()["items"].take();
    for ball in balls.as_array_mut().unwrap() {
        let ball = ball.as_object_mut().unwrap();
        assert!(ball.remove("by").is_some() && ball.remove("rev").is_some());
    }
    let mut state = state(client, game).await;
    state["playing_conditions"]["scorers_required"].take();
    let own = state.as_object_mut().unwrap();
    for name in ["id", "match_id", "format"] {
        own.remove(name);
    }
    let mut result = own["result"].take();
    result["match_id"].take();
    own["result"] = result;
    let scorecard = client.get(&game.path("/scorecard")).await.ok();
    Came { balls, scorecard, state }
}

/// One thing after the other, so that a difference is seen at once.
#[track_caller]
fn same(first: &Came, other: &Came, about: &str) {
    let all = [first, other].map(|came| came.balls.as_array().unwrap());
    for (one, other) in all[0].iter().zip(all[1]) {
        assert_eq!(one, other, "{about}");
    }
    assert_eq!(all[0].len(), all[1].len(), "{about}");
    assert_eq!(first.scorecard, other.scorecard, "{about}");
    assert_eq!(first.state, other.state, "{about}");
}

/// A reader who is there from the start.
struct Early {
    /// To be told the seq of the last message, once it is known.
    last: oneshot::Sender<i64>,
    reading: JoinHandle<Vec<Value>>,
}

impl Early {
    async fn of(server: &TestServer, game: Game) -> Self {
        let viewer = server.watch(&game.stream()).open().await;
        let (last, told) = oneshot::channel();
        Self { last, reading: tokio::spawn(follow(viewer, told)) }
    }
}

/// Reads up to the last message, while the match goes on.
async fn follow(mut viewer: Viewer, mut told: oneshot::Receiver<i64>) -> Vec<Value> {
    assert!(viewer.message().await.is_snapshot());
    let (mut messages, mut last) = (Vec::new(), i64::MAX);
    loop {
        tokio::select! {
            seq = &mut told, if last == i64::MAX => {
                // Without one the test has failed elsewhere.
                let Ok(seq) = seq else { return messages };
                last = seq;
            }
            block = viewer.message() => messages.push(block.json()),
        }
        if messages.last().is_some_and(|message| message["seq"].as_i64() >= Some(last)) {
            return messages;
        }
    }
}

/// What the early reader makes of the messages, and the snapshot that one gets who comes now.
async fn read(
    server: &TestServer,
    organizer: &Organizer,
    game: Game,
    early: Early,
) -> (Fold, Value) {
    early.last.send(organizer.client.head(&game.topic()).await).unwrap();
    let messages = early.reading.await.unwrap();
    // The first was that the match is to be.
    let log = history(&organizer.client, game).await;
    assert!(messages == log[1..], "the stream differs from the log");
    let mut late = server.watch(&game.stream()).open().await;
    let snapshot = late.message().await;
    assert!(snapshot.is_snapshot());
    (Fold::of(&messages), snapshot.json()["data"].clone())
}
