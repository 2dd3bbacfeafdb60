//! Handlers of users.

use actix_web::http::header;
use actix_web::web::Query;
use actix_web::{HttpRequest, HttpResponse};
use serde_json::json;

use crate::auth::password;
use crate::domain::permission::Permission;
use crate::domain::rejection::Rejection;
use crate::domain::time;
use crate::http::json_body::JsonBody;
use crate::http::path::Path;
use crate::http::read_context::{Paging, ReadContext};
use crate::http::sessions;
use crate::http::write_context::{Authorized, WriteContext};
use crate::input;
use crate::problem::Problem;
use crate::store::mutation::{CreateUser, EditUser, NewUser, Outcome, UserEdit};
use crate::store::{ListQuery, Principal};

/// `GET /api/users`
pub async fn list(ctx: ReadContext, paging: Query<Paging>) -> Result<HttpResponse, Problem> {
    ctx.require(Permission::ManageUsers).await?;
    let list = ctx.fetch_page(ListQuery::Users, &paging).await?;
    Ok(ctx.list_response(&list))
}

/// `POST /api/users`
pub async fn create(ctx: WriteContext, body: JsonBody) -> Result<HttpResponse, Problem> {
    let mut fields = body.fields();
    let email = fields.required("email", input::email());
    let name = fields.required("name", input::name());
    let password = fields.optional("password", input::new_password());
    let role = fields.optional("role", input::one_of()).unwrap_or_default();
    let new_user = NewUser { email, name, password_hash: None, role };
    let mut authorized = ctx.authorize(CreateUser(new_user)).await?;
    fields.finish()?;
    authorized.mutation.0.password_hash = hash_password(password).await?;
    let outcome = ctx.commit(authorized, body.hash()).await?;
    Ok(ctx.outcome_response(None, &outcome))
}

/// `GET /api/users/{id}`
pub async fn read(ctx: ReadContext, id: Path<i64>) -> Result<HttpResponse, Problem> {
    ctx.require(Permission::ManageAccount(*id)).await?;
    let user = ctx.app.store.user(*id).await?.ok_or(Problem::NotFound("user"))?;
    let body = json!({
        "id": user.id,
        "email": user.email,
        "name": user.name,
        "role": user.role,
        "disabled": user.is_disabled,
    });
    Ok(ctx.json_response(Some(&user.version.to_string()), &body))
}

/// `PATCH /api/users/{id}`: users change their name and password; administrators everything.
pub async fn edit(
    req: HttpRequest,
    ctx: WriteContext,
    id: Path<i64>,
    body: JsonBody,
) -> Result<HttpResponse, Problem> {
    let mut fields = body.fields();
    let edit = UserEdit {
        name: fields.optional_non_null("name", input::name()),
        role: fields.optional_non_null("role", input::one_of()),
        is_disabled: fields.optional_non_null("disabled", input::boolean()),
        ..UserEdit::default()
    };
    let password = fields.optional_non_null("password", input::new_password());
    let current_password = fields.optional_non_null("current_password", input::existing_password());
    let mut authorized = ctx.authorize(EditUser { id: *id, edit }).await?;
    fields.finish()?;
    let sets_own_password = password.is_some() && *id == ctx.user.id;
    if sets_own_password {
        confirm_password(&req, &ctx, current_password, &mut authorized).await?;
    }
    let edit = &mut authorized.mutation.edit;
    edit.password_hash = hash_password(password).await?;
    edit.own_principal = sets_own_password.then(|| Principal::clone(&ctx.user.principal));
    let outcome = ctx.commit(authorized, body.hash()).await?;
    if sets_own_password {
        with_renewed_session(&req, &ctx, outcome)
    } else {
        Ok(ctx.outcome_response(None, &outcome))
    }
}

/// Checks the current password of users who set their own.
async fn confirm_password(
    req: &HttpRequest,
    ctx: &WriteContext,
    current_password: Option<String>,
    authorized: &mut Authorized<EditUser>,
) -> Result<(), Problem> {
    let missing = || Rejection::field("/current_password", "is required");
    let current_password = current_password.ok_or_else(missing)?;
    match sessions::confirm_password(&ctx.app, req, &ctx.user, current_password).await {
        // A retry after a lost response is allowed: by then the new password is in place.
        Err(denial @ Problem::Rejected(_)) => {
            let stored = ctx.stored_outcome(denial).await?;
            authorized.stored_outcome.get_or_insert(stored);
            Ok(())
        }
        result => result,
    }
}

/// The response with the session's new token in the place of the old one: in the cookie, or in the
/// body.
fn with_renewed_session(
    req: &HttpRequest,
    ctx: &WriteContext,
    mut outcome: Outcome,
) -> Result<HttpResponse, Problem> {
    let token = if outcome.is_replay { None } else { sessions::renew_token(&ctx.app, &ctx.user) };
    let Some(token) = token else { return Ok(ctx.outcome_response(None, &outcome)) };
    let expires_at = ctx.user.expires_at;
    if req.headers().contains_key(header::AUTHORIZATION) {
        outcome.body["token"] = token.into();
        outcome.body["expires_at"] = time::format(expires_at).into();
        return Ok(ctx.outcome_response(None, &outcome));
    }
    let cookies = sessions::cookies(&ctx.app, req, &token, expires_at);
    sessions::with_cookies(ctx.outcome_response(None, &outcome), cookies)
}

async fn hash_password(password: Option<String>) -> Result<Option<String>, Problem> {
    match password {
        Some(password) => password::hash(password).await.map(Some).map_err(Problem::Internal),
        None => Ok(None),
    }
}
