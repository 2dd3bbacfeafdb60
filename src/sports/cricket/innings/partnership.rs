//! What two batters add together.

use crate::sports::cricket::laws::Delivery;

/// A stand of two batters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Partnership {
    /// The wicket it is for; a retirement parts a pair but takes no wicket.
    pub wicket_number: u32,
    /// All that the team made meanwhile, extras and what it was awarded too.
    pub runs: u32,
    /// Faced by either.
    pub balls_faced: u32,
    pub shares: [PartnershipShare; 2],
    pub is_unbroken: bool,
}

/// What one of the two made of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PartnershipShare {
    /// By place on the batting card.
    pub batter_index: usize,
    pub runs: u32,
    pub balls_faced: u32,
}

impl Partnership {
    /// A partnership without a ball, of two batters by their places on the card.
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
