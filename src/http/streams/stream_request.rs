//! A stream request: who asks for which topics, and whether they may be read.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use chrono::Utc;

use crate::App;
use crate::auth::{INVALID_TOKEN, MaybeSignedIn, SignedInUser, StreamViewer, permission};
use crate::domain::access::Access;
use crate::domain::permission::Permission;
use crate::domain::topic::Topic;
use crate::http::streams::responses;
use crate::http::streams::stream_query::StreamQuery;
use crate::limits::ClientOrigin;
use crate::problem::Problem;
use crate::store::{Authentication, Principal};
use crate::stream::close_reason::CloseReason;
use crate::stream::direct_writer::HubWriter;
use crate::stream::hub::Hub;
use crate::stream::rights_watch::RIGHTS_POLL_INTERVAL;
use crate::stream::subscribe::SubscriptionRequest;
use crate::stream::subscriber::SubscriberIdentity;

/// A stream request with its caller and topics.
pub struct StreamRequest {
    pub app: Data<App>,
    pub hub: Data<Rc<Hub>>,
    pub request: HttpRequest,
    pub topics: Vec<Topic>,
    caller: MaybeSignedIn,
    /// The rights version at which access was checked.
    pub rights_version: i64,
    /// The topics that were found to be public.
    public_topics: RefCell<Vec<Topic>>,
}

impl StreamRequest {
    /// Builds the request context of this worker.
    pub fn new(
        request: HttpRequest,
        StreamViewer(caller): StreamViewer,
        topics: Vec<Topic>,
    ) -> Result<Self, Problem> {
        let missing = || Problem::Internal("the worker has no hub".to_owned());
        let app = request.app_data::<Data<App>>().cloned().ok_or_else(missing)?;
        let hub = request.app_data::<Data<Rc<Hub>>>().cloned().ok_or_else(missing)?;
        // The version from before the user was looked up, so that later revocations are noticed.
        let version = || app.stream_context.rights_watch.version();
        let rights_version = caller.0.as_ref().map_or_else(version, |user| user.rights_version);
        let public_topics = RefCell::default();
        Ok(Self { app, hub, request, topics, caller, rights_version, public_topics })
    }

    /// The caller's id, if signed in.
    pub fn user_id(&self) -> Option<i64> {
        self.user().map(|user| user.id)
    }

    /// The caller's principal, if signed in.
    pub fn principal(&self) -> Option<Arc<Principal>> {
        self.user().map(|user| Arc::clone(&user.principal))
    }

    /// The caller, if signed in.
    pub fn user(&self) -> Option<&SignedInUser> {
        self.caller.0.as_ref()
    }

    /// Returns whether all topics are public; fails if one of them may not be read.
    pub async fn check_access(&self) -> Result<bool, Problem> {
        let (mut public_topics, mut refusals) = (Vec::new(), Vec::new());
        for topic in &self.topics {
            match check_topic_access(&self.app, &self.caller, *topic).await {
                Ok(is_public) => public_topics.extend(is_public.then_some(*topic)),
                Err(problem) if problem.status_and_code().0.is_client_error() => {
                    refusals.push((*topic, problem));
                }
                Err(problem) => return Err(problem),
            }
        }
        let are_public = public_topics.len() == self.topics.len();
        *self.public_topics.borrow_mut() = public_topics;
        self.combine_refusals(refusals).map(|()| are_public)
    }

    /// Waits until a topic may no longer be read or the token has expired, and returns the refusal.
    pub async fn wait_until_access_lost(&self) -> Problem {
        let mut seen_version = self.rights_version;
        loop {
            tokio::time::sleep(RIGHTS_POLL_INTERVAL).await;
            let version = self.app.stream_context.rights_watch.version();
            let is_expired = self.user().is_some_and(|user| user.expires_at <= Utc::now());
            if (version != seen_version || is_expired)
                && let Err(problem) = self.recheck_access().await
                && problem.status_and_code().0.is_client_error()
            {
                return problem;
            }
            seen_version = version;
        }
    }

    /// Checks access to every topic again, and the user, who may have been disabled.
    pub async fn recheck_access(&self) -> Result<(), Problem> {
        if self.user().is_some_and(|user| user.expires_at <= Utc::now()) {
            return Err(Problem::BadCredentials("the token has expired"));
        }
        let mut refusals = Vec::new();
        for topic in &self.topics {
            let store = &self.app.store;
            let principal = self.user().map(|user| &*user.principal);
            match permission::can_read_topic(store, principal, *topic).await? {
                Access::Allowed => {}
                Access::SignedOut => return Err(INVALID_TOKEN),
                Access::Denied => refusals.push((*topic, self.refusal(*topic).await?)),
            }
        }
        self.combine_refusals(refusals)
    }

    /// Why a topic may not be read, by the user's current role.
    async fn refusal(&self, topic: Topic) -> Result<Problem, Problem> {
        let store = &self.app.store;
        let mut caller = self.user().cloned();
        if let Some(caller) = &mut caller {
            match store.authenticate(&caller.principal).await? {
                Authentication::Valid(user) => caller.is_admin = user.is_admin(),
                Authentication::Disabled | Authentication::Revoked => return Ok(INVALID_TOKEN),
            }
        }
        let refusal =
            permission::check(store, caller.as_ref(), Permission::Read(topic)).await.err();
        Ok(refusal.unwrap_or(INVALID_TOKEN))
    }

    /// The first refusal; if there are several topics, with the names of all that were refused.
    fn combine_refusals(&self, refusals: Vec<(Topic, Problem)>) -> Result<(), Problem> {
        let topics: Vec<Topic> = refusals.iter().map(|(topic, _)| *topic).collect();
        match refusals.into_iter().next() {
            None => Ok(()),
            Some((_, problem)) if self.topics.len() == 1 => Err(problem),
            Some((_, problem)) => Err(Problem::ForTopics { problem: Box::new(problem), topics }),
        }
    }

    /// Counts the stream; `None` beyond a limit. The limit per user applies to private topics only.
    pub fn acquire_permit(&self, is_private: bool) -> Option<Box<dyn Send>> {
        let user = self.user_id().filter(|_| is_private);
        let address = ClientOrigin::from_request(&self.request, &self.app.limiters.proxies).address;
        match self.app.limiters.stream_permits.try_acquire(user, address, &self.topics) {
            Ok(permit) => Some(Box::new(permit)),
            Err(limit) => {
                let reason = limit.as_str();
                let label = crate::metrics::ReasonMetricLabel { reason };
                self.app.stream_context.metrics.limit_rejections.get_or_create(&label).inc();
                tracing::info!(limit = reason, "Refused a stream: limit {reason} reached");
                None
            }
        }
    }

    /// The authorised request that opens a subscriber.
    pub fn subscription_request(&self, query: StreamQuery) -> SubscriptionRequest {
        let address = ClientOrigin::from_request(&self.request, &self.app.limiters.proxies).address;
        SubscriptionRequest {
            topics: self.topics.clone(),
            public_topics: self.public_topics.borrow().clone(),
            cursor: query.cursor,
            mode: query.mode,
            initial_snapshot: query.initial_snapshot,
            wants_padding: query.wants_padding,
            identity: SubscriberIdentity {
                principal: self.principal(),
                is_signed_in: self.user().is_some(),
                address: Some(address),
            },
            rights_version: self.rights_version,
            expires_at: self.user().map(|user| user.expires_at),
            coding: responses::transfer_coding(&self.request),
            direct_writer: self.request.conn_data::<HubWriter>().cloned(),
        }
    }

    /// A rejection inside a 200 response: a browser's `EventSource` gives up for good on anything
    /// else.
    pub fn rejection_response(&self, reason: CloseReason, is_private: bool) -> HttpResponse {
        responses::refuse(&self.request, &self.hub, reason, is_private)
    }
}

/// Returns whether the topic is public; fails if the caller may not read it.
pub async fn check_topic_access(
    app: &App,
    caller: &MaybeSignedIn,
    topic: Topic,
) -> Result<bool, Problem> {
    let version = app.stream_context.rights_watch.version();
    let is_public = app.public_topics.is_public(&app.store, version, topic).await?;
    let is_restricted = caller.0.as_ref().is_some_and(|user| user.topics.is_some());
    if !is_public || is_restricted {
        permission::check(&app.store, caller.0.as_ref(), Permission::Read(topic)).await?;
    }
    Ok(is_public)
}
