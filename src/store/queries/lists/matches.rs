//! Matches and their results, as far as they may be seen.

use diesel::dsl::AsExprOf;
use diesel::dsl::auto_type;
use diesel::dsl::exists;
use diesel::prelude::*;
use diesel::sql_types::Bool;
use diesel_async::RunQueryDsl;

use super::super::dialect::Conn;
use super::super::involved;
use super::super::wholes;
use super::Items;
use super::NOBODY;
use crate::store::games::Games;
use crate::store::model::SeenBy;
use crate::store::rows::MatchRow;
use crate::store::schema::matches as m;
use crate::store::schema::members;
use crate::store::schema::officials;
use crate::store::schema::results as r;

/// Whether a match may be seen: by everybody, or by this user. It says what
/// `auth::permission` decides of one match.
#[auto_type]
fn seen(user: i64, all: bool) -> _ {
    let all: AsExprOf<bool, Bool> = all.into_sql::<Bool>();
    let made: involved::made = involved::made(user);
    let managed: involved::managed = involved::managed(user);
    let entered: involved::entered = involved::entered(user);
    let by_team: involved::entered_by_team = involved::entered_by_team(user);
    all.or(m::visibility.eq("public").and(m::event_is_public))
        .or(m::created_by.eq(user).and(m::event_id.is_null()))
        .or(exists(
            officials::table
                .filter(officials::match_id.eq(m::id))
                .filter(officials::user_id.eq(user))
                .select(officials::user_id),
        ))
        .or(exists(
            members::table
                .filter(
                    members::team_id.eq(m::home_team_id).or(members::team_id.eq(m::away_team_id)),
                )
                .filter(members::user_id.eq(user))
                .select(members::user_id),
        ))
        .or(m::event_id.eq_any(made))
        .or(m::event_id.eq_any(managed))
        .or(m::event_id.eq_any(entered))
        .or(m::event_id.eq_any(by_team))
}

/// All that may be seen.
#[auto_type]
fn visible(seen_by: SeenBy, after: i64) -> _ {
    let seen: seen = seen(seen_by.user_id.unwrap_or(NOBODY), seen_by.all);
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

pub async fn of_team(
    conn: &mut Conn,
    games: &Games,
    team_id: i64,
    seen_by: SeenBy,
    (after, limit): (i64, i64),
) -> Items {
    let query = visible(seen_by, after)
        .filter(m::home_team_id.eq(team_id).or(m::away_team_id.eq(team_id)))
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
