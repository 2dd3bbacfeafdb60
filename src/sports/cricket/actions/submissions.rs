//! Balls as they are submitted: by one scorer, or by several who must agree.

use std::sync::Arc;

use serde_json::{Value, json};

use crate::domain::rejection::Rejection;
use crate::sports::command_body::CommandBody;
use crate::sports::cricket::actions::execution::CommandExecution;
use crate::sports::cricket::innings::ball::EnteredBall;
use crate::sports::cricket::laws::delivery;
use crate::sports::cricket::laws::delivery::Delivery;
use crate::sports::cricket::scoring::agreement;
use crate::sports::cricket::scoring::consensus;
use crate::sports::cricket::scoring::consensus::{BallSubmission, PendingBall};
use crate::sports::cricket::scoring::decision::MatchDecision;
use crate::sports::cricket::scoring::match_state::CricketState;
use crate::sports::cricket::scoring::step::ScoringStep;
use crate::sports::game::{Match, MatchStatus};
use crate::sports::{ApplyResult, Transition};

const BALL_STATUSES: [MatchStatus; 1] = [MatchStatus::Live];
/// The others may have seen the match to its end.
const CATCH_UP_STATUSES: [MatchStatus; 4] =
    [MatchStatus::Live, MatchStatus::Paused, MatchStatus::Finished, MatchStatus::Abandoned];

/// One scorer's word is enough.
pub fn enter_ball(
    mut execution: CommandExecution<'_>,
    expected_number: Option<u32>,
    ball: Delivery,
) -> ApplyResult<Match<CricketState>> {
    execution.previous.require_status("adding a ball", &BALL_STATUSES)?;
    let next_number = execution.next.state.scoreboard().ball_count() + 1;
    check_expected_number(expected_number, next_number)?;
    let CommandExecution { command, .. } = execution;
    let (delivery, scorer_ids) = (Arc::new(ball), vec![command.user_id]);
    let entered_ball =
        EnteredBall { delivery, scorer_ids: scorer_ids, entered_at: command.occurred_at, rev: 1 };
    execution.apply_step(ScoringStep::BowlBall(Arc::new(entered_ball)))?;
    Ok(official_ball_response(execution, next_number))
}

/// Refuses a ball that another scorer was first with.
pub fn check_expected_number(expected: Option<u32>, next_number: u32) -> Result<(), Rejection> {
    if let Some(expected) = expected.filter(|expected| *expected != next_number) {
        let detail =
            format!("the next ball is {next_number}, not {expected}: look at what was entered");
        return Err(Rejection::conflict("not-the-next-ball", detail));
    }
    Ok(())
}

/// One word of several: official once enough agree, and everything before it is.
pub fn submit_ball(
    mut execution: CommandExecution<'_>,
    expected_number: Option<u32>,
    ball: Delivery,
) -> ApplyResult<Match<CricketState>> {
    let state = &execution.next.state;
    let next_number = state.scoreboard().ball_count() + 1;
    let scorer_id = execution.command.user_id;
    let number =
        expected_number.unwrap_or_else(|| state.consensus.next_ball_for(scorer_id, next_number));
    consensus::check_ball_number(number, state.consensus.max_ball_number(next_number))?;
    if number < next_number {
        execution.previous.require_status("catching up", &CATCH_UP_STATUSES)?;
        return compare_late_submission(execution, number, &ball);
    }
    execution.previous.require_status("adding a ball", &BALL_STATUSES)?;
    let submission = BallSubmission {
        scorer_id: scorer_id,
        submitted_at: execution.command.occurred_at,
        delivery: Arc::new(ball),
    };
    if number == next_number {
        check_applicable(state, &submission).or_else(|rejection| {
            // Whom another scorer has named already needn't be named again.
            let others = state
                .consensus
                .pending_ball(number)
                .map_or(&[][..], |pending| &pending.submissions);
            let others = others.iter().filter(|other| other.scorer_id != scorer_id);
            let other_deliveries = others.map(|other| other.delivery.as_ref());
            let delivery =
                Arc::new(agreement::merge_players(&submission.delivery, other_deliveries));
            check_applicable(state, &BallSubmission { delivery, ..submission.clone() })
                .map_err(|_| rejection)
        })?;
    }
    execution.next.state.consensus.record_submission(number, submission);
    execution.next.state.consensus.advance_scorer(scorer_id, number);
    promote_agreed_balls(&mut execution);
    raise_dispute(&mut execution, number);
    push_ball_submitted(&mut execution, number);
    Ok(submission_response(execution, number))
}

/// `{"number":2,"ball":{…}}`: the umpire's word, which is enough.
pub fn rule_on_ball(mut execution: CommandExecution<'_>) -> ApplyResult<Match<CricketState>> {
    let lookup = execution.next.state.player_lookup(execution.command);
    let mut body = CommandBody::from_value(&execution.command.body)?;
    body.require(&["number", "ball"]);
    let number = body.integer("number", 1..=delivery::MAX_BALL_NUMBER);
    let number = number.and_then(|number| u32::try_from(number).ok());
    let ball = delivery::parse_nested_delivery(&lookup, &mut body, "ball");
    body.time("occurred_at");
    let (number, ball) = body.finish(number.zip(ball))?;

    let state = &execution.next.state;
    let next_number = state.scoreboard().ball_count() + 1;
    if state.consensus.pending_ball(number).is_none() {
        let detail = if number < next_number {
            format!("ball {number} is official: correct it with PATCH balls/{number}")
        } else {
            format!("nobody has said anything of ball {number} yet")
        };
        return Err(Rejection::conflict("no-dispute", detail));
    }
    let said = BallSubmission {
        scorer_id: execution.command.user_id,
        submitted_at: execution.command.occurred_at,
        delivery: Arc::new(ball),
    };
    if number == next_number {
        check_applicable(state, &said)?;
    }
    execution.next.state.consensus.set_ruling(number, said);
    promote_agreed_balls(&mut execution);
    Ok(submission_response(execution, number))
}

/// A scorer who fell behind catches up: what is official stands, whatever he says of it.
fn compare_late_submission(
    mut execution: CommandExecution<'_>,
    number: u32,
    submitted: &Delivery,
) -> ApplyResult<Match<CricketState>> {
    let official_ball = execution.next.state.scoreboard().ball(number).cloned();
    let known = official_ball.ok_or_else(|| Rejection::not_found("ball"))?;
    let differing_fields = agreement::differing_fields(&known.entered.delivery, submitted);
    execution.next.state.consensus.advance_scorer(execution.command.user_id, number);
    let response = json!({
        "number": number,
        "innings": known.innings_number,
        "over": known.over_label(),
        "official": true,
        "agrees": differing_fields.is_empty(),
        "differs": differing_fields,
        "state": execution.live_state_json(),
    });
    Ok(execution.finish(response, false))
}

/// Refuses a step that would overtake a ball which isn't official yet: the ball would become part
/// of another innings, or of none. Who plays may be changed meanwhile, as the ball may need it.
pub fn check_nothing_overtaken(state: &CricketState, step: &ScoringStep) -> Result<(), Rejection> {
    match step {
        ScoringStep::OpenInnings(_) | ScoringStep::CloseInnings(_) => {
            state.consensus.require_nothing_pending()
        }
        ScoringStep::AwardPenalty(_)
        | ScoringStep::RecordWickets(_)
        | ScoringStep::StartSuperOver
        | ScoringStep::EndMatch(
            MatchDecision::Tied { .. } | MatchDecision::Drawn { .. } | MatchDecision::Won { .. },
        ) => state.consensus.require_no_dispute(),
        ScoringStep::EndMatch(MatchDecision::NoResult | MatchDecision::Awarded { .. })
        | ScoringStep::BowlBall(_)
        | ScoringStep::ChangePlayers(_)
        | ScoringStep::SetTarget { .. }
        | ScoringStep::NamePlayerOfMatch(_) => Ok(()),
    }
}

/// Drops what was said of balls that an innings would have had, once it is over.
pub fn drop_pending_of_ended_innings(execution: &mut CommandExecution<'_>) {
    let scoreboard = execution.next.state.scoreboard();
    if scoreboard.open_innings().is_some() {
        return;
    }
    let next_number = scoreboard.ball_count() + 1;
    let dropped = execution.next.state.consensus.take_pending_at_innings_end(next_number);
    for pending in dropped.iter().filter(|pending| pending.dispute_reason.is_some()) {
        push_dispute_resolved(execution, pending, ("innings_end", &[], None));
    }
}

/// Refuses what could not become official if all agreed.
fn check_applicable(state: &CricketState, submission: &BallSubmission) -> Result<(), Rejection> {
    let delivery = Arc::clone(&submission.delivery);
    let entered_ball = EnteredBall {
        delivery,
        scorer_ids: vec![submission.scorer_id],
        entered_at: submission.submitted_at,
        rev: 1,
    };
    let mut trial_state = state.clone();
    trial_state.apply_step(&Arc::new(ScoringStep::BowlBall(Arc::new(entered_ball)))).map(drop)
}

/// Makes official what enough agree on, in order; nothing after a ball in dispute.
pub fn promote_agreed_balls(execution: &mut CommandExecution<'_>) {
    let required_scorers = execution.next.state.format().scorers_required;
    // What was said of balls after an innings' last is no part of the next.
    while execution.next.state.scoreboard().open_innings().is_some() {
        let next_number = execution.next.state.scoreboard().ball_count() + 1;
        let pending = execution.next.state.consensus.pending_ball(next_number);
        let Some(entered_ball) = pending.and_then(|pending| pending.agreed_ball(required_scorers))
        else {
            return;
        };
        let agreed_ball = Arc::new(entered_ball);
        // What was agreed on before the ball ahead of it was may fit no longer: others must speak.
        if let Err(rejection) =
            execution.apply_step(ScoringStep::BowlBall(Arc::clone(&agreed_ball)))
        {
            let reason = rejection.detail;
            if execution
                .next
                .state
                .consensus
                .pending_ball(next_number)
                .is_some_and(|one| one.dispute_reason.is_none())
            {
                execution.next.state.consensus.set_dispute(next_number, &reason);
                push_dispute_raised(execution, next_number);
            }
            return;
        }
        resolve_dispute(execution, next_number, &agreed_ball);
    }
}

fn resolve_dispute(execution: &mut CommandExecution<'_>, number: u32, ball: &EnteredBall) {
    let Some(pending) = execution.next.state.consensus.remove_pending(number) else { return };
    if pending.dispute_reason.is_none() {
        return;
    }
    let resolution = if pending.ruling.is_some() { "ruling" } else { "agreement" };
    let official_json = execution.next.state.scoreboard().ball(number).map(|ball| ball.to_json());
    push_dispute_resolved(execution, &pending, (resolution, &ball.scorer_ids, official_json));
}

fn push_dispute_resolved(
    execution: &mut CommandExecution<'_>,
    pending: &PendingBall,
    (resolution, scorer_ids, ball): (&str, &[i64], Option<Value>),
) {
    let mut resolved = pending.to_json();
    resolved["state"] = json!("resolved");
    resolved["resolved_by"] = json!(resolution);
    resolved["by"] = json!(scorer_ids);
    resolved["ball"] = json!(ball);
    let message = execution.message_builder().match_message("dispute_resolved", resolved.clone());
    execution.messages.push(message);
    execution.next.state.consensus.add_resolved_dispute(resolved);
}

/// Tells of a dispute as soon as scorers differ, and again with each further word.
fn raise_dispute(execution: &mut CommandExecution<'_>, number: u32) {
    let Some(pending) = execution.next.state.consensus.pending_ball(number) else { return };
    let differing_fields = pending.differing_fields();
    if differing_fields.is_empty() || pending.ruling.is_some() {
        return;
    }
    execution
        .next
        .state
        .consensus
        .set_dispute(number, &format!("scorers differ: {}", differing_fields.join(", ")));
    push_dispute_raised(execution, number);
}

fn push_dispute_raised(execution: &mut CommandExecution<'_>, number: u32) {
    let view = execution.next.state.consensus.pending_ball(number).map(PendingBall::to_json);
    if let Some(view) = view {
        let message = execution.message_builder().match_message("scoring_dispute_raised", view);
        execution.messages.push(message);
    }
}

/// Lets the other scorers see at once what waits for their word.
fn push_ball_submitted(execution: &mut CommandExecution<'_>, number: u32) {
    let pending = execution
        .next
        .state
        .consensus
        .pending_ball(number)
        .filter(|one| one.dispute_reason.is_none());
    if let Some(view) = pending.map(PendingBall::to_json) {
        let message = execution.message_builder().match_message("ball_submitted", view);
        execution.messages.push(message);
    }
}

fn submission_response(
    execution: CommandExecution<'_>,
    number: u32,
) -> Transition<Match<CricketState>> {
    if execution.next.state.scoreboard().ball_count() >= number {
        return official_ball_response(execution, number);
    }
    let pending = execution.next.state.consensus.pending_ball(number);
    let response = json!({
        "number": number,
        "official": false,
        "disputed": pending.is_some_and(|pending| pending.dispute_reason.is_some()),
        "submissions": pending.map_or(0, |pending| pending.submissions.len()),
        "state": execution.live_state_json(),
    });
    execution.finish(response, true)
}

/// 201, with the ball as it is official and the match after it.
fn official_ball_response(
    mut execution: CommandExecution<'_>,
    number: u32,
) -> Transition<Match<CricketState>> {
    execution.update_match_end();
    let ball = execution.next.state.scoreboard().ball(number);
    let response = json!({
        "number": number,
        "innings": ball.map(|ball| ball.innings_number),
        "over": ball.map(|ball| ball.over_label()),
        "rev": ball.map(|ball| ball.entered.rev),
        "official": true,
        "state": execution.live_state_json(),
    });
    execution.finish(response, true)
}
