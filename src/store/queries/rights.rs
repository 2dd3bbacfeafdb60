//! What a user is to a match or a team: facts, from which `auth` decides.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::dialect::Conn;
use super::matches;
use super::teams;
use crate::store::error::Found;
use crate::store::model::MatchRights;
use crate::store::model::TeamRights;
use crate::store::schema::members;
use crate::store::schema::officials;

pub async fn of_match(conn: &mut Conn, id: i64, user: Option<i64>) -> Found<Option<MatchRights>> {
    let Some(row) = matches::row(conn, id).await? else { return Ok(None) };
    let public = row.is_public();
    let Some(user) = user else { return Ok(Some(MatchRights { public, ..Default::default() })) };

    let query = officials::table.find((id, user)).select(officials::role);
    let role: Option<String> = query.first(conn).await.optional()?;
    let teams = members::team_id.eq(row.home_team_id).or(members::team_id.eq(row.away_team_id));
    let query = members::table.filter(members::user_id.eq(user)).filter(teams);
    let team: Option<i64> = query.select(members::team_id).first(conn).await.optional()?;
    Ok(Some(MatchRights {
        public,
        created: row.created_by == user,
        referee: role.as_deref() == Some("referee"),
        scorer: role.as_deref() == Some("scorer"),
        member: team.is_some(),
    }))
}

pub async fn of_team(conn: &mut Conn, id: i64, user: Option<i64>) -> Found<Option<TeamRights>> {
    let Some(row) = teams::row(conn, id).await? else { return Ok(None) };
    let public = row.is_public();
    let Some(user) = user else { return Ok(Some(TeamRights { public, role: None })) };
    let query = members::table.find((id, user)).select(members::role);
    let role = query.first(conn).await.optional()?;
    Ok(Some(TeamRights { public, role }))
}
