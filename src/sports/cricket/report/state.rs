//! Cricket's members of a match's state, which subscribers fold and draw.
//!
//! Each thing is said once: rates, sums and sentences follow from what is here.

use serde_json::{Map, Value, json};

use crate::domain::matches::MatchStatus;
use crate::sports::cricket::innings::{
    BatterRecord, BatterRole, BatterStatus, BowlingFigures, FallOfWicket, Innings, InningsEnd,
    Partnership,
};
use crate::sports::cricket::laws::{CricketerRef, Dismissal, OverCount};
use crate::sports::cricket::report::cards::dismissal_event_json;
use crate::sports::cricket::report::disputes::{open_dispute_json, pending_summary_json};
use crate::sports::cricket::report::performers::player_of_match_json;
use crate::sports::cricket::report::result::outcome_json;
use crate::sports::cricket::report::toss_json;
use crate::sports::cricket::scoring::{CricketSetup, CricketState, PendingBall, Scoreboard};
use crate::sports::game::Match;

/// `toss`, `playing_conditions`, `innings` by number, `next`, `outcome`, `player_of_the_match`,
/// and by number the balls that are `pending` or in `disputes`.
pub fn state_members(game: &Match<CricketState>) -> Map<String, Value> {
    let CricketState { setup, toss, consensus, .. } = &game.state;
    let (scoreboard, format) = (game.state.scoreboard(), game.state.format());
    let innings = scoreboard.innings.iter().enumerate().map(|(index, innings)| {
        (innings.number.to_string(), innings_json(setup, scoreboard, index, innings))
    });
    let pending = consensus.pending_balls().iter();
    let disputed = pending.clone().filter(|pending| pending.is_disputed());
    let members = [
        ("toss", object(toss_json(setup, *toss))),
        ("playing_conditions", format.to_json()),
        ("innings", Value::Object(innings.collect())),
        ("next", next_json(setup, scoreboard)),
        ("outcome", object(outcome(game))),
        ("player_of_the_match", object(player_of_match_json(scoreboard, format))),
        ("pending", by_number(pending, pending_summary_json)),
        ("disputes", by_number(disputed, open_dispute_json)),
    ];
    members.into_iter().map(|(name, member)| (name.to_owned(), member)).collect()
}

/// A member is always an object.
fn object(value: Value) -> Value {
    if value.is_null() { json!({}) } else { value }
}

fn by_number<'a>(
    balls: impl Iterator<Item = &'a PendingBall>,
    to_json: fn(&PendingBall) -> Value,
) -> Value {
    Value::Object(balls.map(|ball| (ball.number.to_string(), to_json(ball))).collect())
}

/// The number of the next ball; between innings also the target of the next innings.
fn next_json(setup: &CricketSetup, scoreboard: &Scoreboard) -> Value {
    let target = scoreboard.next_innings_target(&setup.format);
    let method = scoreboard.target_method_for(&setup.format, scoreboard.innings.len());
    json!({ "ball": scoreboard.ball_count() + 1, "target": target, "method": method })
}

/// How the match was decided; null while it isn't.
fn outcome(game: &Match<CricketState>) -> Value {
    let scoreboard = game.state.scoreboard();
    match scoreboard.decision(game.state.format()) {
        Some(decision) => outcome_json(&decision, game.state.teams()),
        None if game.status == MatchStatus::Abandoned => json!({ "kind": "abandoned" }),
        None => Value::Null,
    }
}

fn innings_json(
    setup: &CricketSetup,
    scoreboard: &Scoreboard,
    index: usize,
    innings: &Innings,
) -> Value {
    let format = &setup.format;
    let mut fields = json!({
        "batting_team_id": setup.teams.team_id(innings.batting_side),
        "super_over": innings.is_super_over.then_some(true),
        "follow_on": innings.is_follow_on.then_some(true),
        "runs": innings.runs,
        "wickets": innings.wickets,
        "overs": innings.overs_text(),
        "balls": innings.legal_balls,
        "balls_left": innings.balls_left(format),
        "overs_allotted": innings.allotted_overs.map(OverCount::to_text),
        "extras": innings.extras,
        "target": scoreboard.target_for(format, index),
        "method": scoreboard.target_method_for(format, index),
        "end": innings.end_reason.map(InningsEnd::as_str),
        "this_over": innings.current_over.ball_symbols,
    });
    let parts = [
        ("batting", numbered(&innings.batters, batter_id, batter_json)),
        ("bowling", bowling_json(innings, format.balls_per_over)),
        ("falls", falls_json(innings)),
        ("partnership", object(current_partnership_json(innings))),
        ("partnerships", broken_partnerships_json(innings)),
        ("absent", absent_json(innings)),
        ("completed_overs", completed_overs_json(innings)),
    ];
    for (name, part) in parts {
        fields[name] = part;
    }
    if innings.is_open() {
        set_current_players(&mut fields, innings);
    }
    fields
}

/// Who is at the crease and who bowls; the bowlers of this over and of the last.
fn set_current_players(fields: &mut Value, innings: &Innings) {
    let batter_id = |role| innings.batter(role).map(|batter| batter.player.id);
    let bowler_id = |index: &usize| Some(innings.bowlers.get(*index)?.player.id);
    let bowler_ids = |indices: &[usize]| indices.iter().filter_map(bowler_id).collect::<Vec<_>>();
    fields["striker_id"] = json!(batter_id(BatterRole::Striker));
    fields["non_striker_id"] = json!(batter_id(BatterRole::NonStriker));
    fields["bowler_id"] = json!(innings.current_bowler().map(|figures| figures.player.id));
    fields["over_bowler_ids"] = json!(bowler_ids(&innings.current_over.bowler_indices));
    fields["last_bowler_ids"] = json!(bowler_ids(&innings.previous_over_bowlers));
    fields["free_hit"] = json!(innings.next_is_free_hit.then_some(true));
}

/// Rows by id, each with its `order` from 1.
fn numbered<T>(rows: &[T], id: fn(&T) -> i64, to_json: fn(&T) -> Value) -> Value {
    let row = |(row, order): (&T, usize)| {
        let mut fields = to_json(row);
        fields["order"] = json!(order);
        (id(row).to_string(), fields)
    };
    Value::Object(rows.iter().zip(1..).map(row).collect())
}

fn batter_id(batter: &BatterRecord) -> i64 {
    batter.player.id
}

fn batter_json(batter: &BatterRecord) -> Value {
    let (out, retired) = match &batter.status {
        BatterStatus::NotOut => (None, None),
        BatterStatus::Out(dismissal) => (Some(dismissal_json(dismissal)), None),
        BatterStatus::Retired { is_hurt } => {
            (None, Some(if *is_hurt { "hurt" } else { "not_out" }))
        }
    };
    json!({
        "name": batter.player.name,
        "runs": batter.runs,
        "balls": batter.balls_faced,
        "fours": batter.fours,
        "sixes": batter.sixes,
        "out": out,
        "retired": retired,
    })
}

/// The row says who is out.
fn dismissal_json(dismissal: &Dismissal) -> Value {
    let mut fields = dismissal_event_json(dismissal);
    fields["player_out_id"] = Value::Null;
    fields["text"] = json!(dismissal.scorecard_text());
    fields
}

/// Bowlers who are on or have bowled, in the order they came on.
fn bowling_json(innings: &Innings, balls_per_over: u32) -> Value {
    let is_current = |figures: &BowlingFigures| {
        innings.is_open()
            && innings
                .current_bowler()
                .is_some_and(|current| current.player.id == figures.player.id)
    };
    let row = |(figures, order): (&BowlingFigures, usize)| {
        let fields = json!({
            "order": order,
            "name": figures.player.name,
            "overs": figures.overs_bowled(balls_per_over).to_text(),
            "balls": figures.legal_balls,
            "maidens": figures.maidens,
            "runs": figures.runs_conceded,
            "wickets": figures.wickets,
            "wides": figures.wide_runs,
            "no_balls": figures.no_ball_runs,
        });
        (figures.player.id.to_string(), fields)
    };
    let bowlers = innings.bowlers.iter().zip(1..);
    let bowled = bowlers.filter(|(figures, _)| figures.overs_bowled_in > 0 || is_current(figures));
    Value::Object(bowled.map(row).collect())
}

fn falls_json(innings: &Innings) -> Value {
    let fall = |fall: &FallOfWicket| {
        json!({
            "player_id": fall.dismissal.batter.id,
            "runs": fall.innings_runs,
            "overs": fall.overs,
        })
    };
    let falls = innings.falls_of_wicket.iter();
    Value::Object(falls.map(|one| (one.wicket_number.to_string(), fall(one))).collect())
}

/// The partnership at the crease, or the one that the innings ended with.
fn current_partnership_json(innings: &Innings) -> Value {
    innings.current_partnership().map_or(Value::Null, |current| partnership_json(innings, current))
}

/// Broken partnerships by their place, from 1.
fn broken_partnerships_json(innings: &Innings) -> Value {
    let partnerships = innings.partnerships.iter().zip(1..);
    let broken = partnerships.filter(|(partnership, _)| !partnership.is_unbroken);
    let row =
        |(pair, place): (&Partnership, u32)| (place.to_string(), partnership_json(innings, pair));
    Value::Object(broken.map(row).collect())
}

fn partnership_json(innings: &Innings, partnership: &Partnership) -> Value {
    let shares = partnership.shares.iter().zip(1_u32..).filter_map(|(share, order)| {
        let batter = innings.batters.get(share.batter_index)?;
        let fields = json!({ "order": order, "runs": share.runs, "balls": share.balls_faced });
        Some((batter.player.id.to_string(), fields))
    });
    json!({
        "wicket": partnership.wicket_number,
        "runs": partnership.runs,
        "balls": partnership.balls_faced,
        "batters": Value::Object(shares.collect()),
    })
}

fn absent_json(innings: &Innings) -> Value {
    let absent = innings.absent_who_never_batted();
    let row = |player: &CricketerRef| (player.id.to_string(), json!({ "name": player.name }));
    Value::Object(absent.map(row).collect())
}

/// The balls of each completed over in one line, by its number.
fn completed_overs_json(innings: &Innings) -> Value {
    let overs = innings.completed_overs.iter().zip(1_u32..);
    Value::Object(overs.map(|(over, n)| (n.to_string(), json!(over.symbols_text()))).collect())
}
