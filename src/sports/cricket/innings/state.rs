//! State of one innings: totals, cards, and who is at the crease.

use std::sync::Arc;

use crate::sports::cricket::innings::{
    BatterRecord, BowlingFigures, FallOfWicket, Milestone, Over, Partnership,
};
use crate::sports::cricket::laws::{CricketFormat, CricketerRef, Extras, OverCount};
use crate::sports::score::Side;

/// Every competition so far has ended a super over at two wickets.
const MAX_SUPER_OVER_WICKETS: u32 = 2;

/// One innings. A clone shares completed overs and falls of wickets.
#[expect(clippy::struct_excessive_bools, reason = "each is an independent fact about an innings")]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Innings {
    /// Counts from 1 through the match, super overs included.
    pub number: u32,
    pub batting_side: Side,
    pub is_super_over: bool,
    pub is_follow_on: bool,
    /// `None` if the overs are not limited.
    pub allotted_overs: Option<OverCount>,
    /// Wickets that end it, if nobody is absent.
    pub max_wickets: u32,
    /// In batting order.
    pub batters: Vec<BatterRecord>,
    /// Index in `batters`; `None` while the end is vacant.
    pub striker_index: Option<usize>,
    /// Index in `batters`; `None` while the end is vacant.
    pub non_striker_index: Option<usize>,
    /// In the order they came on.
    pub bowlers: Vec<BowlingFigures>,
    /// Index in `bowlers`; `None` between overs.
    pub bowler_index: Option<usize>,
    /// Indices in `bowlers` of all who bowled in the last over.
    pub previous_over_bowlers: Vec<usize>,
    pub runs: u32,
    pub wickets: u32,
    /// Without wides and no-balls.
    pub legal_balls: u32,
    pub extras: Extras,
    /// The over in progress, empty between overs.
    pub current_over: Over,
    /// In order.
    pub completed_overs: Vec<Arc<Over>>,
    pub falls_of_wicket: Vec<Arc<FallOfWicket>>,
    pub partnerships: Vec<Partnership>,
    pub absent_players: Vec<CricketerRef>,
    pub next_is_free_hit: bool,
    pub has_started: bool,
    /// `None` while it is in progress.
    pub end_reason: Option<InningsEnd>,
    pub milestones: Vec<Arc<Milestone>>,
}

/// Reason why an innings ended (Laws 13.3, 15, 16).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InningsEnd {
    AllOut,
    OversCompleted,
    TargetReached,
    Declared,
    Forfeited,
    /// Time, weather or anything else; with the par score of a chase, if one was given.
    EndedByUmpires {
        par: Option<u32>,
    },
}

impl InningsEnd {
    /// All ways, the last without a par score.
    pub const ALL: [Self; 6] = [
        Self::AllOut,
        Self::OversCompleted,
        Self::TargetReached,
        Self::Declared,
        Self::Forfeited,
        Self::EndedByUmpires { par: None },
    ];

    /// Its name in bodies, messages and labels.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::AllOut => "all_out",
            Self::OversCompleted => "overs",
            Self::TargetReached => "target",
            Self::Declared => "declared",
            Self::Forfeited => "forfeited",
            Self::EndedByUmpires { .. } => "umpires",
        }
    }
}

impl Innings {
    /// An innings before its first ball.
    pub fn new(format: &CricketFormat, number: u32, batting_side: Side) -> Self {
        Self {
            number,
            batting_side,
            is_super_over: false,
            is_follow_on: false,
            allotted_overs: format.overs_per_innings.map(OverCount::from_overs),
            max_wickets: format.players_per_side - 1,
            batters: Vec::new(),
            striker_index: None,
            non_striker_index: None,
            bowlers: Vec::new(),
            bowler_index: None,
            previous_over_bowlers: Vec::new(),
            runs: 0,
            wickets: 0,
            legal_balls: 0,
            extras: Extras::default(),
            current_over: Over::default(),
            completed_overs: Vec::new(),
            falls_of_wicket: Vec::new(),
            partnerships: Vec::new(),
            absent_players: Vec::new(),
            next_is_free_hit: false,
            has_started: false,
            end_reason: None,
            milestones: Vec::new(),
        }
    }

    /// One over and two wickets.
    pub fn new_super_over(format: &CricketFormat, number: u32, batting_side: Side) -> Self {
        Self {
            is_super_over: true,
            allotted_overs: Some(OverCount::from_overs(1)),
            max_wickets: MAX_SUPER_OVER_WICKETS.min(format.players_per_side - 1),
            ..Self::new(format, number, batting_side)
        }
    }

    /// Overs completed, and legal balls of the current one.
    pub fn overs_bowled(&self) -> OverCount {
        let overs = u32::try_from(self.completed_overs.len()).unwrap_or(u32::MAX);
        OverCount { overs, balls: self.current_over.legal_balls }
    }

    /// Overs bowled: `9.2`.
    pub fn overs_text(&self) -> String {
        self.overs_bowled().to_text()
    }

    /// Legal balls left; `None` if the overs are not limited.
    pub fn balls_left(&self, format: &CricketFormat) -> Option<u32> {
        let allotted_balls = self.allotted_overs?.total_balls(format.balls_per_over);
        Some(allotted_balls.saturating_sub(self.overs_bowled().total_balls(format.balls_per_over)))
    }

    /// Wickets until all out; every absent player is one fewer.
    pub fn wickets_left(&self) -> u32 {
        let absent = u32::try_from(self.absent_players.len()).unwrap_or(u32::MAX);
        self.max_wickets.saturating_sub(self.wickets).saturating_sub(absent)
    }

    /// Absent players without a row on the batting card: who came in and retired has one.
    pub fn absent_who_never_batted(&self) -> impl Iterator<Item = &CricketerRef> {
        let has_batted =
            |player: &&CricketerRef| self.batters.iter().any(|card| card.player.id == player.id);
        self.absent_players.iter().filter(move |who| !has_batted(who))
    }

    /// Whether all allotted overs are completed; a miscounted over counts as one (Law 17.5).
    pub fn has_used_all_overs(&self) -> bool {
        let bowled = self.overs_bowled();
        self.allotted_overs
            .is_some_and(|quota| (bowled.overs, bowled.balls) >= (quota.overs, quota.balls))
    }

    /// Whether it is in progress.
    pub fn is_open(&self) -> bool {
        self.end_reason.is_none()
    }
}
