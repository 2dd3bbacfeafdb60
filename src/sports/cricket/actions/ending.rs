//! The action `end`: results that play does not decide, and the player of the match.

use serde_json::{Value, json};

use crate::domain::matches::MatchStatus;
use crate::domain::rejection::Rejection;
use crate::sports::ApplyResult;
use crate::sports::cricket::actions::action::BETWEEN_BALLS_STATUSES;
use crate::sports::cricket::actions::bodies;
use crate::sports::cricket::actions::execution::CommandExecution;
use crate::sports::cricket::report::{decision_json, player_of_match_json};
use crate::sports::cricket::scoring::{CricketState, DecisionState, MatchDecision, ScoringStep};
use crate::sports::game::Match;

const END_ACTION_STATUSES: [MatchStatus; 3] =
    [MatchStatus::Live, MatchStatus::Paused, MatchStatus::Finished];

/// Ends a match by hand, or names the player of the match once it has ended.
pub fn end_match(mut execution: CommandExecution<'_>) -> ApplyResult<Match<CricketState>> {
    execution.previous.require_status("end", &END_ACTION_STATUSES)?;
    let request = bodies::parse_end(&execution.player_lookup(), &execution.command.body)?;
    if let Some(decision) = request.decision {
        execution.previous.require_status("end", &BETWEEN_BALLS_STATUSES)?;
        check_decision(&execution.next.state, &decision)?;
        execution.next.reason = request.reason;
        let decision = execution.next.state.scoreboard().with_target_method(decision);
        execution.apply_step(ScoringStep::EndMatch(decision))?;
    } else {
        execution
            .previous
            .require_status("naming the player of the match", &[MatchStatus::Finished])?;
        let state = &execution.next.state;
        if state.scoreboard().decision(state.format()).is_none() {
            let detail = "the match was not decided by play";
            return Err(Rejection::conflict("undecided", detail));
        }
    }
    if let Some(player_of_match) = request.player_of_match {
        execution.apply_step(ScoringStep::NamePlayerOfMatch(player_of_match))?;
    }
    execution.update_match_end();
    let mut response_fields = execution.status_fields();
    let state = &execution.next.state;
    let result = state.scoreboard().decision(state.format());
    let result = result.map(|result| decision_json(&result, state.teams()));
    let player_of_match = player_of_match_json(state.scoreboard(), state.format());
    response_fields.insert("result".into(), json!(result));
    response_fields.insert("player_of_the_match".into(), player_of_match);
    Ok(execution.finish(Value::Object(response_fields), false))
}

/// Rejects a decision that play contradicts.
fn check_decision(state: &CricketState, decision: &MatchDecision) -> Result<(), Rejection> {
    let scoreboard = state.scoreboard();
    // Scores were level before the first super over, whatever happens in it.
    let is_level = scoreboard.super_over_count > 0
        || scoreboard.decision_state(state.format()) == DecisionState::ScoresLevel;
    if matches!(decision, MatchDecision::Tied { .. }) && !is_level {
        let detail = "a tie needs level scores and a completed last innings";
        return Err(Rejection::conflict("not-level", detail));
    }
    if matches!(decision, MatchDecision::Drawn { .. }) && state.format().is_limited() {
        let detail = "a limited-overs match can't be drawn: end it with no_result";
        return Err(Rejection::conflict("not-drawn", detail));
    }
    Ok(())
}
