//! Matches as they are arranged; what happens in them is in `entries`.

use chrono::DateTime;
use chrono::Utc;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use serde_json::Value;

use super::commit::Written;
use super::dialect::Conn;
use super::entries;
use super::events;
use super::members;
use super::registrations;
use super::results;
use super::schedule;
use super::schedule::Sides;
use super::settings;
use super::teams;
use crate::domain::rejection::FieldError;
use crate::domain::rejection::Rejection;
use crate::domain::topic::Stream;
use crate::sports::Rules;
use crate::store::error::Fault;
use crate::store::error::Found;
use crate::store::games::Games;
use crate::store::job::Job;
use crate::store::job::MatchEdit;
use crate::store::job::MatchFields;
use crate::store::rows::EventRow;
use crate::store::rows::MatchRow;
use crate::store::rows::TeamRow;
use crate::store::schema::matches;
use crate::store::schema::registrations as r;
use crate::store::schema::teams as t;
use crate::store::shapes;

/// None: ids start at 1.
const NO_EVENT: i64 = 0;

pub async fn row(conn: &mut Conn, id: i64) -> Found<Option<MatchRow>> {
    Ok(matches::table.find(id).get_result(conn).await.optional()?)
}

/// The row, unchanged by others until the transaction ends.
pub async fn lock(conn: &mut Conn, id: i64) -> Found<MatchRow> {
    let row: Option<MatchRow> =
        locked!(matches::table.find(id)).get_result(conn).await.optional()?;
    Ok(row.ok_or_else(|| Rejection::not_found("match"))?)
}

/// The same with its teams, which may be renamed meanwhile.
pub async fn lock_with_sides(conn: &mut Conn, id: i64) -> Found<(MatchRow, Sides)> {
    let row = locked!(matches::table.find(id));
    let plays = matches::home_team_id.eq(t::id).or(matches::away_team_id.eq(t::id));
    let takes_part =
        r::team_id.eq(t::id.nullable()).and(matches::event_id.eq(r::event_id.nullable()));
    let sides = t::table
        .inner_join(matches::table.on(plays))
        .left_join(r::table.on(takes_part))
        .filter(matches::id.eq(id))
        .select((t::all_columns, r::accepted.nullable()));
    let (rows, sides): (Vec<MatchRow>, Vec<_>) = both!(conn, row.load(conn), sides.load(conn));
    let row = rows.into_iter().next().ok_or_else(|| Rejection::not_found("match"))?;
    let sides = Sides::of(&row, sides);
    Ok((row, sides))
}

async fn sides(conn: &mut Conn, row: &MatchRow) -> Found<Sides> {
    let takes_part =
        r::team_id.eq(t::id.nullable()).and(r::event_id.eq(row.event_id.unwrap_or(NO_EVENT)));
    let sides = t::table
        .left_join(r::table.on(takes_part))
        .filter(t::id.eq(row.home_team_id).or(t::id.eq(row.away_team_id)))
        .select((t::all_columns, r::accepted.nullable()));
    let sides: Vec<(TeamRow, Option<bool>)> = sides.load(conn).await?;
    Ok(Sides::of(row, sides))
}

/// A match of an event also registers those of its teams that aren't yet: the table changes.
pub async fn create(conn: &mut Conn, job: &Job, fields: &MatchFields) -> Found<Written> {
    let event = event_of(conn, fields).await?;
    let teams = teams::pair(conn, fields.home_team_id, fields.away_team_id).await?;
    let wrong = wrong(fields, event.as_ref(), &teams);
    let Some(rules) = Rules::find(&fields.sport).filter(|_| wrong.is_empty()) else {
        return Err(Rejection::fields(wrong).into());
    };
    let agreed = agreed(conn, job, fields).await?;
    let row = insert(conn, job, fields, (event.as_ref(), agreed)).await?;
    if !row.is_public() {
        // Who took part beside a team may read it no more, if not this match.
        settings::rights_changed(conn).await?;
    }
    let mut table = None;
    if let Some(event) = &event
        && registrations::join(conn, job, event, [row.home_team_id, row.away_team_id]).await?
    {
        table = Some(results::table_update(conn, event).await?);
    }
    let sides = sides(conn, &row).await?;
    let fixture = row.fixture(&sides.teams)?;
    let game = rules.start(&fixture)?;
    let shape = shapes::brief(shapes::game(&row, &fixture, rules, &game));
    let mut messages = schedule::update("created", &row, &sides, &shape);
    messages.extend(table);
    let written = Written::new(201, shape).version(row.version);
    Ok(written.telling(Stream::Match(row.id), messages))
}

/// The event of a match to be. Locked: it can't become private meanwhile.
async fn event_of(conn: &mut Conn, fields: &MatchFields) -> Found<Option<EventRow>> {
    let Some(id) = fields.event_id else { return Ok(None) };
    match events::lock(conn, id).await {
        Err(Fault::Rejected(_)) => Err(Rejection::field("/event_id", "no such event").into()),
        locked => locked.map(Some),
    }
}

/// Whether home and away agree to a match of no event by its being made: where its maker may say
/// so for them. In an event their registrations say it.
async fn agreed(conn: &mut Conn, job: &Job, fields: &MatchFields) -> Found<[bool; 2]> {
    let sides = [fields.home_team_id, fields.away_team_id];
    if fields.event_id.is_some() {
        return Ok([true; 2]);
    }
    let spoken_for = members::spoken_for(conn, job.by, &sides).await?;
    Ok(sides.map(|id| spoken_for.contains(&id)))
}

async fn insert(
    conn: &mut Conn,
    job: &Job,
    fields: &MatchFields,
    (event, [home_agreed, away_agreed]): (Option<&EventRow>, [bool; 2]),
) -> Found<MatchRow> {
    let row = diesel::insert_into(matches::table)
        .values((
            matches::sport.eq(&fields.sport),
            matches::format.eq(fields.format.to_string()),
            matches::home_team_id.eq(fields.home_team_id),
            matches::away_team_id.eq(fields.away_team_id),
            matches::starts_at.eq(fields.starts_at.map(milliseconds)),
            matches::venue.eq(fields.venue.as_deref()),
            matches::visibility.eq(&fields.visibility),
            matches::created_by.eq(job.by),
            matches::status.eq("scheduled"),
            matches::created_at.eq(job.at.timestamp_millis()),
            matches::event_id.eq(fields.event_id),
            matches::event_is_public.eq(event.is_none_or(EventRow::is_public)),
            matches::home_agreed.eq(home_agreed),
            matches::away_agreed.eq(away_agreed),
        ))
        .returning(matches::all_columns)
        .get_result(conn)
        .await?;
    Ok(row)
}

fn milliseconds(at: DateTime<Utc>) -> i64 {
    at.timestamp_millis()
}

/// What is wrong with the references of a new match.
fn wrong(fields: &MatchFields, event: Option<&EventRow>, teams: &[TeamRow]) -> Vec<FieldError> {
    let is_team = |id| teams.iter().any(|team| team.id == id);
    let is_other = event.is_some_and(|event| event.sport != fields.sport);
    let (home, away) = (fields.home_team_id, fields.away_team_id);
    let checks = [
        (Rules::find(&fields.sport).is_none(), "/sport", "no such sport"),
        (is_other, "/sport", "the event is of another sport"),
        (!is_team(home), "/home_team_id", "no such team"),
        (!is_team(away), "/away_team_id", "no such team"),
        (home == away, "/away_team_id", "a team can't play itself"),
    ];
    let error = |&(_, pointer, detail): &(bool, &str, &str)| FieldError {
        pointer: pointer.to_owned(),
        detail: detail.to_owned(),
    };
    checks.iter().filter(|(is_wrong, _, _)| *is_wrong).map(error).collect()
}

pub async fn edit(
    conn: &mut Conn,
    games: &Games,
    job: &Job,
    (id, fields): (i64, &MatchEdit),
) -> Found<Written> {
    let row = lock(conn, id).await?;
    job.expects(row.version)?;
    let starts_at = fields.starts_at.map_or(row.starts_at, |at| at.map(milliseconds));
    let visibility = fields.visibility.as_ref().unwrap_or(&row.visibility);
    if *visibility != row.visibility {
        settings::rights_changed(conn).await?;
    }
    let change = if starts_at == row.starts_at { "updated" } else { "rescheduled" };
    let row: MatchRow = diesel::update(matches::table.find(id))
        .set((
            matches::starts_at.eq(starts_at),
            matches::venue.eq(fields.venue.as_ref().unwrap_or(&row.venue)),
            matches::visibility.eq(visibility),
            matches::version.eq(row.version + 1),
        ))
        .returning(matches::all_columns)
        .get_result(conn)
        .await?;
    let (shape, sides) = brief(conn, games, &row).await?;
    let messages = schedule::update(change, &row, &sides, &shape);
    let written = Written::new(200, shape).version(row.version);
    Ok(written.telling(Stream::Match(id), messages))
}

/// What a list shows of a match, and its teams.
async fn brief(conn: &mut Conn, games: &Games, row: &MatchRow) -> Found<(Value, Sides)> {
    let sides = sides(conn, row).await?;
    Ok((shapes::brief(entries::whole(conn, games, row, &sides.teams).await?), sides))
}

pub async fn delete(conn: &mut Conn, games: &Games, job: &Job, id: i64) -> Found<Written> {
    let row = lock(conn, id).await?;
    job.expects(row.version)?;
    if !["scheduled", "postponed", "cancelled"].contains(&row.status.as_str()) {
        let words = format!(
            "the match is {}; only scheduled, postponed and cancelled ones can be deleted",
            row.status
        );
        return Err(Rejection::conflict("match-was-played", words).into());
    }
    let (shape, sides) = brief(conn, games, &row).await?;
    diesel::delete(matches::table.find(id)).execute(conn).await?;
    settings::rights_changed(conn).await?;
    let messages = schedule::update("deleted", &row, &sides, &shape);
    Ok(Written::gone().telling(Stream::Match(id), messages))
}

/// A team agrees to a match that others have arranged: from here on its streams are told of it.
pub async fn accept(
    conn: &mut Conn,
    games: &Games,
    job: &Job,
    (match_id, team_id): (i64, i64),
) -> Found<Written> {
    let row = lock(conn, match_id).await?;
    let (is_home, is_away) = (row.home_team_id == team_id, row.away_team_id == team_id);
    if !is_home && !is_away {
        return Err(Rejection::not_found("match").into());
    }
    if let Some(event) = row.event_id {
        let words = format!("the match belongs to event {event}: agree to take part in that");
        return Err(Rejection::conflict("match-of-event", words).into());
    }
    job.expects(row.version)?;
    let row: MatchRow = diesel::update(matches::table.find(match_id))
        .set((
            matches::home_agreed.eq(row.home_agreed || is_home),
            matches::away_agreed.eq(row.away_agreed || is_away),
        ))
        .returning(matches::all_columns)
        .get_result(conn)
        .await?;
    let (shape, _) = brief(conn, games, &row).await?;
    if !row.is_public() {
        settings::rights_changed(conn).await?;
    }
    Ok(Written::new(200, shape).version(row.version))
}
