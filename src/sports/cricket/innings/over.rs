//! One over, in progress or completed.

use std::sync::Arc;

/// The balls of one over.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Over {
    /// Each ball in scorers' notation: `1`, `.`, `W`, `2nb`, `1lb`.
    pub ball_symbols: Vec<Arc<str>>,
    /// Bowlers of it, as indices in the innings' `bowlers`.
    pub bowler_indices: Vec<usize>,
    /// Balls that count in the over (Law 17.3).
    pub legal_balls: u32,
    /// For the batting side.
    pub runs: u32,
    /// Against the bowlers; without byes, leg byes and penalty runs.
    pub runs_conceded: u32,
    pub wickets: u32,
}

impl Over {
    /// Whether one bowler bowled all of it without conceding a run.
    pub fn is_maiden(&self) -> bool {
        self.runs_conceded == 0 && self.bowler_indices.len() == 1
    }

    /// All balls in one line: `1 . 4 W 2nb 1lb`.
    pub fn symbols_text(&self) -> String {
        self.ball_symbols.join(" ")
    }
}
