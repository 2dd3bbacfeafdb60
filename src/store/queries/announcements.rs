//! What organisers announce, to a whole event or to some teams.

mod audience;
mod seen;

use chrono::DateTime;
use chrono::Utc;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use serde_json::Value;

use super::commit::Written;
use super::dialect::Conn;
use super::events;
use super::log;
use crate::domain::rejection::FieldError;
use crate::domain::rejection::Rejection;
use crate::store::Told;
use crate::store::error::Fault;
use crate::store::error::Found;
use crate::store::job::AnnouncementEdit;
use crate::store::job::AnnouncementFields;
use crate::store::job::Job;
use crate::store::rows::AnnouncementRow;
use crate::store::rows::EventRow;
use crate::store::schema::announcements as a;
use crate::store::schema::audiences as au;

use audience::Addressee;
use audience::Known;
use audience::addressees;

pub use seen::list;
pub use seen::of_event;
pub use seen::of_team;
pub use seen::rights;
pub use seen::shown;

/// Announcements that expire in one transaction: those who write meanwhile don't wait long.
const BATCH: i64 = 50;

async fn row(conn: &mut Conn, id: i64) -> Found<Option<AnnouncementRow>> {
    Ok(a::table.find(id).get_result(conn).await.optional()?)
}

/// The row, unchanged by others until the transaction ends; its event is locked before.
async fn lock(conn: &mut Conn, id: i64) -> Found<(AnnouncementRow, EventRow)> {
    let missing = || Rejection::not_found("announcement");
    let event_id = row(conn, id).await?.ok_or_else(missing)?.event_id;
    let event = events::lock(conn, event_id).await?;
    let row: Option<AnnouncementRow> =
        locked!(a::table.find(id)).get_result(conn).await.optional()?;
    Ok((row.ok_or_else(missing)?, event))
}

pub async fn create(conn: &mut Conn, job: &Job, fields: &AnnouncementFields) -> Found<Written> {
    let event = events::lock(conn, fields.event_id).await?;
    lies_ahead(job, fields.expires_at)?;
    let team_ids = &fields.team_ids;
    let audience = addressees(conn, fields.event_id, team_ids).await?;
    may_be_told(&event, team_ids, &audience)?;
    let row: AnnouncementRow = diesel::insert_into(a::table)
        .values((
            a::event_id.eq(fields.event_id),
            a::kind.eq(&fields.kind),
            a::priority.eq(&fields.priority),
            a::title.eq(&fields.title),
            a::message.eq(&fields.message),
            a::targeted.eq(!team_ids.is_empty()),
            a::expires_at.eq(fields.expires_at.map(|at| at.timestamp_millis())),
            a::created_by.eq(job.by),
            a::created_at.eq(job.at.timestamp_millis()),
        ))
        .returning(a::all_columns)
        .get_result(conn)
        .await?;
    for team in &audience {
        diesel::insert_into(au::table)
            .values((au::announcement_id.eq(row.id), au::team_id.eq(team.team_id)))
            .execute(conn)
            .await?;
    }
    let known = Known::of(conn, row, &event).await?;
    Ok(known.written(job, 201, Some("created")))
}

fn lies_ahead(job: &Job, expires_at: Option<DateTime<Utc>>) -> Result<(), Rejection> {
    if expires_at.is_some_and(|at| at <= job.at) {
        return Err(Rejection::field("/expires_at", "must be in the future"));
    }
    Ok(())
}

fn may_be_told(
    event: &EventRow,
    team_ids: &[i64],
    audience: &[Addressee],
) -> Result<(), Rejection> {
    let takes_part =
        |id| audience.iter().any(|team: &Addressee| team.team_id == id && team.takes_part);
    let error = |place| FieldError {
        pointer: format!("/team_ids/{place}"),
        detail: "no team that takes part in the event".to_owned(),
    };
    let wrong: Vec<_> = team_ids
        .iter()
        .enumerate()
        .filter(|(_, id)| !takes_part(**id))
        .map(|(place, _)| error(place))
        .collect();
    if !wrong.is_empty() {
        return Err(Rejection::fields(wrong));
    }
    match audience.iter().find(|team| team.is_public) {
        Some(team) if !event.is_public() => {
            let words = format!(
                "team {} is public and the event is private: anybody would read it",
                team.team_id
            );
            Err(Rejection::conflict("team-is-public", words))
        }
        _ => Ok(()),
    }
}

pub async fn edit(
    conn: &mut Conn,
    job: &Job,
    id: i64,
    fields: &AnnouncementEdit,
) -> Found<Written> {
    let (row, event) = lock(conn, id).await?;
    let now = job.at.timestamp_millis();
    job.expects(row.version(now))?;
    lies_ahead(job, fields.expires_at.flatten())?;
    let expires_at = fields.expires_at.map(|at| at.map(|at| at.timestamp_millis()));
    // With another end, or none, it is in force again. One that is due stays so: others tell it.
    let stays_due = expires_at.is_none() && row.is_due(now);
    let row: AnnouncementRow = diesel::update(a::table.find(id))
        .set((
            a::kind.eq(fields.kind.as_ref().unwrap_or(&row.kind)),
            a::priority.eq(fields.priority.as_ref().unwrap_or(&row.priority)),
            a::title.eq(fields.title.as_ref().unwrap_or(&row.title)),
            a::message.eq(fields.message.as_ref().unwrap_or(&row.message)),
            a::expires_at.eq(expires_at.unwrap_or(row.expires_at)),
            a::expired.eq(row.expired && expires_at.is_none()),
            a::version.eq(row.version(now) + 1 - i64::from(stays_due)),
        ))
        .returning(a::all_columns)
        .get_result(conn)
        .await?;
    // Readers have dropped what has expired, and would take news of it for a new one.
    let change = (!row.is_over(now)).then_some("updated");
    let known = Known::of(conn, row, &event).await?;
    Ok(known.written(job, 200, change))
}

pub async fn delete(conn: &mut Conn, job: &Job, id: i64) -> Found<Written> {
    let (row, event) = lock(conn, id).await?;
    job.expects(row.version(job.at.timestamp_millis()))?;
    let known = Known::of(conn, row, &event).await?;
    diesel::delete(a::table.find(id)).execute(conn).await?;
    let written = known.written(job, 204, Some("deleted"));
    Ok(Written { body: Value::Null, etag: None, ..written })
}

/// Sends it again.
pub async fn broadcast(conn: &mut Conn, job: &Job, id: i64) -> Found<Written> {
    let (row, event) = lock(conn, id).await?;
    let now = job.at.timestamp_millis();
    job.expects(row.version(now))?;
    if row.is_over(now) {
        let words = "the announcement has expired: give it another expires_at first";
        return Err(Rejection::conflict("expired", words).into());
    }
    let known = Known::of(conn, row, &event).await?;
    Ok(known.written(job, 200, Some("broadcast")))
}

/// Ends it now. One that has ended stays as it is.
pub async fn end(conn: &mut Conn, job: &Job, id: i64) -> Found<Written> {
    let (row, event) = lock(conn, id).await?;
    let now = job.at.timestamp_millis();
    job.expects(row.version(now))?;
    if row.is_over(now) {
        // One that is due is told of by those who look after that.
        let known = Known::of(conn, row, &event).await?;
        return Ok(known.written(job, 200, None));
    }
    let row: AnnouncementRow = diesel::update(a::table.find(id))
        .set((a::expires_at.eq(now), a::expired.eq(true), a::version.eq(row.version(now) + 1)))
        .returning(a::all_columns)
        .get_result(conn)
        .await?;
    let known = Known::of(conn, row, &event).await?;
    Ok(known.ended(job))
}

/// Whether any has run out by `now` and isn't told yet: a look-up in an index.
pub async fn is_any_due(conn: &mut Conn, now: DateTime<Utc>) -> Found<bool> {
    let due = a::table
        .filter(a::expired.eq(false))
        .filter(a::expires_at.le(now.timestamp_millis()))
        .select(a::id)
        .limit(1);
    Ok(due.get_result::<i64>(conn).await.optional()?.is_some())
}

/// Marks those that have run out by `now`, and tells of each. Gives how many, [`BATCH`] at most.
///
/// The rows are locked before they are marked, and no event is: so it never waits for those who
/// lock an event first.
pub async fn expire(conn: &mut Conn, now: DateTime<Utc>) -> Found<Told<u64>> {
    let due = a::table
        .filter(a::expired.eq(false))
        .filter(a::expires_at.le(now.timestamp_millis()))
        .order(a::expires_at)
        .limit(BATCH);
    let rows: Vec<AnnouncementRow> = claimed!(due).load(conn).await?;
    let count = rows.len() as u64;
    let mut messages = Vec::new();
    for row in rows {
        let row: AnnouncementRow = diesel::update(a::table.find(row.id))
            .set((a::expired.eq(true), a::version.eq(row.version + 1)))
            .returning(a::all_columns)
            .get_result(conn)
            .await?;
        let gone = || Fault::Broken(format!("announcement {} has no event", row.id));
        let event = events::row(conn, row.event_id).await?.ok_or_else(gone)?;
        let known = Known::of(conn, row, &event).await?;
        messages.extend(known.expired(now));
    }
    Ok((count, log::append(conn, now, &messages).await?))
}
