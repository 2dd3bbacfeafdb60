//! Reads of announcements, by those who may see them.

use std::collections::HashMap;

use chrono::Utc;
use diesel::dsl::{auto_type, exists};
use diesel::prelude::*;
use diesel::sql_types::Bool;
use diesel_async::RunQueryDsl;
use serde_json::Value;

use super::super::dialect::Conn;
use super::super::{participation, readable, rights};
use super::find_row;
use crate::domain::announcements::AnnouncementStatus;
use crate::domain::visibility::Visibility;
use crate::store::error::QueryResult;
use crate::store::json;
use crate::store::model::{AnnouncementFilter, AnnouncementRights, PageRange, VisibilityScope};
use crate::store::rows::AnnouncementRow;
use crate::store::schema::{
    announcements as a, audiences as au, events as e, members, registrations as r, teams as t,
};

/// Reads compare with the clock: an announcement is over when due, before its expiry is published.
fn now_ms() -> i64 {
    Utc::now().timestamp_millis()
}

/// Whether it has not expired.
#[auto_type(no_type_alias)]
fn is_active(now: i64) -> _ {
    a::expired.eq(false).and(a::expires_at.is_null().or(a::expires_at.gt(now)))
}

/// Whether it has expired.
#[auto_type(no_type_alias)]
fn is_expired(now: i64) -> _ {
    a::expired.eq(true).or(a::expires_at.le(now))
}

/// Whether the user manages its event.
#[auto_type(no_type_alias)]
fn is_managed_by(user_id: i64) -> _ {
    let of_creator: participation::events_created_by = participation::events_created_by(user_id);
    let of_manager: participation::events_managed_by = participation::events_managed_by(user_id);
    a::event_id.nullable().eq_any(of_creator).or(a::event_id.nullable().eq_any(of_manager))
}

/// Whether the user participates in its event, directly or with a team.
#[auto_type(no_type_alias)]
fn is_entered_by(user_id: i64) -> _ {
    let of_user: participation::events_entered_by = participation::events_entered_by(user_id);
    let of_teams: participation::events_entered_by_teams_of =
        participation::events_entered_by_teams_of(user_id);
    a::event_id.nullable().eq_any(of_user).or(a::event_id.nullable().eq_any(of_teams))
}

/// Whether its event is public.
#[auto_type]
fn is_of_public_event() -> _ {
    let public: Visibility = Visibility::Public;
    let public_events = e::table.filter(e::visibility.eq(public)).select(e::id);
    a::event_id.eq_any(public_events)
}

/// Whether the user may read one of its teams. Teams that have left the event don't count, and
/// for a private event neither do public teams.
#[auto_type(no_type_alias)]
fn is_addressed_to(user_id: i64) -> _ {
    let participates = r::table
        .filter(r::event_id.eq(a::event_id))
        .filter(r::team_id.eq(au::team_id.nullable()))
        .filter(r::accepted.eq(true));
    let own_teams = members::table.filter(members::user_id.eq(user_id)).select(members::team_id);
    let public: Visibility = Visibility::Public;
    let public_teams = t::table.filter(t::visibility.eq(public)).select(t::id);
    let shares_event: readable::can_read_team_through_events =
        readable::can_read_team_through_events(user_id);
    let readable_teams = t::table.filter(shares_event).select(t::id);
    let is_of_public_event: is_of_public_event = is_of_public_event();
    let is_public = is_of_public_event.and(au::team_id.eq_any(public_teams));
    let teams = au::table
        .filter(au::announcement_id.eq(a::id))
        .filter(exists(participates))
        .filter(au::team_id.eq_any(own_teams).or(au::team_id.eq_any(readable_teams)).or(is_public));
    exists(teams)
}

/// An announcement as `(etag, body)`.
pub async fn find_with_etag(conn: &mut Conn, id: i64) -> QueryResult<Option<(String, Value)>> {
    let now = now_ms();
    let Some(row) = find_row(conn, id).await? else { return Ok(None) };
    let etag = row.effective_version(now).to_string();
    let json = to_json_items(conn, vec![row], now).await?.pop();
    Ok(json.map(|(_, shape)| (etag, shape)))
}

/// A user's relation to an announcement.
pub async fn rights(
    conn: &mut Conn,
    id: i64,
    user_id: Option<i64>,
) -> QueryResult<Option<AnnouncementRights>> {
    let Some(row) = find_row(conn, id).await? else { return Ok(None) };
    let Some(event) = rights::event_rights(conn, row.event_id, user_id).await? else {
        return Ok(None);
    };
    let query = a::table
        .filter(a::id.eq(id))
        .select(is_addressed_to(user_id.unwrap_or(readable::NO_USER_ID)));
    let addressed = row.targeted && query.get_result(conn).await?;
    Ok(Some(AnnouncementRights { event, is_targeted: row.targeted, is_addressed: addressed }))
}

/// A page of the announcements that match the filter and that the user may see, oldest first,
/// one more than `limit`.
///
/// Without a status in the filter: the active ones.
pub async fn list(
    conn: &mut Conn,
    VisibilityScope { user_id, sees_all }: VisibilityScope,
    filter: &AnnouncementFilter,
    PageRange { after, limit }: PageRange,
) -> QueryResult<Vec<(i64, Value)>> {
    let (now, user) = (now_ms(), user_id.unwrap_or(readable::NO_USER_ID));
    let may_read = a::targeted
        .eq(false)
        .and(is_of_public_event().or(is_entered_by(user)))
        .or(is_addressed_to(user));
    let mut query = a::table
        .filter(a::id.gt(after))
        .filter(sees_all.into_sql::<Bool>().or(is_managed_by(user)).or(may_read))
        .order(a::id)
        .limit(limit + 1)
        .into_boxed();
    query = match filter.status {
        Some(AnnouncementStatus::Expired) => query.filter(is_expired(now)),
        Some(AnnouncementStatus::Active) | None => query.filter(is_active(now)),
    };
    if let Some(event_id) = filter.event_id {
        query = query.filter(a::event_id.eq(event_id));
    }
    if let Some(kind) = filter.kind {
        query = query.filter(a::kind.eq(kind));
    }
    if let Some(priority) = filter.priority {
        query = query.filter(a::priority.eq(priority));
    }
    let rows = query.load(conn).await?;
    to_json_items(conn, rows, now).await
}

/// The JSON of each announcement with its id, in the given order.
async fn to_json_items(
    conn: &mut Conn,
    rows: Vec<AnnouncementRow>,
    now: i64,
) -> QueryResult<Vec<(i64, Value)>> {
    let targeted: Vec<i64> = rows.iter().filter(|row| row.targeted).map(|row| row.id).collect();
    let mut team_ids: HashMap<i64, Vec<i64>> = HashMap::new();
    if !targeted.is_empty() {
        let query = au::table.filter(au::announcement_id.eq_any(targeted)).order(au::team_id);
        for (id, team_id) in query.load::<(i64, i64)>(conn).await? {
            team_ids.entry(id).or_default().push(team_id);
        }
    }
    let json = |row: &AnnouncementRow| {
        let team_ids = team_ids.get(&row.id).map(Vec::as_slice).unwrap_or_default();
        (row.id, json::announcement_json(row, team_ids, now))
    };
    Ok(rows.iter().map(json).collect())
}
