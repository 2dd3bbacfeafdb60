//! The interface of a sport: its rules, its actions and its parts of every response.

use serde_json::{Map, Value};

use crate::domain::closed_set::NamedSet;
use crate::domain::rejection::Rejection;
use crate::sports::clock::PeriodSchedule;
use crate::sports::game::Match;
use crate::sports::score::Score;
use crate::sports::{ActionSpec, ApplyResult, MatchCommand, MatchInfo, MatchResult};

/// The rules of one sport. What all sports share (status, clock, start to end) is in [`Match`].
pub trait Sport {
    /// Stored with the match; also the name of the script that draws it.
    const CODE: &'static str;
    /// The periods its clock goes through.
    const PERIOD_SCHEDULE: PeriodSchedule;
    /// The sport's state beyond status and clock. Cloned per command: share large parts.
    type State: Clone + Send + Sync + 'static;

    /// What scorers can do beyond what every sport has. One that every sport has, such as `end`, is
    /// declared here if the sport implements it itself.
    const ACTIONS: &'static [ActionSpec];

    /// The sport's part of the API description, in the form of `http/openapi/api`; empty if it
    /// has none.
    const API_DESCRIPTION: &'static str = "";

    /// Closed sets that [`Sport::API_DESCRIPTION`] names: `IncidentKind = enum`.
    const API_SETS: &'static [NamedSet] = &[];

    /// Whether a message of the sport's own has this type, or this label (`types=` names either).
    fn names_message(_word: &str) -> bool {
        false
    }

    /// The state before the first entry; rejects an invalid format.
    fn initial_state(match_info: &MatchInfo) -> Result<Self::State, Rejection>;

    /// The format with this number of scorers who must agree on each entry, or why it can't have
    /// it. `format` is as the organizer sent it.
    fn with_scorers_required(_format: Value, _scorers: i64) -> Result<Value, &'static str> {
        Err("isn't possible in this sport")
    }

    /// The ids of the players that a command's body names.
    fn player_ids(_action: &str, _body: &Value) -> Vec<i64> {
        Vec::new()
    }

    /// Applies one of the sport's own actions; any other is `not_found("action")`.
    fn apply(
        match_info: &MatchInfo,
        game: &Match<Self::State>,
        command: &MatchCommand,
    ) -> ApplyResult<Match<Self::State>>;

    /// The score by the entries. Responses and messages have [`Sport::displayed_score`].
    fn computed_score(game: &Match<Self::State>) -> Score;

    /// The score in every message, response and view.
    fn displayed_score(game: &Match<Self::State>) -> Score {
        game.displayed_score(Self::computed_score(game))
    }

    /// The result of a match that was played to its end; `None` if nothing was decided.
    fn computed_result(match_info: &MatchInfo, game: &Match<Self::State>) -> Option<MatchResult> {
        Some(MatchResult::from_score(match_info, &Self::computed_score(game)))
    }

    /// The sport's members of the state that subscribers fold, beside those of
    /// [`SportRules::state`](crate::sports::SportRules::state): always the same ones, and each an
    /// object. Collections in them are objects by id or number; members that are null are left out.
    fn state_members(_game: &Match<Self::State>) -> Map<String, Value> {
        Map::new()
    }

    /// The sport's fields of a match in a list, beside status, clock, score and teams: few, and
    /// none that grows while the match is played.
    fn list_fields(_game: &Match<Self::State>) -> Map<String, Value> {
        Map::new()
    }

    /// The part of the state at this path below the match.
    fn read_part(_game: &Match<Self::State>, _path: &str) -> Option<Value> {
        None
    }
}
