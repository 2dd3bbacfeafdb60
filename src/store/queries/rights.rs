//! What a user is to a match, a team, an event …: facts, from which `auth` decides.

use diesel::dsl::exists;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::dialect::Conn;
use super::involved;
use super::matches;
use super::readable;
use super::teams;
use crate::store::error::Found;
use crate::store::model::EventRights;
use crate::store::model::MatchRights;
use crate::store::model::TeamRights;
use crate::store::schema::events;
use crate::store::schema::managers;
use crate::store::schema::members;
use crate::store::schema::officials;
use crate::store::schema::registrations as r;
use crate::store::schema::teams as t;

pub use super::announcements::rights as of_announcement;
pub use super::purchases::rights as of_purchase;

pub async fn of_match(conn: &mut Conn, id: i64, user: Option<i64>) -> Found<Option<MatchRights>> {
    let Some(row) = matches::row(conn, id).await? else { return Ok(None) };
    let public = row.is_public();
    let secret = !row.event_is_public;
    let Some(user) = user else {
        return Ok(Some(MatchRights { public, secret, ..MatchRights::default() }));
    };

    let role = officials::table.find((id, user)).select(officials::role).single_value();
    let teams = members::team_id.eq(row.home_team_id).or(members::team_id.eq(row.away_team_id));
    let member = exists(members::table.filter(members::user_id.eq(user)).filter(teams));
    let event = row.event_id;
    let made = exists(involved::made(user).filter(events::id.nullable().eq(event)));
    let named = exists(involved::managed(user).filter(managers::event_id.nullable().eq(event)));
    let entered = exists(involved::entered(user).filter(r::event_id.nullable().eq(event)));
    let by_team = exists(involved::entered_by_team(user).filter(r::event_id.nullable().eq(event)));
    let query = diesel::select((role, member, made.or(named), entered.or(by_team)));
    let (role, member, manager, participant): (Option<String>, bool, bool, bool) =
        query.get_result(conn).await?;
    Ok(Some(MatchRights {
        public,
        secret,
        created: row.created_by == user && event.is_none(),
        referee: role.as_deref() == Some("referee"),
        scorer: role.as_deref() == Some("scorer"),
        member,
        manager,
        participant,
    }))
}

pub async fn of_team(conn: &mut Conn, id: i64, user: Option<i64>) -> Found<Option<TeamRights>> {
    let Some(row) = teams::row(conn, id).await? else { return Ok(None) };
    let public = row.is_public();
    let Some(user) = user else { return Ok(Some(TeamRights { public, ..TeamRights::default() })) };
    let role = members::table.find((id, user)).select(members::role).single_value();
    let query = t::table.filter(t::id.eq(id)).select((role, readable::team_beside(user)));
    let (role, participant): (Option<String>, bool) = query.get_result(conn).await?;
    Ok(Some(TeamRights { public, role, participant }))
}

pub async fn of_event(conn: &mut Conn, id: i64, user: Option<i64>) -> Found<Option<EventRights>> {
    let Some(row) = super::events::row(conn, id).await? else { return Ok(None) };
    let public = row.is_public();
    let Some(user) = user else {
        return Ok(Some(EventRights { public, ..EventRights::default() }));
    };
    let named = exists(involved::managed(user).filter(managers::event_id.eq(id)));
    let entered = exists(involved::entered(user).filter(r::event_id.eq(id)));
    let by_team = exists(involved::entered_by_team(user).filter(r::event_id.eq(id)));
    let query = diesel::select((named, entered.or(by_team)));
    let (named, participant): (bool, bool) = query.get_result(conn).await?;
    Ok(Some(EventRights { public, manager: row.created_by == user || named, participant }))
}
