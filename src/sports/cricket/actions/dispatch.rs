//! Carries out actions.

use serde_json::{Value, json};

use crate::domain::matches::MatchStatus;
use crate::domain::rejection::Rejection;
use crate::sports::cricket::actions::action::{
    BALL_STATUSES, BETWEEN_BALLS_STATUSES, CORRECTION_STATUSES, CricketAction,
    PENALTY_AWARD_STATUSES,
};
use crate::sports::cricket::actions::ball_bodies::{self, BallRequestKind};
use crate::sports::cricket::actions::execution::CommandExecution;
use crate::sports::cricket::actions::{bodies, corrections, ending, submissions};
use crate::sports::cricket::report::toss_json;
use crate::sports::cricket::scoring::{CricketState, ScoringStep, Toss};
use crate::sports::game::Match;
use crate::sports::{ApplyResult, MatchCommand, MatchInfo};

/// Ids of the players that the body of `action` names.
pub fn player_ids(action: &str, body: &Value) -> Vec<i64> {
    let names_players =
        CricketAction::find(action).is_some_and(|(action, _)| action.names_players());
    if names_players { bodies::player_ids(body) } else { Vec::new() }
}

/// Carries out a command; unknown actions are 404.
pub fn apply(
    match_info: &MatchInfo,
    game: &Match<CricketState>,
    command: &MatchCommand,
) -> ApplyResult<Match<CricketState>> {
    let (action, number) =
        CricketAction::find(&command.action).ok_or_else(|| Rejection::not_found("action"))?;
    let execution = CommandExecution::new(match_info, game, command);
    match action {
        CricketAction::Toss => record_toss(execution),
        CricketAction::OpenInnings => open_innings(execution),
        CricketAction::RecordBall => record_ball_request(execution),
        CricketAction::ChangePlayers => change_players(execution),
        CricketAction::CloseInnings => {
            apply_between_balls(execution, "declare", bodies::parse_declare(&command.body))
        }
        CricketAction::SetTarget => {
            let step = bodies::parse_target(game.state.format(), &command.body);
            apply_between_balls(execution, "target", step)
        }
        CricketAction::StartSuperOver => {
            let step = bodies::parse_empty_body(&command.body);
            apply_between_balls(execution, "super-over", step.map(|()| ScoringStep::StartSuperOver))
        }
        CricketAction::RuleOnBall => submissions::rule_on_ball(execution),
        CricketAction::EndMatch => ending::end_match(execution),
        CricketAction::CorrectBall => {
            let number = corrected_ball_number(&execution, number)?;
            corrections::correct_ball(execution, number)
        }
        CricketAction::RemoveBall => {
            let number = corrected_ball_number(&execution, number)?;
            corrections::remove_ball(execution, number)
        }
    }
}

/// Parses the number of a ball in the path, in its only spelling, if the status allows corrections.
fn corrected_ball_number(execution: &CommandExecution<'_>, number: &str) -> Result<u32, Rejection> {
    execution.previous.require_status("correcting a ball", &CORRECTION_STATUSES)?;
    let parsed = number.parse().ok().filter(|parsed: &u32| parsed.to_string() == number);
    parsed.ok_or_else(|| Rejection::not_found("ball"))
}

fn record_toss(mut execution: CommandExecution<'_>) -> ApplyResult<Match<CricketState>> {
    execution
        .previous
        .require_status("the toss", &[MatchStatus::Scheduled, MatchStatus::Postponed])?;
    let toss = bodies::parse_toss(execution.next.state.teams(), &execution.command.body)?;
    execution.next.state.toss = Some(toss);
    let response = json!({ "toss": toss_json(&execution.next.state.setup, Some(toss)) });
    let message = execution.message_builder().match_message("toss", response.clone());
    execution.messages.push(message);
    Ok(execution.finish(response, false))
}

fn open_innings(mut execution: CommandExecution<'_>) -> ApplyResult<Match<CricketState>> {
    execution.previous.require_status("opening an innings", &BETWEEN_BALLS_STATUSES)?;
    let opening = bodies::parse_innings(&execution.player_lookup(), &execution.command.body)?;
    let state = &execution.next.state;
    let is_first = !state.scoreboard().innings.iter().any(|one| one.has_started || !one.is_open());
    let due_side = state.toss.map(Toss::side_batting_first);
    if is_first && due_side.is_some_and(|due| due != opening.batting_side) {
        return Err(Rejection::conflict(
            "wrong-side",
            "the toss decided that the other side bats first",
        ));
    }
    execution.apply_step(ScoringStep::OpenInnings(opening))?;
    let number = execution.next.state.scoreboard().innings.len();
    let response = json!({ "number": number, "state": execution.live_state_json() });
    Ok(execution.finish(response, true))
}

fn record_ball_request(mut execution: CommandExecution<'_>) -> ApplyResult<Match<CricketState>> {
    let request =
        ball_bodies::parse_ball_request(&execution.player_lookup(), &execution.command.body)?;
    let has_several_scorers = execution.next.state.format().scorers_required > 1;
    let step = match request.kind {
        BallRequestKind::Ball(ball) => {
            let record = if has_several_scorers {
                submissions::submit_ball
            } else {
                submissions::enter_ball
            };
            return record(execution, request.expected_number, *ball);
        }
        BallRequestKind::Penalty(penalty) => {
            execution.previous.require_status("awarding penalty runs", &PENALTY_AWARD_STATUSES)?;
            ScoringStep::AwardPenalty(penalty)
        }
        BallRequestKind::WicketBetweenBalls(wickets) => {
            execution.previous.require_status("a wicket between balls", &BALL_STATUSES)?;
            ScoringStep::RecordWickets(wickets)
        }
    };
    submissions::check_expected_number(
        request.expected_number.filter(|_| !has_several_scorers),
        execution.next.state.scoreboard().ball_count() + 1,
    )?;
    execution.apply_step(step)?;
    execution.update_match_end();
    let response =
        json!({ "number": null, "official": true, "state": execution.live_state_json() });
    Ok(execution.finish(response, true))
}

fn change_players(mut execution: CommandExecution<'_>) -> ApplyResult<Match<CricketState>> {
    execution.previous.require_status("changing players", &BETWEEN_BALLS_STATUSES)?;
    let change = bodies::parse_player_changes(&execution.player_lookup(), &execution.command.body)?;
    execution.apply_step(ScoringStep::ChangePlayers(change))?;
    execution.update_match_end();
    let response = json!({ "state": execution.live_state_json() });
    Ok(execution.finish(response, false))
}

/// Applies any other step that is taken between balls.
fn apply_between_balls(
    mut execution: CommandExecution<'_>,
    action: &str,
    step: Result<ScoringStep, Rejection>,
) -> ApplyResult<Match<CricketState>> {
    execution.previous.require_status(action, &BETWEEN_BALLS_STATUSES)?;
    execution.apply_step(step?)?;
    execution.update_match_end();
    let response = json!({ "state": execution.live_state_json() });
    Ok(execution.finish(response, false))
}
