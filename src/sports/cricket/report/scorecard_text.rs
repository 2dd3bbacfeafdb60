//! The scorecard as plain text, as newspapers print it.

use std::fmt::Write;

use crate::sports::cricket::innings::{BatterRecord, BatterStatus, Innings, InningsEnd};
use crate::sports::cricket::laws::Extras;
use crate::sports::cricket::report::performers;
use crate::sports::cricket::scoring::{CricketSetup, Scoreboard};

/// Column widths in characters; longer names push the rest to the right.
const NAME_WIDTH: usize = 24;
const DISMISSAL_WIDTH: usize = 36;

// Writing to a `String` can't fail.
macro_rules! push_line {
    ($text:expr, $($words:tt)*) => {{ let _ = writeln!($text, $($words)*); }};
}

/// The whole match; the result, if there is one, is on the second line.
pub fn scorecard_text(
    setup: &CricketSetup,
    scoreboard: &Scoreboard,
    result: Option<&str>,
) -> String {
    let teams = &setup.teams;
    let mut text = format!("{} v {}\n", teams.home.name, teams.away.name);
    if let Some(result) = result {
        push_line!(text, "{result}");
    }
    for innings in &scoreboard.innings {
        text.push('\n');
        write_innings(&mut text, setup, innings);
    }
    if let Some(name) = performers::player_of_match_json(scoreboard, &setup.format)["name"].as_str()
    {
        push_line!(text, "\nPlayer of the match: {name}");
    }
    text
}

fn write_innings(text: &mut String, setup: &CricketSetup, innings: &Innings) {
    push_line!(text, "{}", innings_heading(setup, innings));
    for batter in &innings.batters {
        let balls = balls_faced_text(batter);
        let (name, dismissal_text) = (&batter.player.name, batter.dismissal_text());
        push_line!(
            text,
            "{name:NAME_WIDTH$}{dismissal_text:DISMISSAL_WIDTH$}{:>4}  {balls}",
            batter.runs
        );
    }
    for player in innings.absent_who_never_batted() {
        push_line!(text, "{:NAME_WIDTH$}{:DISMISSAL_WIDTH$}{:>4}", player.name, "absent hurt", "-");
    }
    let label_width = NAME_WIDTH + DISMISSAL_WIDTH;
    let extras = extras_text(&innings.extras);
    push_line!(text, "{:label_width$}{:>4}", format!("Extras {extras}"), innings.extras.total());
    push_line!(text, "{:label_width$}{:>4}", total_text(innings), innings.runs);
    if !innings.falls_of_wicket.is_empty() {
        let falls = innings.falls_of_wicket.iter().map(|fall| {
            let (wicket, runs, overs) = (fall.wicket_number, fall.innings_runs, &fall.overs);
            format!("{wicket}-{runs} ({}, {overs} ov)", fall.dismissal.batter.name)
        });
        push_line!(text, "Fall of wickets: {}", falls.collect::<Vec<_>>().join(", "));
    }
    let bowling = innings.bowlers.iter().filter(|one| one.overs_bowled_in > 0).map(|one| {
        let overs = one.overs_bowled(setup.format.balls_per_over);
        let overs = if overs.balls == 0 { overs.overs.to_string() } else { overs.to_text() };
        format!("{} {overs}-{}-{}-{}", one.player.name, one.maidens, one.runs_conceded, one.wickets)
    });
    let bowling: Vec<_> = bowling.collect();
    if !bowling.is_empty() {
        push_line!(text, "Bowling: {}", bowling.join("; "));
    }
}

fn innings_heading(setup: &CricketSetup, innings: &Innings) -> String {
    let name = setup.teams.team_name(innings.batting_side);
    let ordinal = match innings.number {
        _ if innings.is_super_over => "super over",
        _ if setup.format.innings_per_side == 1 => "innings",
        _ if innings.is_follow_on => "second innings (following on)",
        1 | 2 => "first innings",
        _ => "second innings",
    };
    format!("{name} {ordinal}")
}

fn balls_faced_text(batter: &BatterRecord) -> String {
    if batter.balls_faced == 0 && matches!(batter.status, BatterStatus::Out(_)) && batter.runs == 0
    {
        return "(0b)".to_owned();
    }
    let mut text = format!("({}b", batter.balls_faced);
    for (count, worth) in [(batter.fours, 4), (batter.sixes, 6)] {
        if count > 0 {
            let _ = write!(text, " {count}x{worth}");
        }
    }
    text + ")"
}

/// `(b 1, lb 2, w 4, nb 1)`; empty without extras.
fn extras_text(extras: &Extras) -> String {
    let Extras { wides, no_balls, byes, leg_byes, penalty } = *extras;
    let labelled =
        [(byes, "b"), (leg_byes, "lb"), (wides, "w"), (no_balls, "nb"), (penalty, "pen")];
    let parts = labelled.iter().filter(|(runs, _)| *runs > 0);
    let texts: Vec<_> = parts.map(|(runs, name)| format!("{name} {runs}")).collect();
    if texts.is_empty() { String::new() } else { format!("({})", texts.join(", ")) }
}

fn total_text(innings: &Innings) -> String {
    let wickets = match (innings.end_reason, innings.wickets) {
        (Some(InningsEnd::AllOut), _) => "all out".to_owned(),
        (_, 1) => "1 wicket".to_owned(),
        (_, wickets) => format!("{wickets} wickets"),
    };
    let ending = match innings.end_reason {
        Some(InningsEnd::Declared) => " declared",
        Some(InningsEnd::Forfeited) => " forfeited",
        _ => "",
    };
    format!("Total ({wickets}{ending}, {} overs)", innings.overs_text())
}
