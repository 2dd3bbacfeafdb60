//! Settings of the database itself: its epoch, its secret and the rights version.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::dialect::Conn;
use crate::store::error::{QueryError, QueryResult};
use crate::store::schema::settings;

/// Returns the database's epoch; stores `new_epoch` if it has none.
pub async fn get_or_create_epoch(conn: &mut Conn, new_epoch: &str) -> QueryResult<String> {
    read_or_insert(conn, "epoch", new_epoch).await
}

/// Returns the server secret of the database; stores `new_secret` if it has none.
pub async fn server_secret(conn: &mut Conn, new_secret: &str) -> QueryResult<String> {
    read_or_insert(conn, "server_secret", new_secret).await
}

async fn read_or_insert(conn: &mut Conn, name: &str, default: &str) -> QueryResult<String> {
    diesel::insert_into(settings::table)
        .values((settings::name.eq(name), settings::value.eq(default)))
        .on_conflict_do_nothing()
        .execute(conn)
        .await?;
    read_value(conn, name).await
}

/// Replaces the epoch, which invalidates all cursors.
pub async fn set_epoch(conn: &mut Conn, new_epoch: &str) -> QueryResult<()> {
    diesel::update(settings::table.find("epoch"))
        .set(settings::value.eq(new_epoch))
        .execute(conn)
        .await?;
    Ok(())
}

/// Reads the epoch and the rights version in one query.
pub async fn epoch_and_rights_version(conn: &mut Conn) -> QueryResult<(String, i64)> {
    let rows: Vec<(String, String)> = settings::table
        .filter(settings::name.eq("epoch").or(settings::name.eq("rights_version")))
        .select((settings::name, settings::value))
        .load(conn)
        .await?;
    let value = |name: &str| {
        let value = rows.iter().find(|row| row.0 == name).map(|row| row.1.as_str());
        value.ok_or_else(|| QueryError::InvariantViolated(format!("there is no {name}")))
    };
    Ok((value("epoch")?.to_owned(), parse_version(value("rights_version")?)?))
}

/// Whether this one-time task is marked as done.
pub async fn is_marked_done(conn: &mut Conn, name: &str) -> QueryResult<bool> {
    let value: Option<String> =
        settings::table.find(name).select(settings::value).get_result(conn).await.optional()?;
    Ok(value.is_some())
}

/// Marks this one-time task as done.
pub async fn mark_done(conn: &mut Conn, name: &str) -> QueryResult<()> {
    diesel::insert_into(settings::table)
        .values((settings::name.eq(name), settings::value.eq("1")))
        .on_conflict_do_nothing()
        .execute(conn)
        .await?;
    Ok(())
}

async fn read_value(conn: &mut Conn, name: &str) -> QueryResult<String> {
    Ok(settings::table.find(name).select(settings::value).get_result(conn).await?)
}

/// Reads the rights version, a counter.
pub async fn read_rights_version(conn: &mut Conn) -> QueryResult<i64> {
    parse_version(&read_value(conn, "rights_version").await?)
}

fn parse_version(text: &str) -> QueryResult<i64> {
    text.parse().map_err(|_| {
        QueryError::InvariantViolated(format!("rights_version is not a number: {text}"))
    })
}

/// Counts up the rights version: someone may have lost a right, so open streams are re-checked.
pub async fn bump_rights_version(conn: &mut Conn) -> QueryResult<()> {
    diesel::sql_query(
        "update settings set value = cast(cast(value as bigint) + 1 as text) \
         where name = 'rights_version'",
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Checks that the database responds.
pub async fn ping(conn: &mut Conn) -> QueryResult<()> {
    read_rights_version(conn).await.map(drop)
}
