//! Who may read a team, an event or a match.

use crate::domain::closed_set::closed_set;

/// Whether anyone may read a resource.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Visibility {
    /// Anyone may read it.
    Public,
    /// Only those involved may read it.
    #[default]
    Private,
}

closed_set!(Visibility { Public => "public", Private => "private" });

impl Visibility {
    /// Whether anyone may read the resource.
    pub fn is_public(self) -> bool {
        self == Self::Public
    }
}
