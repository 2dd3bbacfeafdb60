//! Those who bowl: figures, and who may have the ball.

use std::sync::Arc;

use serde_json::Value;
use serde_json::json;

use crate::domain::rejection::Rejection;
use crate::sports::cricket::format::Format;
use crate::sports::cricket::innings::Innings;
use crate::sports::cricket::over::Quota;
use crate::sports::cricket::over::rate;
use crate::sports::cricket::people::Who;
use crate::sports::cricket::people::refused;

/// One line of a bowling card.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Figures {
    pub who: Who,
    /// Bowled from first ball to last, however many balls the umpire counted.
    pub overs: u32,
    /// Valid balls of overs that others shared.
    pub loose: u32,
    /// Valid balls of the over being bowled.
    pub in_over: u32,
    /// All valid balls.
    pub balls: u32,
    /// Overs with any ball of his: each counts against a quota.
    pub shared: u32,
    pub maidens: u32,
    pub runs: u32,
    pub wickets: u32,
    /// Runs, so that they add up to the innings' extras.
    pub wides: u32,
    pub no_balls: u32,
}

impl Figures {
    pub fn new(who: &Who) -> Self {
        Self {
            who: Arc::clone(who),
            overs: 0,
            loose: 0,
            in_over: 0,
            balls: 0,
            shared: 0,
            maidens: 0,
            runs: 0,
            wickets: 0,
            wides: 0,
            no_balls: 0,
        }
    }

    /// Overs bowled, and the balls beside them.
    pub fn bowled(&self, balls_per_over: u32) -> Quota {
        let loose = Quota::of_balls(self.loose + self.in_over, balls_per_over);
        Quota { overs: self.overs + loose.overs, balls: loose.balls }
    }

    pub fn view(&self, balls_per_over: u32) -> Value {
        json!({
            "player_id": self.who.id,
            "name": self.who.name,
            "overs": self.bowled(balls_per_over).text(),
            "balls": self.balls,
            "maidens": self.maidens,
            "runs": self.runs,
            "wickets": self.wickets,
            "wides": self.wides,
            "no_balls": self.no_balls,
            "economy": rate(self.runs, self.balls, balls_per_over),
        })
    }
}

impl Innings {
    pub fn current_bowler(&self) -> Option<&Figures> {
        self.figures.get(self.bowler?)
    }

    /// Gives the ball to a bowler, for a new over or for the rest of this one (Law 17.8).
    pub fn take_the_ball(
        &mut self,
        format: &Format,
        who: &Who,
        overrides: bool,
    ) -> Result<(), Rejection> {
        if who.side == self.batting {
            return Err(refused("not-eligible", who, "is of the batting side"));
        }
        self.forget_unused(who.id);
        let known = self.figures.iter().position(|figures| figures.who.id == who.id);
        if !overrides && let Some(index) = known {
            self.may_bowl(format, index)?;
        }
        if known.is_none() {
            self.figures.push(Figures::new(who));
        }
        self.bowler = known.or(self.figures.len().checked_sub(1));
        Ok(())
    }

    /// Who was given the ball by mistake and bowled nothing leaves no line on the card.
    fn forget_unused(&mut self, keep: i64) {
        let newest = self.figures.last().filter(|figures| figures.shared == 0);
        if newest.is_some_and(|figures| figures.who.id != keep) {
            self.figures.pop();
            self.bowler = self.bowler.filter(|index| *index < self.figures.len());
        }
    }

    fn may_bowl(&self, format: &Format, index: usize) -> Result<(), Rejection> {
        let Some(figures) = self.figures.get(index) else { return Ok(()) };
        if self.previous.contains(&index) {
            let why = "bowled in the last over, and nobody bowls two running (Law 17.6)";
            return Err(refused("two-overs-running", &figures.who, why));
        }
        let is_in_it = self.over.bowlers.contains(&index);
        let most = self.overs_per_bowler(format).filter(|_| !is_in_it);
        if let Some(most) = most.filter(|most| figures.shared >= *most) {
            let why = format!("has bowled {most} overs, the most a bowler may");
            return Err(refused("quota", &figures.who, &why));
        }
        Ok(())
    }

    /// The quota of a bowler; in a shortened innings a fifth of it, where it was a fifth before.
    fn overs_per_bowler(&self, format: &Format) -> Option<u32> {
        let most = format.overs_per_bowler?;
        let quota = self.quota?;
        let fifth = format.overs.is_some_and(|overs| overs.div_ceil(5) == most);
        let allotted = quota.overs + u32::from(quota.balls > 0);
        Some(if fifth { most.min(allotted.div_ceil(5)) } else { most })
    }
}
