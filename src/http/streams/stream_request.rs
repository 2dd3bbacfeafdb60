//! A request for streams: who sends it, which topics it follows from where, and the node that it
//! reached.

use std::rc::Rc;
use std::sync::Arc;

use actix_web::dev::Payload;
use actix_web::web::Data;
use actix_web::{FromRequest, HttpRequest, HttpResponse};
use chrono::Utc;
use futures_util::future::LocalBoxFuture;

use crate::auth::SignedInUser;
use crate::domain::topic::{StreamId, Topic};
use crate::http::node_state::NodeState;
use crate::http::streams::read_access::{
    Caller, CredentialPlaces, ReadAccess, ReadDecision, ReadGrant, ReadKind, ReadRequest,
};
use crate::http::streams::stream_query::StreamQuery;
use crate::http::streams::{responses, stream_query};
use crate::limits::ClientOrigin;
use crate::problem::Problem;
use crate::store::Principal;
use crate::stream::close_reason::CloseReason;
use crate::stream::cursor::{CursorTexts, ResumePoint};
use crate::stream::direct_writer::HubWriter;
use crate::stream::hub::Hub;
use crate::stream::rights_watch::RIGHTS_POLL_INTERVAL;
use crate::stream::subscribe::SubscriptionRequest;
use crate::stream::subscriber::SubscriberIdentity;

/// A request with its caller, before its topics are known. As an extractor it also takes
/// credentials in the query.
pub struct IdentifiedRequest {
    pub http: HttpRequest,
    node: Data<NodeState>,
    hub: Data<Rc<Hub>>,
    access: Data<dyn ReadAccess>,
    caller: Caller,
}

/// A request for topics, at a node.
pub struct StreamRequest {
    /// Its topics are those to follow: the cursor has stopped the others.
    pub read: ReadRequest,
    pub node: Data<NodeState>,
    access: Data<dyn ReadAccess>,
    /// All topics that it names.
    pub named_topics: Vec<Topic>,
    cursors: CursorTexts,
    /// Where its topics go on.
    pub resume: ResumePoint,
}

impl FromRequest for IdentifiedRequest {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move { Self::identify(request, CredentialPlaces::HeadersAndQuery).await })
    }
}

impl IdentifiedRequest {
    /// Finds out who sends the request.
    pub async fn identify(http: HttpRequest, places: CredentialPlaces) -> Result<Self, Problem> {
        let missing = || Problem::Internal("the request has no application data".to_owned());
        let node = http.app_data::<Data<NodeState>>().cloned().ok_or_else(missing)?;
        let hub = http.app_data::<Data<Rc<Hub>>>().cloned().ok_or_else(missing)?;
        let access = http.app_data::<Data<dyn ReadAccess>>().cloned().ok_or_else(missing)?;
        let caller = access.identify(&http, places).await?;
        Ok(Self { http, node, hub, access, caller })
    }

    /// The request for these topics, of which there is at least one; fails if its cursor has
    /// stopped all of them.
    pub fn for_topics(self, topics: Vec<Topic>, kind: ReadKind) -> Result<StreamRequest, Problem> {
        let Self { http, node, hub, access, caller } = self;
        let cursors = match kind {
            // A page of history begins where its address says.
            ReadKind::History => CursorTexts::default(),
            _ => stream_query::requested_cursors(&http),
        };
        let are_several = topics.len() > 1;
        let read = ReadRequest { http, hub, caller, topics: topics.clone(), are_several, kind };
        let resume = ResumePoint::default();
        let mut request =
            StreamRequest { read, node, access, named_topics: topics, cursors, resume };
        request.update_resume_point()?;
        Ok(request)
    }
}

impl StreamRequest {
    /// The caller, if this node has authenticated one.
    pub fn user(&self) -> Option<&SignedInUser> {
        self.read.user()
    }

    /// The caller's principal, if signed in.
    pub fn principal(&self) -> Option<Arc<Principal>> {
        self.user().map(|user| Arc::clone(&user.principal))
    }

    /// The rights version at which access was checked.
    pub fn rights_version(&self) -> i64 {
        self.read.caller.rights_version
    }

    /// The epoch of a stream's seqs, as far as this node has learnt it.
    pub fn epoch(&self, stream: StreamId) -> Arc<str> {
        self.node.stream_context.source.epoch(stream)
    }

    /// The epoch of its cursors: of its first topic's stream.
    pub fn cursor_epoch(&self) -> Arc<str> {
        self.named_topics.first().map_or_else(|| "".into(), |topic| self.epoch(topic.stream))
    }

    /// Reads the cursors, as far as the epoch is known; fails if they have stopped all topics.
    fn update_resume_point(&mut self) -> Result<(), Problem> {
        self.resume = self.cursors.resume_point(&self.cursor_epoch(), &self.named_topics);
        self.read.topics.clone_from(&self.resume.topics);
        if self.read.topics.is_empty() { Err(responses::stopped()) } else { Ok(()) }
    }

    /// Decides whether the topics may be read here.
    pub async fn authorize(&mut self) -> Result<ReadDecision, Problem> {
        let decision = self.access.authorize(&self.read).await?;
        let checked = self.read.topics.clone();
        // A relay may have learnt the epoch only now, by opening the streams.
        self.update_resume_point()?;
        if self.read.topics.iter().any(|topic| !checked.contains(topic)) {
            let cause = "the epoch has changed while access was checked";
            return Err(Problem::unavailable(cause.to_owned()));
        }
        Ok(decision)
    }

    /// Checks access to every topic again.
    pub async fn recheck_access(&self) -> Result<(), Problem> {
        self.access.recheck(&self.read).await
    }

    /// Waits until a topic may no longer be read or the token has expired, and returns the refusal.
    pub async fn wait_until_access_lost(&self) -> Problem {
        let mut seen_version = self.rights_version();
        loop {
            tokio::time::sleep(RIGHTS_POLL_INTERVAL).await;
            let version = self.node.stream_context.rights_watch.version();
            let is_expired = self.user().is_some_and(|user| user.valid_until() <= Utc::now());
            if (version != seen_version || is_expired)
                && let Err(problem) = self.recheck_access().await
                && problem.status_and_code().0.is_client_error()
            {
                return problem;
            }
            seen_version = version;
        }
    }

    /// Counts the stream; `None` beyond a limit. The limit per user applies to private topics only.
    pub fn acquire_permit(&self, grant: &ReadGrant) -> Option<Box<dyn Send>> {
        let user = self.user().map(|user| user.id).filter(|_| grant.is_private);
        self.node.acquire_permit(&self.read.http, user, &self.read.topics)
    }

    /// The authorised request that opens a subscriber.
    pub fn subscription_request(
        &self,
        query: StreamQuery,
        grant: ReadGrant,
    ) -> SubscriptionRequest {
        let proxies = &self.node.limiters.proxies;
        SubscriptionRequest {
            resume: self.resume.clone(),
            public_topics: grant.public_topics,
            mode: query.mode,
            initial_snapshot: query.initial_snapshot,
            wants_padding: query.wants_padding,
            identity: SubscriberIdentity {
                principal: self.principal(),
                is_signed_in: self.read.caller.has_credentials,
                address: Some(ClientOrigin::from_request(&self.read.http, proxies).address),
            },
            rights_version: self.rights_version(),
            expires_at: self.user().map(SignedInUser::valid_until),
            coding: responses::transfer_coding(&self.read.http),
            direct_writer: self.read.http.conn_data::<HubWriter>().cloned(),
        }
    }

    /// A rejection inside a 200 response: a browser's `EventSource` gives up for good on anything
    /// else.
    pub fn rejection_response(&self, reason: CloseReason, is_private: bool) -> HttpResponse {
        responses::rejection_response(&self.read.http, &self.read.hub, reason, is_private)
    }
}
