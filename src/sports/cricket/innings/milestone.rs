//! Milestones: fifties, five wickets, hat-tricks.

use crate::sports::cricket::laws::CricketerRef;
use crate::sports::score::Side;

/// What is celebrated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MilestoneKind {
    /// Every 50 runs of a batter.
    BatterRuns,
    /// Every 50 runs of a partnership.
    Partnership,
    /// Every 100 runs of a team.
    TeamRuns,
    /// By one bowler in an innings.
    FiveWickets,
    /// By one bowler in the match.
    TenWickets,
    /// Three wickets with three consecutive balls, across overs and innings.
    HatTrick,
    /// Four or more wickets with as many consecutive balls.
    WicketsInARow,
}

/// One milestone, reached once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Milestone {
    pub kind: MilestoneKind,
    /// Runs or wickets reached.
    pub value: u32,
    /// Counts from 1 through the match.
    pub innings_number: u32,
    /// Side that reached it.
    pub side: Side,
    /// The player, or the two of a partnership; empty for a team.
    pub players: Vec<CricketerRef>,
    /// Number of the ball that reached it; `None` for penalty runs between balls.
    pub ball_number: Option<u32>,
}

impl MilestoneKind {
    /// Its name in messages and labels.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::BatterRuns => "batter_runs",
            Self::Partnership => "partnership",
            Self::TeamRuns => "team_runs",
            Self::FiveWickets => "five_wickets",
            Self::TenWickets => "ten_wickets",
            Self::HatTrick => "hat_trick",
            Self::WicketsInARow => "wickets_in_a_row",
        }
    }
}

impl Milestone {
    /// Whether both are the same milestone, whichever ball reached it.
    pub fn is_same_milestone(&self, other: &Self) -> bool {
        let key = |one: &Self| (one.kind, one.value, one.innings_number, one.side);
        let player_ids =
            |one: &Self| one.players.iter().map(|player| player.id).collect::<Vec<_>>();
        key(self) == key(other) && player_ids(self) == player_ids(other)
    }
}
