//! What a ball costs at the end of an innings of 90 overs: `cargo bench --bench cricket`.
#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a program that measures and says so"
)]

use std::time::Duration;
use std::time::Instant;

use serde_json::Value;
use serde_json::json;
use touchline::sports::Command;
use touchline::sports::Fixture;
use touchline::sports::Game;
use touchline::sports::Player;
use touchline::sports::Rules;
use touchline::sports::Side;

/// Overs before the measured ball.
const OVERS: usize = 90;
/// Balls measured, each on the same state.
const TIMES: u32 = 2000;

struct Scored {
    rules: &'static Rules,
    fixture: Fixture,
    game: Game,
}

fn side(team_id: i64, name: &str) -> Side {
    Side { team_id, name: name.to_owned(), short_name: name.to_owned(), colour: None }
}

impl Scored {
    fn new(rules: &'static Rules) -> Self {
        let (home, away) = (side(1, "Northants"), side(2, "Kent"));
        let fixture = Fixture { match_id: 9, event_id: None, format: json!("test"), home, away };
        let game = rules.start(&fixture).unwrap();
        Self { rules, fixture, game }
    }

    fn command(&self, action: &str, body: Value) -> Command {
        let ids = self.rules.players(action, &body).into_iter();
        let player = |id: i64| Player {
            id,
            team_id: id / 100,
            name: format!("Player {id}"),
            shirt_number: None,
        };
        let at = "2026-06-01T11:00:00Z".parse().unwrap();
        Command { action: action.to_owned(), body, by: 7, at, players: ids.map(player).collect() }
    }

    fn does(&mut self, action: &str, body: Value) {
        let command = self.command(action, body);
        self.game = self.rules.apply(&self.fixture, &self.game, &command).unwrap().state;
    }
}

fn main() {
    let mut scored = Scored::new(Rules::find("cricket").unwrap());
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
    let view = scored.rules.view(&scored.fixture, &scored.game).to_string();
    println!("the whole state: {:?}, {} bytes", began.elapsed(), view.len());
}

fn measure(what: &str, scored: &Scored, command: Command) {
    let mut all: Vec<Duration> = (0..TIMES)
        .map(|_| {
            let began = Instant::now();
            let applied = scored.rules.apply(&scored.fixture, &scored.game, &command).unwrap();
            drop(applied);
            began.elapsed()
        })
        .collect();
    all.sort_unstable();
    let at = |part: usize| all[all.len() * part / 100];
    println!("{what} after {OVERS} overs: median {:?}, p99 {:?}", at(50), at(99));
}
