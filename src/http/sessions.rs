//! Signing in and out, and passes for streams.

use std::time::Duration;

use actix_web::HttpRequest;
use actix_web::HttpResponse;
use actix_web::cookie::Cookie;
use actix_web::cookie::SameSite;
use actix_web::cookie::time;
use actix_web::http::header;
use actix_web::web::Data;
use serde_json::Value;
use serde_json::json;

use crate::App;
use crate::auth;
use crate::auth::SignedIn;
use crate::auth::password;
use crate::auth::permission;
use crate::auth::permission::Act;
use crate::auth::ticket;
use crate::config::CookieSecure;
use crate::http::body::Body;
use crate::http::shape;
use crate::limits::Client;
use crate::problem::Problem;
use crate::store::User;

/// `POST /api/auth/login`
pub async fn login(app: Data<App>, req: HttpRequest, body: Body) -> Result<HttpResponse, Problem> {
    if auth::provenance(&req).is_foreign(&app.config.allowed_origins) {
        return Err(Problem::CrossSite);
    }
    let client = Client::of(&req, &app.limits.proxies);
    let tried = app.limits.logins.take(&client.address);
    tried.map_err(|retry_after| Problem::TooManyRequests { retry_after })?;
    let mut fields = body.fields()?;
    let email = fields.required("email", shape::name);
    let password = fields.required("password", shape::any_password);
    fields.finish()?;
    let user = recognise(&app, &email, password).await?;
    let seconds = app.config.token_seconds;
    let signed = app.keys.sign(user.id, Duration::from_secs(seconds.into()), None);
    let (token, expires_at) = signed.ok_or(Problem::SignInElsewhere)?;
    let cookie = cookie(&app, client, token.clone(), i64::from(seconds));
    Ok(HttpResponse::Ok()
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .cookie(cookie)
        .json(json!({ "token": token, "expires_at": shape::stamp(expires_at), "user": of(&user) })))
}

/// Says no in the same words and the same time, whatever was wrong.
async fn recognise(app: &App, email: &str, password: String) -> Result<User, Problem> {
    let user = app.store.user_by_email(email).await?.filter(|user| !user.disabled);
    let hash = user.as_ref().and_then(|user| user.password_hash.clone());
    let is_right = password::is_right(password, hash).await.map_err(Problem::Internal)?;
    user.filter(|_| is_right).ok_or(Problem::WrongPassword)
}

fn cookie(app: &App, client: Client, value: String, seconds: i64) -> Cookie<'static> {
    let secure = match app.config.cookie_secure {
        CookieSecure::Auto => client.https,
        CookieSecure::Always => true,
        CookieSecure::Never => false,
    };
    Cookie::build(auth::COOKIE, value)
        .path("/")
        .http_only(true)
        .same_site(SameSite::Lax)
        .secure(secure)
        .max_age(time::Duration::seconds(seconds))
        .finish()
}

/// `POST /api/auth/logout`: forgets the cookie. A token that was handed out lives until it expires.
pub async fn logout(app: Data<App>, req: HttpRequest) -> Result<HttpResponse, Problem> {
    if auth::provenance(&req).is_foreign(&app.config.allowed_origins) {
        return Err(Problem::CrossSite);
    }
    let client = Client::of(&req, &app.limits.proxies);
    Ok(HttpResponse::NoContent().cookie(cookie(&app, client, String::new(), 0)).finish())
}

/// `GET /api/auth/me`
pub async fn me(who: SignedIn) -> HttpResponse {
    HttpResponse::Ok().insert_header((header::CACHE_CONTROL, "private, no-store")).json(json!({
        "id": who.id,
        "email": who.email,
        "name": who.name,
        "role": who.role,
        "expires_at": shape::stamp(who.expires_at),
    }))
}

/// `POST /api/stream-tickets`
pub async fn ticket(app: Data<App>, who: SignedIn, body: Body) -> Result<HttpResponse, Problem> {
    let writes = app.limits.writes.take(&who.id);
    writes.map_err(|retry_after| Problem::TooManyRequests { retry_after })?;
    let mut fields = body.fields()?;
    let topics = fields.required("topics", shape::topics);
    fields.finish()?;
    for topic in &topics {
        permission::may(&app.store, Some(&who), Act::Read(*topic)).await?;
    }
    let (text, expires_at) = ticket::issue(&app.store, &who, &topics).await?;
    Ok(HttpResponse::Created()
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .json(json!({ "ticket": text, "expires_at": shape::stamp(expires_at) })))
}

/// A user as one sees oneself.
fn of(user: &User) -> Value {
    json!({ "id": user.id, "email": user.email, "name": user.name, "role": user.role })
}
