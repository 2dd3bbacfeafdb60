//! The commands of a match, as a scorer would have sent them.

use chrono::{DateTime, Utc};
use serde_json::Value;

use crate::sports::MatchResult;

/// One command of a scorer.
#[derive(Clone, Debug, PartialEq)]
pub struct ScriptedCommand {
    /// `toss`, `start`, `balls` …
    pub action: &'static str,
    pub body: Value,
    /// Estimated time of the action.
    pub at: DateTime<Utc>,
}

/// The commands of a match from the toss to the result.
#[derive(Debug)]
pub struct CommandScript {
    pub commands: Vec<ScriptedCommand>,
    /// The final scorecard as the API would show it.
    pub scorecard: Value,
    /// `None` if the match has no result in this file, for example because it continues in another.
    pub result: Option<MatchResult>,
}
