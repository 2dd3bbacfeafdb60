//! The order of a table: each tie-breaker splits the groups that the ones before left tied.

use std::cmp::Ordering;
use std::collections::HashMap;

use crate::domain::leaderboard::Entrant;
use crate::domain::leaderboard::Played;
use crate::domain::leaderboard::Points;
use crate::domain::leaderboard::Scored;
use crate::domain::leaderboard::TieBreaker;
use crate::domain::leaderboard::rate::RunRate;
use crate::domain::leaderboard::tally::Tally;

/// One team with all that it is compared by.
#[derive(Debug)]
pub struct Contender<'a> {
    pub entrant: &'a Entrant,
    pub tally: Tally,
    /// The points that count: those won, without those taken away.
    pub points: i64,
    pub net_run_rate: Option<f64>,
    rate: RunRate,
    /// For the order of the alphabet, whatever the capitals.
    folded: String,
}

/// Indices of teams that nothing has separated yet.
type Group = Vec<usize>;

/// All teams of a table, and the results between any two of them.
#[derive(Debug)]
pub struct Field<'a> {
    pub contenders: Vec<Contender<'a>>,
    points: &'a Points,
    /// Home, away and what they played.
    meetings: Vec<(usize, usize, &'a Played)>,
}

impl<'a> Contender<'a> {
    fn new(entrant: &'a Entrant) -> Self {
        let folded = entrant.name.to_lowercase();
        let (points, rate) = (-entrant.deduction, RunRate::default());
        Self { entrant, tally: Tally::default(), points, net_run_rate: None, rate, folded }
    }

    fn count(&mut self, more: Tally) {
        self.points += more.points;
        self.tally += more;
    }

    /// What it made and what it gave away.
    fn rate(&mut self, (made, given): (Scored, Scored), balls_per_over: i64) {
        self.rate.count(made, given, balls_per_over);
    }

    fn by_name(&self, other: &Self) -> Ordering {
        let names = |one: &'a Entrant| one.name.as_str();
        let folded = self.folded.cmp(&other.folded);
        folded.then_with(|| names(self.entrant).cmp(names(other.entrant)))
    }

    /// The better one first. The matches of a group among themselves are no matter of two.
    fn by(&self, breaker: TieBreaker, other: &Self) -> Ordering {
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
            TieBreaker::Name => self.by_name(other),
            TieBreaker::HeadToHead => Ordering::Equal,
        }
    }
}

impl<'a> Field<'a> {
    /// A result counts for each side that takes part, also against one that doesn't.
    pub fn new(points: &'a Points, entrants: &'a [Entrant], played: &'a [Played]) -> Self {
        let mut contenders: Vec<_> = entrants.iter().map(Contender::new).collect();
        let places = entrants.iter().enumerate().map(|(place, team)| (team.team_id, place));
        let places: HashMap<_, _> = places.collect();
        let mut meetings = Vec::with_capacity(played.len());
        for result in played {
            let (home, away) = Tally::of(points, result);
            let home_place = places.get(&result.home_team_id).copied();
            let away_place = places.get(&result.away_team_id).copied();
            let rates = result.rates.map(|rates| (rates.home, rates.away, rates.balls_per_over));
            for (place, more, is_home) in [(home_place, home, true), (away_place, away, false)] {
                let Some(contender) = place.and_then(|place| contenders.get_mut(place)) else {
                    continue;
                };
                contender.count(more);
                if let Some((home, away, per)) = rates {
                    contender.rate(if is_home { (home, away) } else { (away, home) }, per);
                }
            }
            if let (Some(home), Some(away)) = (home_place, away_place) {
                meetings.push((home, away, result));
            }
        }
        for contender in &mut contenders {
            contender.net_run_rate = contender.rate.net();
        }
        Self { contenders, points, meetings }
    }

    /// The groups of the table, best first; within one, which shares its position, by name.
    pub fn ranked(&self, breakers: &[TieBreaker]) -> Vec<Group> {
        let all = (0..self.contenders.len()).collect();
        let mut groups = self.broken(all, breakers);
        for group in &mut groups {
            group.sort_unstable_by(|one, other| {
                let (one, other) = (&self.contenders[*one], &self.contenders[*other]);
                let by_id = || one.entrant.team_id.cmp(&other.entrant.team_id);
                one.by_name(other).then_with(by_id)
            });
        }
        groups
    }

    fn broken(&self, group: Group, breakers: &[TieBreaker]) -> Vec<Group> {
        let (Some((first, rest)), true) = (breakers.split_first(), group.len() > 1) else {
            return vec![group];
        };
        let parts = match first {
            TieBreaker::HeadToHead => self.head_to_head(group),
            simple => {
                let of = |place: usize| &self.contenders[place];
                split(group, |one, other| of(one).by(*simple, of(other)))
            }
        };
        parts.into_iter().flat_map(|part| self.broken(part, rest)).collect()
    }

    /// By the matches of the group alone: points, difference, goals. Where that separates some, it
    /// is done again for those still level, with their own matches only, and so on (Regulations of
    /// the UEFA European Football Championship, "Equality of points – group stage").
    fn head_to_head(&self, group: Group) -> Vec<Group> {
        if group.len() < 2 {
            return vec![group];
        }
        let table = self.table_among(&group);
        let key = |place: usize| {
            let tally = &table[place];
            (tally.points, tally.difference(), tally.r#for)
        };
        let parts = split(group, |one, other| key(other).cmp(&key(one)));
        if parts.len() == 1 {
            return parts;
        }
        parts.into_iter().flat_map(|part| self.head_to_head(part)).collect()
    }

    /// The tally of each member of the group against the others; nothing for all who aren't.
    fn table_among(&self, group: &[usize]) -> Vec<Tally> {
        let mut is_member = vec![false; self.contenders.len()];
        for place in group {
            is_member[*place] = true;
        }
        let mut table = vec![Tally::default(); self.contenders.len()];
        for (home, away, result) in &self.meetings {
            if is_member[*home] && is_member[*away] {
                let (home_has, away_has) = Tally::of(self.points, result);
                table[*home] += home_has;
                table[*away] += away_has;
            }
        }
        table
    }
}

/// The group in order, cut wherever two neighbours are not equal.
fn split(mut group: Group, compare: impl Fn(usize, usize) -> Ordering) -> Vec<Group> {
    group.sort_by(|one, other| compare(*one, *other));
    group.chunk_by(|one, other| compare(*one, *other).is_eq()).map(<[usize]>::to_vec).collect()
}
