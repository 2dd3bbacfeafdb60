//! States of matches: the fold of their entries, kept in the match cache.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use serde_json::Value;

use super::dialect::Conn;
use crate::sports::{ErasedMatch, MatchCommand, MatchInfo, SportRules};
use crate::store::error::{QueryError, QueryResult};
use crate::store::json::MatchForm;
use crate::store::match_cache::{CachedMatch, MatchCache};
use crate::store::rows::{EntryRow, MatchRow, TeamRow};
use crate::store::schema::{entries, matches, teams};

/// The rules of a stored match's sport.
pub fn rules_of(row: &MatchRow) -> QueryResult<&'static SportRules> {
    SportRules::find(&row.sport).ok_or_else(|| {
        QueryError::InvariantViolated(format!("match {} is {}: no such sport", row.id, row.sport))
    })
}

/// The state of a match at its row's entry count: cached, or folded from the cached state.
pub async fn current_game(
    conn: &mut Conn,
    match_cache: &MatchCache,
    row: &MatchRow,
    match_info: &MatchInfo,
) -> QueryResult<ErasedMatch> {
    if row.entry_count == 0 {
        return Ok(rules_of(row)?.initial_state(match_info)?);
    }
    let cached = match_cache.closest(row.id, row.entry_count, &row.last_hash);
    if let Some(known) = &cached
        && known.entry_hash == row.last_hash
    {
        return Ok(known.game.clone());
    }
    let number = cached.as_ref().map_or(0, |known| known.entry_number);
    let mut later = entries_from(conn, row, number).await?.into_iter().peekable();
    // A cached state that is not on the entries' path is of a transaction that was rolled back.
    let valid_cached =
        cached.filter(|known| later.next_if(|entry| entry.hash == known.entry_hash).is_some());
    let game = if let Some(known) = valid_cached {
        fold(row, match_info, known.game, later)?
    } else {
        let all = entries_from(conn, row, 0).await?;
        fold(row, match_info, rules_of(row)?.initial_state(match_info)?, all)?
    };
    let hash = row.last_hash.clone();
    match_cache.insert(
        row.id,
        CachedMatch { entry_number: row.entry_count, entry_hash: hash, game: game.clone() },
    );
    Ok(game)
}

/// The entries from `number` to the row's entry count.
pub async fn entries_from(
    conn: &mut Conn,
    row: &MatchRow,
    number: i64,
) -> QueryResult<Vec<EntryRow>> {
    let query = entries::table
        .filter(entries::match_id.eq(row.id))
        .filter(entries::number.ge(number))
        .filter(entries::number.le(row.entry_count))
        .order(entries::number);
    Ok(query.load(conn).await?)
}

/// Folds stored entries onto a state.
pub fn fold(
    row: &MatchRow,
    match_info: &MatchInfo,
    start: ErasedMatch,
    entries: impl IntoIterator<Item = EntryRow>,
) -> QueryResult<ErasedMatch> {
    let rules = rules_of(row)?;
    entries.into_iter().try_fold(start, |game, entry| {
        let command: MatchCommand = serde_json::from_str(&entry.body)?;
        let transition = rules.apply(match_info, &game, &command).map_err(|rejection| {
            let (id, number) = (row.id, entry.number);
            QueryError::InvariantViolated(format!(
                "entry {number} of match {id} no longer applies: {rejection}"
            ))
        })?;
        Ok(transition.state)
    })
}

/// The answer to the command that became this entry, made again by the rules; `None` if the match
/// was deleted since. Teams have the names of today in it.
pub async fn answer_to_entry(
    conn: &mut Conn,
    match_cache: &MatchCache,
    (match_id, number): (i64, i64),
) -> QueryResult<Option<Value>> {
    let found = matches::table.find(match_id).get_result(conn).await.optional()?;
    let Some(mut row): Option<MatchRow> = found else { return Ok(None) };
    let is_side = teams::id.eq(row.home_team_id).or(teams::id.eq(row.away_team_id));
    let teams: Vec<TeamRow> = teams::table.filter(is_side).load(conn).await?;
    let match_info = row.match_info(&teams)?;
    row.entry_count = number;
    let mut last_two = entries_from(conn, &row, number - 1).await?;
    let Some(entry) = last_two.pop() else { return Ok(None) };
    row.entry_count = number - 1;
    row.last_hash = last_two.pop().map(|entry| entry.hash).unwrap_or_default();
    let before = current_game(conn, match_cache, &row, &match_info).await?;
    let command: MatchCommand = serde_json::from_str(&entry.body)?;
    Ok(Some(rules_of(&row)?.apply(&match_info, &before, &command)?.response))
}

/// A match in one of its forms: the state that subscribers fold, or as in lists.
pub async fn render<T>(
    conn: &mut Conn,
    match_cache: &MatchCache,
    (row, teams): (&MatchRow, &[TeamRow]),
    form: MatchForm<T>,
) -> QueryResult<T> {
    let match_info = row.match_info(teams)?;
    let game = current_game(conn, match_cache, row, &match_info).await?;
    Ok(form(row, &match_info, rules_of(row)?, &game))
}
