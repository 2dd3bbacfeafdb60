//! Events, and who manages them and takes part in them.

use diesel::prelude::*;
use diesel::sql_types::Bool;
use diesel_async::RunQueryDsl;
use serde_json::json;

use super::super::dialect::Conn;
use super::super::readable;
use super::Items;
use crate::store::model::SeenBy;
use crate::store::rows::EventRow;
use crate::store::rows::RegistrationRow;
use crate::store::schema::events as e;
use crate::store::schema::managers as m;
use crate::store::schema::registrations as r;
use crate::store::schema::teams as t;
use crate::store::schema::users;
use crate::store::shapes;

/// The public ones, and those one has to do with.
pub async fn visible(conn: &mut Conn, seen_by: SeenBy, (after, limit): (i64, i64)) -> Items {
    let SeenBy { user_id, all } = seen_by;
    let has_to_do: readable::event = readable::event(user_id.unwrap_or(readable::NOBODY));
    let query = e::table
        .filter(e::id.gt(after))
        .filter(all.into_sql::<Bool>().or(e::visibility.eq("public")).or(has_to_do))
        .order(e::id)
        .limit(limit + 1);
    let rows: Vec<EventRow> = query.load(conn).await?;
    rows.iter().map(|row| Ok((row.id, shapes::event(row)?))).collect()
}

/// Who made it, and who was named.
pub async fn managers(conn: &mut Conn, event_id: i64, (after, limit): (i64, i64)) -> Items {
    let named = m::table.filter(m::event_id.eq(event_id)).select(m::user_id);
    let maker = e::table.filter(e::id.eq(event_id)).select(e::created_by);
    let query = users::table
        .filter(users::id.eq_any(named).or(users::id.eq_any(maker)))
        .filter(users::id.gt(after))
        .order(users::id)
        .limit(limit + 1)
        .select((users::id, users::name));
    let rows: Vec<(i64, String)> = query.load(conn).await?;
    let item = |(id, name)| (id, json!({ "event_id": event_id, "user_id": id, "name": name }));
    Ok(rows.into_iter().map(item).collect())
}

/// Users and teams, by name.
pub async fn registrations(conn: &mut Conn, event_id: i64, (after, limit): (i64, i64)) -> Items {
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
        let mut shape = shapes::registration(&row);
        shape["name"] = json!(user.or(team));
        (row.id, shape)
    };
    Ok(rows.into_iter().map(item).collect())
}

/// A team's, for the events it takes part in, by their names.
pub async fn registrations_of_team(
    conn: &mut Conn,
    team_id: i64,
    (after, limit): (i64, i64),
) -> Items {
    let query = r::table
        .inner_join(e::table.on(e::id.eq(r::event_id)))
        .filter(r::team_id.eq(team_id))
        .filter(r::id.gt(after))
        .order(r::id)
        .limit(limit + 1)
        .select((r::all_columns, e::name));
    let rows: Vec<(RegistrationRow, String)> = query.load(conn).await?;
    let item = |(row, event): (RegistrationRow, String)| {
        let mut shape = shapes::registration(&row);
        shape["event"] = json!(event);
        (row.id, shape)
    };
    Ok(rows.into_iter().map(item).collect())
}
