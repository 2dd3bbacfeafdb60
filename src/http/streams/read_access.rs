//! Who may read streams at a node, and under which identity.

use std::rc::Rc;
use std::sync::Arc;

use actix_web::web::{Data, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};
use futures_util::future::LocalBoxFuture;

use crate::auth::SignedInUser;
use crate::domain::topic::Topic;
use crate::problem::Problem;
use crate::stream::hub::Hub;

/// Who may read streams at a node, and who answers the requests for anything else.
///
/// There are two: a node with a database asks its permission table (`database_access.rs`), and a
/// relay asks its upstream (`src/http/relay`).
pub trait ReadAccess: Send + Sync {
    /// Finds out who sends a request; 401 for invalid credentials.
    fn identify<'a>(
        &'a self,
        request: &'a HttpRequest,
        places: CredentialPlaces,
    ) -> LocalBoxFuture<'a, Result<Caller, Problem>>;

    /// Decides on a request; 401, 403 or 404 if one of its topics may not be read.
    fn authorize<'a>(
        &'a self,
        request: &'a ReadRequest,
    ) -> LocalBoxFuture<'a, Result<ReadDecision, Problem>>;

    /// Checks again that a caller with a grant of this node may read all topics.
    fn recheck<'a>(&'a self, request: &'a ReadRequest) -> LocalBoxFuture<'a, Result<(), Problem>>;

    /// Adds what answers all requests that are neither for streams nor for pages.
    fn add_routes(self: Arc<Self>, config: &mut ServiceConfig);
}

/// Where a request may hold credentials.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CredentialPlaces {
    /// `Authorization` and the session cookie.
    Headers,
    /// Also `ticket` and `token` in the query, for what can set no header.
    HeadersAndQuery,
}

/// Who sends a request, as far as this node knows.
pub struct Caller {
    /// The user that this node has authenticated.
    pub user: Option<SignedInUser>,
    /// Whether the request has credentials, which another node may have to check.
    pub has_credentials: bool,
    /// The version of rights from before the user was looked up, so that later revocations are
    /// noticed.
    pub rights_version: i64,
}

/// A request to read topics.
pub struct ReadRequest {
    pub http: HttpRequest,
    /// The fan-out of the worker that it reached.
    pub hub: Data<Rc<Hub>>,
    pub caller: Caller,
    /// At least one.
    pub topics: Vec<Topic>,
    /// Whether the client has named several, so that a refusal has to say which it means.
    pub are_several: bool,
    pub kind: ReadKind,
}

impl ReadRequest {
    /// The caller, if this node has authenticated one.
    pub fn user(&self) -> Option<&SignedInUser> {
        self.caller.user.as_ref()
    }
}

/// What a request reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReadKind {
    /// Messages from now on, as an event stream.
    Stream,
    /// The same in one answer.
    LongPoll,
    /// An event stream of a match that is played again.
    Replay,
    /// Pages of the stored log.
    History,
}

impl ReadKind {
    /// Whether the client is an `EventSource`, which gives up for good on an error status.
    pub fn is_event_stream(self) -> bool {
        matches!(self, Self::Stream | Self::Replay)
    }
}

/// The decision on a request that breaks no rule.
pub enum ReadDecision {
    /// This node serves it.
    Granted(ReadGrant),
    /// Another node has decided, and this is its answer.
    Answered(HttpResponse),
}

/// Topics that a caller may read here.
pub struct ReadGrant {
    /// Topics that anybody may read, of which nothing from before they were public may be sent.
    pub public_topics: Vec<Topic>,
    /// Whether one of the topics is not for everybody, so that no cache may share the answer.
    pub is_private: bool,
}
