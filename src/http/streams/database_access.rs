//! Access at a node with a database: its permission table decides.

use std::sync::Arc;

use actix_web::web::{Data, ServiceConfig};
use actix_web::{FromRequest, HttpRequest};
use chrono::Utc;
use futures_util::future::LocalBoxFuture;

use crate::App;
use crate::auth::{INVALID_TOKEN, MaybeSignedIn, SignedInUser, StreamViewer, permission};
use crate::domain::access::Access;
use crate::domain::permission::Permission;
use crate::domain::topic::Topic;
use crate::http;
use crate::http::streams::read_access::{
    Caller, CredentialPlaces, ReadAccess, ReadDecision, ReadGrant, ReadRequest,
};
use crate::problem::Problem;
use crate::store::Authentication;

impl ReadAccess for App {
    fn identify<'a>(
        &'a self,
        request: &'a HttpRequest,
        places: CredentialPlaces,
    ) -> LocalBoxFuture<'a, Result<Caller, Problem>> {
        Box::pin(async move {
            let MaybeSignedIn(user) = match places {
                CredentialPlaces::Headers => MaybeSignedIn::extract(request).await?,
                CredentialPlaces::HeadersAndQuery => StreamViewer::extract(request).await?.0,
            };
            let version = || self.stream_context.rights_watch.version();
            Ok(Caller {
                rights_version: user.as_ref().map_or_else(version, |user| user.rights_version),
                has_credentials: user.is_some(),
                user,
            })
        })
    }

    fn authorize<'a>(
        &'a self,
        request: &'a ReadRequest,
    ) -> LocalBoxFuture<'a, Result<ReadDecision, Problem>> {
        Box::pin(async move {
            let (mut public_topics, mut refusals) = (Vec::new(), Vec::new());
            for topic in &request.topics {
                match self.check_topic(request.user(), *topic).await {
                    Ok(is_public) => public_topics.extend(is_public.then_some(*topic)),
                    Err(problem) if problem.status_and_code().0.is_client_error() => {
                        refusals.push((*topic, problem));
                    }
                    Err(problem) => return Err(problem),
                }
            }
            combine_refusals(request, refusals)?;
            let is_private = public_topics.len() < request.topics.len();
            Ok(ReadDecision::Granted(ReadGrant { public_topics, is_private }))
        })
    }

    /// Checks the user too, who may have been disabled.
    fn recheck<'a>(&'a self, request: &'a ReadRequest) -> LocalBoxFuture<'a, Result<(), Problem>> {
        Box::pin(async move {
            if request.user().is_some_and(|user| user.valid_until() <= Utc::now()) {
                return Err(Problem::BadCredentials("the token has expired"));
            }
            let mut refusals = Vec::new();
            for topic in &request.topics {
                let principal = request.user().map(|user| &*user.principal);
                match permission::can_read_topic(&self.store, principal, *topic).await? {
                    Access::Allowed => {}
                    Access::SignedOut => return Err(INVALID_TOKEN),
                    Access::Denied => {
                        refusals.push((*topic, self.refusal(request.user(), *topic).await?));
                    }
                }
            }
            combine_refusals(request, refusals)
        })
    }

    fn add_routes(self: Arc<Self>, config: &mut ServiceConfig) {
        config.app_data(Data::from(self));
        http::api_routes(config);
    }
}

impl App {
    /// Returns whether the topic is public; fails if the user may not read it.
    async fn check_topic(
        &self,
        user: Option<&SignedInUser>,
        topic: Topic,
    ) -> Result<bool, Problem> {
        let version = self.stream_context.rights_watch.version();
        let is_public = self.public_topics.is_public(&self.store, version, topic).await?;
        let is_restricted = user.is_some_and(|user| user.topics.is_some());
        if !is_public || is_restricted {
            permission::check(&self.store, user, Permission::Read(topic)).await?;
        }
        Ok(is_public)
    }

    /// Why a topic may not be read, by the user's current role.
    async fn refusal(&self, user: Option<&SignedInUser>, topic: Topic) -> Result<Problem, Problem> {
        let mut user = user.cloned();
        if let Some(user) = &mut user {
            match self.store.authenticate(&user.principal).await? {
                Authentication::Valid(current) => user.is_admin = current.is_admin(),
                Authentication::Disabled | Authentication::Revoked => return Ok(INVALID_TOKEN),
            }
        }
        let check = permission::check(&self.store, user.as_ref(), Permission::Read(topic));
        Ok(check.await.err().unwrap_or(INVALID_TOKEN))
    }
}

/// The first refusal; if the client has named several topics, with all that were refused.
fn combine_refusals(request: &ReadRequest, refusals: Vec<(Topic, Problem)>) -> Result<(), Problem> {
    let topics: Vec<Topic> = refusals.iter().map(|(topic, _)| *topic).collect();
    match refusals.into_iter().next() {
        None => Ok(()),
        Some((_, problem)) if !request.are_several => Err(problem),
        Some((_, problem)) => Err(Problem::ForTopics { problem: Box::new(problem), topics }),
    }
}
