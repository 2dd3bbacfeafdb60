//! Who did best, by figures alone.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::Value;
use serde_json::json;

use crate::sports::cricket::batting::Card;
use crate::sports::cricket::batting::Fate;
use crate::sports::cricket::board::Board;
use crate::sports::cricket::format::Format;
use crate::sports::cricket::innings::Innings;
use crate::sports::cricket::people::Who;
use crate::sports::score::Which;

/// Lines of each kind in a summary of an innings.
const SHOWN: usize = 3;

/// What a wicket and a hand in one are worth in runs, for the player of the match.
const WICKET: u32 = 25;
const HAND: u32 = 10;

/// The best batters and bowlers of an innings, the best first.
pub fn of_innings(innings: &Innings, balls_per_over: u32) -> Value {
    let mut batting: Vec<&Card> = innings.cards.iter().filter(|card| card.balls > 0).collect();
    batting.sort_by_key(|card| (Reverse(card.runs), card.balls));
    let mut bowling: Vec<_> = innings.figures.iter().filter(|one| one.shared > 0).collect();
    bowling.sort_by_key(|figures| (Reverse(figures.wickets), figures.runs));
    let card = |card: &&Card| {
        let mut view = card.brief();
        view["not_out"] = json!(!matches!(card.fate, Fate::Out(_)));
        view
    };
    json!({
        "batting": batting.iter().take(SHOWN).map(card).collect::<Vec<_>>(),
        "bowling":
            bowling.iter().take(SHOWN).map(|one| one.view(balls_per_over)).collect::<Vec<_>>(),
    })
}

/// The player of a match that is decided: who was named, else who has the best figures (of the
/// winners, where there are any). Null while there is none.
pub fn of_match(board: &Board, format: &Format) -> Value {
    let Some(decision) = board.decision(format) else { return Value::Null };
    let best = board.best.clone().or_else(|| by_figures(board, decision.winner()));
    best.map_or(Value::Null, |who| json!({ "player_id": who.id, "name": who.name }))
}

fn by_figures(board: &Board, winner: Option<Which>) -> Option<Who> {
    let mut points: BTreeMap<i64, (u32, Who)> = BTreeMap::new();
    let mut add = |who: &Who, more: u32| {
        points.entry(who.id).or_insert_with(|| (0, Arc::clone(who))).0 += more;
    };
    for innings in board.regular() {
        for card in &innings.cards {
            add(&card.who, card.runs);
        }
        for figures in &innings.figures {
            add(&figures.who, figures.wickets * WICKET);
        }
        for fielder in innings.falls.iter().flat_map(|fall| &fall.dismissal.fielders) {
            add(fielder, HAND);
        }
    }
    let all = points.into_values().filter(|(points, _)| *points > 0);
    let own = all.filter(|(_, who)| winner.is_none_or(|side| who.side == side));
    own.max_by_key(|(points, who)| (*points, Reverse(who.id))).map(|(_, who)| who)
}
