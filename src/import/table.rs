//! The match as it is played in memory: what was accepted becomes a line of the script.

use chrono::DateTime;
use chrono::TimeDelta;
use chrono::Utc;
use serde_json::Value;
use serde_json::json;

use crate::domain::rejection::Rejection;
use crate::import::Line;
use crate::import::Roster;
use crate::sports::Command;
use crate::sports::Fixture;
use crate::sports::Game;
use crate::sports::MatchResult;
use crate::sports::Rules;

/// Between two commands: a file doesn't say when its balls were bowled.
pub const PACE: TimeDelta = TimeDelta::seconds(40);

pub struct Table<'a> {
    pub roster: &'a Roster,
    pub lines: Vec<Line>,
    /// What the scorer was last answered about the match.
    pub state: Value,
    rules: &'static Rules,
    fixture: Fixture,
    game: Game,
    began: DateTime<Utc>,
}

/// A command that the rules would accept.
pub struct Tried {
    pub state: Value,
    action: &'static str,
    body: Value,
    game: Game,
}

impl<'a> Table<'a> {
    pub fn new(
        rules: &'static Rules,
        fixture: Fixture,
        roster: &'a Roster,
        began: DateTime<Utc>,
    ) -> Result<Self, Rejection> {
        let game = rules.start(&fixture)?;
        Ok(Self { roster, lines: Vec::new(), state: Value::Null, rules, fixture, game, began })
    }

    /// What would become of it.
    pub fn tries(&self, action: &'static str, body: Value) -> Result<Tried, Rejection> {
        let players = self.roster.known(&self.rules.players(action, &body));
        let at = self.began + PACE * i32::try_from(self.lines.len()).unwrap_or(i32::MAX);
        let command = Command { action: action.to_owned(), body, by: 0, at, players };
        let mut applied = self.rules.apply(&self.fixture, &self.game, &command)?;
        let within = applied.answer.get_mut("state").map(Value::take);
        let state = within.unwrap_or(applied.answer);
        Ok(Tried { state, action, body: command.body, game: applied.state })
    }

    pub fn keep(&mut self, tried: Tried) {
        let at = self.began + PACE * i32::try_from(self.lines.len()).unwrap_or(i32::MAX);
        let Tried { state, action, body, game } = tried;
        self.lines.push(Line { action, body, at });
        (self.state, self.game) = (state, game);
    }

    pub fn does(&mut self, action: &'static str, body: Value) -> Result<(), String> {
        let tried = self.tries(action, body).map_err(|refused| said(action, &refused))?;
        self.keep(tried);
        Ok(())
    }

    /// The same again as an umpire's decision, where only a playing condition speaks against it.
    pub fn tries_all_the_same(
        &self,
        action: &'static str,
        body: &Value,
    ) -> Result<Tried, Rejection> {
        const CONDITIONS: [&str; 3] = ["free-hit", "two-overs-running", "quota"];
        match self.tries(action, body.clone()) {
            Err(refused) if CONDITIONS.contains(&refused.code.as_ref()) => {
                let mut body = body.clone();
                body["override"] = json!(true);
                self.tries(action, body)
            }
            tried => tried,
        }
    }

    pub fn result(&self) -> Option<MatchResult> {
        self.rules.result(&self.game).cloned()
    }

    pub fn is_live(&self) -> bool {
        self.rules.summary(&self.game).status == "live"
    }

    pub fn scorecard(&self) -> Value {
        self.rules.read(&self.fixture, &self.game, "scorecard").unwrap_or_default()
    }

    /// The innings being played, or played last, as the scorecard has it.
    pub fn last_innings(&self) -> Value {
        let mut card = self.scorecard();
        let innings = card["innings"].as_array_mut().and_then(Vec::pop);
        innings.unwrap_or_default()
    }
}

/// A refusal in one line.
pub fn said(action: &str, refused: &Rejection) -> String {
    format!("{action}: {refused}")
}
