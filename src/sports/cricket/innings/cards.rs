//! The lines of the batting and bowling cards, and the falls of wickets.

use std::sync::Arc;

use crate::sports::cricket::laws::{CricketerRef, Dismissal, OverCount};

/// One line of a batting card.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BatterRecord {
    pub player: CricketerRef,
    pub runs: u32,
    /// Faced: no-balls are, wides aren't.
    pub balls_faced: u32,
    pub fours: u32,
    pub sixes: u32,
    pub status: BatterStatus,
    /// In since the last ball, so a slip of the thumb may still be taken back.
    pub has_just_arrived: bool,
}

/// What became of a batter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BatterStatus {
    NotOut,
    Out(Arc<Dismissal>),
    /// Law 25.4.2: ill or hurt, or for another unavoidable cause; not out, and may come again when
    /// a place is vacant.
    Retired {
        is_hurt: bool,
    },
}

/// One of the two places at the crease.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BatterRole {
    Striker,
    NonStriker,
}

/// A wicket that fell, and where the innings stood then.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FallOfWicket {
    pub wicket_number: u32,
    pub innings_runs: u32,
    pub overs: String,
    pub dismissal: Arc<Dismissal>,
    /// The batter's own runs.
    pub batter_runs: u32,
    /// Balls the batter faced.
    pub batter_balls_faced: u32,
}

impl BatterRole {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Striker => "striker",
            Self::NonStriker => "non_striker",
        }
    }
}

impl BatterRecord {
    pub fn new(player: &CricketerRef) -> Self {
        Self {
            player: Arc::clone(player),
            runs: 0,
            balls_faced: 0,
            fours: 0,
            sixes: 0,
            status: BatterStatus::NotOut,
            has_just_arrived: true,
        }
    }

    pub fn dismissal_text(&self) -> String {
        match &self.status {
            BatterStatus::NotOut => "not out".to_owned(),
            BatterStatus::Out(dismissal) => dismissal.scorecard_text(),
            BatterStatus::Retired { is_hurt: true } => "retired hurt".to_owned(),
            BatterStatus::Retired { is_hurt: false } => "retired not out".to_owned(),
        }
    }
}

/// One line of a bowling card.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BowlingFigures {
    pub player: CricketerRef,
    /// Bowled from first ball to last, however many balls the umpire counted.
    pub complete_overs: u32,
    /// Valid balls of overs that others shared.
    pub balls_of_shared_overs: u32,
    /// Valid balls of the over being bowled.
    pub balls_this_over: u32,
    /// All valid balls.
    pub legal_balls: u32,
    /// Overs with any ball of his: each counts against a quota.
    pub overs_bowled_in: u32,
    pub maidens: u32,
    pub runs_conceded: u32,
    pub wickets: u32,
    /// Runs, so that they add up to the innings' extras.
    pub wide_runs: u32,
    pub no_ball_runs: u32,
}

impl BowlingFigures {
    pub fn new(player: &CricketerRef) -> Self {
        Self {
            player: Arc::clone(player),
            complete_overs: 0,
            balls_of_shared_overs: 0,
            balls_this_over: 0,
            legal_balls: 0,
            overs_bowled_in: 0,
            maidens: 0,
            runs_conceded: 0,
            wickets: 0,
            wide_runs: 0,
            no_ball_runs: 0,
        }
    }

    /// Overs bowled, and the balls beside them.
    pub fn overs_bowled(&self, balls_per_over: u32) -> OverCount {
        let extra_overs = OverCount::from_balls(
            self.balls_of_shared_overs + self.balls_this_over,
            balls_per_over,
        );
        OverCount { overs: self.complete_overs + extra_overs.overs, balls: extra_overs.balls }
    }
}
