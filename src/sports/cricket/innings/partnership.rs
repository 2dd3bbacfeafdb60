//! Partnerships of two batters.

use crate::sports::cricket::laws::Delivery;

/// Runs and balls of two batters together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Partnership {
    /// Wicket it is for; the same again after a retirement.
    pub wicket_number: u32,
    /// Runs of the team meanwhile, with extras and penalty runs.
    pub runs: u32,
    /// Balls faced by either.
    pub balls_faced: u32,
    /// Striker and non-striker at its first ball.
    pub shares: [PartnershipShare; 2],
    pub is_unbroken: bool,
}

/// One batter's part of a partnership.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PartnershipShare {
    /// Index in the innings' `batters`.
    pub batter_index: usize,
    pub runs: u32,
    pub balls_faced: u32,
}

impl Partnership {
    /// A partnership before its first ball; the batters are indices in the innings' `batters`.
    pub fn new(wicket_number: u32, striker_index: usize, non_striker_index: usize) -> Self {
        let share = |batter_index| PartnershipShare { batter_index, runs: 0, balls_faced: 0 };
        Self {
            wicket_number,
            runs: 0,
            balls_faced: 0,
            shares: [share(striker_index), share(non_striker_index)],
            is_unbroken: true,
        }
    }

    /// Counts a ball that the batter at `striker_index` faced.
    pub fn add_ball(&mut self, striker_index: usize, delivery: &Delivery) {
        let balls_faced = u32::from(delivery.extras.wides == 0);
        self.runs += delivery.total_runs();
        self.balls_faced += balls_faced;
        for share in self.shares.iter_mut().filter(|share| share.batter_index == striker_index) {
            share.runs += delivery.bat_runs;
            share.balls_faced += balls_faced;
        }
    }
}
