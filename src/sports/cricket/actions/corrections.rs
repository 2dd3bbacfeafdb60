//! What was entered wrongly: taken back, changed, or taken out, by folding anew what follows.

use std::sync::Arc;

use serde_json::{Value, json};

use crate::domain::rejection::Rejection;
use crate::sports::ApplyResult;
use crate::sports::cricket::actions::ball_bodies::{self, CorrectionRequest, RemovalRequest};
use crate::sports::cricket::actions::execution::CommandExecution;
use crate::sports::cricket::actions::submissions;
use crate::sports::cricket::innings::{Ball, EnteredBall, Milestone};
use crate::sports::cricket::laws::Delivery;
use crate::sports::cricket::report::{ball_json, innings_json, scorecard_json_from};
use crate::sports::cricket::scoring::{CricketState, Scoreboard, ScoringStep};
use crate::sports::game::Match;

/// What became of a ball, as `ball_corrected` says it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum BallChange {
    /// Another ball is in its place.
    Changed,
    /// It was the last one, and was taken back.
    Undone,
    /// It was taken out from between others.
    Removed,
}

impl BallChange {
    /// The value of `change`.
    fn as_str(self) -> &'static str {
        match self {
            Self::Changed => "changed",
            Self::Undone => "undone",
            Self::Removed => "removed",
        }
    }
}

/// Puts another ball in the place of ball `number`.
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
    let RemovalRequest { reason, scorer_id: required_scorer } =
        ball_bodies::parse_removal(&execution.command.body)?;
    // A device that was away may undo a ball of its own that was refused meanwhile: not another's.
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

/// `ball_corrected` with everything as it stands after it, then what is no longer reached, and
/// what is now.
fn push_correction_messages(
    execution: &mut CommandExecution<'_>,
    change: BallChange,
    previous_ball: &Ball,
    reason: Option<String>,
) {
    // Whether the match goes on is part of how it stands; it is told after the correction.
    execution.update_match_end();
    let later_messages = std::mem::take(&mut execution.messages);

    let scoreboard = execution.next.state.scoreboard();
    let builder = execution.message_builder();
    let mut data = builder.live_json();
    let now =
        if change == BallChange::Changed { scoreboard.ball(previous_ball.number) } else { None };
    let first = previous_ball
        .innings_number
        .min(first_changed_innings(execution.previous.state.scoreboard(), scoreboard));
    // An earlier innings than the one being played, perhaps: its figures are told nowhere else.
    let index = usize::try_from(previous_ball.innings_number.saturating_sub(1)).unwrap_or(0);
    let parts = [
        ("ball_innings", innings_json(&execution.next.state.setup, scoreboard, index)),
        ("number", json!(previous_ball.number)),
        ("change", json!(change.as_str())),
        ("ball", now.map_or(Value::Null, |ball| ball_json(ball))),
        ("was", ball_json(previous_ball)),
        ("reason", json!(reason)),
        // Who came in when, and what each over brought, can't be reckoned back from the board.
        ("scorecard", scorecard_json_from(&execution.next.state.setup, scoreboard, first)),
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
