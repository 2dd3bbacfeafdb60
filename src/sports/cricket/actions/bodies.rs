//! The bodies of all actions but balls.

use serde_json::Value;

use crate::domain::rejection::Rejection;
use crate::sports::TeamInfo;
use crate::sports::command_body::CommandBody;
use crate::sports::cricket::actions::player_lookup::PlayerLookup;
use crate::sports::cricket::innings::InningsEnd;
use crate::sports::cricket::laws::{CricketFormat, CricketerRef, DepartureReason, OverCount};
use crate::sports::cricket::scoring::{
    InningsOpening, MatchDecision, PlayerChange, Replacement, Retirement, ScoringStep,
    TargetChange, Toss,
};
use crate::sports::score::PerSide;

/// More than any side made in a match.
const MAX_TARGET_RUNS: i64 = 3000;
const MAX_METHOD_CHARS: usize = 60;
const MAX_REASON_CHARS: usize = 500;
const MAX_PLAYER_IDS: usize = 64;

/// How a match is ended by hand.
#[derive(Clone, Copy, Debug)]
enum ManualEnding {
    NoResult,
    Drawn,
    Awarded,
    Tied,
}

/// What was sent to `end`.
pub struct EndRequest {
    /// None where the match has ended, and only its best player is named.
    pub decision: Option<MatchDecision>,
    pub reason: Option<String>,
    pub player_of_match: Option<CricketerRef>,
}

/// `{"winner_team_id":5,"decision":"bat"}`
pub fn parse_toss(teams: &PerSide<TeamInfo>, value: &Value) -> Result<Toss, Rejection> {
    let mut body = CommandBody::from_value(value)?;
    body.require(&["winner_team_id", "decision"]);
    let winner = teams.read_side(&mut body, "winner_team_id");
    let winner_bats = body.one_of("decision", [("bat", true), ("field", false)]);
    body.time("occurred_at");
    body.finish(
        winner
            .zip(winner_bats)
            .map(|(winner, bats)| Toss { winning_side: winner, winner_bats: bats }),
    )
}

/// `{"batting_team_id":5,"striker_id":51,"non_striker_id":52,"bowler_id":61}`
pub fn parse_innings(
    lookup: &PlayerLookup<'_>,
    value: &Value,
) -> Result<InningsOpening, Rejection> {
    let mut body = CommandBody::from_value(value)?;
    body.require(&["batting_team_id"]);
    let batting_side = lookup.teams.read_side(&mut body, "batting_team_id");
    let striker = lookup.read_player(&mut body, "striker_id");
    let non_striker = lookup.read_player(&mut body, "non_striker_id");
    let bowler = lookup.read_player(&mut body, "bowler_id");
    let overrides = body.boolean("override").unwrap_or(false);
    body.time("occurred_at");
    let opening = batting_side.map(|batting| InningsOpening {
        batting_side: batting,
        striker,
        non_striker,
        bowler,
        overrides_rules: overrides,
    });
    body.finish(opening)
}

/// `{"batter_id":53}`, `{"bowler_id":62}`, `{"retire":{"player_id":52,"kind":"retired_hurt"}}` …
pub fn parse_player_changes(
    lookup: &PlayerLookup<'_>,
    value: &Value,
) -> Result<PlayerChange, Rejection> {
    const KINDS: [(&str, DepartureReason); 3] = [
        ("retired_hurt", DepartureReason::RetiredHurt),
        ("retired_not_out", DepartureReason::RetiredNotOut),
        ("retired_out", DepartureReason::RetiredOut),
    ];
    let mut body = CommandBody::from_value(value)?;
    let read_player_id = |inner: &mut CommandBody<'_>| {
        inner.require(&["player_id"]);
        lookup.read_player(inner, "player_id")
    };
    let change = PlayerChange {
        retirement: body.object("retire", |inner| {
            let player = read_player_id(inner);
            inner.require(&["kind"]);
            Some(Retirement { player: player?, reason: inner.one_of("kind", KINDS)? })
        }),
        absent_player: body.object("absent", read_player_id),
        suspended_bowler: body.object("suspend", read_player_id),
        replacement: body.object("replace", |inner| {
            inner.require(&["player_out_id", "player_in_id"]);
            let player_out = lookup.read_player(inner, "player_out_id");
            let player_in = lookup.read_player(inner, "player_in_id");
            let reason = inner.text("reason", MAX_REASON_CHARS);
            Some(Replacement { player_out: player_out?, player_in: player_in?, reason })
        }),
        new_striker: lookup.read_player(&mut body, "striker_id"),
        new_non_striker: lookup.read_player(&mut body, "non_striker_id"),
        new_batter: lookup.read_player(&mut body, "batter_id"),
        new_bowler: lookup.read_player(&mut body, "bowler_id"),
        overrides_rules: body.boolean("override").unwrap_or(false),
    };
    body.time("occurred_at");
    let named_fields =
        value.as_object().into_iter().flatten().filter(|(_, value)| !value.is_null());
    if named_fields
        .into_iter()
        .all(|(name, _)| ["override", "occurred_at"].contains(&name.as_str()))
    {
        return Err(Rejection::field("", "name a batter, a bowler or one who retires"));
    }
    body.finish(Some(change))
}

/// `{"reason":"declared"}`
pub fn parse_declare(value: &Value) -> Result<ScoringStep, Rejection> {
    let ended_by_umpires = InningsEnd::EndedByUmpires { par: None };
    let reasons =
        [InningsEnd::Declared, InningsEnd::Forfeited, InningsEnd::AllOut, ended_by_umpires]
            .map(|end| (end.as_str(), end));
    let mut body = CommandBody::from_value(value)?;
    body.require(&["reason"]);
    let end = body.one_of("reason", reasons);
    let par = body.integer("par", 0..=MAX_TARGET_RUNS).and_then(|par| u32::try_from(par).ok());
    body.time("occurred_at");
    if par.is_some() && end.is_some_and(|end| end != ended_by_umpires) {
        body.add_error::<()>("par", "belongs to an innings that the umpires ended");
    }
    let end = end
        .map(|end| if end == ended_by_umpires { InningsEnd::EndedByUmpires { par } } else { end });
    body.finish(end.map(ScoringStep::CloseInnings))
}

/// `{"runs":120,"overs":"15","method":"D/L"}`; without runs the innings in play is shortened.
pub fn parse_target(format: &CricketFormat, value: &Value) -> Result<ScoringStep, Rejection> {
    let mut body = CommandBody::from_value(value)?;
    let runs = body.integer("runs", 1..=MAX_TARGET_RUNS).and_then(|runs| u32::try_from(runs).ok());
    let overs = match body.any("overs") {
        None => None,
        Some(value) => OverCount::parse(value, format.balls_per_over)
            .or_else(|| body.add_error("overs", "must be overs and balls, as \"15\" or \"9.2\"")),
    };
    if overs.is_none() {
        body.require(&["runs"]);
    }
    let method = body.text("method", MAX_METHOD_CHARS);
    body.time("occurred_at");
    body.finish(Some(ScoringStep::SetTarget(TargetChange { runs, overs, method })))
}

/// `{"result":"awarded","winner_team_id":5}`, and why the match ended; or who was the best of one
/// that has ended: `{"player_of_the_match_id":51}`.
pub fn parse_end(lookup: &PlayerLookup<'_>, value: &Value) -> Result<EndRequest, Rejection> {
    const WORDS: [(&str, ManualEnding); 4] = [
        ("no_result", ManualEnding::NoResult),
        ("drawn", ManualEnding::Drawn),
        ("awarded", ManualEnding::Awarded),
        ("tied", ManualEnding::Tied),
    ];
    let mut body = CommandBody::from_value(value)?;
    let player_of_match = lookup.read_player(&mut body, "player_of_the_match_id");
    if player_of_match.is_none() && body.is_valid() {
        body.require(&["result"]);
    }
    let result = body.one_of("result", WORDS);
    let winner = lookup.teams.read_side(&mut body, "winner_team_id");
    let method_text = body.text("method", MAX_METHOD_CHARS);
    let reason = body.text("reason", MAX_REASON_CHARS);
    body.time("occurred_at");
    if result.is_none() && (winner.is_some() || method_text.is_some() || reason.is_some()) {
        body.require(&["result"]);
    }
    let decision = match (result, winner) {
        (None, _) => None,
        (Some(ManualEnding::NoResult), None) => Some(MatchDecision::NoResult),
        (Some(ManualEnding::NoResult), Some(_)) => {
            body.add_error("winner_team_id", "there is no winner")
        }
        (Some(ManualEnding::Drawn), advancing) => {
            let decided_by = method_text.map(|by| format!("on {by}"));
            Some(MatchDecision::Drawn { advancing, decided_by })
        }
        (Some(ManualEnding::Tied), advancing) => {
            let decided_by = method_text.map(|by| format!("on {by}"));
            Some(MatchDecision::Tied { advancing, decided_by, method: None })
        }
        (Some(ManualEnding::Awarded), Some(side)) => {
            Some(MatchDecision::Awarded { side, method: method_text })
        }
        (Some(ManualEnding::Awarded), None) => body.add_error("winner_team_id", "is required"),
    };
    body.finish(Some(EndRequest { decision, reason, player_of_match }))
}

/// `{}`, perhaps with a time.
pub fn parse_empty_body(value: &Value) -> Result<(), Rejection> {
    let mut body = CommandBody::from_value(value)?;
    body.time("occurred_at");
    body.finish(Some(()))
}

/// The ids of all players that a body names.
pub fn player_ids(value: &Value) -> Vec<i64> {
    let mut ids = Vec::new();
    collect_player_ids(value, &mut ids);
    ids.sort_unstable();
    ids.dedup();
    // A ball names some forty at most; a hostile body must not become a query of thousands.
    ids.truncate(MAX_PLAYER_IDS);
    ids
}

/// Every id of a player anywhere in a body.
fn collect_player_ids(value: &Value, ids: &mut Vec<i64>) {
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
                    _ => collect_player_ids(value, ids),
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| collect_player_ids(item, ids)),
        _ => {}
    }
}
