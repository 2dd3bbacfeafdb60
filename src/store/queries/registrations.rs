//! Who takes part in an event: users, and teams with the points taken from them.

use diesel::dsl::auto_type;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::commit::Written;
use super::dialect::Conn;
use super::events;
use super::members;
use super::results;
use super::settings;
use super::teams;
use super::users;
use crate::domain::rejection::Rejection;
use crate::domain::topic::Stream;
use crate::store::error::Fault;
use crate::store::error::Found;
use crate::store::job::DeductionFields;
use crate::store::job::Job;
use crate::store::rows::EventRow;
use crate::store::rows::RegistrationRow;
use crate::store::schema::registrations;
use crate::store::shapes;

#[auto_type(no_type_alias)]
fn of_user(event_id: i64, user_id: i64) -> _ {
    registrations::table
        .filter(registrations::event_id.eq(event_id))
        .filter(registrations::user_id.eq(user_id))
}

pub async fn add_user(conn: &mut Conn, event_id: i64, user_id: i64) -> Found<Written> {
    events::lock(conn, event_id).await?;
    if users::user(conn, user_id).await?.is_none() {
        return Err(Rejection::field("/user_id", "no such user").into());
    }
    let known: Option<RegistrationRow> =
        of_user(event_id, user_id).get_result(conn).await.optional()?;
    if let Some(row) = known {
        return Ok(Written::new(200, shapes::registration(&row)).version(row.version));
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
    Ok(Written::new(201, shapes::registration(&row)).version(row.version))
}

pub async fn remove_user(conn: &mut Conn, event_id: i64, user_id: i64) -> Found<Written> {
    if diesel::delete(of_user(event_id, user_id)).execute(conn).await? == 0 {
        return Err(Rejection::not_found("registration").into());
    }
    settings::rights_changed(conn).await?;
    Ok(Written::gone())
}

/// Registers a team, or says that it is registered. It agrees where who asks may say so for it.
pub async fn add_team(
    conn: &mut Conn,
    job: &Job,
    (event_id, team_id): (i64, i64),
    by_admin: bool,
) -> Found<Written> {
    let event = events::lock(conn, event_id).await?;
    if teams::row(conn, team_id).await?.is_none() {
        return Err(Rejection::field("/team_id", "no such team").into());
    }
    let agrees = by_admin || !members::managed(conn, job.by, &[team_id]).await?.is_empty();
    if let Some(row) = of_teams(conn, event_id, &[team_id]).await?.into_iter().next() {
        let row = if agrees && !row.accepted {
            secrets_changed(conn, &event).await?;
            agree(conn, row.id).await?
        } else {
            row
        };
        return Ok(Written::new(200, shapes::registration(&row)).version(row.version));
    }
    let row = insert(conn, event_id, (team_id, agrees)).await?;
    let message = results::table_update(conn, &event).await?;
    secrets_changed(conn, &event).await?;
    let written = Written::new(201, shapes::registration(&row)).version(row.version);
    Ok(written.telling(Stream::Event(event_id), vec![message]))
}

/// Registers those of `team_ids` that aren't yet, by the same rule. Gives whether there were any:
/// the table has them then. The event must be locked.
pub async fn join(conn: &mut Conn, job: &Job, event: &EventRow, team_ids: [i64; 2]) -> Found<bool> {
    let known = of_teams(conn, event.id, &team_ids).await?;
    let is_known = |id: &i64| known.iter().any(|row| row.team_id == Some(*id));
    let new: Vec<i64> = team_ids.into_iter().filter(|id| !is_known(id)).collect();
    if new.is_empty() {
        return Ok(false);
    }
    let spoken_for = members::spoken_for(conn, job.by, &new).await?;
    for team_id in new {
        insert(conn, event.id, (team_id, spoken_for.contains(&team_id))).await?;
    }
    secrets_changed(conn, event).await?;
    Ok(true)
}

async fn of_teams(conn: &mut Conn, event_id: i64, team_ids: &[i64]) -> Found<Vec<RegistrationRow>> {
    let query = registrations::table
        .filter(registrations::event_id.eq(event_id))
        .filter(registrations::team_id.eq_any(team_ids));
    Ok(query.load(conn).await?)
}

async fn insert(
    conn: &mut Conn,
    event_id: i64,
    (team_id, accepted): (i64, bool),
) -> Found<RegistrationRow> {
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

/// A team that is in a private event has a secret more: others may read it no more.
async fn secrets_changed(conn: &mut Conn, event: &EventRow) -> Found<()> {
    if event.is_public() { Ok(()) } else { settings::rights_changed(conn).await }
}

async fn agree(conn: &mut Conn, id: i64) -> Found<RegistrationRow> {
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

/// A team's registration, with its event, which must be locked: under it registrations change.
async fn of_team(conn: &mut Conn, event_id: i64, team_id: i64) -> Found<RegistrationRow> {
    let row = of_teams(conn, event_id, &[team_id]).await?.into_iter().next();
    Ok(row.ok_or_else(|| Rejection::not_found("registration"))?)
}

/// The team's managers agree to what the event's asked.
pub async fn accept(conn: &mut Conn, job: &Job, event_id: i64, team_id: i64) -> Found<Written> {
    let event = match events::lock(conn, event_id).await {
        // To them there is no other event than one that asks them.
        Err(Fault::Rejected(_)) => return Err(Rejection::not_found("registration").into()),
        locked => locked?,
    };
    let row = of_team(conn, event_id, team_id).await?;
    job.expects(row.version)?;
    let row = if row.accepted { row } else { agree(conn, row.id).await? };
    secrets_changed(conn, &event).await?;
    Ok(Written::new(200, shapes::registration(&row)).version(row.version))
}

pub async fn deduct(
    conn: &mut Conn,
    job: &Job,
    (event_id, team_id): (i64, i64),
    fields: &DeductionFields,
) -> Found<Written> {
    let event = events::lock(conn, event_id).await?;
    let row = of_team(conn, event_id, team_id).await?;
    job.expects(row.version)?;
    let row: RegistrationRow = diesel::update(registrations::table.find(row.id))
        .set((
            registrations::deduction.eq(fields.points),
            registrations::reason.eq(fields.reason.as_deref()),
            registrations::version.eq(row.version + 1),
        ))
        .returning(registrations::all_columns)
        .get_result(conn)
        .await?;
    let message = results::table_update(conn, &event).await?;
    let written = Written::new(200, shapes::registration(&row)).version(row.version);
    Ok(written.telling(Stream::Event(event_id), vec![message]))
}

/// Also how a team withdraws.
pub async fn remove_team(conn: &mut Conn, event_id: i64, team_id: i64) -> Found<Written> {
    let event = events::lock(conn, event_id).await?;
    let of_team = registrations::table
        .filter(registrations::event_id.eq(event_id))
        .filter(registrations::team_id.eq(team_id));
    if diesel::delete(of_team).execute(conn).await? == 0 {
        return Err(Rejection::not_found("registration").into());
    }
    let message = results::table_update(conn, &event).await?;
    settings::rights_changed(conn).await?;
    Ok(Written::gone().telling(Stream::Event(event_id), vec![message]))
}
