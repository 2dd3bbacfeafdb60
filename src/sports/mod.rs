//! The rules of all sports; pure functions.
//!
//! A match is the fold of its entries: `state = entries.fold(start, apply)`. An entry is an
//! accepted [`MatchCommand`], stored whole, so `apply` may look at nothing but its arguments.

mod action_spec;
mod clock;
mod command;
mod game;
mod lifecycle;
mod lineups;
mod match_action;
mod match_info;
mod registry;
pub mod result;
pub mod rules;
mod score;
mod set_lineups;
mod sport;

mod cricket;
mod football;
mod score_only;

#[cfg(test)]
mod tests;

pub use action_spec::{ActionMethod, ActionSpec, Revision};
pub use command::{ApplyResult, MatchCommand, Player, RECORDERS_PATH, Transition};
pub use match_action::MatchAction;
pub use match_info::{MatchInfo, TeamInfo};
pub use result::MatchResult;
pub use rules::{ErasedMatch, MatchSummary, SportRules};
