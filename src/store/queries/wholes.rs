//! The whole states of many matches, in a few queries.

use std::collections::HashMap;

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use serde_json::Value;

use super::dialect::Conn;
use super::entries;
use super::teams;
use crate::sports::Fixture;
use crate::sports::Game;
use crate::store::error::Found;
use crate::store::games::Games;
use crate::store::games::Known;
use crate::store::rows::EntryRow;
use crate::store::rows::MatchRow;
use crate::store::schema::entries as e;
use crate::store::shapes;

/// The whole state of each match, in the order given.
///
/// - Costs: one query for all teams, and one for the entries of the matches that memory hasn't.
pub async fn of(conn: &mut Conn, games: &Games, rows: &[MatchRow]) -> Found<Vec<Value>> {
    let sides = rows.iter().flat_map(|row| [row.home_team_id, row.away_team_id]).collect();
    let teams = teams::among(conn, sides).await?;
    let mut entries = unknown(conn, games, rows).await?;
    let mut wholes = Vec::with_capacity(rows.len());
    for row in rows {
        let fixture = row.fixture(&teams)?;
        let game = match entries.remove(&row.id) {
            Some(all) => folded(games, row, &fixture, all)?,
            None => entries::game(conn, games, row, &fixture).await?,
        };
        wholes.push(shapes::game(row, &fixture, entries::rules(row)?, &game));
    }
    Ok(wholes)
}

/// What lists show of each match.
pub async fn briefs(conn: &mut Conn, games: &Games, rows: &[MatchRow]) -> Found<Vec<Value>> {
    Ok(of(conn, games, rows).await?.into_iter().map(shapes::brief).collect())
}

/// All entries of each match that memory knows nothing of. Where it lacks the newest only, they
/// are asked for by themselves.
async fn unknown(
    conn: &mut Conn,
    games: &Games,
    rows: &[MatchRow],
) -> Found<HashMap<i64, Vec<EntryRow>>> {
    let is_unknown = |row: &&MatchRow| {
        row.entry_count > 0 && games.known(row.id, row.entry_count, &row.last_hash).is_none()
    };
    let mut unknown: HashMap<i64, Vec<EntryRow>> =
        rows.iter().filter(is_unknown).map(|row| (row.id, Vec::new())).collect();
    if unknown.is_empty() {
        return Ok(unknown);
    }
    let ids: Vec<i64> = unknown.keys().copied().collect();
    let query = e::table.filter(e::match_id.eq_any(ids)).order((e::match_id, e::number));
    let all: Vec<EntryRow> = query.load(conn).await?;
    for entry in all {
        if let Some(entries) = unknown.get_mut(&entry.match_id) {
            entries.push(entry);
        }
    }
    Ok(unknown)
}

fn folded(games: &Games, row: &MatchRow, fixture: &Fixture, all: Vec<EntryRow>) -> Found<Game> {
    let all = all.into_iter().filter(|entry| entry.number <= row.entry_count);
    let game = entries::fold(row, fixture, entries::rules(row)?.start(fixture)?, all)?;
    let (number, hash) = (row.entry_count, row.last_hash.clone());
    games.keep(row.id, Known { number, hash, game: game.clone() });
    Ok(game)
}
