//! What every sport's state has: status and clock around the sport's own part.

use std::sync::Arc;

use serde_json::Map;
use serde_json::Value;
use serde_json::json;

use crate::domain::rejection::Rejection;
use crate::sports::clock::Clock;
use crate::sports::result::by_hand::Entered;
use crate::sports::score::Score;

/// Where a match stands between the fixture list and the final whistle.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
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
pub struct Play<S> {
    pub status: Status,
    pub clock: Clock,
    /// Why it isn't being played, where somebody said so.
    pub reason: Option<String>,
    pub decided_by: DecidedBy,
    pub sport: S,
}

/// Who says how a finished match has ended.
#[derive(Clone, Debug, Default)]
pub enum DecidedBy {
    #[default]
    Play,
    /// The play's own result was taken away and no other has been entered.
    Nobody,
    /// Somebody who entered it, whatever the play says.
    Hand(Arc<Entered>),
}

impl Status {
    pub fn word(self) -> &'static str {
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

impl<S> Play<S> {
    pub fn new(sport: S) -> Self {
        let (status, clock) = (Status::Scheduled, Clock::default());
        Self { status, clock, reason: None, decided_by: DecidedBy::default(), sport }
    }

    /// The score to show, where the play's entries come to `computed`: while a result entered by
    /// hand stands, nothing may contradict it.
    pub fn shown(&self, computed: Score) -> Score {
        match &self.decided_by {
            DecidedBy::Hand(entered) => entered.score,
            _ => computed,
        }
    }

    /// Refuses `action` unless the match stands at one of `allowed`, and says which those are.
    pub fn needs(&self, action: &str, allowed: &[Status]) -> Result<(), Rejection> {
        if allowed.contains(&self.status) {
            return Ok(());
        }
        let words: Vec<_> = allowed.iter().map(|status| status.word()).collect();
        let now = self.status.word();
        Err(Rejection::conflict(
            "wrong-state",
            format!("{action} is allowed when the match is {}, not {now}", words.join(" or ")),
        ))
    }

    /// `status`, `clock` and `score`: what answers, messages and views begin with.
    pub fn standing(&self, score: &Score) -> Map<String, Value> {
        let mut standing = Map::new();
        standing.insert("status".into(), json!(self.status.word()));
        standing.insert("clock".into(), self.clock.view());
        score.write(&mut standing);
        standing
    }
}
