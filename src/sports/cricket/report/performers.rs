//! Top performers of an innings, and the player of the match.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Value, json};

use crate::sports::cricket::innings::Innings;
use crate::sports::cricket::laws::{CricketFormat, CricketerRef};
use crate::sports::cricket::scoring::Scoreboard;
use crate::sports::score::Side;

/// Batters, and bowlers, in the summary of an innings.
const MAX_PERFORMERS: usize = 3;

/// Points of the player of the match: 1 per run, 25 per wicket, 10 per catch, stumping or run-out.
const POINTS_PER_WICKET: u32 = 25;
const POINTS_PER_FIELDING: u32 = 10;

/// The ids of the best three batters and bowlers of an innings, best first.
pub fn top_performers_json(innings: &Innings) -> Value {
    let mut batters: Vec<_> =
        innings.batters.iter().filter(|batter| batter.balls_faced > 0).collect();
    batters.sort_by_key(|batter| (Reverse(batter.runs), batter.balls_faced));
    let mut bowlers: Vec<_> =
        innings.bowlers.iter().filter(|figures| figures.overs_bowled_in > 0).collect();
    bowlers.sort_by_key(|figures| (Reverse(figures.wickets), figures.runs_conceded));
    let batters = batters.iter().take(MAX_PERFORMERS).map(|batter| batter.player.id);
    let bowlers = bowlers.iter().take(MAX_PERFORMERS).map(|figures| figures.player.id);
    json!({ "batter_ids": batters.collect::<Vec<_>>(), "bowler_ids": bowlers.collect::<Vec<_>>() })
}

/// Player of a decided match: as named by hand, else the winner's player with most points (either
/// side's without a winner). Null while undecided.
pub fn player_of_match_json(scoreboard: &Scoreboard, format: &CricketFormat) -> Value {
    let Some(decision) = scoreboard.decision(format) else { return Value::Null };
    let player = scoreboard
        .named_player_of_match
        .clone()
        .or_else(|| player_with_most_points(scoreboard, decision.winning_side()));
    player.map_or(
        Value::Null,
        |cricketer| json!({ "player_id": cricketer.id, "name": cricketer.name }),
    )
}

fn player_with_most_points(scoreboard: &Scoreboard, winner: Option<Side>) -> Option<CricketerRef> {
    let mut points: BTreeMap<i64, (u32, CricketerRef)> = BTreeMap::new();
    let mut add_points = |player: &CricketerRef, earned: u32| {
        points.entry(player.id).or_insert_with(|| (0, Arc::clone(player))).0 += earned;
    };
    for innings in scoreboard.regular_innings() {
        for batter in &innings.batters {
            add_points(&batter.player, batter.runs);
        }
        for figures in &innings.bowlers {
            add_points(&figures.player, figures.wickets * POINTS_PER_WICKET);
        }
        for fielder in innings.falls_of_wicket.iter().flat_map(|fall| &fall.dismissal.fielders) {
            add_points(fielder, POINTS_PER_FIELDING);
        }
    }
    let all = points.into_values().filter(|(points, _)| *points > 0);
    let eligible = all.filter(|(_, who)| winner.is_none_or(|side| who.side == side));
    eligible.max_by_key(|(points, who)| (*points, Reverse(who.id))).map(|(_, who)| who)
}
