//! Imports Cricsheet files of cricket matches as the commands that a scorer would have sent.
//!
//! `cricsheet` parses a file, `script` plays it in memory against the rules and collects the
//! commands, `store_import` commits them.

mod command_script;
mod cricsheet;
mod cross_check;
mod deliveries;
mod endings;
mod invalid_file;
mod roster;
mod script;
mod simulation;
mod store_import;

pub use command_script::{CommandScript, ScriptedCommand};
pub use cricsheet::CricsheetFile;
pub use invalid_file::InvalidFile;
pub use roster::Roster;
pub use script::build_script;
pub use store_import::{ImportError, ImportOptions, ImportedMatch, import_match, simulate_file};
