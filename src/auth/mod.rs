//! Who is asking: from the credentials of a request to a user.

pub mod cookie;
mod credential;
mod keys;
pub mod origin;
pub mod password;
pub mod permission;
pub mod public_topics;
pub mod ticket;
pub mod token;

use std::sync::Arc;

use actix_web::dev::Payload;
use actix_web::web::Data;
use actix_web::{FromRequest, HttpMessage, HttpRequest};
use chrono::{DateTime, Utc};
use futures_util::future::LocalBoxFuture;
pub use keys::shared_secret;
pub use token::TokenKeys;

use crate::App;
use crate::auth::credential::Credential;
use crate::auth::origin::Provenance;
use crate::auth::token::{Identity, Subject, TokenError};
use crate::config::Config;
use crate::domain::rejection::RejectionReason;
use crate::domain::topic::Topic;
use crate::limits::{ClientOrigin, Limiters};
use crate::problem::Problem;
use crate::store::mutation::{CreateIdentity, MutationRequest, NewIdentity};
use crate::store::{Authentication, Issued, Principal, Store, StoreError, User};

/// Somebody who has signed in. As an extractor it refuses everybody else, and takes a header or
/// a cookie only.
#[derive(Clone, Debug)]
pub struct SignedInUser {
    pub id: i64,
    pub email: Option<String>,
    pub name: String,
    pub role: String,
    pub is_admin: bool,
    /// What the credential is valid by, besides its expiry.
    pub principal: Arc<Principal>,
    /// The version of rights before the user was looked up.
    pub rights_version: i64,
    /// When the token expires.
    pub expires_at: DateTime<Utc>,
    /// Where given, only these may be read, and nothing written.
    pub topics: Option<Arc<[Topic]>>,
}

/// Somebody who reads, signed in or not. A bad header is refused; a bad cookie, which comes by
/// itself, counts as none. What stands in the URL is not looked at.
#[derive(Clone, Debug)]
pub struct MaybeSignedIn(pub Option<SignedInUser>);

/// Somebody who opens a stream or a long-poll: a ticket or a token in the URL counts, too.
#[derive(Clone, Debug)]
pub struct StreamViewer(pub MaybeSignedIn);

/// What a request may be let in for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Access {
    Account,
    Read,
    Stream,
}

/// Who asked, for the request log.
#[derive(Clone, Copy, Debug)]
pub struct RequestUserId(pub i64);

/// Refuses a credential that is worth nothing.
pub const INVALID_TOKEN: Problem = Problem::BadCredentials("the token is not valid");
const SEVERAL: Problem = Problem::BadCredentials(
    "more than one session cookie came along: delete this site's cookies and sign in again",
);
/// The name of a user whom the provider gives none.
const UNNAMED: &str = "Unnamed";

impl FromRequest for SignedInUser {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        let req = req.clone();
        Box::pin(
            async move { authenticate(&req, Access::Account).await?.ok_or(Problem::NotSignedIn) },
        )
    }
}

impl FromRequest for MaybeSignedIn {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        let req = req.clone();
        Box::pin(async move { authenticate(&req, Access::Read).await.map(MaybeSignedIn) })
    }
}

impl FromRequest for StreamViewer {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        let req = req.clone();
        Box::pin(
            async move { authenticate(&req, Access::Stream).await.map(MaybeSignedIn).map(Self) },
        )
    }
}

async fn authenticate(req: &HttpRequest, access: Access) -> Result<Option<SignedInUser>, Problem> {
    let app = req.app_data::<Data<App>>();
    let app = app.ok_or_else(|| Problem::Internal("requests don't reach the app".to_owned()))?;
    let in_url = || {
        let is_stream = access == Access::Stream;
        is_stream.then(|| credential::in_url(req, app.config.token_in_query)).flatten()
    };
    let is_tls = is_tls(req, &app.config, &app.limiters);
    let Some(credential) = credential::of(req, is_tls)?.or_else(in_url) else { return Ok(None) };
    let is_cookie = credential.is_cookie();
    let is_cookie_write = is_cookie && !req.method().is_safe();
    if is_cookie_write && !request_provenance(req).is_trusted(&app.config.allowed_origins) {
        return Err(Problem::CrossSite);
    }
    let user = match resolve_credential(app, credential).await {
        // A cookie comes by itself. One that is worth nothing any more is none, or a display that
        // still has one would see not even what everybody may.
        Err(Problem::BadCredentials(_)) if is_cookie && access != Access::Account => {
            match in_url() {
                Some(credential) => resolve_credential(app, credential).await?,
                None => return Ok(None),
            }
        }
        result => result?,
    };
    req.extensions_mut().insert(RequestUserId(user.id));
    Ok(Some(user))
}

/// Whether the request came over TLS, as far as its session is concerned.
pub fn is_tls(req: &HttpRequest, config: &Config, limits: &Limiters) -> bool {
    config.cookie_secure.is_secure(ClientOrigin::from_request(req, &limits.proxies).is_https)
}

/// Where a browser says a request came from.
pub fn request_provenance(req: &HttpRequest) -> Provenance<'_> {
    let text = |name: &str| req.headers().get(name).and_then(|value| value.to_str().ok());
    Provenance { fetch_site: text("sec-fetch-site"), origin: text("origin"), host: text("host") }
}

async fn resolve_credential(app: &App, credential: Credential) -> Result<SignedInUser, Problem> {
    let rights_version = app.stream_context.rights_watch.version();
    let (found, principal, expires_at, topics) = match credential {
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
        Credential::Cookies => return Err(SEVERAL),
        Credential::Ticket(text) => {
            let bad = Problem::BadCredentials("the ticket is not valid (any more)");
            let grant = ticket::redeem(&app.store, &text).await?.ok_or(bad)?;
            let topics = grant.topics.iter().filter_map(|topic| topic.parse().ok()).collect();
            let authentication = app.store.authenticate(&grant.principal).await?;
            (authentication, grant.principal, grant.expires_at, Some(topics))
        }
    };
    let Authentication::Valid(user) = found else { return Err(INVALID_TOKEN) };
    Ok(SignedInUser {
        id: user.id,
        email: user.email,
        name: user.name,
        is_admin: user.role == "admin",
        role: user.role,
        principal: Arc::new(principal),
        rights_version,
        expires_at,
        topics: topics.map(Into::into),
    })
}

/// Whom a token speaks of, and what it is worth now. One statement, but for newcomers.
async fn authenticate_subject(
    store: &Store,
    subject: &Subject,
    issued: Issued,
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
            // A provider's token has no session of ours.
            Ok(user.map(|user| {
                let principal = Principal { user_id: user.id, issued };
                (principal.authenticate(user, false), principal)
            }))
        }
    }
}

/// What the header and the cookie of a request speak of, where their tokens can be believed.
pub fn presented(app: &App, req: &HttpRequest) -> Vec<Principal> {
    let tokens = credential::tokens(req, is_tls(req, &app.config, &app.limiters));
    let principal = |token: String| {
        let claims = app.token_keys.verify(&token).ok()?;
        let Subject::Id(user_id) = claims.subject else { return None };
        Some(Principal { user_id, issued: claims.issued })
    };
    tokens.filter_map(principal).collect()
}

/// Makes a user of somebody whom the identity provider knows and we don't yet. An account that has
/// the same address stays what it is: who gets into it is not for the provider to say.
async fn create_provider_user(store: &Store, identity: &Identity) -> Result<Option<User>, Problem> {
    let Identity { issuer, subject, email, name } = identity.clone();
    let name = name.unwrap_or_default();
    let name: String = name.chars().filter(|c| !c.is_control()).take(200).collect();
    let name = if name.trim().is_empty() { UNNAMED } else { name.trim() }.to_owned();
    let new_user = NewIdentity { issuer, subject, email, name };
    // Nobody's id: the server makes it.
    let request = MutationRequest::new(0, Utc::now());
    match store.commit(request, CreateIdentity(new_user)).await {
        // Another request was first: just as good.
        Err(StoreError::Rejected(rejection)) if rejection.reason == RejectionReason::Conflict => {}
        outcome => drop(outcome?),
    }
    Ok(store.user_of_identity(&identity.issuer, &identity.subject).await?)
}

/// 128 random bits as lower-case hex: what can't be guessed.
pub fn random_token() -> String {
    format!("{:032x}", rand::random::<u128>())
}

/// SHA-256 as lower-case hex.
pub fn sha256_hex(bytes: &[u8]) -> String {
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, bytes);
    digest.as_ref().iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}"))
}
