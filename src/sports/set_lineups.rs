//! `PUT lineups`: enters the line-ups of a match.

use std::sync::Arc;

use serde_json::json;

use crate::domain::matches::MatchStatus;
use crate::domain::message::Message;
use crate::domain::rejection::Rejection;
use crate::domain::topic::StreamId;
use crate::input::{self, FieldReader, Shape};
use crate::sports::game::Match;
use crate::sports::lineups::{self, Lineup, Lineups, MAX_LISTED_PLAYERS, SIDES};
use crate::sports::{ApplyResult, MatchCommand, MatchInfo, Transition};

/// Maximum length of a formation: `4-1-2-1-2` has nine characters.
const MAX_SHAPE_CHARS: usize = 20;

/// Enters, replaces or removes the line-ups in the body. Publishes `lineup_update` if they differ.
pub fn set_lineups<S: Clone>(
    match_info: &MatchInfo,
    game: &Match<S>,
    command: &MatchCommand,
) -> ApplyResult<Match<S>> {
    // Also after the match.
    game.require_status("entering line-ups", &MatchStatus::ALL_BUT_CANCELLED)?;
    let lineups = parse_request(match_info, &game.lineups, command)?;
    let response = lineups::to_json(&lineups);
    let data = json!({ "match_id": match_info.match_id, "lineups": response });
    let topic = StreamId::Match(match_info.match_id).topic();
    let message = Message::new(topic, "lineup_update", data);
    let messages = (lineups != game.lineups).then_some(message).into_iter().collect();
    let state = Match { lineups, ..game.clone() };
    Ok(Transition { state, messages, response, is_created: false })
}

/// The line-ups after the body: a side that it doesn't name stays, null removes one.
fn parse_request(
    match_info: &MatchInfo,
    previous: &Lineups,
    command: &MatchCommand,
) -> Result<Lineups, Rejection> {
    let mut body = FieldReader::nullable_body(&command.body);
    let mut lineups = previous.clone();
    let mut is_named = false;
    for (side, name) in SIDES {
        let side_lineup = lineups.get_mut(side);
        let is_allowed = |id: i64| {
            let team_id = match_info.team_id(side);
            let plays = command.players.iter().any(|one| one.id == id && one.team_id == team_id);
            // A correction must not fail because a player has left the team since.
            let was_listed = side_lineup
                .as_ref()
                .is_some_and(|old| old.listed().any(|(_, old_id)| old_id == id));
            plays || was_listed
        };
        if let Some(lineup) = body.nullable_object(name, |fields| parse_lineup(fields, is_allowed))
        {
            is_named = true;
            *side_lineup = lineup.map(Arc::new);
        }
    }
    body.optional("occurred_at", input::time());
    if body.is_valid() && !is_named {
        body.add_error_at_path("home", "name at least one side, home or away");
    }
    body.finish_with(Some(lineups))
}

/// Parses the line-up of a side; `is_allowed` tells whether a player may be listed.
fn parse_lineup(fields: &mut FieldReader<'_>, is_allowed: impl Fn(i64) -> bool) -> Lineup {
    let lineup = Lineup {
        starting: fields.required("starting", players()),
        bench: fields.optional("bench", players()).unwrap_or_default(),
        captain_id: fields.optional("captain_id", input::id()),
        twelfth_id: fields.optional("twelfth_id", input::id()),
        shape: fields.optional("shape", input::any_text(MAX_SHAPE_CHARS)),
    };
    if !fields.is_valid() {
        return lineup;
    }
    if lineup.starting.is_empty() {
        fields.add_error::<()>("starting", "must name at least one player");
    }
    let mut seen = Vec::new();
    for (place, id) in lineup.listed() {
        if seen.contains(&id) {
            fields.add_error_at_path(&place, "is listed twice");
        } else if !is_allowed(id) {
            fields.add_error_at_path(&place, "is no player of this team");
        }
        seen.push(id);
    }
    if lineup.captain_id.is_some_and(|captain| !lineup.starting.contains(&captain)) {
        fields.add_error::<()>("captain_id", "must be one of those who start");
    }
    lineup
}

fn players() -> impl Shape<Vec<i64>> {
    input::array_of(input::id(), MAX_LISTED_PLAYERS, "players' ids")
}
