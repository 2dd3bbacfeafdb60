//! Corrections of balls: replaced, undone or removed; all later steps are applied again.

use std::sync::Arc;

use serde_json::json;

use crate::domain::closed_set::closed_set;
use crate::domain::merge_patch;
use crate::domain::rejection::Rejection;
use crate::sports::ApplyResult;
use crate::sports::cricket::actions::ball_bodies::{self, CorrectionRequest, RemovalRequest};
use crate::sports::cricket::actions::execution::CommandExecution;
use crate::sports::cricket::actions::submissions;
use crate::sports::cricket::innings::{Ball, EnteredBall, Milestone};
use crate::sports::cricket::laws::Delivery;
use crate::sports::cricket::report::{ball_event_json, ball_json};
use crate::sports::cricket::scoring::{CricketState, Scoreboard, ScoringStep};
use crate::sports::game::Match;

/// Kind of a correction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum BallChange {
    /// The ball was replaced.
    Changed,
    /// The last ball was taken back, with all later steps.
    Undone,
    /// An earlier ball was removed.
    Removed,
}

closed_set!(BallChange {
    Changed => "changed",
    Undone => "undone",
    Removed => "removed",
});

/// Replaces ball `number`.
pub fn correct_ball(
    mut execution: CommandExecution<'_>,
    number: u32,
) -> ApplyResult<Match<CricketState>> {
    let previous = find_ball(execution.next.state.scoreboard(), number)?;
    let CorrectionRequest { delivery, reason } =
        ball_bodies::parse_correction(&execution.player_lookup(), &execution.command.body)?;
    let entered_ball = EnteredBall {
        delivery: Arc::new(keep_named_players(delivery, &previous.entered.delivery)),
        scorer_ids: vec![execution.command.user_id],
        entered_at: previous.entered.entered_at,
        rev: previous.entered.rev + 1,
    };
    let replacement = ScoringStep::BowlBall(Arc::new(entered_ball));
    execution.next.state.replace_ball(number, Some(replacement))?;
    let corrected_json = ball_json(find_ball(execution.next.state.scoreboard(), number)?.as_ref());
    push_correction_messages(&mut execution, BallChange::Changed, &previous, reason);
    // Balls that scorers agreed on but that didn't fit may fit now.
    submissions::promote_agreed_balls(&mut execution);
    let mut response = corrected_json;
    response["state"] = execution.live_state_json();
    Ok(execution.finish(response, false))
}

/// Removes ball `number`; if it is the last, also all that was entered after it (an undo).
pub fn remove_ball(
    mut execution: CommandExecution<'_>,
    number: u32,
) -> ApplyResult<Match<CricketState>> {
    let removed = find_ball(execution.next.state.scoreboard(), number)?;
    let RemovalRequest { reason, scorer_id: required_scorer } =
        ball_bodies::parse_removal(&execution.command.body)?;
    // A device that was offline may undo its own ball, which another scorer's may have replaced.
    if required_scorer.is_some_and(|by| !removed.entered.scorer_ids.contains(&by)) {
        let detail = format!("ball {number} was entered by somebody else");
        return Err(Rejection::conflict("entered-by-another", detail));
    }
    let is_last = number == execution.next.state.scoreboard().ball_count();
    let mut also_removed = Vec::new();
    if is_last {
        let later_steps = execution.next.state.undo_ball(number)?;
        also_removed = later_steps.iter().map(|step| step.action_name()).collect();
    } else {
        execution.next.state.replace_ball(number, None)?;
    }
    execution.next.state.consensus.clear_pending();
    let change = if is_last { BallChange::Undone } else { BallChange::Removed };
    push_correction_messages(&mut execution, change, &removed, reason);
    // The scorer must enter these again.
    let state = execution.live_state_json();
    let response = json!({ "number": number, "taken_back": also_removed, "state": state });
    Ok(execution.finish(response, false))
}

fn find_ball(scoreboard: &Scoreboard, number: u32) -> Result<Arc<Ball>, Rejection> {
    scoreboard.ball(number).cloned().ok_or_else(|| Rejection::not_found("ball"))
}

/// Keeps the players who came in with the ball, unless the correction names others.
fn keep_named_players(delivery: Delivery, previous: &Delivery) -> Delivery {
    Delivery {
        striker: delivery.striker.or_else(|| previous.striker.clone()),
        non_striker: delivery.non_striker.or_else(|| previous.non_striker.clone()),
        bowler: delivery.bowler.or_else(|| previous.bowler.clone()),
        ..delivery
    }
}

/// Adds `ball_corrected`, then milestones withdrawn and achieved.
fn push_correction_messages(
    execution: &mut CommandExecution<'_>,
    change: BallChange,
    previous_ball: &Ball,
    reason: Option<String>,
) {
    // The status after the correction is part of its message; messages about it come after.
    execution.update_match_end();
    let later_messages = std::mem::take(&mut execution.messages);

    let scoreboard = execution.next.state.scoreboard();
    let builder = execution.message_builder();
    let now =
        if change == BallChange::Changed { scoreboard.ball(previous_ball.number) } else { None };
    let data = merge_patch::without_nulls(json!({
        "number": previous_ball.number,
        "change": change.as_str(),
        "ball": now.map(|ball| ball_event_json(ball)),
        "was": ball_event_json(previous_ball),
        "reason": reason,
    }));
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

fn all_milestones(scoreboard: &Scoreboard) -> Vec<&Arc<Milestone>> {
    scoreboard.innings.iter().flat_map(|innings| &innings.milestones).collect()
}

/// Milestones of `from` that are not in `others`; duplicates count separately.
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
