//! The players of a team.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use serde_json::Value;

use super::commit::{MutationEffect, RunContext};
use super::dialect::Conn;
use super::teams;
use crate::domain::rejection::Rejection;
use crate::sports::Player;
use crate::store::error::QueryResult;
use crate::store::json;
use crate::store::mutation::{AddPlayer, EditPlayer, RemovePlayer};
use crate::store::rows::PlayerRow;
use crate::store::schema::players;

runs! {
    AddPlayer => add,
    EditPlayer => edit,
    RemovePlayer => remove,
}

/// A player as `(etag, body)`, by team and id.
pub async fn find_with_etag(
    conn: &mut Conn,
    (team_id, id): (i64, i64),
) -> QueryResult<Option<(String, Value)>> {
    let query = players::table.find(id).filter(players::team_id.eq(team_id));
    let row: Option<PlayerRow> = query.get_result(conn).await.optional()?;
    Ok(row.map(|row| (row.version.to_string(), json::player_json(&row))))
}

/// The players among `ids` that exist, in the form that the sports' rules use.
pub async fn find_players(conn: &mut Conn, ids: &[i64]) -> QueryResult<Vec<Player>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let query = players::table.filter(players::id.eq_any(ids)).order(players::id);
    let rows: Vec<PlayerRow> = query.load(conn).await?;
    let player = |row: PlayerRow| {
        let PlayerRow { id, team_id, name, shirt_number, .. } = row;
        Player { id, team_id, name, shirt_number }
    };
    Ok(rows.into_iter().map(player).collect())
}

async fn add(
    conn: &mut Conn,
    _: RunContext<'_>,
    &AddPlayer { team_id, ref fields }: &AddPlayer,
) -> QueryResult<MutationEffect> {
    teams::lock(conn, team_id).await?;
    let row: PlayerRow = diesel::insert_into(players::table)
        .values((
            players::team_id.eq(team_id),
            players::name.eq(&fields.name),
            players::shirt_number.eq(fields.shirt_number),
        ))
        .returning(players::all_columns)
        .get_result(conn)
        .await?;
    Ok(MutationEffect::new(201, json::player_json(&row)).with_version(row.version))
}

/// Locks a player, by team and id, until the transaction ends.
async fn lock(conn: &mut Conn, (team_id, id): (i64, i64)) -> QueryResult<PlayerRow> {
    let query = players::table.find(id).filter(players::team_id.eq(team_id));
    let row: Option<PlayerRow> = for_update!(query).get_result(conn).await.optional()?;
    Ok(row.ok_or_else(|| Rejection::not_found("player"))?)
}

async fn edit(
    conn: &mut Conn,
    RunContext { request, .. }: RunContext<'_>,
    &EditPlayer { team_id, id, ref fields }: &EditPlayer,
) -> QueryResult<MutationEffect> {
    let row = lock(conn, (team_id, id)).await?;
    request.check_if_match(row.version)?;
    let row: PlayerRow = diesel::update(players::table.find(row.id))
        .set((
            players::name.eq(fields.name.as_ref().unwrap_or(&row.name)),
            players::shirt_number.eq(fields.shirt_number.unwrap_or(row.shirt_number)),
            players::version.eq(row.version + 1),
        ))
        .returning(players::all_columns)
        .get_result(conn)
        .await?;
    Ok(MutationEffect::new(200, json::player_json(&row)).with_version(row.version))
}

async fn remove(
    conn: &mut Conn,
    RunContext { request, .. }: RunContext<'_>,
    &RemovePlayer { team_id, id }: &RemovePlayer,
) -> QueryResult<MutationEffect> {
    let row = lock(conn, (team_id, id)).await?;
    request.check_if_match(row.version)?;
    diesel::delete(players::table.find(row.id)).execute(conn).await?;
    Ok(MutationEffect::no_content())
}
