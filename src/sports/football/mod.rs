//! Football: incidents, and the score and statistics that follow from them.

mod actions;
mod incident;
mod incident_body;
mod incident_kind;
mod incident_log;
mod periods;
mod statistics;
mod views;

#[cfg(test)]
mod tests;

use serde_json::{Map, Value};

use crate::domain::closed_set::{ClosedSet, NamedSet};
use crate::domain::rejection::Rejection;
use crate::sports::clock::PeriodSchedule;
use crate::sports::football::incident::Confirmation;
use crate::sports::football::incident_kind::IncidentKind;
use crate::sports::football::incident_log::IncidentLog;
use crate::sports::game::Match;
use crate::sports::score::Score;
use crate::sports::sport::Sport;
use crate::sports::{ActionSpec, ApplyResult, MatchCommand, MatchInfo};

/// Association football: score and statistics are counted from the incidents.
pub struct Football;

impl Sport for Football {
    const CODE: &'static str = "football";
    const PERIOD_SCHEDULE: PeriodSchedule = periods::PERIOD_SCHEDULE;
    type State = IncidentLog;

    const ACTIONS: &'static [ActionSpec] = actions::ACTIONS;
    const API_DESCRIPTION: &'static str = include_str!("api.txt");
    const API_SETS: &'static [NamedSet] = &[
        NamedSet::of::<IncidentKind>("IncidentKind"),
        NamedSet::of::<Confirmation>("Confirmation"),
        NamedSet { name: "Period", texts: periods::names },
    ];

    fn names_message(word: &str) -> bool {
        actions::MESSAGE_TYPES.contains(&word) || IncidentKind::from_text(word).is_some()
    }

    fn initial_state(match_info: &MatchInfo) -> Result<IncidentLog, Rejection> {
        match_info.reject_format()?;
        Ok(IncidentLog::default())
    }

    fn player_ids(action: &str, body: &Value) -> Vec<i64> {
        actions::player_ids(action, body)
    }

    fn apply(
        match_info: &MatchInfo,
        game: &Match<IncidentLog>,
        command: &MatchCommand,
    ) -> ApplyResult<Match<IncidentLog>> {
        actions::apply(match_info, game, command)
    }

    fn computed_score(game: &Match<IncidentLog>) -> Score {
        actions::computed_score(game)
    }

    fn state_members(game: &Match<IncidentLog>) -> Map<String, Value> {
        views::state_members(&game.state)
    }

    fn read_part(game: &Match<IncidentLog>, path: &str) -> Option<Value> {
        views::read_part(&game.state, path)
    }
}
