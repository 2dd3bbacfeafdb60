//! People who can sign in.

use actix_web::http::header;
use actix_web::web::Query;
use actix_web::{HttpRequest, HttpResponse};
use serde_json::json;

use crate::auth::password;
use crate::auth::permission::Permission;
use crate::domain::rejection::Rejection;
use crate::http::json_body::JsonBody;
use crate::http::path::Path;
use crate::http::read_context::{Paging, ReadContext};
use crate::http::write_context::WriteContext;
use crate::http::{parse, sessions};
use crate::problem::Problem;
use crate::store::mutation::{Mutation, NewUser, Outcome, UserEdit};
use crate::store::{ListQuery, Principal};

/// `GET /api/users`
pub async fn list(ctx: ReadContext, paging: Query<Paging>) -> Result<HttpResponse, Problem> {
    ctx.require(Permission::ManageUsers).await?;
    let list = ctx.fetch_page(ListQuery::Users, &paging).await?;
    Ok(ctx.list_response(&list))
}

/// `POST /api/users`
pub async fn create(ctx: WriteContext, body: JsonBody) -> Result<HttpResponse, Problem> {
    ctx.require(Permission::ManageUsers).await?;
    let hash = body.hash();
    let mut fields = body.fields()?;
    let email = fields.required("email", parse::email);
    let name = fields.required("name", parse::name);
    let password = fields.optional("password", parse::new_password);
    let role = fields.optional("role", parse_role).unwrap_or_else(|| "user".to_owned());
    fields.finish()?;
    let password_hash = hash_password(password).await?;
    let new_user = NewUser { email, name, password_hash, role };
    ctx.commit(hash, Mutation::CreateUser(new_user)).await
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

/// `PATCH /api/users/{id}`: one's own name and password; the rest is for administrators.
pub async fn edit(
    req: HttpRequest,
    ctx: WriteContext,
    id: Path<i64>,
    body: JsonBody,
) -> Result<HttpResponse, Problem> {
    ctx.require(Permission::ManageAccount(*id)).await?;
    let hash = body.hash();
    let mut fields = body.fields()?;
    let name = fields.optional_non_null("name", parse::name);
    let password = fields.optional_non_null("password", parse::new_password);
    let current = fields.optional_non_null("current_password", parse::existing_password);
    let role = fields.optional_non_null("role", parse_role);
    let disabled = fields.optional_non_null("disabled", parse::boolean);
    fields.finish()?;
    if role.is_some() || disabled.is_some() {
        ctx.require(Permission::ManageUsers).await?;
    }
    let is_own = password.is_some() && *id == ctx.user.id;
    if is_own {
        confirm(&req, &ctx, current).await?;
    }
    let own = is_own.then(|| Principal::clone(&ctx.user.principal));
    let edit = UserEdit {
        name,
        password_hash: hash_password(password).await?,
        own,
        role,
        is_disabled: disabled,
    };
    let done = ctx.perform(hash, Mutation::EditUser { id: *id, edit }).await?;
    if is_own { renewed(&req, &ctx, done) } else { Ok(ctx.outcome_response(&done)) }
}

/// Who sets their own password knows the one that they have.
async fn confirm(
    req: &HttpRequest,
    writer: &WriteContext,
    current: Option<String>,
) -> Result<(), Problem> {
    let missing = || Rejection::field("/current_password", "is missing");
    let current = current.ok_or_else(missing)?;
    match sessions::confirm(&writer.app, req, &writer.user, current).await {
        // An answer that was lost may be asked for once more: by then the password is the new one.
        Err(refusal @ Problem::Rejected(_)) => writer.refuse(refusal).await,
        outcome => outcome,
    }
}

/// The answer with the token that the session goes on with, where the old one was: in the cookie,
/// or in the body.
fn renewed(
    req: &HttpRequest,
    writer: &WriteContext,
    mut done: Outcome,
) -> Result<HttpResponse, Problem> {
    let token = if done.is_replay { None } else { sessions::renew(&writer.app, &writer.user) };
    let Some(token) = token else { return Ok(writer.outcome_response(&done)) };
    let expires_at = writer.user.expires_at;
    if req.headers().contains_key(header::AUTHORIZATION) {
        done.body["token"] = token.into();
        done.body["expires_at"] = parse::format_time(expires_at).into();
        return Ok(writer.outcome_response(&done));
    }
    let cookies = sessions::cookies(&writer.app, req, &token, expires_at);
    sessions::with_cookies(writer.outcome_response(&done), cookies)
}

fn parse_role(value: &serde_json::Value) -> Result<String, String> {
    parse::one_of(&["user", "admin"])(value)
}

async fn hash_password(password: Option<String>) -> Result<Option<String>, Problem> {
    match password {
        Some(password) => password::hash(password).await.map(Some).map_err(Problem::Internal),
        None => Ok(None),
    }
}
