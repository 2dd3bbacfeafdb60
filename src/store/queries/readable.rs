//! What a user may read, as conditions of a query: the same for rights, lists and streams.

use diesel::dsl::{AsExprOf, auto_type, exists, not};
use diesel::prelude::*;
use diesel::sql_types::Bool;

use super::participation;
use crate::store::schema::{
    events as e, matches as m, members, officials, registrations as r, teams as t,
};

/// Nobody: ids start at 1.
pub const NO_USER_ID: i64 = 0;

/// Whether a match may be seen: by everybody, or by this user. It says what
/// `auth::permission` decides of one match.
///
/// Never null: where it is turned round, a match without an event would be neither.
#[auto_type]
pub fn can_read_match(user_id: i64, sees_all: bool) -> _ {
    let all: AsExprOf<bool, Bool> = sees_all.into_sql::<Bool>();
    let created: participation::events_created_by = participation::events_created_by(user_id);
    let managed: participation::events_managed_by = participation::events_managed_by(user_id);
    let entered: participation::events_entered_by = participation::events_entered_by(user_id);
    let by_team: participation::events_entered_by_teams_of =
        participation::events_entered_by_teams_of(user_id);
    all.or(m::visibility.eq("public").and(m::event_is_public))
        .or(m::created_by.eq(user_id).and(m::event_id.is_null()))
        .or(exists(
            officials::table
                .filter(officials::match_id.eq(m::id))
                .filter(officials::user_id.eq(user_id))
                .select(officials::user_id),
        ))
        .or(exists(
            members::table
                .filter(
                    members::team_id.eq(m::home_team_id).or(members::team_id.eq(m::away_team_id)),
                )
                .filter(members::user_id.eq(user_id))
                .select(members::user_id),
        ))
        .or(m::event_id.is_not_null().and(
            m::event_id
                .eq_any(created)
                .or(m::event_id.eq_any(managed))
                .or(m::event_id.eq_any(entered))
                .or(m::event_id.eq_any(by_team)),
        ))
}

/// Whether the user manages an event or takes part in it, also by a team.
#[auto_type]
pub fn is_involved_in_event(user_id: i64) -> _ {
    let managed: participation::events_managed_by = participation::events_managed_by(user_id);
    let entered: participation::events_entered_by = participation::events_entered_by(user_id);
    let by_team: participation::events_entered_by_teams_of =
        participation::events_entered_by_teams_of(user_id);
    e::created_by
        .eq(user_id)
        .or(e::id.nullable().eq_any(managed))
        .or(e::id.nullable().eq_any(entered))
        .or(e::id.nullable().eq_any(by_team))
}

/// The events that the team of the query around takes part in by its own will.
#[auto_type]
fn events_accepted_by_outer_team() -> _ {
    r::table
        .filter(r::team_id.eq(t::id.nullable()))
        .filter(r::accepted.eq(true))
        .select(r::event_id)
}

/// Whether a match is told on the streams of the team of the query around, or may have been
/// before the team left its event.
#[auto_type]
fn is_published_to_outer_team() -> _ {
    let refused = r::table
        .filter(r::team_id.eq(t::id.nullable()))
        .filter(r::event_id.nullable().eq(m::event_id))
        .filter(r::accepted.eq(false))
        .select(r::id);
    let home = m::home_team_id.eq(t::id).and(m::home_agreed);
    let away = m::away_team_id.eq(t::id).and(m::away_agreed);
    // Of a match of an event both columns are true: there it is the registration that says it.
    home.or(away).and(not(exists(refused)))
}

/// Whether somebody who is not of the team may read it for having to do with one of its events.
///
/// Who reads a team reads on its streams of all its events and matches: so nobody may for whom
/// one of them is secret.
#[auto_type]
pub fn can_read_team_through_events(user_id: i64) -> _ {
    let (ours, theirs): (events_accepted_by_outer_team, events_accepted_by_outer_team) =
        (events_accepted_by_outer_team(), events_accepted_by_outer_team());
    let (is_own, is_of_others): (is_involved_in_event, is_involved_in_event) =
        (is_involved_in_event(user_id), is_involved_in_event(user_id));
    let is_published: is_published_to_outer_team = is_published_to_outer_team();
    let can_read: can_read_match = can_read_match(user_id, false);
    let shared = e::table.filter(e::id.eq_any(ours)).filter(is_own).select(e::id);
    let secret = e::table
        .filter(e::id.eq_any(theirs))
        .filter(e::visibility.ne("public"))
        .filter(not(is_of_others))
        .select(e::id);
    let hidden = m::table
        .filter(is_published)
        .filter(not(m::visibility.eq("public").and(m::event_is_public)))
        .filter(not(can_read))
        .select(m::id);
    exists(shared).and(not(exists(secret))).and(not(exists(hidden)))
}
