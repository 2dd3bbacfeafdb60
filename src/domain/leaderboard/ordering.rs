//! The order of a table: each tie-breaker splits the groups that the ones before left tied.

use std::cmp::Ordering;
use std::collections::HashMap;

use crate::domain::leaderboard::run_rate::RunRateTotals;
use crate::domain::leaderboard::tally::Tally;
use crate::domain::leaderboard::{Entrant, PlayedMatch, Points, RunsOffBalls, TieBreaker};

/// One team with all that it is compared by.
#[derive(Debug)]
pub struct Contender<'a> {
    pub entrant: &'a Entrant,
    pub tally: Tally,
    /// The points that count: those won, without those taken away.
    pub points: i64,
    pub net_run_rate: Option<f64>,
    rate: RunRateTotals,
    /// For the order of the alphabet, whatever the capitals.
    lowercase_name: String,
}

/// Indices of teams that nothing has separated yet.
type TiedGroup = Vec<usize>;

/// All teams of a table, and the results between any two of them.
#[derive(Debug)]
pub struct ContenderTable<'a> {
    pub contenders: Vec<Contender<'a>>,
    points: &'a Points,
    /// Home, away and what they played.
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

    /// What it made and what it gave away.
    fn add_run_rates(
        &mut self,
        (scored, conceded): (RunsOffBalls, RunsOffBalls),
        balls_per_over: i64,
    ) {
        self.rate.add_match(scored, conceded, balls_per_over);
    }

    fn cmp_by_name(&self, other: &Self) -> Ordering {
        let names = |one: &'a Entrant| one.name.as_str();
        let folded = self.lowercase_name.cmp(&other.lowercase_name);
        folded.then_with(|| names(self.entrant).cmp(names(other.entrant)))
    }

    /// The better one first. The matches of a group among themselves are no matter of two.
    fn cmp_by(&self, breaker: TieBreaker, other: &Self) -> Ordering {
        let (own, its) = (&self.tally, &other.tally);
        match breaker {
            TieBreaker::Points => other.points.cmp(&self.points),
            TieBreaker::Difference => its.difference().cmp(&own.difference()),
            TieBreaker::For => its.r#for.cmp(&own.r#for),
            TieBreaker::Wins => its.won.cmp(&own.won),
            TieBreaker::NetRunRate => {
                let rate = |one: &Self| one.net_run_rate.unwrap_or(f64::NEG_INFINITY);
                rate(other).total_cmp(&rate(self))
            }
            TieBreaker::Name => self.cmp_by_name(other),
            TieBreaker::HeadToHead => Ordering::Equal,
        }
    }
}

impl<'a> ContenderTable<'a> {
    /// A result counts for each side that takes part, also against one that doesn't.
    pub fn new(points: &'a Points, entrants: &'a [Entrant], played: &'a [PlayedMatch]) -> Self {
        let mut contenders: Vec<_> = entrants.iter().map(Contender::new).collect();
        let indices = entrants.iter().enumerate().map(|(index, team)| (team.team_id, index));
        let places: HashMap<_, _> = indices.collect();
        let mut meetings = Vec::with_capacity(played.len());
        for result in played {
            let (home, away) = Tally::for_match(points, result);
            let home_place = places.get(&result.home_team_id).copied();
            let away_place = places.get(&result.away_team_id).copied();
            let rates = result.rates.map(|rates| (rates.home, rates.away, rates.balls_per_over));
            for (place, added, is_home) in [(home_place, home, true), (away_place, away, false)] {
                let Some(contender) = place.and_then(|place| contenders.get_mut(place)) else {
                    continue;
                };
                contender.add_tally(added);
                if let Some((home, away, per)) = rates {
                    contender.add_run_rates(if is_home { (home, away) } else { (away, home) }, per);
                }
            }
            if let (Some(home), Some(away)) = (home_place, away_place) {
                meetings.push((home, away, result));
            }
        }
        for contender in &mut contenders {
            contender.net_run_rate = contender.rate.net_run_rate();
        }
        Self { contenders, points, meetings }
    }

    /// The groups of the table, best first; within one, which shares its position, by name.
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

    /// By the matches of the group alone: points, difference, goals. Where that separates some, it
    /// is done again for those still level, with their own matches only, and so on (Regulations of
    /// the UEFA European Football Championship, "Equality of points – group stage").
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

    /// The tally of each member of the group against the others; nothing for all who aren't.
    fn tallies_among(&self, group: &[usize]) -> Vec<Tally> {
        let mut is_member = vec![false; self.contenders.len()];
        for index in group {
            is_member[*index] = true;
        }
        let mut tallies = vec![Tally::default(); self.contenders.len()];
        for (home, away, result) in &self.meetings {
            if is_member[*home] && is_member[*away] {
                let (home_has, away_has) = Tally::for_match(self.points, result);
                tallies[*home] += home_has;
                tallies[*away] += away_has;
            }
        }
        tallies
    }
}

/// The group in order, cut wherever two neighbours are not equal.
fn split_into_ties(
    mut group: TiedGroup,
    compare: impl Fn(usize, usize) -> Ordering,
) -> Vec<TiedGroup> {
    group.sort_by(|one, other| compare(*one, *other));
    group.chunk_by(|one, other| compare(*one, *other).is_eq()).map(<[usize]>::to_vec).collect()
}
