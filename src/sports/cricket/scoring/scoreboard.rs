//! What all innings together say: whose turn it is, what must be made, what was owed.

use std::sync::Arc;

use crate::domain::rejection::Rejection;
use crate::sports::cricket::innings::{Ball, Innings, InningsEnd};
use crate::sports::cricket::laws::{CricketFormat, CricketerRef, OverCount, player_rejection};
use crate::sports::cricket::scoring::chunked_list::ChunkedList;
use crate::sports::cricket::scoring::decision::MatchDecision;
use crate::sports::score::{PerSide, Score, Side};

/// The fold of everything that is official. A clone shares what is finished.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Scoreboard {
    pub innings: Vec<Arc<Innings>>,
    pub balls: ChunkedList<Ball>,
    /// Penalty runs for a side that hasn't batted yet (Law 41.17).
    pub owed_penalty_runs: PerSide<u32>,
    /// Set by hand, for the last innings of the match.
    pub revised_target: Option<RevisedTarget>,
    /// How many super overs were asked for.
    pub super_over_count: usize,
    /// How many wickets with balls running each bowler has, where that is any.
    pub wicket_streaks: Vec<(i64, u32)>,
    /// Those who may take no further part: replaced, or suspended from bowling.
    pub replaced_players: Vec<CricketerRef>,
    pub suspended_bowlers: Vec<CricketerRef>,
    /// How it was ended where the balls didn't decide.
    pub manual_decision: Option<MatchDecision>,
    /// The player of the match, where somebody named one.
    pub named_player_of_match: Option<CricketerRef>,
}

/// What a side must make to win, as somebody reckoned it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RevisedTarget {
    pub runs: u32,
    pub overs: Option<OverCount>,
    /// `D/L`, `VJD` …; the result names it.
    pub method: Option<String>,
    /// The other side's penalty runs when it was set: what is added later raises it.
    pub opponent_penalties_when_set: u32,
}

impl Scoreboard {
    /// How many balls are official.
    pub fn ball_count(&self) -> u32 {
        u32::try_from(self.balls.len()).unwrap_or(u32::MAX)
    }

    pub fn ball(&self, number: u32) -> Option<&Arc<Ball>> {
        self.balls.get(usize::try_from(number.checked_sub(1)?).ok()?)
    }

    /// The innings being played.
    pub fn open_innings(&self) -> Option<&Innings> {
        self.innings.last().filter(|innings| innings.is_open()).map(AsRef::as_ref)
    }

    /// The same, to change it: what this copy shares with others is copied first.
    pub fn open_innings_mut(&mut self) -> Result<&mut Innings, Rejection> {
        let no_open_innings =
            || Rejection::conflict("no-innings", "no innings is being played: open one");
        let last = self
            .innings
            .last_mut()
            .filter(|innings| innings.is_open())
            .ok_or_else(no_open_innings)?;
        Ok(Arc::make_mut(last))
    }

    /// The innings of the match itself, super overs aside.
    pub fn regular_innings(&self) -> &[Arc<Innings>] {
        let count = self.innings.iter().take_while(|innings| !innings.is_super_over).count();
        &self.innings[..count]
    }

    pub fn super_over_innings(&self) -> &[Arc<Innings>] {
        &self.innings[self.regular_innings().len()..]
    }

    /// All runs of a side but those of super overs.
    pub fn total_runs(&self, side: Side) -> u32 {
        let side_innings =
            self.regular_innings().iter().filter(|innings| innings.batting_side == side);
        side_innings.map(|innings| innings.runs).sum()
    }

    /// The match's score: runs of both sides, without super overs.
    pub fn score(&self) -> Score {
        let totals = PerSide {
            home: self.total_runs(Side::Home).into(),
            away: self.total_runs(Side::Away).into(),
        };
        Score { totals, shootout: None }
    }

    /// All penalty runs that a side was awarded.
    pub fn penalty_runs(&self, side: Side) -> u32 {
        let side_innings =
            self.regular_innings().iter().filter(|innings| innings.batting_side == side);
        side_innings.map(|innings| innings.extras.penalty).sum()
    }

    /// What the side that bats next must make to win, where that is the last innings.
    pub fn next_innings_target(&self, format: &CricketFormat) -> Option<u32> {
        let last = self.innings.last().filter(|last| !last.is_open())?;
        if last.is_super_over {
            return (self.super_over_innings().len() % 2 == 1).then_some(last.runs + 1);
        }
        let next_is_last = self.innings.len() + 1 == format.innings_count();
        next_is_last.then(|| self.chase_target(last.batting_side.other(), 0))
    }

    /// The target of a side that has made `own` of its runs while chasing it.
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

    /// What the innings at `index` must make to win; none where it can't end the match.
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

    /// How the target of the innings at `index` was reckoned, where somebody named a method.
    pub fn target_method_for(&self, format: &CricketFormat, index: usize) -> Option<&str> {
        let is_chase = index + 1 == format.innings_count();
        self.revised_target.as_ref().filter(|_| is_chase)?.method.as_deref()
    }

    /// The target of the innings being played or played last.
    pub fn current_target(&self, format: &CricketFormat) -> Option<u32> {
        self.target_for(format, self.innings.len().checked_sub(1)?)
    }

    /// Ends the innings where the rules end it; where only a target did and penalty runs have moved
    /// it, what else ends an innings may have by now. Gives whether it ended just now, or so.
    pub fn update_innings_end(&mut self, format: &CricketFormat) -> bool {
        let target = self.current_target(format);
        let Some(last) = self.innings.last() else { return false };
        let is_target_reached = target.is_some_and(|target| last.runs >= target);
        // Not by what was awarded since: that wins by penalty runs (Law 16.6).
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

    /// Anybody who has been named in the match.
    pub fn find_player(&self, id: i64) -> Option<CricketerRef> {
        let find_in_innings = |innings: &Arc<Innings>| {
            let batters = innings.batters.iter().map(|card| &card.player);
            let bowlers = innings.bowlers.iter().map(|figures| &figures.player);
            batters.chain(bowlers).find(|player| player.id == id).cloned()
        };
        self.innings.iter().rev().find_map(find_in_innings)
    }

    /// Wickets of a bowler in the match so far, super overs aside.
    pub fn match_wickets(&self, id: i64) -> u32 {
        let figures = self.regular_innings().iter().flat_map(|innings| &innings.bowlers);
        figures.filter(|figures| figures.player.id == id).map(|figures| figures.wickets).sum()
    }

    /// How many wickets with balls running the bowler now has.
    pub fn wicket_streak(&self, id: i64) -> u32 {
        self.wicket_streaks
            .iter()
            .find(|(bowler, _)| *bowler == id)
            .map_or(0, |(_, streak)| *streak)
    }

    /// Counts a ball for a bowler's row of wickets.
    pub fn set_wicket_streak(&mut self, id: i64, streak: u32) {
        self.wicket_streaks.retain(|(bowler, _)| *bowler != id);
        if streak > 0 {
            self.wicket_streaks.push((id, streak));
        }
    }

    /// Refuses who was replaced.
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

    /// Refuses who was suspended too (Laws 41.7, 41.8: for the rest of the match).
    pub fn check_can_bowl(&self, player: &CricketerRef) -> Result<(), Rejection> {
        if self.suspended_bowlers.iter().any(|suspended| suspended.id == player.id) {
            return Err(player_rejection("not-eligible", player, "is suspended from bowling"));
        }
        self.check_eligible(player)
    }
}
