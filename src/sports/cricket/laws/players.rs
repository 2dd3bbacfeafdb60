//! Who plays, and why somebody no longer does.

use std::sync::Arc;

use crate::domain::rejection::Rejection;
use crate::sports::score::Side;

/// A player of the match, as known when the match first heard of them.
#[derive(Debug, PartialEq, Eq)]
pub struct Cricketer {
    /// The player's id in the service.
    pub id: i64,
    /// Display name at the first mention; later renames don't reach a match in play.
    pub name: String,
    /// The side the player is of.
    pub side: Side,
}

/// One cricketer, shared by every record that names them.
pub type CricketerRef = Arc<Cricketer>;

/// Why a player no longer takes part as before.
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
    /// May not bowl again (Laws 41.6 to 41.9).
    Suspended,
}

impl DepartureReason {
    /// The word for it in bodies and in the `change` of `player_changed`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::RetiredHurt => "retired_hurt",
            Self::RetiredNotOut => "retired_not_out",
            Self::RetiredOut => "retired_out",
            Self::Absent => "absent",
            Self::Suspended => "suspended",
        }
    }
}

/// A 409 whose detail is the player's name followed by `reason`.
pub fn player_rejection(code: &str, player: &Cricketer, reason: &str) -> Rejection {
    Rejection::conflict(code, format!("{} {reason}", player.name))
}
