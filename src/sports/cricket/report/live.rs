//! The live board: what displays draw while a match is played.

use serde_json::{Value, json};

use crate::sports::cricket::innings::{BatterRole, Innings, InningsEnd};
use crate::sports::cricket::laws::rounded_rate;
use crate::sports::cricket::report::cards::{
    batter_summary_json, bowler_json, partnership_summary_json,
};
use crate::sports::cricket::scoring::{CricketSetup, Scoreboard, Toss};

/// Summary of the innings at `index`, with the method of its target; null if there is none.
pub fn innings_json(setup: &CricketSetup, scoreboard: &Scoreboard, index: usize) -> Value {
    let Some(innings) = scoreboard.innings.get(index) else { return Value::Null };
    let mut view =
        innings_summary_json(setup, innings, scoreboard.target_for(&setup.format, index));
    view["method"] = json!(scoreboard.target_method_for(&setup.format, index));
    view
}

/// Totals, rates and target of an innings; rates are per over.
fn innings_summary_json(setup: &CricketSetup, innings: &Innings, target: Option<u32>) -> Value {
    let balls_per_over = setup.format.balls_per_over;
    let runs_needed = target.map(|target| target.saturating_sub(innings.runs));
    let remaining_balls = innings.balls_left(&setup.format);
    let required_rate = runs_needed
        .zip(remaining_balls)
        .and_then(|(runs, balls)| rounded_rate(runs, balls, balls_per_over));
    json!({
        "number": innings.number,
        "batting_team_id": setup.teams.team_id(innings.batting_side),
        "super_over": innings.is_super_over,
        "runs": innings.runs,
        "wickets": innings.wickets,
        "overs": innings.overs_text(),
        "balls": innings.legal_balls,
        "extras": innings.extras,
        "run_rate": rounded_rate(innings.runs, innings.legal_balls, balls_per_over),
        "target": target,
        "required_rate": required_rate.filter(|_| innings.is_open()),
        "runs_needed": runs_needed,
        "balls_left": remaining_balls,
        "completed": !innings.is_open(),
    })
}

/// What the score of an innings is written with, and how the innings ended.
pub fn innings_score_json(setup: &CricketSetup, innings: &Innings) -> Value {
    json!({
        "number": innings.number,
        "batting_team_id": setup.teams.team_id(innings.batting_side),
        "super_over": innings.is_super_over,
        "runs": innings.runs,
        "wickets": innings.wickets,
        "overs": innings.overs_text(),
        "end": innings.end_reason.map(InningsEnd::as_str),
    })
}

/// The latest innings, the players at the crease, the current over, and what the next ball needs.
pub fn live_json(setup: &CricketSetup, scoreboard: &Scoreboard) -> Value {
    let balls_per_over = setup.format.balls_per_over;
    let last = scoreboard.innings.last();
    let open_innings = scoreboard.open_innings();
    let batter_json = |role| {
        let batter = open_innings.and_then(|innings| innings.batter(role));
        batter.map_or(Value::Null, batter_summary_json)
    };
    let bowler = open_innings.and_then(Innings::current_bowler);
    let over = open_innings.map(|innings| &innings.current_over);
    let previous_over = last.and_then(|innings| innings.completed_overs.last());
    let bowler_id = |index: &usize| Some(open_innings?.bowlers.get(*index)?.player.id);
    let bowler_ids = |indices: &[usize]| indices.iter().filter_map(bowler_id).collect::<Vec<_>>();
    let latest_innings_json = match scoreboard.innings.len().checked_sub(1) {
        Some(index) => innings_json(setup, scoreboard, index),
        None => Value::Null,
    };
    let partnership = open_innings.and_then(Innings::current_partnership);
    json!({
        "innings": latest_innings_json,
        "striker": batter_json(BatterRole::Striker),
        "non_striker": batter_json(BatterRole::NonStriker),
        "bowler": bowler.map(|figures| bowler_json(figures, balls_per_over)),
        "partnership": partnership_summary_json(partnership),
        "this_over": over.map(|over| &over.ball_symbols),
        "last_over": previous_over.map(|over| &over.ball_symbols),
        "over_bowler_ids": over.map(|over| bowler_ids(&over.bowler_indices)),
        "last_bowler_ids": open_innings.map(|innings| bowler_ids(&innings.previous_over_bowlers)),
        "free_hit": open_innings.is_some_and(|innings| innings.next_is_free_hit),
        "next_number": scoreboard.ball_count() + 1,
        "next_target": scoreboard.next_innings_target(&setup.format),
        "next_method": scoreboard.target_method_for(&setup.format, scoreboard.innings.len()),
    })
}

/// `winner_team_id` and `decision` (`bat` or `field`); null before the toss.
pub fn toss_json(setup: &CricketSetup, toss: Option<Toss>) -> Value {
    toss.map_or(Value::Null, |toss| {
        json!({
            "winner_team_id": setup.teams.team_id(toss.winning_side),
            "decision": if toss.winner_bats { "bat" } else { "field" },
        })
    })
}
