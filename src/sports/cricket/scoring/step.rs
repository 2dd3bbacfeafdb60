//! Steps of a match, and how each changes the scoreboard.

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

/// One official step of a match.
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
    /// Player of the match, chosen by hand.
    NamePlayerOfMatch(CricketerRef),
}

/// A new target, or other overs for the innings in progress.
#[derive(Debug, PartialEq, Eq)]
pub struct TargetChange {
    /// Runs that win; `None` if only the overs change.
    pub runs: Option<u32>,
    /// Overs of the chase, or of the innings in progress.
    pub overs: Option<OverCount>,
    /// `D/L`, `VJD` …; result texts name it.
    pub method: Option<String>,
}

impl ScoringStep {
    /// Action that takes this step, as an undo lists it.
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

    /// Applies the step and returns its effects. After a rejection `scoreboard` must be dropped: it
    /// may be half changed.
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
        return Err(Rejection::conflict("no-target", "the target of a super over can't be set"));
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
        _ => return Err(Rejection::conflict("no-target", "there is no target to chase yet")),
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
        let detail = "a super over needs level scores after one innings a side";
        return Err(Rejection::conflict("not-level", detail));
    }
    scoreboard.super_over_count += 1;
    Ok(vec![StepEffect::SuperOverStarted(scoreboard.super_over_count)])
}
