//! The leaderboard of an event, computed from its results. Pure.

mod ordering;
mod ranking;
mod results;
mod rows;
mod run_rate;
mod tally;

#[cfg(test)]
mod tests;

pub use ranking::{Points, Ranking, TieBreaker};
pub use results::{Entrant, PlayedMatch, Verdict};
pub use rows::{LeaderboardRow, compute_leaderboard};
pub use run_rate::{MatchRunRates, RunsOffBalls};
