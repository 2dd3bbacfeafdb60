//! Lists of events, of their managers and of their registrations.

use diesel::prelude::*;
use diesel::sql_types::Bool;
use diesel_async::RunQueryDsl;
use serde_json::json;

use super::super::dialect::Conn;
use super::super::readable;
use super::page::ItemsResult;
use crate::domain::visibility::Visibility;
use crate::store::json;
use crate::store::model::{PageRange, VisibilityScope};
use crate::store::rows::{EventRow, RegistrationRow};
use crate::store::schema::{events as e, managers as m, registrations as r, teams as t, users};

/// The public events, and those the user is involved in.
pub async fn list_visible(
    conn: &mut Conn,
    scope: VisibilityScope,
    PageRange { after, limit }: PageRange,
) -> ItemsResult {
    let VisibilityScope { user_id, sees_all } = scope;
    let is_involved: readable::is_involved_in_event =
        readable::is_involved_in_event(user_id.unwrap_or(readable::NO_USER_ID));
    let query = e::table
        .filter(e::id.gt(after))
        .filter(
            sees_all.into_sql::<Bool>().or(e::visibility.eq(Visibility::Public)).or(is_involved),
        )
        .order(e::id)
        .limit(limit + 1);
    let rows: Vec<EventRow> = query.load(conn).await?;
    rows.iter().map(|row| Ok((row.id, json::event_json(row)?))).collect()
}

/// The creator and the added managers.
pub async fn list_managers(
    conn: &mut Conn,
    event_id: i64,
    PageRange { after, limit }: PageRange,
) -> ItemsResult {
    let added = m::table.filter(m::event_id.eq(event_id)).select(m::user_id);
    let creator = e::table.filter(e::id.eq(event_id)).select(e::created_by);
    let query = users::table
        .filter(users::id.eq_any(added).or(users::id.eq_any(creator)))
        .filter(users::id.gt(after))
        .order(users::id)
        .limit(limit + 1)
        .select((users::id, users::name));
    let rows: Vec<(i64, String)> = query.load(conn).await?;
    let item = |(id, name)| (id, json!({ "event_id": event_id, "user_id": id, "name": name }));
    Ok(rows.into_iter().map(item).collect())
}

/// The registrations of users and teams, each with its name.
pub async fn list_registrations(
    conn: &mut Conn,
    event_id: i64,
    PageRange { after, limit }: PageRange,
) -> ItemsResult {
    let query = r::table
        .left_join(users::table.on(r::user_id.eq(users::id.nullable())))
        .left_join(t::table.on(r::team_id.eq(t::id.nullable())))
        .filter(r::event_id.eq(event_id))
        .filter(r::id.gt(after))
        .order(r::id)
        .limit(limit + 1)
        .select((r::all_columns, users::name.nullable(), t::name.nullable()));
    let rows: Vec<(RegistrationRow, Option<String>, Option<String>)> = query.load(conn).await?;
    let item = |(row, user, team): (RegistrationRow, Option<String>, Option<String>)| {
        let mut json = json::registration_json(&row);
        json["name"] = json!(user.or(team));
        (row.id, json)
    };
    Ok(rows.into_iter().map(item).collect())
}

/// A team's registrations, each with the name of the event.
pub async fn list_registrations_of_team(
    conn: &mut Conn,
    team_id: i64,
    PageRange { after, limit }: PageRange,
) -> ItemsResult {
    let query = r::table
        .inner_join(e::table.on(e::id.eq(r::event_id)))
        .filter(r::team_id.eq(team_id))
        .filter(r::id.gt(after))
        .order(r::id)
        .limit(limit + 1)
        .select((r::all_columns, e::name));
    let rows: Vec<(RegistrationRow, String)> = query.load(conn).await?;
    let item = |(row, event): (RegistrationRow, String)| {
        let mut json = json::registration_json(&row);
        json["event"] = json!(event);
        (row.id, json)
    };
    Ok(rows.into_iter().map(item).collect())
}
