//! Facts about the database itself.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::dialect::Conn;
use crate::store::error::Fault;
use crate::store::error::Found;
use crate::store::schema::settings;

/// The database's epoch: `made` if it has none yet.
pub async fn epoch(conn: &mut Conn, made: &str) -> Found<String> {
    diesel::insert_into(settings::table)
        .values((settings::name.eq("epoch"), settings::value.eq(made)))
        .on_conflict_do_nothing()
        .execute(conn)
        .await?;
    value(conn, "epoch").await
}

/// Whether it was remembered that this is done.
pub async fn has(conn: &mut Conn, name: &str) -> Found<bool> {
    let found: Option<String> =
        settings::table.find(name).select(settings::value).get_result(conn).await.optional()?;
    Ok(found.is_some())
}

/// Remembers that this is done.
pub async fn remember(conn: &mut Conn, name: &str) -> Found<()> {
    diesel::insert_into(settings::table)
        .values((settings::name.eq(name), settings::value.eq("1")))
        .on_conflict_do_nothing()
        .execute(conn)
        .await?;
    Ok(())
}

async fn value(conn: &mut Conn, name: &str) -> Found<String> {
    Ok(settings::table.find(name).select(settings::value).get_result(conn).await?)
}

pub async fn rights_version(conn: &mut Conn) -> Found<i64> {
    let text = value(conn, "rights_version").await?;
    text.parse().map_err(|_| Fault::Broken(format!("rights_version is not a number: {text}")))
}

/// Says that somebody may have lost a right, so that open streams are checked again.
pub async fn rights_changed(conn: &mut Conn) -> Found<()> {
    diesel::sql_query(
        "update settings set value = cast(cast(value as bigint) + 1 as text) \
         where name = 'rights_version'",
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Whether the database answers.
pub async fn ping(conn: &mut Conn) -> Found<()> {
    rights_version(conn).await.map(drop)
}
