//! One stream request: who asks for which topics, and whether that may be answered.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

use actix_web::HttpRequest;
use actix_web::HttpResponse;
use actix_web::web::Data;
use chrono::Utc;

use crate::App;
use crate::auth::INVALID;
use crate::auth::SignedIn;
use crate::auth::StreamViewer;
use crate::auth::Viewer;
use crate::auth::permission;
use crate::auth::permission::Act;
use crate::domain::access::Access;
use crate::domain::topic::Topic;
use crate::http::streams::head;
use crate::http::streams::wish::Wished;
use crate::limits::Client;
use crate::problem::Problem;
use crate::store::Authentication;
use crate::store::Principal;
use crate::stream::guard::LOOK;
use crate::stream::hub::Hub;
use crate::stream::reader::Bye;
use crate::stream::reader::Who;
use crate::stream::subscribe::Wish;
use crate::stream::wire::Line;

/// What every stream request brings along.
pub struct Asked {
    pub app: Data<App>,
    pub hub: Data<Rc<Hub>>,
    pub request: HttpRequest,
    pub topics: Vec<Topic>,
    viewer: Viewer,
    /// The version of rights that what it may read was asked at.
    pub rights: i64,
    /// Which of the topics were found to be everybody's.
    public: RefCell<Vec<Topic>>,
}

impl Asked {
    pub fn new(
        request: HttpRequest,
        StreamViewer(viewer): StreamViewer,
        topics: Vec<Topic>,
    ) -> Result<Self, Problem> {
        let missing = || Problem::Internal("the worker has no hub".to_owned());
        let app = request.app_data::<Data<App>>().cloned().ok_or_else(missing)?;
        let hub = request.app_data::<Data<Rc<Hub>>>().cloned().ok_or_else(missing)?;
        // As of before the user was looked up: what was revoked since then is looked up again.
        let version = || app.shared.rights.version();
        let rights = viewer.0.as_ref().map_or_else(version, |who| who.rights_version);
        let public = RefCell::default();
        Ok(Self { app, hub, request, topics, viewer, rights, public })
    }

    pub fn user_id(&self) -> Option<i64> {
        self.who().map(|who| who.id)
    }

    pub fn principal(&self) -> Option<Arc<Principal>> {
        self.who().map(|who| Arc::clone(&who.principal))
    }

    pub fn who(&self) -> Option<&SignedIn> {
        self.viewer.0.as_ref()
    }

    /// Whether the topics are all public; a problem where one of them may not be read.
    pub async fn may_read(&self) -> Result<bool, Problem> {
        let (mut public, mut refused) = (Vec::new(), Vec::new());
        for topic in &self.topics {
            match may_read(&self.app, &self.viewer, *topic).await {
                Ok(is_public) => public.extend(is_public.then_some(*topic)),
                Err(problem) if problem.kind().0.is_client_error() => {
                    refused.push((*topic, problem));
                }
                Err(problem) => return Err(problem),
            }
        }
        let are_public = public.len() == self.topics.len();
        *self.public.borrow_mut() = public;
        self.without(refused).map(|()| are_public)
    }

    /// Waits until a topic may no longer be read, or the token has expired; gives the refusal.
    pub async fn loses_a_right(&self) -> Problem {
        let mut seen = self.rights;
        loop {
            tokio::time::sleep(LOOK).await;
            let version = self.app.shared.rights.version();
            let expired = self.who().is_some_and(|who| who.expires_at <= Utc::now());
            if (version != seen || expired)
                && let Err(problem) = self.may_still_read().await
                && problem.kind().0.is_client_error()
            {
                return problem;
            }
            seen = version;
        }
    }

    /// Asks everything again: for the user, who may be disabled by now, too.
    pub async fn may_still_read(&self) -> Result<(), Problem> {
        if self.who().is_some_and(|who| who.expires_at <= Utc::now()) {
            return Err(Problem::BadCredentials("the token has expired"));
        }
        let mut refused = Vec::new();
        for topic in &self.topics {
            let store = &self.app.store;
            let principal = self.who().map(|who| &*who.principal);
            match permission::may_still_read(store, principal, *topic).await? {
                Access::Allowed => {}
                Access::SignedOut => return Err(INVALID),
                Access::Denied => refused.push((*topic, self.refusal(*topic).await?)),
            }
        }
        self.without(refused)
    }

    /// Why a topic may not be read, in the role that the user has by now.
    async fn refusal(&self, topic: Topic) -> Result<Problem, Problem> {
        let store = &self.app.store;
        let mut who = self.who().cloned();
        if let Some(who) = &mut who {
            match store.authenticate(&who.principal).await? {
                Authentication::Valid(user) => who.admin = user.role == "admin",
                Authentication::Disabled | Authentication::Revoked => return Ok(INVALID),
            }
        }
        let refusal = permission::may(store, who.as_ref(), Act::Read(topic)).await.err();
        Ok(refusal.unwrap_or(INVALID))
    }

    /// The first of the refusals; of several topics with the names of all that were refused.
    fn without(&self, refused: Vec<(Topic, Problem)>) -> Result<(), Problem> {
        let topics: Vec<Topic> = refused.iter().map(|(topic, _)| *topic).collect();
        match refused.into_iter().next() {
            None => Ok(()),
            Some((_, problem)) if self.topics.len() == 1 => Err(problem),
            Some((_, problem)) => Err(Problem::OfTopics { of: Box::new(problem), topics }),
        }
    }

    /// Counts the stream; `None` where a limit is met. A user's own limit is for private topics.
    pub fn permit(&self, private: bool) -> Option<Box<dyn Send>> {
        let user = self.user_id().filter(|_| private);
        let address = Client::of(&self.request, &self.app.limits.proxies).address;
        match self.app.limits.permits.take(user, address, &self.topics) {
            Ok(permit) => Some(Box::new(permit)),
            Err(limit) => {
                let reason = limit.word();
                let why = crate::metrics::Why { reason };
                self.app.shared.metrics.rejects.get_or_create(&why).inc();
                tracing::info!(limit = reason, "A stream was refused by the limit {reason}");
                None
            }
        }
    }

    pub fn wish(&self, wished: Wished) -> Wish {
        let address = Client::of(&self.request, &self.app.limits.proxies).address;
        Wish {
            topics: self.topics.clone(),
            public: self.public.borrow().clone(),
            cursor: wished.cursor,
            mode: wished.mode,
            first: wished.first,
            padding: wished.padding,
            who: Who {
                principal: self.principal(),
                signed_in: self.who().is_some(),
                address: Some(address),
            },
            rights: self.rights,
            expires_at: self.who().map(|who| who.expires_at),
            coding: head::coding(&self.request),
            line: self.request.conn_data::<Rc<Line>>().cloned(),
        }
    }

    /// A browser's `EventSource` gives up for good on anything but a 200, so limits and drains
    /// are told inside one.
    pub fn refuse(&self, why: Bye, private: bool) -> HttpResponse {
        head::refuse(&self.request, &self.hub, why, private)
    }
}

/// Whether the topic is public; a problem where this viewer may not read it.
pub async fn may_read(app: &App, viewer: &Viewer, topic: Topic) -> Result<bool, Problem> {
    let version = app.shared.rights.version();
    let is_public = app.public.holds(&app.store, version, topic).await?;
    let restricted = viewer.0.as_ref().is_some_and(|who| who.topics.is_some());
    if !is_public || restricted {
        permission::may(&app.store, viewer.0.as_ref(), Act::Read(topic)).await?;
    }
    Ok(is_public)
}
