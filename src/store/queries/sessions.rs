//! Sessions, and the validity of credentials.

use diesel::dsl::exists;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::dialect::Conn;
use super::settings;
use crate::store::error::QueryResult;
use crate::store::model::User;
use crate::store::principal::{Authentication, Principal};
use crate::store::rows::UserRow;
use crate::store::schema::{sessions, users};

/// Tokens, and so their sessions, are accepted a little past expiry, because clocks differ.
const LEEWAY_MS: i64 = 60 * 1000;

/// Checks a principal against its user and session, both read in one statement.
pub async fn authenticate(conn: &mut Conn, principal: &Principal) -> QueryResult<Authentication> {
    let session_id = principal.session_id().unwrap_or_default();
    let session = sessions::table.find(session_id).filter(sessions::user_id.eq(users::id));
    let query = users::table.find(principal.user_id).select((users::all_columns, exists(session)));
    let row: Option<(UserRow, bool)> = query.get_result(conn).await.optional()?;
    Ok(row.map_or(Authentication::Disabled, |(user, is_open)| {
        principal.authenticate(User::from(user), is_open)
    }))
}

/// Stores a session; times are milliseconds since 1970.
pub async fn open(
    conn: &mut Conn,
    (id, user_id): (&str, i64),
    created_ms: i64,
    expires_ms: i64,
) -> QueryResult<()> {
    diesel::insert_into(sessions::table)
        .values((
            sessions::id.eq(id),
            sessions::user_id.eq(user_id),
            sessions::created_at.eq(created_ms),
            sessions::expires_at.eq(expires_ms),
        ))
        .execute(conn)
        .await?;
    Ok(())
}

/// Ends one session and, by the rights version, its open streams.
pub async fn end(conn: &mut Conn, user_id: i64, id: &str) -> QueryResult<()> {
    let session = sessions::table.find(id).filter(sessions::user_id.eq(user_id));
    if diesel::delete(session).execute(conn).await? > 0 {
        settings::bump_rights_version(conn).await?;
    }
    Ok(())
}

/// Ends all sessions of a user except `kept`.
pub async fn end_other_sessions(
    conn: &mut Conn,
    user_id: i64,
    kept: Option<&str>,
) -> QueryResult<()> {
    let others = sessions::table
        .filter(sessions::user_id.eq(user_id))
        .filter(sessions::id.ne(kept.unwrap_or_default()));
    diesel::delete(others).execute(conn).await?;
    Ok(())
}

/// Deletes the sessions whose tokens have expired.
pub async fn delete_expired(conn: &mut Conn, now_ms: i64) -> QueryResult<usize> {
    let old = sessions::table.filter(sessions::expires_at.lt(now_ms - LEEWAY_MS));
    Ok(diesel::delete(old).execute(conn).await?)
}
