//! What every sport's state has: status and clock around the sport's own part.

use std::sync::Arc;

use serde_json::{Map, Value, json};

use crate::domain::rejection::Rejection;
use crate::sports::clock::MatchClock;
use crate::sports::result::MatchResult;
use crate::sports::score::Score;

/// Where a match stands between the fixture list and the final whistle.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MatchStatus {
    Scheduled,
    Live,
    Paused,
    Finished,
    Postponed,
    Cancelled,
    Abandoned,
}

/// The state of one match.
#[derive(Clone, Debug)]
pub struct Match<S> {
    pub status: MatchStatus,
    pub clock: MatchClock,
    /// Why it isn't being played, where somebody said so.
    pub reason: Option<String>,
    pub result_source: ResultSource,
    pub state: S,
}

/// Who says how a finished match has ended.
#[derive(Clone, Debug, Default)]
pub enum ResultSource {
    #[default]
    Computed,
    /// The play's own result was taken away and no other has been entered.
    Deleted,
    /// Somebody who entered it, whatever the play says.
    Entered(Arc<EnteredResult>),
}

/// A result that somebody entered.
#[derive(Debug)]
pub struct EnteredResult {
    pub result: Arc<MatchResult>,
    /// What is shown while it stands.
    pub score: Score,
    /// What deleting it leads back to.
    pub before_entry: MatchBeforeEntry,
}

/// Where a match stood before the first result was entered by hand.
#[derive(Clone, Debug)]
pub struct MatchBeforeEntry {
    pub status: MatchStatus,
    pub clock: MatchClock,
    pub reason: Option<String>,
    pub result_source: ResultSource,
}

impl MatchStatus {
    /// The status on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Scheduled => "scheduled",
            Self::Live => "live",
            Self::Paused => "paused",
            Self::Finished => "finished",
            Self::Postponed => "postponed",
            Self::Cancelled => "cancelled",
            Self::Abandoned => "abandoned",
        }
    }
}

impl<S> Match<S> {
    /// A match before its start, around the sport's own state.
    pub fn scheduled(state: S) -> Self {
        let (status, clock) = (MatchStatus::Scheduled, MatchClock::default());
        Self { status, clock, reason: None, result_source: ResultSource::default(), state }
    }

    /// The score to show, where the play's entries come to `computed`: while a result entered by
    /// hand stands, nothing may contradict it.
    pub fn displayed_score(&self, computed: Score) -> Score {
        match &self.result_source {
            ResultSource::Entered(entered) => entered.score,
            _ => computed,
        }
    }

    /// Refuses `action` unless the match stands at one of `allowed`, and says which those are.
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

    /// `status`, `clock` and `score`: what answers, messages and views begin with.
    pub fn status_fields(&self, score: &Score) -> Map<String, Value> {
        let mut fields = Map::new();
        fields.insert("status".into(), json!(self.status.as_str()));
        fields.insert("clock".into(), self.clock.to_json());
        score.write_to(&mut fields);
        fields
    }
}
