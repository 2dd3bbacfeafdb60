//! Cricket, ball by ball: a match is the fold of what is official, an innings that of its balls.

mod actions;
mod innings;
mod laws;
mod report;
mod scoring;

#[cfg(test)]
mod tests;

use serde_json::{Map, Value, json};

use crate::domain::rejection::Rejection;
use crate::sports::clock::PeriodSchedule;
use crate::sports::cricket::actions::execution::CommandExecution;
use crate::sports::cricket::actions::{correction, ending, requests, submissions};
use crate::sports::cricket::laws::delivery;
use crate::sports::cricket::laws::delivery::BallRequestKind;
use crate::sports::cricket::report::{live, views};
use crate::sports::cricket::scoring::match_state::{CricketState, Toss};
use crate::sports::cricket::scoring::step::ScoringStep;
use crate::sports::game::{Match, MatchStatus};
use crate::sports::score::Score;
use crate::sports::sport::Sport;
use crate::sports::{ApplyResult, MatchCommand, MatchInfo, MatchResult};

const BALL_STATUSES: [MatchStatus; 1] = [MatchStatus::Live];
/// What is arranged while nothing is bowled: who comes next, how much is to be made.
const BETWEEN_BALLS_STATUSES: [MatchStatus; 2] = [MatchStatus::Live, MatchStatus::Paused];
/// Awards may come after the apparent end, until the umpires have left the ground (Law 41.17).
const PENALTY_AWARD_STATUSES: [MatchStatus; 3] =
    [MatchStatus::Live, MatchStatus::Paused, MatchStatus::Finished];
const CORRECTION_STATUSES: [MatchStatus; 4] =
    [MatchStatus::Live, MatchStatus::Paused, MatchStatus::Finished, MatchStatus::Abandoned];

/// Cricket by the Laws of 2017 as amended to 2022.
pub struct Cricket;

impl Sport for Cricket {
    const CODE: &'static str = "cricket";
    const PERIOD_SCHEDULE: PeriodSchedule = PeriodSchedule { periods: &[], breaks: &[] };
    type State = CricketState;

    const OVERRIDDEN_ACTIONS: &[&str] = &["end"];

    fn initial_state(match_info: &MatchInfo) -> Result<CricketState, Rejection> {
        CricketState::initial(match_info)
    }

    fn player_ids(action: &str, body: &Value) -> Vec<i64> {
        let names_players = ["innings", "balls", "players", "rulings", "end"].contains(&action)
            || action.starts_with("PATCH balls/");
        if names_players { requests::player_ids(body) } else { Vec::new() }
    }

    fn apply(
        match_info: &MatchInfo,
        game: &Match<CricketState>,
        command: &MatchCommand,
    ) -> ApplyResult<Match<CricketState>> {
        let execution = CommandExecution::new(match_info, game, command);
        match command.action.as_str() {
            "toss" => record_toss(execution),
            "innings" => open_innings(execution),
            "balls" => record_ball_request(execution),
            "players" => change_players(execution),
            "declare" => {
                apply_between_balls(execution, "declare", requests::parse_declare(&command.body))
            }
            "target" => {
                let step = requests::parse_target(game.state.format(), &command.body);
                apply_between_balls(execution, "target", step)
            }
            "super-over" => {
                let step =
                    requests::parse_empty_body(&command.body).map(|()| ScoringStep::StartSuperOver);
                apply_between_balls(execution, "super-over", step)
            }
            "rulings" => {
                game.require_status("ruling on a ball", &BALL_STATUSES)?;
                submissions::rule_on_ball(execution)
            }
            "end" => ending::end_match(execution),
            action => correct_or_remove_ball(execution, action),
        }
    }

    fn computed_score(game: &Match<CricketState>) -> Score {
        live::match_score(game.state.scoreboard())
    }

    fn computed_result(match_info: &MatchInfo, game: &Match<CricketState>) -> Option<MatchResult> {
        views::computed_result(match_info, game)
    }

    fn snapshot_fields(game: &Match<CricketState>) -> Map<String, Value> {
        views::snapshot_fields(game)
    }

    fn read_part(game: &Match<CricketState>, path: &str) -> Option<Value> {
        views::read_part(game, path)
    }
}

fn record_toss(mut execution: CommandExecution<'_>) -> ApplyResult<Match<CricketState>> {
    execution
        .previous
        .require_status("the toss", &[MatchStatus::Scheduled, MatchStatus::Postponed])?;
    let toss = requests::parse_toss(execution.next.state.teams(), &execution.command.body)?;
    execution.next.state.toss = Some(toss);
    let response = json!({ "toss": live::toss_json(&execution.next.state.setup, Some(toss)) });
    let message = execution.message_builder().match_message("toss", response.clone());
    execution.messages.push(message);
    Ok(execution.finish(response, false))
}

fn open_innings(mut execution: CommandExecution<'_>) -> ApplyResult<Match<CricketState>> {
    execution.previous.require_status("opening an innings", &BETWEEN_BALLS_STATUSES)?;
    let opening = requests::parse_innings(
        &execution.next.state.player_lookup(execution.command),
        &execution.command.body,
    )?;
    let state = &execution.next.state;
    let is_first = !state.scoreboard().innings.iter().any(|one| one.has_started || !one.is_open());
    let due_side = state.toss.map(Toss::side_batting_first);
    if is_first && due_side.is_some_and(|due| due != opening.batting_side) {
        return Err(Rejection::conflict("wrong-side", "by the toss the other side bats first"));
    }
    execution.apply_step(ScoringStep::OpenInnings(opening))?;
    let number = execution.next.state.scoreboard().innings.len();
    let response = json!({ "number": number, "state": execution.live_state_json() });
    Ok(execution.finish(response, true))
}

fn record_ball_request(mut execution: CommandExecution<'_>) -> ApplyResult<Match<CricketState>> {
    let request = delivery::parse_ball_request(
        &execution.next.state.player_lookup(execution.command),
        &execution.command.body,
    )?;
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
    let change = requests::parse_player_changes(
        &execution.next.state.player_lookup(execution.command),
        &execution.command.body,
    )?;
    execution.apply_step(ScoringStep::ChangePlayers(change))?;
    execution.update_match_end();
    let response = json!({ "state": execution.live_state_json() });
    Ok(execution.finish(response, false))
}

/// Any other step that is taken between balls.
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

fn correct_or_remove_ball(
    execution: CommandExecution<'_>,
    action: &str,
) -> ApplyResult<Match<CricketState>> {
    let Some((method, number)) = action.split_once(" balls/") else {
        return Err(Rejection::not_found("action"));
    };
    execution.previous.require_status("correcting a ball", &CORRECTION_STATUSES)?;
    let parsed = number.parse().ok().filter(|known: &u32| known.to_string() == number);
    let number = parsed.ok_or_else(|| Rejection::not_found("ball"))?;
    match method {
        "PATCH" => correction::correct_ball(execution, number),
        "DELETE" => correction::remove_ball(execution, number),
        _ => Err(Rejection::not_found("action")),
    }
}
