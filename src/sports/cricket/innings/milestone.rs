//! Milestones: fifties, five wickets, hat-tricks.

use crate::sports::cricket::laws::CricketerRef;
use crate::sports::score::Side;

/// What was reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MilestoneKind {
    /// Each fifty of a batter.
    BatterRuns,
    /// Each fifty of a stand.
    Partnership,
    /// Each hundred of a team.
    TeamRuns,
    /// In an innings.
    FiveWickets,
    /// In the match.
    TenWickets,
    /// Three wickets with three balls running, over the ends of overs and innings.
    HatTrick,
    /// The same with four, five …
    WicketsInARow,
}

/// Something reached, once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Milestone {
    pub kind: MilestoneKind,
    pub value: u32,
    pub innings_number: u32,
    /// The side whose it is.
    pub side: Side,
    /// Who reached it; the two of a stand; none for a team.
    pub players: Vec<CricketerRef>,
    /// The ball that did it; none for penalty runs outside a ball.
    pub ball_number: Option<u32>,
}

impl MilestoneKind {
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
    /// Whether it is the same one, by whichever ball it was reached.
    pub fn is_same_milestone(&self, other: &Self) -> bool {
        let key = |one: &Self| (one.kind, one.value, one.innings_number, one.side);
        let player_ids =
            |one: &Self| one.players.iter().map(|player| player.id).collect::<Vec<_>>();
        key(self) == key(other) && player_ids(self) == player_ids(other)
    }
}
