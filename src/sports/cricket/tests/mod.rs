//! Matches of cricket through the rules, as the store drives them.

mod best;
mod consensus;
mod corrections;
mod deliveries;
mod dismissals;
mod formats;
mod innings;
mod milestones;
mod overs;
mod overtaken;
mod penalties;
mod rates;
mod results;
mod sequences;
mod told;

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
use crate::sports::Player;
use crate::sports::Rules;
use crate::sports::Side;

pub const HOME: i64 = 1;
pub const AWAY: i64 = 2;

/// A match being scored. Players 101–115 are of the home team, 201–215 of the away team, 301 of
/// neither.
pub struct Scored {
    pub rules: &'static Rules,
    pub fixture: Fixture,
    pub game: Game,
    /// What was accepted so far.
    pub entries: Vec<Command>,
    pub at: DateTime<Utc>,
    /// Who scores.
    pub by: i64,
}

impl Scored {
    pub fn new(format: Value) -> Self {
        let rules = Rules::find("cricket").unwrap();
        let fixture = fixture(format);
        let game = rules.start(&fixture).unwrap();
        let at = "2026-06-01T11:00:00Z".parse().unwrap();
        Self { rules, fixture, game, entries: Vec::new(), at, by: 7 }
    }

    /// One whose first innings has been opened: the home side bats.
    pub fn batting(format: Value) -> Self {
        let mut scored = Self::new(format);
        scored.accepts("start", json!({}));
        scored.opens(HOME);
        scored
    }

    /// Opens an innings with the first two batters and the other side's first bowler.
    pub fn opens(&mut self, side: i64) -> Applied<Game> {
        let bowler = Self::bowler_of(3 - side, 0);
        self.accepts(
            "innings",
            json!({ "batting_team_id": side, "striker_id": side * 100 + 1,
                    "non_striker_id": side * 100 + 2, "bowler_id": bowler }),
        )
    }

    /// A bowler for the over after `overs`: seven in turn.
    pub fn bowler_of(side: i64, overs: i64) -> i64 {
        side * 100 + 5 + overs % 7
    }

    pub fn command(&self, action: &str, body: Value) -> Command {
        let ids = self.rules.players(action, &body).into_iter();
        let players = ids.filter_map(player).collect();
        Command { action: action.to_owned(), body, by: self.by, at: self.at, players }
    }

    pub fn tries(&mut self, action: &str, body: Value) -> Result<Applied<Game>, Rejection> {
        self.at += TimeDelta::seconds(30);
        let command = self.command(action, body);
        let applied = self.rules.apply(&self.fixture, &self.game, &command)?;
        self.game = applied.state.clone();
        self.entries.push(command);
        Ok(applied)
    }

    pub fn accepts(&mut self, action: &str, body: Value) -> Applied<Game> {
        let said = body.to_string();
        self.tries(action, body).unwrap_or_else(|refused| panic!("{action} {said}: {refused}"))
    }

    /// Refused, with nothing changed; gives the code.
    pub fn refuses(&mut self, action: &str, body: Value) -> Rejection {
        let before = self.view();
        let refused = self.tries(action, body.clone());
        assert_eq!(self.view(), before);
        refused.expect_err(&format!("{action} {body}"))
    }

    /// Bowls balls written as scorers write them: `. 1 4 6 W 1wd 5wd 2nb 1b 4lb`. Vacant places
    /// are filled by whoever is next.
    pub fn bowls(&mut self, balls: &str) -> &mut Self {
        for symbol in balls.split_whitespace() {
            let body = ball(symbol);
            self.bowl(body);
        }
        self
    }

    /// The same for one ball's body.
    pub fn bowl(&mut self, body: Value) -> Applied<Game> {
        let body = self.filled(body);
        self.accepts("balls", body)
    }

    pub fn filled(&self, mut body: Value) -> Value {
        let live = self.live();
        let side = live["innings"]["batting_team_id"].as_i64().unwrap();
        let mut next = side * 100 + self.cards().len() as i64;
        for place in ["striker", "non_striker"] {
            if live[place].is_null() && body[format!("{place}_id")].is_null() {
                next += 1;
                body[format!("{place}_id")] = json!(next);
            }
        }
        if live["bowler"].is_null() && body["bowler_id"].is_null() {
            let overs: i64 = live["innings"]["overs"]
                .as_str()
                .unwrap()
                .split('.')
                .next()
                .unwrap()
                .parse()
                .unwrap();
            body["bowler_id"] = json!(Self::bowler_of(3 - side, overs));
        }
        body
    }

    pub fn view(&self) -> Value {
        self.rules.view(&self.fixture, &self.game)
    }

    pub fn live(&self) -> Value {
        self.view()["live"].clone()
    }

    pub fn read(&self, path: &str) -> Value {
        self.rules.read(&self.fixture, &self.game, path).unwrap_or_else(|| panic!("no {path}"))
    }

    /// The innings being played or played last, as on the scorecard.
    pub fn innings(&self) -> Value {
        self.read("scorecard")["innings"].as_array().unwrap().last().unwrap().clone()
    }

    fn cards(&self) -> Vec<Value> {
        self.innings()["batting"].as_array().unwrap().clone()
    }

    /// A line of the batting or the bowling card.
    pub fn line(&self, card: &str, id: i64) -> Value {
        let innings = self.innings();
        let lines = innings[card].as_array().unwrap();
        lines.iter().find(|line| line["player_id"] == id).cloned().unwrap_or(Value::Null)
    }

    /// `17/2 (3.4)`
    pub fn board(&self) -> String {
        let innings = &self.live()["innings"];
        let overs = innings["overs"].as_str().unwrap();
        format!("{}/{} ({overs})", innings["runs"], innings["wickets"])
    }

    /// Who faces, and who doesn't.
    pub fn ends(&self) -> (Value, Value) {
        let live = self.live();
        (live["striker"]["player_id"].clone(), live["non_striker"]["player_id"].clone())
    }

    pub fn status(&self) -> &'static str {
        self.rules.summary(&self.game).status
    }

    pub fn result(&self) -> Value {
        self.read("scorecard")["result"].clone()
    }

    /// The result in words; empty while there is none.
    pub fn text(&self) -> String {
        self.result()["text"].as_str().unwrap_or_default().to_owned()
    }
}

/// A ball as scorers write it, as its body.
pub fn ball(symbol: &str) -> Value {
    let digits = symbol.chars().take_while(char::is_ascii_digit).count();
    let (number, kind) = symbol.split_at(digits);
    let number: u32 = number.parse().unwrap_or(0);
    match kind {
        "" | "." => json!({ "runs": { "batter": number } }),
        "wd" => json!({ "runs": { "batter": 0 }, "extras": { "wides": number } }),
        "nb" => json!({ "runs": { "batter": number - 1 }, "extras": { "no_balls": 1 } }),
        "b" => json!({ "runs": { "batter": 0 }, "extras": { "byes": number } }),
        "lb" => json!({ "runs": { "batter": 0 }, "extras": { "leg_byes": number } }),
        "W" => json!({ "runs": { "batter": 0 }, "wickets": [{ "kind": "bowled" }] }),
        other => panic!("no such ball: {other}"),
    }
}

pub fn runs(batter: u32) -> Value {
    json!({ "runs": { "batter": batter } })
}

pub fn out(kind: &str, player: i64) -> Value {
    json!({ "kind": kind, "player_out_id": player })
}

pub fn fixture(format: Value) -> Fixture {
    let side = |team_id, name: &str, short_name: &str| Side {
        team_id,
        name: name.to_owned(),
        short_name: short_name.to_owned(),
        colour: None,
    };
    Fixture {
        match_id: 9,
        event_id: None,
        format,
        home: side(HOME, "Northants", "NOR"),
        away: side(AWAY, "Kent", "KEN"),
    }
}

/// Named after their numbers: H1 bats first for the home side.
pub fn player(id: i64) -> Option<Player> {
    let (team_id, number) = (id / 100, id % 100);
    let letter = match team_id {
        HOME => 'H',
        AWAY => 'A',
        3 => 'X',
        _ => return None,
    };
    let name = format!("{letter}{number}");
    ((1..=15).contains(&number)).then_some(Player { id, team_id, name, shirt_number: None })
}

/// A match of so many overs a side, with free hits.
pub fn overs(overs: u32) -> Value {
    json!({ "name": "custom", "innings": 2, "overs": overs, "free_hit": true })
}

pub fn kinds(applied: &Applied<Game>) -> Vec<&'static str> {
    let to_match =
        |message: &&crate::domain::message::Message| message.topic.to_string() == "match_9";
    applied.messages.iter().filter(to_match).map(|message| message.kind).collect()
}

/// What was told to `topic` as `kind`.
pub fn told(applied: &Applied<Game>, topic: &str, kind: &str) -> Vec<Value> {
    let it = applied.messages.iter().filter(|message| message.kind == kind);
    it.filter(|m| m.topic.to_string() == topic).map(|m| m.data.clone()).collect()
}

/// Where a rejection points to.
pub fn pointers(rejection: &Rejection) -> Vec<&str> {
    rejection.errors.iter().map(|error| error.pointer.as_str()).collect()
}
