//! What can happen in a match, and what each of it does to the board: the fold's one function.

use std::sync::Arc;

use crate::domain::rejection::Rejection;
use crate::sports::cricket::innings::ball::EnteredBall;
use crate::sports::cricket::innings::batting::BatterRole;
use crate::sports::cricket::innings::over::OverCount;
use crate::sports::cricket::innings::state::{Innings, InningsEnd};
use crate::sports::cricket::laws::delivery::{EnteredWicket, PenaltyAward};
use crate::sports::cricket::laws::format::CricketFormat;
use crate::sports::cricket::laws::players::{CricketerRef, player_rejection};
use crate::sports::cricket::scoring::apply_ball;
use crate::sports::cricket::scoring::decision::{DecisionState, MatchDecision};
use crate::sports::cricket::scoring::effects::{DepartureReason, StepEffect};
use crate::sports::cricket::scoring::opening;
use crate::sports::cricket::scoring::opening::InningsOpening;
use crate::sports::cricket::scoring::penalty_runs;
use crate::sports::cricket::scoring::scoreboard::{RevisedTarget, Scoreboard};
use crate::sports::cricket::scoring::wickets;

/// Something official.
#[derive(Debug, PartialEq, Eq)]
pub enum ScoringStep {
    OpenInnings(InningsOpening),
    BowlBall(Arc<EnteredBall>),
    AwardPenalty(PenaltyAward),
    RecordWickets(Vec<EnteredWicket>),
    ChangePlayers(PlayerChange),
    CloseInnings(InningsEnd),
    SetTarget {
        runs: Option<u32>,
        overs: Option<OverCount>,
        method: Option<String>,
    },
    StartSuperOver,
    EndMatch(MatchDecision),
    /// The player of the match, as somebody judged.
    NamePlayerOfMatch(CricketerRef),
}

/// What changes about who plays; one after the other, as they stand here.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct PlayerChange {
    pub retirement: Option<(CricketerRef, DepartureReason)>,
    pub absent_player: Option<CricketerRef>,
    pub suspended_bowler: Option<CricketerRef>,
    pub replacement: Option<(CricketerRef, CricketerRef, Option<String>)>,
    pub new_striker: Option<CricketerRef>,
    pub new_non_striker: Option<CricketerRef>,
    /// Wherever a place is vacant.
    pub new_batter: Option<CricketerRef>,
    pub new_bowler: Option<CricketerRef>,
    pub overrides_rules: bool,
}

impl ScoringStep {
    /// The action that asks for it.
    pub fn action_name(&self) -> &'static str {
        match self {
            Self::OpenInnings(_) => "innings",
            Self::BowlBall(_) | Self::AwardPenalty(_) | Self::RecordWickets(_) => "balls",
            Self::ChangePlayers(_) => "players",
            Self::CloseInnings(_) => "declare",
            Self::SetTarget { .. } => "target",
            Self::StartSuperOver => "super-over",
            Self::EndMatch(_) | Self::NamePlayerOfMatch(_) => "end",
        }
    }

    /// Does it; gives what it brought. On a rejection the board is of no more use.
    pub fn apply(
        &self,
        scoreboard: &mut Scoreboard,
        format: &CricketFormat,
    ) -> Result<Vec<StepEffect>, Rejection> {
        let mut effects = match self {
            Self::OpenInnings(opening) => opening::open_innings(scoreboard, format, opening)?,
            Self::BowlBall(entered) => apply_ball::apply_ball(scoreboard, format, entered)?,
            Self::AwardPenalty(penalty) => penalty_runs::award_penalty(scoreboard, *penalty, None)?,
            Self::RecordWickets(outs) => wickets::apply_wickets_between_balls(scoreboard, outs)?,
            Self::ChangePlayers(change) => change.apply(scoreboard, format)?,
            Self::CloseInnings(end) => close_innings(scoreboard, format, *end)?,
            Self::SetTarget { runs, overs, method } => {
                set_target(scoreboard, format, (*runs, *overs, method))?;
                vec![StepEffect::TargetSet]
            }
            Self::StartSuperOver => start_super_over(scoreboard, format)?,
            Self::EndMatch(decision) => {
                scoreboard.manual_decision = Some(decision.clone());
                Vec::new()
            }
            Self::NamePlayerOfMatch(who) => {
                scoreboard.named_player_of_match = Some(Arc::clone(who));
                Vec::new()
            }
        };
        let is_close = matches!(self, Self::CloseInnings(_));
        if scoreboard.update_innings_end(format) || is_close {
            effects
                .extend(scoreboard.innings.len().checked_sub(1).map(StepEffect::InningsCompleted));
        }
        Ok(effects)
    }
}

fn close_innings(
    scoreboard: &mut Scoreboard,
    format: &CricketFormat,
    end: InningsEnd,
) -> Result<Vec<StepEffect>, Rejection> {
    if end == InningsEnd::Forfeited {
        return opening::forfeit_innings(scoreboard, format);
    }
    scoreboard.open_innings_mut()?.end_reason = Some(end);
    Ok(Vec::new())
}

fn set_target(
    scoreboard: &mut Scoreboard,
    format: &CricketFormat,
    (runs, overs, method): (Option<u32>, Option<OverCount>, &Option<String>),
) -> Result<(), Rejection> {
    if scoreboard.super_over_count > 0 {
        return Err(Rejection::conflict("no-target", "a super over has no other target"));
    }
    let last_innings = format.innings_count();
    if let Some(overs) = overs
        && (runs.is_none() || scoreboard.innings.len() == last_innings)
    {
        scoreboard.open_innings_mut()?.allotted_overs = Some(overs);
    }
    let Some(runs) = runs else { return Ok(()) };
    let chasing_side = match scoreboard.regular_innings() {
        [.., innings] if scoreboard.innings.len() == last_innings => innings.batting_side,
        [.., innings] if scoreboard.innings.len() + 1 == last_innings => {
            innings.batting_side.other()
        }
        _ => return Err(Rejection::conflict("no-target", "there is nothing to chase yet")),
    };
    let opponent_penalties = scoreboard.penalty_runs(chasing_side.other());
    scoreboard.revised_target = Some(RevisedTarget {
        runs,
        overs,
        method: method.clone(),
        opponent_penalties_when_set: opponent_penalties,
    });
    Ok(())
}

fn start_super_over(
    scoreboard: &mut Scoreboard,
    format: &CricketFormat,
) -> Result<Vec<StepEffect>, Rejection> {
    if format.innings_per_side > 1
        || scoreboard.decision_state(format) != DecisionState::ScoresLevel
    {
        let detail = "a super over follows a match of one innings a side with the scores level";
        return Err(Rejection::conflict("not-level", detail));
    }
    scoreboard.super_over_count += 1;
    Ok(vec![StepEffect::SuperOverStarted(scoreboard.super_over_count)])
}

impl PlayerChange {
    fn apply(
        &self,
        scoreboard: &mut Scoreboard,
        format: &CricketFormat,
    ) -> Result<Vec<StepEffect>, Rejection> {
        let mut effects = Vec::new();
        if let Some((player, reason)) = &self.retirement {
            scoreboard.open_innings_mut()?.retire_batter(player, *reason)?;
            effects.push(StepEffect::PlayerLeft(*reason, Arc::clone(player)));
            let fall = scoreboard
                .open_innings()
                .and_then(|innings| innings.falls_of_wicket.last().cloned());
            let fall = fall.filter(|_| *reason == DepartureReason::RetiredOut);
            effects.extend(fall.map(|fall| StepEffect::WicketFell { fall, ball_number: None }));
        }
        if let Some(who) = &self.absent_player {
            mark_absent(scoreboard.open_innings_mut()?, who)?;
            effects.push(StepEffect::PlayerLeft(DepartureReason::Absent, Arc::clone(who)));
        }
        if let Some(who) = &self.suspended_bowler {
            let innings = scoreboard.open_innings_mut()?;
            let is_bowling =
                innings.current_bowler().is_some_and(|figures| figures.player.id == who.id);
            innings.bowler_index = innings.bowler_index.filter(|_| !is_bowling);
            scoreboard.suspended_bowlers.push(Arc::clone(who));
            effects.push(StepEffect::PlayerLeft(DepartureReason::Suspended, Arc::clone(who)));
        }
        if let Some((out, by, reason)) = &self.replacement {
            effects.push(replace_player(scoreboard, (out, by, reason))?);
        }
        self.send_in_batters(scoreboard, &mut effects)?;
        if let Some(who) = &self.new_bowler {
            scoreboard.check_can_bowl(who)?;
            scoreboard.open_innings_mut()?.set_bowler(format, who, self.overrides_rules)?;
            effects.push(StepEffect::BowlerOn(Arc::clone(who)));
        }
        Ok(effects)
    }

    fn send_in_batters(
        &self,
        scoreboard: &mut Scoreboard,
        effects: &mut Vec<StepEffect>,
    ) -> Result<(), Rejection> {
        let named_batters = [
            (BatterRole::Striker, &self.new_striker),
            (BatterRole::NonStriker, &self.new_non_striker),
        ];
        for (role, player) in named_batters {
            let Some(who) = player else { continue };
            scoreboard.check_eligible(who)?;
            scoreboard.open_innings_mut()?.send_in_or_substitute(role, who)?;
            effects.push(StepEffect::BatterIn(role, Arc::clone(who)));
        }
        let Some(who) = &self.new_batter else { return Ok(()) };
        scoreboard.check_eligible(who)?;
        let innings = scoreboard.open_innings_mut()?;
        let has_just_arrived =
            |place: &BatterRole| innings.batter(*place).is_some_and(|card| card.has_just_arrived);
        let replaceable_role =
            || [BatterRole::Striker, BatterRole::NonStriker].into_iter().find(has_just_arrived);
        let place = innings.vacant_role().or_else(replaceable_role).unwrap_or(BatterRole::Striker);
        innings.send_in_or_substitute(place, who)?;
        effects.push(StepEffect::BatterIn(place, Arc::clone(who)));
        Ok(())
    }
}

fn mark_absent(innings: &mut Innings, player: &CricketerRef) -> Result<(), Rejection> {
    innings.check_can_bat(player)?;
    innings.absent_players.push(Arc::clone(player));
    Ok(())
}

fn replace_player(
    scoreboard: &mut Scoreboard,
    (player_out, player_in, reason): (&CricketerRef, &CricketerRef, &Option<String>),
) -> Result<StepEffect, Rejection> {
    if player_out.side != player_in.side || player_out.id == player_in.id {
        return Err(player_rejection(
            "not-eligible",
            player_in,
            "can't replace a player of the other side",
        ));
    }
    scoreboard.check_eligible(player_in)?;
    scoreboard.check_eligible(player_out)?;
    if let Ok(innings) = scoreboard.open_innings_mut() {
        if innings.role_of(player_out.id).is_some() {
            return Err(player_rejection(
                "is-batting",
                player_out,
                "is at the crease: let him retire first",
            ));
        }
        let is_bowling =
            innings.current_bowler().is_some_and(|figures| figures.player.id == player_out.id);
        innings.bowler_index = innings.bowler_index.filter(|_| !is_bowling);
    }
    scoreboard.replaced_players.push(Arc::clone(player_out));
    let (out, by) = (Arc::clone(player_out), Arc::clone(player_in));
    Ok(StepEffect::PlayerReplaced { player_out: out, player_in: by, reason: reason.clone() })
}
