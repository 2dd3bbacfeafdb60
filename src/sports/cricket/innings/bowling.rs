//! Who bowls: quotas, overs in a row, and the bowler of the current over.

use crate::domain::rejection::Rejection;
use crate::sports::cricket::innings::{BowlingFigures, Innings};
use crate::sports::cricket::laws::{CricketFormat, CricketerRef, player_rejection};

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
