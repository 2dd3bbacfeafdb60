//! Cricket, ball by ball: a match is the fold of what is official, an innings that of its balls.

mod agreement;
mod asks;
mod award;
mod ball;
mod batting;
mod board;
mod bowling;
mod consensus;
mod correction;
mod crease;
mod decision;
mod deliver;
mod delivery;
mod dismissal;
mod ending;
mod format;
mod innings;
mod live;
mod match_state;
mod messages;
mod milestones;
mod news;
mod opening;
mod over;
mod partnership;
mod people;
mod performers;
mod possible;
mod rates;
mod reads;
mod scorecard;
mod scorers;
mod shelf;
mod step;
mod text;
mod timeline;
mod turn;
mod wickets;

#[cfg(test)]
mod tests;

use serde_json::Map;
use serde_json::Value;
use serde_json::json;

use crate::domain::rejection::Rejection;
use crate::sports::Command;
use crate::sports::Fixture;
use crate::sports::MatchResult;
use crate::sports::Outcome;
use crate::sports::clock::Timing;
use crate::sports::cricket::delivery::What;
use crate::sports::cricket::match_state::State;
use crate::sports::cricket::step::Step;
use crate::sports::cricket::turn::Turn;
use crate::sports::play::Play;
use crate::sports::play::Status;
use crate::sports::score::Score;
use crate::sports::sport::Sport;

const PLAYED: [Status; 1] = [Status::Live];
/// What is arranged while nothing is bowled: who comes next, how much is to be made.
const ARRANGED: [Status; 2] = [Status::Live, Status::Paused];
/// Awards may come after the apparent end, until the umpires have left the ground (Law 41.17).
const AWARDED: [Status; 3] = [Status::Live, Status::Paused, Status::Finished];
const CORRECTED: [Status; 4] = [Status::Live, Status::Paused, Status::Finished, Status::Abandoned];

/// Cricket by the Laws of 2017 as amended to 2022.
pub struct Cricket;

impl Sport for Cricket {
    const CODE: &'static str = "cricket";
    const TIMING: Timing = Timing { periods: &[], breaks: &[] };
    type State = State;

    const OWN_STEPS: &[&str] = &["end"];

    fn start(fixture: &Fixture) -> Result<State, Rejection> {
        State::start(fixture)
    }

    fn players(action: &str, body: &Value) -> Vec<i64> {
        let speaks = ["innings", "balls", "players", "rulings", "end"].contains(&action)
            || action.starts_with("PATCH balls/");
        if speaks { asks::ids(body) } else { Vec::new() }
    }

    fn apply(fixture: &Fixture, play: &Play<State>, command: &Command) -> Outcome<Play<State>> {
        let turn = Turn::new(fixture, play, command);
        match command.action.as_str() {
            "toss" => toss(turn),
            "innings" => innings(turn),
            "balls" => balls(turn),
            "players" => players(turn),
            "declare" => arrange(turn, "declare", asks::declare(&command.body)),
            "target" => {
                let step = asks::target(play.sport.format(), &command.body);
                arrange(turn, "target", step)
            }
            "super-over" => {
                let step = asks::nothing(&command.body).map(|()| Step::SuperOver);
                arrange(turn, "super-over", step)
            }
            "rulings" => {
                play.needs("ruling on a ball", &PLAYED)?;
                scorers::rule(turn)
            }
            "end" => ending::end(turn),
            action => correct(turn, action),
        }
    }

    fn score(play: &Play<State>) -> Score {
        live::score(play.sport.board())
    }

    fn result(fixture: &Fixture, play: &Play<State>) -> Option<MatchResult> {
        reads::result(fixture, play)
    }

    fn view(play: &Play<State>) -> Map<String, Value> {
        reads::view(play)
    }

    fn read(play: &Play<State>, path: &str) -> Option<Value> {
        reads::read(play, path)
    }
}

fn toss(mut turn: Turn<'_>) -> Outcome<Play<State>> {
    turn.before.needs("the toss", &[Status::Scheduled, Status::Postponed])?;
    let toss = asks::toss(turn.next.sport.sides(), &turn.command.body)?;
    turn.next.sport.toss = Some(toss);
    let answer = json!({ "toss": live::toss(&turn.next.sport.setup, Some(toss)) });
    let message = turn.teller().to_match("toss", answer.clone());
    turn.messages.push(message);
    Ok(turn.done(answer, false))
}

fn innings(mut turn: Turn<'_>) -> Outcome<Play<State>> {
    turn.before.needs("opening an innings", &ARRANGED)?;
    let opening = asks::innings(&turn.next.sport.cast(turn.command), &turn.command.body)?;
    let state = &turn.next.sport;
    let is_first = !state.board().innings.iter().any(|one| one.begun || !one.is_open());
    let due = state.toss.map(match_state::Toss::bats_first);
    if is_first && due.is_some_and(|due| due != opening.batting) {
        return Err(Rejection::conflict("wrong-side", "by the toss the other side bats first"));
    }
    turn.take(Step::Open(opening))?;
    let number = turn.next.sport.board().innings.len();
    let answer = json!({ "number": number, "state": turn.state() });
    Ok(turn.done(answer, true))
}

fn balls(mut turn: Turn<'_>) -> Outcome<Play<State>> {
    let asked = delivery::asked(&turn.next.sport.cast(turn.command), &turn.command.body)?;
    let several = turn.next.sport.format().scorers_required > 1;
    let step = match asked.what {
        What::Ball(ball) => {
            let take = if several { scorers::submit } else { scorers::enter };
            return take(turn, asked.expected, *ball);
        }
        What::Penalty(penalty) => {
            turn.before.needs("awarding penalty runs", &AWARDED)?;
            Step::Penalty(penalty)
        }
        What::Out(outs) => {
            turn.before.needs("a wicket between balls", &PLAYED)?;
            Step::Out(outs)
        }
    };
    scorers::is_next(asked.expected.filter(|_| !several), turn.next.sport.board().count() + 1)?;
    turn.take(step)?;
    turn.conclude();
    let answer = json!({ "number": null, "official": true, "state": turn.state() });
    Ok(turn.done(answer, true))
}

fn players(mut turn: Turn<'_>) -> Outcome<Play<State>> {
    turn.before.needs("changing players", &ARRANGED)?;
    let change = asks::players(&turn.next.sport.cast(turn.command), &turn.command.body)?;
    turn.take(Step::Players(change))?;
    turn.conclude();
    let answer = json!({ "state": turn.state() });
    Ok(turn.done(answer, false))
}

/// Any other step that is taken between balls.
fn arrange(
    mut turn: Turn<'_>,
    action: &str,
    step: Result<Step, Rejection>,
) -> Outcome<Play<State>> {
    turn.before.needs(action, &ARRANGED)?;
    turn.take(step?)?;
    turn.conclude();
    let answer = json!({ "state": turn.state() });
    Ok(turn.done(answer, false))
}

fn correct(turn: Turn<'_>, action: &str) -> Outcome<Play<State>> {
    let Some((method, number)) = action.split_once(" balls/") else {
        return Err(Rejection::not_found("action"));
    };
    turn.before.needs("correcting a ball", &CORRECTED)?;
    let known = number.parse().ok().filter(|known: &u32| known.to_string() == number);
    let number = known.ok_or_else(|| Rejection::not_found("ball"))?;
    match method {
        "PATCH" => correction::change(turn, number),
        "DELETE" => correction::remove(turn, number),
        _ => Err(Rejection::not_found("action")),
    }
}
