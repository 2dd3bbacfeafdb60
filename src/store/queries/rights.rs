//! Relations of users to matches, teams and events: facts from which `auth` decides.

use diesel::dsl::exists;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;

pub use super::announcements::rights as of_announcement;
use super::dialect::Conn;
pub use super::purchases::rights as of_purchase;
use super::{matches, participation, readable, teams};
use crate::domain::matches::OfficialRole;
use crate::domain::teams::MemberRole;
use crate::store::error::QueryResult;
use crate::store::model::{EventRights, MatchRights, TeamRights};
use crate::store::schema::{events, managers, members, officials, registrations as r, teams as t};

/// A user's relation to a match; `None` if it does not exist.
pub async fn match_rights(
    conn: &mut Conn,
    id: i64,
    user_id: Option<i64>,
) -> QueryResult<Option<MatchRights>> {
    let Some(row) = matches::find_row(conn, id).await? else { return Ok(None) };
    let is_public = row.is_public();
    let is_in_private_event = !row.event_is_public;
    let Some(user_id) = user_id else {
        return Ok(Some(MatchRights { is_public, is_in_private_event, ..MatchRights::default() }));
    };

    let role = officials::table.find((id, user_id)).select(officials::role).single_value();
    let teams = members::team_id.eq(row.home_team_id).or(members::team_id.eq(row.away_team_id));
    let is_member = exists(members::table.filter(members::user_id.eq(user_id)).filter(teams));
    let event = row.event_id;
    let is_event_creator =
        exists(participation::events_created_by(user_id).filter(events::id.nullable().eq(event)));
    let is_added = exists(
        participation::events_managed_by(user_id).filter(managers::event_id.nullable().eq(event)),
    );
    let is_registered =
        exists(participation::events_entered_by(user_id).filter(r::event_id.nullable().eq(event)));
    let by_team = exists(
        participation::events_entered_by_teams_of(user_id).filter(r::event_id.nullable().eq(event)),
    );
    let query =
        diesel::select((role, is_member, is_event_creator.or(is_added), is_registered.or(by_team)));
    let (role, is_member, is_manager, is_participant): (Option<OfficialRole>, bool, bool, bool) =
        query.get_result(conn).await?;
    Ok(Some(MatchRights {
        is_public,
        is_in_private_event,
        is_creator: row.created_by == user_id && event.is_none(),
        is_referee: role == Some(OfficialRole::Referee),
        is_scorer: role == Some(OfficialRole::Scorer),
        is_team_member: is_member,
        is_event_manager: is_manager,
        is_event_participant: is_participant,
    }))
}

/// A user's relation to a team; `None` if it does not exist.
pub async fn team_rights(
    conn: &mut Conn,
    id: i64,
    user_id: Option<i64>,
) -> QueryResult<Option<TeamRights>> {
    let Some(row) = teams::find_row(conn, id).await? else { return Ok(None) };
    let is_public = row.is_public();
    let Some(user_id) = user_id else {
        return Ok(Some(TeamRights { is_public, ..TeamRights::default() }));
    };
    let role = members::table.find((id, user_id)).select(members::role).single_value();
    let query = t::table
        .filter(t::id.eq(id))
        .select((role, readable::can_read_team_through_events(user_id)));
    let (role, is_participant): (Option<MemberRole>, bool) = query.get_result(conn).await?;
    Ok(Some(TeamRights { is_public, role, is_event_participant: is_participant }))
}

/// A user's relation to an event; `None` if it does not exist.
pub async fn event_rights(
    conn: &mut Conn,
    id: i64,
    user_id: Option<i64>,
) -> QueryResult<Option<EventRights>> {
    let Some(row) = super::events::find_row(conn, id).await? else { return Ok(None) };
    let is_public = row.is_public();
    let Some(user_id) = user_id else {
        return Ok(Some(EventRights { is_public, ..EventRights::default() }));
    };
    let is_added =
        exists(participation::events_managed_by(user_id).filter(managers::event_id.eq(id)));
    let is_registered =
        exists(participation::events_entered_by(user_id).filter(r::event_id.eq(id)));
    let by_team =
        exists(participation::events_entered_by_teams_of(user_id).filter(r::event_id.eq(id)));
    let query = diesel::select((is_added, is_registered.or(by_team)));
    let (is_added, is_participant): (bool, bool) = query.get_result(conn).await?;
    Ok(Some(EventRights {
        is_public,
        is_manager: row.created_by == user_id || is_added,
        is_participant,
    }))
}
