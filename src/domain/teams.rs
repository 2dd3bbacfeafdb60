//! Members of teams.

use crate::domain::closed_set::closed_set;

/// The role of a member of a team; all roles may read it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum MemberRole {
    /// May also edit the team and act for it.
    Manager,
    Coach,
    Player,
    #[default]
    Family,
}

closed_set!(MemberRole {
    Manager => "manager",
    Coach => "coach",
    Player => "player",
    Family => "family",
});
