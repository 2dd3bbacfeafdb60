//! Who manages an event besides its maker.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use serde_json::json;

use super::commit::MutationEffect;
use super::dialect::Conn;
use super::{events, settings, users};
use crate::domain::rejection::Rejection;
use crate::store::error::QueryResult;
use crate::store::schema::managers;

/// Adds a manager: 200 where it is one already.
pub async fn add(conn: &mut Conn, event_id: i64, user_id: i64) -> QueryResult<MutationEffect> {
    events::lock(conn, event_id).await?;
    if users::find(conn, user_id).await?.is_none() {
        return Err(Rejection::field("/user_id", "no such user").into());
    }
    let added = diesel::insert_into(managers::table)
        .values((managers::event_id.eq(event_id), managers::user_id.eq(user_id)))
        .on_conflict_do_nothing()
        .execute(conn)
        .await?;
    let status = if added == 1 { 201 } else { 200 };
    Ok(MutationEffect::new(status, json!({ "event_id": event_id, "user_id": user_id })))
}

pub async fn remove(conn: &mut Conn, event_id: i64, user_id: i64) -> QueryResult<MutationEffect> {
    let deleted = diesel::delete(managers::table.find((event_id, user_id))).execute(conn).await?;
    if deleted == 0 {
        return Err(Rejection::not_found("manager").into());
    }
    settings::bump_rights_version(conn).await?;
    Ok(MutationEffect::no_content())
}
