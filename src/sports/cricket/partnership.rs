//! What two batters add together.

use std::sync::Arc;

use serde_json::Value;
use serde_json::json;

use crate::sports::cricket::batting::Place;
use crate::sports::cricket::delivery::Delivery;
use crate::sports::cricket::innings::Innings;
use crate::sports::cricket::people::Who;

/// A stand of two batters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Partnership {
    /// The wicket it is for; a retirement parts a pair but takes no wicket.
    pub wicket: u32,
    /// All that the team made meanwhile, extras and what it was awarded too.
    pub runs: u32,
    /// Faced by either.
    pub balls: u32,
    pub batters: [Share; 2],
    pub unbroken: bool,
}

/// What one of the two made of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Share {
    /// By place on the batting card.
    pub batter: usize,
    pub runs: u32,
    pub balls: u32,
}

impl Partnership {
    pub fn brief(partnership: Option<&Self>) -> Value {
        let (runs, balls) = partnership.map_or((0, 0), |pair| (pair.runs, pair.balls));
        json!({ "runs": runs, "balls": balls })
    }

    pub fn view(&self, innings: &Innings) -> Value {
        let share = |share: &Share| {
            let who = innings.cards.get(share.batter).map(|card| &card.who);
            json!({
                "player_id": who.map(|who| who.id),
                "name": who.map(|who| &who.name),
                "runs": share.runs,
                "balls": share.balls,
            })
        };
        json!({
            "wicket": self.wicket,
            "runs": self.runs,
            "balls": self.balls,
            "batters": self.batters.iter().map(share).collect::<Vec<_>>(),
            "unbroken": self.unbroken,
        })
    }
}

impl Innings {
    /// The stand of the two who are in; none before their first ball.
    pub fn partnership(&self) -> Option<&Partnership> {
        self.partnerships.last().filter(|pair| pair.unbroken)
    }

    /// Who they are.
    pub fn pair(&self, stand: &Partnership) -> Vec<Who> {
        let cards = stand.batters.iter().filter_map(|share| self.cards.get(share.batter));
        cards.map(|card| Arc::clone(&card.who)).collect()
    }

    /// Adds a ball to the stand, which begins with its first.
    pub fn stand(&mut self, ball: &Delivery) {
        let (Some(striker), Some(non_striker)) =
            (self.at(Place::Striker), self.at(Place::NonStriker))
        else {
            return;
        };
        if self.partnership().is_none() {
            let share = |batter| Share { batter, runs: 0, balls: 0 };
            self.partnerships.push(Partnership {
                wicket: self.wickets + 1,
                runs: 0,
                balls: 0,
                batters: [share(striker), share(non_striker)],
                unbroken: true,
            });
        }
        let Some(pair) = self.partnerships.last_mut() else { return };
        let faced = u32::from(ball.extras.wides == 0);
        pair.runs += ball.total();
        pair.balls += faced;
        for share in &mut pair.batters {
            if share.batter == striker {
                share.runs += ball.runs;
                share.balls += faced;
            }
        }
    }

    /// The stand is over: one of the two goes.
    pub fn part(&mut self) {
        if let Some(pair) = self.partnerships.last_mut() {
            pair.unbroken = false;
        }
    }
}
