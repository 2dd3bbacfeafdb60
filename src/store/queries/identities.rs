//! Users of an identity provider, each known by the provider's name and the provider's subject.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::commit::{MutationEffect, RunContext};
use super::dialect::Conn;
use super::users::folded;
use crate::domain::rejection::Rejection;
use crate::store::error::QueryResult;
use crate::store::json;
use crate::store::model::User;
use crate::store::mutation::{CreateIdentity, MutationRequest};
use crate::store::rows::UserRow;
use crate::store::schema::{identities, users};

runs! {
    CreateIdentity => create,
}

pub async fn user(conn: &mut Conn, issuer: &str, subject: &str) -> QueryResult<Option<User>> {
    let row: Option<UserRow> = identities::table
        .inner_join(users::table.on(users::id.eq(identities::user_id)))
        .filter(identities::issuer.eq(issuer))
        .filter(identities::subject.eq(subject))
        .select(users::all_columns)
        .get_result(conn)
        .await
        .optional()?;
    Ok(row.map(User::from))
}

/// A conflict where another request was first.
async fn create(
    conn: &mut Conn,
    RunContext { request: job, .. }: RunContext<'_>,
    CreateIdentity(new): &CreateIdentity,
) -> QueryResult<MutationEffect> {
    let email = new.email.as_deref().map(folded);
    let row = match insert(conn, job, (email.as_deref(), &new.name)).await? {
        Some(row) => Some(row),
        // Another user has the address.
        None => insert(conn, job, (None, &new.name)).await?,
    };
    let row = row.ok_or_else(known)?;
    let bound = diesel::insert_into(identities::table)
        .values((
            identities::issuer.eq(&new.issuer),
            identities::subject.eq(&new.subject),
            identities::user_id.eq(row.id),
            identities::created_at.eq(job.received_at.timestamp_millis()),
        ))
        .on_conflict_do_nothing()
        .execute(conn)
        .await?;
    if bound == 0 {
        return Err(known().into());
    }
    Ok(MutationEffect::new(201, json::user_json(&row)).with_version(row.version))
}

fn known() -> Rejection {
    Rejection::conflict("identity-known", "this subject has a user already")
}

/// `None` where another user has the address.
async fn insert(
    conn: &mut Conn,
    job: &MutationRequest,
    (email, name): (Option<&str>, &str),
) -> QueryResult<Option<UserRow>> {
    let row = diesel::insert_into(users::table)
        .values((
            users::email.eq(email),
            users::name.eq(name),
            users::role.eq("user"),
            users::created_at.eq(job.received_at.timestamp_millis()),
        ))
        .on_conflict_do_nothing()
        .returning(users::all_columns)
        .get_result(conn)
        .await;
    Ok(row.optional()?)
}
