//! Handlers of sign-in, sign-out and stream tickets.

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
use crate::store::{Principal, TokenIssuer, User};
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
    acquire_sign_in_attempt(&app, &req)?;
    let mut fields = body.fields();
    let email = fields.required("email", input::name());
    let password = fields.required("password", input::existing_password());
    fields.finish()?;
    let user = authenticate(&app, &email, password).await?;
    let now = Utc::now();
    let expires_at = (now + TimeDelta::seconds(app.config.token_seconds.into())).trunc_subsecs(0);
    let session_id = auth::random_token();
    let issued =
        TokenIssuer::Here { generation: user.generation, session_id: Some(session_id.clone()) };
    let principal = Principal { user_id: user.id, issued };
    let token =
        app.token_keys.sign(&principal, expires_at, None).ok_or(Problem::SignInElsewhere)?;
    app.store.open_session(&session_id, user.id, now, expires_at).await?;
    let response = HttpResponse::Ok().insert_header((header::CACHE_CONTROL, "no-store")).json(
        json!({ "token": token, "expires_at": time::format(expires_at), "user": user_json(&user) }),
    );
    with_cookies(response, cookies(&app, &req, &token, expires_at))
}

/// Counts a sign-in attempt of an address, which fails beyond the rate limit.
fn acquire_sign_in_attempt(app: &App, req: &HttpRequest) -> Result<(), Problem> {
    let address = ClientOrigin::from_request(req, &app.limiters.proxies).address;
    let attempt = app.limiters.sign_ins.try_acquire(&address);
    attempt.map_err(|retry_after| Problem::TooManyRequests { retry_after })
}

/// Checks the current password of the signed-in user; counts as a sign-in attempt.
pub async fn confirm_password(
    app: &App,
    req: &HttpRequest,
    user: &SignedInUser,
    password: String,
) -> Result<(), Problem> {
    acquire_sign_in_attempt(app, req)?;
    let hash = app.store.user(user.id).await?.and_then(|user| user.password_hash);
    let is_correct = password::verify(password, hash).await.map_err(Problem::Internal)?;
    let rejection = || Rejection::field("/current_password", "is not your password");
    if is_correct { Ok(()) } else { Err(rejection().into()) }
}

/// The token with which a session continues after its user has set a new password: of the next
/// generation, with the same expiry. `None` for a credential without a session.
pub fn renew_token(app: &App, user: &SignedInUser) -> Option<String> {
    let (generation, session) = (user.principal.generation()?, user.principal.session_id()?);
    let session_id = Some(session.to_owned());
    let issued = TokenIssuer::Here { generation: generation + 1, session_id };
    let principal = Principal { user_id: user.id, issued };
    app.token_keys.sign(&principal, user.expires_at, None)
}

/// Checks the password. A failure takes the same time and gives the same response for any cause.
async fn authenticate(app: &App, email: &str, password: String) -> Result<User, Problem> {
    let user = app.store.user_by_email(email).await?.filter(|user| !user.is_disabled);
    let hash = user.as_ref().and_then(|user| user.password_hash.clone());
    let is_correct = password::verify(password, hash).await.map_err(Problem::Internal)?;
    user.filter(|_| is_correct).ok_or(Problem::WrongPassword)
}

/// The cookies that hold this token until it expires, and delete any other.
pub fn cookies(
    app: &App,
    req: &HttpRequest,
    token: &str,
    expires_at: DateTime<Utc>,
) -> [Cookie<'static>; 2] {
    let seconds = (expires_at - Utc::now()).num_seconds().max(0);
    cookie::session_cookies(token, seconds, auth::is_tls(req, &app.config, &app.limiters))
}

/// `POST /api/auth/logout`: ends the sessions of the cookie and of the header, and deletes the
/// cookies.
pub async fn logout(app: Data<App>, req: HttpRequest) -> Result<HttpResponse, Problem> {
    if auth::request_provenance(&req).is_cross_site(&app.config.allowed_origins) {
        return Err(Problem::CrossSite);
    }
    for principal in auth::presented_principals(&app, &req) {
        app.store.end_session(&principal).await?;
    }
    let cookies = cookie::expired_cookies(auth::is_tls(&req, &app.config, &app.limiters));
    with_cookies(HttpResponse::NoContent().finish(), cookies)
}

/// Adds cookies to a response.
pub fn with_cookies(
    mut response: HttpResponse,
    cookies: [Cookie<'_>; 2],
) -> Result<HttpResponse, Problem> {
    for cookie in &cookies {
        response.add_cookie(cookie).map_err(|error| Problem::Internal(error.to_string()))?;
    }
    Ok(response)
}

/// `GET /api/auth/me`
pub async fn current_user(user: SignedInUser) -> HttpResponse {
    HttpResponse::Ok().insert_header((header::CACHE_CONTROL, "private, no-store")).json(json!({
        "id": user.id,
        "email": user.email,
        "name": user.name,
        "role": user.role,
        "expires_at": time::format(user.expires_at),
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
        .json(json!({ "ticket": text, "expires_at": time::format(expires_at) })))
}

/// A user's own account.
fn user_json(user: &User) -> Value {
    json!({ "id": user.id, "email": user.email, "name": user.name, "role": user.role })
}
