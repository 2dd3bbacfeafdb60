//! Awards penalty runs (Law 41.17).

use std::sync::Arc;

use crate::domain::rejection::Rejection;
use crate::sports::cricket::innings::Innings;
use crate::sports::cricket::laws::PenaltyAward;
use crate::sports::cricket::scoring::effects::StepEffect;
use crate::sports::cricket::scoring::milestones::{self, TotalsBeforeBall};
use crate::sports::cricket::scoring::scoreboard::Scoreboard;
use crate::sports::score::Side;

/// Adds penalty runs to the side's current innings, else its last one, else its next; returns the
/// effects. `ball_number` is the ball they came with.
pub fn award_penalty(
    scoreboard: &mut Scoreboard,
    penalty: PenaltyAward,
    ball_number: Option<u32>,
) -> Result<Vec<StepEffect>, Rejection> {
    let innings_index = credited_innings(scoreboard, penalty.side);
    let mut effects = vec![StepEffect::PenaltyAwarded { penalty, innings_index }];
    let Some(innings) = innings_index.and_then(|place| scoreboard.innings.get_mut(place)) else {
        let owed_runs = scoreboard.owed_penalty_runs.get_mut(penalty.side);
        *owed_runs = owed_runs.checked_add_signed(penalty.runs).ok_or_else(exceeds_awarded_runs)?;
        return Ok(effects);
    };
    let innings = Arc::make_mut(innings);
    let partnership = innings.current_partnership().map_or(0, |current| current.runs);
    let totals_before = TotalsBeforeBall {
        team_runs: innings.runs,
        partnership_runs: partnership,
        ..TotalsBeforeBall::default()
    };
    add_penalty_runs(innings, penalty.runs)?;
    effects.extend(
        milestones::remove_unreached(innings, &totals_before)
            .into_iter()
            .map(StepEffect::MilestoneWithdrawn),
    );
    let milestones_reached = milestones::penalty_milestones(innings, &totals_before, ball_number)
        .into_iter()
        .map(Arc::new);
    let reached: Vec<_> = milestones_reached.collect();
    innings.milestones.extend(reached.iter().cloned());
    effects.extend(reached.into_iter().map(StepEffect::MilestoneReached));
    Ok(effects)
}

/// Index of the side's latest innings. Once there are super overs, only the current one counts;
/// `None` before the side has batted in it.
fn credited_innings(scoreboard: &Scoreboard, side: Side) -> Option<usize> {
    let earlier_super_overs = scoreboard.super_over_count.checked_sub(1);
    let from =
        earlier_super_overs.map_or(0, |earlier| scoreboard.regular_innings().len() + 2 * earlier);
    let candidates = scoreboard.innings.get(from..)?;
    candidates.iter().rposition(|innings| innings.batting_side == side).map(|offset| from + offset)
}

fn add_penalty_runs(innings: &mut Innings, runs: i32) -> Result<(), Rejection> {
    let extras = &mut innings.extras.penalty;
    *extras = extras.checked_add_signed(runs).ok_or_else(exceeds_awarded_runs)?;
    innings.runs = innings.runs.checked_add_signed(runs).ok_or_else(exceeds_awarded_runs)?;
    let is_open = innings.is_open();
    if let Some(partnership) =
        innings.partnerships.last_mut().filter(|pair| pair.is_unbroken && is_open)
    {
        partnership.runs = partnership.runs.saturating_add_signed(runs);
    }
    Ok(())
}

fn exceeds_awarded_runs() -> Rejection {
    Rejection::conflict("never-awarded", "can't take back more penalty runs than were awarded")
}
