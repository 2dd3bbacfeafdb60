//! One entry of the list of sports, with the sport's types erased.

use std::any::Any;
use std::sync::Arc;

use serde_json::Value;

use crate::domain::rejection::Rejection;
use crate::sports::Command;
use crate::sports::Fixture;
use crate::sports::Outcome;
use crate::sports::Summary;

/// A match's state; only its own sport can look inside. A clone copies nothing.
#[derive(Clone, Debug)]
pub struct Game(pub Arc<dyn Any + Send + Sync>);

/// The rules of one sport, for those who needn't know which.
pub struct Rules {
    pub code: &'static str,
}

impl Rules {
    /// The rules of the sport with this code: `football`, `generic` …
    pub fn find(_code: &str) -> Option<&'static Self> {
        None
    }

    /// The state before the first entry, or what is wrong with the format.
    pub fn start(&self, _fixture: &Fixture) -> Result<Game, Rejection> {
        Err(Rejection::not_found("sport"))
    }

    /// The ids of the players a command speaks of.
    pub fn players(&self, _action: &str, _body: &Value) -> Vec<i64> {
        Vec::new()
    }

    /// The state after `command`, or why it is refused.
    pub fn apply(&self, _fixture: &Fixture, _game: &Game, _command: &Command) -> Outcome<Game> {
        Err(Rejection::not_found("sport"))
    }

    /// Everything a display draws, but what the match's row says (id, venue, starts_at).
    pub fn view(&self, _fixture: &Fixture, _game: &Game) -> Value {
        Value::Null
    }

    pub fn summary(&self, _game: &Game) -> Option<Summary> {
        None
    }

    /// What `GET /api/matches/{id}/{path}` answers: `incidents`, `incidents/21`, `statistics` …
    pub fn read(&self, _fixture: &Fixture, _game: &Game, _path: &str) -> Option<Value> {
        None
    }
}
