//! Resolves the credential of a request to a user.

use std::sync::Arc;

use actix_web::dev::Payload;
use actix_web::web::Data;
use actix_web::{FromRequest, HttpMessage, HttpRequest};
use chrono::Utc;
use futures_util::future::LocalBoxFuture;

use crate::App;
use crate::auth::credential::{Credential, INVALID_TOKEN};
use crate::auth::origin::Provenance;
use crate::auth::signed_in_user::{MaybeSignedIn, RequestUserId, SignedInUser, StreamViewer};
use crate::auth::token::{Identity, Subject, TokenError};
use crate::auth::{credential, ticket};
use crate::config::Config;
use crate::domain::rejection::RejectionReason;
use crate::limits::{ClientOrigin, Limiters};
use crate::problem::Problem;
use crate::store::mutation::{CreateIdentity, MutationRequest, NewIdentity};
use crate::store::{Authentication, Principal, Store, StoreError, TokenIssuer, User};

/// Which credentials an endpoint accepts, and what it does with an invalid cookie.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum AuthenticationPolicy {
    /// A header or a valid cookie is required.
    SignedIn,
    /// Header or cookie; an invalid cookie counts as anonymous.
    Read,
    /// As `Read`, and credentials in the URL.
    Stream,
}

const MULTIPLE_SESSION_COOKIES: Problem = Problem::BadCredentials(
    "the request has more than one session cookie: delete this site's cookies and sign in again",
);

/// Display name of a user whose identity provider sends none.
const DEFAULT_USER_NAME: &str = "Unnamed";

impl FromRequest for SignedInUser {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        let req = req.clone();
        Box::pin(async move {
            let user = authenticate(&req, AuthenticationPolicy::SignedIn).await?;
            user.ok_or(Problem::NotSignedIn)
        })
    }
}

impl FromRequest for MaybeSignedIn {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        let req = req.clone();
        Box::pin(
            async move { authenticate(&req, AuthenticationPolicy::Read).await.map(MaybeSignedIn) },
        )
    }
}

impl FromRequest for StreamViewer {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        let req = req.clone();
        Box::pin(async move {
            let user = authenticate(&req, AuthenticationPolicy::Stream).await?;
            Ok(Self(MaybeSignedIn(user)))
        })
    }
}

async fn authenticate(
    req: &HttpRequest,
    policy: AuthenticationPolicy,
) -> Result<Option<SignedInUser>, Problem> {
    let app = req.app_data::<Data<App>>();
    let app =
        app.ok_or_else(|| Problem::Internal("the request has no application data".to_owned()))?;
    let url_credential = || {
        let is_stream = policy == AuthenticationPolicy::Stream;
        is_stream.then(|| credential::from_url(req, app.config.token_in_query)).flatten()
    };
    let is_tls = is_tls(req, &app.config, &app.limiters);
    let Some(credential) = credential::from_headers(req, is_tls)?.or_else(url_credential) else {
        return Ok(None);
    };
    let is_cookie = credential.is_cookie();
    let is_cookie_write = is_cookie && !req.method().is_safe();
    if is_cookie_write && !request_provenance(req).is_trusted(&app.config.allowed_origins) {
        return Err(Problem::CrossSite);
    }
    let user = match resolve_credential(app, credential).await {
        // Browsers attach cookies on their own, so an invalid one counts as anonymous; otherwise a
        // display with an expired cookie couldn't even read public matches.
        Err(Problem::BadCredentials(_))
            if is_cookie && policy != AuthenticationPolicy::SignedIn =>
        {
            match url_credential() {
                Some(credential) => resolve_credential(app, credential).await?,
                None => return Ok(None),
            }
        }
        result => result?,
    };
    req.extensions_mut().insert(RequestUserId(user.id));
    Ok(Some(user))
}

/// Whether the request counts as TLS for its session cookie: `cookie_secure`, or as it arrived.
pub fn is_tls(req: &HttpRequest, config: &Config, limits: &Limiters) -> bool {
    config.cookie_secure.is_secure(ClientOrigin::from_request(req, &limits.proxies).is_https)
}

/// The headers by which browsers declare the origin of a request.
pub fn request_provenance(req: &HttpRequest) -> Provenance<'_> {
    let text = |name: &str| req.headers().get(name).and_then(|value| value.to_str().ok());
    Provenance { fetch_site: text("sec-fetch-site"), origin: text("origin"), host: text("host") }
}

/// Verifies a credential and loads its user; 401 if it is invalid, expired or revoked.
async fn resolve_credential(app: &App, credential: Credential) -> Result<SignedInUser, Problem> {
    let rights_version = app.stream_context.rights_watch.version();
    let (authentication, principal, expires_at, topics) = match credential {
        Credential::Token(token) | Credential::Cookie(token) => {
            let claims = app.token_keys.verify(&token).map_err(|error| match error {
                TokenError::Expired => Problem::BadCredentials("the token has expired"),
                TokenError::Invalid => INVALID_TOKEN,
            })?;
            let (expires_at, topics) = (claims.expires_at, claims.topics);
            let found = authenticate_subject(&app.store, &claims.subject, claims.issued).await?;
            let (authentication, principal) = found.ok_or(INVALID_TOKEN)?;
            (authentication, principal, expires_at, topics)
        }
        Credential::MultipleCookies => return Err(MULTIPLE_SESSION_COOKIES),
        Credential::Ticket(text) => {
            let invalid = Problem::BadCredentials("the ticket is invalid or has expired");
            let grant = ticket::redeem(&app.store, &text).await?.ok_or(invalid)?;
            let topics = grant.topics.iter().filter_map(|topic| topic.parse().ok()).collect();
            let authentication = app.store.authenticate(&grant.principal).await?;
            (authentication, grant.principal, grant.expires_at, Some(topics))
        }
    };
    let Authentication::Valid(user) = authentication else { return Err(INVALID_TOKEN) };
    Ok(SignedInUser {
        id: user.id,
        is_admin: user.is_admin(),
        email: user.email,
        name: user.name,
        role: user.role,
        principal: Arc::new(principal),
        rights_version,
        expires_at,
        topics: topics.map(Into::into),
    })
}

/// Loads the user of a token and checks that it isn't revoked; `None` if there is no such user.
///
/// One statement, except for an identity provider's user who is new here.
async fn authenticate_subject(
    store: &Store,
    subject: &Subject,
    issued: TokenIssuer,
) -> Result<Option<(Authentication, Principal)>, Problem> {
    match subject {
        Subject::Id(id) => {
            let principal = Principal { user_id: *id, issued };
            Ok(Some((store.authenticate(&principal).await?, principal)))
        }
        Subject::Identity(identity) => {
            let Identity { issuer, subject, .. } = identity;
            let user = match store.user_of_identity(issuer, subject).await? {
                Some(user) => Some(user),
                None => create_provider_user(store, identity).await?,
            };
            // Tokens of an identity provider have no session here that could have ended.
            Ok(user.map(|user| {
                let principal = Principal { user_id: user.id, issued };
                (principal.authenticate(user, false), principal)
            }))
        }
    }
}

/// The principals of the header's and the cookie's token, as far as they verify; for signing out.
pub fn presented_principals(app: &App, req: &HttpRequest) -> Vec<Principal> {
    let tokens = credential::tokens(req, is_tls(req, &app.config, &app.limiters));
    let principal = |token: String| {
        let claims = app.token_keys.verify(&token).ok()?;
        let Subject::Id(user_id) = claims.subject else { return None };
        Some(Principal { user_id, issued: claims.issued })
    };
    tokens.filter_map(principal).collect()
}

/// Creates the user of an identity provider's first token. It never takes over an account with the
/// same email address: the provider must not decide who gets into a local account.
async fn create_provider_user(store: &Store, identity: &Identity) -> Result<Option<User>, Problem> {
    let Identity { issuer, subject, email, name } = identity.clone();
    let name = name.unwrap_or_default();
    let name: String = name.chars().filter(|c| !c.is_control()).take(200).collect();
    let name = if name.trim().is_empty() { DEFAULT_USER_NAME } else { name.trim() }.to_owned();
    let new_user = CreateIdentity(NewIdentity { issuer, subject, email, name });
    // The server creates the user itself, so no user id is given.
    let request = MutationRequest::new(0, Utc::now());
    match store.commit(request, new_user).await {
        // A concurrent request has created the same user.
        Err(StoreError::Rejected(rejection)) if rejection.reason == RejectionReason::Conflict => {}
        outcome => drop(outcome?),
    }
    Ok(store.user_of_identity(&identity.issuer, &identity.subject).await?)
}
