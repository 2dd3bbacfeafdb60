//! What a user is to a match, a team, an event …: facts, from which `auth` decides.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::dialect::Conn;
use super::matches;
use super::teams;
use crate::store::error::Fault;
use crate::store::error::Found;
use crate::store::model::AnnouncementRights;
use crate::store::model::EventRights;
use crate::store::model::MatchRights;
use crate::store::model::PurchaseRights;
use crate::store::model::TeamRights;
use crate::store::schema::members;
use crate::store::schema::officials;

pub async fn of_match(conn: &mut Conn, id: i64, user: Option<i64>) -> Found<Option<MatchRights>> {
    let Some(row) = matches::row(conn, id).await? else { return Ok(None) };
    let public = row.is_public();
    let Some(user) = user else { return Ok(Some(MatchRights { public, ..Default::default() })) };

    let query = officials::table.find((id, user)).select(officials::role);
    let role: Option<String> = query.get_result(conn).await.optional()?;
    let teams = members::team_id.eq(row.home_team_id).or(members::team_id.eq(row.away_team_id));
    let query = members::table.filter(members::user_id.eq(user)).filter(teams);
    let team: Option<i64> = query.select(members::team_id).first(conn).await.optional()?;
    Ok(Some(MatchRights {
        public,
        created: row.created_by == user,
        referee: role.as_deref() == Some("referee"),
        scorer: role.as_deref() == Some("scorer"),
        member: team.is_some(),
        ..MatchRights::default()
    }))
}

pub async fn of_team(conn: &mut Conn, id: i64, user: Option<i64>) -> Found<Option<TeamRights>> {
    let Some(row) = teams::row(conn, id).await? else { return Ok(None) };
    let public = row.is_public();
    let Some(user) = user else { return Ok(Some(TeamRights { public, ..TeamRights::default() })) };
    let query = members::table.find((id, user)).select(members::role);
    let role = query.get_result(conn).await.optional()?;
    Ok(Some(TeamRights { public, role, participant: false }))
}

#[expect(unused_variables, reason = "skeleton")]
pub async fn of_event(conn: &mut Conn, id: i64, user: Option<i64>) -> Found<Option<EventRights>> {
    Err(Fault::Broken("not built yet".to_owned()))
}

#[expect(unused_variables, reason = "skeleton")]
pub async fn of_announcement(
    conn: &mut Conn,
    id: i64,
    user: Option<i64>,
) -> Found<Option<AnnouncementRights>> {
    Err(Fault::Broken("not built yet".to_owned()))
}

#[expect(unused_variables, reason = "skeleton")]
pub async fn of_purchase(
    conn: &mut Conn,
    id: Uuid,
    user: Option<i64>,
) -> Found<Option<PurchaseRights>> {
    Err(Fault::Broken("not built yet".to_owned()))
}
