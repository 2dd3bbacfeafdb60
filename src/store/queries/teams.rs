//! Teams.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use serde_json::Value;

use super::commit::Written;
use super::dialect::Conn;
use super::prune;
use super::settings;
use crate::domain::rejection::Rejection;
use crate::domain::topic::Stream;
use crate::store::error::Found;
use crate::store::job::Job;
use crate::store::job::TeamEdit;
use crate::store::job::TeamFields;
use crate::store::rows::TeamRow;
use crate::store::schema::matches;
use crate::store::schema::members;
use crate::store::schema::registrations;
use crate::store::schema::teams;
use crate::store::shapes;

pub async fn row(conn: &mut Conn, id: i64) -> Found<Option<TeamRow>> {
    Ok(teams::table.find(id).get_result(conn).await.optional()?)
}

/// Both teams of a match, as far as they exist. Written without a list, so that the statement
/// is prepared once.
pub async fn pair(conn: &mut Conn, one: i64, other: i64) -> Found<Vec<TeamRow>> {
    let query = teams::table.filter(teams::id.eq(one).or(teams::id.eq(other)));
    Ok(query.load(conn).await?)
}

/// Those of `ids` that exist.
pub async fn among(conn: &mut Conn, mut ids: Vec<i64>) -> Found<Vec<TeamRow>> {
    ids.sort_unstable();
    ids.dedup();
    Ok(teams::table.filter(teams::id.eq_any(ids)).load(conn).await?)
}

/// `(etag, body)` of a team.
pub async fn shown(conn: &mut Conn, id: i64) -> Found<Option<(String, Value)>> {
    let row = row(conn, id).await?;
    Ok(row.map(|row| (row.version.to_string(), shapes::team(&row))))
}

/// The row, unchanged by others until the transaction ends.
pub async fn lock(conn: &mut Conn, id: i64) -> Found<TeamRow> {
    let row: Option<TeamRow> = locked!(teams::table.find(id)).get_result(conn).await.optional()?;
    Ok(row.ok_or_else(|| Rejection::not_found("team"))?)
}

pub async fn create(conn: &mut Conn, job: &Job, fields: &TeamFields) -> Found<Written> {
    let made_up = || fields.name.chars().take(3).flat_map(char::to_uppercase).collect();
    let row: TeamRow = diesel::insert_into(teams::table)
        .values((
            teams::name.eq(&fields.name),
            teams::short_name.eq(fields.short_name.clone().unwrap_or_else(made_up)),
            teams::colour.eq(fields.colour.as_deref()),
            teams::visibility.eq(&fields.visibility),
            teams::created_by.eq(job.by),
            teams::created_at.eq(job.at.timestamp_millis()),
        ))
        .returning(teams::all_columns)
        .get_result(conn)
        .await?;
    diesel::insert_into(members::table)
        .values((
            members::team_id.eq(row.id),
            members::user_id.eq(job.by),
            members::role.eq("manager"),
        ))
        .execute(conn)
        .await?;
    Ok(Written::new(201, shapes::team(&row)).version(row.version))
}

pub async fn edit(conn: &mut Conn, job: &Job, id: i64, fields: &TeamEdit) -> Found<Written> {
    let row = lock(conn, id).await?;
    job.expects(row.version)?;
    let visibility = fields.visibility.as_ref().unwrap_or(&row.visibility);
    if *visibility != row.visibility {
        settings::rights_changed(conn).await?;
    }
    let was_public = row.is_public();
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
    if row.is_public() && !was_public {
        prune::whole(conn, Stream::Team(id)).await?;
    }
    Ok(Written::new(200, shapes::team(&row)).version(row.version))
}

pub async fn delete(conn: &mut Conn, job: &Job, id: i64) -> Found<Written> {
    let row = lock(conn, id).await?;
    job.expects(row.version)?;
    let of_team = matches::home_team_id.eq(id).or(matches::away_team_id.eq(id));
    let played: Option<i64> =
        matches::table.filter(of_team).select(matches::id).first(conn).await.optional()?;
    if let Some(game) = played {
        let words = format!("the team plays match {game}; delete its matches first");
        return Err(Rejection::conflict("team-has-matches", words).into());
    }
    // It would vanish from a table without a word to those who look at it.
    let entered: Option<i64> = registrations::table
        .filter(registrations::team_id.eq(id))
        .select(registrations::event_id)
        .first(conn)
        .await
        .optional()?;
    if let Some(event) = entered {
        let words = format!("the team takes part in event {event}; withdraw it first");
        return Err(Rejection::conflict("team-is-registered", words).into());
    }
    diesel::delete(teams::table.find(id)).execute(conn).await?;
    settings::rights_changed(conn).await?;
    Ok(Written::gone())
}
