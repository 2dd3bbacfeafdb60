//! Registrations of users and teams for an event, and deductions of points.

use diesel::dsl::auto_type;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::commit::{MutationEffect, RunContext};
use super::dialect::Conn;
use super::{events, leaderboards, members, settings, state_updates, teams, users};
use crate::domain::message::Message;
use crate::domain::rejection::Rejection;
use crate::domain::state_change::StateChange;
use crate::domain::topic::StreamId;
use crate::store::error::{QueryError, QueryResult};
use crate::store::json;
use crate::store::mutation::{
    AcceptRegistration, MutationRequest, RegisterTeam, RegisterUser, SetDeduction, UnregisterTeam,
    UnregisterUser, WithdrawTeam,
};
use crate::store::rows::{EventRow, RegistrationRow};
use crate::store::schema::registrations;

runs! {
    RegisterUser => add_user,
    UnregisterUser => remove_user,
    RegisterTeam => add_team,
    AcceptRegistration => accept,
    SetDeduction => set_deduction,
    UnregisterTeam => remove_team,
    WithdrawTeam => withdraw_team,
}

#[auto_type(no_type_alias)]
fn user_registration(event_id: i64, user_id: i64) -> _ {
    registrations::table
        .filter(registrations::event_id.eq(event_id))
        .filter(registrations::user_id.eq(user_id))
}

async fn add_user(
    conn: &mut Conn,
    _: RunContext<'_>,
    &RegisterUser { event_id, user_id }: &RegisterUser,
) -> QueryResult<MutationEffect> {
    events::lock(conn, event_id).await?;
    if users::find(conn, user_id).await?.is_none() {
        return Err(Rejection::field("/user_id", "no such user").into());
    }
    let existing: Option<RegistrationRow> =
        user_registration(event_id, user_id).get_result(conn).await.optional()?;
    if let Some(row) = existing {
        return Ok(
            MutationEffect::new(200, json::registration_json(&row)).with_version(row.version)
        );
    }
    let row: RegistrationRow = diesel::insert_into(registrations::table)
        .values((
            registrations::event_id.eq(event_id),
            registrations::user_id.eq(user_id),
            registrations::accepted.eq(true),
        ))
        .returning(registrations::all_columns)
        .get_result(conn)
        .await?;
    Ok(MutationEffect::new(201, json::registration_json(&row)).with_version(row.version))
}

async fn remove_user(
    conn: &mut Conn,
    _: RunContext<'_>,
    &UnregisterUser { event_id, user_id }: &UnregisterUser,
) -> QueryResult<MutationEffect> {
    if diesel::delete(user_registration(event_id, user_id)).execute(conn).await? == 0 {
        return Err(Rejection::not_found("registration").into());
    }
    settings::bump_rights_version(conn).await?;
    Ok(MutationEffect::no_content())
}

/// Registers a team, or returns its registration. It is accepted if the caller may act for the
/// team.
async fn add_team(
    conn: &mut Conn,
    RunContext { request, .. }: RunContext<'_>,
    &RegisterTeam { event_id, team_id, by_admin }: &RegisterTeam,
) -> QueryResult<MutationEffect> {
    let event = events::lock(conn, event_id).await?;
    if teams::find_row(conn, team_id).await?.is_none() {
        return Err(Rejection::field("/team_id", "no such team").into());
    }
    let is_accepted =
        by_admin || !members::teams_managed_by(conn, request.user_id, &[team_id]).await?.is_empty();
    if let Some(row) = find_team_rows(conn, event_id, &[team_id]).await?.into_iter().next() {
        let row = if is_accepted && !row.accepted {
            bump_rights_if_private(conn, &event).await?;
            mark_accepted(conn, row.id).await?
        } else {
            row
        };
        let effect = MutationEffect::new(200, json::registration_json(&row));
        return Ok(effect.with_version(row.version).and_messages(team_messages(team_id)));
    }
    let row = insert_team_row(conn, event_id, (team_id, is_accepted)).await?;
    bump_rights_if_private(conn, &event).await?;
    let effect = MutationEffect::new(201, json::registration_json(&row)).with_version(row.version);
    Ok(effect.with_messages(StreamId::Event(event_id), messages_about(event_id, [team_id])))
}

/// The messages about a change of these teams' registrations: the event's table, and what the
/// teams' own streams now show of the event.
fn messages_about(event_id: i64, team_ids: impl IntoIterator<Item = i64>) -> Vec<Message> {
    let mut messages = vec![leaderboards::leaderboard_message(event_id)];
    messages.extend(team_ids.into_iter().flat_map(team_messages));
    messages
}

fn team_messages(team_id: i64) -> Vec<Message> {
    state_updates::of_streams([StreamId::Team(team_id)], StateChange::Registration)
}

/// Registers the teams that are not registered yet, by the same rule, and returns the messages
/// about that. The event must be locked.
pub async fn register_missing_teams(
    conn: &mut Conn,
    request: &MutationRequest,
    event: &EventRow,
    team_ids: [i64; 2],
) -> QueryResult<Vec<Message>> {
    let existing = find_team_rows(conn, event.id, &team_ids).await?;
    let is_registered = |id: &i64| existing.iter().any(|row| row.team_id == Some(*id));
    let new: Vec<i64> = team_ids.into_iter().filter(|id| !is_registered(id)).collect();
    if new.is_empty() {
        return Ok(Vec::new());
    }
    let represented = members::teams_represented_by(conn, request.user_id, &new).await?;
    for &team_id in &new {
        insert_team_row(conn, event.id, (team_id, represented.contains(&team_id))).await?;
    }
    bump_rights_if_private(conn, event).await?;
    Ok(messages_about(event.id, new))
}

async fn find_team_rows(
    conn: &mut Conn,
    event_id: i64,
    team_ids: &[i64],
) -> QueryResult<Vec<RegistrationRow>> {
    let query = registrations::table
        .filter(registrations::event_id.eq(event_id))
        .filter(registrations::team_id.eq_any(team_ids));
    Ok(query.load(conn).await?)
}

async fn insert_team_row(
    conn: &mut Conn,
    event_id: i64,
    (team_id, accepted): (i64, bool),
) -> QueryResult<RegistrationRow> {
    let row = diesel::insert_into(registrations::table)
        .values((
            registrations::event_id.eq(event_id),
            registrations::team_id.eq(team_id),
            registrations::accepted.eq(accepted),
        ))
        .returning(registrations::all_columns)
        .get_result(conn)
        .await?;
    Ok(row)
}

/// A team in a private event has one more secret, so others may lose the right to read it.
async fn bump_rights_if_private(conn: &mut Conn, event: &EventRow) -> QueryResult<()> {
    if event.is_public() { Ok(()) } else { settings::bump_rights_version(conn).await }
}

async fn mark_accepted(conn: &mut Conn, id: i64) -> QueryResult<RegistrationRow> {
    let row = diesel::update(registrations::table.find(id))
        .set((
            registrations::accepted.eq(true),
            registrations::version.eq(registrations::version + 1),
        ))
        .returning(registrations::all_columns)
        .get_result(conn)
        .await?;
    Ok(row)
}

/// Finds a team's registration. The event must be locked: it guards its registrations.
async fn find_team_row(
    conn: &mut Conn,
    event_id: i64,
    team_id: i64,
) -> QueryResult<RegistrationRow> {
    let row = find_team_rows(conn, event_id, &[team_id]).await?.into_iter().next();
    Ok(row.ok_or_else(|| Rejection::not_found("registration"))?)
}

/// Accepts the invitation of an event's managers for a team.
async fn accept(
    conn: &mut Conn,
    RunContext { request, .. }: RunContext<'_>,
    &AcceptRegistration { event_id, team_id }: &AcceptRegistration,
) -> QueryResult<MutationEffect> {
    let event = match events::lock(conn, event_id).await {
        // The team's managers learn of an event only by its invitation.
        Err(QueryError::Rejected(_)) => return Err(Rejection::not_found("registration").into()),
        locked => locked?,
    };
    let row = find_team_row(conn, event_id, team_id).await?;
    request.check_if_match(row.version)?;
    let row = if row.accepted { row } else { mark_accepted(conn, row.id).await? };
    bump_rights_if_private(conn, &event).await?;
    let effect = MutationEffect::new(200, json::registration_json(&row)).with_version(row.version);
    Ok(effect.and_messages(team_messages(team_id)))
}

async fn set_deduction(
    conn: &mut Conn,
    RunContext { request, .. }: RunContext<'_>,
    &SetDeduction { event_id, team_id, ref fields }: &SetDeduction,
) -> QueryResult<MutationEffect> {
    events::lock(conn, event_id).await?;
    let row = find_team_row(conn, event_id, team_id).await?;
    request.check_if_match(row.version)?;
    let row: RegistrationRow = diesel::update(registrations::table.find(row.id))
        .set((
            registrations::deduction.eq(fields.points),
            registrations::reason.eq(fields.reason.as_deref()),
            registrations::version.eq(row.version + 1),
        ))
        .returning(registrations::all_columns)
        .get_result(conn)
        .await?;
    let message = leaderboards::leaderboard_message(event_id);
    let effect = MutationEffect::new(200, json::registration_json(&row)).with_version(row.version);
    Ok(effect.with_messages(StreamId::Event(event_id), vec![message]))
}

async fn remove_team(
    conn: &mut Conn,
    _: RunContext<'_>,
    &UnregisterTeam { event_id, team_id }: &UnregisterTeam,
) -> QueryResult<MutationEffect> {
    delete_team_row(conn, event_id, team_id).await
}

async fn withdraw_team(
    conn: &mut Conn,
    _: RunContext<'_>,
    &WithdrawTeam { team_id, event_id }: &WithdrawTeam,
) -> QueryResult<MutationEffect> {
    delete_team_row(conn, event_id, team_id).await
}

async fn delete_team_row(
    conn: &mut Conn,
    event_id: i64,
    team_id: i64,
) -> QueryResult<MutationEffect> {
    events::lock(conn, event_id).await?;
    let of_team = registrations::table
        .filter(registrations::event_id.eq(event_id))
        .filter(registrations::team_id.eq(team_id));
    if diesel::delete(of_team).execute(conn).await? == 0 {
        return Err(Rejection::not_found("registration").into());
    }
    settings::bump_rights_version(conn).await?;
    let messages = messages_about(event_id, [team_id]);
    Ok(MutationEffect::no_content().with_messages(StreamId::Event(event_id), messages))
}
