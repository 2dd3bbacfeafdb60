//! Matches: creating, changing and accepting them. Their entries are in `entries`.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use serde_json::{Map, Value};

use super::commit::{MutationEffect, RunContext};
use super::dialect::Conn;
use super::schedule::MatchTeams;
use super::{
    events, match_states, members, registrations, schedule, settings, state_updates, teams,
};
use crate::domain::matches::{MatchStatus, ScheduleChange};
use crate::domain::message;
use crate::domain::rejection::{FieldError, Rejection};
use crate::domain::state_change::StateChange;
use crate::domain::topic::StreamId;
use crate::sports::SportRules;
use crate::store::error::{QueryError, QueryResult};
use crate::store::json;
use crate::store::match_cache::MatchCache;
use crate::store::mutation::{
    AcceptMatch, CreateMatch, DeleteMatch, EditMatch, MutationRequest, NewMatch,
};
use crate::store::rows::{EventRow, MatchRow, TeamRow};
use crate::store::schema::{matches, registrations as r, teams as t};

runs! {
    CreateMatch => create,
    EditMatch => edit,
    DeleteMatch => delete,
    AcceptMatch => accept,
}

/// Matches no event: ids start at 1.
const NO_EVENT_ID: i64 = 0;

/// Finds a match by id.
pub async fn find_row(conn: &mut Conn, id: i64) -> QueryResult<Option<MatchRow>> {
    Ok(matches::table.find(id).get_result(conn).await.optional()?)
}

/// Locks a match until the transaction ends.
pub async fn lock(conn: &mut Conn, id: i64) -> QueryResult<MatchRow> {
    let row: Option<MatchRow> =
        for_update!(matches::table.find(id)).get_result(conn).await.optional()?;
    Ok(row.ok_or_else(|| Rejection::not_found("match"))?)
}

/// Locks a match and loads its teams, which stay unlocked.
pub async fn lock_with_teams(conn: &mut Conn, id: i64) -> QueryResult<(MatchRow, MatchTeams)> {
    let row = for_update!(matches::table.find(id));
    let plays = matches::home_team_id.eq(t::id).or(matches::away_team_id.eq(t::id));
    let is_registration =
        r::team_id.eq(t::id.nullable()).and(matches::event_id.eq(r::event_id.nullable()));
    let teams = t::table
        .inner_join(matches::table.on(plays))
        .left_join(r::table.on(is_registration))
        .filter(matches::id.eq(id))
        .select((t::all_columns, r::accepted.nullable()));
    let (rows, teams): (Vec<MatchRow>, Vec<_>) =
        join_queries!(conn, row.load(conn), teams.load(conn));
    let row = rows.into_iter().next().ok_or_else(|| Rejection::not_found("match"))?;
    let teams = MatchTeams::from_rows(&row, teams);
    Ok((row, teams))
}

async fn load_teams(conn: &mut Conn, row: &MatchRow) -> QueryResult<MatchTeams> {
    let is_registration =
        r::team_id.eq(t::id.nullable()).and(r::event_id.eq(row.event_id.unwrap_or(NO_EVENT_ID)));
    let rows = t::table
        .left_join(r::table.on(is_registration))
        .filter(t::id.eq(row.home_team_id).or(t::id.eq(row.away_team_id)))
        .select((t::all_columns, r::accepted.nullable()));
    let teams: Vec<(TeamRow, Option<bool>)> = rows.load(conn).await?;
    Ok(MatchTeams::from_rows(row, teams))
}

/// In an event, also registers the teams that are not registered yet, which changes the table.
async fn create(
    conn: &mut Conn,
    RunContext { request, .. }: RunContext<'_>,
    CreateMatch(fields): &CreateMatch,
) -> QueryResult<MutationEffect> {
    let event = lock_event(conn, fields).await?;
    let teams = teams::find_pair(conn, fields.home_team_id, fields.away_team_id).await?;
    let errors = reference_errors(fields, event.as_ref(), &teams);
    let Some(rules) = SportRules::find(&fields.sport).filter(|_| errors.is_empty()) else {
        return Err(Rejection::fields(errors).into());
    };
    let agreed = accepted_sides(conn, request, fields).await?;
    let row = insert_row(conn, request, fields, (event.as_ref(), agreed)).await?;
    if !row.is_public() {
        // The private match may end others' right to read its teams through an event.
        settings::bump_rights_version(conn).await?;
    }
    let mut registration_messages = Vec::new();
    if let Some(event) = &event {
        let team_ids = [row.home_team_id, row.away_team_id];
        registration_messages =
            registrations::register_missing_teams(conn, request, event, team_ids).await?;
    }
    let match_teams = load_teams(conn, &row).await?;
    let match_info = row.match_info(&match_teams.teams)?;
    let game = rules.initial_state(&match_info)?;
    let json = json::match_list_item(&row, &match_info, rules, &game);
    let mut messages =
        schedule::update_messages(ScheduleChange::Created, &row, &match_teams, &json);
    let state = json::match_state(&row, &match_info, rules, &game);
    messages = message::with_match_patch(messages, row.id, (&Map::new(), &state));
    messages.extend(registration_messages);
    let effect = MutationEffect::new(201, json).with_version(row.version);
    Ok(effect.with_messages(StreamId::Match(row.id), messages))
}

/// Locks the event of a new match, so that its visibility can't change meanwhile.
async fn lock_event(conn: &mut Conn, fields: &NewMatch) -> QueryResult<Option<EventRow>> {
    let Some(id) = fields.event_id else { return Ok(None) };
    match events::lock(conn, id).await {
        Err(QueryError::Rejected(_)) => Err(Rejection::field("/event_id", "no such event").into()),
        locked => locked.map(Some),
    }
}

/// Whether home and away accept a match outside events by its creation: if its creator may act for
/// them. In an event, their registrations decide.
async fn accepted_sides(
    conn: &mut Conn,
    request: &MutationRequest,
    fields: &NewMatch,
) -> QueryResult<[bool; 2]> {
    let team_ids = [fields.home_team_id, fields.away_team_id];
    if fields.event_id.is_some() {
        return Ok([true; 2]);
    }
    let represented = members::teams_represented_by(conn, request.user_id, &team_ids).await?;
    Ok(team_ids.map(|id| represented.contains(&id)))
}

async fn insert_row(
    conn: &mut Conn,
    request: &MutationRequest,
    fields: &NewMatch,
    (event, [home_agreed, away_agreed]): (Option<&EventRow>, [bool; 2]),
) -> QueryResult<MatchRow> {
    let place = &fields.place;
    let row = diesel::insert_into(matches::table)
        .values((
            matches::sport.eq(&fields.sport),
            matches::format.eq(fields.format.to_string()),
            matches::home_team_id.eq(fields.home_team_id),
            matches::away_team_id.eq(fields.away_team_id),
            matches::starts_at.eq(fields.starts_at.map(to_millis)),
            matches::venue.eq(place.venue.as_deref()),
            matches::pitch.eq(place.pitch.as_deref()),
            matches::stage.eq(place.stage.as_deref()),
            matches::round.eq(place.round.as_deref()),
            matches::group_name.eq(place.group.as_deref()),
            matches::visibility.eq(fields.visibility),
            matches::created_by.eq(request.user_id),
            matches::status.eq(MatchStatus::Scheduled),
            matches::created_at.eq(request.received_at.timestamp_millis()),
            matches::event_id.eq(fields.event_id),
            matches::event_is_public.eq(event.is_none_or(EventRow::is_public)),
            matches::home_agreed.eq(home_agreed),
            matches::away_agreed.eq(away_agreed),
        ))
        .returning(matches::all_columns)
        .get_result(conn)
        .await?;
    Ok(row)
}

fn to_millis(at: DateTime<Utc>) -> i64 {
    at.timestamp_millis()
}

/// Invalid references of a new match.
fn reference_errors(
    fields: &NewMatch,
    event: Option<&EventRow>,
    teams: &[TeamRow],
) -> Vec<FieldError> {
    let team_exists = |id| teams.iter().any(|team| team.id == id);
    let is_other_sport = event.is_some_and(|event| event.sport != fields.sport);
    let (home, away) = (fields.home_team_id, fields.away_team_id);
    let checks = [
        (SportRules::find(&fields.sport).is_none(), "/sport", "no such sport"),
        (is_other_sport, "/sport", "the event is for another sport"),
        (!team_exists(home), "/home_team_id", "no such team"),
        (!team_exists(away), "/away_team_id", "no such team"),
        (home == away, "/away_team_id", "a team can't play itself"),
    ];
    let error = |&(_, pointer, detail): &(bool, &str, &str)| FieldError {
        pointer: pointer.to_owned(),
        detail: detail.to_owned(),
    };
    checks.iter().filter(|(is_invalid, _, _)| *is_invalid).map(error).collect()
}

async fn edit(
    conn: &mut Conn,
    RunContext { request, match_cache }: RunContext<'_>,
    &EditMatch { id, ref fields }: &EditMatch,
) -> QueryResult<MutationEffect> {
    let before = lock(conn, id).await?;
    let row = before.clone();
    request.check_if_match(row.version)?;
    let starts_at = fields.starts_at.map_or(row.starts_at, |at| at.map(to_millis));
    let visibility = fields.visibility.unwrap_or(row.visibility);
    if visibility != row.visibility {
        settings::bump_rights_version(conn).await?;
    }
    let state_before = current_state(conn, match_cache, &row).await?;
    let is_moved = starts_at != row.starts_at;
    let change = if is_moved { ScheduleChange::Rescheduled } else { ScheduleChange::Updated };
    let row: MatchRow = diesel::update(matches::table.find(id))
        .set((
            matches::starts_at.eq(starts_at),
            matches::venue.eq(fields.venue.as_ref().unwrap_or(&row.venue)),
            matches::pitch.eq(fields.pitch.as_ref().unwrap_or(&row.pitch)),
            matches::stage.eq(fields.stage.as_ref().unwrap_or(&row.stage)),
            matches::round.eq(fields.round.as_ref().unwrap_or(&row.round)),
            matches::group_name.eq(fields.group.as_ref().unwrap_or(&row.group)),
            matches::visibility.eq(visibility),
            matches::version.eq(row.version + 1),
        ))
        .returning(matches::all_columns)
        .get_result(conn)
        .await?;
    let (json, match_teams) = list_item_with_teams(conn, match_cache, &row).await?;
    let state = current_state(conn, match_cache, &row).await?;
    let messages = schedule::update_messages(change, &row, &match_teams, &json);
    let mut messages = message::with_match_patch(messages, id, (&state_before, &state));
    if row.visibility != before.visibility {
        messages.extend(schedule::visibility_messages(&before, &row, &match_teams));
    }
    let effect = MutationEffect::new(200, json).with_version(row.version);
    Ok(effect.with_messages(StreamId::Match(id), messages))
}

/// The list item of a match, and its teams.
async fn list_item_with_teams(
    conn: &mut Conn,
    match_cache: &MatchCache,
    row: &MatchRow,
) -> QueryResult<(Value, MatchTeams)> {
    let match_teams = load_teams(conn, row).await?;
    let item =
        match_states::render(conn, match_cache, (row, &match_teams.teams), json::match_list_item)
            .await?;
    Ok((item, match_teams))
}

/// The state that subscribers fold.
async fn current_state(
    conn: &mut Conn,
    match_cache: &MatchCache,
    row: &MatchRow,
) -> QueryResult<Map<String, Value>> {
    let teams = teams::find_pair(conn, row.home_team_id, row.away_team_id).await?;
    match_states::render(conn, match_cache, (row, &teams), json::match_state).await
}

async fn delete(
    conn: &mut Conn,
    RunContext { request, match_cache }: RunContext<'_>,
    &DeleteMatch { id }: &DeleteMatch,
) -> QueryResult<MutationEffect> {
    let row = lock(conn, id).await?;
    request.check_if_match(row.version)?;
    let is_unplayed = matches!(
        row.status,
        MatchStatus::Scheduled | MatchStatus::Postponed | MatchStatus::Cancelled
    );
    if !is_unplayed {
        let detail = format!(
            "the match is {}; only scheduled, postponed and cancelled ones can be deleted",
            row.status
        );
        return Err(Rejection::conflict("match-was-played", detail).into());
    }
    let (json, match_teams) = list_item_with_teams(conn, match_cache, &row).await?;
    let state = current_state(conn, match_cache, &row).await?;
    diesel::delete(matches::table.find(id)).execute(conn).await?;
    settings::bump_rights_version(conn).await?;
    let messages = schedule::update_messages(ScheduleChange::Deleted, &row, &match_teams, &json);
    let messages = message::with_match_patch(messages, id, (&state, &Map::new()));
    Ok(MutationEffect::no_content().with_messages(StreamId::Match(id), messages))
}

/// Accepts a match for a team: from now on the team's streams receive its messages.
async fn accept(
    conn: &mut Conn,
    RunContext { request, match_cache }: RunContext<'_>,
    &AcceptMatch { match_id, team_id }: &AcceptMatch,
) -> QueryResult<MutationEffect> {
    let row = lock(conn, match_id).await?;
    let (is_home, is_away) = (row.home_team_id == team_id, row.away_team_id == team_id);
    if !is_home && !is_away {
        return Err(Rejection::not_found("match").into());
    }
    if let Some(event) = row.event_id {
        let detail =
            format!("the match belongs to event {event}: accept the event's registration instead");
        return Err(Rejection::conflict("match-of-event", detail).into());
    }
    request.check_if_match(row.version)?;
    let row: MatchRow = diesel::update(matches::table.find(match_id))
        .set((
            matches::home_agreed.eq(row.home_agreed || is_home),
            matches::away_agreed.eq(row.away_agreed || is_away),
        ))
        .returning(matches::all_columns)
        .get_result(conn)
        .await?;
    let (json, _) = list_item_with_teams(conn, match_cache, &row).await?;
    if !row.is_public() {
        settings::bump_rights_version(conn).await?;
    }
    let messages = state_updates::of_streams([StreamId::Team(team_id)], StateChange::Acceptance);
    Ok(MutationEffect::new(200, json).with_version(row.version).and_messages(messages))
}
