//! Relations of users and teams to events and matches: conditions shared by rights and lists.

use diesel::dsl::auto_type;
use diesel::prelude::*;

use crate::store::schema::{events, managers, matches as m, members, registrations};

/// Events that the user created.
#[auto_type]
pub fn events_created_by(user_id: i64) -> _ {
    events::table.filter(events::created_by.eq(user_id)).select(events::id.nullable())
}

/// Events that the user was added to as a manager.
#[auto_type]
pub fn events_managed_by(user_id: i64) -> _ {
    managers::table.filter(managers::user_id.eq(user_id)).select(managers::event_id.nullable())
}

/// Events that the user is registered for.
#[auto_type]
pub fn events_entered_by(user_id: i64) -> _ {
    registrations::table
        .filter(registrations::user_id.eq(user_id))
        .select(registrations::event_id.nullable())
}

/// Events that a team of the user is registered for, in whatever role the user is a member.
#[auto_type]
pub fn events_entered_by_teams_of(user_id: i64) -> _ {
    registrations::table
        .inner_join(members::table.on(registrations::team_id.eq(members::team_id.nullable())))
        .filter(members::user_id.eq(user_id))
        .select(registrations::event_id.nullable())
}

/// Events whose invitation the team has accepted.
#[auto_type]
pub fn events_accepted_by_team(team_id: i64) -> _ {
    registrations::table
        .filter(registrations::team_id.eq(team_id))
        .filter(registrations::accepted)
        .select(registrations::event_id.nullable())
}

/// Whether the team plays the match and has accepted it.
#[auto_type]
fn is_match_accepted_by(team_id: i64) -> _ {
    let home = m::home_team_id.eq(team_id).and(m::home_agreed.eq(true));
    let away = m::away_team_id.eq(team_id).and(m::away_agreed.eq(true));
    home.or(away)
}

/// Whether a match is in the team's list: it belongs to an event, or the team has accepted it.
#[auto_type]
pub fn is_listed_for_team(team_id: i64) -> _ {
    let accepted: is_match_accepted_by = is_match_accepted_by(team_id);
    m::event_id.is_not_null().or(accepted)
}

/// Whether a match is published to the team's streams, as far as the team's acceptance goes.
#[auto_type]
pub fn is_published_to_team(team_id: i64) -> _ {
    let events: events_accepted_by_team = events_accepted_by_team(team_id);
    let accepted: is_match_accepted_by = is_match_accepted_by(team_id);
    m::event_id.is_null().and(accepted).or(m::event_id.eq_any(events))
}
