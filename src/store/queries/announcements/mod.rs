//! Announcements of organisers, to a whole event or to some of its teams.

mod addressed_teams;
mod reads;

use addressed_teams::{AddressedAnnouncement, AddressedTeam, find_addressed_teams};
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
pub use reads::{find_with_etag, list, rights};
use serde_json::Value;

use super::commit::{MutationEffect, RunContext};
use super::dialect::Conn;
use super::{events, log};
use crate::domain::announcements::AnnouncementChange;
use crate::domain::rejection::{FieldError, Rejection};
use crate::store::error::{QueryError, QueryResult};
use crate::store::model::WithHeads;
use crate::store::mutation::{
    BroadcastAnnouncement, CreateAnnouncement, DeleteAnnouncement, EditAnnouncement,
    ExpireAnnouncement, MutationRequest,
};
use crate::store::rows::{AnnouncementRow, EventRow};
use crate::store::schema::{announcements as a, audiences as au};

runs! {
    CreateAnnouncement => create,
    EditAnnouncement => edit,
    DeleteAnnouncement => delete,
    BroadcastAnnouncement => broadcast,
    ExpireAnnouncement => expire_now,
}

/// Announcements per expiry transaction: few, so that concurrent writers don't wait long.
const EXPIRY_BATCH_SIZE: i64 = 50;

async fn find_row(conn: &mut Conn, id: i64) -> QueryResult<Option<AnnouncementRow>> {
    Ok(a::table.find(id).get_result(conn).await.optional()?)
}

/// Locks the event and then the announcement until the transaction ends.
async fn lock_with_event(conn: &mut Conn, id: i64) -> QueryResult<(AnnouncementRow, EventRow)> {
    let not_found = || Rejection::not_found("announcement");
    let event_id = find_row(conn, id).await?.ok_or_else(not_found)?.event_id;
    let event = events::lock(conn, event_id).await?;
    let row: Option<AnnouncementRow> =
        for_update!(a::table.find(id)).get_result(conn).await.optional()?;
    Ok((row.ok_or_else(not_found)?, event))
}

async fn create(
    conn: &mut Conn,
    RunContext { request, .. }: RunContext<'_>,
    CreateAnnouncement(fields): &CreateAnnouncement,
) -> QueryResult<MutationEffect> {
    let event = events::lock(conn, fields.event_id).await?;
    check_expires_in_future(request, fields.expires_at)?;
    let team_ids = &fields.team_ids;
    let addressees = find_addressed_teams(conn, fields.event_id, team_ids).await?;
    check_addressees(&event, team_ids, &addressees)?;
    let row: AnnouncementRow = diesel::insert_into(a::table)
        .values((
            a::event_id.eq(fields.event_id),
            a::kind.eq(fields.kind),
            a::priority.eq(fields.priority),
            a::title.eq(&fields.title),
            a::message.eq(&fields.message),
            a::targeted.eq(!team_ids.is_empty()),
            a::expires_at.eq(fields.expires_at.map(|at| at.timestamp_millis())),
            a::created_by.eq(request.user_id),
            a::created_at.eq(request.received_at.timestamp_millis()),
        ))
        .returning(a::all_columns)
        .get_result(conn)
        .await?;
    for team in &addressees {
        diesel::insert_into(au::table)
            .values((au::announcement_id.eq(row.id), au::team_id.eq(team.team_id)))
            .execute(conn)
            .await?;
    }
    let addressed = AddressedAnnouncement::load(conn, row, &event).await?;
    Ok(addressed.change_effect(request, 201, Some(AnnouncementChange::Created)))
}

fn check_expires_in_future(
    request: &MutationRequest,
    expires_at: Option<DateTime<Utc>>,
) -> Result<(), Rejection> {
    if expires_at.is_some_and(|at| at <= request.received_at) {
        return Err(Rejection::field("/expires_at", "must be in the future"));
    }
    Ok(())
}

fn check_addressees(
    event: &EventRow,
    team_ids: &[i64],
    addressees: &[AddressedTeam],
) -> Result<(), Rejection> {
    let is_participant = |id| {
        addressees.iter().any(|team: &AddressedTeam| team.team_id == id && team.is_participant)
    };
    let error = |index| FieldError {
        pointer: format!("/team_ids/{index}"),
        detail: "is not a team that participates in the event".to_owned(),
    };
    let errors: Vec<_> = team_ids
        .iter()
        .enumerate()
        .filter(|(_, id)| !is_participant(**id))
        .map(|(index, _)| error(index))
        .collect();
    if !errors.is_empty() {
        return Err(Rejection::fields(errors));
    }
    match addressees.iter().find(|team| team.is_public) {
        Some(team) if !event.is_public() => {
            let detail = format!(
                "team {} is public and the event is private: everyone could read the announcement",
                team.team_id
            );
            Err(Rejection::conflict("team-is-public", detail))
        }
        _ => Ok(()),
    }
}

async fn edit(
    conn: &mut Conn,
    RunContext { request, .. }: RunContext<'_>,
    &EditAnnouncement { id, ref fields }: &EditAnnouncement,
) -> QueryResult<MutationEffect> {
    let (row, event) = lock_with_event(conn, id).await?;
    let now = request.received_at.timestamp_millis();
    request.check_if_match(row.effective_version(now))?;
    check_expires_in_future(request, fields.expires_at.flatten())?;
    let expires_at = fields.expires_at.map(|at| at.map(|at| at.timestamp_millis()));
    // A new expiry, or none, reactivates it. One that is due stays due: the scheduler expires it.
    let stays_due = expires_at.is_none() && row.is_due(now);
    let row: AnnouncementRow = diesel::update(a::table.find(id))
        .set((
            a::kind.eq(fields.kind.unwrap_or(row.kind)),
            a::priority.eq(fields.priority.unwrap_or(row.priority)),
            a::title.eq(fields.title.as_ref().unwrap_or(&row.title)),
            a::message.eq(fields.message.as_ref().unwrap_or(&row.message)),
            a::expires_at.eq(expires_at.unwrap_or(row.expires_at)),
            a::expired.eq(row.expired && expires_at.is_none()),
            a::version.eq(row.effective_version(now) + 1 - i64::from(stays_due)),
        ))
        .returning(a::all_columns)
        .get_result(conn)
        .await?;
    // Clients have removed an expired announcement and would show an update as a new one. One that
    // is only due is shown until its expiry is published.
    let change = (!row.expired).then_some(AnnouncementChange::Updated);
    let addressed = AddressedAnnouncement::load(conn, row, &event).await?;
    Ok(addressed.change_effect(request, 200, change))
}

async fn delete(
    conn: &mut Conn,
    RunContext { request, .. }: RunContext<'_>,
    &DeleteAnnouncement { id }: &DeleteAnnouncement,
) -> QueryResult<MutationEffect> {
    let (row, event) = lock_with_event(conn, id).await?;
    request.check_if_match(row.effective_version(request.received_at.timestamp_millis()))?;
    let addressed = AddressedAnnouncement::load(conn, row, &event).await?;
    diesel::delete(a::table.find(id)).execute(conn).await?;
    let effect = addressed.change_effect(request, 204, Some(AnnouncementChange::Deleted));
    Ok(MutationEffect { body: Value::Null, etag: None, ..effect })
}

/// Publishes it again.
async fn broadcast(
    conn: &mut Conn,
    RunContext { request, .. }: RunContext<'_>,
    &BroadcastAnnouncement { id }: &BroadcastAnnouncement,
) -> QueryResult<MutationEffect> {
    let (row, event) = lock_with_event(conn, id).await?;
    let now = request.received_at.timestamp_millis();
    request.check_if_match(row.effective_version(now))?;
    if row.is_expired(now) {
        let detail = "the announcement has expired: set a new expires_at first";
        return Err(Rejection::conflict("expired", detail).into());
    }
    let addressed = AddressedAnnouncement::load(conn, row, &event).await?;
    Ok(addressed.change_effect(request, 200, Some(AnnouncementChange::Broadcast)))
}

/// Expires it now. An expired one stays as it is.
async fn expire_now(
    conn: &mut Conn,
    RunContext { request, .. }: RunContext<'_>,
    &ExpireAnnouncement { id }: &ExpireAnnouncement,
) -> QueryResult<MutationEffect> {
    let (row, event) = lock_with_event(conn, id).await?;
    let now = request.received_at.timestamp_millis();
    request.check_if_match(row.effective_version(now))?;
    if row.is_expired(now) {
        // The scheduler publishes the expiry of one that is due.
        let addressed = AddressedAnnouncement::load(conn, row, &event).await?;
        return Ok(addressed.change_effect(request, 200, None));
    }
    let row: AnnouncementRow = diesel::update(a::table.find(id))
        .set((
            a::expires_at.eq(now),
            a::expired.eq(true),
            a::version.eq(row.effective_version(now) + 1),
        ))
        .returning(a::all_columns)
        .get_result(conn)
        .await?;
    let addressed = AddressedAnnouncement::load(conn, row, &event).await?;
    Ok(addressed.expiry_effect(request))
}

/// Whether an announcement is due by `now` and not yet expired: one index look-up.
pub async fn is_any_due(conn: &mut Conn, now: DateTime<Utc>) -> QueryResult<bool> {
    let due = a::table
        .filter(a::expired.eq(false))
        .filter(a::expires_at.le(now.timestamp_millis()))
        .select(a::id)
        .limit(1);
    Ok(due.get_result::<i64>(conn).await.optional()?.is_some())
}

/// Expires the announcements due by `now`, at most [`EXPIRY_BATCH_SIZE`], and publishes each
/// expiry. Returns how many.
///
/// Only the announcements are locked, not their events: so it can't deadlock with writers that
/// lock an event first.
pub async fn expire_due(conn: &mut Conn, now: DateTime<Utc>) -> QueryResult<WithHeads<u64>> {
    let due = a::table
        .filter(a::expired.eq(false))
        .filter(a::expires_at.le(now.timestamp_millis()))
        .order(a::expires_at)
        .limit(EXPIRY_BATCH_SIZE);
    let rows: Vec<AnnouncementRow> = skip_locked!(due).load(conn).await?;
    let count = rows.len() as u64;
    let mut messages = Vec::new();
    for row in rows {
        let row: AnnouncementRow = diesel::update(a::table.find(row.id))
            .set((a::expired.eq(true), a::version.eq(row.version + 1)))
            .returning(a::all_columns)
            .get_result(conn)
            .await?;
        let missing_event =
            || QueryError::InvariantViolated(format!("announcement {} has no event", row.id));
        let event = events::find_row(conn, row.event_id).await?.ok_or_else(missing_event)?;
        let addressed = AddressedAnnouncement::load(conn, row, &event).await?;
        messages.extend(addressed.expired_messages(now));
    }
    Ok((count, log::append(conn, now, messages).await?))
}
