//! Who manages an event besides its maker.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use serde_json::json;

use super::commit::{MutationEffect, RunContext};
use super::dialect::Conn;
use super::{events, settings, users};
use crate::domain::rejection::Rejection;
use crate::store::error::QueryResult;
use crate::store::mutation::{AddManager, RemoveManager};
use crate::store::schema::managers;

runs! {
    AddManager => add,
    RemoveManager => remove,
}

/// Adds a manager: 200 where it is one already.
async fn add(
    conn: &mut Conn,
    _: RunContext<'_>,
    &AddManager { event_id, user_id }: &AddManager,
) -> QueryResult<MutationEffect> {
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

async fn remove(
    conn: &mut Conn,
    _: RunContext<'_>,
    &RemoveManager { event_id, user_id }: &RemoveManager,
) -> QueryResult<MutationEffect> {
    let deleted = diesel::delete(managers::table.find((event_id, user_id))).execute(conn).await?;
    if deleted == 0 {
        return Err(Rejection::not_found("manager").into());
    }
    settings::bump_rights_version(conn).await?;
    Ok(MutationEffect::no_content())
}
