//! Whole matches through the rules, as the store drives them.

mod body;
mod clock;
mod generic;
mod lifecycle;
mod own_steps;
mod result;
mod sequences;

use chrono::DateTime;
use chrono::TimeDelta;
use chrono::Utc;
use serde_json::Value;
use serde_json::json;

use crate::domain::rejection::Rejection;
use crate::sports::Applied;
use crate::sports::Command;
use crate::sports::Fixture;
use crate::sports::Game;
use crate::sports::MatchResult;
use crate::sports::Player;
use crate::sports::Rules;
use crate::sports::Side;
use crate::sports::Summary;

pub const HOME: i64 = 1;
pub const AWAY: i64 = 2;

/// Players 10–19 are of the home team, 20–29 of the away team, 30 of neither.
pub const STRANGER: i64 = 30;

/// A match being scored.
pub struct Scored {
    pub rules: &'static Rules,
    pub fixture: Fixture,
    pub game: Game,
    /// What was accepted so far.
    pub entries: Vec<Command>,
    pub at: DateTime<Utc>,
}

impl Scored {
    pub fn new(sport: &str) -> Self {
        let rules = Rules::find(sport).unwrap();
        let fixture = fixture();
        let game = rules.start(&fixture).unwrap();
        let at = "2017-09-23T16:30:00Z".parse().unwrap();
        Self { rules, fixture, game, entries: Vec::new(), at }
    }

    /// One that has begun.
    pub fn live(sport: &str) -> Self {
        let mut scored = Self::new(sport);
        scored.accepts("start", json!({}));
        scored
    }

    /// One that got to `status` by the shortest way.
    pub fn at_status(sport: &str, status: &str) -> Self {
        let way: &[&str] = match status {
            "scheduled" => &[],
            "live" => &["start"],
            "paused" => &["start", "pause"],
            "finished" => &["start", "end"],
            "postponed" => &["postpone"],
            "cancelled" => &["cancel"],
            "abandoned" => &["start", "abandon"],
            other => panic!("no such status: {other}"),
        };
        let mut scored = Self::new(sport);
        for action in way {
            scored.accepts(action, Value::Null);
        }
        assert_eq!(scored.summary().status, status);
        scored
    }

    pub fn later(&mut self, seconds: i64) -> &mut Self {
        self.at += TimeDelta::seconds(seconds);
        self
    }

    pub fn command(&self, action: &str, body: Value) -> Command {
        let known = |id: &i64| (10..=STRANGER).contains(id);
        let ids = self.rules.players(action, &body).into_iter().filter(known);
        let players = ids.map(player).collect();
        Command { action: action.to_owned(), body, by: 1, at: self.at, players }
    }

    pub fn tries(&mut self, action: &str, body: Value) -> Result<Applied<Game>, Rejection> {
        let command = self.command(action, body);
        let applied = self.rules.apply(&self.fixture, &self.game, &command)?;
        self.game = applied.state.clone();
        self.entries.push(command);
        Ok(applied)
    }

    pub fn accepts(&mut self, action: &str, body: Value) -> Applied<Game> {
        self.tries(action, body).unwrap_or_else(|rejection| panic!("{action}: {rejection}"))
    }

    /// Refused, with nothing changed.
    pub fn refuses(&mut self, action: &str, body: Value) -> Rejection {
        let before = self.view();
        let rejection = self.tries(action, body.clone()).expect_err(&format!("{action} {body}"));
        assert_eq!(self.view(), before);
        rejection
    }

    pub fn view(&self) -> Value {
        self.rules.view(&self.fixture, &self.game)
    }

    pub fn summary(&self) -> Summary {
        self.rules.summary(&self.game)
    }

    pub fn read(&self, path: &str) -> Option<Value> {
        self.rules.read(&self.fixture, &self.game, path)
    }

    pub fn result(&self) -> Option<&MatchResult> {
        self.rules.result(&self.game)
    }

    pub fn score(&self) -> (i64, i64) {
        let summary = self.summary();
        (summary.home_score, summary.away_score)
    }
}

pub fn fixture() -> Fixture {
    let side = |team_id, name: &str, short_name: &str, colour: &str| Side {
        team_id,
        name: name.to_owned(),
        short_name: short_name.to_owned(),
        colour: Some(colour.to_owned()),
    };
    Fixture {
        event_id: None,
        match_id: 3,
        format: Value::Null,
        home: side(HOME, "Leicester City", "LEI", "#003090"),
        away: side(AWAY, "Liverpool", "LIV", "#c8102e"),
    }
}

pub fn player(id: i64) -> Player {
    let name = match id {
        10 => "Jamie Vardy",
        11 => "Shinji Okazaki",
        20 => "Mohamed Salah",
        21 => "Philippe Coutinho",
        22 => "Jordan Henderson",
        23 => "Simon Mignolet",
        _ => "Somebody Else",
    };
    Player { id, team_id: id / 10, name: name.to_owned(), shirt_number: None }
}

/// Where a rejection points to.
pub fn pointers(rejection: &Rejection) -> Vec<&str> {
    rejection.errors.iter().map(|error| error.pointer.as_str()).collect()
}

#[test]
fn each_sport_is_found_by_its_own_code_only() {
    for rules in &crate::sports::SPORTS {
        assert!(std::ptr::eq(Rules::find(rules.code).unwrap(), rules));
    }
    for code in ["", "Football", "kabaddi"] {
        assert!(Rules::find(code).is_none(), "{code}");
    }
}

#[test]
fn a_format_nobody_knows_is_refused() {
    for (format, good) in [
        (Value::Null, true),
        (json!({}), true),
        (json!("t20"), false),
        (json!({ "overs": 20 }), false),
        (json!([]), false),
    ] {
        let fixture = Fixture { format: format.clone(), ..fixture() };
        // Cricket has formats, and tests of its own for them.
        for rules in crate::sports::SPORTS.iter().filter(|rules| rules.code != "cricket") {
            let started = rules.start(&fixture);
            assert_eq!(started.is_ok(), good, "{} {format}", rules.code);
            if let Err(rejection) = started {
                assert_eq!(pointers(&rejection), ["/format"]);
            }
        }
    }
}

#[test]
fn the_state_of_another_sport_is_refused() {
    let football = Scored::live("football");
    let generic = Rules::find("generic").unwrap();
    let command = football.command("end", Value::Null);
    let refused = generic.apply(&football.fixture, &football.game, &command).unwrap_err();
    assert_eq!(refused.code, "wrong-sport");
    assert_eq!(generic.read(&football.fixture, &football.game, "incidents"), None);
}
