//! One stream request: who asks for which topics, and whether that may be answered.

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

/// What every stream request brings along.
pub struct StreamRequest {
    pub app: Data<App>,
    pub hub: Data<Rc<Hub>>,
    pub request: HttpRequest,
    pub topics: Vec<Topic>,
    caller: MaybeSignedIn,
    /// The version of rights that what it may read was asked at.
    pub rights_version: i64,
    /// Which of the topics were found to be everybody's.
    public_topics: RefCell<Vec<Topic>>,
}

impl StreamRequest {
    pub fn new(
        request: HttpRequest,
        StreamViewer(caller): StreamViewer,
        topics: Vec<Topic>,
    ) -> Result<Self, Problem> {
        let missing = || Problem::Internal("the worker has no hub".to_owned());
        let app = request.app_data::<Data<App>>().cloned().ok_or_else(missing)?;
        let hub = request.app_data::<Data<Rc<Hub>>>().cloned().ok_or_else(missing)?;
        // As of before the user was looked up: what was revoked since then is looked up again.
        let version = || app.stream_context.rights_watch.version();
        let rights = caller.0.as_ref().map_or_else(version, |who| who.rights_version);
        let public = RefCell::default();
        Ok(Self {
            app,
            hub,
            request,
            topics,
            caller: caller,
            rights_version: rights,
            public_topics: public,
        })
    }

    pub fn user_id(&self) -> Option<i64> {
        self.user().map(|user| user.id)
    }

    pub fn principal(&self) -> Option<Arc<Principal>> {
        self.user().map(|who| Arc::clone(&who.principal))
    }

    pub fn user(&self) -> Option<&SignedInUser> {
        self.caller.0.as_ref()
    }

    /// Whether the topics are all public; a problem where one of them may not be read.
    pub async fn check_access(&self) -> Result<bool, Problem> {
        let (mut public_topics, mut refused) = (Vec::new(), Vec::new());
        for topic in &self.topics {
            match check_topic_access(&self.app, &self.caller, *topic).await {
                Ok(is_public) => public_topics.extend(is_public.then_some(*topic)),
                Err(problem) if problem.status_and_code().0.is_client_error() => {
                    refused.push((*topic, problem));
                }
                Err(problem) => return Err(problem),
            }
        }
        let are_public = public_topics.len() == self.topics.len();
        *self.public_topics.borrow_mut() = public_topics;
        self.combine_refusals(refused).map(|()| are_public)
    }

    /// Waits until a topic may no longer be read, or the token has expired; gives the refusal.
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

    /// Asks everything again: for the user, who may be disabled by now, too.
    pub async fn recheck_access(&self) -> Result<(), Problem> {
        if self.user().is_some_and(|user| user.expires_at <= Utc::now()) {
            return Err(Problem::BadCredentials("the token has expired"));
        }
        let mut refused = Vec::new();
        for topic in &self.topics {
            let store = &self.app.store;
            let principal = self.user().map(|who| &*who.principal);
            match permission::can_read_topic(store, principal, *topic).await? {
                Access::Allowed => {}
                Access::SignedOut => return Err(INVALID_TOKEN),
                Access::Denied => refused.push((*topic, self.refusal(*topic).await?)),
            }
        }
        self.combine_refusals(refused)
    }

    /// Why a topic may not be read, in the role that the user has by now.
    async fn refusal(&self, topic: Topic) -> Result<Problem, Problem> {
        let store = &self.app.store;
        let mut who = self.user().cloned();
        if let Some(who) = &mut who {
            match store.authenticate(&who.principal).await? {
                Authentication::Valid(user) => who.is_admin = user.role == "admin",
                Authentication::Disabled | Authentication::Revoked => return Ok(INVALID_TOKEN),
            }
        }
        let refusal = permission::check(store, who.as_ref(), Permission::Read(topic)).await.err();
        Ok(refusal.unwrap_or(INVALID_TOKEN))
    }

    /// The first of the refusals; of several topics with the names of all that were refused.
    fn combine_refusals(&self, refused: Vec<(Topic, Problem)>) -> Result<(), Problem> {
        let topics: Vec<Topic> = refused.iter().map(|(topic, _)| *topic).collect();
        match refused.into_iter().next() {
            None => Ok(()),
            Some((_, problem)) if self.topics.len() == 1 => Err(problem),
            Some((_, problem)) => Err(Problem::ForTopics { problem: Box::new(problem), topics }),
        }
    }

    /// Counts the stream; `None` where a limit is met. A user's own limit is for private topics.
    pub fn acquire_permit(&self, is_private: bool) -> Option<Box<dyn Send>> {
        let user = self.user_id().filter(|_| is_private);
        let address = ClientOrigin::from_request(&self.request, &self.app.limiters.proxies).address;
        match self.app.limiters.stream_permits.try_acquire(user, address, &self.topics) {
            Ok(permit) => Some(Box::new(permit)),
            Err(limit) => {
                let reason = limit.as_str();
                let label = crate::metrics::ReasonLabel { reason };
                self.app.stream_context.metrics.limit_rejections.get_or_create(&label).inc();
                tracing::info!(limit = reason, "A stream was refused by the limit {reason}");
                None
            }
        }
    }

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
            expires_at: self.user().map(|who| who.expires_at),
            coding: responses::transfer_coding(&self.request),
            direct_writer: self.request.conn_data::<HubWriter>().cloned(),
        }
    }

    /// A browser's `EventSource` gives up for good on anything but a 200, so limits and drains
    /// are told inside one.
    pub fn rejection_response(&self, reason: CloseReason, is_private: bool) -> HttpResponse {
        responses::refuse(&self.request, &self.hub, reason, is_private)
    }
}

/// Whether the topic is public; a problem where this viewer may not read it.
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
