//! Results of matches.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::Bool;
use diesel_async::RunQueryDsl;
use serde_json::{Value, json};

use super::dialect::Conn;
use super::schedule::MatchTeams;
use super::{events, leaderboards, participation, schedule};
use crate::domain::message::Message;
use crate::domain::topic::{Channel, StreamId};
use crate::domain::visibility::Visibility;
use crate::sports::{MatchInfo, MatchResult};
use crate::store::error::QueryResult;
use crate::store::rows::{EventRow, MatchRow, ResultRow, TeamRow};
use crate::store::schema::{matches as m, results};

/// Updates the stored result of a match and returns the messages: first the result, then the
/// table, which no other match of the event can change until this one is committed.
///
/// - Cost: nothing if the result is unchanged, else a fixed number of statements.
pub async fn sync_result(
    conn: &mut Conn,
    row: &MatchRow,
    (match_teams, match_info): (&MatchTeams, &MatchInfo),
    (before, after): (Option<&MatchResult>, Option<&MatchResult>),
    at: DateTime<Utc>,
) -> QueryResult<Vec<Message>> {
    let (change, result) = match (before, after) {
        (before, after) if before == after => return Ok(Vec::new()),
        (None, Some(after)) => ("entered", after),
        (Some(_), Some(after)) => ("corrected", after),
        (Some(before), None) => ("deleted", before),
        (None, None) => return Ok(Vec::new()),
    };
    match after {
        Some(result) => upsert(conn, match_info, result, at).await?,
        None => delete_result(conn, row.id).await?,
    }
    let data =
        json!({ "event_id": row.event_id, "change": change, "result": result.to_json(match_info) });
    let of_event = row.event_id.map(StreamId::Event);
    let of_teams = [row.home_team_id, row.away_team_id].map(StreamId::Team);
    let topics = of_event.into_iter().chain(of_teams).map(|s| s.channel_topic(Channel::Results));
    let result_messages =
        topics.map(|topic| Message::new(topic, "result_update", data.clone())).collect();
    let mut messages = schedule::filter_receivable(result_messages, row, match_teams);
    if let Some(event_id) = row.event_id {
        let event = events::lock(conn, event_id).await?;
        messages.push(leaderboards::leaderboard_message(conn, &event).await?);
    }
    Ok(messages)
}

/// Inserts or corrects a result. A correction keeps `entered_at`, and so its place in the list.
async fn upsert(
    conn: &mut Conn,
    match_info: &MatchInfo,
    result: &MatchResult,
    at: DateTime<Utc>,
) -> QueryResult<()> {
    let row = ResultRow::new(match_info, result);
    diesel::insert_into(results::table)
        .values((&row, results::entered_at.eq(at.timestamp_millis())))
        .on_conflict(results::match_id)
        .do_update()
        .set(&row)
        .execute(conn)
        .await?;
    Ok(())
}

async fn delete_result(conn: &mut Conn, match_id: i64) -> QueryResult<()> {
    diesel::delete(results::table.find(match_id)).execute(conn).await?;
    Ok(())
}

/// The newest results of an event as JSON; for a public event only those of public matches.
pub async fn newest_of_event(
    conn: &mut Conn,
    event: &EventRow,
    limit: i64,
) -> QueryResult<Vec<Value>> {
    let query = results::table
        .inner_join(m::table.on(m::id.eq(results::match_id)))
        .filter(results::event_id.eq(event.id))
        .filter((!event.is_public()).into_sql::<Bool>().or(m::visibility.eq(Visibility::Public)))
        .order((results::entered_at.desc(), results::match_id.desc()))
        .limit(limit)
        .select(results::body);
    parse_bodies(query.load(conn).await?)
}

/// The newest results of a team as JSON; for a public team only those of public matches.
pub async fn newest_of_team(
    conn: &mut Conn,
    team: &TeamRow,
    limit: i64,
) -> QueryResult<Vec<Value>> {
    let is_public = m::visibility.eq(Visibility::Public).and(m::event_is_public);
    let query = results::table
        .inner_join(m::table.on(m::id.eq(results::match_id)))
        .filter(results::home_team_id.eq(team.id).or(results::away_team_id.eq(team.id)))
        .filter((!team.is_public()).into_sql::<Bool>().or(is_public))
        .filter(participation::is_published_to_team(team.id))
        .order((results::entered_at.desc(), results::match_id.desc()))
        .limit(limit)
        .select(results::body);
    parse_bodies(query.load(conn).await?)
}

fn parse_bodies(texts: Vec<String>) -> QueryResult<Vec<Value>> {
    texts.iter().map(|text| Ok(serde_json::from_str(text)?)).collect()
}
