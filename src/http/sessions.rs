//! Signing in and out, and passes for streams.

use actix_web::HttpRequest;
use actix_web::HttpResponse;
use actix_web::cookie::Cookie;
use actix_web::http::header;
use actix_web::web::Data;
use chrono::DateTime;
use chrono::SubsecRound;
use chrono::TimeDelta;
use chrono::Utc;
use serde_json::Value;
use serde_json::json;

use crate::App;
use crate::auth;
use crate::auth::SignedIn;
use crate::auth::cookie;
use crate::auth::password;
use crate::auth::permission;
use crate::auth::permission::Act;
use crate::auth::ticket;
use crate::domain::rejection::Rejection;
use crate::http::body::Body;
use crate::http::shape;
use crate::limits::Client;
use crate::problem::Problem;
use crate::store::Issued;
use crate::store::Principal;
use crate::store::User;

/// `POST /api/auth/login`
pub async fn login(app: Data<App>, req: HttpRequest, body: Body) -> Result<HttpResponse, Problem> {
    if auth::provenance(&req).is_foreign(&app.config.allowed_origins) {
        return Err(Problem::CrossSite);
    }
    attempt(&app, &req)?;
    let mut fields = body.fields()?;
    let email = fields.required("email", shape::name);
    let password = fields.required("password", shape::any_password);
    fields.finish()?;
    let user = recognise(&app, &email, password).await?;
    let now = Utc::now();
    let expires_at = (now + TimeDelta::seconds(app.config.token_seconds.into())).trunc_subsecs(0);
    let session_id = auth::random_text();
    let issued = Issued::Here { generation: user.generation, session_id: Some(session_id.clone()) };
    let principal = Principal { user_id: user.id, issued };
    let token = app.keys.sign(&principal, expires_at, None).ok_or(Problem::SignInElsewhere)?;
    app.store.open_session(&session_id, user.id, now, expires_at).await?;
    let answer = HttpResponse::Ok()
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .json(json!({ "token": token, "expires_at": shape::stamp(expires_at), "user": of(&user) }));
    with_cookies(answer, cookies(&app, &req, &token, expires_at))
}

/// Counts one attempt at a password from an address.
fn attempt(app: &App, req: &HttpRequest) -> Result<(), Problem> {
    let address = Client::of(req, &app.limits.proxies).address;
    let tried = app.limits.logins.take(&address);
    tried.map_err(|retry_after| Problem::TooManyRequests { retry_after })
}

/// Refuses unless this is the password of who asks; counts as an attempt to sign in.
pub async fn confirm(
    app: &App,
    req: &HttpRequest,
    who: &SignedIn,
    password: String,
) -> Result<(), Problem> {
    attempt(app, req)?;
    let hash = app.store.user(who.id).await?.and_then(|user| user.password_hash);
    let is_right = password::is_right(password, hash).await.map_err(Problem::Internal)?;
    let wrong = || Rejection::field("/current_password", "is not your password");
    if is_right { Ok(()) } else { Err(wrong().into()) }
}

/// The token with which a session goes on after its user's own new password: of the next
/// generation, with the same end. `None` for a credential of no session.
pub fn renew(app: &App, who: &SignedIn) -> Option<String> {
    let (generation, session) = (who.principal.generation()?, who.principal.session_id()?);
    let session_id = Some(session.to_owned());
    let issued = Issued::Here { generation: generation + 1, session_id };
    let principal = Principal { user_id: who.id, issued };
    app.keys.sign(&principal, who.expires_at, None)
}

/// Says no in the same words and the same time, whatever was wrong.
async fn recognise(app: &App, email: &str, password: String) -> Result<User, Problem> {
    let user = app.store.user_by_email(email).await?.filter(|user| !user.disabled);
    let hash = user.as_ref().and_then(|user| user.password_hash.clone());
    let is_right = password::is_right(password, hash).await.map_err(Problem::Internal)?;
    user.filter(|_| is_right).ok_or(Problem::WrongPassword)
}

/// The cookies that hold a token until it expires, and no other.
pub fn cookies(
    app: &App,
    req: &HttpRequest,
    token: &str,
    expires_at: DateTime<Utc>,
) -> [Cookie<'static>; 2] {
    let seconds = (expires_at - Utc::now()).num_seconds().max(0);
    cookie::begun(token, seconds, auth::is_tls(req, &app.config, &app.limits))
}

/// `POST /api/auth/logout`: ends the session of the cookie, and of the header, and forgets the
/// cookies.
pub async fn logout(app: Data<App>, req: HttpRequest) -> Result<HttpResponse, Problem> {
    if auth::provenance(&req).is_foreign(&app.config.allowed_origins) {
        return Err(Problem::CrossSite);
    }
    for principal in auth::presented(&app, &req) {
        app.store.end_session(&principal).await?;
    }
    let cookies = cookie::ended(auth::is_tls(&req, &app.config, &app.limits));
    with_cookies(HttpResponse::NoContent().finish(), cookies)
}

/// The answer with these cookies set.
pub fn with_cookies(
    mut answer: HttpResponse,
    cookies: [Cookie<'_>; 2],
) -> Result<HttpResponse, Problem> {
    for cookie in &cookies {
        answer.add_cookie(cookie).map_err(|error| Problem::Internal(error.to_string()))?;
    }
    Ok(answer)
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
