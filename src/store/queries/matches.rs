//! Matches as they are arranged; what happens in them is in `entries`.

use chrono::DateTime;
use chrono::Utc;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use serde_json::Value;
use serde_json::json;

use super::commit::Written;
use super::dialect::Conn;
use super::entries;
use super::settings;
use super::teams;
use crate::domain::message::Message;
use crate::domain::rejection::FieldError;
use crate::domain::rejection::Rejection;
use crate::domain::topic::Channel;
use crate::domain::topic::Stream;
use crate::sports::Rules;
use crate::store::error::Found;
use crate::store::games::Games;
use crate::store::job::Job;
use crate::store::job::MatchEdit;
use crate::store::job::MatchFields;
use crate::store::rows::MatchRow;
use crate::store::rows::TeamRow;
use crate::store::schema::matches;
use crate::store::schema::teams as t;
use crate::store::shapes;

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
pub async fn lock_with_teams(conn: &mut Conn, id: i64) -> Found<(MatchRow, Vec<TeamRow>)> {
    let row = locked!(matches::table.find(id));
    let plays = matches::home_team_id.eq(t::id).or(matches::away_team_id.eq(t::id));
    let teams = t::table.inner_join(matches::table.on(plays)).filter(matches::id.eq(id));
    let teams = teams.select(t::all_columns);
    let (rows, teams): (Vec<MatchRow>, _) = both!(conn, row.load(conn), teams.load(conn));
    let row = rows.into_iter().next().ok_or_else(|| Rejection::not_found("match"))?;
    Ok((row, teams))
}

pub async fn create(conn: &mut Conn, job: &Job, fields: &MatchFields) -> Found<Written> {
    let teams = teams::pair(conn, fields.home_team_id, fields.away_team_id).await?;
    let Some(rules) = Rules::find(&fields.sport).filter(|_| wrong(fields, &teams).is_empty())
    else {
        return Err(Rejection::fields(wrong(fields, &teams)).into());
    };
    let row: MatchRow = diesel::insert_into(matches::table)
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
        ))
        .returning(matches::all_columns)
        .get_result(conn)
        .await?;
    let fixture = row.fixture(&teams)?;
    let game = rules.start(&fixture)?;
    let shape = shapes::brief(shapes::game(&row, &fixture, rules, &game));
    let messages = schedule_update("created", &row, &teams, &shape);
    let written = Written::new(201, shape).version(row.version);
    Ok(written.telling(Stream::Match(row.id), messages))
}

fn milliseconds(at: DateTime<Utc>) -> i64 {
    at.timestamp_millis()
}

/// What is wrong with the references of a new match.
fn wrong(fields: &MatchFields, teams: &[TeamRow]) -> Vec<FieldError> {
    let is_team = |id| teams.iter().any(|team| team.id == id);
    let (home, away) = (fields.home_team_id, fields.away_team_id);
    let checks = [
        (Rules::find(&fields.sport).is_none(), "/sport", "no such sport"),
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

/// What readers of the match and of both teams' schedules are told.
fn schedule_update(change: &str, row: &MatchRow, teams: &[TeamRow], shape: &Value) -> Vec<Message> {
    let data = json!({ "event_id": null, "change": change, "match": shape });
    let of_teams =
        [row.home_team_id, row.away_team_id].map(|id| Stream::Team(id).channel(Channel::Schedule));
    let topics = [Stream::Match(row.id).topic()].into_iter().chain(of_teams);
    let said = topics.map(|topic| Message::new(topic, "schedule_update", data.clone())).collect();
    kept_private(said, row, teams)
}

/// Without what a private match would tell to readers of a public team, who are anybody.
pub fn kept_private(said: Vec<Message>, row: &MatchRow, teams: &[TeamRow]) -> Vec<Message> {
    let is_open =
        |stream| teams.iter().any(|team| team.is_public() && stream == Stream::Team(team.id));
    let may_tell = |message: &Message| row.is_public() || !is_open(message.topic.stream);
    said.into_iter().filter(may_tell).collect()
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
    let (shape, teams) = brief(conn, games, &row).await?;
    let messages = schedule_update(change, &row, &teams, &shape);
    let written = Written::new(200, shape).version(row.version);
    Ok(written.telling(Stream::Match(id), messages))
}

/// What a list shows of a match, and its teams.
async fn brief(conn: &mut Conn, games: &Games, row: &MatchRow) -> Found<(Value, Vec<TeamRow>)> {
    let teams = teams::pair(conn, row.home_team_id, row.away_team_id).await?;
    Ok((shapes::brief(entries::whole(conn, games, row, &teams).await?), teams))
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
    let (shape, teams) = brief(conn, games, &row).await?;
    settings::rights_changed(conn).await?;
    diesel::delete(matches::table.find(id)).execute(conn).await?;
    let messages = schedule_update("deleted", &row, &teams, &shape);
    Ok(Written::gone().telling(Stream::Match(id), messages))
}
