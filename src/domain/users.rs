//! Users of the service.

use crate::domain::closed_set::closed_set;

/// What a user may do everywhere, beside the rights to single resources.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum UserRole {
    /// Nothing more.
    #[default]
    User,
    /// An administrator: everything.
    Admin,
}

closed_set!(UserRole { User => "user", Admin => "admin" });
