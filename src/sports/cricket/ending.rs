//! How a match ends that the balls don't decide, and who is named its best player.

use serde_json::Value;
use serde_json::json;

use crate::domain::rejection::Rejection;
use crate::sports::Outcome;
use crate::sports::cricket::ARRANGED;
use crate::sports::cricket::asks;
use crate::sports::cricket::decision::Decision;
use crate::sports::cricket::decision::Standing;
use crate::sports::cricket::match_state::State;
use crate::sports::cricket::performers;
use crate::sports::cricket::step::Step;
use crate::sports::cricket::turn::Turn;
use crate::sports::play::Play;
use crate::sports::play::Status;

const OVER_OR_NOT: [Status; 3] = [Status::Live, Status::Paused, Status::Finished];

/// Ends a match by hand; or names the player of one that has ended, once the jury knows.
pub fn end(mut turn: Turn<'_>) -> Outcome<Play<State>> {
    turn.before.needs("end", &OVER_OR_NOT)?;
    let asked = asks::end(&turn.next.sport.cast(turn.command), &turn.command.body)?;
    if let Some(decision) = asked.decision {
        turn.before.needs("end", &ARRANGED)?;
        is_true(&turn.next.sport, &decision)?;
        turn.next.reason = asked.reason;
        let decision = turn.next.sport.board().by_method(decision);
        turn.take(Step::End(decision))?;
    } else {
        turn.before.needs("naming the player of the match", &[Status::Finished])?;
        let state = &turn.next.sport;
        if state.board().decision(state.format()).is_none() {
            let detail = "the match has no result of its play";
            return Err(Rejection::conflict("undecided", detail));
        }
    }
    if let Some(best) = asked.best {
        turn.take(Step::Best(best))?;
    }
    turn.conclude();
    let mut answer = turn.standing();
    let state = &turn.next.sport;
    let result = state.board().decision(state.format());
    let best = performers::of_match(state.board(), state.format());
    answer.insert("result".into(), json!(result.map(|result| result.view(state.sides()))));
    answer.insert("player_of_the_match".into(), best);
    Ok(turn.done(Value::Object(answer), false))
}

/// Refuses what the balls speak against.
fn is_true(state: &State, decision: &Decision) -> Result<(), Rejection> {
    let board = state.board();
    // The scores were level before the first super over, whatever becomes of it.
    let level = board.super_overs > 0 || board.standing(state.format()) == Standing::Level;
    if matches!(decision, Decision::Tied { .. }) && !level {
        let detail = "a tie needs level scores, and the side batting last to have finished";
        return Err(Rejection::conflict("not-level", detail));
    }
    if matches!(decision, Decision::Drawn { .. }) && state.format().is_limited() {
        let detail = "a match of limited overs isn't drawn: end it with no_result";
        return Err(Rejection::conflict("not-drawn", detail));
    }
    Ok(())
}
