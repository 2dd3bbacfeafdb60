//! Signing in and out, and passes for streams.

use actix_web::cookie::Cookie;
use actix_web::http::header;
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use chrono::{DateTime, SubsecRound, TimeDelta, Utc};
use serde_json::{Value, json};

use crate::auth::{SignedInUser, cookie, password, permission, ticket};
use crate::domain::permission::Permission;
use crate::domain::rejection::Rejection;
use crate::domain::time;
use crate::http::json_body::JsonBody;
use crate::limits::ClientOrigin;
use crate::problem::Problem;
use crate::store::{Issued, Principal, User};
use crate::{App, auth, input};

/// `POST /api/auth/login`
pub async fn login(
    app: Data<App>,
    req: HttpRequest,
    body: JsonBody,
) -> Result<HttpResponse, Problem> {
    if auth::request_provenance(&req).is_cross_site(&app.config.allowed_origins) {
        return Err(Problem::CrossSite);
    }
    attempt(&app, &req)?;
    let mut fields = body.fields();
    let email = fields.required("email", input::name());
    let password = fields.required("password", input::existing_password());
    fields.finish()?;
    let user = authenticate(&app, &email, password).await?;
    let now = Utc::now();
    let expires_at = (now + TimeDelta::seconds(app.config.token_seconds.into())).trunc_subsecs(0);
    let session_id = auth::random_token();
    let issued = Issued::Here { generation: user.generation, session_id: Some(session_id.clone()) };
    let principal = Principal { user_id: user.id, issued };
    let token =
        app.token_keys.sign(&principal, expires_at, None).ok_or(Problem::SignInElsewhere)?;
    app.store.open_session(&session_id, user.id, now, expires_at).await?;
    let answer = HttpResponse::Ok().insert_header((header::CACHE_CONTROL, "no-store")).json(
        json!({ "token": token, "expires_at": time::text(expires_at), "user": user_json(&user) }),
    );
    with_cookies(answer, cookies(&app, &req, &token, expires_at))
}

/// Counts one attempt at a password from an address.
fn attempt(app: &App, req: &HttpRequest) -> Result<(), Problem> {
    let address = ClientOrigin::from_request(req, &app.limiters.proxies).address;
    let tried = app.limiters.sign_ins.try_acquire(&address);
    tried.map_err(|retry_after| Problem::TooManyRequests { retry_after })
}

/// Refuses unless this is the password of who asks; counts as an attempt to sign in.
pub async fn confirm(
    app: &App,
    req: &HttpRequest,
    who: &SignedInUser,
    password: String,
) -> Result<(), Problem> {
    attempt(app, req)?;
    let hash = app.store.user(who.id).await?.and_then(|user| user.password_hash);
    let is_right = password::verify(password, hash).await.map_err(Problem::Internal)?;
    let wrong = || Rejection::field("/current_password", "is not your password");
    if is_right { Ok(()) } else { Err(wrong().into()) }
}

/// The token with which a session goes on after its user's own new password: of the next
/// generation, with the same end. `None` for a credential of no session.
pub fn renew(app: &App, who: &SignedInUser) -> Option<String> {
    let (generation, session) = (who.principal.generation()?, who.principal.session_id()?);
    let session_id = Some(session.to_owned());
    let issued = Issued::Here { generation: generation + 1, session_id };
    let principal = Principal { user_id: who.id, issued };
    app.token_keys.sign(&principal, who.expires_at, None)
}

/// Says no in the same words and the same time, whatever was wrong.
async fn authenticate(app: &App, email: &str, password: String) -> Result<User, Problem> {
    let user = app.store.user_by_email(email).await?.filter(|user| !user.is_disabled);
    let hash = user.as_ref().and_then(|user| user.password_hash.clone());
    let is_right = password::verify(password, hash).await.map_err(Problem::Internal)?;
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
    cookie::begun(token, seconds, auth::is_tls(req, &app.config, &app.limiters))
}

/// `POST /api/auth/logout`: ends the session of the cookie, and of the header, and forgets the
/// cookies.
pub async fn logout(app: Data<App>, req: HttpRequest) -> Result<HttpResponse, Problem> {
    if auth::request_provenance(&req).is_cross_site(&app.config.allowed_origins) {
        return Err(Problem::CrossSite);
    }
    for principal in auth::presented(&app, &req) {
        app.store.end_session(&principal).await?;
    }
    let cookies = cookie::ended(auth::is_tls(&req, &app.config, &app.limiters));
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
pub async fn current_user(user: SignedInUser) -> HttpResponse {
    HttpResponse::Ok().insert_header((header::CACHE_CONTROL, "private, no-store")).json(json!({
        "id": user.id,
        "email": user.email,
        "name": user.name,
        "role": user.role,
        "expires_at": time::text(user.expires_at),
    }))
}

/// `POST /api/stream-tickets`
pub async fn issue_stream_ticket(
    app: Data<App>,
    user: SignedInUser,
    body: JsonBody,
) -> Result<HttpResponse, Problem> {
    let write_limit = app.limiters.writes.try_acquire(&user.id);
    write_limit.map_err(|retry_after| Problem::TooManyRequests { retry_after })?;
    let mut fields = body.fields();
    let topics = fields.required("topics", input::topics());
    fields.finish()?;
    for topic in &topics {
        permission::check(&app.store, Some(&user), Permission::Read(*topic)).await?;
    }
    let (text, expires_at) = ticket::issue(&app.store, &user, &topics).await?;
    Ok(HttpResponse::Created()
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .json(json!({ "ticket": text, "expires_at": time::text(expires_at) })))
}

/// A user as one sees oneself.
fn user_json(user: &User) -> Value {
    json!({ "id": user.id, "email": user.email, "name": user.name, "role": user.role })
}
