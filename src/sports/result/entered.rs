//! `PUT result` and `DELETE result`: results entered by hand, the same in every sport.

use std::sync::Arc;

use serde_json::Value;

use crate::domain::matches::MatchStatus;
use crate::domain::rejection::Rejection;
use crate::input::FieldReader;
use crate::sports::game::{EnteredResult, Match, MatchBeforeEntry, ResultSource};
use crate::sports::result::request;
use crate::sports::sport::Sport;
use crate::sports::{ApplyResult, MatchCommand, MatchInfo, Transition, lifecycle, result};

/// Finishes the match with the result in the body, or corrects its result.
pub fn enter_result<S: Sport>(
    match_info: &MatchInfo,
    game: &Match<S::State>,
    command: &MatchCommand,
) -> ApplyResult<Match<S::State>> {
    // Also of a match that never started: a walk-over, or scored on paper.
    game.require_status("entering a result", &MatchStatus::ALL_BUT_CANCELLED)?;
    let request = request::parse_request(match_info, &command.body)?;
    let live_score = S::computed_score(game);
    let score = request.resulting_score(&live_score);
    if game.clock.has_started()
        && request.contradicts_score(&live_score)
        && !request.overrides_score
    {
        return Err(Rejection::conflict(
            "contradicts-score",
            format!(
                "the live score is {live_score}, not {score}; send \"override\":true if it is meant"
            ),
        ));
    }

    let result = Arc::new(request.into_result(match_info, &score));
    let mut next = game.clone();
    // A clock that is stopped or never started stays as it is.
    if matches!(game.status, MatchStatus::Live | MatchStatus::Paused) {
        next.clock.stop(command.occurred_at);
    }
    next.status = MatchStatus::Finished;
    next.reason.clone_from(&result.reason);
    next.result_source = ResultSource::Entered(Arc::new(EnteredResult {
        result: Arc::clone(&result),
        score,
        before_entry: before_first_entry(game),
    }));

    // Entering the same result again publishes nothing.
    let is_unchanged = result::current_result::<S>(match_info, game).as_ref() == Some(&result);
    let match_end =
        || lifecycle::status_message::<S>("match_end", match_info, &next, next.reason.clone());
    let messages = (!is_unchanged).then(match_end).into_iter().collect();
    let mut response_fields = result.json_fields(match_info);
    response_fields.extend(next.status_fields(&S::displayed_score(&next)));
    Ok(Transition {
        state: next,
        messages,
        response: Value::Object(response_fields),
        is_created: false,
    })
}

/// Deletes the result: an entered one restores the state before it, a computed one leaves the match
/// finished without a result. Publishes `match_end` if the match is still finished, else
/// `match_reopened`: `match_id`, `status`, `clock`, `score`, and `reason` if the match had one.
pub fn delete_result<S: Sport>(
    match_info: &MatchInfo,
    game: &Match<S::State>,
    command: &MatchCommand,
) -> ApplyResult<Match<S::State>> {
    if result::current_result::<S>(match_info, game).is_none() {
        return Err(Rejection::not_found("result"));
    }
    FieldReader::nullable_body(&command.body).finish()?;
    let mut next = game.clone();
    if let ResultSource::Entered(entered) = &game.result_source {
        let MatchBeforeEntry { status, clock, reason, result_source: decided_by } =
            entered.before_entry.clone();
        next = Match { status, clock, reason, result_source: decided_by, ..next };
    } else {
        next.result_source = ResultSource::Deleted;
    }

    let kind = if next.status == MatchStatus::Finished { "match_end" } else { "match_reopened" };
    let message = lifecycle::status_message::<S>(kind, match_info, &next, next.reason.clone());
    Ok(Transition {
        state: next,
        messages: vec![message],
        response: Value::Null,
        is_created: false,
    })
}

/// Rejects a sport's own action that would reopen a match with an entered result. A match that goes
/// on gets a computed result again when it ends, also if one was deleted before.
pub fn reconcile_result<S: Sport>(
    mut transition: Transition<Match<S::State>>,
) -> ApplyResult<Match<S::State>> {
    let game = &mut transition.state;
    if game.status != MatchStatus::Finished {
        if matches!(game.result_source, ResultSource::Entered(_)) {
            return Err(Rejection::conflict(
                "result-by-hand",
                "the match would go on, but its result was entered by hand; delete that first",
            ));
        }
        game.result_source = ResultSource::Computed;
    }
    Ok(transition)
}

/// The state before the first entered result, however often it was corrected.
fn before_first_entry<S>(game: &Match<S>) -> MatchBeforeEntry {
    match &game.result_source {
        ResultSource::Entered(entered) => entered.before_entry.clone(),
        decided_by => MatchBeforeEntry {
            status: game.status,
            clock: game.clock.clone(),
            reason: game.reason.clone(),
            result_source: decided_by.clone(),
        },
    }
}
