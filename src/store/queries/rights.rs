//! What a user is to a match, a team, an event …: facts, from which `auth` decides.

use diesel::dsl::exists;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;

pub use super::announcements::rights as of_announcement;
use super::dialect::Conn;
pub use super::purchases::rights as of_purchase;
use super::{matches, participation, readable, teams};
use crate::store::error::QueryResult;
use crate::store::model::{EventRights, MatchRights, TeamRights};
use crate::store::schema::{events, managers, members, officials, registrations as r, teams as t};

pub async fn match_rights(
    conn: &mut Conn,
    id: i64,
    user_id: Option<i64>,
) -> QueryResult<Option<MatchRights>> {
    let Some(row) = matches::find_row(conn, id).await? else { return Ok(None) };
    let public = row.is_public();
    let secret = !row.event_is_public;
    let Some(user) = user_id else {
        return Ok(Some(MatchRights {
            is_public: public,
            is_in_private_event: secret,
            ..MatchRights::default()
        }));
    };

    let role = officials::table.find((id, user)).select(officials::role).single_value();
    let teams = members::team_id.eq(row.home_team_id).or(members::team_id.eq(row.away_team_id));
    let member = exists(members::table.filter(members::user_id.eq(user)).filter(teams));
    let event = row.event_id;
    let created =
        exists(participation::events_created_by(user).filter(events::id.nullable().eq(event)));
    let named = exists(
        participation::events_managed_by(user).filter(managers::event_id.nullable().eq(event)),
    );
    let entered =
        exists(participation::events_entered_by(user).filter(r::event_id.nullable().eq(event)));
    let by_team = exists(
        participation::events_entered_by_teams_of(user).filter(r::event_id.nullable().eq(event)),
    );
    let query = diesel::select((role, member, created.or(named), entered.or(by_team)));
    let (role, member, manager, participant): (Option<String>, bool, bool, bool) =
        query.get_result(conn).await?;
    Ok(Some(MatchRights {
        is_public: public,
        is_in_private_event: secret,
        is_creator: row.created_by == user && event.is_none(),
        is_referee: role.as_deref() == Some("referee"),
        is_scorer: role.as_deref() == Some("scorer"),
        is_team_member: member,
        is_event_manager: manager,
        is_event_participant: participant,
    }))
}

pub async fn team_rights(
    conn: &mut Conn,
    id: i64,
    user_id: Option<i64>,
) -> QueryResult<Option<TeamRights>> {
    let Some(row) = teams::find_row(conn, id).await? else { return Ok(None) };
    let public = row.is_public();
    let Some(user) = user_id else {
        return Ok(Some(TeamRights { is_public: public, ..TeamRights::default() }));
    };
    let role = members::table.find((id, user)).select(members::role).single_value();
    let query =
        t::table.filter(t::id.eq(id)).select((role, readable::can_read_team_through_events(user)));
    let (role, participant): (Option<String>, bool) = query.get_result(conn).await?;
    Ok(Some(TeamRights { is_public: public, role, is_event_participant: participant }))
}

pub async fn event_rights(
    conn: &mut Conn,
    id: i64,
    user_id: Option<i64>,
) -> QueryResult<Option<EventRights>> {
    let Some(row) = super::events::find_row(conn, id).await? else { return Ok(None) };
    let public = row.is_public();
    let Some(user) = user_id else {
        return Ok(Some(EventRights { is_public: public, ..EventRights::default() }));
    };
    let named = exists(participation::events_managed_by(user).filter(managers::event_id.eq(id)));
    let entered = exists(participation::events_entered_by(user).filter(r::event_id.eq(id)));
    let by_team =
        exists(participation::events_entered_by_teams_of(user).filter(r::event_id.eq(id)));
    let query = diesel::select((named, entered.or(by_team)));
    let (named, participant): (bool, bool) = query.get_result(conn).await?;
    Ok(Some(EventRights {
        is_public: public,
        is_manager: row.created_by == user || named,
        is_participant: participant,
    }))
}
