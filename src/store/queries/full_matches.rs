//! List items of many matches, in a few queries.

use std::collections::HashMap;

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use serde_json::Value;

use super::dialect::Conn;
use super::{match_states, teams};
use crate::sports::{ErasedMatch, MatchInfo};
use crate::store::error::QueryResult;
use crate::store::json;
use crate::store::match_cache::{CachedMatch, MatchCache};
use crate::store::rows::{EntryRow, MatchRow};
use crate::store::schema::entries as e;

/// The list item of each match, in the given order.
///
/// - Cost: one query for all teams, and one for the entries of the matches that are not cached.
pub async fn load_list_items(
    conn: &mut Conn,
    match_cache: &MatchCache,
    rows: &[MatchRow],
) -> QueryResult<Vec<Value>> {
    let team_ids = rows.iter().flat_map(|row| [row.home_team_id, row.away_team_id]).collect();
    let teams = teams::find_all(conn, team_ids).await?;
    let mut entries = uncached_entries(conn, match_cache, rows).await?;
    let mut rendered = Vec::with_capacity(rows.len());
    for row in rows {
        let match_info = row.match_info(&teams)?;
        let game = match entries.remove(&row.id) {
            Some(entries) => fold_and_cache(match_cache, row, &match_info, entries)?,
            None => match_states::current_game(conn, match_cache, row, &match_info).await?,
        };
        let rules = match_states::rules_of(row)?;
        rendered.push(json::match_list_item(row, &match_info, rules, &game));
    }
    Ok(rendered)
}

/// All entries of each match that the cache has no state of. If it has an older state, the missing
/// entries are read later, per match.
async fn uncached_entries(
    conn: &mut Conn,
    match_cache: &MatchCache,
    rows: &[MatchRow],
) -> QueryResult<HashMap<i64, Vec<EntryRow>>> {
    let is_uncached = |row: &&MatchRow| {
        row.entry_count > 0
            && match_cache.closest(row.id, row.entry_count, &row.last_hash).is_none()
    };
    let mut uncached: HashMap<i64, Vec<EntryRow>> =
        rows.iter().filter(is_uncached).map(|row| (row.id, Vec::new())).collect();
    if uncached.is_empty() {
        return Ok(uncached);
    }
    let ids: Vec<i64> = uncached.keys().copied().collect();
    let query = e::table.filter(e::match_id.eq_any(ids)).order((e::match_id, e::number));
    let all: Vec<EntryRow> = query.load(conn).await?;
    for entry in all {
        if let Some(entries) = uncached.get_mut(&entry.match_id) {
            entries.push(entry);
        }
    }
    Ok(uncached)
}

fn fold_and_cache(
    match_cache: &MatchCache,
    row: &MatchRow,
    match_info: &MatchInfo,
    entries: Vec<EntryRow>,
) -> QueryResult<ErasedMatch> {
    let entries = entries.into_iter().filter(|entry| entry.number <= row.entry_count);
    let game = match_states::fold(
        row,
        match_info,
        match_states::rules_of(row)?.initial_state(match_info)?,
        entries,
    )?;
    let (number, hash) = (row.entry_count, row.last_hash.clone());
    match_cache
        .insert(row.id, CachedMatch { entry_number: number, entry_hash: hash, game: game.clone() });
    Ok(game)
}
