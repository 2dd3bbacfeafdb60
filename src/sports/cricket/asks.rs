//! The bodies of all actions but balls.

use serde_json::Value;

use crate::domain::rejection::Rejection;
use crate::sports::Side;
use crate::sports::body::Body;
use crate::sports::cricket::decision::Decision;
use crate::sports::cricket::format::Format;
use crate::sports::cricket::innings::End;
use crate::sports::cricket::match_state::Toss;
use crate::sports::cricket::news::Gone;
use crate::sports::cricket::opening::Opening;
use crate::sports::cricket::over::Quota;
use crate::sports::cricket::people::Cast;
use crate::sports::cricket::people::Who;
use crate::sports::cricket::step::Change;
use crate::sports::cricket::step::Step;
use crate::sports::score::Pair;

/// More than any side made in a match.
const RUNS_MOST: i64 = 3000;
const METHOD_LONGEST: usize = 60;
const REASON_LONGEST: usize = 500;
const IDS_MOST: usize = 64;

/// How a match is ended by hand.
#[derive(Clone, Copy, Debug)]
enum Ended {
    NoResult,
    Drawn,
    Awarded,
    Tied,
}

/// What was sent to `end`.
pub struct Asked {
    /// None where the match has ended, and only its best player is named.
    pub decision: Option<Decision>,
    pub reason: Option<String>,
    pub best: Option<Who>,
}

/// `{"winner_team_id":5,"decision":"bat"}`
pub fn toss(sides: &Pair<Side>, value: &Value) -> Result<Toss, Rejection> {
    let mut body = Body::of(value)?;
    body.require(&["winner_team_id", "decision"]);
    let winner = sides.read(&mut body, "winner_team_id");
    let bats = body.word("decision", [("bat", true), ("field", false)]);
    body.time("occurred_at");
    body.end(winner.zip(bats).map(|(winner, bats)| Toss { winner, bats }))
}

/// `{"batting_team_id":5,"striker_id":51,"non_striker_id":52,"bowler_id":61}`
pub fn innings(cast: &Cast<'_>, value: &Value) -> Result<Opening, Rejection> {
    let mut body = Body::of(value)?;
    body.require(&["batting_team_id"]);
    let batting = cast.sides.read(&mut body, "batting_team_id");
    let striker = cast.read(&mut body, "striker_id");
    let non_striker = cast.read(&mut body, "non_striker_id");
    let bowler = cast.read(&mut body, "bowler_id");
    let overrides = body.flag("override").unwrap_or(false);
    body.time("occurred_at");
    let opening =
        batting.map(|batting| Opening { batting, striker, non_striker, bowler, overrides });
    body.end(opening)
}

/// `{"batter_id":53}`, `{"bowler_id":62}`, `{"retire":{"player_id":52,"kind":"retired_hurt"}}` …
pub fn players(cast: &Cast<'_>, value: &Value) -> Result<Change, Rejection> {
    const KINDS: [(&str, Gone); 3] = [
        ("retired_hurt", Gone::RetiredHurt),
        ("retired_not_out", Gone::RetiredNotOut),
        ("retired_out", Gone::RetiredOut),
    ];
    let mut body = Body::of(value)?;
    let one = |inner: &mut Body<'_>| {
        inner.require(&["player_id"]);
        cast.read(inner, "player_id")
    };
    let change = Change {
        retire: body.object("retire", |inner| {
            let who = one(inner);
            inner.require(&["kind"]);
            Some((who?, inner.word("kind", KINDS)?))
        }),
        absent: body.object("absent", one),
        suspend: body.object("suspend", one),
        replace: body.object("replace", |inner| {
            inner.require(&["player_out_id", "player_in_id"]);
            let out = cast.read(inner, "player_out_id");
            let by = cast.read(inner, "player_in_id");
            let reason = inner.text("reason", REASON_LONGEST);
            Some((out?, by?, reason))
        }),
        striker: cast.read(&mut body, "striker_id"),
        non_striker: cast.read(&mut body, "non_striker_id"),
        batter: cast.read(&mut body, "batter_id"),
        bowler: cast.read(&mut body, "bowler_id"),
        overrides: body.flag("override").unwrap_or(false),
    };
    body.time("occurred_at");
    let named = value.as_object().into_iter().flatten().filter(|(_, value)| !value.is_null());
    if named.into_iter().all(|(name, _)| ["override", "occurred_at"].contains(&name.as_str())) {
        return Err(Rejection::field("", "name a batter, a bowler or one who retires"));
    }
    body.end(Some(change))
}

/// `{"reason":"declared"}`
pub fn declare(value: &Value) -> Result<Step, Rejection> {
    let umpires = End::Umpires { par: None };
    let ends = [End::Declared, End::Forfeited, End::AllOut, umpires].map(|end| (end.word(), end));
    let mut body = Body::of(value)?;
    body.require(&["reason"]);
    let end = body.word("reason", ends);
    let par = body.integer("par", 0..=RUNS_MOST).and_then(|par| u32::try_from(par).ok());
    body.time("occurred_at");
    if par.is_some() && end.is_some_and(|end| end != umpires) {
        body.refuse::<()>("par", "belongs to an innings that the umpires ended");
    }
    let end = end.map(|end| if end == umpires { End::Umpires { par } } else { end });
    body.end(end.map(Step::Close))
}

/// `{"runs":120,"overs":"15","method":"D/L"}`; without runs the innings in play is shortened.
pub fn target(format: &Format, value: &Value) -> Result<Step, Rejection> {
    let mut body = Body::of(value)?;
    let runs = body.integer("runs", 1..=RUNS_MOST).and_then(|runs| u32::try_from(runs).ok());
    let overs = match body.raw("overs") {
        None => None,
        Some(value) => Quota::read(value, format.balls_per_over)
            .or_else(|| body.refuse("overs", "must be overs and balls, as \"15\" or \"9.2\"")),
    };
    if overs.is_none() {
        body.require(&["runs"]);
    }
    let method = body.text("method", METHOD_LONGEST);
    body.time("occurred_at");
    body.end(Some(Step::Target { runs, overs, method }))
}

/// `{"result":"awarded","winner_team_id":5}`, and why the match ended; or who was the best of one
/// that has ended: `{"player_of_the_match_id":51}`.
pub fn end(cast: &Cast<'_>, value: &Value) -> Result<Asked, Rejection> {
    const WORDS: [(&str, Ended); 4] = [
        ("no_result", Ended::NoResult),
        ("drawn", Ended::Drawn),
        ("awarded", Ended::Awarded),
        ("tied", Ended::Tied),
    ];
    let mut body = Body::of(value)?;
    let best = cast.read(&mut body, "player_of_the_match_id");
    if best.is_none() && body.is_right() {
        body.require(&["result"]);
    }
    let result = body.word("result", WORDS);
    let winner = cast.sides.read(&mut body, "winner_team_id");
    let by = body.text("method", METHOD_LONGEST);
    let reason = body.text("reason", REASON_LONGEST);
    body.time("occurred_at");
    if result.is_none() && (winner.is_some() || by.is_some() || reason.is_some()) {
        body.require(&["result"]);
    }
    let decision = match (result, winner) {
        (None, _) => None,
        (Some(Ended::NoResult), None) => Some(Decision::NoResult),
        (Some(Ended::NoResult), Some(_)) => body.refuse("winner_team_id", "there is no winner"),
        (Some(Ended::Drawn), through) => {
            Some(Decision::Drawn { through, by: by.map(|by| format!("on {by}")) })
        }
        (Some(Ended::Tied), through) => {
            let by = by.map(|by| format!("on {by}"));
            Some(Decision::Tied { through, by, method: None })
        }
        (Some(Ended::Awarded), Some(side)) => Some(Decision::Awarded { side, method: by }),
        (Some(Ended::Awarded), None) => body.refuse("winner_team_id", "is required"),
    };
    body.end(Some(Asked { decision, reason, best }))
}

/// `{}`, perhaps with a time.
pub fn nothing(value: &Value) -> Result<(), Rejection> {
    let mut body = Body::of(value)?;
    body.time("occurred_at");
    body.end(Some(()))
}

/// The ids of all players that a body names.
pub fn ids(value: &Value) -> Vec<i64> {
    let mut ids = Vec::new();
    collect(value, &mut ids);
    ids.sort_unstable();
    ids.dedup();
    // A ball names some forty at most; a hostile body must not become a query of thousands.
    ids.truncate(IDS_MOST);
    ids
}

/// Every id of a player anywhere in a body.
fn collect(value: &Value, ids: &mut Vec<i64>) {
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                match value.as_i64() {
                    Some(id) if name.ends_with("_id") && !name.ends_with("team_id") => ids.push(id),
                    _ if name == "fielder_ids" => {
                        ids.extend(
                            value.as_array().into_iter().flatten().filter_map(Value::as_i64),
                        );
                    }
                    _ => collect(value, ids),
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| collect(item, ids)),
        _ => {}
    }
}
