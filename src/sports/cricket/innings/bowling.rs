//! Who bowls: the bowler of the current over, quotas, and two overs in a row.

use crate::domain::rejection::Rejection;
use crate::sports::cricket::innings::{BowlingFigures, Innings};
use crate::sports::cricket::laws::{CricketFormat, CricketerRef, player_rejection};

impl Innings {
    /// Figures of the bowler of the current over; `None` until one is put on.
    pub fn current_bowler(&self) -> Option<&BowlingFigures> {
        self.bowlers.get(self.bowler_index?)
    }

    /// Puts a bowler on, for a new over or to finish this one (Law 17.8).
    pub fn set_bowler(
        &mut self,
        format: &CricketFormat,
        player: &CricketerRef,
        skip_checks: bool,
    ) -> Result<(), Rejection> {
        if player.side == self.batting_side {
            return Err(player_rejection("not-eligible", player, "is in the batting side"));
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

    /// Removes the figures of a bowler who was put on by mistake and bowled nothing.
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
            let reason = "bowled the previous over, and nobody bowls two in a row (Law 17.6)";
            return Err(player_rejection("two-overs-running", &figures.player, reason));
        }
        let has_bowled_this_over = self.current_over.bowler_indices.contains(&index);
        let max_overs = self.max_overs_per_bowler(format).filter(|_| !has_bowled_this_over);
        if let Some(quota) = max_overs.filter(|quota| figures.overs_bowled_in >= *quota) {
            let reason = format!("has bowled all {quota} overs of a bowler's quota");
            return Err(player_rejection("quota", &figures.player, &reason));
        }
        Ok(())
    }

    /// Quota of a bowler; if it is a fifth of the format's overs, then also of a shortened innings.
    fn max_overs_per_bowler(&self, format: &CricketFormat) -> Option<u32> {
        let format_max = format.max_overs_per_bowler?;
        let quota = self.allotted_overs?;
        let max_is_a_fifth =
            format.overs_per_innings.is_some_and(|overs| overs.div_ceil(5) == format_max);
        let allotted_overs = quota.overs + u32::from(quota.balls > 0);
        Some(if max_is_a_fifth { format_max.min(allotted_overs.div_ceil(5)) } else { format_max })
    }
}
