//! Balls as they are submitted: by one scorer, or by several who must agree.

use std::sync::Arc;

use serde_json::Value;
use serde_json::json;

use crate::domain::rejection::Rejection;
use crate::sports::Applied;
use crate::sports::Outcome;
use crate::sports::body::Body;
use crate::sports::cricket::agreement;
use crate::sports::cricket::ball::Entered;
use crate::sports::cricket::consensus;
use crate::sports::cricket::consensus::Pending;
use crate::sports::cricket::consensus::Said;
use crate::sports::cricket::decision::Decision;
use crate::sports::cricket::delivery;
use crate::sports::cricket::delivery::Delivery;
use crate::sports::cricket::match_state::State;
use crate::sports::cricket::step::Step;
use crate::sports::cricket::turn::Turn;
use crate::sports::play::Play;
use crate::sports::play::Status;

const PLAYED: [Status; 1] = [Status::Live];
/// The others may have seen the match to its end.
const CAUGHT_UP: [Status; 4] = [Status::Live, Status::Paused, Status::Finished, Status::Abandoned];

/// One scorer's word is enough.
pub fn enter(mut turn: Turn<'_>, expected: Option<u32>, ball: Delivery) -> Outcome<Play<State>> {
    turn.before.needs("adding a ball", &PLAYED)?;
    let next = turn.next.sport.board().count() + 1;
    is_next(expected, next)?;
    let Turn { command, .. } = turn;
    let (delivery, by) = (Arc::new(ball), vec![command.by]);
    let entered = Entered { delivery, by, at: command.at, rev: 1 };
    turn.take(Step::Ball(Arc::new(entered)))?;
    Ok(official(turn, next))
}

/// Refuses a ball that another scorer was first with.
pub fn is_next(expected: Option<u32>, next: u32) -> Result<(), Rejection> {
    if let Some(expected) = expected.filter(|expected| *expected != next) {
        let detail = format!("the next ball is {next}, not {expected}: look at what was entered");
        return Err(Rejection::conflict("not-the-next-ball", detail));
    }
    Ok(())
}

/// One word of several: official once enough agree, and everything before it is.
pub fn submit(mut turn: Turn<'_>, expected: Option<u32>, ball: Delivery) -> Outcome<Play<State>> {
    let state = &turn.next.sport;
    let next = state.board().count() + 1;
    let by = turn.command.by;
    let number = expected.unwrap_or_else(|| state.consensus.place_of(by, next));
    consensus::in_order(number, state.consensus.highest(next))?;
    if number < next {
        turn.before.needs("catching up", &CAUGHT_UP)?;
        return late(turn, number, &ball);
    }
    turn.before.needs("adding a ball", &PLAYED)?;
    let said = Said { by, at: turn.command.at, delivery: Arc::new(ball) };
    if number == next {
        is_possible(state, &said).or_else(|refused| {
            // Whom another scorer has named already needn't be named again.
            let others = state.consensus.of(number).map_or(&[][..], |pending| &pending.said);
            let others = others.iter().filter(|other| other.by != by);
            let all = others.map(|other| other.delivery.as_ref());
            let delivery = Arc::new(agreement::joined(&said.delivery, all));
            is_possible(state, &Said { delivery, ..said.clone() }).map_err(|_| refused)
        })?;
    }
    turn.next.sport.consensus.note(number, said);
    turn.next.sport.consensus.pass(by, number);
    settle(&mut turn);
    raise(&mut turn, number);
    tell_waiting(&mut turn, number);
    Ok(answer(turn, number))
}

/// `{"number":2,"ball":{…}}`: the umpire's word, which is enough.
pub fn rule(mut turn: Turn<'_>) -> Outcome<Play<State>> {
    let cast = turn.next.sport.cast(turn.command);
    let mut body = Body::of(&turn.command.body)?;
    body.require(&["number", "ball"]);
    let number = body.integer("number", 1..=delivery::NUMBER_MOST);
    let number = number.and_then(|number| u32::try_from(number).ok());
    let ball = delivery::within(&cast, &mut body, "ball");
    body.time("occurred_at");
    let (number, ball) = body.end(number.zip(ball))?;

    let state = &turn.next.sport;
    let next = state.board().count() + 1;
    if state.consensus.of(number).is_none() {
        let detail = if number < next {
            format!("ball {number} is official: correct it with PATCH balls/{number}")
        } else {
            format!("nobody has said anything of ball {number} yet")
        };
        return Err(Rejection::conflict("no-dispute", detail));
    }
    let said = Said { by: turn.command.by, at: turn.command.at, delivery: Arc::new(ball) };
    if number == next {
        is_possible(state, &said)?;
    }
    turn.next.sport.consensus.rule(number, said);
    settle(&mut turn);
    Ok(answer(turn, number))
}

/// A scorer who fell behind catches up: what is official stands, whatever he says of it.
fn late(mut turn: Turn<'_>, number: u32, ball: &Delivery) -> Outcome<Play<State>> {
    let known = turn.next.sport.board().ball(number).cloned();
    let known = known.ok_or_else(|| Rejection::not_found("ball"))?;
    let differs = agreement::differences(&known.entered.delivery, ball);
    turn.next.sport.consensus.pass(turn.command.by, number);
    let answer = json!({
        "number": number,
        "innings": known.innings,
        "over": known.over(),
        "official": true,
        "agrees": differs.is_empty(),
        "differs": differs,
        "state": turn.state(),
    });
    Ok(turn.done(answer, false))
}

/// Refuses a step that would overtake a ball which isn't official yet: the ball would become part
/// of another innings, or of none. Who plays may be changed meanwhile, as the ball may need it.
pub fn in_turn(state: &State, step: &Step) -> Result<(), Rejection> {
    match step {
        Step::Open(_) | Step::Close(_) => state.consensus.all_official(),
        Step::Penalty(_)
        | Step::Out(_)
        | Step::SuperOver
        | Step::End(Decision::Tied { .. } | Decision::Drawn { .. } | Decision::Won { .. }) => {
            state.consensus.undisputed()
        }
        Step::End(Decision::NoResult | Decision::Awarded { .. })
        | Step::Ball(_)
        | Step::Players(_)
        | Step::Target { .. }
        | Step::Best(_) => Ok(()),
    }
}

/// Drops what was said of balls that an innings would have had, once it is over.
pub fn end_innings(turn: &mut Turn<'_>) {
    let board = turn.next.sport.board();
    if board.open().is_some() {
        return;
    }
    let next = board.count() + 1;
    let dropped = turn.next.sport.consensus.end_innings(next);
    for pending in dropped.iter().filter(|pending| pending.dispute.is_some()) {
        tell_resolved(turn, pending, ("innings_end", &[], None));
    }
}

/// Refuses what could not become official if all agreed.
fn is_possible(state: &State, said: &Said) -> Result<(), Rejection> {
    let delivery = Arc::clone(&said.delivery);
    let entered = Entered { delivery, by: vec![said.by], at: said.at, rev: 1 };
    let mut tried = state.clone();
    tried.take(&Arc::new(Step::Ball(Arc::new(entered)))).map(drop)
}

/// Makes official what enough agree on, in order; nothing after a ball in dispute.
pub fn settle(turn: &mut Turn<'_>) {
    let required = turn.next.sport.format().scorers_required;
    // What was said of balls after an innings' last is no part of the next.
    while turn.next.sport.board().open().is_some() {
        let next = turn.next.sport.board().count() + 1;
        let pending = turn.next.sport.consensus.of(next);
        let Some(entered) = pending.and_then(|pending| pending.agreed(required)) else {
            return;
        };
        let ball = Arc::new(entered);
        // What was agreed on before the ball ahead of it was may fit no longer: others must speak.
        if let Err(rejection) = turn.take(Step::Ball(Arc::clone(&ball))) {
            let why = rejection.detail;
            if turn.next.sport.consensus.of(next).is_some_and(|one| one.dispute.is_none()) {
                turn.next.sport.consensus.dispute(next, &why);
                tell_dispute(turn, next);
            }
            return;
        }
        resolve(turn, next, &ball);
    }
}

fn resolve(turn: &mut Turn<'_>, number: u32, ball: &Entered) {
    let Some(pending) = turn.next.sport.consensus.settle(number) else { return };
    if pending.dispute.is_none() {
        return;
    }
    let how = if pending.ruling.is_some() { "ruling" } else { "agreement" };
    let official = turn.next.sport.board().ball(number).map(|ball| ball.view());
    tell_resolved(turn, &pending, (how, &ball.by, official));
}

fn tell_resolved(
    turn: &mut Turn<'_>,
    pending: &Pending,
    (how, by, ball): (&str, &[i64], Option<Value>),
) {
    let mut resolved = pending.view();
    resolved["state"] = json!("resolved");
    resolved["resolved_by"] = json!(how);
    resolved["by"] = json!(by);
    resolved["ball"] = json!(ball);
    let message = turn.teller().to_match("dispute_resolved", resolved.clone());
    turn.messages.push(message);
    turn.next.sport.consensus.keep_resolved(resolved);
}

/// Tells of a dispute as soon as scorers differ, and again with each further word.
fn raise(turn: &mut Turn<'_>, number: u32) {
    let Some(pending) = turn.next.sport.consensus.of(number) else { return };
    let differs = pending.differences();
    if differs.is_empty() || pending.ruling.is_some() {
        return;
    }
    turn.next.sport.consensus.dispute(number, &format!("scorers differ: {}", differs.join(", ")));
    tell_dispute(turn, number);
}

fn tell_dispute(turn: &mut Turn<'_>, number: u32) {
    let view = turn.next.sport.consensus.of(number).map(Pending::view);
    if let Some(view) = view {
        let message = turn.teller().to_match("scoring_dispute_raised", view);
        turn.messages.push(message);
    }
}

/// Lets the other scorers see at once what waits for their word.
fn tell_waiting(turn: &mut Turn<'_>, number: u32) {
    let pending = turn.next.sport.consensus.of(number).filter(|one| one.dispute.is_none());
    if let Some(view) = pending.map(Pending::view) {
        let message = turn.teller().to_match("ball_submitted", view);
        turn.messages.push(message);
    }
}

fn answer(turn: Turn<'_>, number: u32) -> Applied<Play<State>> {
    if turn.next.sport.board().count() >= number {
        return official(turn, number);
    }
    let pending = turn.next.sport.consensus.of(number);
    let answer = json!({
        "number": number,
        "official": false,
        "disputed": pending.is_some_and(|pending| pending.dispute.is_some()),
        "submissions": pending.map_or(0, |pending| pending.said.len()),
        "state": turn.state(),
    });
    turn.done(answer, true)
}

/// 201, with the ball as it is official and the match after it.
fn official(mut turn: Turn<'_>, number: u32) -> Applied<Play<State>> {
    turn.conclude();
    let ball = turn.next.sport.board().ball(number);
    let answer = json!({
        "number": number,
        "innings": ball.map(|ball| ball.innings),
        "over": ball.map(|ball| ball.over()),
        "rev": ball.map(|ball| ball.entered.rev),
        "official": true,
        "state": turn.state(),
    });
    turn.done(answer, true)
}
