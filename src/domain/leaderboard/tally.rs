//! Totals of a team over a set of results.

use std::ops::AddAssign;

use crate::domain::leaderboard::ranking::Points;
use crate::domain::leaderboard::results::{PlayedMatch, Verdict};

/// One team's totals, over all its matches or over those within a tied group.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    pub played: i64,
    pub won: i64,
    pub drawn: i64,
    pub lost: i64,
    /// Total score.
    pub r#for: i64,
    /// Total score of the opponents.
    pub against: i64,
    pub points: i64,
}

impl Tally {
    /// Tallies of the home and the away side from one result.
    pub fn for_match(points: &Points, result: &PlayedMatch) -> (Self, Self) {
        let won = Self { played: 1, won: 1, points: points.win, ..Self::default() };
        let drawn = Self { played: 1, drawn: 1, points: points.draw, ..Self::default() };
        let lost = Self { played: 1, lost: 1, points: points.loss, ..Self::default() };
        let nothing = Self { played: 1, points: points.no_result, ..Self::default() };
        let (home, away) = match result.verdict {
            Verdict::Home => (won, lost),
            Verdict::Away => (lost, won),
            Verdict::Draw => (drawn, drawn),
            // Scores of a match without a result don't count.
            Verdict::NoResult => return (nothing, nothing),
        };
        let (home_score, away_score) = (result.home_score, result.away_score);
        (
            Self { r#for: home_score, against: away_score, ..home },
            Self { r#for: away_score, against: home_score, ..away },
        )
    }

    /// Score for, less score against.
    pub fn difference(&self) -> i64 {
        self.r#for - self.against
    }
}

impl AddAssign for Tally {
    fn add_assign(&mut self, other: Self) {
        self.played += other.played;
        self.won += other.won;
        self.drawn += other.drawn;
        self.lost += other.lost;
        self.r#for += other.r#for;
        self.against += other.against;
        self.points += other.points;
    }
}
