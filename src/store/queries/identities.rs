//! Users of identity providers, identified by issuer and subject.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::commit::{MutationEffect, RunContext};
use super::dialect::Conn;
use super::users::fold_email;
use crate::domain::rejection::Rejection;
use crate::domain::users::UserRole;
use crate::store::error::QueryResult;
use crate::store::json;
use crate::store::model::User;
use crate::store::mutation::{CreateIdentity, MutationRequest};
use crate::store::rows::UserRow;
use crate::store::schema::{identities, users};

runs! {
    CreateIdentity => create,
}

/// Finds the user of a provider's subject.
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

/// Creates the user of a subject, without the email address if another user has it. A conflict if
/// a concurrent request was first.
async fn create(
    conn: &mut Conn,
    RunContext { request, .. }: RunContext<'_>,
    CreateIdentity(new): &CreateIdentity,
) -> QueryResult<MutationEffect> {
    let email = new.email.as_deref().map(fold_email);
    let row = match insert(conn, request, (email.as_deref(), &new.name)).await? {
        Some(row) => Some(row),
        // Another user has the address.
        None => insert(conn, request, (None, &new.name)).await?,
    };
    let row = row.ok_or_else(identity_exists)?;
    let inserted = diesel::insert_into(identities::table)
        .values((
            identities::issuer.eq(&new.issuer),
            identities::subject.eq(&new.subject),
            identities::user_id.eq(row.id),
            identities::created_at.eq(request.received_at.timestamp_millis()),
        ))
        .on_conflict_do_nothing()
        .execute(conn)
        .await?;
    if inserted == 0 {
        return Err(identity_exists().into());
    }
    Ok(MutationEffect::new(201, json::user_json(&row)).with_version(row.version))
}

fn identity_exists() -> Rejection {
    Rejection::conflict("identity-known", "this subject already has a user")
}

/// Inserts a user; `None` if another user has the email address.
async fn insert(
    conn: &mut Conn,
    request: &MutationRequest,
    (email, name): (Option<&str>, &str),
) -> QueryResult<Option<UserRow>> {
    let row = diesel::insert_into(users::table)
        .values((
            users::email.eq(email),
            users::name.eq(name),
            users::role.eq(UserRole::User),
            users::created_at.eq(request.received_at.timestamp_millis()),
        ))
        .on_conflict_do_nothing()
        .returning(users::all_columns)
        .get_result(conn)
        .await;
    Ok(row.optional()?)
}
