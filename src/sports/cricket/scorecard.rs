//! The scorecard, per innings and player, equal to the fold.

use serde_json::Value;
use serde_json::json;

use crate::sports::cricket::batting::Card;
use crate::sports::cricket::board::Board;
use crate::sports::cricket::innings::End;
use crate::sports::cricket::innings::Innings;
use crate::sports::cricket::live;
use crate::sports::cricket::match_state::Setup;
use crate::sports::cricket::over::Quota;
use crate::sports::cricket::performers;

/// All innings and the result, where there is one.
pub fn view(setup: &Setup, board: &Board) -> Value {
    from(setup, board, 1)
}

/// The same without the innings before `number`, which a correction in that one leaves as they are.
pub fn from(setup: &Setup, board: &Board, number: u32) -> Value {
    let innings: Vec<_> = board
        .innings
        .iter()
        .enumerate()
        .filter(|(_, one)| one.number >= number)
        .map(|(at, one)| of_innings(setup, board, (at, one)))
        .collect();
    let decision = board.decision(&setup.format);
    json!({
        "innings": innings,
        "result": decision.map(|decision| decision.view(&setup.sides)),
        "player_of_the_match": performers::of_match(board, &setup.format),
    })
}

fn of_innings(setup: &Setup, board: &Board, (at, innings): (usize, &Innings)) -> Value {
    let per = setup.format.balls_per_over;
    let mut view = live::innings(setup, board, at);
    let bowling = innings.figures.iter().filter(|figures| figures.shared > 0);
    let pairs = innings.partnerships.iter().map(|pair| pair.view(innings));
    let absent = innings.missing().map(|who| json!({ "player_id": who.id, "name": who.name }));
    let milestones = innings.milestones.iter().map(|one| one.view(&setup.sides));
    let parts = [
        ("declared", json!(innings.end == Some(End::Declared))),
        ("forfeited", json!(innings.end == Some(End::Forfeited))),
        ("follow_on", json!(innings.follow_on)),
        ("end", json!(innings.end.map(End::word))),
        ("overs_allotted", json!(innings.quota.map(Quota::text))),
        ("batting", innings.cards.iter().map(Card::view).collect()),
        ("absent", absent.collect()),
        ("bowling", bowling.map(|figures| figures.view(per)).collect()),
        ("fall_of_wickets", innings.falls.iter().map(|fall| fall.view()).collect()),
        ("partnerships", pairs.collect()),
        ("milestones", milestones.collect()),
        ("over_summaries", innings.overs.iter().map(|over| json!(over.summary())).collect()),
        // Being bowled, or the one that the innings ended in.
        ("unfinished_over", json!(unfinished(innings))),
    ];
    for (name, part) in parts {
        view[name] = part;
    }
    view
}

fn unfinished(innings: &Innings) -> Option<String> {
    Some(innings.over.summary()).filter(|balls| !balls.is_empty())
}
