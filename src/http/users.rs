//! People who can sign in.

use actix_web::HttpRequest;
use actix_web::HttpResponse;
use actix_web::http::header;
use actix_web::web::Query;
use serde_json::json;

use crate::auth::password;
use crate::auth::permission::Act;
use crate::domain::rejection::Rejection;
use crate::http::body::Body;
use crate::http::path::Path;
use crate::http::reader::Paging;
use crate::http::reader::Reader;
use crate::http::sessions;
use crate::http::shape;
use crate::http::writer::Writer;
use crate::problem::Problem;
use crate::store::ListOf;
use crate::store::Principal;
use crate::store::job::Done;
use crate::store::job::EditUser;
use crate::store::job::NewUser;
use crate::store::job::Write;

/// `GET /api/users`
pub async fn list(reader: Reader, paging: Query<Paging>) -> Result<HttpResponse, Problem> {
    reader.may(Act::Users).await?;
    let list = reader.page(ListOf::Users, &paging).await?;
    Ok(reader.listed(&list))
}

/// `POST /api/users`
pub async fn create(writer: Writer, body: Body) -> Result<HttpResponse, Problem> {
    writer.may(Act::Users).await?;
    let hash = body.hash();
    let mut fields = body.fields()?;
    let email = fields.required("email", shape::email);
    let name = fields.required("name", shape::name);
    let password = fields.optional("password", shape::password);
    let role = fields.optional("role", role).unwrap_or_else(|| "user".to_owned());
    fields.finish()?;
    let password_hash = hashed(password).await?;
    let new = NewUser { email, name, password_hash, role };
    writer.write(hash, Write::CreateUser(new)).await
}

/// `GET /api/users/{id}`
pub async fn read(reader: Reader, id: Path<i64>) -> Result<HttpResponse, Problem> {
    reader.may(Act::Account(*id)).await?;
    let user = reader.app.store.user(*id).await?.ok_or(Problem::NotFound("user"))?;
    let body = json!({
        "id": user.id,
        "email": user.email,
        "name": user.name,
        "role": user.role,
        "disabled": user.disabled,
    });
    Ok(reader.found(Some(&user.version.to_string()), &body))
}

/// `PATCH /api/users/{id}`: one's own name and password; the rest is for administrators.
pub async fn edit(
    req: HttpRequest,
    writer: Writer,
    id: Path<i64>,
    body: Body,
) -> Result<HttpResponse, Problem> {
    writer.may(Act::Account(*id)).await?;
    let hash = body.hash();
    let mut fields = body.fields()?;
    let name = fields.present("name", shape::name);
    let password = fields.present("password", shape::password);
    let current = fields.present("current_password", shape::any_password);
    let role = fields.present("role", role);
    let disabled = fields.present("disabled", shape::flag);
    fields.finish()?;
    if role.is_some() || disabled.is_some() {
        writer.may(Act::Users).await?;
    }
    let is_own = password.is_some() && *id == writer.who.id;
    if is_own {
        confirm(&req, &writer, current).await?;
    }
    let own = is_own.then(|| Principal::clone(&writer.who.principal));
    let edit = EditUser { name, password_hash: hashed(password).await?, own, role, disabled };
    let done = writer.perform(hash, Write::EditUser { id: *id, edit }).await?;
    if is_own { renewed(&req, &writer, done) } else { Ok(writer.answer(&done)) }
}

/// Who sets their own password knows the one that they have.
async fn confirm(
    req: &HttpRequest,
    writer: &Writer,
    current: Option<String>,
) -> Result<(), Problem> {
    let missing = || Rejection::field("/current_password", "is missing");
    let current = current.ok_or_else(missing)?;
    match sessions::confirm(&writer.app, req, &writer.who, current).await {
        // An answer that was lost may be asked for once more: by then the password is the new one.
        Err(refusal @ Problem::Rejected(_)) => writer.refuse(refusal).await,
        outcome => outcome,
    }
}

/// The answer with the token that the session goes on with, where the old one was: in the cookie,
/// or in the body.
fn renewed(req: &HttpRequest, writer: &Writer, mut done: Done) -> Result<HttpResponse, Problem> {
    let token = if done.again { None } else { sessions::renew(&writer.app, &writer.who) };
    let Some(token) = token else { return Ok(writer.answer(&done)) };
    let expires_at = writer.who.expires_at;
    if req.headers().contains_key(header::AUTHORIZATION) {
        done.body["token"] = token.into();
        done.body["expires_at"] = shape::stamp(expires_at).into();
        return Ok(writer.answer(&done));
    }
    let cookies = sessions::cookies(&writer.app, req, &token, expires_at);
    sessions::with_cookies(writer.answer(&done), cookies)
}

fn role(value: &serde_json::Value) -> Result<String, String> {
    shape::one_of(&["user", "admin"])(value)
}

async fn hashed(password: Option<String>) -> Result<Option<String>, Problem> {
    match password {
        Some(password) => password::hash(password).await.map(Some).map_err(Problem::Internal),
        None => Ok(None),
    }
}
