//! The match as it is played in memory: what was accepted becomes a line of the script.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};

use crate::domain::rejection::Rejection;
use crate::import::{Roster, ScriptedCommand};
use crate::sports::{ErasedMatch, MatchCommand, MatchInfo, MatchResult, SportRules};

/// Between two commands: a file doesn't say when its balls were bowled.
pub const COMMAND_INTERVAL: TimeDelta = TimeDelta::seconds(40);

pub struct MatchSimulation<'a> {
    pub roster: &'a Roster,
    pub commands: Vec<ScriptedCommand>,
    /// What the scorer was last answered about the match.
    pub state: Value,
    rules: &'static SportRules,
    match_info: MatchInfo,
    game: ErasedMatch,
    started_at: DateTime<Utc>,
}

/// A command that the rules would accept.
pub struct SimulatedCommand {
    pub state: Value,
    action: &'static str,
    body: Value,
    game: ErasedMatch,
}

impl<'a> MatchSimulation<'a> {
    pub fn new(
        rules: &'static SportRules,
        match_info: MatchInfo,
        roster: &'a Roster,
        started_at: DateTime<Utc>,
    ) -> Result<Self, Rejection> {
        let game = rules.initial_state(&match_info)?;
        Ok(Self {
            roster,
            commands: Vec::new(),
            state: Value::Null,
            rules,
            match_info: match_info,
            game,
            started_at: started_at,
        })
    }

    /// What would become of it.
    pub fn simulate(
        &self,
        action: &'static str,
        body: Value,
    ) -> Result<SimulatedCommand, Rejection> {
        let players = self.roster.players_by_id(&self.rules.player_ids(action, &body));
        let at = self.started_at
            + COMMAND_INTERVAL * i32::try_from(self.commands.len()).unwrap_or(i32::MAX);
        let command =
            MatchCommand { action: action.to_owned(), body, user_id: 0, occurred_at: at, players };
        let mut transition = self.rules.apply(&self.match_info, &self.game, &command)?;
        let nested_state = transition.response.get_mut("state").map(Value::take);
        let state = nested_state.unwrap_or(transition.response);
        Ok(SimulatedCommand { state, action, body: command.body, game: transition.state })
    }

    pub fn accept(&mut self, simulated: SimulatedCommand) {
        let at = self.started_at
            + COMMAND_INTERVAL * i32::try_from(self.commands.len()).unwrap_or(i32::MAX);
        let SimulatedCommand { state, action, body, game } = simulated;
        self.commands.push(ScriptedCommand { action, body, at });
        (self.state, self.game) = (state, game);
    }

    pub fn run_command(&mut self, action: &'static str, body: Value) -> Result<(), String> {
        let simulated = self
            .simulate(action, body)
            .map_err(|rejection| describe_rejection(action, &rejection))?;
        self.accept(simulated);
        Ok(())
    }

    /// The same again as an umpire's decision, where only a playing condition speaks against it.
    pub fn simulate_or_override(
        &self,
        action: &'static str,
        body: &Value,
    ) -> Result<SimulatedCommand, Rejection> {
        const CONDITIONS: [&str; 3] = ["free-hit", "two-overs-running", "quota"];
        match self.simulate(action, body.clone()) {
            Err(rejection) if CONDITIONS.contains(&rejection.code.as_ref()) => {
                let mut body = body.clone();
                body["override"] = json!(true);
                self.simulate(action, body)
            }
            simulated => simulated,
        }
    }

    pub fn result(&self) -> Option<MatchResult> {
        self.rules.result(&self.game).cloned()
    }

    pub fn is_live(&self) -> bool {
        self.rules.summary(&self.game).status == "live"
    }

    pub fn scorecard(&self) -> Value {
        self.rules.read_part(&self.match_info, &self.game, "scorecard").unwrap_or_default()
    }

    /// The innings being played, or played last, as the scorecard has it.
    pub fn last_innings(&self) -> Value {
        let mut card = self.scorecard();
        let innings = card["innings"].as_array_mut().and_then(Vec::pop);
        innings.unwrap_or_default()
    }
}

/// A refusal in one line.
pub fn describe_rejection(action: &str, rejection: &Rejection) -> String {
    format!("{action}: {rejection}")
}
