//! What a match comes to (Law 16).

use crate::sports::score::Side;

/// How a match ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MatchDecision {
    Won {
        side: Side,
        margin: WinningMargin,
        method: Option<String>,
    },
    /// Scores level, the side batting last having completed its innings; perhaps somebody went
    /// through all the same, and by what.
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

/// By how much a match was won.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WinningMargin {
    Runs(u32),
    /// In hand; and balls, where overs were limited.
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
    /// Who won or went through.
    pub fn winning_side(&self) -> Option<Side> {
        match self {
            Self::Won { side, .. } | Self::Awarded { side, .. } => Some(*side),
            Self::Tied { advancing: through, .. } | Self::Drawn { advancing: through, .. } => {
                *through
            }
            Self::NoResult => None,
        }
    }

    /// The method that set the target, where one did; for an award, why.
    pub fn method(&self) -> Option<&str> {
        match self {
            Self::Won { method, .. } | Self::Tied { method, .. } | Self::Awarded { method, .. } => {
                method.as_deref()
            }
            Self::Drawn { .. } | Self::NoResult => None,
        }
    }
}
