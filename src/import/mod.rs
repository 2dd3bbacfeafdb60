//! Matches that were played elsewhere, entered through the same commands as a scorer's.
//!
//! In the order a file travels: `sheet` reads it, `script` plays it in memory against the rules
//! and gives the commands, `writing` sends them to the store.

mod cricsheet;
mod cross_check;
mod deliveries;
mod endings;
mod roster;
mod script;
mod simulation;
mod store_import;

use std::fmt;

pub use cricsheet::CricsheetFile;
pub use roster::Roster;
pub use script::{CommandScript, ScriptedCommand, build_script};
pub use store_import::{ImportError, ImportOptions, ImportedMatch, import_match, simulate_file};

/// Why a file is refused, and where in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidFile {
    /// `innings 2, over 14, ball 3`, as the file has them: its overs are counted from 0.
    pub location: String,
    pub reason: String,
}

impl InvalidFile {
    pub fn new(location: impl Into<String>, reason: impl Into<String>) -> Self {
        Self { location: location.into(), reason: reason.into() }
    }
}

impl fmt::Display for InvalidFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.location, self.reason)
    }
}

impl std::error::Error for InvalidFile {}
