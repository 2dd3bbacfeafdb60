//! What a display draws while a match is played.

use serde_json::Value;
use serde_json::json;

use crate::sports::cricket::batting::Card;
use crate::sports::cricket::batting::Place;
use crate::sports::cricket::board::Board;
use crate::sports::cricket::innings::Innings;
use crate::sports::cricket::match_state::Setup;
use crate::sports::cricket::match_state::Toss;
use crate::sports::cricket::partnership::Partnership;
use crate::sports::score::Pair;
use crate::sports::score::Score;

/// The runs of both sides, super overs aside.
pub fn score(board: &Board) -> Score {
    use crate::sports::score::Which::Away;
    use crate::sports::score::Which::Home;
    let goals = Pair { home: board.total(Home).into(), away: board.total(Away).into() };
    Score { goals, shootout: None }
}

/// The innings at `index` as messages tell it.
pub fn innings(setup: &Setup, board: &Board, index: usize) -> Value {
    let Some(innings) = board.innings.get(index) else { return Value::Null };
    let mut view = innings.brief(setup, board.target_of(&setup.format, index));
    view["method"] = json!(board.method_of(&setup.format, index));
    view
}

/// The innings being played or played last, who is in, and who faces the next ball.
pub fn now(setup: &Setup, board: &Board) -> Value {
    let per = setup.format.balls_per_over;
    let last = board.innings.last();
    let open = board.open();
    let at = |place| {
        let card = open.and_then(|innings| innings.batter(place));
        card.map_or(Value::Null, Card::brief)
    };
    let bowler = open.and_then(Innings::current_bowler);
    let over = open.map(|innings| &innings.over);
    let before = last.and_then(|innings| innings.overs.last());
    let id = |index: &usize| Some(open?.figures.get(*index)?.who.id);
    let ids = |indices: &[usize]| indices.iter().filter_map(id).collect::<Vec<_>>();
    json!({
        "innings": last.map_or(Value::Null, |_| innings(setup, board, board.innings.len() - 1)),
        "striker": at(Place::Striker),
        "non_striker": at(Place::NonStriker),
        "bowler": bowler.map(|figures| figures.view(per)),
        "partnership": Partnership::brief(open.and_then(Innings::partnership)),
        "this_over": over.map(|over| &over.balls),
        "last_over": before.map(|over| &over.balls),
        "over_bowler_ids": over.map(|over| ids(&over.bowlers)),
        "last_bowler_ids": open.map(|innings| ids(&innings.previous)),
        "free_hit": open.is_some_and(|innings| innings.free_hit),
        "next_number": board.count() + 1,
        "next_target": board.target_of_next(&setup.format),
        "next_method": board.method_of(&setup.format, board.innings.len()),
    })
}

pub fn toss(setup: &Setup, toss: Option<Toss>) -> Value {
    toss.map_or(Value::Null, |toss| {
        json!({
            "winner_team_id": setup.sides.team_id(toss.winner),
            "decision": if toss.bats { "bat" } else { "field" },
        })
    })
}
