//! What a database made by an earlier version lacks, and migrations can't make: once.

use diesel::dsl::exists;
use diesel::dsl::not;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::dialect::Conn;
use super::entries;
use super::settings;
use super::teams;
use crate::sports::Command;
use crate::store::error::Fault;
use crate::store::error::Found;
use crate::store::games::Games;
use crate::store::rows::MatchRow;
use crate::store::rows::ResultRow;
use crate::store::schema::matches as m;
use crate::store::schema::results as r;

/// Matches folded in one transaction.
const PAGE: i64 = 100;

/// The name under which `settings` remembers that every finished match has its result.
const DONE: &str = "results_filled";

/// Whether results have to be looked for.
pub async fn is_due(conn: &mut Conn) -> Found<bool> {
    Ok(!settings::has(conn, DONE).await?)
}

/// Stores the results of the finished matches after `after` that have none, a page of them, and
/// tells nobody: nothing is new. Gives where the next page starts; `None` when all are done.
pub async fn results(conn: &mut Conn, games: &Games, after: i64) -> Found<Option<i64>> {
    let stored = r::table.filter(r::match_id.eq(m::id)).select(r::match_id);
    let lacking = m::table
        .filter(m::id.gt(after))
        .filter(m::status.eq("finished"))
        .filter(not(exists(stored)))
        .order(m::id)
        .limit(PAGE);
    let rows: Vec<MatchRow> = locked!(lacking).load(conn).await?;
    for row in &rows {
        match result(conn, games, row).await {
            // One match that can't be read must not keep all others from being served.
            Err(Fault::Broken(words)) => tracing::warn!("No result of match {}: {words}", row.id),
            done => done?,
        }
    }
    let last = rows.last().map(|row| row.id);
    if last.is_none() {
        settings::remember(conn, DONE).await?;
    }
    Ok(last)
}

async fn result(conn: &mut Conn, games: &Games, row: &MatchRow) -> Found<()> {
    let teams = teams::pair(conn, row.home_team_id, row.away_team_id).await?;
    let fixture = row.fixture(&teams)?;
    let game = entries::game(conn, games, row, &fixture).await?;
    let Some(result) = entries::rules(row)?.result(&game) else { return Ok(()) };
    let newest = entries::between(conn, row, row.entry_count).await?;
    let newest = newest.last().map(|entry| serde_json::from_str::<Command>(&entry.body));
    let entered_at = newest.transpose()?.map_or(0, |command| command.at.timestamp_millis());
    diesel::insert_into(r::table)
        .values((&ResultRow::of(&fixture, result), r::entered_at.eq(entered_at)))
        .on_conflict_do_nothing()
        .execute(conn)
        .await?;
    Ok(())
}
