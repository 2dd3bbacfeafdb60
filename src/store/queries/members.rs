//! Who may read a team, and who manages it.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use serde_json::json;

use super::commit::Written;
use super::dialect::Conn;
use super::settings;
use super::teams;
use super::users;
use crate::domain::rejection::Rejection;
use crate::store::error::Found;
use crate::store::schema::members;

/// Adds a member, or gives the role of one who is.
pub async fn add(conn: &mut Conn, team_id: i64, user_id: i64, role: &str) -> Found<Written> {
    teams::lock(conn, team_id).await?;
    if users::user(conn, user_id).await?.is_none() {
        return Err(Rejection::field("/user_id", "no such user").into());
    }
    let changed = diesel::update(members::table.find((team_id, user_id)))
        .set(members::role.eq(role))
        .execute(conn)
        .await?;
    let shape = json!({ "team_id": team_id, "user_id": user_id, "role": role });
    if changed == 1 {
        settings::rights_changed(conn).await?;
        return Ok(Written::new(200, shape));
    }
    diesel::insert_into(members::table)
        .values((
            members::team_id.eq(team_id),
            members::user_id.eq(user_id),
            members::role.eq(role),
        ))
        .execute(conn)
        .await?;
    Ok(Written::new(201, shape))
}

pub async fn remove(conn: &mut Conn, team_id: i64, user_id: i64) -> Found<Written> {
    let gone = diesel::delete(members::table.find((team_id, user_id))).execute(conn).await?;
    if gone == 0 {
        return Err(Rejection::not_found("member").into());
    }
    settings::rights_changed(conn).await?;
    Ok(Written::gone())
}
