//! Balls as JSON: one, all of the match, or those of an over.

use serde_json::{Map, Value, json};

use crate::domain::merge_patch;
use crate::sports::clock::format_timestamp;
use crate::sports::cricket::innings::{Ball, ball_symbol};
use crate::sports::cricket::laws::Extras;
use crate::sports::cricket::report::cards::dismissal_json;
use crate::sports::cricket::scoring::{BallField, Scoreboard};

/// A ball: its players, the part that counted, the score after it, and who entered it.
pub fn ball_json(ball: &Ball) -> Value {
    let delivery = &ball.counted_delivery;
    json!({
        "number": ball.number,
        "innings": ball.innings_number,
        "over": ball.over_label(),
        "striker_id": ball.striker.id,
        "striker": ball.striker.name,
        "non_striker_id": ball.non_striker.id,
        "non_striker": ball.non_striker.name,
        "bowler_id": ball.bowler.id,
        "bowler": ball.bowler.name,
        "runs": {
            "batter": delivery.bat_runs,
            "extras": delivery.extras.total(),
            "total": delivery.total_runs(),
        },
        "extras": delivery.extras,
        "boundary": delivery.is_boundary(),
        "legal": delivery.is_legal(),
        "free_hit": ball.is_free_hit,
        "crossed": delivery.batters_crossed,
        "wickets": ball.dismissals.iter().map(|one| dismissal_json(one)).collect::<Vec<_>>(),
        "over_called": delivery.ends_over,
        "over_continues": delivery.extends_over,
        "penalty": BallField::FieldingPenalty.value(delivery),
        "symbol": ball_symbol(delivery),
        "commentary": delivery.commentary,
        "score": format!("{}/{}", ball.innings_runs, ball.innings_wickets),
        "by": ball.entered.scorer_ids,
        "rev": ball.entered.rev,
        "occurred_at": format_timestamp(delivery.occurred_at.unwrap_or(ball.entered.entered_at)),
    })
}

/// A ball in messages: in ids, with what is unusual only where it is.
pub fn ball_event_json(ball: &Ball) -> Value {
    let delivery = &ball.counted_delivery;
    merge_patch::without_nulls(json!({
        "number": ball.number,
        "innings": ball.innings_number,
        "over": ball.over_label(),
        "striker_id": ball.striker.id,
        "non_striker_id": ball.non_striker.id,
        "bowler_id": ball.bowler.id,
        "runs": { "batter": delivery.bat_runs, "total": delivery.total_runs() },
        "extras": extras_json(&delivery.extras),
        "boundary": delivery.is_boundary().then_some(true),
        "free_hit": ball.is_free_hit.then_some(true),
        "crossed": delivery.batters_crossed.then_some(true),
        "symbol": ball_symbol(delivery),
        "commentary": delivery.commentary,
        "rev": (ball.entered.rev > 1).then_some(ball.entered.rev),
    }))
}

/// The kinds of extras that there were; null if none.
fn extras_json(extras: &Extras) -> Value {
    let Extras { wides, no_balls, byes, leg_byes, penalty } = *extras;
    let kinds = [
        ("wides", wides),
        ("no_balls", no_balls),
        ("byes", byes),
        ("leg_byes", leg_byes),
        ("penalty", penalty),
    ];
    let scored = kinds.into_iter().filter(|(_, runs)| *runs > 0);
    let fields: Map<_, _> = scored.map(|(name, runs)| (name.to_owned(), json!(runs))).collect();
    if fields.is_empty() { Value::Null } else { Value::Object(fields) }
}

/// All balls of the match, in order.
pub fn all_balls_json(scoreboard: &Scoreboard) -> Value {
    let balls: Vec<_> = scoreboard.balls.iter().map(|ball| ball_json(ball)).collect();
    json!({ "items": balls, "next": null })
}

/// Balls of an over, completed or not; overs count from 1, as in `over_complete`.
pub fn over_json(scoreboard: &Scoreboard, innings: u32, over: u32) -> Option<Value> {
    let innings_record = scoreboard.innings.iter().find(|one| one.number == innings)?;
    let completed_overs = u32::try_from(innings_record.completed_overs.len()).unwrap_or(u32::MAX);
    if over == 0 || over > completed_overs + u32::from(innings_record.is_open()) {
        return None;
    }
    let over_balls = scoreboard
        .balls
        .iter()
        .filter(|ball| ball.innings_number == innings && ball.overs_before + 1 == over);
    let balls: Vec<_> = over_balls.map(|ball| ball_json(ball)).collect();
    Some(json!({ "items": balls, "next": null }))
}
