//! Matches that were played elsewhere, entered through the same commands as a scorer's.
//!
//! In the order a file travels: `sheet` reads it, `script` plays it in memory against the rules
//! and gives the commands, `writing` sends them to the store.

mod balls;
mod compare;
mod ending;
mod roster;
mod script;
mod sheet;
mod table;
mod writing;

use std::fmt;

pub use roster::Roster;
pub use script::Line;
pub use script::Script;
pub use script::play;
pub use sheet::Sheet;
pub use writing::Fault;
pub use writing::Imported;
pub use writing::Wish;
pub use writing::rehearse;
pub use writing::write;

/// Why a file is refused, and where in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Misfit {
    /// `innings 2, over 14, ball 3`, as the file has them: its overs are counted from 0.
    pub place: String,
    pub why: String,
}

impl Misfit {
    pub fn at(place: impl Into<String>, why: impl Into<String>) -> Self {
        Self { place: place.into(), why: why.into() }
    }
}

impl fmt::Display for Misfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.why)
    }
}

impl std::error::Error for Misfit {}
