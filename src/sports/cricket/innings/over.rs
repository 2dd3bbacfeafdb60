//! One over: the one being bowled, or one that was called.

use std::sync::Arc;

/// The balls of one bowler's turn at one end.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Over {
    /// As scorers write them: `1`, `.`, `W`, `2nb`, `1lb`.
    pub ball_symbols: Vec<Arc<str>>,
    /// Who bowled any of it, by their place among the innings' bowlers.
    pub bowler_indices: Vec<usize>,
    /// Valid balls (Law 17.3).
    pub legal_balls: u32,
    /// To the team.
    pub runs: u32,
    /// Against the bowlers.
    pub runs_conceded: u32,
    pub wickets: u32,
}

impl Over {
    /// Bowled by one bowler, who had no run against him.
    pub fn is_maiden(&self) -> bool {
        self.runs_conceded == 0 && self.bowler_indices.len() == 1
    }

    /// `1 . 4 W 2nb 1lb`
    pub fn symbols_text(&self) -> String {
        self.ball_symbols.join(" ")
    }
}
