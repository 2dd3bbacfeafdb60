//! Matches and their results, as far as they may be seen.

use diesel::dsl::auto_type;
use diesel::dsl::exists;
use diesel::prelude::*;
use diesel::sql_types::Bool;
use diesel_async::RunQueryDsl;

use super::super::dialect::Conn;
use super::super::involved;
use super::super::readable;
use super::super::wholes;
use super::Items;
use crate::store::games::Games;
use crate::store::model::SeenBy;
use crate::store::rows::MatchRow;
use crate::store::schema::matches as m;
use crate::store::schema::members;
use crate::store::schema::results as r;

/// All that may be seen.
#[auto_type]
fn visible(seen_by: SeenBy, after: i64) -> _ {
    let seen: readable::game =
        readable::game(seen_by.user_id.unwrap_or(readable::NOBODY), seen_by.all);
    m::table.filter(seen).filter(m::id.gt(after)).order(m::id)
}

pub async fn all(
    conn: &mut Conn,
    games: &Games,
    seen_by: SeenBy,
    status: Option<&str>,
    (after, limit): (i64, i64),
) -> Items {
    let is_any = status.is_none().into_sql::<Bool>();
    let query = visible(seen_by, after)
        .filter(is_any.or(m::status.eq(status.unwrap_or_default())))
        .limit(limit + 1);
    let rows: Vec<MatchRow> = query.load(conn).await?;
    briefs(conn, games, &rows).await
}

/// A team's own: those that others arranged are for its managers, who may agree to them.
pub async fn of_team(
    conn: &mut Conn,
    games: &Games,
    team_id: i64,
    seen_by: SeenBy,
    (after, limit): (i64, i64),
) -> Items {
    let SeenBy { user_id, all } = seen_by;
    let manages = members::table
        .filter(members::team_id.eq(team_id))
        .filter(members::user_id.eq(user_id.unwrap_or(readable::NOBODY)))
        .filter(members::role.eq("manager"))
        .select(members::user_id);
    let query = visible(seen_by, after)
        .filter(m::home_team_id.eq(team_id).or(m::away_team_id.eq(team_id)))
        .filter(all.into_sql::<Bool>().or(involved::joined(team_id)).or(exists(manages)))
        .limit(limit + 1);
    let rows: Vec<MatchRow> = query.load(conn).await?;
    briefs(conn, games, &rows).await
}

pub async fn of_event(
    conn: &mut Conn,
    games: &Games,
    (event_id, status): (i64, Option<&str>),
    seen_by: SeenBy,
    (after, limit): (i64, i64),
) -> Items {
    let is_any = status.is_none().into_sql::<Bool>();
    let query = visible(seen_by, after)
        .filter(m::event_id.eq(event_id))
        .filter(is_any.or(m::status.eq(status.unwrap_or_default())))
        .limit(limit + 1);
    let rows: Vec<MatchRow> = query.load(conn).await?;
    briefs(conn, games, &rows).await
}

async fn briefs(conn: &mut Conn, games: &Games, rows: &[MatchRow]) -> Items {
    let briefs = wholes::briefs(conn, games, rows).await?;
    Ok(rows.iter().map(|row| row.id).zip(briefs).collect())
}

/// By the ids of their matches.
pub async fn results_of_team(
    conn: &mut Conn,
    team_id: i64,
    seen_by: SeenBy,
    (after, limit): (i64, i64),
) -> Items {
    let query = visible(seen_by, after)
        .inner_join(r::table.on(r::match_id.eq(m::id)))
        .filter(r::home_team_id.eq(team_id).or(r::away_team_id.eq(team_id)))
        .filter(involved::joined(team_id))
        .limit(limit + 1)
        .select((m::id, r::body));
    bodies(query.load(conn).await?)
}

/// By the ids of their matches.
pub async fn results_of_event(
    conn: &mut Conn,
    event_id: i64,
    seen_by: SeenBy,
    (after, limit): (i64, i64),
) -> Items {
    let query = visible(seen_by, after)
        .inner_join(r::table.on(r::match_id.eq(m::id)))
        .filter(r::event_id.eq(event_id))
        .limit(limit + 1)
        .select((m::id, r::body));
    bodies(query.load(conn).await?)
}

fn bodies(rows: Vec<(i64, String)>) -> Items {
    rows.into_iter().map(|(id, body)| Ok((id, serde_json::from_str(&body)?))).collect()
}
