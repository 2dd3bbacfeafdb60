//! `PUT result` and `DELETE result`: what people say about a match, the same in every sport.

use std::sync::Arc;

use serde_json::Value;

use crate::domain::rejection::Rejection;
use crate::sports::Applied;
use crate::sports::Command;
use crate::sports::Fixture;
use crate::sports::MatchResult;
use crate::sports::Outcome;
use crate::sports::body::Body;
use crate::sports::clock::Clock;
use crate::sports::lifecycle;
use crate::sports::play::DecidedBy;
use crate::sports::play::Play;
use crate::sports::play::Status;
use crate::sports::result;
use crate::sports::result::ask;
use crate::sports::score::Score;
use crate::sports::sport::Sport;

/// A result can also be wanted of a match that never began: a walk-over, or one scored on paper.
const ENTERABLE: [Status; 6] = [
    Status::Scheduled,
    Status::Live,
    Status::Paused,
    Status::Finished,
    Status::Postponed,
    Status::Abandoned,
];

/// A result that somebody entered.
#[derive(Debug)]
pub struct Entered {
    pub result: Arc<MatchResult>,
    /// What is shown while it stands.
    pub score: Score,
    before: Before,
}

/// Where a match stood before the first result was entered by hand.
#[derive(Clone, Debug)]
struct Before {
    status: Status,
    clock: Clock,
    reason: Option<String>,
    decided_by: DecidedBy,
}

/// Ends the match with the result of the body, or corrects the one it has.
pub fn enter<S: Sport>(
    fixture: &Fixture,
    play: &Play<S::State>,
    command: &Command,
) -> Outcome<Play<S::State>> {
    play.needs("entering a result", &ENTERABLE)?;
    let ask = ask::read(fixture, &command.body)?;
    let live = S::score(play);
    let score = ask.score(&live);
    if play.clock.has_begun() && ask.contradicts(&live) && !ask.overrides {
        return Err(Rejection::conflict(
            "contradicts-score",
            format!("the live score is {live}, not {score}; send \"override\":true if it is meant"),
        ));
    }

    let result = Arc::new(ask.result(fixture, &score));
    let mut next = play.clone();
    // A clock that stands already, or never ran, has nothing to do with an entry by hand.
    if matches!(play.status, Status::Live | Status::Paused) {
        next.clock.stop(command.at);
    }
    next.status = Status::Finished;
    next.reason.clone_from(&result.reason);
    next.decided_by = DecidedBy::Hand(Arc::new(Entered {
        result: Arc::clone(&result),
        score,
        before: before(play),
    }));

    // The same once more is no news.
    let is_known = result::of::<S>(fixture, play).as_ref() == Some(&result);
    let told = || lifecycle::tell::<S>("match_end", fixture, &next, next.reason.clone());
    let messages = (!is_known).then(told).into_iter().collect();
    let mut answer = result.fields(fixture);
    answer.extend(next.standing(&S::shown(&next)));
    Ok(Applied { state: next, messages, answer: Value::Object(answer), created: false })
}

/// Takes away the result: one entered by hand leaves the match as it was before, the play's own
/// leaves it finished without any. Tells `match_end` while it is finished, else `match_reopened`:
/// `match_id`, `status`, `clock`, `score`, and `reason` where the match had one.
pub fn take_away<S: Sport>(
    fixture: &Fixture,
    play: &Play<S::State>,
    command: &Command,
) -> Outcome<Play<S::State>> {
    if result::of::<S>(fixture, play).is_none() {
        return Err(Rejection::not_found("result"));
    }
    Body::of(&command.body)?.end(Some(()))?;
    let mut next = play.clone();
    if let DecidedBy::Hand(entered) = &play.decided_by {
        let Before { status, clock, reason, decided_by } = entered.before.clone();
        next = Play { status, clock, reason, decided_by, ..next };
    } else {
        next.decided_by = DecidedBy::Nobody;
    }

    let kind = if next.status == Status::Finished { "match_end" } else { "match_reopened" };
    let message = lifecycle::tell::<S>(kind, fixture, &next, next.reason.clone());
    Ok(Applied { state: next, messages: vec![message], answer: Value::Null, created: false })
}

/// What a sport's own action came to, unless it would set a match going again over a result that
/// somebody entered. A match that does go on ends anew, whatever was struck before.
pub fn kept<S: Sport>(mut applied: Applied<Play<S::State>>) -> Outcome<Play<S::State>> {
    let play = &mut applied.state;
    if play.status != Status::Finished {
        if matches!(play.decided_by, DecidedBy::Hand(_)) {
            return Err(Rejection::conflict(
                "result-by-hand",
                "the match would go on, but its result was entered by hand; delete that first",
            ));
        }
        play.decided_by = DecidedBy::Play;
    }
    Ok(applied)
}

/// However often a result is corrected, deleting it leads to before the first.
fn before<S>(play: &Play<S>) -> Before {
    match &play.decided_by {
        DecidedBy::Hand(entered) => entered.before.clone(),
        decided_by => Before {
            status: play.status,
            clock: play.clock.clone(),
            reason: play.reason.clone(),
            decided_by: decided_by.clone(),
        },
    }
}
