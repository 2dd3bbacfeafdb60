//! Decisions of a match (Law 16).

use crate::sports::score::Side;

/// Outcome of a match.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MatchDecision {
    Won {
        side: Side,
        margin: WinningMargin,
        method: Option<String>,
    },
    /// Level scores at the end of the last innings; a side may still advance, as by a super over.
    Tied {
        advancing: Option<Side>,
        decided_by: Option<String>,
        method: Option<String>,
    },
    Drawn {
        advancing: Option<Side>,
        decided_by: Option<String>,
    },
    Awarded {
        side: Side,
        method: Option<String>,
    },
    NoResult,
}

/// Margin of a win.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WinningMargin {
    Runs(u32),
    /// Wickets in hand, and legal balls left if overs were limited.
    Wickets {
        wickets: u32,
        balls_left: Option<u32>,
    },
    Innings {
        runs: u32,
    },
    /// Penalty runs after the innings was completed (Law 16.6).
    PenaltyRuns,
}

impl MatchDecision {
    /// Side that won or advanced.
    pub fn winning_side(&self) -> Option<Side> {
        match self {
            Self::Won { side, .. } | Self::Awarded { side, .. } => Some(*side),
            Self::Tied { advancing, .. } | Self::Drawn { advancing, .. } => *advancing,
            Self::NoResult => None,
        }
    }

    /// Method that set the target (`D/L` …), or that the award names.
    pub fn method(&self) -> Option<&str> {
        match self {
            Self::Won { method, .. } | Self::Tied { method, .. } | Self::Awarded { method, .. } => {
                method.as_deref()
            }
            Self::Drawn { .. } | Self::NoResult => None,
        }
    }
}
