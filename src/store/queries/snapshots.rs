//! Snapshots: whole states of topics. Call in a repeatable-read transaction: state and seq agree.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use serde_json::Value;

use super::dialect::Conn;
use super::{channel_states, log, match_states, matches, purchases, teams};
use crate::domain::topic::{StreamId, Topic};
use crate::store::error::QueryResult;
use crate::store::match_cache::MatchCache;
use crate::store::model::Snapshot;
use crate::store::rows::EventRow;
use crate::store::schema::events as e;
use crate::store::state_rows::MentionedIds;
use crate::store::{json, state_rows};

/// Reads the snapshot of a topic; `None` if its resource does not exist.
pub async fn read_snapshot(
    conn: &mut Conn,
    match_cache: &MatchCache,
    topic: Topic,
) -> QueryResult<Option<Snapshot>> {
    let data = match topic.stream {
        StreamId::Match(id) => match_data(conn, match_cache, id).await?,
        StreamId::Team(_) | StreamId::Event(_) => channels_data(conn, topic).await?,
        StreamId::Purchase(id) => purchases::find_state(conn, id).await?.map(Value::Object),
    };
    let Some(data) = data else { return Ok(None) };
    Ok(Some(Snapshot { seq: log::head_seq(conn, topic.stream).await?, data }))
}

async fn match_data(
    conn: &mut Conn,
    match_cache: &MatchCache,
    id: i64,
) -> QueryResult<Option<Value>> {
    let Some(row) = matches::find_row(conn, id).await? else { return Ok(None) };
    let teams = teams::find_pair(conn, row.home_team_id, row.away_team_id).await?;
    let mut data =
        match_states::render(conn, match_cache, (&row, &teams), json::match_state).await?;
    data.insert("names".to_owned(), state_rows::names_json(&[], &teams));
    Ok(Some(Value::Object(data)))
}

/// A match as `(etag, body)`.
pub async fn match_with_etag(
    conn: &mut Conn,
    match_cache: &MatchCache,
    id: i64,
) -> QueryResult<Option<(String, Value)>> {
    let Some(row) = matches::find_row(conn, id).await? else { return Ok(None) };
    let teams = teams::find_pair(conn, row.home_team_id, row.away_team_id).await?;
    let item =
        match_states::render(conn, match_cache, (&row, &teams), json::match_list_item).await?;
    Ok(Some((row.version.to_string(), item)))
}

/// The stored state of an event's or a team's topic, and the names of what it speaks of; `None` if
/// the event or team does not exist.
async fn channels_data(conn: &mut Conn, topic: Topic) -> QueryResult<Option<Value>> {
    let mut state = channel_states::read(conn, topic).await?;
    let mut ids = MentionedIds::of_state(&state);
    match topic.stream {
        StreamId::Event(id) => ids.events.insert(id),
        StreamId::Team(id) => ids.teams.insert(id),
        StreamId::Match(_) | StreamId::Purchase(_) => return Ok(None),
    };
    let events = e::table.filter(e::id.eq_any(ids.events)).load::<EventRow>(conn).await?;
    let teams = teams::find_all(conn, ids.teams.into_iter().collect()).await?;
    let exists = match topic.stream {
        StreamId::Event(id) => events.iter().any(|row| row.id == id),
        StreamId::Team(id) => teams.iter().any(|row| row.id == id),
        StreamId::Match(_) | StreamId::Purchase(_) => false,
    };
    state.insert("names".to_owned(), state_rows::names_json(&events, &teams));
    Ok(exists.then_some(Value::Object(state)))
}
