//! What was entered wrongly: taken back, changed, or taken out, by folding anew what follows.

use std::sync::Arc;

use serde_json::{Value, json};

use crate::domain::rejection::Rejection;
use crate::sports::ApplyResult;
use crate::sports::cricket::actions::execution::CommandExecution;
use crate::sports::cricket::actions::submissions;
use crate::sports::cricket::innings::ball::{Ball, EnteredBall};
use crate::sports::cricket::innings::milestones::Milestone;
use crate::sports::cricket::laws::delivery;
use crate::sports::cricket::laws::delivery::Delivery;
use crate::sports::cricket::report::live;
use crate::sports::cricket::report::scorecard;
use crate::sports::cricket::scoring::match_state::CricketState;
use crate::sports::cricket::scoring::scoreboard::Scoreboard;
use crate::sports::cricket::scoring::step::ScoringStep;
use crate::sports::game::Match;

/// Puts another ball in the place of ball `number`.
pub fn correct_ball(
    mut execution: CommandExecution<'_>,
    number: u32,
) -> ApplyResult<Match<CricketState>> {
    let previous = find_ball(execution.next.state.scoreboard(), number)?;
    let lookup = execution.next.state.player_lookup(execution.command);
    let (delivery, reason) = delivery::parse_correction(&lookup, &execution.command.body)?;
    let entered_ball = EnteredBall {
        delivery: Arc::new(keep_named_players(delivery, &previous.entered.delivery)),
        scorer_ids: vec![execution.command.user_id],
        entered_at: previous.entered.entered_at,
        rev: previous.entered.rev + 1,
    };
    refold_from(
        &mut execution.next.state,
        number,
        Some(ScoringStep::BowlBall(Arc::new(entered_ball))),
    )?;
    let corrected_json = find_ball(execution.next.state.scoreboard(), number)?.to_json();
    push_correction_messages(&mut execution, ("changed", &previous, reason));
    // What scorers agreed on and what didn't fit before may fit now.
    submissions::promote_agreed_balls(&mut execution);
    let mut response = corrected_json;
    response["state"] = execution.live_state_json();
    Ok(execution.finish(response, false))
}

/// Takes ball `number` out; the last one with all that came after it (an undo).
pub fn remove_ball(
    mut execution: CommandExecution<'_>,
    number: u32,
) -> ApplyResult<Match<CricketState>> {
    let removed = find_ball(execution.next.state.scoreboard(), number)?;
    let (reason, required_scorer) = delivery::parse_removal(&execution.command.body)?;
    // A device that was away may undo a ball of its own that was refused meanwhile: not another's.
    if required_scorer.is_some_and(|by| !removed.entered.scorer_ids.contains(&by)) {
        let detail = format!("ball {number} was entered by somebody else");
        return Err(Rejection::conflict("entered-by-another", detail));
    }
    let is_last = number == execution.next.state.scoreboard().ball_count();
    let mut also_removed = Vec::new();
    if is_last {
        let setup = Arc::clone(&execution.next.state.setup);
        let (earlier, removed_steps) =
            execution.next.state.timeline.split_before_ball(&setup.format, number)?;
        execution.next.state.timeline = earlier;
        also_removed = removed_steps.iter().skip(1).map(|step| step.action_name()).collect();
    } else {
        refold_from(&mut execution.next.state, number, None)?;
    }
    execution.next.state.consensus.clear_pending();
    push_correction_messages(
        &mut execution,
        (if is_last { "undone" } else { "removed" }, &removed, reason),
    );
    // Who undoes a ball should know what else he must enter again.
    let response = json!({ "number": number, "taken_back": also_removed, "state": execution.live_state_json() });
    Ok(execution.finish(response, false))
}

fn find_ball(scoreboard: &Scoreboard, number: u32) -> Result<Arc<Ball>, Rejection> {
    scoreboard.ball(number).cloned().ok_or_else(|| Rejection::not_found("ball"))
}

/// Those who came in with the ball come in with its correction, unless that names others.
fn keep_named_players(delivery: Delivery, previous: &Delivery) -> Delivery {
    Delivery {
        striker: delivery.striker.or_else(|| previous.striker.clone()),
        non_striker: delivery.non_striker.or_else(|| previous.non_striker.clone()),
        bowler: delivery.bowler.or_else(|| previous.bowler.clone()),
        ..delivery
    }
}

/// Folds from ball `number` on, with `instead` in its place or nothing.
fn refold_from(
    state: &mut CricketState,
    number: u32,
    replacement: Option<ScoringStep>,
) -> Result<(), Rejection> {
    let setup = Arc::clone(&state.setup);
    let (mut timeline, remaining_steps) =
        state.timeline.split_before_ball(&setup.format, number)?;
    if let Some(step) = replacement {
        timeline.apply_step(&setup.format, &Arc::new(step))?;
    }
    for step in remaining_steps.iter().skip(1) {
        let next_number = timeline.scoreboard.ball_count() + 1;
        timeline.apply_step(&setup.format, step).map_err(|rejection| {
            let subject = match step.as_ref() {
                ScoringStep::BowlBall(_) => format!("ball {next_number} could not be"),
                _ => format!("what was entered before ball {next_number} could not be"),
            };
            Rejection::conflict("correction-impossible", format!("{subject}: {}", rejection.detail))
        })?;
    }
    state.timeline = timeline;
    Ok(())
}

/// `ball_corrected` with everything as it stands after it, then what is no longer reached, and
/// what is now.
fn push_correction_messages(
    execution: &mut CommandExecution<'_>,
    (change, previous_ball, reason): (&str, &Ball, Option<String>),
) {
    // Whether the match goes on is part of how it stands; it is told after the correction.
    execution.update_match_end();
    let later_messages = std::mem::take(&mut execution.messages);

    let scoreboard = execution.next.state.scoreboard();
    let builder = execution.message_builder();
    let mut data = builder.live_json();
    let now = if change == "changed" { scoreboard.ball(previous_ball.number) } else { None };
    let first = previous_ball
        .innings_number
        .min(first_changed_innings(execution.previous.state.scoreboard(), scoreboard));
    // An earlier innings than the one being played, perhaps: its figures are told nowhere else.
    let index = usize::try_from(previous_ball.innings_number.saturating_sub(1)).unwrap_or(0);
    let parts = [
        ("ball_innings", live::innings_json(&execution.next.state.setup, scoreboard, index)),
        ("number", json!(previous_ball.number)),
        ("change", json!(change)),
        ("ball", now.map_or(Value::Null, |ball| ball.to_json())),
        ("was", previous_ball.to_json()),
        ("reason", json!(reason)),
        // Who came in when, and what each over brought, can't be reckoned back from the board.
        (
            "scorecard",
            scorecard::scorecard_json_from(&execution.next.state.setup, scoreboard, first),
        ),
    ];
    for (name, part) in
        execution.status_fields().into_iter().chain(parts.map(|(n, p)| (n.to_owned(), p)))
    {
        data[name] = part;
    }
    let mut messages = vec![builder.match_message("ball_corrected", data)];
    let milestones_before = all_milestones(execution.previous.state.scoreboard());
    let now = all_milestones(scoreboard);
    for milestone in milestones_missing_in(&milestones_before, &now) {
        messages.extend(builder.milestone_messages("milestone_withdrawn", milestone));
    }
    for milestone in milestones_missing_in(&now, &milestones_before) {
        messages.extend(builder.milestone_messages("milestone_achieved", milestone));
    }
    messages.extend(later_messages);
    execution.messages = messages;
}

/// The first innings that differs: an award to the other side changes an earlier one.
fn first_changed_innings(before: &Scoreboard, now: &Scoreboard) -> u32 {
    let unchanged_count =
        before.innings.iter().zip(&now.innings).take_while(|(previous, is)| previous == is).count();
    u32::try_from(unchanged_count).unwrap_or(u32::MAX).saturating_add(1)
}

fn all_milestones(scoreboard: &Scoreboard) -> Vec<&Arc<Milestone>> {
    scoreboard.innings.iter().flat_map(|innings| &innings.milestones).collect()
}

/// Those of `from` that `others` hasn't got, each counted once.
fn milestones_missing_in<'a>(
    from: &[&'a Arc<Milestone>],
    others: &[&Arc<Milestone>],
) -> Vec<&'a Arc<Milestone>> {
    let mut others = others.to_vec();
    let mut is_missing = |one: &&&Arc<Milestone>| {
        let twin = others.iter().position(|other| other.is_same_milestone(one));
        twin.map(|index| others.swap_remove(index)).is_none()
    };
    from.iter().filter(|one| is_missing(one)).copied().collect()
}
