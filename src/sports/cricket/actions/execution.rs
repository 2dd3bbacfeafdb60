//! Execution of one command: the new state, and its messages.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde_json::{Map, Value, json};

use crate::domain::matches::MatchStatus;
use crate::domain::merge_patch;
use crate::domain::message::Message;
use crate::domain::rejection::Rejection;
use crate::domain::topic::{Channel, StreamId};
use crate::sports::cricket::actions::player_lookup::PlayerLookup;
use crate::sports::cricket::innings::Ball;
use crate::sports::cricket::report::{
    DisputeResolution, MessageBuilder, computed_result, live_json, outcome_json,
    player_of_match_json, resolved_dispute_json,
};
use crate::sports::cricket::scoring::{CricketState, MatchDecision, PendingBall, ScoringStep};
use crate::sports::game::{Match, ResultSource};
use crate::sports::lifecycle::StatusMessage;
use crate::sports::result::resolve_result;
use crate::sports::score::Score;
use crate::sports::{MatchCommand, MatchInfo, Transition};

/// A command being executed: the states before and after it, and the messages so far.
pub struct CommandExecution<'a> {
    pub match_info: &'a MatchInfo,
    pub command: &'a MatchCommand,
    pub previous: &'a Match<CricketState>,
    pub next: Match<CricketState>,
    pub messages: Vec<Message>,
    match_end_updated: bool,
}

impl<'a> CommandExecution<'a> {
    /// Starts with the previous state and the current names of the teams.
    pub fn new(
        match_info: &'a MatchInfo,
        previous: &'a Match<CricketState>,
        command: &'a MatchCommand,
    ) -> Self {
        let next =
            Match { state: previous.state.with_current_teams(match_info), ..previous.clone() };
        Self { match_info, command, previous, next, messages: Vec::new(), match_end_updated: false }
    }

    /// Look-up of players and teams for the command's body.
    pub fn player_lookup(&self) -> PlayerLookup<'_> {
        PlayerLookup {
            teams: self.next.state.teams(),
            scoreboard: self.next.state.scoreboard(),
            command_players: &self.command.players,
        }
    }

    /// Builder of messages about the state so far.
    pub fn message_builder(&self) -> MessageBuilder<'_> {
        MessageBuilder {
            match_id: self.match_info.match_id,
            setup: &self.next.state.setup,
            scoreboard: self.next.state.scoreboard(),
            displayed_score: self.displayed_score(),
        }
    }

    /// Applies a step, and adds messages about its effects with the state right after it.
    pub fn apply_step(&mut self, step: ScoringStep) -> Result<(), Rejection> {
        let effects = self.next.state.apply_step(&Arc::new(step))?;
        self.match_end_updated = false;
        let messages: Vec<_> =
            effects.iter().flat_map(|one| self.message_builder().messages_for(one)).collect();
        self.messages.extend(messages);
        Ok(())
    }

    /// Finishes the match if it is decided now, reopens it if it no longer is. Runs once after each
    /// step; a response that contains the status calls it early.
    pub fn update_match_end(&mut self) {
        if std::mem::replace(&mut self.match_end_updated, true) {
            return;
        }
        let previous_decision =
            self.previous.state.scoreboard().decision(self.previous.state.format());
        let decision = self.next.state.scoreboard().decision(self.next.state.format());
        match (decision, self.next.status) {
            (Some(now), MatchStatus::Live | MatchStatus::Paused) => {
                self.next.status = MatchStatus::Finished;
                self.next.clock.stop(self.last_ball_time());
                // The computed result may have been deleted earlier; this is a new one.
                self.next.result_source = ResultSource::Computed;
                self.push_status_message("match_end");
                self.push_match_complete(&now);
            }
            (Some(now), MatchStatus::Finished)
                if previous_decision.as_ref() != Some(&now) || self.player_of_match_changed() =>
            {
                self.push_match_complete(&now);
            }
            (None, MatchStatus::Finished) if previous_decision.is_some() => {
                self.next.status = MatchStatus::Live;
                self.next.reason = None;
                self.next.clock.start(None, self.command.occurred_at);
                self.push_status_message("match_reopened");
            }
            _ => {}
        }
    }

    /// The later of the command's time and the last ball's: a submission of an earlier ball can
    /// make later ones official.
    fn last_ball_time(&self) -> DateTime<Utc> {
        let scoreboard = self.next.state.scoreboard();
        let last = scoreboard.ball(scoreboard.ball_count()).map(|ball| ball.entered.entered_at);
        last.map_or(self.command.occurred_at, |last| last.max(self.command.occurred_at))
    }

    /// Whether the player of the match is another now.
    fn player_of_match_changed(&self) -> bool {
        let player_of_match = |game: &Match<CricketState>| {
            player_of_match_json(game.state.scoreboard(), game.state.format())
        };
        player_of_match(self.previous) != player_of_match(&self.next)
    }

    /// Status, clock and score.
    pub fn status_fields(&self) -> Map<String, Value> {
        self.next.status_fields(&self.displayed_score())
    }

    /// The live board with status and score, for responses.
    pub fn live_state_json(&self) -> Value {
        let mut state = live_json(&self.next.state.setup, self.next.state.scoreboard());
        state["status"] = json!(self.next.status.as_str());
        state["score"] = json!(self.displayed_score().totals);
        state
    }

    /// Ends the execution with its response; `is_created` means 201.
    pub fn finish(mut self, response: Value, is_created: bool) -> Transition<Match<CricketState>> {
        self.update_match_end();
        self.drop_pending_of_ended_innings();
        Transition { state: self.next, messages: self.messages, response, is_created }
    }

    /// Moves a dispute to the resolved ones, and adds `dispute_resolved`.
    pub fn resolve_dispute(
        &mut self,
        pending: &PendingBall,
        resolution: DisputeResolution,
        official_ball: Option<&Ball>,
    ) {
        let resolved = resolved_dispute_json(pending, resolution, official_ball);
        let message = self.message_builder().match_message("dispute_resolved", resolved.clone());
        self.messages.push(message);
        self.next.state.consensus.add_resolved_dispute(resolved);
    }

    /// Drops submissions of balls that the innings won't have, if it has ended.
    fn drop_pending_of_ended_innings(&mut self) {
        if self.next.state.scoreboard().open_innings().is_some() {
            return;
        }
        let next_number = self.next.state.next_ball_number();
        let dropped = self.next.state.consensus.take_pending_at_innings_end(next_number);
        for pending in dropped.iter().filter(|pending| pending.is_disputed()) {
            self.resolve_dispute(pending, DisputeResolution::InningsEnd, None);
        }
    }

    fn displayed_score(&self) -> Score {
        self.next.displayed_score(self.next.state.scoreboard().score())
    }

    fn push_status_message(&mut self, kind: &'static str) {
        let result = resolve_result(&self.next, || computed_result(self.match_info, &self.next));
        let message = StatusMessage {
            kind,
            score: &self.displayed_score(),
            result: result.as_deref(),
            reason: self.next.reason.clone(),
        };
        self.messages.push(message.build(self.match_info, &self.next));
    }

    /// Adds `match_complete`, unless the result was entered or deleted by hand.
    fn push_match_complete(&mut self, decision: &MatchDecision) {
        if !matches!(self.next.result_source, ResultSource::Computed) {
            return;
        }
        let teams = self.next.state.teams();
        let state = &self.next.state;
        let player_of_match = player_of_match_json(state.scoreboard(), state.format());
        let mut data = self.status_fields();
        let parts = [
            ("match_id", json!(self.match_info.match_id)),
            ("outcome", merge_patch::without_nulls(outcome_json(decision, teams))),
            ("player_of_the_match_id", player_of_match["player_id"].clone()),
        ];
        data.extend(parts.map(|(name, part)| (name.to_owned(), part)));
        let team_topic = |team_id| StreamId::Team(team_id).channel_topic(Channel::Live);
        let topics = [
            StreamId::Match(self.match_info.match_id).topic(),
            team_topic(teams.home.team_id),
            team_topic(teams.away.team_id),
        ];
        let data = Value::Object(data);
        let messages = topics.map(|topic| Message::new(topic, "match_complete", data.clone()));
        self.messages.extend(messages);
    }
}
