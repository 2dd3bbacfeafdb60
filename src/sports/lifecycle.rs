//! From scheduled to finished, the same in every sport.

use serde_json::Value;
use serde_json::json;

use crate::domain::message::Message;
use crate::domain::rejection::Rejection;
use crate::domain::topic::Stream;
use crate::sports::Applied;
use crate::sports::Command;
use crate::sports::Fixture;
use crate::sports::Outcome;
use crate::sports::body::Body;
use crate::sports::clock::Period;
use crate::sports::clock::Timing;
use crate::sports::play::Play;
use crate::sports::play::Status;
use crate::sports::result;
use crate::sports::sport::Sport;

/// One action that moves a match from one status to another.
#[derive(Debug)]
pub struct Step {
    action: &'static str,
    from: &'static [Status],
    to: Status,
    /// None where the schedule changes: that is told with the whole match, by whoever knows it.
    told: Option<&'static str>,
}

static STEPS: [Step; 7] = {
    use Status::Abandoned;
    use Status::Cancelled;
    use Status::Finished;
    use Status::Live;
    use Status::Paused;
    use Status::Postponed;
    use Status::Scheduled;
    [
        step("start", &[Scheduled, Postponed], Live, Some("match_start")),
        step("pause", &[Live], Paused, Some("match_pause")),
        step("resume", &[Paused], Live, Some("match_resume")),
        step("end", &[Live, Paused], Finished, Some("match_end")),
        step("abandon", &[Live, Paused], Abandoned, Some("match_end")),
        step("postpone", &[Scheduled], Postponed, None),
        step("cancel", &[Scheduled, Postponed], Cancelled, None),
    ]
};

/// Characters of a reason: two long sentences.
const REASON_LONGEST: usize = 500;

/// What the body of a step may say.
struct Ask {
    reason: Option<String>,
    /// The period to resume in, where it isn't the obvious one.
    period: Option<&'static Period>,
}

const fn step(
    action: &'static str,
    from: &'static [Status],
    to: Status,
    told: Option<&'static str>,
) -> Step {
    Step { action, from, to, told }
}

/// The step of this name; none for an action that only a sport knows.
pub fn find(action: &str) -> Option<&'static Step> {
    STEPS.iter().find(|step| step.action == action)
}

/// Moves the match on, or says why it can't be.
pub fn apply<S: Sport>(
    step: &Step,
    fixture: &Fixture,
    play: &Play<S::State>,
    command: &Command,
) -> Outcome<Play<S::State>> {
    play.needs(step.action, step.from)?;
    let ask = read(step, &S::TIMING, &command.body)?;
    let mut next = play.clone();
    next.status = step.to;
    match step.to {
        Status::Live => next.clock.run(period(&S::TIMING, play, &ask), command.at),
        Status::Postponed | Status::Cancelled => {}
        _ => next.clock.stop(command.at),
    }
    next.reason = ask.reason.clone().filter(|_| step.to != Status::Live);

    let answer = next.standing(&S::shown(&next));
    let told = step.told.map(|kind| tell::<S>(kind, fixture, &next, ask.reason));
    let messages = told.into_iter().collect();
    Ok(Applied { state: next, messages, answer: Value::Object(answer), created: false })
}

fn read(step: &Step, timing: &Timing, body: &Value) -> Result<Ask, Rejection> {
    let mut body = Body::of(body)?;
    let reason = body.text("reason", REASON_LONGEST);
    let mut period = None;
    if step.action == "resume" && !timing.periods.is_empty() {
        period = body.word("period", timing.periods.iter().map(|period| (period.name, period)));
    }
    body.time("occurred_at");
    body.end(Some(Ask { reason, period }))
}

/// The period a match is played in from now on.
fn period<S>(timing: &Timing, play: &Play<S>, ask: &Ask) -> Option<&'static Period> {
    let Some(current) = play.clock.period else { return timing.periods.first() };
    Some(ask.period.unwrap_or_else(|| timing.after(current, play.reason.as_deref())))
}

/// `kind` to the match: where it stands now, with the result of one that has ended.
pub fn tell<S: Sport>(
    kind: &'static str,
    fixture: &Fixture,
    play: &Play<S::State>,
    reason: Option<String>,
) -> Message {
    let mut data = play.standing(&S::shown(play));
    data.insert("match_id".into(), json!(fixture.match_id));
    if play.status == Status::Finished {
        let result = result::of::<S>(fixture, play).map(|result| result.view(fixture));
        data.insert("result".into(), json!(result));
    }
    if let Some(reason) = reason {
        data.insert("reason".into(), json!(reason));
    }
    Message::new(Stream::Match(fixture.match_id).topic(), kind, Value::Object(data))
}
