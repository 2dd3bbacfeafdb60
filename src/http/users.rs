//! People who can sign in.

use actix_web::HttpResponse;
use actix_web::web::Query;
use serde_json::json;

use crate::auth::password;
use crate::auth::permission::Act;
use crate::http::body::Body;
use crate::http::path::Path;
use crate::http::reader::Paging;
use crate::http::reader::Reader;
use crate::http::shape;
use crate::http::writer::Writer;
use crate::problem::Problem;
use crate::store::ListOf;
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
pub async fn edit(writer: Writer, id: Path<i64>, body: Body) -> Result<HttpResponse, Problem> {
    writer.may(Act::Account(*id)).await?;
    let hash = body.hash();
    let mut fields = body.fields()?;
    let name = fields.present("name", shape::name);
    let password = fields.present("password", shape::password);
    let role = fields.present("role", role);
    let disabled = fields.present("disabled", shape::flag);
    fields.finish()?;
    if role.is_some() || disabled.is_some() {
        writer.may(Act::Users).await?;
    }
    let edit = EditUser { name, password_hash: hashed(password).await?, role, disabled };
    writer.write(hash, Write::EditUser { id: *id, edit }).await
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
