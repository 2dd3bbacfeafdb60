//! Announcements as they are read, by those they are for.

use std::collections::HashMap;

use chrono::Utc;
use diesel::dsl::auto_type;
use diesel::dsl::exists;
use diesel::prelude::*;
use diesel::sql_types::Bool;
use diesel_async::RunQueryDsl;
use serde_json::Value;

use super::super::dialect::Conn;
use super::super::involved;
use super::super::readable;
use super::super::rights;
use super::super::teams;
use super::row;
use crate::store::error::Found;
use crate::store::model::AnnouncementFilter;
use crate::store::model::AnnouncementRights;
use crate::store::model::SeenBy;
use crate::store::rows::AnnouncementRow;
use crate::store::schema::announcements as a;
use crate::store::schema::audiences as au;
use crate::store::schema::events as e;
use crate::store::schema::members;
use crate::store::schema::registrations as r;
use crate::store::schema::teams as t;
use crate::store::shapes;

/// Announcements in one snapshot: more than a display draws.
const NEWEST: i64 = 50;

/// What has run out is over for readers at once, before anybody is told: so reads need a clock.
fn clock() -> i64 {
    Utc::now().timestamp_millis()
}

/// Whether it has not run out.
#[auto_type(no_type_alias)]
fn is_in_force(now: i64) -> _ {
    a::expired.eq(false).and(a::expires_at.is_null().or(a::expires_at.gt(now)))
}

/// Whether it has.
#[auto_type(no_type_alias)]
fn is_over(now: i64) -> _ {
    a::expired.eq(true).or(a::expires_at.le(now))
}

/// Whether the user manages its event.
#[auto_type(no_type_alias)]
fn is_managed_by(user: i64) -> _ {
    let made: involved::made = involved::made(user);
    let named: involved::managed = involved::managed(user);
    a::event_id.nullable().eq_any(made).or(a::event_id.nullable().eq_any(named))
}

/// Whether the user takes part in its event, also by a team.
#[auto_type(no_type_alias)]
fn has_participant(user: i64) -> _ {
    let own: involved::entered = involved::entered(user);
    let of_teams: involved::entered_by_team = involved::entered_by_team(user);
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
fn is_addressed_to(user: i64) -> _ {
    let takes_part = r::table
        .filter(r::event_id.eq(a::event_id))
        .filter(r::team_id.eq(au::team_id.nullable()))
        .filter(r::accepted.eq(true));
    let own = members::table.filter(members::user_id.eq(user)).select(members::team_id);
    let open = t::table.filter(t::visibility.eq("public")).select(t::id);
    let is_beside: readable::team_beside = readable::team_beside(user);
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
pub async fn shown(conn: &mut Conn, id: i64) -> Found<Option<(String, Value)>> {
    let now = clock();
    let Some(row) = row(conn, id).await? else { return Ok(None) };
    let etag = row.version(now).to_string();
    let shape = shapes(conn, vec![row], now).await?.pop();
    Ok(shape.map(|(_, shape)| (etag, shape)))
}

/// What a user is to an announcement.
pub async fn rights(
    conn: &mut Conn,
    id: i64,
    user: Option<i64>,
) -> Found<Option<AnnouncementRights>> {
    let Some(row) = row(conn, id).await? else { return Ok(None) };
    let Some(event) = rights::of_event(conn, row.event_id, user).await? else { return Ok(None) };
    let query =
        a::table.filter(a::id.eq(id)).select(is_addressed_to(user.unwrap_or(readable::NOBODY)));
    let addressed = row.targeted && query.get_result(conn).await?;
    Ok(Some(AnnouncementRights { event, targeted: row.targeted, addressed }))
}

/// A page of those that are asked for and may be seen, oldest first, one more than `limit`.
///
/// Without a status: those in force.
pub async fn list(
    conn: &mut Conn,
    SeenBy { user_id, all }: SeenBy,
    filter: &AnnouncementFilter,
    (after, limit): (i64, i64),
) -> Found<Vec<(i64, Value)>> {
    let (now, user) = (clock(), user_id.unwrap_or(readable::NOBODY));
    let may_read = a::targeted
        .eq(false)
        .and(is_of_public_event().or(has_participant(user)))
        .or(is_addressed_to(user));
    let mut query = a::table
        .filter(a::id.gt(after))
        .filter(all.into_sql::<Bool>().or(is_managed_by(user)).or(may_read))
        .order(a::id)
        .limit(limit + 1)
        .into_boxed();
    query = match filter.status.as_deref() {
        Some("expired") => query.filter(is_over(now)),
        _ => query.filter(is_in_force(now)),
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
    shapes(conn, rows, now).await
}

/// Those in force that are for the whole event, newest first: for its snapshots.
pub async fn of_event(conn: &mut Conn, event_id: i64) -> Found<Vec<Value>> {
    let now = clock();
    let query = a::table
        .filter(a::event_id.eq(event_id))
        .filter(a::targeted.eq(false))
        .filter(is_in_force(now))
        .order(a::id.desc())
        .limit(NEWEST);
    let rows = query.load(conn).await?;
    Ok(shapes(conn, rows, now).await?.into_iter().map(|(_, shape)| shape).collect())
}

/// Those in force that are for this team, newest first: for its snapshots.
pub async fn of_team(conn: &mut Conn, team_id: i64) -> Found<Vec<Value>> {
    let now = clock();
    let is_open = teams::row(conn, team_id).await?.is_none_or(|team| team.is_public());
    let addressed = au::table.filter(au::announcement_id.eq(a::id)).filter(au::team_id.eq(team_id));
    let query = a::table
        .inner_join(e::table.on(e::id.eq(a::event_id)))
        .filter(exists(addressed))
        .filter(a::event_id.nullable().eq_any(involved::agreed(team_id)))
        // A public team's snapshots are read by anybody.
        .filter((!is_open).into_sql::<Bool>().or(e::visibility.eq("public")))
        .filter(is_in_force(now))
        .order(a::id.desc())
        .limit(NEWEST)
        .select(a::all_columns);
    let rows = query.load(conn).await?;
    Ok(shapes(conn, rows, now).await?.into_iter().map(|(_, shape)| shape).collect())
}

/// What is shown of each, in the order given, by its id.
async fn shapes(conn: &mut Conn, rows: Vec<AnnouncementRow>, now: i64) -> Found<Vec<(i64, Value)>> {
    let targeted: Vec<i64> = rows.iter().filter(|row| row.targeted).map(|row| row.id).collect();
    let mut team_ids: HashMap<i64, Vec<i64>> = HashMap::new();
    if !targeted.is_empty() {
        let query = au::table.filter(au::announcement_id.eq_any(targeted)).order(au::team_id);
        for (id, team_id) in query.load::<(i64, i64)>(conn).await? {
            team_ids.entry(id).or_default().push(team_id);
        }
    }
    let shape = |row: &AnnouncementRow| {
        let team_ids = team_ids.get(&row.id).map(Vec::as_slice).unwrap_or_default();
        (row.id, shapes::announcement(row, team_ids, now))
    };
    Ok(rows.iter().map(shape).collect())
}
