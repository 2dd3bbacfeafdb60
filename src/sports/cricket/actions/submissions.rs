//! Submitted balls: official at once with one scorer, else when enough scorers agree.

use std::sync::Arc;

use serde_json::json;

use crate::domain::matches::MatchStatus;
use crate::domain::rejection::Rejection;
use crate::sports::cricket::actions::action::BALL_STATUSES;
use crate::sports::cricket::actions::ball_bodies::{self, RulingRequest};
use crate::sports::cricket::actions::execution::CommandExecution;
use crate::sports::cricket::innings::EnteredBall;
use crate::sports::cricket::laws::Delivery;
use crate::sports::cricket::report::{DisputeResolution, pending_ball_json};
use crate::sports::cricket::scoring::{
    BallField, BallSubmission, CricketState, PendingBall, ScoringStep, check_ball_number,
    differing_fields, merge_players,
};
use crate::sports::game::Match;
use crate::sports::{ApplyResult, Transition};

/// For scorers who fell behind: the others may have finished the match.
const CATCH_UP_STATUSES: [MatchStatus; 4] =
    [MatchStatus::Live, MatchStatus::Paused, MatchStatus::Finished, MatchStatus::Abandoned];

/// Records a ball of the only scorer.
pub fn enter_ball(
    mut execution: CommandExecution<'_>,
    expected_number: Option<u32>,
    ball: Delivery,
) -> ApplyResult<Match<CricketState>> {
    execution.previous.require_status("adding a ball", &BALL_STATUSES)?;
    let next_number = execution.next.state.next_ball_number();
    check_expected_number(expected_number, next_number)?;
    let entered_ball = EnteredBall {
        delivery: Arc::new(ball),
        scorer_ids: vec![execution.command.user_id],
        entered_at: execution.command.occurred_at,
        rev: 1,
    };
    execution.apply_step(ScoringStep::BowlBall(Arc::new(entered_ball)))?;
    Ok(official_ball_response(execution, next_number))
}

/// Rejects a ball if another was entered meanwhile.
pub fn check_expected_number(expected: Option<u32>, next_number: u32) -> Result<(), Rejection> {
    if let Some(expected) = expected.filter(|expected| *expected != next_number) {
        let detail =
            format!("the next ball is {next_number}, not {expected}: check what has been entered");
        return Err(Rejection::conflict("not-the-next-ball", detail));
    }
    Ok(())
}

/// Records a submission; the ball becomes official once enough scorers agree on it and all before.
pub fn submit_ball(
    mut execution: CommandExecution<'_>,
    expected_number: Option<u32>,
    ball: Delivery,
) -> ApplyResult<Match<CricketState>> {
    let state = &execution.next.state;
    let next_number = state.next_ball_number();
    let scorer_id = execution.command.user_id;
    let number =
        expected_number.unwrap_or_else(|| state.consensus.next_ball_for(scorer_id, next_number));
    check_ball_number(number, state.consensus.max_ball_number(next_number))?;
    if number < next_number {
        execution.previous.require_status("catching up", &CATCH_UP_STATUSES)?;
        return compare_late_submission(execution, number, &ball);
    }
    execution.previous.require_status("adding a ball", &BALL_STATUSES)?;
    let submission = BallSubmission {
        scorer_id,
        submitted_at: execution.command.occurred_at,
        delivery: Arc::new(ball),
    };
    if number == next_number {
        state.check_applicable(&submission).or_else(|rejection| {
            // Players that another scorer has named needn't be named again.
            let others = state
                .consensus
                .pending_ball(number)
                .map_or(&[][..], |pending| &pending.submissions);
            let others = others.iter().filter(|other| other.scorer_id != scorer_id);
            let other_deliveries = others.map(|other| other.delivery.as_ref());
            let delivery = Arc::new(merge_players(&submission.delivery, other_deliveries));
            let merged = BallSubmission { delivery, ..submission.clone() };
            state.check_applicable(&merged).map_err(|_| rejection)
        })?;
    }
    execution.next.state.consensus.record_submission(number, submission);
    execution.next.state.consensus.advance_scorer(scorer_id, number);
    promote_agreed_balls(&mut execution);
    raise_dispute(&mut execution, number);
    push_ball_submitted(&mut execution, number);
    Ok(submission_response(execution, number))
}

/// Records a ruling of the umpires, which decides whatever scorers submitted.
pub fn rule_on_ball(mut execution: CommandExecution<'_>) -> ApplyResult<Match<CricketState>> {
    execution.previous.require_status("ruling on a ball", &BALL_STATUSES)?;
    let RulingRequest { number, delivery } =
        ball_bodies::parse_ruling(&execution.player_lookup(), &execution.command.body)?;
    let state = &execution.next.state;
    let next_number = state.next_ball_number();
    if state.consensus.pending_ball(number).is_none() {
        let detail = if number < next_number {
            format!("ball {number} is official: correct it with PATCH balls/{number}")
        } else {
            format!("nobody has submitted ball {number} yet")
        };
        return Err(Rejection::conflict("no-dispute", detail));
    }
    let ruling = BallSubmission {
        scorer_id: execution.command.user_id,
        submitted_at: execution.command.occurred_at,
        delivery: Arc::new(delivery),
    };
    if number == next_number {
        state.check_applicable(&ruling)?;
    }
    execution.next.state.consensus.set_ruling(number, ruling);
    promote_agreed_balls(&mut execution);
    Ok(submission_response(execution, number))
}

/// Compares a submission with a ball that is official already; the ball stays as it is.
fn compare_late_submission(
    mut execution: CommandExecution<'_>,
    number: u32,
    submitted: &Delivery,
) -> ApplyResult<Match<CricketState>> {
    let ball = execution.next.state.scoreboard().ball(number).cloned();
    let official_ball = ball.ok_or_else(|| Rejection::not_found("ball"))?;
    let differing_fields = differing_fields(&official_ball.entered.delivery, submitted);
    execution.next.state.consensus.advance_scorer(execution.command.user_id, number);
    let response = json!({
        "number": number,
        "innings": official_ball.innings_number,
        "over": official_ball.over_label(),
        "official": true,
        "agrees": differing_fields.is_empty(),
        "differs": field_names(&differing_fields),
        "state": execution.live_state_json(),
    });
    Ok(execution.finish(response, false))
}

/// Makes balls official in order as far as enough scorers agree; stops at a disputed one.
pub fn promote_agreed_balls(execution: &mut CommandExecution<'_>) {
    let required_scorers = execution.next.state.format().scorers_required;
    // Submissions beyond the end of an innings don't belong to the next one.
    while execution.next.state.scoreboard().open_innings().is_some() {
        let next_number = execution.next.state.next_ball_number();
        let pending = execution.next.state.consensus.pending_ball(next_number);
        let Some(entered_ball) = pending.and_then(|pending| pending.agreed_ball(required_scorers))
        else {
            return;
        };
        // The ball may no longer fit after the one before it, so scorers must submit it again.
        if let Err(rejection) = execution.apply_step(ScoringStep::BowlBall(Arc::new(entered_ball)))
        {
            let reason = rejection.detail;
            if execution
                .next
                .state
                .consensus
                .pending_ball(next_number)
                .is_some_and(|one| !one.is_disputed())
            {
                execution.next.state.consensus.set_dispute(next_number, &reason);
                push_dispute_raised(execution, next_number);
            }
            return;
        }
        remove_official(execution, next_number);
    }
}

fn remove_official(execution: &mut CommandExecution<'_>, number: u32) {
    let Some(pending) = execution.next.state.consensus.remove_pending(number) else { return };
    if !pending.is_disputed() {
        return;
    }
    let resolution = match pending.ruling {
        Some(_) => DisputeResolution::Ruling,
        None => DisputeResolution::Agreement,
    };
    let official_ball = execution.next.state.scoreboard().ball(number).cloned();
    execution.resolve_dispute(&pending, resolution, official_ball.as_deref());
}

/// Raises a dispute if scorers differ, again with each further submission.
fn raise_dispute(execution: &mut CommandExecution<'_>, number: u32) {
    let Some(pending) = execution.next.state.consensus.pending_ball(number) else { return };
    let differing_fields = pending.differing_fields();
    if differing_fields.is_empty() || pending.ruling.is_some() {
        return;
    }
    execution.next.state.consensus.set_dispute(
        number,
        &format!("scorers differ: {}", field_names(&differing_fields).join(", ")),
    );
    push_dispute_raised(execution, number);
}

fn push_dispute_raised(execution: &mut CommandExecution<'_>, number: u32) {
    let view = execution.next.state.consensus.pending_ball(number).map(pending_ball_json);
    if let Some(view) = view {
        let message = execution.message_builder().match_message("scoring_dispute_raised", view);
        execution.messages.push(message);
    }
}

/// Adds `ball_submitted`, so that the other scorers see what awaits their submission.
fn push_ball_submitted(execution: &mut CommandExecution<'_>, number: u32) {
    let pending =
        execution.next.state.consensus.pending_ball(number).filter(|one| !one.is_disputed());
    if let Some(view) = pending.map(pending_ball_json) {
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
        "disputed": pending.is_some_and(PendingBall::is_disputed),
        "submissions": pending.map_or(0, |pending| pending.submissions.len()),
        "state": execution.live_state_json(),
    });
    execution.finish(response, true)
}

/// 201 with the official ball and the state after it.
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

fn field_names(fields: &[BallField]) -> Vec<&'static str> {
    fields.iter().map(|field| field.as_str()).collect()
}
