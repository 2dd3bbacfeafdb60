//! What a leaderboard is computed from: entrants, and the results of their matches.

use std::cmp::Ordering;

use crate::domain::closed_set::closed_set;
use crate::domain::leaderboard::run_rate::MatchRunRates;

/// The outcome of a match as the leaderboard counts it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The home side won.
    Home,
    /// The away side won.
    Away,
    /// Nobody won.
    Draw,
    /// The match has no result, for example because it was abandoned.
    NoResult,
}

closed_set!(Verdict { Home => "home", Away => "away", Draw => "draw", NoResult => "no_result" });

/// A team of the leaderboard.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entrant {
    pub team_id: i64,
    pub name: String,
    /// Points deducted by the event's managers.
    pub deduction: i64,
}

/// The result of one match.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PlayedMatch {
    pub home_team_id: i64,
    pub away_team_id: i64,
    pub home_score: i64,
    pub away_score: i64,
    pub verdict: Verdict,
    /// Set if the match counts for net run rates (limited overs).
    pub rates: Option<MatchRunRates>,
}

impl Verdict {
    /// The verdict that the scores imply: the higher one wins.
    pub fn from_scores(home: i64, away: i64) -> Self {
        match home.cmp(&away) {
            Ordering::Greater => Self::Home,
            Ordering::Less => Self::Away,
            Ordering::Equal => Self::Draw,
        }
    }
}
