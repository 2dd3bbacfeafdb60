//! The state of a match that all sports share: status, clock and the source of the result.

use std::sync::Arc;

use serde_json::{Map, Value, json};

use crate::domain::matches::MatchStatus;
use crate::domain::rejection::Rejection;
use crate::sports::clock::MatchClock;
use crate::sports::lineups::Lineups;
use crate::sports::result::MatchResult;
use crate::sports::score::Score;

/// The state of one match.
#[derive(Clone, Debug)]
pub struct Match<S> {
    pub status: MatchStatus,
    pub clock: MatchClock,
    /// Why it is not being played, if a reason was given.
    pub reason: Option<String>,
    pub result_source: ResultSource,
    pub lineups: Lineups,
    pub state: S,
}

/// Where the result of a finished match comes from.
#[derive(Clone, Debug, Default)]
pub enum ResultSource {
    #[default]
    Computed,
    /// The computed result was deleted and none was entered.
    Deleted,
    /// It was entered, and overrides the computed result.
    Entered(Arc<EnteredResult>),
}

/// A result that was entered by hand.
#[derive(Debug)]
pub struct EnteredResult {
    pub result: Arc<MatchResult>,
    /// The score that is displayed while this result is in force.
    pub score: Score,
    /// The state that deleting it restores.
    pub before_entry: MatchBeforeEntry,
}

/// The state of a match before a result was first entered.
#[derive(Clone, Debug)]
pub struct MatchBeforeEntry {
    pub status: MatchStatus,
    pub clock: MatchClock,
    pub reason: Option<String>,
    pub result_source: ResultSource,
}

impl<S> Match<S> {
    /// A match before its start, around the sport's own state.
    pub fn scheduled(state: S) -> Self {
        Self {
            status: MatchStatus::Scheduled,
            clock: MatchClock::default(),
            reason: None,
            result_source: ResultSource::default(),
            lineups: Lineups::default(),
            state,
        }
    }

    /// The score to display: an entered result's score, else `computed`.
    pub fn displayed_score(&self, computed: Score) -> Score {
        match &self.result_source {
            ResultSource::Entered(entered) => entered.score,
            _ => computed,
        }
    }

    /// Rejects `action` (409) unless the status is one of `allowed`; the detail names them.
    pub fn require_status(&self, action: &str, allowed: &[MatchStatus]) -> Result<(), Rejection> {
        if allowed.contains(&self.status) {
            return Ok(());
        }
        let allowed_words: Vec<_> = allowed.iter().map(|status| status.as_str()).collect();
        let current = self.status.as_str();
        Err(Rejection::conflict(
            "wrong-state",
            format!(
                "{action} is allowed when the match is {}, not {current}",
                allowed_words.join(" or ")
            ),
        ))
    }

    /// `status`, `clock` and `score`: the first fields of responses, messages and snapshots.
    pub fn status_fields(&self, score: &Score) -> Map<String, Value> {
        let mut fields = Map::new();
        fields.insert("status".into(), json!(self.status.as_str()));
        fields.insert("clock".into(), self.clock.to_json());
        score.write_to(&mut fields);
        fields
    }
}
