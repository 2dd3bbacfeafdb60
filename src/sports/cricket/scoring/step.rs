//! What can happen in a match, and what each of it does to the board: the fold's one function.

use std::sync::Arc;

use crate::domain::rejection::Rejection;
use crate::sports::cricket::innings::{EnteredBall, InningsEnd};
use crate::sports::cricket::laws::{
    CricketFormat, CricketerRef, EnteredWicket, OverCount, PenaltyAward,
};
use crate::sports::cricket::scoring::decide::DecisionState;
use crate::sports::cricket::scoring::decision::MatchDecision;
use crate::sports::cricket::scoring::effects::StepEffect;
use crate::sports::cricket::scoring::opening::{self, InningsOpening};
use crate::sports::cricket::scoring::player_change::PlayerChange;
use crate::sports::cricket::scoring::scoreboard::{RevisedTarget, Scoreboard};
use crate::sports::cricket::scoring::{apply_ball, penalty_runs, wickets};

/// Something official.
#[derive(Debug, PartialEq, Eq)]
pub enum ScoringStep {
    OpenInnings(InningsOpening),
    BowlBall(Arc<EnteredBall>),
    AwardPenalty(PenaltyAward),
    RecordWickets(Vec<EnteredWicket>),
    ChangePlayers(PlayerChange),
    CloseInnings(InningsEnd),
    SetTarget(TargetChange),
    StartSuperOver,
    EndMatch(MatchDecision),
    /// The player of the match, as somebody judged.
    NamePlayerOfMatch(CricketerRef),
}

/// A new target, or fewer overs for the innings in play.
#[derive(Debug, PartialEq, Eq)]
pub struct TargetChange {
    /// Runs that win; `None` where only the overs change.
    pub runs: Option<u32>,
    /// Overs of the innings that chases, or of the one in play.
    pub overs: Option<OverCount>,
    /// `D/L`, `VJD` …; the result names it.
    pub method: Option<String>,
}

impl ScoringStep {
    /// The action that asks for it.
    pub fn action_name(&self) -> &'static str {
        match self {
            Self::OpenInnings(_) => "innings",
            Self::BowlBall(_) | Self::AwardPenalty(_) | Self::RecordWickets(_) => "balls",
            Self::ChangePlayers(_) => "players",
            Self::CloseInnings(_) => "declare",
            Self::SetTarget(_) => "target",
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
            Self::SetTarget(change) => {
                set_target(scoreboard, format, change)?;
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
    change: &TargetChange,
) -> Result<(), Rejection> {
    let TargetChange { runs, overs, method } = change;
    let (runs, overs) = (*runs, *overs);
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
