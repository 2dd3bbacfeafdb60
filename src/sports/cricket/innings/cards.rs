//! Rows of the batting and bowling cards, and falls of wickets.

use std::sync::Arc;

use crate::domain::closed_set::closed_set;
use crate::sports::cricket::laws::{CricketerRef, Dismissal, OverCount};

/// One row of the batting card.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BatterRecord {
    pub player: CricketerRef,
    pub runs: u32,
    /// Includes no-balls, not wides.
    pub balls_faced: u32,
    pub fours: u32,
    pub sixes: u32,
    pub status: BatterStatus,
    /// Came in since the last ball, so the entry may still be corrected.
    pub has_just_arrived: bool,
}

/// Whether a batter is in, out or retired.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BatterStatus {
    NotOut,
    Out(Arc<Dismissal>),
    /// Not out; may resume when an end is vacant (Law 25.4.2: ill, hurt or for another unavoidable
    /// cause).
    Retired {
        is_hurt: bool,
    },
}

/// Striker or non-striker.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BatterRole {
    Striker,
    NonStriker,
}

closed_set!(BatterRole {
    Striker => "striker",
    NonStriker => "non_striker",
});

/// One fall of wicket: the score at that moment, and who was out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FallOfWicket {
    pub wicket_number: u32,
    pub innings_runs: u32,
    /// Overs bowled: `9.2`.
    pub overs: String,
    pub dismissal: Arc<Dismissal>,
    /// Runs of the batter who is out.
    pub batter_runs: u32,
    /// Balls that batter faced.
    pub batter_balls_faced: u32,
}

impl BatterRecord {
    /// A batter who has just come in.
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

    /// Scorecard notation of how the innings ended: `c X b Y`, `not out`.
    pub fn dismissal_text(&self) -> String {
        match &self.status {
            BatterStatus::NotOut => "not out".to_owned(),
            BatterStatus::Out(dismissal) => dismissal.scorecard_text(),
            BatterStatus::Retired { is_hurt: true } => "retired hurt".to_owned(),
            BatterStatus::Retired { is_hurt: false } => "retired not out".to_owned(),
        }
    }
}

/// One row of the bowling card.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BowlingFigures {
    pub player: CricketerRef,
    /// Overs bowled alone, however many balls the umpire counted.
    pub complete_overs: u32,
    /// Legal balls of overs shared with another bowler.
    pub balls_of_shared_overs: u32,
    /// Legal balls of the current over.
    pub balls_this_over: u32,
    /// Legal balls altogether.
    pub legal_balls: u32,
    /// Overs with at least one ball by this bowler; each counts against the quota.
    pub overs_bowled_in: u32,
    pub maidens: u32,
    pub runs_conceded: u32,
    pub wickets: u32,
    /// In runs, so that the bowlers' sum is the innings' extras.
    pub wide_runs: u32,
    pub no_ball_runs: u32,
}

impl BowlingFigures {
    /// A bowler who has not bowled a ball.
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

    /// Overs bowled, as the card shows them.
    pub fn overs_bowled(&self, balls_per_over: u32) -> OverCount {
        let extra_overs = OverCount::from_balls(
            self.balls_of_shared_overs + self.balls_this_over,
            balls_per_over,
        );
        OverCount { overs: self.complete_overs + extra_overs.overs, balls: extra_overs.balls }
    }
}
