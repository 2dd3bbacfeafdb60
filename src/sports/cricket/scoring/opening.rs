//! Opens innings: whose turn it is, follow-ons, forfeits, super overs.

use std::sync::Arc;

use crate::domain::rejection::Rejection;
use crate::sports::cricket::innings::{BatterRole, Innings, InningsEnd};
use crate::sports::cricket::laws::{CricketFormat, CricketerRef};
use crate::sports::cricket::scoring::decide::DecisionState;
use crate::sports::cricket::scoring::effects::StepEffect;
use crate::sports::cricket::scoring::scoreboard::Scoreboard;
use crate::sports::score::Side;

/// A new innings, with its first players if they are named.
#[derive(Debug, PartialEq, Eq)]
pub struct InningsOpening {
    pub batting_side: Side,
    pub striker: Option<CricketerRef>,
    pub non_striker: Option<CricketerRef>,
    pub bowler: Option<CricketerRef>,
    pub overrides_rules: bool,
}

/// Opens the next innings; replaces one that was opened but has no ball.
pub fn open_innings(
    scoreboard: &mut Scoreboard,
    format: &CricketFormat,
    opening: &InningsOpening,
) -> Result<Vec<StepEffect>, Rejection> {
    remove_unplayed_innings(scoreboard);
    let mut innings = next_innings(scoreboard, format, opening.batting_side)?;
    let owed_runs = std::mem::take(scoreboard.owed_penalty_runs.get_mut(opening.batting_side));
    innings.runs += owed_runs;
    innings.extras.penalty += owed_runs;
    scoreboard.innings.push(Arc::new(innings));
    let named_batters =
        [(BatterRole::Striker, &opening.striker), (BatterRole::NonStriker, &opening.non_striker)];
    for (role, player) in named_batters {
        let Some(who) = player else { continue };
        scoreboard.check_eligible(who)?;
        scoreboard.open_innings_mut()?.send_in(role, who)?;
    }
    if let Some(who) = &opening.bowler {
        scoreboard.check_can_bowl(who)?;
        scoreboard.open_innings_mut()?.set_bowler(format, who, opening.overrides_rules)?;
    }
    Ok(vec![StepEffect::InningsOpened(scoreboard.innings.len() - 1)])
}

/// Forfeits the innings of the side whose turn it is, before its first ball (Law 15.2).
pub fn forfeit_innings(
    scoreboard: &mut Scoreboard,
    format: &CricketFormat,
) -> Result<Vec<StepEffect>, Rejection> {
    let due_side = scoreboard
        .open_innings()
        .filter(|innings| !innings.has_started)
        .map(|innings| innings.batting_side);
    remove_unplayed_innings(scoreboard);
    let due = due_side.or_else(|| scoreboard.next_batting_side(format));
    let no_innings = || Rejection::conflict("no-innings", "there is no innings to forfeit");
    let mut innings = next_innings(scoreboard, format, due.ok_or_else(no_innings)?)?;
    innings.end_reason = Some(InningsEnd::Forfeited);
    scoreboard.innings.push(Arc::new(innings));
    Ok(Vec::new())
}

/// Removes an innings without a ball: opened by mistake, or to be opened again by another scorer.
fn remove_unplayed_innings(scoreboard: &mut Scoreboard) {
    let is_unplayed = scoreboard.open_innings().is_some_and(|innings| {
        !innings.has_started && innings.wickets == 0 && innings.absent_players.is_empty()
    });
    if is_unplayed && let Some(innings) = scoreboard.innings.pop() {
        *scoreboard.owed_penalty_runs.get_mut(innings.batting_side) += innings.extras.penalty;
    }
}

fn next_innings(
    scoreboard: &Scoreboard,
    format: &CricketFormat,
    batting_side: Side,
) -> Result<Innings, Rejection> {
    let reject = |code, detail: &str| Err(Rejection::conflict(code, detail));
    if scoreboard.open_innings().is_some() {
        return reject("innings-open", "the previous innings is still in progress");
    }
    let number = u32::try_from(scoreboard.innings.len()).unwrap_or(u32::MAX).saturating_add(1);
    if scoreboard.super_over_count > 0 {
        let super_over_innings = scoreboard.super_over_innings();
        if super_over_innings.len() >= 2 * scoreboard.super_over_count {
            return reject("no-innings-left", "this super over is complete: start another");
        }
        let first = super_over_innings.last().filter(|_| super_over_innings.len() % 2 == 1);
        if first.is_some_and(|first| first.batting_side == batting_side) {
            return reject("wrong-side", "it is the other side's turn to bat");
        }
        return Ok(Innings::new_super_over(format, number, batting_side));
    }
    if scoreboard.innings.len() >= format.innings_count() {
        let is_level = scoreboard.decision_state(format) == DecisionState::ScoresLevel;
        let actions = if is_level { "super-over or end" } else { "end" };
        return reject("no-innings-left", &format!("all innings have been played: use {actions}"));
    }
    let follow_on = scoreboard.check_follow_on(format, batting_side)?;
    let mut innings =
        Innings { is_follow_on: follow_on, ..Innings::new(format, number, batting_side) };
    let overs = scoreboard.revised_target.as_ref().and_then(|target| target.overs);
    if let Some(overs) = overs.filter(|_| scoreboard.innings.len() + 1 == format.innings_count()) {
        innings.allotted_overs = Some(overs);
    }
    Ok(innings)
}

impl Scoreboard {
    /// Side that bats next, unless a follow-on is enforced.
    fn next_batting_side(&self, format: &CricketFormat) -> Option<Side> {
        if self.innings.len() >= format.innings_count() {
            return None;
        }
        let [first, .., last] = self.innings.as_slice() else {
            return self.innings.first().map(|first| first.batting_side.other());
        };
        // After a follow-on the side that batted first still has an innings.
        let is_last_innings = self.innings.len() == 3;
        Some(if is_last_innings { last.batting_side.other() } else { first.batting_side })
    }

    /// Whether `batting_side` follows on (Law 14); rejects a side out of turn.
    fn check_follow_on(
        &self,
        format: &CricketFormat,
        batting_side: Side,
    ) -> Result<bool, Rejection> {
        let Some(due_side) = self.next_batting_side(format).filter(|due| *due != batting_side)
        else {
            return Ok(false);
        };
        let lead = self.total_runs(due_side).checked_sub(self.total_runs(batting_side));
        let lead_is_enough =
            format.follow_on_lead.zip(lead).is_some_and(|(min_lead, lead)| lead >= min_lead);
        if self.innings.len() == 2 && lead_is_enough {
            return Ok(true);
        }
        let detail = match format.follow_on_lead.filter(|_| self.innings.len() == 2) {
            Some(least) => format!("a follow-on needs a lead of {least} runs (Law 14.1)"),
            None => "it is the other side's turn to bat".to_owned(),
        };
        Err(Rejection::conflict("wrong-side", detail))
    }
}
