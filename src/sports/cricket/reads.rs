//! What can be read of a match: its part of the snapshot, scorecard, balls, disputes, result.

use serde_json::Map;
use serde_json::Value;
use serde_json::json;

use crate::domain::leaderboard::Verdict;
use crate::sports::Fixture;
use crate::sports::MatchResult;
use crate::sports::cricket::consensus::Pending;
use crate::sports::cricket::decision::Decision;
use crate::sports::cricket::live;
use crate::sports::cricket::match_state::State;
use crate::sports::cricket::rates;
use crate::sports::cricket::scorecard;
use crate::sports::cricket::text;
use crate::sports::play::Play;
use crate::sports::play::Status;
use crate::sports::result::Ending;
use crate::sports::score::Which;

pub fn view(play: &Play<State>) -> Map<String, Value> {
    let state = &play.sport;
    let parts = [
        ("toss", live::toss(&state.setup, state.toss)),
        ("playing_conditions", state.format().view()),
        ("live", live::now(&state.setup, state.board())),
        ("scorecard", card(play)),
        ("disputes", json!(state.consensus.open())),
        ("pending", pending(state)),
    ];
    parts.into_iter().map(|(name, part)| (name.to_owned(), part)).collect()
}

pub fn read(play: &Play<State>, path: &str) -> Option<Value> {
    let state = &play.sport;
    match path {
        "scorecard" => Some(card(play)),
        "scorecard/text" => {
            let decision = state.board().decision(state.format());
            let decided = decision.map(|decision| decision.text(state.sides()));
            let result = decided.or_else(|| abandoned(play).map(str::to_owned));
            Some(json!(text::scorecard(&state.setup, state.board(), result.as_deref())))
        }
        "balls" => {
            let balls: Vec<_> = state.board().balls.iter().map(|ball| ball.view()).collect();
            Some(json!({ "items": balls, "next": null }))
        }
        "disputes" => Some(json!({ "items": state.consensus.all(), "next": null })),
        "rates" => Some(json!(rates::of_match(state.board(), state.format()))),
        _ => match path.split('/').collect::<Vec<_>>().as_slice() {
            ["balls", ball] => state.board().ball(number(ball)?).map(|ball| ball.view()),
            ["overs", innings, over] => over_of(state, number(innings)?, number(over)?),
            _ => None,
        },
    }
}

/// As it is written, so that each thing has one address.
fn number(text: &str) -> Option<u32> {
    text.parse().ok().filter(|number: &u32| number.to_string() == text)
}

/// The balls of an over, which counts from 1 as in `over_complete`: the one being bowled too.
fn over_of(state: &State, innings: u32, over: u32) -> Option<Value> {
    let board = state.board();
    let known = board.innings.iter().find(|one| one.number == innings)?;
    let overs = u32::try_from(known.overs.len()).unwrap_or(u32::MAX);
    if over == 0 || over > overs + u32::from(known.is_open()) {
        return None;
    }
    let all = board.balls.iter().filter(|ball| ball.innings == innings && ball.overs + 1 == over);
    let balls: Vec<_> = all.map(|ball| ball.view()).collect();
    Some(json!({ "items": balls, "next": null }))
}

/// The final outcome, for results and tables.
pub fn result(fixture: &Fixture, play: &Play<State>) -> Option<MatchResult> {
    let board = play.sport.board();
    let decision = board.decision(play.sport.format())?;
    let winner = decision.winner();
    let verdict = match (&decision, winner) {
        (Decision::NoResult, _) => Verdict::NoResult,
        // Who leads on the first innings of a draw goes through, and wins nothing in a table.
        (Decision::Drawn { .. }, _) | (_, None) => Verdict::Draw,
        (_, Some(Which::Home)) => Verdict::Home,
        (_, Some(Which::Away)) => Verdict::Away,
    };
    let ending = match decision {
        Decision::NoResult => Ending::NoResult,
        Decision::Awarded { .. } => Ending::Awarded,
        _ => Ending::Played,
    };
    let sides = play.sport.renamed(fixture);
    Some(MatchResult {
        home_score: board.total(Which::Home).into(),
        away_score: board.total(Which::Away).into(),
        verdict,
        winner_team_id: winner.map(|side| sides.sides().team_id(side)),
        ending,
        by_hand: false,
        reason: play.reason.clone(),
        text: Some(decision.text(sides.sides())),
        rates: rates::of_match(board, play.sport.format()),
    })
}

/// The scorecard; an abandoned match has a result in words alone.
fn card(play: &Play<State>) -> Value {
    let mut card = scorecard::view(&play.sport.setup, play.sport.board());
    if let Some(text) = abandoned(play).filter(|_| card["result"].is_null()) {
        card["result"] = json!({ "no_result": true, "winner_team_id": null, "text": text });
    }
    card
}

/// What is said of a match that was given up, where nothing else decides it.
fn abandoned(play: &Play<State>) -> Option<&'static str> {
    let words = match play.sport.board().count() {
        0 => "Match abandoned without a ball bowled",
        _ => "Match abandoned",
    };
    (play.status == Status::Abandoned).then_some(words)
}

/// Who has said what of each ball that isn't official yet.
fn pending(state: &State) -> Value {
    let one = |pending: &Pending| {
        json!({
            "number": pending.number,
            "by": pending.said.iter().map(|said| said.by).collect::<Vec<_>>(),
            "disputed": pending.dispute.is_some(),
            "submissions": pending.submissions(),
        })
    };
    state.consensus.pending().iter().map(one).collect()
}
