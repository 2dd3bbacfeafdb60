//! Lists of matches and results that the user may see.

use diesel::dsl::{auto_type, exists};
use diesel::prelude::*;
use diesel::sql_types::Bool;
use diesel_async::RunQueryDsl;

use super::super::dialect::Conn;
use super::super::{full_matches, participation, readable};
use super::page::ItemsResult;
use crate::domain::matches::MatchStatus;
use crate::domain::teams::MemberRole;
use crate::store::match_cache::MatchCache;
use crate::store::model::{PageRange, VisibilityScope};
use crate::store::rows::MatchRow;
use crate::store::schema::{matches as m, members, results as r};

/// All matches that the user may see, after this id.
#[auto_type]
fn visible_matches(scope: VisibilityScope, after: i64) -> _ {
    let can_read: readable::can_read_match =
        readable::can_read_match(scope.user_id.unwrap_or(readable::NO_USER_ID), scope.sees_all);
    m::table.filter(can_read).filter(m::id.gt(after)).order(m::id)
}

/// All visible matches, of one status or any.
pub async fn list_all(
    conn: &mut Conn,
    match_cache: &MatchCache,
    scope: VisibilityScope,
    status: Option<MatchStatus>,
    PageRange { after, limit }: PageRange,
) -> ItemsResult {
    let is_any = status.is_none().into_sql::<Bool>();
    let query = visible_matches(scope, after)
        .filter(is_any.or(m::status.eq(status.unwrap_or_default())))
        .limit(limit + 1);
    let rows: Vec<MatchRow> = query.load(conn).await?;
    list_items(conn, match_cache, &rows).await
}

/// A team's matches; those it has not accepted yet are only for its managers.
pub async fn list_for_team(
    conn: &mut Conn,
    match_cache: &MatchCache,
    team_id: i64,
    scope: VisibilityScope,
    PageRange { after, limit }: PageRange,
) -> ItemsResult {
    let VisibilityScope { user_id, sees_all } = scope;
    let manages = members::table
        .filter(members::team_id.eq(team_id))
        .filter(members::user_id.eq(user_id.unwrap_or(readable::NO_USER_ID)))
        .filter(members::role.eq(MemberRole::Manager))
        .select(members::user_id);
    let query = visible_matches(scope, after)
        .filter(m::home_team_id.eq(team_id).or(m::away_team_id.eq(team_id)))
        .filter(
            sees_all
                .into_sql::<Bool>()
                .or(participation::is_listed_for_team(team_id))
                .or(exists(manages)),
        )
        .limit(limit + 1);
    let rows: Vec<MatchRow> = query.load(conn).await?;
    list_items(conn, match_cache, &rows).await
}

/// An event's matches, of one status or any.
pub async fn list_for_event(
    conn: &mut Conn,
    match_cache: &MatchCache,
    (event_id, status): (i64, Option<MatchStatus>),
    scope: VisibilityScope,
    PageRange { after, limit }: PageRange,
) -> ItemsResult {
    let is_any = status.is_none().into_sql::<Bool>();
    let query = visible_matches(scope, after)
        .filter(m::event_id.eq(event_id))
        .filter(is_any.or(m::status.eq(status.unwrap_or_default())))
        .limit(limit + 1);
    let rows: Vec<MatchRow> = query.load(conn).await?;
    list_items(conn, match_cache, &rows).await
}

async fn list_items(conn: &mut Conn, match_cache: &MatchCache, rows: &[MatchRow]) -> ItemsResult {
    let items = full_matches::load_list_items(conn, match_cache, rows).await?;
    Ok(rows.iter().map(|row| row.id).zip(items).collect())
}

/// A team's results, ordered by match id.
pub async fn list_results_of_team(
    conn: &mut Conn,
    team_id: i64,
    scope: VisibilityScope,
    PageRange { after, limit }: PageRange,
) -> ItemsResult {
    let query = visible_matches(scope, after)
        .inner_join(r::table.on(r::match_id.eq(m::id)))
        .filter(r::home_team_id.eq(team_id).or(r::away_team_id.eq(team_id)))
        .filter(participation::is_listed_for_team(team_id))
        .limit(limit + 1)
        .select((m::id, r::body));
    parse_bodies(query.load(conn).await?)
}

/// An event's results, ordered by match id.
pub async fn list_results_of_event(
    conn: &mut Conn,
    event_id: i64,
    scope: VisibilityScope,
    PageRange { after, limit }: PageRange,
) -> ItemsResult {
    let query = visible_matches(scope, after)
        .inner_join(r::table.on(r::match_id.eq(m::id)))
        .filter(r::event_id.eq(event_id))
        .limit(limit + 1)
        .select((m::id, r::body));
    parse_bodies(query.load(conn).await?)
}

fn parse_bodies(rows: Vec<(i64, String)>) -> ItemsResult {
    rows.into_iter().map(|(id, body)| Ok((id, serde_json::from_str(&body)?))).collect()
}
