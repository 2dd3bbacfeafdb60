//! What the author of a sport writes.

use serde_json::Map;
use serde_json::Value;

use crate::domain::rejection::Rejection;
use crate::sports::Command;
use crate::sports::Fixture;
use crate::sports::MatchResult;
use crate::sports::Outcome;
use crate::sports::clock::Timing;
use crate::sports::play::Play;
use crate::sports::score::Score;

/// The rules of one sport. What all sports share (status, clock, start to end) is in [`Play`].
pub trait Sport {
    /// Stored with the match; also the name of the script that draws it.
    const CODE: &'static str;
    /// The periods its clock goes through.
    const TIMING: Timing;
    /// What the sport knows beyond status and clock. Cloned with each command: share what is big.
    type State: Clone + Send + Sync + 'static;

    /// Steps of `lifecycle` that the sport takes itself: cricket ends a match its own way.
    const OWN_STEPS: &[&str] = &[];

    /// The state before anything happened, or what is wrong with the fixture's format.
    fn start(fixture: &Fixture) -> Result<Self::State, Rejection>;

    /// The ids of the players a command speaks of.
    fn players(_action: &str, _body: &Value) -> Vec<i64> {
        Vec::new()
    }

    /// Applies any action but those of `lifecycle` and the result's; what it doesn't know is
    /// `not_found("action")`.
    fn apply(
        fixture: &Fixture,
        play: &Play<Self::State>,
        command: &Command,
    ) -> Outcome<Play<Self::State>>;

    /// The score that the entries come to. What is told and shown is [`Sport::shown`].
    fn score(play: &Play<Self::State>) -> Score;

    /// The score as every message, answer and view has it.
    fn shown(play: &Play<Self::State>) -> Score {
        play.shown(Self::score(play))
    }

    /// The outcome of a match that has ended by being played; `None` where nothing was decided.
    fn result(fixture: &Fixture, play: &Play<Self::State>) -> Option<MatchResult> {
        Some(MatchResult::of_score(fixture, &Self::score(play)))
    }

    /// What the sport adds to status, clock, score and teams.
    fn view(_play: &Play<Self::State>) -> Map<String, Value> {
        Map::new()
    }

    /// A part of the state by the path it is read at.
    fn read(_play: &Play<Self::State>, _path: &str) -> Option<Value> {
        None
    }
}

impl Fixture {
    /// Refuses a format, for sports that are played in one way only.
    pub(super) fn without_format(&self) -> Result<(), Rejection> {
        let nothing = self.format.is_null() || self.format.as_object().is_some_and(Map::is_empty);
        if nothing { Ok(()) } else { Err(Rejection::field("/format", "this sport has no formats")) }
    }
}
