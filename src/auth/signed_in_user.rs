//! The user of a request, once authenticated.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};

use crate::auth::token::CLOCK_LEEWAY_SECONDS;
use crate::domain::topic::Topic;
use crate::domain::users::UserRole;
use crate::store::Principal;

/// A signed-in user. The extractor rejects anonymous requests and ignores credentials in the URL.
#[derive(Clone, Debug)]
pub struct SignedInUser {
    pub id: i64,
    pub email: Option<String>,
    pub name: String,
    pub role: UserRole,
    pub is_admin: bool,
    /// Identifies the credential when streams re-check that it isn't revoked.
    pub principal: Arc<Principal>,
    /// Version of all rights, taken before the user was loaded.
    pub rights_version: i64,
    /// Expiry of the access token.
    pub expires_at: DateTime<Utc>,
    /// If set, the credential can only read these topics and write nothing.
    pub topics: Option<Arc<[Topic]>>,
}

impl SignedInUser {
    /// Until when the credential is accepted: a little longer than its token says.
    pub fn valid_until(&self) -> DateTime<Utc> {
        self.expires_at + TimeDelta::seconds(CLOCK_LEEWAY_SECONDS.into())
    }
}

/// The user of a read, `None` if anonymous. An invalid header is an error; an invalid cookie, which
/// browsers attach on their own, counts as anonymous; credentials in the URL are ignored.
#[derive(Clone, Debug)]
pub struct MaybeSignedIn(pub Option<SignedInUser>);

/// Like [`MaybeSignedIn`] for streams and long-polls, which also accept a ticket or token in the
/// URL.
#[derive(Clone, Debug)]
pub struct StreamViewer(pub MaybeSignedIn);

/// Id of the authenticated user, in the request's extensions for the access log.
#[derive(Clone, Copy, Debug)]
pub struct RequestUserId(pub i64);
