//! Fills data that migrations can't compute, once, in a database of an earlier version.

use diesel::dsl::{exists, not};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::dialect::Conn;
use super::{channel_states, log, match_states, schedule, settings, teams};
use crate::domain::matches::MatchStatus;
use crate::domain::topic::StreamId;
use crate::sports::MatchCommand;
use crate::store::error::{QueryError, QueryResult};
use crate::store::match_cache::MatchCache;
use crate::store::rows::{MatchRow, ResultRow};
use crate::store::schema::{events as e, matches as m, results as r, teams as t};

/// Matches per transaction; each is folded.
const BATCH_SIZE: i64 = 100;

/// Setting that marks that every finished match has a result.
const RESULTS_FILLED_SETTING: &str = "results_filled";

/// Setting that marks that matches have their reasons, and streams their states.
const STATES_FILLED_SETTING: &str = "states_filled";

/// Whether the results still have to be filled in.
pub async fn are_results_due(conn: &mut Conn) -> QueryResult<bool> {
    Ok(!settings::is_marked_done(conn, RESULTS_FILLED_SETTING).await?)
}

/// Whether the states of streams still have to be filled in.
pub async fn are_states_due(conn: &mut Conn) -> QueryResult<bool> {
    Ok(!settings::is_marked_done(conn, STATES_FILLED_SETTING).await?)
}

/// Stores a batch of missing results of finished matches after the id `after`, and publishes
/// nothing. Returns the id to continue after; `None` when all are done.
pub async fn backfill_results(
    conn: &mut Conn,
    match_cache: &MatchCache,
    after: i64,
) -> QueryResult<Option<i64>> {
    let existing = r::table.filter(r::match_id.eq(m::id)).select(r::match_id);
    let missing = m::table
        .filter(m::id.gt(after))
        .filter(m::status.eq(MatchStatus::Finished))
        .filter(not(exists(existing)))
        .order(m::id)
        .limit(BATCH_SIZE);
    let rows: Vec<MatchRow> = for_update!(missing).load(conn).await?;
    for row in &rows {
        match backfill_result(conn, match_cache, row).await {
            // A match that can't be read must not keep the service from starting.
            Err(QueryError::InvariantViolated(detail)) => {
                tracing::warn!("Could not compute the result of match {}: {detail}", row.id);
            }
            outcome => outcome?,
        }
    }
    let last = rows.last().map(|row| row.id);
    if last.is_none() {
        settings::mark_done(conn, RESULTS_FILLED_SETTING).await?;
    }
    Ok(last)
}

async fn backfill_result(
    conn: &mut Conn,
    match_cache: &MatchCache,
    row: &MatchRow,
) -> QueryResult<()> {
    let teams = teams::find_pair(conn, row.home_team_id, row.away_team_id).await?;
    let match_info = row.match_info(&teams)?;
    let game = match_states::current_game(conn, match_cache, row, &match_info).await?;
    let Some(result) = match_states::rules_of(row)?.result(&game) else { return Ok(()) };
    let entries = match_states::entries_from(conn, row, row.entry_count).await?;
    let last_command = entries.last();
    let last_command = last_command.map(|entry| serde_json::from_str::<MatchCommand>(&entry.body));
    let entered_at =
        last_command.transpose()?.map_or(0, |command| command.occurred_at.timestamp_millis());
    diesel::insert_into(r::table)
        .values((&ResultRow::new(&match_info, result), r::entered_at.eq(entered_at)))
        .on_conflict_do_nothing()
        .execute(conn)
        .await?;
    Ok(())
}

/// Stores the reasons of a batch of matches after the id `after`. Returns the id to continue
/// after; `None` when all are done.
pub async fn backfill_reasons(
    conn: &mut Conn,
    match_cache: &MatchCache,
    after: i64,
) -> QueryResult<Option<i64>> {
    use MatchStatus::{Abandoned, Cancelled, Paused, Postponed};
    let with_reason = m::table
        .filter(m::id.gt(after))
        .filter(m::status.eq_any([Paused, Postponed, Cancelled, Abandoned]))
        .filter(m::reason.is_null())
        .order(m::id)
        .limit(BATCH_SIZE);
    let rows: Vec<MatchRow> = for_update!(with_reason).load(conn).await?;
    for row in &rows {
        match read_reason(conn, match_cache, row).await {
            Err(QueryError::InvariantViolated(detail)) => {
                tracing::warn!("Could not compute the reason of match {}: {detail}", row.id);
            }
            reason => {
                let update = diesel::update(m::table.find(row.id)).set(m::reason.eq(reason?));
                update.execute(conn).await?;
            }
        }
    }
    Ok(rows.last().map(|row| row.id))
}

async fn read_reason(
    conn: &mut Conn,
    match_cache: &MatchCache,
    row: &MatchRow,
) -> QueryResult<Option<String>> {
    let teams = teams::find_pair(conn, row.home_team_id, row.away_team_id).await?;
    let match_info = row.match_info(&teams)?;
    let game = match_states::current_game(conn, match_cache, row, &match_info).await?;
    Ok(schedule::reason_of(match_states::rules_of(row)?, &match_info, &game))
}

/// Stores the states of all events and teams, without a message, and marks them as filled.
pub async fn backfill_states(conn: &mut Conn) -> QueryResult<()> {
    let event_ids: Vec<i64> = e::table.select(e::id).order(e::id).load(conn).await?;
    let team_ids: Vec<i64> = t::table.select(t::id).order(t::id).load(conn).await?;
    let events = event_ids.into_iter().map(StreamId::Event);
    // Their heads stay locked, in the order of streams.
    fill_states(conn, events.chain(team_ids.into_iter().map(StreamId::Team))).await?;
    settings::mark_done(conn, STATES_FILLED_SETTING).await
}

async fn fill_states(
    conn: &mut Conn,
    streams: impl IntoIterator<Item = StreamId>,
) -> QueryResult<()> {
    for stream in streams {
        for &channel in stream.channels() {
            if channel_states::is_filled(conn, stream, channel).await? {
                let stream_id = log::lock_head(conn, stream).await?;
                channel_states::fill(conn, (stream, stream_id), channel).await?;
            }
        }
    }
    Ok(())
}
