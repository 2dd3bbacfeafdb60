//! Bodies of the actions that are not about balls.

use serde_json::Value;

use crate::domain::closed_set::closed_set;
use crate::domain::rejection::Rejection;
use crate::input::{self, FieldReader};
use crate::sports::TeamInfo;
use crate::sports::cricket::actions::player_lookup::PlayerLookup;
use crate::sports::cricket::innings::InningsEnd;
use crate::sports::cricket::laws::{CricketFormat, CricketerRef, DepartureReason, OverCount};
use crate::sports::cricket::scoring::{
    InningsOpening, MatchDecision, PlayerChange, Replacement, Retirement, ScoringStep,
    TargetChange, Toss,
};
use crate::sports::score::PerSide;

/// More than any side has scored in a match; catches typing errors.
const MAX_TARGET_RUNS: i64 = 3000;
const MAX_METHOD_CHARS: usize = 60;
const MAX_REASON_CHARS: usize = 500;
const MAX_PLAYER_IDS: usize = 64;

/// Value of `result` in the body of `end`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ManualEnding {
    NoResult,
    Drawn,
    Awarded,
    Tied,
}

closed_set!(ManualEnding {
    NoResult => "no_result",
    Drawn => "drawn",
    Awarded => "awarded",
    Tied => "tied",
});

/// The body of `end`.
pub struct EndRequest {
    /// `None` if the body only names the player of the match.
    pub decision: Option<MatchDecision>,
    pub reason: Option<String>,
    pub player_of_match: Option<CricketerRef>,
}

/// Parses the body of `toss`: `{"winner_team_id":5,"decision":"bat"}`.
pub fn parse_toss(teams: &PerSide<TeamInfo>, value: &Value) -> Result<Toss, Rejection> {
    let mut body = FieldReader::nullable_body(value);
    body.require(&["winner_team_id", "decision"]);
    let winner = teams.read_side(&mut body, "winner_team_id");
    let winner_bats = body.optional("decision", input::choice([("bat", true), ("field", false)]));
    body.optional("occurred_at", input::time());
    body.finish_with(
        winner
            .zip(winner_bats)
            .map(|(winner, bats)| Toss { winning_side: winner, winner_bats: bats }),
    )
}

/// Parses the body of `innings`:
/// `{"batting_team_id":5,"striker_id":51,"non_striker_id":52,"bowler_id":61}`.
pub fn parse_innings(
    lookup: &PlayerLookup<'_>,
    value: &Value,
) -> Result<InningsOpening, Rejection> {
    let mut body = FieldReader::nullable_body(value);
    body.require(&["batting_team_id"]);
    let batting_side = lookup.teams.read_side(&mut body, "batting_team_id");
    let striker = lookup.read_player(&mut body, "striker_id");
    let non_striker = lookup.read_player(&mut body, "non_striker_id");
    let bowler = lookup.read_player(&mut body, "bowler_id");
    let overrides = body.optional("override", input::boolean()).unwrap_or(false);
    body.optional("occurred_at", input::time());
    let opening = batting_side.map(|batting| InningsOpening {
        batting_side: batting,
        striker,
        non_striker,
        bowler,
        overrides_rules: overrides,
    });
    body.finish_with(opening)
}

/// Parses the body of `players`: `{"batter_id":53}`, `{"bowler_id":62}`,
/// `{"retire":{"player_id":52,"kind":"retired_hurt"}}` …
pub fn parse_player_changes(
    lookup: &PlayerLookup<'_>,
    value: &Value,
) -> Result<PlayerChange, Rejection> {
    let mut body = FieldReader::nullable_body(value);
    let read_player_id = |inner: &mut FieldReader<'_>| {
        inner.require(&["player_id"]);
        lookup.read_player(inner, "player_id")
    };
    let change = PlayerChange {
        retirement: body.optional_object("retire", |inner| {
            let player = read_player_id(inner);
            inner.require(&["kind"]);
            Some(Retirement {
                player: player?,
                reason: inner
                    .optional("kind", input::one_of_these(DepartureReason::RETIREMENTS))?,
            })
        }),
        absent_player: body.optional_object("absent", read_player_id),
        suspended_bowler: body.optional_object("suspend", read_player_id),
        replacement: body.optional_object("replace", |inner| read_replacement(lookup, inner)),
        new_striker: lookup.read_player(&mut body, "striker_id"),
        new_non_striker: lookup.read_player(&mut body, "non_striker_id"),
        new_batter: lookup.read_player(&mut body, "batter_id"),
        new_bowler: lookup.read_player(&mut body, "bowler_id"),
        overrides_rules: body.optional("override", input::boolean()).unwrap_or(false),
    };
    body.optional("occurred_at", input::time());
    let named_fields =
        value.as_object().into_iter().flatten().filter(|(_, value)| !value.is_null());
    let mut names = named_fields.map(|(name, _)| name.as_str());
    if names.all(|name| ["override", "occurred_at"].contains(&name)) {
        return Err(Rejection::field("", "name at least one change"));
    }
    body.finish_with(Some(change))
}

fn read_replacement(lookup: &PlayerLookup<'_>, body: &mut FieldReader<'_>) -> Option<Replacement> {
    body.require(&["player_out_id", "player_in_id"]);
    let player_out = lookup.read_player(body, "player_out_id");
    let player_in = lookup.read_player(body, "player_in_id");
    let reason = body.optional("reason", input::any_text(MAX_REASON_CHARS));
    Some(Replacement { player_out: player_out?, player_in: player_in?, reason })
}

/// Parses the body of `declare`: `{"reason":"declared"}`.
pub fn parse_declare(value: &Value) -> Result<ScoringStep, Rejection> {
    let ended_by_umpires = InningsEnd::EndedByUmpires { par: None };
    let reasons =
        [InningsEnd::Declared, InningsEnd::Forfeited, InningsEnd::AllOut, ended_by_umpires]
            .map(|end| (end.as_str(), end));
    let mut body = FieldReader::nullable_body(value);
    body.require(&["reason"]);
    let end = body.optional("reason", input::choice(reasons));
    let par = body
        .optional("par", input::integer(0..=MAX_TARGET_RUNS))
        .and_then(|par| u32::try_from(par).ok());
    body.optional("occurred_at", input::time());
    if par.is_some() && end.is_some_and(|end| end != ended_by_umpires) {
        body.add_error::<()>("par", "is only for an innings that the umpires ended");
    }
    let end = end
        .map(|end| if end == ended_by_umpires { InningsEnd::EndedByUmpires { par } } else { end });
    body.finish_with(end.map(ScoringStep::CloseInnings))
}

/// Parses the body of `target`: `{"runs":120,"overs":"15","method":"D/L"}`; without `runs` it sets
/// the overs of the innings in progress.
pub fn parse_target(format: &CricketFormat, value: &Value) -> Result<ScoringStep, Rejection> {
    let mut body = FieldReader::nullable_body(value);
    let runs = body
        .optional("runs", input::integer(1..=MAX_TARGET_RUNS))
        .and_then(|runs| u32::try_from(runs).ok());
    let overs = match body.raw("overs") {
        None => None,
        Some(value) => OverCount::parse(value, format.balls_per_over).or_else(|| {
            body.add_error("overs", "must be overs and balls, such as \"15\" or \"9.2\"")
        }),
    };
    if overs.is_none() {
        body.require(&["runs"]);
    }
    let method = body.optional("method", input::any_text(MAX_METHOD_CHARS));
    body.optional("occurred_at", input::time());
    body.finish_with(Some(ScoringStep::SetTarget(TargetChange { runs, overs, method })))
}

/// Parses the body of `end`: `{"result":"awarded","winner_team_id":5}`, or for a finished match
/// `{"player_of_the_match_id":51}`.
pub fn parse_end(lookup: &PlayerLookup<'_>, value: &Value) -> Result<EndRequest, Rejection> {
    let mut body = FieldReader::nullable_body(value);
    let player_of_match = lookup.read_player(&mut body, "player_of_the_match_id");
    if player_of_match.is_none() && body.is_valid() {
        body.require(&["result"]);
    }
    let result = body.optional("result", input::one_of());
    let winner = lookup.teams.read_side(&mut body, "winner_team_id");
    let method_text = body.optional("method", input::any_text(MAX_METHOD_CHARS));
    let reason = body.optional("reason", input::any_text(MAX_REASON_CHARS));
    body.optional("occurred_at", input::time());
    if result.is_none() && (winner.is_some() || method_text.is_some() || reason.is_some()) {
        body.require(&["result"]);
    }
    let decision = match (result, winner) {
        (None, _) => None,
        (Some(ManualEnding::NoResult), None) => Some(MatchDecision::NoResult),
        (Some(ManualEnding::NoResult), Some(_)) => {
            body.add_error("winner_team_id", "must be absent: the match has no winner")
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
    body.finish_with(Some(EndRequest { decision, reason, player_of_match }))
}

/// Parses a body without fields but `occurred_at`.
pub fn parse_empty_body(value: &Value) -> Result<(), Rejection> {
    let mut body = FieldReader::nullable_body(value);
    body.optional("occurred_at", input::time());
    body.finish()
}

/// Ids of all players in a body, sorted, at most [`MAX_PLAYER_IDS`].
pub fn player_ids(value: &Value) -> Vec<i64> {
    let mut ids = Vec::new();
    collect_player_ids(value, &mut ids);
    ids.sort_unstable();
    ids.dedup();
    // A ball names about forty at most; a hostile body must not cause a query for thousands.
    ids.truncate(MAX_PLAYER_IDS);
    ids
}

/// Collects the ids of players anywhere in a body, by the names of their fields.
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
