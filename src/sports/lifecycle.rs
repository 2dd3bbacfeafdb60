//! From scheduled to finished, the same in every sport.

use serde_json::Map;
use serde_json::Value;
use serde_json::json;

use crate::domain::message::Message;
use crate::domain::rejection::Rejection;
use crate::domain::topic::Channel;
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
use crate::sports::sport::Sport;

/// One action that moves a match from one status to another.
#[derive(Debug)]
pub struct Step {
    action: &'static str,
    from: &'static [Status],
    to: Status,
    told: &'static str,
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
        step("start", &[Scheduled, Postponed], Live, "match_start"),
        step("pause", &[Live], Paused, "match_pause"),
        step("resume", &[Paused], Live, "match_resume"),
        step("end", &[Live, Paused], Finished, "match_end"),
        step("abandon", &[Live, Paused], Abandoned, "match_end"),
        step("postpone", &[Scheduled], Postponed, SCHEDULE_UPDATE),
        step("cancel", &[Scheduled, Postponed], Cancelled, SCHEDULE_UPDATE),
    ]
};

/// Told to the teams as well: they have to be somewhere, or needn't.
const SCHEDULE_UPDATE: &str = "schedule_update";

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
    told: &'static str,
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

    let answer = next.standing(&S::score(&next));
    let messages = if step.told == SCHEDULE_UPDATE {
        schedule_update(S::CODE, fixture, step.to, ask.reason)
    } else {
        vec![tell(step, fixture, answer.clone(), ask.reason)]
    };
    Ok(Applied { state: next, messages, answer: Value::Object(answer), created: false })
}

fn read(step: &Step, timing: &Timing, body: &Value) -> Result<Ask, Rejection> {
    let mut body = Body::of(body)?;
    let reason = body.text("reason", REASON_LONGEST);
    let mut period = None;
    if step.action == "resume" && !timing.periods.is_empty() {
        period = body.word("period", timing.periods.iter().map(|period| (period.name, period)));
    }
    body.end(Some(Ask { reason, period }))
}

/// The period a match is played in from now on.
fn period<S>(timing: &Timing, play: &Play<S>, ask: &Ask) -> Option<&'static Period> {
    let Some(current) = play.clock.period else { return timing.periods.first() };
    Some(ask.period.unwrap_or_else(|| timing.after(current, play.reason.as_deref())))
}

fn tell(
    step: &Step,
    fixture: &Fixture,
    mut data: Map<String, Value>,
    reason: Option<String>,
) -> Message {
    data.insert("match_id".into(), json!(fixture.match_id));
    if let Some(reason) = reason {
        data.insert("reason".into(), json!(reason));
    }
    let topic = Stream::Match(fixture.match_id).topic();
    Message::new(topic, step.told, Value::Object(data))
}

/// To the match and to both teams.
fn schedule_update(
    sport: &str,
    fixture: &Fixture,
    status: Status,
    reason: Option<String>,
) -> Vec<Message> {
    let mut data = json!({
        "event_id": null,
        "change": status.word(),
        "match": {
            "id": fixture.match_id,
            "sport": sport,
            "status": status.word(),
            "home": fixture.home,
            "away": fixture.away,
        },
    });
    if let (Some(reason), Some(data)) = (reason, data.as_object_mut()) {
        data.insert("reason".into(), json!(reason));
    }
    let team = |team_id| Stream::Team(team_id).channel(Channel::Schedule);
    let topics = [
        Stream::Match(fixture.match_id).topic(),
        team(fixture.home.team_id),
        team(fixture.away.team_id),
    ];
    topics.map(|topic| Message::new(topic, SCHEDULE_UPDATE, data.clone())).to_vec()
}
