//! Announcements as they are read, by those they are for.

use std::collections::HashMap;

use chrono::Utc;
use diesel::dsl::{auto_type, exists};
use diesel::prelude::*;
use diesel::sql_types::Bool;
use diesel_async::RunQueryDsl;
use serde_json::Value;

use super::super::dialect::Conn;
use super::super::{participation, readable, rights, teams};
use super::find_row;
use crate::store::error::QueryResult;
use crate::store::json;
use crate::store::model::{AnnouncementFilter, AnnouncementRights, VisibilityScope};
use crate::store::rows::AnnouncementRow;
use crate::store::schema::{
    announcements as a, audiences as au, events as e, members, registrations as r, teams as t,
};

/// Announcements in one snapshot: more than a display draws.
const MAX_IN_SNAPSHOT: i64 = 50;

/// What has run out is over for readers at once, before anybody is told: so reads need a clock.
fn now_ms() -> i64 {
    Utc::now().timestamp_millis()
}

/// Whether it has not run out.
#[auto_type(no_type_alias)]
fn is_active(now: i64) -> _ {
    a::expired.eq(false).and(a::expires_at.is_null().or(a::expires_at.gt(now)))
}

/// Whether it has.
#[auto_type(no_type_alias)]
fn is_expired(now: i64) -> _ {
    a::expired.eq(true).or(a::expires_at.le(now))
}

/// Whether the user manages its event.
#[auto_type(no_type_alias)]
fn is_managed_by(user_id: i64) -> _ {
    let created: participation::events_created_by = participation::events_created_by(user_id);
    let named: participation::events_managed_by = participation::events_managed_by(user_id);
    a::event_id.nullable().eq_any(created).or(a::event_id.nullable().eq_any(named))
}

/// Whether the user takes part in its event, also by a team.
#[auto_type(no_type_alias)]
fn is_entered_by(user_id: i64) -> _ {
    let own: participation::events_entered_by = participation::events_entered_by(user_id);
    let of_teams: participation::events_entered_by_teams_of =
        participation::events_entered_by_teams_of(user_id);
    a::event_id.nullable().eq_any(own).or(a::event_id.nullable().eq_any(of_teams))
}

/// Whether everybody may read its event.
#[auto_type]
fn is_of_public_event() -> _ {
    let open = e::table.filter(e::visibility.eq("public")).select(e::id);
    a::event_id.eq_any(open)
}

/// Whether the user may read one of its teams. A team that has left the event is no longer among
/// them, and of a private event nothing is everybody's.
#[auto_type(no_type_alias)]
fn is_addressed_to(user_id: i64) -> _ {
    let takes_part = r::table
        .filter(r::event_id.eq(a::event_id))
        .filter(r::team_id.eq(au::team_id.nullable()))
        .filter(r::accepted.eq(true));
    let own = members::table.filter(members::user_id.eq(user_id)).select(members::team_id);
    let open = t::table.filter(t::visibility.eq("public")).select(t::id);
    let is_beside: readable::can_read_team_through_events =
        readable::can_read_team_through_events(user_id);
    let beside = t::table.filter(is_beside).select(t::id);
    let is_of_public_event: is_of_public_event = is_of_public_event();
    let is_open = is_of_public_event.and(au::team_id.eq_any(open));
    let teams = au::table
        .filter(au::announcement_id.eq(a::id))
        .filter(exists(takes_part))
        .filter(au::team_id.eq_any(own).or(au::team_id.eq_any(beside)).or(is_open));
    exists(teams)
}

/// `(etag, body)` of an announcement.
pub async fn find_with_etag(conn: &mut Conn, id: i64) -> QueryResult<Option<(String, Value)>> {
    let now = now_ms();
    let Some(row) = find_row(conn, id).await? else { return Ok(None) };
    let etag = row.effective_version(now).to_string();
    let json = to_json_items(conn, vec![row], now).await?.pop();
    Ok(json.map(|(_, shape)| (etag, shape)))
}

/// What a user is to an announcement.
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

/// A page of those that are asked for and may be seen, oldest first, one more than `limit`.
///
/// Without a status: those in force.
pub async fn list(
    conn: &mut Conn,
    VisibilityScope { user_id, sees_all: all }: VisibilityScope,
    filter: &AnnouncementFilter,
    (after, limit): (i64, i64),
) -> QueryResult<Vec<(i64, Value)>> {
    let (now, user) = (now_ms(), user_id.unwrap_or(readable::NO_USER_ID));
    let may_read = a::targeted
        .eq(false)
        .and(is_of_public_event().or(is_entered_by(user)))
        .or(is_addressed_to(user));
    let mut query = a::table
        .filter(a::id.gt(after))
        .filter(all.into_sql::<Bool>().or(is_managed_by(user)).or(may_read))
        .order(a::id)
        .limit(limit + 1)
        .into_boxed();
    query = match filter.status.as_deref() {
        Some("expired") => query.filter(is_expired(now)),
        _ => query.filter(is_active(now)),
    };
    if let Some(event_id) = filter.event_id {
        query = query.filter(a::event_id.eq(event_id));
    }
    if let Some(kind) = &filter.kind {
        query = query.filter(a::kind.eq(kind));
    }
    if let Some(priority) = &filter.priority {
        query = query.filter(a::priority.eq(priority));
    }
    let rows = query.load(conn).await?;
    to_json_items(conn, rows, now).await
}

/// Those in force that are for the whole event, newest first: for its snapshots.
pub async fn active_of_event(conn: &mut Conn, event_id: i64) -> QueryResult<Vec<Value>> {
    let now = now_ms();
    let query = a::table
        .filter(a::event_id.eq(event_id))
        .filter(a::targeted.eq(false))
        .filter(is_active(now))
        .order(a::id.desc())
        .limit(MAX_IN_SNAPSHOT);
    let rows = query.load(conn).await?;
    Ok(to_json_items(conn, rows, now).await?.into_iter().map(|(_, json)| json).collect())
}

/// Those in force that are for this team, newest first: for its snapshots.
pub async fn active_of_team(conn: &mut Conn, team_id: i64) -> QueryResult<Vec<Value>> {
    let now = now_ms();
    let is_open = teams::find_row(conn, team_id).await?.is_none_or(|team| team.is_public());
    let addressed = au::table.filter(au::announcement_id.eq(a::id)).filter(au::team_id.eq(team_id));
    let query = a::table
        .inner_join(e::table.on(e::id.eq(a::event_id)))
        .filter(exists(addressed))
        .filter(a::event_id.nullable().eq_any(participation::events_accepted_by_team(team_id)))
        // A public team's snapshots are read by anybody.
        .filter((!is_open).into_sql::<Bool>().or(e::visibility.eq("public")))
        .filter(is_active(now))
        .order(a::id.desc())
        .limit(MAX_IN_SNAPSHOT)
        .select(a::all_columns);
    let rows = query.load(conn).await?;
    Ok(to_json_items(conn, rows, now).await?.into_iter().map(|(_, json)| json).collect())
}

/// What is shown of each, in the order given, by its id.
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
