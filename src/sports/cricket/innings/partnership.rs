//! What two batters add together.

use std::sync::Arc;

use serde_json::{Value, json};

use crate::sports::cricket::innings::batting::BatterRole;
use crate::sports::cricket::innings::state::Innings;
use crate::sports::cricket::laws::delivery::Delivery;
use crate::sports::cricket::laws::players::CricketerRef;

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
    pub fn summary_json(partnership: Option<&Self>) -> Value {
        let (runs, balls) =
            partnership.map_or((0, 0), |current| (current.runs, current.balls_faced));
        json!({ "runs": runs, "balls": balls })
    }

    pub fn to_json(&self, innings: &Innings) -> Value {
        let share = |share: &PartnershipShare| {
            let player = innings.batters.get(share.batter_index).map(|card| &card.player);
            json!({
                "player_id": player.map(|who| who.id),
                "name": player.map(|who| &who.name),
                "runs": share.runs,
                "balls": share.balls_faced,
            })
        };
        json!({
            "wicket": self.wicket_number,
            "runs": self.runs,
            "balls": self.balls_faced,
            "batters": self.shares.iter().map(share).collect::<Vec<_>>(),
            "unbroken": self.is_unbroken,
        })
    }
}

impl Innings {
    /// The stand of the two who are in; none before their first ball.
    pub fn current_partnership(&self) -> Option<&Partnership> {
        self.partnerships.last().filter(|partnership| partnership.is_unbroken)
    }

    /// Who they are.
    pub fn partnership_players(&self, partnership: &Partnership) -> Vec<CricketerRef> {
        let cards =
            partnership.shares.iter().filter_map(|share| self.batters.get(share.batter_index));
        cards.map(|card| Arc::clone(&card.player)).collect()
    }

    /// Adds a ball to the stand, which begins with its first.
    pub fn add_to_partnership(&mut self, delivery: &Delivery) {
        let (Some(striker), Some(non_striker)) =
            (self.batter_index(BatterRole::Striker), self.batter_index(BatterRole::NonStriker))
        else {
            return;
        };
        if self.current_partnership().is_none() {
            let share = |batter| PartnershipShare { batter_index: batter, runs: 0, balls_faced: 0 };
            self.partnerships.push(Partnership {
                wicket_number: self.wickets + 1,
                runs: 0,
                balls_faced: 0,
                shares: [share(striker), share(non_striker)],
                is_unbroken: true,
            });
        }
        let Some(partnership) = self.partnerships.last_mut() else { return };
        let balls_faced = u32::from(delivery.extras.wides == 0);
        partnership.runs += delivery.total_runs();
        partnership.balls_faced += balls_faced;
        for share in &mut partnership.shares {
            if share.batter_index == striker {
                share.runs += delivery.bat_runs;
                share.balls_faced += balls_faced;
            }
        }
    }

    /// The stand is over: one of the two goes.
    pub fn end_partnership(&mut self) {
        if let Some(partnership) = self.partnerships.last_mut() {
            partnership.is_unbroken = false;
        }
    }
}
