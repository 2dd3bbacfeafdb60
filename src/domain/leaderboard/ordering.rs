//! Orders a leaderboard: each tie-breaker splits the groups that earlier ones left tied.

use std::cmp::Ordering;
use std::collections::HashMap;

use crate::domain::leaderboard::ranking::{Points, TieBreaker};
use crate::domain::leaderboard::results::{Entrant, PlayedMatch};
use crate::domain::leaderboard::run_rate::{RunRateTotals, RunsOffBalls};
use crate::domain::leaderboard::tally::Tally;

/// One team with the figures that it is compared by.
#[derive(Debug)]
pub struct Contender<'a> {
    pub entrant: &'a Entrant,
    pub tally: Tally,
    /// Points won, less deductions.
    pub points: i64,
    pub net_run_rate: Option<f64>,
    rate: RunRateTotals,
    /// Key of the case-insensitive alphabetical order.
    lowercase_name: String,
}

/// Indices of teams that no tie-breaker has separated yet.
type TiedGroup = Vec<usize>;

/// All teams of a leaderboard, and the matches between any two of them.
#[derive(Debug)]
pub struct ContenderTable<'a> {
    /// In the order of the entrants.
    pub contenders: Vec<Contender<'a>>,
    points: &'a Points,
    /// Index of the home team, index of the away team, and their match.
    meetings: Vec<(usize, usize, &'a PlayedMatch)>,
}

impl<'a> Contender<'a> {
    fn new(entrant: &'a Entrant) -> Self {
        let lowercase_name = entrant.name.to_lowercase();
        let (points, rate) = (-entrant.deduction, RunRateTotals::default());
        Self { entrant, tally: Tally::default(), points, net_run_rate: None, rate, lowercase_name }
    }

    fn add_tally(&mut self, added: Tally) {
        self.points += added.points;
        self.tally += added;
    }

    /// Adds the runs scored and conceded in one match.
    fn add_run_rates(
        &mut self,
        (scored, conceded): (RunsOffBalls, RunsOffBalls),
        balls_per_over: i64,
    ) {
        self.rate.add_match(scored, conceded, balls_per_over);
    }

    fn cmp_by_name(&self, other: &Self) -> Ordering {
        let case_insensitive = self.lowercase_name.cmp(&other.lowercase_name);
        case_insensitive.then_with(|| self.entrant.name.cmp(&other.entrant.name))
    }

    /// Orders the better team first. Head-to-head compares whole groups, so here it is equal.
    fn cmp_by(&self, breaker: TieBreaker, other: &Self) -> Ordering {
        match breaker {
            TieBreaker::Points => other.points.cmp(&self.points),
            TieBreaker::Difference => other.tally.difference().cmp(&self.tally.difference()),
            TieBreaker::For => other.tally.r#for.cmp(&self.tally.r#for),
            TieBreaker::Wins => other.tally.won.cmp(&self.tally.won),
            TieBreaker::NetRunRate => {
                let rate = |team: &Self| team.net_run_rate.unwrap_or(f64::NEG_INFINITY);
                rate(other).total_cmp(&rate(self))
            }
            TieBreaker::Name => self.cmp_by_name(other),
            TieBreaker::HeadToHead => Ordering::Equal,
        }
    }
}

impl<'a> ContenderTable<'a> {
    /// Tallies all results; one counts for every entrant in it, also against a team that isn't.
    pub fn new(points: &'a Points, entrants: &'a [Entrant], played: &'a [PlayedMatch]) -> Self {
        let mut contenders: Vec<_> = entrants.iter().map(Contender::new).collect();
        let indices = entrants.iter().enumerate().map(|(index, team)| (team.team_id, index));
        let index_by_team: HashMap<_, _> = indices.collect();
        let mut meetings = Vec::with_capacity(played.len());
        for result in played {
            let (home, away) = Tally::for_match(points, result);
            let home_index = index_by_team.get(&result.home_team_id).copied();
            let away_index = index_by_team.get(&result.away_team_id).copied();
            let rates = result.rates.map(|rates| (rates.home, rates.away, rates.balls_per_over));
            for (index, tally, is_home) in [(home_index, home, true), (away_index, away, false)] {
                let Some(contender) = index.and_then(|index| contenders.get_mut(index)) else {
                    continue;
                };
                contender.add_tally(tally);
                if let Some((home, away, balls_per_over)) = rates {
                    let scored_conceded = if is_home { (home, away) } else { (away, home) };
                    contender.add_run_rates(scored_conceded, balls_per_over);
                }
            }
            if let (Some(home), Some(away)) = (home_index, away_index) {
                meetings.push((home, away, result));
            }
        }
        for contender in &mut contenders {
            contender.net_run_rate = contender.rate.net_run_rate();
        }
        Self { contenders, points, meetings }
    }

    /// Groups of teams that share a position, best first; by name, then by id within a group.
    pub fn ranked_groups(&self, breakers: &[TieBreaker]) -> Vec<TiedGroup> {
        let all = (0..self.contenders.len()).collect();
        let mut groups = self.break_ties(all, breakers);
        for group in &mut groups {
            group.sort_unstable_by(|one, other| {
                let (one, other) = (&self.contenders[*one], &self.contenders[*other]);
                let by_id = || one.entrant.team_id.cmp(&other.entrant.team_id);
                one.cmp_by_name(other).then_with(by_id)
            });
        }
        groups
    }

    fn break_ties(&self, group: TiedGroup, breakers: &[TieBreaker]) -> Vec<TiedGroup> {
        let (Some((first, rest)), true) = (breakers.split_first(), group.len() > 1) else {
            return vec![group];
        };
        let parts = match first {
            TieBreaker::HeadToHead => self.break_by_head_to_head(group),
            simple => {
                let contender = |index: usize| &self.contenders[index];
                split_into_ties(group, |one, other| {
                    contender(one).cmp_by(*simple, contender(other))
                })
            }
        };
        parts.into_iter().flat_map(|part| self.break_ties(part, rest)).collect()
    }

    /// Splits by points, difference and score in the matches within the group only. Subgroups that
    /// are still tied are split again by their own matches, and so on (Regulations of the UEFA
    /// EURO, "Equality of points – group stage").
    fn break_by_head_to_head(&self, group: TiedGroup) -> Vec<TiedGroup> {
        if group.len() < 2 {
            return vec![group];
        }
        let tallies = self.tallies_among(&group);
        let key = |index: usize| {
            let tally = &tallies[index];
            (tally.points, tally.difference(), tally.r#for)
        };
        let parts = split_into_ties(group, |one, other| key(other).cmp(&key(one)));
        if parts.len() == 1 {
            return parts;
        }
        parts.into_iter().flat_map(|part| self.break_by_head_to_head(part)).collect()
    }

    /// Each contender's tally of the matches within the group; zero for teams outside it.
    fn tallies_among(&self, group: &[usize]) -> Vec<Tally> {
        let mut is_member = vec![false; self.contenders.len()];
        for index in group {
            is_member[*index] = true;
        }
        let mut tallies = vec![Tally::default(); self.contenders.len()];
        for (home, away, result) in &self.meetings {
            if is_member[*home] && is_member[*away] {
                let (home_tally, away_tally) = Tally::for_match(self.points, result);
                tallies[*home] += home_tally;
                tallies[*away] += away_tally;
            }
        }
        tallies
    }
}

/// Sorts the group and splits it wherever two neighbours differ.
fn split_into_ties(
    mut group: TiedGroup,
    compare: impl Fn(usize, usize) -> Ordering,
) -> Vec<TiedGroup> {
    group.sort_by(|one, other| compare(*one, *other));
    group.chunk_by(|one, other| compare(*one, *other).is_eq()).map(<[usize]>::to_vec).collect()
}
