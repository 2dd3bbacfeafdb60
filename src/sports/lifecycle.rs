//! Actions that change a match's status, the same in every sport.

use serde_json::{Value, json};

use crate::domain::matches::MatchStatus;
use crate::domain::message::Message;
use crate::domain::permission::MatchPermission;
use crate::domain::rejection::Rejection;
use crate::domain::topic::StreamId;
use crate::input::{self, FieldReader};
use crate::sports::clock::{Period, PeriodSchedule};
use crate::sports::game::Match;
use crate::sports::score::Score;
use crate::sports::sport::Sport;
use crate::sports::{
    ActionSpec, ApplyResult, MatchCommand, MatchInfo, MatchResult, Transition, result,
};

/// One action that moves a match from one status to another.
#[derive(Debug)]
pub struct LifecycleAction {
    name: &'static str,
    allowed_from: &'static [MatchStatus],
    new_status: MatchStatus,
    /// `None` if the schedule changes: the store publishes that, with the whole match.
    message_kind: Option<&'static str>,
}

static LIFECYCLE_ACTIONS: [LifecycleAction; 7] = {
    use MatchStatus::{Abandoned, Cancelled, Finished, Live, Paused, Postponed, Scheduled};
    [
        lifecycle_action("start", &[Scheduled, Postponed], Live, Some("match_start")),
        lifecycle_action("pause", &[Live], Paused, Some("match_pause")),
        lifecycle_action("resume", &[Paused], Live, Some("match_resume")),
        lifecycle_action("end", &[Live, Paused], Finished, Some("match_end")),
        lifecycle_action("abandon", &[Live, Paused], Abandoned, Some("match_end")),
        lifecycle_action("postpone", &[Scheduled], Postponed, None),
        lifecycle_action("cancel", &[Scheduled, Postponed], Cancelled, None),
    ]
};

/// The actions that every sport has; a sport may override them.
pub const COMMON_ACTIONS: &[ActionSpec] = {
    use MatchPermission::{Control, Edit};
    &[
        ActionSpec::new("POST", "start", Control),
        ActionSpec::new("POST", "pause", Control),
        ActionSpec::new("POST", "resume", Control),
        ActionSpec::new("POST", "end", Control),
        ActionSpec::new("POST", "abandon", Control),
        ActionSpec::new("POST", "postpone", Edit),
        ActionSpec::new("POST", "cancel", Edit),
        ActionSpec::new("PUT", "result", Edit),
        ActionSpec::new("DELETE", "result", Edit),
    ]
};

/// Maximum length of a reason: two long sentences.
const MAX_REASON_CHARS: usize = 500;

/// The body of a lifecycle action.
struct LifecycleRequest {
    reason: Option<String>,
    /// The period to resume in, if it is not the next.
    resume_period: Option<&'static Period>,
}

const fn lifecycle_action(
    name: &'static str,
    allowed_from: &'static [MatchStatus],
    new_status: MatchStatus,
    message_kind: Option<&'static str>,
) -> LifecycleAction {
    LifecycleAction { name, allowed_from, new_status, message_kind }
}

/// The lifecycle action with this name; `None` for a sport's own action.
pub fn find_action(action: &str) -> Option<&'static LifecycleAction> {
    LIFECYCLE_ACTIONS.iter().find(|step| step.name == action)
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
    if action.name == "resume" && !schedule.periods.is_empty() {
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
