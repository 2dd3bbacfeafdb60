//! The scoreboard: all innings and balls, targets, and match totals.

use std::sync::Arc;

use crate::domain::rejection::Rejection;
use crate::sports::cricket::innings::{Ball, Innings, InningsEnd};
use crate::sports::cricket::laws::{CricketFormat, CricketerRef, OverCount, player_rejection};
use crate::sports::cricket::scoring::chunked_list::ChunkedList;
use crate::sports::cricket::scoring::decision::MatchDecision;
use crate::sports::score::{PerSide, Score, Side};

/// Everything that the official steps add up to. A clone shares completed innings.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Scoreboard {
    pub innings: Vec<Arc<Innings>>,
    pub balls: ChunkedList<Ball>,
    /// Penalty runs for the next innings of a side that hasn't batted yet (Law 41.17).
    pub owed_penalty_runs: PerSide<u32>,
    /// Target of the last innings, if it was set by hand.
    pub revised_target: Option<RevisedTarget>,
    /// Super overs started.
    pub super_over_count: usize,
    /// Player id and wickets with consecutive balls, of bowlers who are on a streak.
    pub wicket_streaks: Vec<(i64, u32)>,
    /// May take no further part.
    pub replaced_players: Vec<CricketerRef>,
    pub suspended_bowlers: Vec<CricketerRef>,
    /// Decision made by hand.
    pub manual_decision: Option<MatchDecision>,
    /// Player of the match, if named by hand.
    pub named_player_of_match: Option<CricketerRef>,
}

/// A target set by hand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RevisedTarget {
    /// Runs that win.
    pub runs: u32,
    pub overs: Option<OverCount>,
    /// `D/L`, `VJD` …; result texts name it.
    pub method: Option<String>,
    /// Penalty runs of the other side when it was set; later ones raise it.
    pub opponent_penalties_when_set: u32,
}

impl Scoreboard {
    /// Number of official balls.
    pub fn ball_count(&self) -> u32 {
        u32::try_from(self.balls.len()).unwrap_or(u32::MAX)
    }

    /// Ball `number`, from 1.
    pub fn ball(&self, number: u32) -> Option<&Arc<Ball>> {
        self.balls.get(usize::try_from(number.checked_sub(1)?).ok()?)
    }

    /// The innings in progress.
    pub fn open_innings(&self) -> Option<&Innings> {
        self.innings.last().filter(|innings| innings.is_open()).map(AsRef::as_ref)
    }

    /// The innings in progress, to change it; copies it first if a clone shares it.
    pub fn open_innings_mut(&mut self) -> Result<&mut Innings, Rejection> {
        let no_open_innings =
            || Rejection::conflict("no-innings", "no innings is in progress: open one");
        let last = self
            .innings
            .last_mut()
            .filter(|innings| innings.is_open())
            .ok_or_else(no_open_innings)?;
        Ok(Arc::make_mut(last))
    }

    /// Innings of the match itself, without super overs.
    pub fn regular_innings(&self) -> &[Arc<Innings>] {
        let count = self.innings.iter().take_while(|innings| !innings.is_super_over).count();
        &self.innings[..count]
    }

    /// Innings of all super overs, two for each.
    pub fn super_over_innings(&self) -> &[Arc<Innings>] {
        &self.innings[self.regular_innings().len()..]
    }

    /// Runs of a side, without super overs.
    pub fn total_runs(&self, side: Side) -> u32 {
        let side_innings =
            self.regular_innings().iter().filter(|innings| innings.batting_side == side);
        side_innings.map(|innings| innings.runs).sum()
    }

    /// Runs of both sides, without super overs.
    pub fn score(&self) -> Score {
        let totals = PerSide {
            home: self.total_runs(Side::Home).into(),
            away: self.total_runs(Side::Away).into(),
        };
        Score { totals, shootout: None }
    }

    /// Penalty runs awarded to a side, without super overs.
    pub fn penalty_runs(&self, side: Side) -> u32 {
        let side_innings =
            self.regular_innings().iter().filter(|innings| innings.batting_side == side);
        side_innings.map(|innings| innings.extras.penalty).sum()
    }

    /// Target of the next innings, if that will be the last of the match or super over.
    pub fn next_innings_target(&self, format: &CricketFormat) -> Option<u32> {
        let last = self.innings.last().filter(|last| !last.is_open())?;
        if last.is_super_over {
            return (self.super_over_innings().len() % 2 == 1).then_some(last.runs + 1);
        }
        let next_is_last = self.innings.len() + 1 == format.innings_count();
        next_is_last.then(|| self.chase_target(last.batting_side.other(), 0))
    }

    /// Target of a side that has scored `chase_runs` of its total while chasing it.
    fn chase_target(&self, chasing_side: Side, chase_runs: u32) -> u32 {
        if let Some(target) = &self.revised_target {
            let penalties_since = self
                .penalty_runs(chasing_side.other())
                .saturating_sub(target.opponent_penalties_when_set);
            return target.runs + penalties_since;
        }
        (self.total_runs(chasing_side.other()) + 1 + chase_runs)
            .saturating_sub(self.total_runs(chasing_side))
    }

    /// Target of the innings at `index`; `None` if it isn't the last.
    pub fn target_for(&self, format: &CricketFormat, index: usize) -> Option<u32> {
        let innings = self.innings.get(index)?;
        if innings.is_super_over {
            let super_over_index = index - self.regular_innings().len();
            let first = self.super_over_innings().get(super_over_index.checked_sub(1)?)?;
            return (super_over_index % 2 == 1).then_some(first.runs + 1);
        }
        if index + 1 != format.innings_count() {
            return None;
        }
        Some(self.chase_target(innings.batting_side, innings.runs))
    }

    /// Method that set the target of the innings at `index`, if one was named.
    pub fn target_method_for(&self, format: &CricketFormat, index: usize) -> Option<&str> {
        let is_chase = index + 1 == format.innings_count();
        self.revised_target.as_ref().filter(|_| is_chase)?.method.as_deref()
    }

    /// Target of the latest innings.
    pub fn current_target(&self, format: &CricketFormat) -> Option<u32> {
        self.target_for(format, self.innings.len().checked_sub(1)?)
    }

    /// Ends or reopens the latest innings by the rules; returns whether its end changed to another.
    /// Penalty runs can move a target that was reached; then the innings goes on unless something
    /// else ends it.
    pub fn update_innings_end(&mut self, format: &CricketFormat) -> bool {
        let target = self.current_target(format);
        let Some(last) = self.innings.last() else { return false };
        let is_target_reached = target.is_some_and(|target| last.runs >= target);
        // Penalty runs awarded since don't count here: they win by themselves (Law 16.6).
        let runs_without_penalties = last.runs - last.extras.penalty.min(last.runs);
        let end = match last
            .end_reason
            .filter(|end| is_target_reached || *end != InningsEnd::TargetReached)
        {
            Some(InningsEnd::OversCompleted)
                if target.is_some_and(|target| runs_without_penalties >= target) =>
            {
                Some(InningsEnd::TargetReached)
            }
            Some(end) => Some(end),
            None if is_target_reached && last.runs > 0 => Some(InningsEnd::TargetReached),
            None if last.wickets_left() == 0 => Some(InningsEnd::AllOut),
            None if last.has_used_all_overs() => Some(InningsEnd::OversCompleted),
            None => None,
        };
        if end == last.end_reason {
            return false;
        }
        let is_ended = end.is_some();
        if let Some(last) = self.innings.last_mut() {
            Arc::make_mut(last).end_reason = end;
        }
        is_ended
    }

    /// A player who has batted or bowled in the match, by id.
    pub fn find_player(&self, id: i64) -> Option<CricketerRef> {
        let find_in_innings = |innings: &Arc<Innings>| {
            let batters = innings.batters.iter().map(|card| &card.player);
            let bowlers = innings.bowlers.iter().map(|figures| &figures.player);
            batters.chain(bowlers).find(|player| player.id == id).cloned()
        };
        self.innings.iter().rev().find_map(find_in_innings)
    }

    /// Wickets of a bowler in the match, without super overs.
    pub fn match_wickets(&self, id: i64) -> u32 {
        let figures = self.regular_innings().iter().flat_map(|innings| &innings.bowlers);
        figures.filter(|figures| figures.player.id == id).map(|figures| figures.wickets).sum()
    }

    /// Wickets of a bowler with consecutive balls.
    pub fn wicket_streak(&self, id: i64) -> u32 {
        self.wicket_streaks
            .iter()
            .find(|(bowler, _)| *bowler == id)
            .map_or(0, |(_, streak)| *streak)
    }

    /// Sets the streak of a bowler; 0 ends it.
    pub fn set_wicket_streak(&mut self, id: i64, streak: u32) {
        self.wicket_streaks.retain(|(bowler, _)| *bowler != id);
        if streak > 0 {
            self.wicket_streaks.push((id, streak));
        }
    }

    /// Rejects a player who was replaced.
    pub fn check_eligible(&self, player: &CricketerRef) -> Result<(), Rejection> {
        if self.replaced_players.iter().any(|replaced| replaced.id == player.id) {
            return Err(player_rejection(
                "not-eligible",
                player,
                "was replaced and takes no further part",
            ));
        }
        Ok(())
    }

    /// Rejects a player who was replaced, or suspended from bowling (Laws 41.7, 41.8).
    pub fn check_can_bowl(&self, player: &CricketerRef) -> Result<(), Rejection> {
        if self.suspended_bowlers.iter().any(|suspended| suspended.id == player.id) {
            return Err(player_rejection("not-eligible", player, "is suspended from bowling"));
        }
        self.check_eligible(player)
    }
}
