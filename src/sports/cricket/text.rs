//! The scorecard as a newspaper prints it.

use std::fmt::Write;

use crate::sports::cricket::batting::Card;
use crate::sports::cricket::batting::Fate;
use crate::sports::cricket::board::Board;
use crate::sports::cricket::delivery::Extras;
use crate::sports::cricket::innings::End;
use crate::sports::cricket::innings::Innings;
use crate::sports::cricket::match_state::Setup;
use crate::sports::cricket::performers;

/// Letters of the columns of a batting card; longer names push the rest to the right.
const NAME: usize = 24;
const DISMISSAL: usize = 36;

// Writing to a string can't fail.
macro_rules! line {
    ($text:expr, $($words:tt)*) => {{ let _ = writeln!($text, $($words)*); }};
}

/// The whole match, with the result, where there is one, on the second line.
pub fn scorecard(setup: &Setup, board: &Board, result: Option<&str>) -> String {
    let sides = &setup.sides;
    let mut text = format!("{} v {}\n", sides.home.name, sides.away.name);
    if let Some(result) = result {
        line!(text, "{result}");
    }
    for innings in &board.innings {
        text.push('\n');
        of_innings(&mut text, setup, innings);
    }
    if let Some(name) = performers::of_match(board, &setup.format)["name"].as_str() {
        line!(text, "\nPlayer of the match: {name}");
    }
    text
}

fn of_innings(text: &mut String, setup: &Setup, innings: &Innings) {
    line!(text, "{}", heading(setup, innings));
    for card in &innings.cards {
        let balls = balls(card);
        let (name, how) = (&card.who.name, card.dismissal());
        line!(text, "{name:NAME$}{how:DISMISSAL$}{:>4}  {balls}", card.runs);
    }
    for who in innings.missing() {
        line!(text, "{:NAME$}{:DISMISSAL$}{:>4}", who.name, "absent hurt", "-");
    }
    let wide = NAME + DISMISSAL;
    let extras = extras(&innings.extras);
    line!(text, "{:wide$}{:>4}", format!("Extras {extras}"), innings.extras.total());
    line!(text, "{:wide$}{:>4}", total(innings), innings.runs);
    if !innings.falls.is_empty() {
        let falls = innings.falls.iter().map(|fall| {
            let (wicket, runs, overs) = (fall.wicket, fall.runs, &fall.overs);
            format!("{wicket}-{runs} ({}, {overs} ov)", fall.dismissal.out.name)
        });
        line!(text, "Fall of wickets: {}", falls.collect::<Vec<_>>().join(", "));
    }
    let bowling = innings.figures.iter().filter(|one| one.shared > 0).map(|one| {
        let overs = one.bowled(setup.format.balls_per_over);
        let overs = if overs.balls == 0 { overs.overs.to_string() } else { overs.text() };
        format!("{} {overs}-{}-{}-{}", one.who.name, one.maidens, one.runs, one.wickets)
    });
    let bowling: Vec<_> = bowling.collect();
    if !bowling.is_empty() {
        line!(text, "Bowling: {}", bowling.join("; "));
    }
}

fn heading(setup: &Setup, innings: &Innings) -> String {
    let name = setup.sides.name(innings.batting);
    let which = match innings.number {
        _ if innings.super_over => "super over",
        _ if setup.format.innings_a_side == 1 => "innings",
        _ if innings.follow_on => "second innings (following on)",
        1 | 2 => "first innings",
        _ => "second innings",
    };
    format!("{name} {which}")
}

fn balls(card: &Card) -> String {
    if card.balls == 0 && matches!(card.fate, Fate::Out(_)) && card.runs == 0 {
        return "(0b)".to_owned();
    }
    let mut said = format!("({}b", card.balls);
    for (count, worth) in [(card.fours, 4), (card.sixes, 6)] {
        if count > 0 {
            let _ = write!(said, " {count}x{worth}");
        }
    }
    said + ")"
}

/// `(b 1, lb 2, w 4, nb 1)`; nothing where there were none.
fn extras(extras: &Extras) -> String {
    let Extras { wides, no_balls, byes, leg_byes, penalty } = *extras;
    let named = [(byes, "b"), (leg_byes, "lb"), (wides, "w"), (no_balls, "nb"), (penalty, "pen")];
    let said = named.iter().filter(|(runs, _)| *runs > 0);
    let said: Vec<_> = said.map(|(runs, name)| format!("{name} {runs}")).collect();
    if said.is_empty() { String::new() } else { format!("({})", said.join(", ")) }
}

fn total(innings: &Innings) -> String {
    let wickets = match (innings.end, innings.wickets) {
        (Some(End::AllOut), _) => "all out".to_owned(),
        (_, 1) => "1 wicket".to_owned(),
        (_, wickets) => format!("{wickets} wickets"),
    };
    let how = match innings.end {
        Some(End::Declared) => " declared",
        Some(End::Forfeited) => " forfeited",
        _ => "",
    };
    format!("Total ({wickets}{how}, {} overs)", innings.overs_text())
}
