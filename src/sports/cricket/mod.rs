//! Cricket, ball by ball, by the Laws of 2017 as amended to 2022.
//!
//! A match is the fold of its official steps. The folders depend on one another in this order:
//! [`laws`], [`innings`], [`scoring`], [`report`], [`actions`].

mod actions;
mod innings;
mod laws;
mod report;
mod scoring;

#[cfg(test)]
mod tests;

use serde_json::{Map, Value};

use crate::domain::closed_set::NamedSet;
use crate::domain::rejection::Rejection;
use crate::sports::clock::PeriodSchedule;
use crate::sports::cricket::scoring::CricketState;
use crate::sports::game::Match;
use crate::sports::score::Score;
use crate::sports::sport::Sport;
use crate::sports::{ActionSpec, ApplyResult, MatchCommand, MatchInfo, MatchResult};

/// Cricket: one or two innings a side, limited overs or none, one scorer or several.
pub struct Cricket;

impl Sport for Cricket {
    const CODE: &'static str = "cricket";
    const PERIOD_SCHEDULE: PeriodSchedule = PeriodSchedule { periods: &[], breaks: &[] };
    type State = CricketState;

    const ACTIONS: &'static [ActionSpec] = actions::ACTIONS;
    const API_DESCRIPTION: &'static str = include_str!("api.txt");
    const API_SETS: &'static [NamedSet] =
        &[NamedSet { name: "WicketKind", texts: laws::dismissals_from_delivery }];

    fn names_message(word: &str) -> bool {
        report::names_message(word)
    }

    fn initial_state(match_info: &MatchInfo) -> Result<CricketState, Rejection> {
        CricketState::initial(match_info)
    }

    fn with_scorers_required(format: Value, scorers: i64) -> Result<Value, &'static str> {
        laws::with_scorers_required(format, scorers)
    }

    fn player_ids(action: &str, body: &Value) -> Vec<i64> {
        actions::player_ids(action, body)
    }

    fn apply(
        match_info: &MatchInfo,
        game: &Match<CricketState>,
        command: &MatchCommand,
    ) -> ApplyResult<Match<CricketState>> {
        actions::apply(match_info, game, command)
    }

    fn computed_score(game: &Match<CricketState>) -> Score {
        game.state.scoreboard().score()
    }

    fn computed_result(match_info: &MatchInfo, game: &Match<CricketState>) -> Option<MatchResult> {
        report::computed_result(match_info, game)
    }

    fn state_members(game: &Match<CricketState>) -> Map<String, Value> {
        report::state_members(game)
    }

    fn list_fields(game: &Match<CricketState>) -> Map<String, Value> {
        report::list_fields(game)
    }

    fn read_part(game: &Match<CricketState>, path: &str) -> Option<Value> {
        report::read_part(game, path)
    }
}
