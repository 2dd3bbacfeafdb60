//! What a display draws while a match is played.

use serde_json::{Value, json};

use crate::sports::cricket::innings::batting::{BatterRecord, BatterRole};
use crate::sports::cricket::innings::partnership::Partnership;
use crate::sports::cricket::innings::state::Innings;
use crate::sports::cricket::scoring::match_state::{CricketSetup, Toss};
use crate::sports::cricket::scoring::scoreboard::Scoreboard;
use crate::sports::score::{PerSide, Score};

/// The runs of both sides, super overs aside.
pub fn match_score(scoreboard: &Scoreboard) -> Score {
    use crate::sports::score::Side::{Away, Home};
    let totals = PerSide {
        home: scoreboard.total_runs(Home).into(),
        away: scoreboard.total_runs(Away).into(),
    };
    Score { totals: totals, shootout: None }
}

/// The innings at `index` as messages tell it.
pub fn innings_json(setup: &CricketSetup, scoreboard: &Scoreboard, index: usize) -> Value {
    let Some(innings) = scoreboard.innings.get(index) else { return Value::Null };
    let mut view = innings.summary_json(setup, scoreboard.target_for(&setup.format, index));
    view["method"] = json!(scoreboard.target_method_for(&setup.format, index));
    view
}

/// The innings being played or played last, who is in, and who faces the next ball.
pub fn live_json(setup: &CricketSetup, scoreboard: &Scoreboard) -> Value {
    let balls_per_over = setup.format.balls_per_over;
    let last = scoreboard.innings.last();
    let open_innings = scoreboard.open_innings();
    let batter_json = |role| {
        let batter = open_innings.and_then(|innings| innings.batter(role));
        batter.map_or(Value::Null, BatterRecord::summary_json)
    };
    let bowler = open_innings.and_then(Innings::current_bowler);
    let over = open_innings.map(|innings| &innings.current_over);
    let previous_over = last.and_then(|innings| innings.completed_overs.last());
    let bowler_id = |index: &usize| Some(open_innings?.bowlers.get(*index)?.player.id);
    let bowler_ids = |indices: &[usize]| indices.iter().filter_map(bowler_id).collect::<Vec<_>>();
    json!({
        "innings": last.map_or(Value::Null, |_| innings_json(setup, scoreboard, scoreboard.innings.len() - 1)),
        "striker": batter_json(BatterRole::Striker),
        "non_striker": batter_json(BatterRole::NonStriker),
        "bowler": bowler.map(|figures| figures.to_json(balls_per_over)),
        "partnership": Partnership::summary_json(open_innings.and_then(Innings::current_partnership)),
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

pub fn toss_json(setup: &CricketSetup, toss: Option<Toss>) -> Value {
    toss.map_or(Value::Null, |toss| {
        json!({
            "winner_team_id": setup.teams.team_id(toss.winning_side),
            "decision": if toss.winner_bats { "bat" } else { "field" },
        })
    })
}
