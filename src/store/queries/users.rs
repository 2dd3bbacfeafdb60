//! People who can sign in.

use std::collections::HashMap;

use diesel::dsl::exists;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::commit::{MutationEffect, RunContext};
use super::dialect::Conn;
use super::{sessions, settings};
use crate::domain::rejection::Rejection;
use crate::store::error::QueryResult;
use crate::store::json;
use crate::store::model::User;
use crate::store::mutation::{CreateUser, EditUser, UserEdit};
use crate::store::principal::Principal;
use crate::store::rows::UserRow;
use crate::store::schema::users;

runs! {
    CreateUser => create,
    EditUser => edit,
}

/// An identity provider's clock may be ahead of ours by so much.
const LEEWAY_MS: i64 = 30 * 1000;

pub async fn find(conn: &mut Conn, id: i64) -> QueryResult<Option<User>> {
    let row: Option<UserRow> = users::table.find(id).get_result(conn).await.optional()?;
    Ok(row.map(User::from))
}

pub async fn find_by_email(conn: &mut Conn, email: &str) -> QueryResult<Option<User>> {
    let query = users::table.filter(users::email.eq(folded(email)));
    let row: Option<UserRow> = query.get_result(conn).await.optional()?;
    Ok(row.map(User::from))
}

/// What these users are called.
pub async fn names_by_id(conn: &mut Conn, ids: &[i64]) -> QueryResult<HashMap<i64, String>> {
    let query = users::table.filter(users::id.eq_any(ids)).select((users::id, users::name));
    let rows: Vec<(i64, String)> = query.load(conn).await?;
    Ok(rows.into_iter().collect())
}

/// Whether there is an administrator who may sign in.
pub async fn has_admin(conn: &mut Conn) -> QueryResult<bool> {
    let enabled = users::table.filter(users::role.eq("admin")).filter(users::disabled.eq(false));
    Ok(diesel::select(exists(enabled)).get_result(conn).await?)
}

/// Addresses are compared without regard to the case of ASCII letters, as people type them. Other
/// letters stay: some change into ASCII, as U+212A into k, and another's address would be theirs.
pub fn folded(email: &str) -> String {
    email.trim().to_ascii_lowercase()
}

async fn create(
    conn: &mut Conn,
    RunContext { request, .. }: RunContext<'_>,
    CreateUser(user): &CreateUser,
) -> QueryResult<MutationEffect> {
    let row: UserRow = diesel::insert_into(users::table)
        .values((
            users::email.eq(folded(&user.email)),
            users::name.eq(&user.name),
            users::role.eq(&user.role),
            users::password_hash.eq(user.password_hash.as_deref()),
            users::created_at.eq(request.received_at.timestamp_millis()),
        ))
        .returning(users::all_columns)
        .get_result(conn)
        .await?;
    Ok(MutationEffect::new(201, json::user_json(&row)).with_version(row.version))
}

/// Refuses where nobody is left who administers.
///
/// Whoever else takes an administrator's rights away waits for `rights_changed`, whose row this
/// transaction has locked: it sees what is decided here, and this what was decided before.
async fn one_administrator_is_left(conn: &mut Conn) -> QueryResult<()> {
    if has_admin(conn).await? {
        return Ok(());
    }
    let words = "there must be an administrator who may sign in: make another one first";
    Err(Rejection::conflict("last-administrator", words).into())
}

/// Refuses what was valid when the current password was checked, and was revoked meanwhile.
fn has_current_password(edit: &UserEdit, current: i64) -> Result<(), Rejection> {
    match edit.own.as_ref().and_then(Principal::generation) {
        Some(checked) if checked != current => {
            Err(Rejection::field("/current_password", "was replaced meanwhile"))
        }
        _ => Ok(()),
    }
}

async fn edit(
    conn: &mut Conn,
    RunContext { request, .. }: RunContext<'_>,
    &EditUser { id, ref edit }: &EditUser,
) -> QueryResult<MutationEffect> {
    let row: Option<UserRow> =
        for_update!(users::table.find(id)).get_result(conn).await.optional()?;
    let row = row.ok_or_else(|| Rejection::not_found("user"))?;
    request.check_if_match(row.version)?;

    let role = edit.role.as_ref().unwrap_or(&row.role);
    let disabled = edit.is_disabled.unwrap_or(row.disabled);
    let newly_disabled = disabled && !row.disabled;
    let revokes = edit.password_hash.is_some() || newly_disabled;
    has_current_password(edit, row.generation)?;
    if revokes {
        let kept = edit.own.as_ref().and_then(Principal::session_id);
        sessions::end_others(conn, id, kept).await?;
    }
    if revokes || *role != row.role || disabled != row.disabled {
        settings::bump_rights_version(conn).await?;
    }
    let valid_from = if newly_disabled {
        request.received_at.timestamp_millis() + LEEWAY_MS
    } else {
        row.tokens_valid_from
    };
    let was_admin = row.role == "admin" && !row.disabled;
    let row: UserRow = diesel::update(users::table.find(id))
        .set((
            users::name.eq(edit.name.as_ref().unwrap_or(&row.name)),
            users::password_hash.eq(edit.password_hash.as_ref().or(row.password_hash.as_ref())),
            users::role.eq(role),
            users::disabled.eq(disabled),
            users::version.eq(row.version + 1),
            users::generation.eq(row.generation + i64::from(revokes)),
            users::tokens_valid_from.eq(valid_from),
        ))
        .returning(users::all_columns)
        .get_result(conn)
        .await?;
    if was_admin && (role != "admin" || disabled) {
        one_administrator_is_left(conn).await?;
    }
    Ok(MutationEffect::new(200, json::user_json(&row)).with_version(row.version))
}
