//! The actions that every sport has, and those of them that change a match's status.

use serde_json::{Value, json};

use crate::domain::matches::MatchStatus;
use crate::domain::message::Message;
use crate::domain::permission::MatchPermission;
use crate::domain::rejection::Rejection;
use crate::domain::topic::StreamId;
use crate::input::{self, FieldReader};
use crate::sports::action_spec::{self, ActionMethod, specs_of};
use crate::sports::clock::{Period, PeriodSchedule};
use crate::sports::game::Match;
use crate::sports::score::Score;
use crate::sports::sport::Sport;
use crate::sports::{
    ActionSpec, ApplyResult, MatchCommand, MatchInfo, MatchResult, Transition, result,
};

/// An action that every sport has.
#[derive(Clone, Copy, Debug)]
pub enum CommonAction {
    /// Moves the match from one status to another.
    Lifecycle(LifecycleAction),
    EnterResult,
    DeleteResult,
    SetLineups,
}

/// One action that moves a match from one status to another.
#[derive(Clone, Copy, Debug)]
pub struct LifecycleAction {
    name: &'static str,
    allowed_from: &'static [MatchStatus],
    new_status: MatchStatus,
    /// `None` if the schedule changes: the store publishes that, with the whole match.
    message_kind: Option<&'static str>,
}

const COMMON: [(ActionSpec, CommonAction); 10] = {
    use MatchPermission::{Control, Edit, Record};
    use MatchStatus::{Abandoned, Cancelled, Finished, Live, Paused, Postponed, Scheduled};
    [
        lifecycle("start", Control, &[Scheduled, Postponed], Live, Some("match_start")),
        lifecycle("pause", Control, &[Live], Paused, Some("match_pause")),
        lifecycle("resume", Control, &[Paused], Live, Some("match_resume")),
        lifecycle("end", Control, &[Live, Paused], Finished, Some("match_end")),
        lifecycle("abandon", Control, &[Live, Paused], Abandoned, Some("match_end")),
        lifecycle("postpone", Edit, &[Scheduled], Postponed, None),
        lifecycle("cancel", Edit, &[Scheduled, Postponed], Cancelled, None),
        (ActionSpec::new(ActionMethod::Put, "result", Edit), CommonAction::EnterResult),
        (ActionSpec::new(ActionMethod::Delete, "result", Edit), CommonAction::DeleteResult),
        (ActionSpec::new(ActionMethod::Put, "lineups", Record), CommonAction::SetLineups),
    ]
};

/// The actions that every sport has; a sport that declares one of them itself overrides it.
pub const COMMON_ACTIONS: &[ActionSpec] = &specs_of(&COMMON);

/// Maximum length of a reason: two long sentences.
const MAX_REASON_CHARS: usize = 500;

/// The body of a lifecycle action.
struct LifecycleRequest {
    reason: Option<String>,
    /// The period to resume in, if it is not the next.
    resume_period: Option<&'static Period>,
}

const fn lifecycle(
    name: &'static str,
    permission: MatchPermission,
    allowed_from: &'static [MatchStatus],
    new_status: MatchStatus,
    message_kind: Option<&'static str>,
) -> (ActionSpec, CommonAction) {
    let action = LifecycleAction { name, allowed_from, new_status, message_kind };
    let spec = ActionSpec::new(ActionMethod::Post, name, permission);
    (spec, CommonAction::Lifecycle(action))
}

/// Whether a message that every sport has about a match is of this type.
pub fn names_message(word: &str) -> bool {
    let has_type = |(_, action): &(ActionSpec, CommonAction)| matches!(action, CommonAction::Lifecycle(step) if step.message_kind == Some(word));
    matches!(word, "match_reopened" | "lineup_update") || COMMON.iter().any(has_type)
}

/// The action of every sport with this name; `None` for a sport's own.
pub fn find_common(name: &str) -> Option<CommonAction> {
    action_spec::find_action(&COMMON, name).map(|(action, _)| action)
}

impl LifecycleAction {
    fn is_resume(&self) -> bool {
        self.allowed_from == [MatchStatus::Paused] && self.new_status == MatchStatus::Live
    }
}

/// Applies a lifecycle action.
pub fn apply_action<S: Sport>(
    action: &LifecycleAction,
    match_info: &MatchInfo,
    game: &Match<S::State>,
    command: &MatchCommand,
) -> ApplyResult<Match<S::State>> {
    game.require_status(action.name, action.allowed_from)?;
    let request = parse_request(action, &S::PERIOD_SCHEDULE, &command.body)?;
    let mut next = game.clone();
    next.status = action.new_status;
    match action.new_status {
        MatchStatus::Live => {
            next.clock.start(next_period(&S::PERIOD_SCHEDULE, game, &request), command.occurred_at);
        }
        MatchStatus::Postponed | MatchStatus::Cancelled => {}
        _ => next.clock.stop(command.occurred_at),
    }
    next.reason = request.reason.clone().filter(|_| action.new_status != MatchStatus::Live);

    let response_fields = next.status_fields(&S::displayed_score(&next));
    let message = action
        .message_kind
        .map(|kind| status_message::<S>(kind, match_info, &next, request.reason));
    let messages = message.into_iter().collect();
    Ok(Transition {
        state: next,
        messages,
        response: Value::Object(response_fields),
        is_created: false,
    })
}

fn parse_request(
    action: &LifecycleAction,
    schedule: &PeriodSchedule,
    body: &Value,
) -> Result<LifecycleRequest, Rejection> {
    let mut body = FieldReader::nullable_body(body);
    let reason = body.optional("reason", input::any_text(MAX_REASON_CHARS));
    let mut period = None;
    if action.is_resume() && !schedule.periods.is_empty() {
        period = body.optional(
            "period",
            input::choice(schedule.periods.iter().map(|period| (period.name, period))),
        );
    }
    body.optional("occurred_at", input::time());
    body.finish_with(Some(LifecycleRequest { reason, resume_period: period }))
}

/// The period in which the match continues.
fn next_period<S>(
    schedule: &PeriodSchedule,
    game: &Match<S>,
    request: &LifecycleRequest,
) -> Option<&'static Period> {
    let Some(current) = game.clock.period else { return schedule.periods.first() };
    Some(
        request
            .resume_period
            .unwrap_or_else(|| schedule.period_after_pause(current, game.reason.as_deref())),
    )
}

/// A message of this kind with the match's status, and its result if it has finished.
pub fn status_message<S: Sport>(
    kind: &'static str,
    match_info: &MatchInfo,
    game: &Match<S::State>,
    reason: Option<String>,
) -> Message {
    let score = S::displayed_score(game);
    let result = result::current_result::<S>(match_info, game);
    StatusMessage { kind, score: &score, result: result.as_deref(), reason }.build(match_info, game)
}

/// A message about the status of a match whose score and result are known.
pub struct StatusMessage<'a> {
    /// Type of the message, such as `match_end`.
    pub kind: &'static str,
    /// Score to publish.
    pub score: &'a Score,
    /// The result that stands, if there is one.
    pub result: Option<&'a MatchResult>,
    /// Reason of the change, if one was given.
    pub reason: Option<String>,
}

impl StatusMessage<'_> {
    /// The message for the match's topic; the result is part of it once the match has finished.
    pub fn build<T>(self, match_info: &MatchInfo, game: &Match<T>) -> Message {
        let mut data = game.status_fields(self.score);
        data.insert("match_id".into(), json!(match_info.match_id));
        if game.status == MatchStatus::Finished {
            let result = self.result.map(|result| result.to_json(match_info));
            data.insert("result".into(), json!(result));
        }
        if let Some(reason) = self.reason {
            data.insert("reason".into(), json!(reason));
        }
        let topic = StreamId::Match(match_info.match_id).topic();
        Message::new(topic, self.kind, Value::Object(data))
    }
}
