//! State of a match of cricket.

use std::sync::Arc;

use crate::domain::rejection::Rejection;
use crate::sports::cricket::innings::EnteredBall;
use crate::sports::cricket::laws::CricketFormat;
use crate::sports::cricket::scoring::consensus::{BallSubmission, ScorerConsensus};
use crate::sports::cricket::scoring::decision::MatchDecision;
use crate::sports::cricket::scoring::effects::StepEffect;
use crate::sports::cricket::scoring::scoreboard::Scoreboard;
use crate::sports::cricket::scoring::step::ScoringStep;
use crate::sports::cricket::scoring::timeline::Timeline;
use crate::sports::score::{PerSide, Side};
use crate::sports::{MatchInfo, TeamInfo};

/// What is fixed before the first ball.
#[derive(Debug, PartialEq, Eq)]
pub struct CricketSetup {
    pub teams: PerSide<TeamInfo>,
    pub format: CricketFormat,
}

/// Outcome of the toss.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Toss {
    pub winning_side: Side,
    pub winner_bats: bool,
}

/// State of a match, without status and clock. A clone copies a few pointers and the innings in
/// progress.
#[derive(Clone, Debug)]
pub struct CricketState {
    pub setup: Arc<CricketSetup>,
    pub toss: Option<Toss>,
    pub timeline: Timeline,
    pub consensus: ScorerConsensus,
}

impl CricketState {
    /// State before the first step; rejects a bad format.
    pub fn initial(match_info: &MatchInfo) -> Result<Self, Rejection> {
        let format = CricketFormat::from_value(&match_info.format)?;
        Ok(Self {
            setup: Arc::new(CricketSetup { teams: teams_of(match_info), format }),
            toss: None,
            timeline: Timeline::default(),
            consensus: ScorerConsensus::default(),
        })
    }

    /// The scoreboard after all official steps.
    pub fn scoreboard(&self) -> &Scoreboard {
        &self.timeline.scoreboard
    }

    /// Format of the match.
    pub fn format(&self) -> &CricketFormat {
        &self.setup.format
    }

    /// Both teams.
    pub fn teams(&self) -> &PerSide<TeamInfo> {
        &self.setup.teams
    }

    /// The same state with the current names of the teams.
    pub fn with_current_teams(&self, match_info: &MatchInfo) -> Self {
        let mut state = self.clone();
        let teams = teams_of(match_info);
        if teams != self.setup.teams {
            state.setup = Arc::new(CricketSetup { teams, format: self.setup.format.clone() });
        }
        state
    }

    /// The number of the next ball to become official.
    pub fn next_ball_number(&self) -> u32 {
        self.scoreboard().ball_count() + 1
    }

    /// Applies a step and returns its effects; on a rejection nothing changes.
    pub fn apply_step(&mut self, step: &Arc<ScoringStep>) -> Result<Vec<StepEffect>, Rejection> {
        self.check_nothing_overtaken(step)?;
        self.timeline.apply_step(&self.setup.format, step)
    }

    /// Replaces ball `number`, or removes it if `replacement` is `None`.
    pub fn replace_ball(
        &mut self,
        number: u32,
        replacement: Option<ScoringStep>,
    ) -> Result<(), Rejection> {
        self.timeline =
            self.timeline.with_ball_replaced(&self.setup.format, number, replacement)?;
        Ok(())
    }

    /// Takes back the last ball and all later steps; returns those later steps.
    pub fn undo_ball(&mut self, number: u32) -> Result<Vec<Arc<ScoringStep>>, Rejection> {
        let (earlier, mut removed_steps) =
            self.timeline.split_before_ball(&self.setup.format, number)?;
        self.timeline = earlier;
        Ok(removed_steps.split_off(removed_steps.len().min(1)))
    }

    /// Rejects a submission that could not become official even if all scorers agreed.
    pub fn check_applicable(&self, submission: &BallSubmission) -> Result<(), Rejection> {
        let entered_ball = EnteredBall {
            delivery: Arc::clone(&submission.delivery),
            scorer_ids: vec![submission.scorer_id],
            entered_at: submission.submitted_at,
            rev: 1,
        };
        self.clone().apply_step(&Arc::new(ScoringStep::BowlBall(Arc::new(entered_ball)))).map(drop)
    }

    /// Rejects a step that would overtake a ball which isn't official yet: the ball would fall into
    /// another innings, or into none. Players may change, as the ball may need it.
    fn check_nothing_overtaken(&self, step: &ScoringStep) -> Result<(), Rejection> {
        match step {
            ScoringStep::OpenInnings(_) | ScoringStep::CloseInnings(_) => {
                self.consensus.require_nothing_pending()
            }
            ScoringStep::AwardPenalty(_)
            | ScoringStep::RecordWickets(_)
            | ScoringStep::StartSuperOver
            | ScoringStep::EndMatch(
                MatchDecision::Tied { .. }
                | MatchDecision::Drawn { .. }
                | MatchDecision::Won { .. },
            ) => self.consensus.require_no_dispute(),
            ScoringStep::EndMatch(MatchDecision::NoResult | MatchDecision::Awarded { .. })
            | ScoringStep::BowlBall(_)
            | ScoringStep::ChangePlayers(_)
            | ScoringStep::SetTarget(_)
            | ScoringStep::NamePlayerOfMatch(_) => Ok(()),
        }
    }
}

impl Toss {
    /// The side that bats first.
    pub fn side_batting_first(self) -> Side {
        if self.winner_bats { self.winning_side } else { self.winning_side.other() }
    }
}

fn teams_of(match_info: &MatchInfo) -> PerSide<TeamInfo> {
    PerSide { home: match_info.home.clone(), away: match_info.away.clone() }
}
