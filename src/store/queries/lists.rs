//! Lists, a page at a time, oldest first.

mod events;
mod matches;

use diesel::dsl::exists;
use diesel::prelude::*;
use diesel::sql_types::Bool;
use diesel_async::RunQueryDsl;
use serde_json::Value;
use serde_json::json;

use super::announcements;
use super::dialect::Conn;
use super::purchases;
use super::readable;
use crate::store::error::Found;
use crate::store::games::Games;
use crate::store::model::List;
use crate::store::model::ListOf;
use crate::store::model::SeenBy;
use crate::store::rows::PlayerRow;
use crate::store::rows::TeamRow;
use crate::store::rows::UserRow;
use crate::store::schema::members;
use crate::store::schema::officials;
use crate::store::schema::players;
use crate::store::schema::teams as t;
use crate::store::schema::users;
use crate::store::shapes;

/// At most `limit` items after the one whose id is `after`.
pub async fn list(
    conn: &mut Conn,
    games: &Games,
    of: &ListOf,
    (after, limit): (i64, i64),
) -> Found<List> {
    let page = (after, limit.max(1));
    Ok(cut(items(conn, games, of, page).await?, page.1))
}

#[rustfmt::skip]
async fn items(conn: &mut Conn, games: &Games, of: &ListOf, page: (i64, i64)) -> Items {
    match of {
        ListOf::Users => all_users(conn, page).await,
        ListOf::Teams { seen_by } => visible_teams(conn, *seen_by, page).await,
        ListOf::Players { team_id } => team_players(conn, *team_id, page).await,
        ListOf::Members { team_id } => team_members(conn, *team_id, page).await,
        ListOf::Officials { match_id } => match_officials(conn, *match_id, page).await,
        ListOf::Matches { seen_by, status } => matches::all(conn, games, *seen_by, status.as_deref(), page).await,
        ListOf::TeamMatches { team_id, seen_by } => matches::of_team(conn, games, *team_id, *seen_by, page).await,
        ListOf::EventMatches { event_id, seen_by, status } => matches::of_event(conn, games, (*event_id, status.as_deref()), *seen_by, page).await,
        ListOf::TeamResults { team_id, seen_by } => matches::results_of_team(conn, *team_id, *seen_by, page).await,
        ListOf::EventResults { event_id, seen_by } => matches::results_of_event(conn, *event_id, *seen_by, page).await,
        ListOf::Events { seen_by } => events::visible(conn, *seen_by, page).await,
        ListOf::Managers { event_id } => events::managers(conn, *event_id, page).await,
        ListOf::Registrations { event_id } => events::registrations(conn, *event_id, page).await,
        ListOf::TeamRegistrations { team_id } => events::registrations_of_team(conn, *team_id, page).await,
        ListOf::Announcements { seen_by, filter } => announcements::list(conn, *seen_by, filter, page).await,
        ListOf::Purchases { buyer_id, event_id } => purchases::of_buyer(conn, *buyer_id, *event_id, page).await,
        ListOf::Sales { event_id } => purchases::of_event(conn, *event_id, page).await,
    }
}

/// One row more than a page was read: it says whether there is a next one.
fn cut(mut items: Vec<(i64, Value)>, limit: i64) -> List {
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let is_more = items.len() > limit;
    items.truncate(limit);
    let next = items.last().filter(|_| is_more).map(|(id, _)| *id);
    List { items: items.into_iter().map(|(_, item)| item).collect(), next }
}

type Items = Found<Vec<(i64, Value)>>;

async fn all_users(conn: &mut Conn, (after, limit): (i64, i64)) -> Items {
    let query = users::table.filter(users::id.gt(after)).order(users::id).limit(limit + 1);
    let rows: Vec<UserRow> = query.load(conn).await?;
    Ok(rows.iter().map(|row| (row.id, shapes::user(row))).collect())
}

async fn visible_teams(conn: &mut Conn, seen_by: SeenBy, (after, limit): (i64, i64)) -> Items {
    let SeenBy { user_id, all } = seen_by;
    let user = user_id.unwrap_or(readable::NOBODY);
    let is_member =
        members::table.filter(members::team_id.eq(t::id)).filter(members::user_id.eq(user));
    let query = t::table
        .filter(t::id.gt(after))
        .filter(
            all.into_sql::<Bool>()
                .or(t::visibility.eq("public"))
                .or(exists(is_member.select(members::user_id))),
        )
        .order(t::id)
        .limit(limit + 1);
    let rows: Vec<TeamRow> = query.load(conn).await?;
    Ok(rows.iter().map(|row| (row.id, shapes::team(row))).collect())
}

async fn team_players(conn: &mut Conn, team_id: i64, (after, limit): (i64, i64)) -> Items {
    let query = players::table
        .filter(players::team_id.eq(team_id))
        .filter(players::id.gt(after))
        .order(players::id)
        .limit(limit + 1);
    let rows: Vec<PlayerRow> = query.load(conn).await?;
    Ok(rows.iter().map(|row| (row.id, shapes::player(row))).collect())
}

async fn team_members(conn: &mut Conn, team_id: i64, (after, limit): (i64, i64)) -> Items {
    let query = members::table
        .inner_join(users::table.on(users::id.eq(members::user_id)))
        .filter(members::team_id.eq(team_id))
        .filter(members::user_id.gt(after))
        .order(members::user_id)
        .limit(limit + 1)
        .select((members::user_id, users::name, members::role));
    let rows: Vec<(i64, String, String)> = query.load(conn).await?;
    let item = |(id, name, role)| {
        (id, json!({ "team_id": team_id, "user_id": id, "name": name, "role": role }))
    };
    Ok(rows.into_iter().map(item).collect())
}

async fn match_officials(conn: &mut Conn, match_id: i64, (after, limit): (i64, i64)) -> Items {
    let query = officials::table
        .inner_join(users::table.on(users::id.eq(officials::user_id)))
        .filter(officials::match_id.eq(match_id))
        .filter(officials::user_id.gt(after))
        .order(officials::user_id)
        .limit(limit + 1)
        .select((officials::user_id, users::name, officials::role));
    let rows: Vec<(i64, String, String)> = query.load(conn).await?;
    let item = |(id, name, role)| {
        (id, json!({ "match_id": match_id, "user_id": id, "name": name, "role": role }))
    };
    Ok(rows.into_iter().map(item).collect())
}
