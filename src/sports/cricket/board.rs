//! What all innings together say: whose turn it is, what must be made, what was owed.

use std::sync::Arc;

use crate::domain::rejection::Rejection;
use crate::sports::cricket::ball::Ball;
use crate::sports::cricket::decision::Decision;
use crate::sports::cricket::format::Format;
use crate::sports::cricket::innings::End;
use crate::sports::cricket::innings::Innings;
use crate::sports::cricket::over::Quota;
use crate::sports::cricket::people::Who;
use crate::sports::cricket::shelf::Shelf;
use crate::sports::score::Pair;
use crate::sports::score::Which;

/// The fold of everything that is official. A clone shares what is finished.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Board {
    pub innings: Vec<Arc<Innings>>,
    pub balls: Shelf<Ball>,
    /// Penalty runs for a side that hasn't batted yet (Law 41.17).
    pub owed: Pair<u32>,
    /// Set by hand, for the last innings of the match.
    pub target: Option<Target>,
    /// How many super overs were asked for.
    pub super_overs: usize,
    /// How many wickets with balls running each bowler has, where that is any.
    pub rows: Vec<(i64, u32)>,
    /// Those who may take no further part: replaced, or suspended from bowling.
    pub replaced: Vec<Who>,
    pub suspended: Vec<Who>,
    /// How it was ended where the balls didn't decide.
    pub ended: Option<Decision>,
    /// The player of the match, where somebody named one.
    pub best: Option<Who>,
}

/// What a side must make to win, as somebody reckoned it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    pub runs: u32,
    pub overs: Option<Quota>,
    /// `D/L`, `VJD` …; the result names it.
    pub method: Option<String>,
    /// The other side's penalty runs when it was set: what is added later raises it.
    pub beside: u32,
}

impl Board {
    /// How many balls are official.
    pub fn count(&self) -> u32 {
        u32::try_from(self.balls.len()).unwrap_or(u32::MAX)
    }

    pub fn ball(&self, number: u32) -> Option<&Arc<Ball>> {
        self.balls.get(usize::try_from(number.checked_sub(1)?).ok()?)
    }

    /// The innings being played.
    pub fn open(&self) -> Option<&Innings> {
        self.innings.last().filter(|innings| innings.is_open()).map(AsRef::as_ref)
    }

    /// The same, to change it: what this copy shares with others is copied first.
    pub fn open_mut(&mut self) -> Result<&mut Innings, Rejection> {
        let none = || Rejection::conflict("no-innings", "no innings is being played: open one");
        let last = self.innings.last_mut().filter(|innings| innings.is_open()).ok_or_else(none)?;
        Ok(Arc::make_mut(last))
    }

    /// The innings of the match itself, super overs aside.
    pub fn regular(&self) -> &[Arc<Innings>] {
        let count = self.innings.iter().take_while(|innings| !innings.super_over).count();
        &self.innings[..count]
    }

    pub fn of_super_overs(&self) -> &[Arc<Innings>] {
        &self.innings[self.regular().len()..]
    }

    /// All runs of a side but those of super overs.
    pub fn total(&self, side: Which) -> u32 {
        let own = self.regular().iter().filter(|innings| innings.batting == side);
        own.map(|innings| innings.runs).sum()
    }

    /// All penalty runs that a side was awarded.
    pub fn penalties(&self, side: Which) -> u32 {
        let own = self.regular().iter().filter(|innings| innings.batting == side);
        own.map(|innings| innings.extras.penalty).sum()
    }

    /// What the side that bats next must make to win, where that is the last innings.
    pub fn target_of_next(&self, format: &Format) -> Option<u32> {
        let last = self.innings.last().filter(|last| !last.is_open())?;
        if last.super_over {
            return (self.of_super_overs().len() % 2 == 1).then_some(last.runs + 1);
        }
        let is_last = self.innings.len() + 1 == format.innings();
        is_last.then(|| self.target_against(last.batting.other(), 0))
    }

    /// The target of a side that has made `own` of its runs while chasing it.
    fn target_against(&self, chasing: Which, own: u32) -> u32 {
        if let Some(target) = &self.target {
            let later = self.penalties(chasing.other()).saturating_sub(target.beside);
            return target.runs + later;
        }
        (self.total(chasing.other()) + 1 + own).saturating_sub(self.total(chasing))
    }

    /// What the innings at `index` must make to win; none where it can't end the match.
    pub fn target_of(&self, format: &Format, index: usize) -> Option<u32> {
        let innings = self.innings.get(index)?;
        if innings.super_over {
            let nth = index - self.regular().len();
            let first = self.of_super_overs().get(nth.checked_sub(1)?)?;
            return (nth % 2 == 1).then_some(first.runs + 1);
        }
        if index + 1 != format.innings() {
            return None;
        }
        Some(self.target_against(innings.batting, innings.runs))
    }

    /// How the target of the innings at `index` was reckoned, where somebody named a method.
    pub fn method_of(&self, format: &Format, index: usize) -> Option<&str> {
        let is_chase = index + 1 == format.innings();
        self.target.as_ref().filter(|_| is_chase)?.method.as_deref()
    }

    /// The target of the innings being played or played last.
    pub fn target_now(&self, format: &Format) -> Option<u32> {
        self.target_of(format, self.innings.len().checked_sub(1)?)
    }

    /// Ends the innings where the rules end it; where only a target did and penalty runs have moved
    /// it, what else ends an innings may have by now. Gives whether it ended just now, or so.
    pub fn settle(&mut self, format: &Format) -> bool {
        let target = self.target_now(format);
        let Some(last) = self.innings.last() else { return false };
        let passed = target.is_some_and(|target| last.runs >= target);
        // Not by what was awarded since: that wins by penalty runs (Law 16.6).
        let made = last.runs - last.extras.penalty.min(last.runs);
        let end = match last.end.filter(|end| passed || *end != End::Target) {
            Some(End::Overs) if target.is_some_and(|target| made >= target) => Some(End::Target),
            Some(end) => Some(end),
            None if passed && last.runs > 0 => Some(End::Target),
            None if last.wickets_left() == 0 => Some(End::AllOut),
            None if last.is_bowled_out() => Some(End::Overs),
            None => None,
        };
        if end == last.end {
            return false;
        }
        let ended = end.is_some();
        if let Some(last) = self.innings.last_mut() {
            Arc::make_mut(last).end = end;
        }
        ended
    }

    /// Anybody who has been named in the match.
    pub fn cricketer(&self, id: i64) -> Option<Who> {
        let known = |innings: &Arc<Innings>| {
            let batters = innings.cards.iter().map(|card| &card.who);
            let bowlers = innings.figures.iter().map(|figures| &figures.who);
            batters.chain(bowlers).find(|who| who.id == id).cloned()
        };
        self.innings.iter().rev().find_map(known)
    }

    /// Wickets of a bowler in the match so far, super overs aside.
    pub fn wickets_of(&self, id: i64) -> u32 {
        let figures = self.regular().iter().flat_map(|innings| &innings.figures);
        figures.filter(|figures| figures.who.id == id).map(|figures| figures.wickets).sum()
    }

    /// How many wickets with balls running the bowler now has.
    pub fn row_of(&self, id: i64) -> u32 {
        self.rows.iter().find(|(bowler, _)| *bowler == id).map_or(0, |(_, row)| *row)
    }

    /// Counts a ball for a bowler's row of wickets.
    pub fn count_row(&mut self, id: i64, row: u32) {
        self.rows.retain(|(bowler, _)| *bowler != id);
        if row > 0 {
            self.rows.push((id, row));
        }
    }
}
