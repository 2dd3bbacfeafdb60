//! What a user may read, as conditions of a query: the same for rights, lists and streams.

use diesel::dsl::AsExprOf;
use diesel::dsl::auto_type;
use diesel::dsl::exists;
use diesel::dsl::not;
use diesel::prelude::*;
use diesel::sql_types::Bool;

use super::involved;
use crate::store::schema::events as e;
use crate::store::schema::matches as m;
use crate::store::schema::members;
use crate::store::schema::officials;
use crate::store::schema::registrations as r;
use crate::store::schema::teams as t;

/// Nobody: ids start at 1.
pub const NOBODY: i64 = 0;

/// Whether a match may be seen: by everybody, or by this user. It says what
/// `auth::permission` decides of one match.
///
/// Never null: where it is turned round, a match without an event would be neither.
#[auto_type]
pub fn game(user: i64, all: bool) -> _ {
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
        .or(m::event_id.is_not_null().and(
            m::event_id
                .eq_any(made)
                .or(m::event_id.eq_any(managed))
                .or(m::event_id.eq_any(entered))
                .or(m::event_id.eq_any(by_team)),
        ))
}

/// Whether the user manages an event or takes part in it, also by a team.
#[auto_type]
pub fn event(user: i64) -> _ {
    let managed: involved::managed = involved::managed(user);
    let entered: involved::entered = involved::entered(user);
    let by_team: involved::entered_by_team = involved::entered_by_team(user);
    e::created_by
        .eq(user)
        .or(e::id.nullable().eq_any(managed))
        .or(e::id.nullable().eq_any(entered))
        .or(e::id.nullable().eq_any(by_team))
}

/// The events that the team of the query around takes part in by its own will.
#[auto_type]
fn agreed() -> _ {
    r::table
        .filter(r::team_id.eq(t::id.nullable()))
        .filter(r::accepted.eq(true))
        .select(r::event_id)
}

/// Whether a match is told on the streams of the team of the query around, or may have been
/// before the team left its event.
#[auto_type]
fn told() -> _ {
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
pub fn team_beside(user: i64) -> _ {
    let (ours, theirs): (agreed, agreed) = (agreed(), agreed());
    let (is_own, is_of_others): (event, event) = (event(user), event(user));
    let told: told = told();
    let seen: game = game(user, false);
    let shared = e::table.filter(e::id.eq_any(ours)).filter(is_own).select(e::id);
    let secret = e::table
        .filter(e::id.eq_any(theirs))
        .filter(e::visibility.ne("public"))
        .filter(not(is_of_others))
        .select(e::id);
    let hidden = m::table
        .filter(told)
        .filter(not(m::visibility.eq("public").and(m::event_is_public)))
        .filter(not(seen))
        .select(m::id);
    exists(shared).and(not(exists(secret))).and(not(exists(hidden)))
}
