//! One match entered in five ways leads to the same log of official balls, scorecard and snapshot:
//! in order, with every ball sent three times, with mistakes and corrections, by two scorers of
//! whom one errs, and through an outbox whose server is killed.

mod methods;
mod outbox;
mod script;

use rand::SeedableRng;
use rand::rngs::StdRng;
use serde_json::{Value, json};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use self::script::{Line, Sides};
use crate::support::api_client::ApiClient;
use crate::support::database::Database;
use crate::support::server::TestServer;
use crate::support::subscriber::Subscriber;
use crate::support::users::{Game, Organizer, Scorer, id};

crate::support::on_both! {
    repeated_entries_and_server_crashes_lead_to_the_same_match,
    corrections_and_disputes_lead_to_the_same_match,
}

/// Deccan wins: the chase, which began with five penalty runs, ends with the fourth ball of its
/// seventeenth over.
const RESULT: &str = "Deccan won by 52 runs";

/// The outcome of a match, without traces of how it was entered.
#[derive(Debug, PartialEq)]
struct MatchOutcome {
    balls: Value,
    scorecard: Value,
    state: Value,
}

async fn repeated_entries_and_server_crashes_lead_to_the_same_match(database: Database) {
    let (server, mut random) = (TestServer::start(database, &[]).await, random());
    let organizer = server.organizer().await;
    let sides = sides(&organizer).await;
    let lines = script::build(&sides);
    let first = entered_in_order(&server, &sides, &lines).await;

    let game = new_match(&organizer, &sides, 1).await;
    methods::each_ball_three_times(&scorer(&organizer, game), &lines).await;
    assert_same_outcome(
        &first,
        &outcome_of(&organizer.client, game).await,
        "every ball sent three times",
    );

    let game = new_match(&organizer, &sides, 1).await;
    outbox::send_with_crashes(&server, &scorer(&organizer, game), &lines, &mut random).await;
    assert_same_outcome(
        &first,
        &outcome_of(&organizer.client, game).await,
        "killed and sent again",
    );
    let folded = fold(&history(&organizer.client, game).await);
    assert_eq!(folded, without_names(state(&organizer.client, game).await));
    assert_log_verifies(&server).await;
}

async fn corrections_and_disputes_lead_to_the_same_match(database: Database) {
    let (server, mut random) = (TestServer::start(database, &[]).await, random());
    let organizer = server.organizer().await;
    let sides = sides(&organizer).await;
    let lines = script::build(&sides);
    let first = entered_in_order(&server, &sides, &lines).await;

    let game = new_match(&organizer, &sides, 1).await;
    let early = EarlySubscriber::of(&server, game).await;
    methods::with_mistakes(&scorer(&organizer, game), &lines, &mut random).await;
    assert_same_outcome(&first, &outcome_of(&organizer.client, game).await, "mistakes corrected");
    let (folded, late) = read(&server, &organizer, game, early).await;
    assert_eq!(folded, late, "after corrections");

    let game = new_match(&organizer, &sides, 2).await;
    let early = EarlySubscriber::of(&server, game).await;
    let people = methods::DualScorers::of(&server, &organizer, game).await;
    people.enter(&lines, &mut random).await;
    assert_same_outcome(
        &first,
        &outcome_of(&organizer.client, game).await,
        "two scorers, one with mistakes",
    );
    let (folded, late) = read(&server, &organizer, game, early).await;
    assert_eq!(folded, late, "after disputes");
    assert_log_verifies(&server).await;
}

/// The reference: every line once, each accepted.
async fn entered_in_order(server: &TestServer, sides: &Sides, lines: &[Line]) -> MatchOutcome {
    let organizer = server.organizer().await;
    let game = new_match(&organizer, sides, 1).await;
    let early = EarlySubscriber::of(server, game).await;
    methods::in_order(&scorer(&organizer, game), lines).await;
    let first = outcome_of(&organizer.client, game).await;
    assert_eq!(first.scorecard["result"]["text"], RESULT, "{}", first.scorecard);
    assert_eq!(first.balls.as_array().unwrap().len(), last_ball(lines) as usize);
    let (folded, late) = read(server, &organizer, game, early).await;
    assert_eq!(folded, late);
    first
}

async fn assert_log_verifies(server: &TestServer) {
    server.terminate();
    server.wait_for_exit(std::time::Duration::from_secs(20)).await;
    let verified = server.command(&["verify"]).output().unwrap();
    assert!(verified.status.success(), "{}", String::from_utf8_lossy(&verified.stdout));
}

async fn sides(organizer: &Organizer) -> Sides {
    let mut teams = Vec::new();
    for name in ["Deccan", "Rajasthan"] {
        let team = organizer.create_team(name, "public").await;
        let mut eleven = Vec::new();
        for number in 1..=11 {
            eleven.push(organizer.create_player(team, &format!("{name} {number}"), number).await);
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
    let id = id(&organizer.client.post("/api/matches", body).await.ok_json());
    Game { id, home: sides.home, away: sides.away }
}

fn scorer(organizer: &Organizer, game: Game) -> Scorer {
    Scorer { client: organizer.client.with_new_connections(), game }
}

/// Takes the seed from the environment or draws one, and prints it for reproduction.
fn random() -> StdRng {
    let given = std::env::var("CRICKET_ENTRY_SEED").ok().and_then(|seed| seed.parse().ok());
    let seed = given.unwrap_or_else(rand::random);
    eprintln!("seed {seed}");
    StdRng::seed_from_u64(seed)
}

fn last_ball(lines: &[Line]) -> u32 {
    lines.iter().filter_map(|line| line.number).max().unwrap()
}

async fn state(client: &ApiClient, game: Game) -> Value {
    client.get(&game.path("/state")).await.ok_json()["data"].clone()
}

async fn history(client: &ApiClient, game: Game) -> Vec<Value> {
    let all = client.history(&game.topic()).await;
    all.iter().map(|text| serde_json::from_str(text).unwrap()).collect()
}

/// Drops who recorded a ball and its revision: they describe the entry, not the match.
async fn outcome_of(client: &ApiClient, game: Game) -> MatchOutcome {
    let mut balls = client.get(&game.path("/balls")).await.ok_json()["items"].take();
    for ball in balls.as_array_mut().unwrap() {
        let ball = ball.as_object_mut().unwrap();
        assert!(ball.remove("by").is_some() && ball.remove("rev").is_some());
    }
    let mut state = state(client, game).await;
    state["playing_conditions"]["scorers_required"].take();
    let own = state["match"].as_object_mut().unwrap();
    for name in ["id", "format"] {
        own.remove(name);
    }
    let scorecard = client.get(&game.path("/scorecard")).await.ok_json();
    MatchOutcome { balls, scorecard, state }
}

/// Compares part by part, so that a difference is visible at once.
#[track_caller]
fn assert_same_outcome(first: &MatchOutcome, other: &MatchOutcome, context: &str) {
    let all = [first, other].map(|came| came.balls.as_array().unwrap());
    for (one, other) in all[0].iter().zip(all[1]) {
        assert_eq!(one, other, "{context}");
    }
    assert_eq!(all[0].len(), all[1].len(), "{context}");
    assert_eq!(first.scorecard, other.scorecard, "{context}");
    assert_eq!(first.state, other.state, "{context}");
}

/// A subscriber that is connected from the start.
struct EarlySubscriber {
    /// Sends the seq of the last message once it is known.
    last: oneshot::Sender<i64>,
    reading: JoinHandle<Vec<Value>>,
}

impl EarlySubscriber {
    async fn of(server: &TestServer, game: Game) -> Self {
        let subscriber = server.subscribe(&game.stream_path()).open().await;
        let (last, received) = oneshot::channel();
        Self { last, reading: tokio::spawn(follow(subscriber, received)) }
    }
}

/// Reads up to the last message while the match goes on.
async fn follow(mut subscriber: Subscriber, mut received: oneshot::Receiver<i64>) -> Vec<Value> {
    assert!(subscriber.next_message().await.is_snapshot());
    let (mut messages, mut last) = (Vec::new(), i64::MAX);
    loop {
        tokio::select! {
            seq = &mut received, if last == i64::MAX => {
                // The sender is dropped only when the test has failed elsewhere.
                let Ok(seq) = seq else { return messages };
                last = seq;
            }
            frame = subscriber.next_message() => messages.push(frame.json()),
        }
        if messages.last().is_some_and(|message| message["seq"].as_i64() >= Some(last)) {
            return messages;
        }
    }
}

/// Folds all messages of a match (G15).
fn fold(messages: &[Value]) -> Value {
    let mut state = json!({});
    for message in messages {
        json_patch::merge(&mut state, &message["patch"]);
    }
    state
}

/// The state of a snapshot.
fn without_names(mut data: Value) -> Value {
    data.as_object_mut().unwrap().remove("names");
    data
}

/// Returns the fold of the log, which is what the early subscriber saw, and the state of a late one.
async fn read(
    server: &TestServer,
    organizer: &Organizer,
    game: Game,
    early: EarlySubscriber,
) -> (Value, Value) {
    early.last.send(organizer.client.head_seq(&game.topic()).await).unwrap();
    let messages = early.reading.await.unwrap();
    // The first message, before the subscription, scheduled the match.
    let log = history(&organizer.client, game).await;
    for (received, stored) in messages.iter().zip(&log[1..]) {
        assert_eq!(received, stored, "the stream differs from the log");
    }
    assert_eq!(messages.len(), log.len() - 1);
    let mut late = server.subscribe(&game.stream_path()).open().await;
    let snapshot = late.next_message().await;
    assert!(snapshot.is_snapshot());
    (fold(&log), without_names(snapshot.json()["data"].clone()))
}
