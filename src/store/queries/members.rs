//! The members of a team, and the teams a user manages.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use serde_json::json;

use super::commit::{MutationEffect, RunContext};
use super::dialect::Conn;
use super::{settings, teams, users};
use crate::domain::rejection::Rejection;
use crate::domain::teams::MemberRole;
use crate::store::error::QueryResult;
use crate::store::mutation::{AddMember, RemoveMember};
use crate::store::schema::members;

runs! {
    AddMember => add,
    RemoveMember => remove,
}

/// Adds a member, or changes the role of an existing one.
async fn add(
    conn: &mut Conn,
    _: RunContext<'_>,
    &AddMember { team_id, user_id, role }: &AddMember,
) -> QueryResult<MutationEffect> {
    teams::lock(conn, team_id).await?;
    if users::find(conn, user_id).await?.is_none() {
        return Err(Rejection::field("/user_id", "no such user").into());
    }
    let changed = diesel::update(members::table.find((team_id, user_id)))
        .set(members::role.eq(role))
        .execute(conn)
        .await?;
    let json = json!({ "team_id": team_id, "user_id": user_id, "role": role });
    if changed == 1 {
        settings::bump_rights_version(conn).await?;
        return Ok(MutationEffect::new(200, json));
    }
    diesel::insert_into(members::table)
        .values((
            members::team_id.eq(team_id),
            members::user_id.eq(user_id),
            members::role.eq(role),
        ))
        .execute(conn)
        .await?;
    Ok(MutationEffect::new(201, json))
}

async fn remove(
    conn: &mut Conn,
    _: RunContext<'_>,
    &RemoveMember { team_id, user_id }: &RemoveMember,
) -> QueryResult<MutationEffect> {
    let deleted = diesel::delete(members::table.find((team_id, user_id))).execute(conn).await?;
    if deleted == 0 {
        return Err(Rejection::not_found("member").into());
    }
    settings::bump_rights_version(conn).await?;
    Ok(MutationEffect::no_content())
}

/// The teams among `team_ids` that the user manages.
pub async fn teams_managed_by(
    conn: &mut Conn,
    user_id: i64,
    team_ids: &[i64],
) -> QueryResult<Vec<i64>> {
    let query = members::table
        .filter(members::user_id.eq(user_id))
        .filter(members::role.eq(MemberRole::Manager))
        .filter(members::team_id.eq_any(team_ids))
        .select(members::team_id);
    Ok(query.load(conn).await?)
}

/// The teams among `team_ids` that the user may act for: all for an administrator.
pub async fn teams_represented_by(
    conn: &mut Conn,
    user_id: i64,
    team_ids: &[i64],
) -> QueryResult<Vec<i64>> {
    if users::find(conn, user_id).await?.is_some_and(|user| user.is_admin()) {
        return Ok(team_ids.to_vec());
    }
    teams_managed_by(conn, user_id, team_ids).await
}
