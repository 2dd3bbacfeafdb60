//! What a user may read, as query conditions shared by rights, lists and streams.

use diesel::dsl::{AsExprOf, auto_type, exists, not};
use diesel::prelude::*;
use diesel::sql_types::Bool;

use super::participation;
use crate::domain::visibility::Visibility;
use crate::store::schema::{
    events as e, matches as m, members, officials, registrations as r, teams as t,
};

/// The id of no user: ids start at 1.
pub const NO_USER_ID: i64 = 0;

/// Whether a match is readable by this user, or by everyone. Equals what `auth::permission`
/// decides for one match.
///
/// Never null: a null would make both the condition and its negation false for matches without
/// an event.
#[auto_type]
pub fn can_read_match(user_id: i64, sees_all: bool) -> _ {
    let reads_all: AsExprOf<bool, Bool> = sees_all.into_sql::<Bool>();
    let public: Visibility = Visibility::Public;
    let created: participation::events_created_by = participation::events_created_by(user_id);
    let managed: participation::events_managed_by = participation::events_managed_by(user_id);
    let entered: participation::events_entered_by = participation::events_entered_by(user_id);
    let by_team: participation::events_entered_by_teams_of =
        participation::events_entered_by_teams_of(user_id);
    reads_all
        .or(m::visibility.eq(public).and(m::event_is_public))
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

/// Whether the user manages an event or participates in it, directly or with a team.
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

/// Events that the team of the outer query has accepted.
#[auto_type]
fn events_accepted_by_outer_team() -> _ {
    r::table
        .filter(r::team_id.eq(t::id.nullable()))
        .filter(r::accepted.eq(true))
        .select(r::event_id)
}

/// Whether a match is published to the streams of the team of the outer query, or may have been
/// before the team left its event.
#[auto_type]
fn is_published_to_outer_team() -> _ {
    let not_accepted = r::table
        .filter(r::team_id.eq(t::id.nullable()))
        .filter(r::event_id.nullable().eq(m::event_id))
        .filter(r::accepted.eq(false))
        .select(r::id);
    let home = m::home_team_id.eq(t::id).and(m::home_agreed);
    let away = m::away_team_id.eq(t::id).and(m::away_agreed);
    // Both columns are true for a match of an event: there the registration decides.
    home.or(away).and(not(exists(not_accepted)))
}

/// Whether a user who is no member may read the team because of a shared event.
///
/// Readers of a team see all its events and matches on its streams: so the user must be allowed
/// to read each of them.
#[auto_type]
pub fn can_read_team_through_events(user_id: i64) -> _ {
    let (shared_candidates, secret_candidates): (
        events_accepted_by_outer_team,
        events_accepted_by_outer_team,
    ) = (events_accepted_by_outer_team(), events_accepted_by_outer_team());
    let (is_involved, is_involved_in_secret): (is_involved_in_event, is_involved_in_event) =
        (is_involved_in_event(user_id), is_involved_in_event(user_id));
    let public: Visibility = Visibility::Public;
    let is_published: is_published_to_outer_team = is_published_to_outer_team();
    let can_read: can_read_match = can_read_match(user_id, false);
    let shared = e::table.filter(e::id.eq_any(shared_candidates)).filter(is_involved).select(e::id);
    let secret = e::table
        .filter(e::id.eq_any(secret_candidates))
        .filter(e::visibility.ne(public))
        .filter(not(is_involved_in_secret))
        .select(e::id);
    let hidden = m::table
        .filter(is_published)
        .filter(not(m::visibility.eq(public).and(m::event_is_public)))
        .filter(not(can_read))
        .select(m::id);
    exists(shared).and(not(exists(secret))).and(not(exists(hidden)))
}
