//! The officials of a match: scorers and referees.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use serde_json::json;

use super::commit::{MutationEffect, RunContext};
use super::dialect::Conn;
use super::{matches, settings, users};
use crate::domain::rejection::Rejection;
use crate::store::error::QueryResult;
use crate::store::mutation::{AddOfficial, RemoveOfficial};
use crate::store::schema::officials;

runs! {
    AddOfficial => add,
    RemoveOfficial => remove,
}

/// Adds an official, or changes the role of an existing one.
async fn add(
    conn: &mut Conn,
    _: RunContext<'_>,
    &AddOfficial { match_id, user_id, role }: &AddOfficial,
) -> QueryResult<MutationEffect> {
    matches::lock(conn, match_id).await?;
    if users::find(conn, user_id).await?.is_none() {
        return Err(Rejection::field("/user_id", "no such user").into());
    }
    let changed = diesel::update(officials::table.find((match_id, user_id)))
        .set(officials::role.eq(role))
        .execute(conn)
        .await?;
    let json = json!({ "match_id": match_id, "user_id": user_id, "role": role });
    if changed == 1 {
        settings::bump_rights_version(conn).await?;
        return Ok(MutationEffect::new(200, json));
    }
    diesel::insert_into(officials::table)
        .values((
            officials::match_id.eq(match_id),
            officials::user_id.eq(user_id),
            officials::role.eq(role),
        ))
        .execute(conn)
        .await?;
    Ok(MutationEffect::new(201, json))
}

async fn remove(
    conn: &mut Conn,
    _: RunContext<'_>,
    &RemoveOfficial { match_id, user_id }: &RemoveOfficial,
) -> QueryResult<MutationEffect> {
    let deleted = diesel::delete(officials::table.find((match_id, user_id))).execute(conn).await?;
    if deleted == 0 {
        return Err(Rejection::not_found("official").into());
    }
    settings::bump_rights_version(conn).await?;
    Ok(MutationEffect::no_content())
}
