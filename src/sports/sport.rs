//! What the author of a sport writes.

use serde_json::{Map, Value};

use crate::domain::rejection::Rejection;
use crate::sports::clock::PeriodSchedule;
use crate::sports::game::Match;
use crate::sports::score::Score;
use crate::sports::{ActionSpec, ApplyResult, MatchCommand, MatchInfo, MatchResult};

/// The rules of one sport. What all sports share (status, clock, start to end) is in [`Play`].
pub trait Sport {
    /// Stored with the match; also the name of the script that draws it.
    const CODE: &'static str;
    /// The periods its clock goes through.
    const PERIOD_SCHEDULE: PeriodSchedule;
    /// What the sport knows beyond status and clock. Cloned with each command: share what is big.
    type State: Clone + Send + Sync + 'static;

    /// What scorers can do beyond what every sport has.
    const ACTIONS: &'static [ActionSpec];

    /// The sport's part of the API description, in the form of `http/openapi/api`; empty if it
    /// has none.
    const API_DESCRIPTION: &'static str = "";

    /// Steps of `lifecycle` that the sport takes itself: cricket ends a match its own way.
    const OVERRIDDEN_ACTIONS: &[&str] = &[];

    /// The state before anything happened, or what is wrong with the fixture's format.
    fn initial_state(match_info: &MatchInfo) -> Result<Self::State, Rejection>;

    /// The format in which `scorers` must agree on each entry, or why there is none. `format` is
    /// as the organizer gave it.
    fn with_scorers_required(_format: Value, _scorers: i64) -> Result<Value, &'static str> {
        Err("isn't possible in this sport")
    }

    /// The ids of the players a command speaks of.
    fn player_ids(_action: &str, _body: &Value) -> Vec<i64> {
        Vec::new()
    }

    /// Applies any action but those of `lifecycle` and the result's; what it doesn't know is
    /// `not_found("action")`.
    fn apply(
        match_info: &MatchInfo,
        game: &Match<Self::State>,
        command: &MatchCommand,
    ) -> ApplyResult<Match<Self::State>>;

    /// The score that the entries come to. What is told and shown is [`Sport::shown`].
    fn computed_score(game: &Match<Self::State>) -> Score;

    /// The score as every message, answer and view has it.
    fn displayed_score(game: &Match<Self::State>) -> Score {
        game.displayed_score(Self::computed_score(game))
    }

    /// The outcome of a match that has ended by being played; `None` where nothing was decided.
    fn computed_result(match_info: &MatchInfo, game: &Match<Self::State>) -> Option<MatchResult> {
        Some(MatchResult::from_score(match_info, &Self::computed_score(game)))
    }

    /// What the sport adds to status, clock, score and teams.
    fn snapshot_fields(_game: &Match<Self::State>) -> Map<String, Value> {
        Map::new()
    }

    /// A part of the state by the path it is read at.
    fn read_part(_game: &Match<Self::State>, _path: &str) -> Option<Value> {
        None
    }
}
