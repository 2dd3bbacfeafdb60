//! Plays a match in memory; commands that the rules accept become part of the script.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};

use crate::domain::matches::MatchStatus;
use crate::domain::rejection::Rejection;
use crate::import::command_script::ScriptedCommand;
use crate::import::roster::Roster;
use crate::sports::{ErasedMatch, MatchCommand, MatchInfo, MatchResult, SportRules};

/// Assumed time between two commands, because files don't say when a ball was bowled.
pub const COMMAND_INTERVAL: TimeDelta = TimeDelta::seconds(40);

/// A match in memory, and the commands accepted so far.
pub struct MatchSimulation<'a> {
    pub roster: &'a Roster,
    pub commands: Vec<ScriptedCommand>,
    /// The match state in the response to the last command.
    pub state: Value,
    rules: &'static SportRules,
    match_info: MatchInfo,
    game: ErasedMatch,
    started_at: DateTime<Utc>,
}

/// A command that the rules accepted, not applied to the simulation yet.
pub struct SimulatedCommand {
    /// The match state in the response.
    pub state: Value,
    action: &'static str,
    body: Value,
    game: ErasedMatch,
}

impl<'a> MatchSimulation<'a> {
    /// A match before the toss; fails if the rules reject its format.
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
            match_info,
            game,
            started_at,
        })
    }

    /// Tries a command without applying it.
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

    /// Applies a simulated command and adds it to the script.
    pub fn accept(&mut self, simulated: SimulatedCommand) {
        let at = self.started_at
            + COMMAND_INTERVAL * i32::try_from(self.commands.len()).unwrap_or(i32::MAX);
        let SimulatedCommand { state, action, body, game } = simulated;
        self.commands.push(ScriptedCommand { action, body, at });
        (self.state, self.game) = (state, game);
    }

    /// Simulates and accepts a command; the error is for the operator.
    pub fn run_command(&mut self, action: &'static str, body: Value) -> Result<(), String> {
        let simulated = self
            .simulate(action, body)
            .map_err(|rejection| describe_rejection(action, &rejection))?;
        self.accept(simulated);
        Ok(())
    }

    /// Tries a command; if only a playing condition rejects it, tries it again with `override`, as
    /// the umpires evidently allowed it.
    pub fn simulate_or_override(
        &self,
        action: &'static str,
        body: &Value,
    ) -> Result<SimulatedCommand, Rejection> {
        const PLAYING_CONDITIONS: [&str; 3] = ["free-hit", "two-overs-running", "quota"];
        match self.simulate(action, body.clone()) {
            Err(rejection) if PLAYING_CONDITIONS.contains(&rejection.code.as_ref()) => {
                let mut body = body.clone();
                body["override"] = json!(true);
                self.simulate(action, body)
            }
            simulated => simulated,
        }
    }

    /// The result, once the match has one.
    pub fn result(&self) -> Option<MatchResult> {
        self.rules.result(&self.game).cloned()
    }

    /// Whether the match has started and not ended.
    pub fn is_live(&self) -> bool {
        self.rules.summary(&self.game).status == MatchStatus::Live
    }

    /// The scorecard as the API shows it.
    pub fn scorecard(&self) -> Value {
        self.rules.read_part(&self.match_info, &self.game, "scorecard").unwrap_or_default()
    }

    /// The current or last innings of the scorecard.
    pub fn last_innings(&self) -> Value {
        let mut card = self.scorecard();
        let innings = card["innings"].as_array_mut().and_then(Vec::pop);
        innings.unwrap_or_default()
    }
}

/// Describes a rejected command in one line.
pub fn describe_rejection(action: &str, rejection: &Rejection) -> String {
    format!("{action}: {rejection}")
}
