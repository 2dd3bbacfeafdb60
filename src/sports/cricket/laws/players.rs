//! Players of a match, and the reasons why one leaves.

use std::sync::Arc;

use crate::domain::closed_set::closed_set;
use crate::domain::rejection::Rejection;
use crate::sports::score::Side;

/// A player of the match, as known at the first command that named them.
#[derive(Debug, PartialEq, Eq)]
pub struct Cricketer {
    /// Id of the player in the service.
    pub id: i64,
    /// Display name at that command; later renames don't change a match in progress.
    pub name: String,
    /// Side the player is in.
    pub side: Side,
}

/// A cricketer, shared by all records that name them.
pub type CricketerRef = Arc<Cricketer>;

/// Reason why a player leaves the crease, the batting order or the attack.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DepartureReason {
    /// Law 25.4.2: may resume the innings later.
    RetiredHurt,
    /// Law 25.4.2, for another unavoidable cause.
    RetiredNotOut,
    /// Law 25.4.3: for any other reason; counts as a wicket.
    RetiredOut,
    /// Can't bat in this innings.
    Absent,
    /// May not bowl again in the match (Laws 41.7 and 41.8).
    Suspended,
}

closed_set!(DepartureReason {
    RetiredHurt => "retired_hurt",
    RetiredNotOut => "retired_not_out",
    RetiredOut => "retired_out",
    Absent => "absent",
    Suspended => "suspended",
});

impl DepartureReason {
    /// The ways to retire.
    pub const RETIREMENTS: [Self; 3] = [Self::RetiredHurt, Self::RetiredNotOut, Self::RetiredOut];
}

/// Conflict about a player: the detail is the name, then `reason`.
pub fn player_rejection(code: &str, player: &Cricketer, reason: &str) -> Rejection {
    Rejection::conflict(code, format!("{} {reason}", player.name))
}
