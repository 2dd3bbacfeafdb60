//! Users: creating and changing them, and look-ups.

use std::collections::HashMap;

use diesel::dsl::exists;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::commit::{MutationEffect, RunContext};
use super::dialect::Conn;
use super::{sessions, settings};
use crate::domain::rejection::Rejection;
use crate::domain::users::UserRole;
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

/// An identity provider's clock may be ahead of the server's by this much.
const LEEWAY_MS: i64 = 30 * 1000;

/// Finds a user by id.
pub async fn find(conn: &mut Conn, id: i64) -> QueryResult<Option<User>> {
    let row: Option<UserRow> = users::table.find(id).get_result(conn).await.optional()?;
    Ok(row.map(User::from))
}

/// Finds a user by email address, in any case.
pub async fn find_by_email(conn: &mut Conn, email: &str) -> QueryResult<Option<User>> {
    let query = users::table.filter(users::email.eq(fold_email(email)));
    let row: Option<UserRow> = query.get_result(conn).await.optional()?;
    Ok(row.map(User::from))
}

/// The names of these users, by id.
pub async fn names_by_id(conn: &mut Conn, ids: &[i64]) -> QueryResult<HashMap<i64, String>> {
    let query = users::table.filter(users::id.eq_any(ids)).select((users::id, users::name));
    let rows: Vec<(i64, String)> = query.load(conn).await?;
    Ok(rows.into_iter().collect())
}

/// Whether there is an administrator who is not disabled.
pub async fn has_admin(conn: &mut Conn) -> QueryResult<bool> {
    let enabled =
        users::table.filter(users::role.eq(UserRole::Admin)).filter(users::disabled.eq(false));
    Ok(diesel::select(exists(enabled)).get_result(conn).await?)
}

/// Folds an email address for comparison: ASCII letters only, in lower case. Folding all letters
/// would turn some into ASCII (U+212A into k), and give one user another's address.
pub fn fold_email(email: &str) -> String {
    email.trim().to_ascii_lowercase()
}

async fn create(
    conn: &mut Conn,
    RunContext { request, .. }: RunContext<'_>,
    CreateUser(user): &CreateUser,
) -> QueryResult<MutationEffect> {
    let row: UserRow = diesel::insert_into(users::table)
        .values((
            users::email.eq(fold_email(&user.email)),
            users::name.eq(&user.name),
            users::role.eq(user.role),
            users::password_hash.eq(user.password_hash.as_deref()),
            users::created_at.eq(request.received_at.timestamp_millis()),
        ))
        .returning(users::all_columns)
        .get_result(conn)
        .await?;
    Ok(MutationEffect::new(201, json::user_json(&row)).with_version(row.version))
}

/// Rejects a change that leaves no administrator.
///
/// Concurrent changes of administrators are serialised by the row of the rights version, which
/// this transaction has locked: each sees the result of the other.
async fn check_admin_remains(conn: &mut Conn) -> QueryResult<()> {
    if has_admin(conn).await? {
        return Ok(());
    }
    let detail = "at least one enabled administrator must remain: create another one first";
    Err(Rejection::conflict("last-administrator", detail).into())
}

/// Rejects a principal that was valid when its password was checked, and has since been revoked.
fn check_own_password_is_current(edit: &UserEdit, generation: i64) -> Result<(), Rejection> {
    match edit.own_principal.as_ref().and_then(Principal::generation) {
        Some(checked) if checked != generation => {
            Err(Rejection::field("/current_password", "has been changed in the meantime"))
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

    let role = edit.role.unwrap_or(row.role);
    let disabled = edit.is_disabled.unwrap_or(row.disabled);
    let newly_disabled = disabled && !row.disabled;
    let revokes = edit.password_hash.is_some() || newly_disabled;
    check_own_password_is_current(edit, row.generation)?;
    if revokes {
        let kept = edit.own_principal.as_ref().and_then(Principal::session_id);
        sessions::end_other_sessions(conn, id, kept).await?;
    }
    if revokes || role != row.role || disabled != row.disabled {
        settings::bump_rights_version(conn).await?;
    }
    let valid_from = if newly_disabled {
        request.received_at.timestamp_millis() + LEEWAY_MS
    } else {
        row.tokens_valid_from
    };
    let was_admin = row.role == UserRole::Admin && !row.disabled;
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
    if was_admin && (role != UserRole::Admin || disabled) {
        check_admin_remains(conn).await?;
    }
    Ok(MutationEffect::new(200, json::user_json(&row)).with_version(row.version))
}
