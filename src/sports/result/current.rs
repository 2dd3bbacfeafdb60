//! The result in force: entered by hand, or computed.

use std::sync::Arc;

use crate::domain::matches::MatchStatus;
use crate::sports::game::{Match, ResultSource};
use crate::sports::sport::Sport;
use crate::sports::{MatchInfo, MatchResult};

/// The result in force; only a finished match has one.
pub fn current_result<S: Sport>(
    match_info: &MatchInfo,
    game: &Match<S::State>,
) -> Option<Arc<MatchResult>> {
    resolve_result(game, || S::computed_result(match_info, game))
}

/// The result in force, given the computed one.
pub fn resolve_result<T>(
    game: &Match<T>,
    computed: impl FnOnce() -> Option<MatchResult>,
) -> Option<Arc<MatchResult>> {
    if game.status != MatchStatus::Finished {
        return None;
    }
    match &game.result_source {
        ResultSource::Computed => computed().map(Arc::new),
        ResultSource::Deleted => None,
        ResultSource::Entered(entered) => Some(Arc::clone(&entered.result)),
    }
}
