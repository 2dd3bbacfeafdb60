//! Those who bowl: figures, and who may have the ball.

use std::sync::Arc;

use serde_json::{Value, json};

use crate::domain::rejection::Rejection;
use crate::sports::cricket::innings::over::{OverCount, rounded_rate};
use crate::sports::cricket::innings::state::Innings;
use crate::sports::cricket::laws::format::CricketFormat;
use crate::sports::cricket::laws::players::{CricketerRef, player_rejection};

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

    pub fn to_json(&self, balls_per_over: u32) -> Value {
        json!({
            "player_id": self.player.id,
            "name": self.player.name,
            "overs": self.overs_bowled(balls_per_over).to_text(),
            "balls": self.legal_balls,
            "maidens": self.maidens,
            "runs": self.runs_conceded,
            "wickets": self.wickets,
            "wides": self.wide_runs,
            "no_balls": self.no_ball_runs,
            "economy": rounded_rate(self.runs_conceded, self.legal_balls, balls_per_over),
        })
    }
}

impl Innings {
    pub fn current_bowler(&self) -> Option<&BowlingFigures> {
        self.bowlers.get(self.bowler_index?)
    }

    /// Gives the ball to a bowler, for a new over or for the rest of this one (Law 17.8).
    pub fn set_bowler(
        &mut self,
        format: &CricketFormat,
        player: &CricketerRef,
        skip_checks: bool,
    ) -> Result<(), Rejection> {
        if player.side == self.batting_side {
            return Err(player_rejection("not-eligible", player, "is of the batting side"));
        }
        self.drop_unused_bowler(player.id);
        let existing_index = self.bowlers.iter().position(|figures| figures.player.id == player.id);
        if !skip_checks && let Some(index) = existing_index {
            self.check_can_bowl(format, index)?;
        }
        if existing_index.is_none() {
            self.bowlers.push(BowlingFigures::new(player));
        }
        self.bowler_index = existing_index.or(self.bowlers.len().checked_sub(1));
        Ok(())
    }

    /// Who was given the ball by mistake and bowled nothing leaves no line on the card.
    fn drop_unused_bowler(&mut self, kept_player_id: i64) {
        let newest = self.bowlers.last().filter(|figures| figures.overs_bowled_in == 0);
        if newest.is_some_and(|figures| figures.player.id != kept_player_id) {
            self.bowlers.pop();
            self.bowler_index = self.bowler_index.filter(|index| *index < self.bowlers.len());
        }
    }

    fn check_can_bowl(&self, format: &CricketFormat, index: usize) -> Result<(), Rejection> {
        let Some(figures) = self.bowlers.get(index) else { return Ok(()) };
        if self.previous_over_bowlers.contains(&index) {
            let reason = "bowled in the last over, and nobody bowls two running (Law 17.6)";
            return Err(player_rejection("two-overs-running", &figures.player, reason));
        }
        let has_bowled_this_over = self.current_over.bowler_indices.contains(&index);
        let max_overs = self.max_overs_per_bowler(format).filter(|_| !has_bowled_this_over);
        if let Some(most) = max_overs.filter(|most| figures.overs_bowled_in >= *most) {
            let why = format!("has bowled {most} overs, the most a bowler may");
            return Err(player_rejection("quota", &figures.player, &why));
        }
        Ok(())
    }

    /// The quota of a bowler; in a shortened innings a fifth of it, where it was a fifth before.
    fn max_overs_per_bowler(&self, format: &CricketFormat) -> Option<u32> {
        let format_max = format.max_overs_per_bowler?;
        let quota = self.allotted_overs?;
        let max_is_a_fifth =
            format.overs_per_innings.is_some_and(|overs| overs.div_ceil(5) == format_max);
        let allotted_overs = quota.overs + u32::from(quota.balls > 0);
        Some(if max_is_a_fifth { format_max.min(allotted_overs.div_ceil(5)) } else { format_max })
    }
}
