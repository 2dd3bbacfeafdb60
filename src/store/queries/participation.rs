//! What a user or a team has to do with: subqueries and conditions that rights and lists share.

use diesel::dsl::auto_type;
use diesel::prelude::*;

use crate::store::schema::{events, managers, matches as m, members, registrations};

/// Those the user made.
#[auto_type]
pub fn events_created_by(user_id: i64) -> _ {
    events::table.filter(events::created_by.eq(user_id)).select(events::id.nullable())
}

/// Those the user was named a manager of.
#[auto_type]
pub fn events_managed_by(user_id: i64) -> _ {
    managers::table.filter(managers::user_id.eq(user_id)).select(managers::event_id.nullable())
}

/// Those the user is registered for.
#[auto_type]
pub fn events_entered_by(user_id: i64) -> _ {
    registrations::table
        .filter(registrations::user_id.eq(user_id))
        .select(registrations::event_id.nullable())
}

/// Those that a team of the user's is registered for, in whatever role the user belongs to it.
#[auto_type]
pub fn events_entered_by_teams_of(user_id: i64) -> _ {
    registrations::table
        .inner_join(members::table.on(registrations::team_id.eq(members::team_id.nullable())))
        .filter(members::user_id.eq(user_id))
        .select(registrations::event_id.nullable())
}

/// Those that a team takes part in by its own will.
#[auto_type]
pub fn events_accepted_by_team(team_id: i64) -> _ {
    registrations::table
        .filter(registrations::team_id.eq(team_id))
        .filter(registrations::accepted)
        .select(registrations::event_id.nullable())
}

/// Whether the team plays a match and has agreed to it itself.
#[auto_type]
fn is_match_accepted_by(team_id: i64) -> _ {
    let home = m::home_team_id.eq(team_id).and(m::home_agreed.eq(true));
    let away = m::away_team_id.eq(team_id).and(m::away_agreed.eq(true));
    home.or(away)
}

/// Whether a match is one that the team has agreed to, or of an event: whose list it is in.
#[auto_type]
pub fn is_listed_for_team(team_id: i64) -> _ {
    let taken_up: is_match_accepted_by = is_match_accepted_by(team_id);
    m::event_id.is_not_null().or(taken_up)
}

/// Whether the team's streams are told of a match, as far as the team's own will goes.
#[auto_type]
pub fn is_published_to_team(team_id: i64) -> _ {
    let events: events_accepted_by_team = events_accepted_by_team(team_id);
    let taken_up: is_match_accepted_by = is_match_accepted_by(team_id);
    m::event_id.is_null().and(taken_up).or(m::event_id.eq_any(events))
}
