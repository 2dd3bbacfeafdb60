//! Milestones: fifties, five wickets, hat-tricks.

use crate::domain::closed_set::closed_set;
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

closed_set!(MilestoneKind {
    BatterRuns => "batter_runs",
    Partnership => "partnership",
    TeamRuns => "team_runs",
    FiveWickets => "five_wickets",
    TenWickets => "ten_wickets",
    HatTrick => "hat_trick",
    WicketsInARow => "wickets_in_a_row",
});

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

impl Milestone {
    /// Whether both are the same milestone, whichever ball reached it.
    pub fn is_same_milestone(&self, other: &Self) -> bool {
        let key = |one: &Self| (one.kind, one.value, one.innings_number, one.side);
        let player_ids =
            |one: &Self| one.players.iter().map(|player| player.id).collect::<Vec<_>>();
        key(self) == key(other) && player_ids(self) == player_ids(other)
    }
}
