//! What a team has after some results.

use std::ops::AddAssign;

use crate::domain::leaderboard::{PlayedMatch, Points, Verdict};

/// One team's sums, of a whole table or of the matches among some teams.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    pub played: i64,
    pub won: i64,
    pub drawn: i64,
    pub lost: i64,
    pub r#for: i64,
    pub against: i64,
    pub points: i64,
}

impl Tally {
    /// What one result gives to the home and to the away side.
    pub fn for_match(points: &Points, result: &PlayedMatch) -> (Self, Self) {
        let won = Self { played: 1, won: 1, points: points.win, ..Self::default() };
        let drawn = Self { played: 1, drawn: 1, points: points.draw, ..Self::default() };
        let lost = Self { played: 1, lost: 1, points: points.loss, ..Self::default() };
        let nothing = Self { played: 1, points: points.no_result, ..Self::default() };
        let (home, away) = match result.verdict {
            Verdict::Home => (won, lost),
            Verdict::Away => (lost, won),
            Verdict::Draw => (drawn, drawn),
            // What was scored in it counts for nothing either.
            Verdict::NoResult => return (nothing, nothing),
        };
        let (home_score, away_score) = (result.home_score, result.away_score);
        (
            Self { r#for: home_score, against: away_score, ..home },
            Self { r#for: away_score, against: home_score, ..away },
        )
    }

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
