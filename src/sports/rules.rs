//! The rules of a sport behind one type, so that the list of sports can hold them all.

use std::any::Any;
use std::fmt;
use std::sync::Arc;

use serde_json::{Map, Value, json};

use crate::domain::closed_set::NamedSet;
use crate::domain::matches::MatchStatus;
use crate::domain::merge_patch;
use crate::domain::rejection::Rejection;
use crate::sports::game::Match;
use crate::sports::lifecycle::CommonAction;
use crate::sports::result::entered;
use crate::sports::sport::Sport;
use crate::sports::{
    ActionSpec, ApplyResult, MatchCommand, MatchInfo, MatchResult, Transition, lifecycle, lineups,
    result, set_lineups,
};

/// A match's state; only its own sport can look inside. A clone copies nothing.
#[derive(Clone, Debug)]
pub struct ErasedMatch {
    /// A `Match<State>` of the sport that created it.
    typed_match: Arc<dyn Any + Send + Sync>,
    summary: MatchSummary,
    result: Option<Arc<MatchResult>>,
}

/// The columns that lists show of a match, the same for every sport.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MatchSummary {
    pub status: MatchStatus,
    pub home_score: i64,
    pub away_score: i64,
}

/// The rules of one sport, with the sport's types erased.
pub struct SportRules {
    pub code: &'static str,
    /// What scorers can do beyond what every sport has, or in another way.
    pub actions: &'static [ActionSpec],
    /// The sport's part of the API description.
    pub api_description: &'static str,
    /// The closed sets that it names.
    pub api_sets: &'static [NamedSet],
    pub(super) names_own_message: fn(&str) -> bool,
    with_scorers_required: fn(Value, i64) -> Result<Value, &'static str>,
    initial_state: fn(&MatchInfo) -> Result<ErasedMatch, Rejection>,
    player_ids: fn(&str, &Value) -> Vec<i64>,
    apply: fn(&MatchInfo, &ErasedMatch, &MatchCommand) -> ApplyResult<ErasedMatch>,
    state: fn(&ErasedMatch) -> Map<String, Value>,
    list_fields: fn(&MatchInfo, &ErasedMatch) -> Map<String, Value>,
    read_part: fn(&MatchInfo, &ErasedMatch, &str) -> Option<Value>,
}

impl SportRules {
    /// The rules of `S` as function pointers, so that callers need no type parameter.
    pub(super) const fn for_sport<S: Sport>() -> Self {
        Self {
            code: S::CODE,
            actions: S::ACTIONS,
            api_description: S::API_DESCRIPTION,
            api_sets: S::API_SETS,
            names_own_message: S::names_message,
            with_scorers_required: S::with_scorers_required,
            initial_state: initial_state::<S>,
            player_ids: S::player_ids,
            apply: apply_command::<S>,
            state: state::<S>,
            list_fields: list_fields::<S>,
            read_part: read_part::<S>,
        }
    }

    /// The state before the first entry; rejects an invalid format.
    pub fn initial_state(&self, match_info: &MatchInfo) -> Result<ErasedMatch, Rejection> {
        (self.initial_state)(match_info)
    }

    /// The format with this number of scorers who must agree on each entry, or why it has none.
    pub fn with_scorers_required(
        &self,
        format: Value,
        scorers: i64,
    ) -> Result<Value, &'static str> {
        (self.with_scorers_required)(format, scorers)
    }

    /// The ids of the players that a command's body names.
    pub fn player_ids(&self, action: &str, body: &Value) -> Vec<i64> {
        match lifecycle::find_common(action) {
            Some(CommonAction::SetLineups) => lineups::player_ids(body),
            _ => (self.player_ids)(action, body),
        }
    }

    /// The state after `command`, or its rejection.
    pub fn apply(
        &self,
        match_info: &MatchInfo,
        game: &ErasedMatch,
        command: &MatchCommand,
    ) -> ApplyResult<ErasedMatch> {
        (self.apply)(match_info, game, command)
    }

    /// The state that subscribers fold: `match`, `clock`, `score`, `shootout`, `lineups` and the
    /// sport's members, without nulls; of `match` all but the columns of the match's row (id, venue …).
    pub fn state(&self, game: &ErasedMatch) -> Map<String, Value> {
        (self.state)(game)
    }

    /// The fields of a match in a list, without the columns of its row.
    pub fn list_fields(&self, match_info: &MatchInfo, game: &ErasedMatch) -> Map<String, Value> {
        (self.list_fields)(match_info, game)
    }

    /// The columns that lists show.
    pub fn summary(&self, game: &ErasedMatch) -> MatchSummary {
        game.summary
    }

    /// The final result, if there is one.
    pub fn result<'a>(&self, game: &'a ErasedMatch) -> Option<&'a MatchResult> {
        game.result.as_deref()
    }

    /// The body of `GET /api/matches/{id}/{path}`: `result`, `incidents`, `incidents/21` …
    pub fn read_part(
        &self,
        match_info: &MatchInfo,
        game: &ErasedMatch,
        path: &str,
    ) -> Option<Value> {
        (self.read_part)(match_info, game, path)
    }
}

impl fmt::Debug for SportRules {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Rules").field("code", &self.code).finish_non_exhaustive()
    }
}

impl ErasedMatch {
    fn from_typed<S: Sport>(match_info: &MatchInfo, typed: Match<S::State>) -> Self {
        let score = S::displayed_score(&typed);
        let summary = MatchSummary {
            status: typed.status,
            home_score: score.totals.home,
            away_score: score.totals.away,
        };
        let result = result::current_result::<S>(match_info, &typed);
        Self { typed_match: Arc::new(typed), summary, result }
    }

    /// The match with its type; `None` if it is of another sport.
    pub(super) fn downcast<S: Sport>(&self) -> Option<&Match<S::State>> {
        self.typed_match.downcast_ref()
    }
}

fn initial_state<S: Sport>(match_info: &MatchInfo) -> Result<ErasedMatch, Rejection> {
    Ok(ErasedMatch::from_typed::<S>(match_info, Match::scheduled(S::initial_state(match_info)?)))
}

fn apply_command<S: Sport>(
    match_info: &MatchInfo,
    game: &ErasedMatch,
    command: &MatchCommand,
) -> ApplyResult<ErasedMatch> {
    // Unreachable unless a caller mixes up two matches.
    let Some(typed) = game.downcast::<S>() else {
        return Err(Rejection::conflict("wrong-sport", "the match is of another sport"));
    };
    let action = command.action.as_str();
    let is_own = S::ACTIONS.iter().any(|spec| spec.is_named(action));
    let transition = match lifecycle::find_common(action).filter(|_| !is_own) {
        Some(CommonAction::Lifecycle(step)) => {
            lifecycle::apply_action::<S>(&step, match_info, typed, command)?
        }
        Some(CommonAction::EnterResult) => entered::enter_result::<S>(match_info, typed, command)?,
        Some(CommonAction::DeleteResult) => {
            entered::delete_result::<S>(match_info, typed, command)?
        }
        Some(CommonAction::SetLineups) => set_lineups::set_lineups(match_info, typed, command)?,
        None => entered::reconcile_result::<S>(S::apply(match_info, typed, command)?)?,
    };
    let Transition { state, messages, response: answer, is_created: created } = transition;
    Ok(Transition {
        state: ErasedMatch::from_typed::<S>(match_info, state),
        messages,
        response: answer,
        is_created: created,
    })
}

fn state<S: Sport>(game: &ErasedMatch) -> Map<String, Value> {
    // Unreachable unless a caller mixes up two matches.
    let Some(typed) = game.downcast::<S>() else { return Map::new() };
    let score = S::displayed_score(typed);
    let of_match = json!({
        "status": typed.status.as_str(),
        "reason": typed.reason,
        "result": game.result.as_ref().map(|result| result.state_fields()),
    });
    let common = [
        ("match", of_match),
        ("clock", typed.clock.to_json()),
        ("score", json!(score.totals)),
        ("lineups", lineups::to_json(&typed.lineups)),
        ("shootout", score.shootout.map_or_else(|| json!({}), |shootout| json!(shootout))),
    ];
    let common = common.map(|(name, member)| (name.to_owned(), member));
    let members = common.into_iter().chain(S::state_members(typed));
    members.map(|(name, member)| (name, merge_patch::without_nulls(member))).collect()
}

fn list_fields<S: Sport>(match_info: &MatchInfo, game: &ErasedMatch) -> Map<String, Value> {
    // Unreachable unless a caller mixes up two matches.
    let Some(typed) = game.downcast::<S>() else { return Map::new() };
    let mut fields = typed.status_fields(&S::displayed_score(typed));
    if let Some(reason) = &typed.reason {
        fields.insert("reason".into(), json!(reason));
    }
    fields.extend(S::list_fields(typed));
    fields.insert("result".into(), result_json(match_info, game).unwrap_or_default());
    fields
}

fn read_part<S: Sport>(match_info: &MatchInfo, game: &ErasedMatch, path: &str) -> Option<Value> {
    match path {
        "result" => result_json(match_info, game),
        "lineups" => Some(lineups::to_json(&game.downcast::<S>()?.lineups)),
        _ => S::read_part(game.downcast::<S>()?, path),
    }
}

fn result_json(match_info: &MatchInfo, game: &ErasedMatch) -> Option<Value> {
    Some(game.result.as_ref()?.to_json(match_info))
}
