//! Lists in pages, oldest item first.

mod events;
mod matches;
mod page;

use diesel::dsl::exists;
use diesel::prelude::*;
use diesel::sql_types::Bool;
use diesel_async::RunQueryDsl;
use page::{ItemsResult, into_page};
use serde_json::json;

use super::dialect::Conn;
use super::{announcements, purchases, readable};
use crate::domain::visibility::Visibility;
use crate::store::error::QueryResult;
use crate::store::json;
use crate::store::match_cache::MatchCache;
use crate::store::model::{ListPage, ListQuery, PageRange, VisibilityScope};
use crate::store::rows::{PlayerRow, TeamRow, UserRow};
use crate::store::schema::{members, officials, players, teams as t, users};

/// Returns one page of a list.
pub async fn list_page(
    conn: &mut Conn,
    match_cache: &MatchCache,
    query: &ListQuery,
    range: PageRange,
) -> QueryResult<ListPage> {
    let page = PageRange { limit: range.limit.max(1), ..range };
    Ok(into_page(load_items(conn, match_cache, query, page).await?, page.limit))
}

#[rustfmt::skip]
async fn load_items(conn: &mut Conn, match_cache: &MatchCache, query: &ListQuery, page: PageRange) -> ItemsResult {
    match query {
        ListQuery::Users => all_users(conn, page).await,
        ListQuery::Teams { scope } => visible_teams(conn, *scope, page).await,
        ListQuery::Players { team_id } => team_players(conn, *team_id, page).await,
        ListQuery::Members { team_id } => team_members(conn, *team_id, page).await,
        ListQuery::Officials { match_id } => match_officials(conn, *match_id, page).await,
        ListQuery::Matches { scope, status } => matches::list_all(conn, match_cache, *scope, *status, page).await,
        ListQuery::TeamMatches { team_id, scope } => matches::list_for_team(conn, match_cache, *team_id, *scope, page).await,
        ListQuery::EventMatches { event_id, scope, status } => matches::list_for_event(conn, match_cache, (*event_id, *status), *scope, page).await,
        ListQuery::TeamResults { team_id, scope } => matches::list_results_of_team(conn, *team_id, *scope, page).await,
        ListQuery::EventResults { event_id, scope } => matches::list_results_of_event(conn, *event_id, *scope, page).await,
        ListQuery::Events { scope } => events::list_visible(conn, *scope, page).await,
        ListQuery::Managers { event_id } => events::list_managers(conn, *event_id, page).await,
        ListQuery::Registrations { event_id } => events::list_registrations(conn, *event_id, page).await,
        ListQuery::TeamRegistrations { team_id } => events::list_registrations_of_team(conn, *team_id, page).await,
        ListQuery::Announcements { scope, filter } => announcements::list(conn, *scope, filter, page).await,
        ListQuery::Purchases { buyer_id, event_id } => purchases::list_of_buyer(conn, *buyer_id, *event_id, page).await,
        ListQuery::Sales { event_id } => purchases::list_of_event(conn, *event_id, page).await,
    }
}

async fn all_users(conn: &mut Conn, PageRange { after, limit }: PageRange) -> ItemsResult {
    let query = users::table.filter(users::id.gt(after)).order(users::id).limit(limit + 1);
    let rows: Vec<UserRow> = query.load(conn).await?;
    Ok(rows.iter().map(|row| (row.id, json::user_json(row))).collect())
}

async fn visible_teams(
    conn: &mut Conn,
    scope: VisibilityScope,
    PageRange { after, limit }: PageRange,
) -> ItemsResult {
    let VisibilityScope { user_id, sees_all } = scope;
    let user = user_id.unwrap_or(readable::NO_USER_ID);
    let is_member =
        members::table.filter(members::team_id.eq(t::id)).filter(members::user_id.eq(user));
    let query = t::table
        .filter(t::id.gt(after))
        .filter(
            sees_all
                .into_sql::<Bool>()
                .or(t::visibility.eq(Visibility::Public))
                .or(exists(is_member.select(members::user_id))),
        )
        .order(t::id)
        .limit(limit + 1);
    let rows: Vec<TeamRow> = query.load(conn).await?;
    Ok(rows.iter().map(|row| (row.id, json::team_json(row))).collect())
}

async fn team_players(
    conn: &mut Conn,
    team_id: i64,
    PageRange { after, limit }: PageRange,
) -> ItemsResult {
    let query = players::table
        .filter(players::team_id.eq(team_id))
        .filter(players::id.gt(after))
        .order(players::id)
        .limit(limit + 1);
    let rows: Vec<PlayerRow> = query.load(conn).await?;
    Ok(rows.iter().map(|row| (row.id, json::player_json(row))).collect())
}

async fn team_members(
    conn: &mut Conn,
    team_id: i64,
    PageRange { after, limit }: PageRange,
) -> ItemsResult {
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

async fn match_officials(
    conn: &mut Conn,
    match_id: i64,
    PageRange { after, limit }: PageRange,
) -> ItemsResult {
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
