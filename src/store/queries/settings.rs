//! Facts about the database itself.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::dialect::Conn;
use crate::store::error::{QueryError, QueryResult};
use crate::store::schema::settings;

/// The database's epoch: `made` if it has none yet.
pub async fn get_or_create_epoch(conn: &mut Conn, new_epoch: &str) -> QueryResult<String> {
    value_or(conn, "epoch", new_epoch).await
}

/// The secret of a service whose nodes share no other: `made` if it has none yet.
pub async fn server_secret(conn: &mut Conn, made: &str) -> QueryResult<String> {
    value_or(conn, "server_secret", made).await
}

async fn value_or(conn: &mut Conn, name: &str, made: &str) -> QueryResult<String> {
    diesel::insert_into(settings::table)
        .values((settings::name.eq(name), settings::value.eq(made)))
        .on_conflict_do_nothing()
        .execute(conn)
        .await?;
    read_value(conn, name).await
}

/// Has all readers begin anew: what cursors of before say is no longer so.
pub async fn set_epoch(conn: &mut Conn, new_epoch: &str) -> QueryResult<()> {
    diesel::update(settings::table.find("epoch"))
        .set(settings::value.eq(new_epoch))
        .execute(conn)
        .await?;
    Ok(())
}

/// The epoch and the version of rights, in one look.
pub async fn epoch_and_rights_version(conn: &mut Conn) -> QueryResult<(String, i64)> {
    let marks: Vec<(String, String)> = settings::table
        .filter(settings::name.eq("epoch").or(settings::name.eq("rights_version")))
        .select((settings::name, settings::value))
        .load(conn)
        .await?;
    let value = |name: &str| {
        let found = marks.iter().find(|mark| mark.0 == name).map(|mark| mark.1.as_str());
        found.ok_or_else(|| QueryError::InvariantViolated(format!("there is no {name}")))
    };
    Ok((value("epoch")?.to_owned(), parse_version(value("rights_version")?)?))
}

/// Whether it was remembered that this is done.
pub async fn is_marked_done(conn: &mut Conn, name: &str) -> QueryResult<bool> {
    let found: Option<String> =
        settings::table.find(name).select(settings::value).get_result(conn).await.optional()?;
    Ok(found.is_some())
}

/// Remembers that this is done.
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

pub async fn read_rights_version(conn: &mut Conn) -> QueryResult<i64> {
    parse_version(&read_value(conn, "rights_version").await?)
}

fn parse_version(text: &str) -> QueryResult<i64> {
    text.parse().map_err(|_| {
        QueryError::InvariantViolated(format!("rights_version is not a number: {text}"))
    })
}

/// Says that somebody may have lost a right, so that open streams are checked again.
pub async fn bump_rights_version(conn: &mut Conn) -> QueryResult<()> {
    diesel::sql_query(
        "update settings set value = cast(cast(value as bigint) + 1 as text) \
         where name = 'rights_version'",
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Whether the database answers.
pub async fn ping(conn: &mut Conn) -> QueryResult<()> {
    read_rights_version(conn).await.map(drop)
}
