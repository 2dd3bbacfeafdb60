//! What was entered wrongly: taken back, changed, or taken out, by folding anew what follows.

use std::sync::Arc;

use serde_json::Value;
use serde_json::json;

use crate::domain::rejection::Rejection;
use crate::sports::Outcome;
use crate::sports::cricket::ball::Ball;
use crate::sports::cricket::ball::Entered;
use crate::sports::cricket::board::Board;
use crate::sports::cricket::delivery;
use crate::sports::cricket::delivery::Delivery;
use crate::sports::cricket::live;
use crate::sports::cricket::match_state::State;
use crate::sports::cricket::milestones::Milestone;
use crate::sports::cricket::scorecard;
use crate::sports::cricket::scorers;
use crate::sports::cricket::step::Step;
use crate::sports::cricket::turn::Turn;
use crate::sports::play::Play;

/// Puts another ball in the place of ball `number`.
pub fn change(mut turn: Turn<'_>, number: u32) -> Outcome<Play<State>> {
    let was = ball(turn.next.sport.board(), number)?;
    let cast = turn.next.sport.cast(turn.command);
    let (delivery, reason) = delivery::corrected(&cast, &turn.command.body)?;
    let entered = Entered {
        delivery: Arc::new(as_before(delivery, &was.entered.delivery)),
        by: vec![turn.command.by],
        at: was.entered.at,
        rev: was.entered.rev + 1,
    };
    refold(&mut turn.next.sport, number, Some(Step::Ball(Arc::new(entered))))?;
    let now = ball(turn.next.sport.board(), number)?.view();
    tell(&mut turn, ("changed", &was, reason));
    // What scorers agreed on and what didn't fit before may fit now.
    scorers::settle(&mut turn);
    let mut answer = now;
    answer["state"] = turn.state();
    Ok(turn.done(answer, false))
}

/// Takes ball `number` out; the last one with all that came after it (an undo).
pub fn remove(mut turn: Turn<'_>, number: u32) -> Outcome<Play<State>> {
    let was = ball(turn.next.sport.board(), number)?;
    let (reason, by) = delivery::taken_out(&turn.command.body)?;
    // A device that was away may undo a ball of its own that was refused meanwhile: not another's.
    if by.is_some_and(|by| !was.entered.by.contains(&by)) {
        let detail = format!("ball {number} was entered by somebody else");
        return Err(Rejection::conflict("entered-by-another", detail));
    }
    let is_last = number == turn.next.sport.board().count();
    let mut with = Vec::new();
    if is_last {
        let setup = Arc::clone(&turn.next.sport.setup);
        let (earlier, gone) = turn.next.sport.timeline.before(&setup.format, number)?;
        turn.next.sport.timeline = earlier;
        with = gone.iter().skip(1).map(|step| step.word()).collect();
    } else {
        refold(&mut turn.next.sport, number, None)?;
    }
    turn.next.sport.consensus.forget();
    tell(&mut turn, (if is_last { "undone" } else { "removed" }, &was, reason));
    // Who undoes a ball should know what else he must enter again.
    let answer = json!({ "number": number, "taken_back": with, "state": turn.state() });
    Ok(turn.done(answer, false))
}

fn ball(board: &Board, number: u32) -> Result<Arc<Ball>, Rejection> {
    board.ball(number).cloned().ok_or_else(|| Rejection::not_found("ball"))
}

/// Those who came in with the ball come in with its correction, unless that names others.
fn as_before(delivery: Delivery, was: &Delivery) -> Delivery {
    Delivery {
        striker: delivery.striker.or_else(|| was.striker.clone()),
        non_striker: delivery.non_striker.or_else(|| was.non_striker.clone()),
        bowler: delivery.bowler.or_else(|| was.bowler.clone()),
        ..delivery
    }
}

/// Folds from ball `number` on, with `instead` in its place or nothing.
fn refold(state: &mut State, number: u32, instead: Option<Step>) -> Result<(), Rejection> {
    let setup = Arc::clone(&state.setup);
    let (mut timeline, rest) = state.timeline.before(&setup.format, number)?;
    if let Some(step) = instead {
        timeline.take(&setup.format, &Arc::new(step))?;
    }
    for step in rest.iter().skip(1) {
        let next = timeline.board.count() + 1;
        timeline.take(&setup.format, step).map_err(|rejection| {
            let what = match step.as_ref() {
                Step::Ball(_) => format!("ball {next} could not be"),
                _ => format!("what was entered before ball {next} could not be"),
            };
            Rejection::conflict("correction-impossible", format!("{what}: {}", rejection.detail))
        })?;
    }
    state.timeline = timeline;
    Ok(())
}

/// `ball_corrected` with everything as it stands after it, then what is no longer reached, and
/// what is now.
fn tell(turn: &mut Turn<'_>, (change, was, reason): (&str, &Ball, Option<String>)) {
    // Whether the match goes on is part of how it stands; it is told after the correction.
    turn.conclude();
    let after = std::mem::take(&mut turn.messages);

    let board = turn.next.sport.board();
    let teller = turn.teller();
    let mut data = teller.now();
    let now = if change == "changed" { board.ball(was.number) } else { None };
    let first = was.innings.min(changed(turn.before.sport.board(), board));
    // An earlier innings than the one being played, perhaps: its figures are told nowhere else.
    let index = usize::try_from(was.innings.saturating_sub(1)).unwrap_or(0);
    let parts = [
        ("ball_innings", live::innings(&turn.next.sport.setup, board, index)),
        ("number", json!(was.number)),
        ("change", json!(change)),
        ("ball", now.map_or(Value::Null, |ball| ball.view())),
        ("was", was.view()),
        ("reason", json!(reason)),
        // Who came in when, and what each over brought, can't be reckoned back from the board.
        ("scorecard", scorecard::from(&turn.next.sport.setup, board, first)),
    ];
    for (name, part) in turn.standing().into_iter().chain(parts.map(|(n, p)| (n.to_owned(), p))) {
        data[name] = part;
    }
    let mut told = vec![teller.to_match("ball_corrected", data)];
    let before = all(turn.before.sport.board());
    let now = all(board);
    for milestone in without(&before, &now) {
        told.extend(teller.milestone("milestone_withdrawn", milestone));
    }
    for milestone in without(&now, &before) {
        told.extend(teller.milestone("milestone_achieved", milestone));
    }
    told.extend(after);
    turn.messages = told;
}

/// The first innings that differs: an award to the other side changes an earlier one.
fn changed(before: &Board, now: &Board) -> u32 {
    let same = before.innings.iter().zip(&now.innings).take_while(|(was, is)| was == is).count();
    u32::try_from(same).unwrap_or(u32::MAX).saturating_add(1)
}

fn all(board: &Board) -> Vec<&Arc<Milestone>> {
    board.innings.iter().flat_map(|innings| &innings.milestones).collect()
}

/// Those of `from` that `others` hasn't got, each counted once.
fn without<'a>(from: &[&'a Arc<Milestone>], others: &[&Arc<Milestone>]) -> Vec<&'a Arc<Milestone>> {
    let mut others = others.to_vec();
    let mut is_gone = |one: &&&Arc<Milestone>| {
        let twin = others.iter().position(|other| other.is(one));
        twin.map(|place| others.swap_remove(place)).is_none()
    };
    from.iter().filter(|one| is_gone(one)).copied().collect()
}
