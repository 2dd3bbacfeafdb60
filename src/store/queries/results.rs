//! Results of matches.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use serde_json::json;

use super::dialect::Conn;
use super::schedule::MatchTeams;
use super::{leaderboards, schedule};
use crate::domain::merge_patch;
use crate::domain::message::Message;
use crate::domain::topic::{Channel, StreamId};
use crate::sports::{MatchInfo, MatchResult};
use crate::store::error::QueryResult;
use crate::store::rows::{MatchRow, ResultRow};
use crate::store::schema::results;

/// Updates the stored result of a match and returns the messages: first the result, then the
/// table.
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
    let result = merge_patch::without_nulls(result.to_json(match_info));
    let data = json!({ "event_id": row.event_id, "change": change, "result": result });
    let data = merge_patch::without_nulls(data);
    let of_event = row.event_id.map(StreamId::Event);
    let of_teams = [row.home_team_id, row.away_team_id].map(StreamId::Team);
    let topics = of_event.into_iter().chain(of_teams).map(|s| s.channel_topic(Channel::Results));
    let result_messages =
        topics.map(|topic| Message::new(topic, "result_update", data.clone())).collect();
    let mut messages = schedule::filter_receivable(result_messages, row, match_teams);
    if let Some(event_id) = row.event_id {
        messages.push(leaderboards::leaderboard_message(event_id));
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
