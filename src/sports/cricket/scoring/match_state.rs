//! The whole state of a match of cricket.

use std::sync::Arc;

use crate::domain::rejection::Rejection;
use crate::sports::cricket::laws::format::CricketFormat;
use crate::sports::cricket::laws::players::PlayerLookup;
use crate::sports::cricket::scoring::consensus::ScorerConsensus;
use crate::sports::cricket::scoring::effects::StepEffect;
use crate::sports::cricket::scoring::scoreboard::Scoreboard;
use crate::sports::cricket::scoring::step::ScoringStep;
use crate::sports::cricket::scoring::timeline::Timeline;
use crate::sports::score::{PerSide, Side};
use crate::sports::{MatchCommand, MatchInfo, TeamInfo};

/// What is fixed before the first ball.
#[derive(Debug, PartialEq, Eq)]
pub struct CricketSetup {
    pub teams: PerSide<TeamInfo>,
    pub format: CricketFormat,
}

/// Who won the toss, and what they chose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Toss {
    pub winning_side: Side,
    pub winner_bats: bool,
}

/// Everything about one match but status and clock. A clone copies a few pointers and the live
/// part of the innings.
#[derive(Clone, Debug)]
pub struct CricketState {
    pub setup: Arc<CricketSetup>,
    pub toss: Option<Toss>,
    pub timeline: Timeline,
    pub consensus: ScorerConsensus,
}

impl CricketState {
    pub fn initial(match_info: &MatchInfo) -> Result<Self, Rejection> {
        let format = CricketFormat::from_value(&match_info.format)?;
        Ok(Self {
            setup: Arc::new(CricketSetup { teams: teams_of(match_info), format }),
            toss: None,
            timeline: Timeline::default(),
            consensus: ScorerConsensus::default(),
        })
    }

    pub fn scoreboard(&self) -> &Scoreboard {
        &self.timeline.scoreboard
    }

    pub fn format(&self) -> &CricketFormat {
        &self.setup.format
    }

    pub fn teams(&self) -> &PerSide<TeamInfo> {
        &self.setup.teams
    }

    /// The same with the teams as they are called now.
    pub fn with_current_teams(&self, match_info: &MatchInfo) -> Self {
        let mut state = self.clone();
        let teams = teams_of(match_info);
        if teams != self.setup.teams {
            state.setup =
                Arc::new(CricketSetup { teams: teams, format: self.setup.format.clone() });
        }
        state
    }

    pub fn player_lookup<'a>(&'a self, command: &'a MatchCommand) -> PlayerLookup<'a> {
        PlayerLookup {
            teams: self.teams(),
            scoreboard: self.scoreboard(),
            command_players: &command.players,
        }
    }

    /// Takes a step, or leaves everything as it is.
    pub fn apply_step(&mut self, step: &Arc<ScoringStep>) -> Result<Vec<StepEffect>, Rejection> {
        let setup = Arc::clone(&self.setup);
        self.timeline.apply_step(&setup.format, step)
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
