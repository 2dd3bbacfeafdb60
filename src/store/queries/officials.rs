//! Who may score a match, and who may rule on it.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use serde_json::json;

use super::commit::Written;
use super::dialect::Conn;
use super::matches;
use super::settings;
use super::users;
use crate::domain::rejection::Rejection;
use crate::store::error::Found;
use crate::store::schema::officials;

/// Adds an official, or gives the role of one who is.
pub async fn add(conn: &mut Conn, match_id: i64, user_id: i64, role: &str) -> Found<Written> {
    matches::lock(conn, match_id).await?;
    if users::user(conn, user_id).await?.is_none() {
        return Err(Rejection::field("/user_id", "no such user").into());
    }
    let changed = diesel::update(officials::table.find((match_id, user_id)))
        .set(officials::role.eq(role))
        .execute(conn)
        .await?;
    let shape = json!({ "match_id": match_id, "user_id": user_id, "role": role });
    if changed == 1 {
        settings::rights_changed(conn).await?;
        return Ok(Written::new(200, shape));
    }
    diesel::insert_into(officials::table)
        .values((
            officials::match_id.eq(match_id),
            officials::user_id.eq(user_id),
            officials::role.eq(role),
        ))
        .execute(conn)
        .await?;
    Ok(Written::new(201, shape))
}

pub async fn remove(conn: &mut Conn, match_id: i64, user_id: i64) -> Found<Written> {
    let gone = diesel::delete(officials::table.find((match_id, user_id))).execute(conn).await?;
    if gone == 0 {
        return Err(Rejection::not_found("official").into());
    }
    settings::rights_changed(conn).await?;
    Ok(Written::gone())
}
