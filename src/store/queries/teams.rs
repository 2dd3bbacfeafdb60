//! Teams: creating, changing and deleting them, and look-ups.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use serde_json::Value;

use super::commit::{MutationEffect, RunContext};
use super::dialect::Conn;
use super::{channel_states, leaderboards, log, prune, publicity, settings, state_updates};
use crate::domain::leaderboard::TieBreaker;
use crate::domain::message::Message;
use crate::domain::rejection::Rejection;
use crate::domain::state_change::StateChange;
use crate::domain::teams::MemberRole;
use crate::domain::topic::{Channel, StreamId};
use crate::store::error::QueryResult;
use crate::store::json;
use crate::store::mutation::{CreateTeam, DeleteTeam, EditTeam};
use crate::store::rows::{EventRow, TeamRow};
use crate::store::schema::{
    audiences as au, events, matches, members, registrations, results, teams,
};

runs! {
    CreateTeam => create,
    EditTeam => edit,
    DeleteTeam => delete,
}

/// Finds a team by id.
pub async fn find_row(conn: &mut Conn, id: i64) -> QueryResult<Option<TeamRow>> {
    Ok(teams::table.find(id).get_result(conn).await.optional()?)
}

/// Finds both teams of a match, as far as they exist. Has no `IN` list, so that the statement is
/// prepared once.
pub async fn find_pair(
    conn: &mut Conn,
    first_id: i64,
    second_id: i64,
) -> QueryResult<Vec<TeamRow>> {
    let query = teams::table.filter(teams::id.eq(first_id).or(teams::id.eq(second_id)));
    Ok(query.load(conn).await?)
}

/// Finds the teams among `ids` that exist.
pub async fn find_all(conn: &mut Conn, mut ids: Vec<i64>) -> QueryResult<Vec<TeamRow>> {
    ids.sort_unstable();
    ids.dedup();
    Ok(teams::table.filter(teams::id.eq_any(ids)).load(conn).await?)
}

/// A team as `(etag, body)`.
pub async fn find_with_etag(conn: &mut Conn, id: i64) -> QueryResult<Option<(String, Value)>> {
    let row = find_row(conn, id).await?;
    Ok(row.map(|row| (row.version.to_string(), json::team_json(&row))))
}

/// Locks a team until the transaction ends.
pub async fn lock(conn: &mut Conn, id: i64) -> QueryResult<TeamRow> {
    let row: Option<TeamRow> =
        for_update!(teams::table.find(id)).get_result(conn).await.optional()?;
    Ok(row.ok_or_else(|| Rejection::not_found("team"))?)
}

async fn create(
    conn: &mut Conn,
    RunContext { request, .. }: RunContext<'_>,
    CreateTeam(fields): &CreateTeam,
) -> QueryResult<MutationEffect> {
    let default_short_name = || fields.name.chars().take(3).flat_map(char::to_uppercase).collect();
    let row: TeamRow = diesel::insert_into(teams::table)
        .values((
            teams::name.eq(&fields.name),
            teams::short_name.eq(fields.short_name.clone().unwrap_or_else(default_short_name)),
            teams::colour.eq(fields.colour.as_deref()),
            teams::visibility.eq(fields.visibility),
            teams::created_by.eq(request.user_id),
            teams::created_at.eq(request.received_at.timestamp_millis()),
        ))
        .returning(teams::all_columns)
        .get_result(conn)
        .await?;
    diesel::insert_into(members::table)
        .values((
            members::team_id.eq(row.id),
            members::user_id.eq(request.user_id),
            members::role.eq(MemberRole::Manager),
        ))
        .execute(conn)
        .await?;
    Ok(MutationEffect::new(201, json::team_json(&row)).with_version(row.version))
}

async fn edit(
    conn: &mut Conn,
    RunContext { request, .. }: RunContext<'_>,
    &EditTeam { id, ref fields }: &EditTeam,
) -> QueryResult<MutationEffect> {
    let row = lock(conn, id).await?;
    request.check_if_match(row.version)?;
    let visibility = fields.visibility.unwrap_or(row.visibility);
    if visibility != row.visibility {
        settings::bump_rights_version(conn).await?;
    }
    let before = row.clone();
    let row: TeamRow = diesel::update(teams::table.find(id))
        .set((
            teams::name.eq(fields.name.as_ref().unwrap_or(&row.name)),
            teams::short_name.eq(fields.short_name.as_ref().unwrap_or(&row.short_name)),
            teams::colour.eq(fields.colour.as_ref().unwrap_or(&row.colour)),
            teams::visibility.eq(visibility),
            teams::version.eq(row.version + 1),
        ))
        .returning(teams::all_columns)
        .get_result(conn)
        .await?;
    let mut messages = Vec::new();
    if row.name != before.name {
        messages.extend(alphabetical_tables(conn, id).await?);
    }
    if row.visibility != before.visibility {
        // In the order of streams, as they will be locked for the messages.
        for message in &messages {
            log::lock_head(conn, message.topic.stream).await?;
        }
        if row.is_public() {
            prune::prune_all(conn, StreamId::Team(id)).await?;
        } else {
            publicity::keep_public(conn, StreamId::Team(id), request.received_at).await?;
        }
        let team = [StreamId::Team(id)];
        messages.extend(state_updates::of_streams(team, StateChange::Visibility));
    }
    let effect = MutationEffect::new(200, json::team_json(&row)).with_version(row.version);
    Ok(effect.and_messages(messages))
}

/// The messages to the tables that a new name of the team may change: those that separate teams by
/// their names.
async fn alphabetical_tables(conn: &mut Conn, id: i64) -> QueryResult<Vec<Message>> {
    let registered = registrations::table
        .filter(registrations::team_id.eq(id))
        .select(registrations::event_id.nullable());
    let counted = results::table
        .filter(results::home_team_id.eq(id).or(results::away_team_id.eq(id)))
        .select(results::event_id);
    let query = events::table
        .filter(events::id.nullable().eq_any(registered).or(events::id.nullable().eq_any(counted)))
        .order(events::id);
    let rows: Vec<EventRow> = query.load(conn).await?;
    let mut messages = Vec::new();
    for row in rows {
        if row.ranking()?.tie_breakers.contains(&TieBreaker::Name) {
            messages.push(leaderboards::leaderboard_message(row.id).if_changed());
        }
    }
    Ok(messages)
}

async fn delete(
    conn: &mut Conn,
    RunContext { request, .. }: RunContext<'_>,
    &DeleteTeam { id }: &DeleteTeam,
) -> QueryResult<MutationEffect> {
    let row = lock(conn, id).await?;
    request.check_if_match(row.version)?;
    let of_team = matches::home_team_id.eq(id).or(matches::away_team_id.eq(id));
    let match_id: Option<i64> =
        matches::table.filter(of_team).select(matches::id).first(conn).await.optional()?;
    if let Some(match_id) = match_id {
        let detail = format!("the team plays match {match_id}; delete its matches first");
        return Err(Rejection::conflict("team-has-matches", detail).into());
    }
    // Deletion would silently remove it from the event's table.
    let event_id: Option<i64> = registrations::table
        .filter(registrations::team_id.eq(id))
        .select(registrations::event_id)
        .first(conn)
        .await
        .optional()?;
    if let Some(event_id) = event_id {
        let detail = format!("the team takes part in event {event_id}; withdraw it first");
        return Err(Rejection::conflict("team-is-registered", detail).into());
    }
    let others = fellow_addressees(conn, id).await?;
    diesel::delete(teams::table.find(id)).execute(conn).await?;
    channel_states::delete(conn, StreamId::Team(id)).await?;
    settings::bump_rights_version(conn).await?;
    let topic = |team_id| StreamId::Team(team_id).channel_topic(Channel::Announcements);
    let topics = others.into_iter().map(topic);
    let messages = state_updates::of_topics(topics, StateChange::Deletion);
    Ok(MutationEffect::no_content().and_messages(messages))
}

/// The other teams that announcements to this team address: they no longer name it.
async fn fellow_addressees(conn: &mut Conn, id: i64) -> QueryResult<Vec<i64>> {
    let own = au::table.filter(au::team_id.eq(id)).select(au::announcement_id);
    let announcements: Vec<i64> = own.load(conn).await?;
    if announcements.is_empty() {
        return Ok(Vec::new());
    }
    let others = au::table
        .filter(au::announcement_id.eq_any(announcements))
        .filter(au::team_id.ne(id))
        .select(au::team_id)
        .distinct();
    Ok(others.load(conn).await?)
}
