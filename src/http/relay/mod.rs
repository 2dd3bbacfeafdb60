//! A relay's part of HTTP: what anybody may read at the upstream is served from here, and the
//! upstream answers all the rest.

mod forwarded_headers;
mod pass_through;
mod relay_access;

use std::sync::Arc;

use actix_web::web::{Data, ServiceConfig};
use actix_web::{HttpRequest, web};
use bytes::Bytes;
use futures_util::future::LocalBoxFuture;
pub use relay_access::RelayAccess;

use crate::http::streams::read_access::{
    Caller, CredentialPlaces, ReadAccess, ReadDecision, ReadGrant, ReadKind, ReadRequest,
};
use crate::http::streams::stream_query;
use crate::problem::Problem;

impl ReadAccess for RelayAccess {
    /// Nobody is authenticated here; credentials matter to the upstream only.
    fn identify<'a>(
        &'a self,
        request: &'a HttpRequest,
        _: CredentialPlaces,
    ) -> LocalBoxFuture<'a, Result<Caller, Problem>> {
        let has_credentials = forwarded_headers::has_credentials(request, &self.node);
        let caller = Caller { user: None, has_credentials, rights_version: 0 };
        Box::pin(std::future::ready(Ok(caller)))
    }

    fn authorize<'a>(
        &'a self,
        request: &'a ReadRequest,
    ) -> LocalBoxFuture<'a, Result<ReadDecision, Problem>> {
        Box::pin(async move {
            // The upstream has the log; here are only the ends of followed streams.
            let is_live = matches!(request.kind, ReadKind::Stream | ReadKind::LongPoll);
            if is_live && self.are_public(request).await? {
                check_fresh(request)?;
                // Where a public stream begins is asked of the upstream, not of memory here.
                let grant = ReadGrant { public_topics: Vec::new(), is_private: false };
                return Ok(ReadDecision::Granted(grant));
            }
            let ReadRequest { http, hub, kind, .. } = request;
            let answer = self.pass_through(http, hub, Bytes::new(), kind.is_event_stream());
            answer.await.map(ReadDecision::Answered)
        })
    }

    /// Nothing to check: the upstream ends a stream that is no longer public.
    fn recheck<'a>(&'a self, _: &'a ReadRequest) -> LocalBoxFuture<'a, Result<(), Problem>> {
        Box::pin(std::future::ready(Ok(())))
    }

    fn add_routes(self: Arc<Self>, config: &mut ServiceConfig) {
        config.app_data(Data::from(self));
        config.default_service(web::to(pass_through::answer));
    }
}

impl RelayAccess {
    /// Whether anybody may read the topics; fails if the upstream can't be asked. Streams that
    /// nobody has read here yet are opened.
    async fn are_public(&self, request: &ReadRequest) -> Result<bool, Problem> {
        let is_private = |stream| self.upstream.is_private(stream);
        if request.topics.iter().any(|topic| is_private(topic.stream)) {
            return Ok(false);
        }
        for topic in &request.topics {
            if request.hub.local_stream(topic.stream).await.is_none() {
                return if is_private(topic.stream) { Ok(false) } else { Err(unreachable()) };
            }
        }
        Ok(true)
    }
}

/// Fails for a client that stale memory can't serve: there is no state to begin with, and an empty
/// poll would say that nothing has happened.
fn check_fresh(request: &ReadRequest) -> Result<(), Problem> {
    let has_cursor = !stream_query::requested_cursors(&request.http).is_empty();
    let can_wait = request.kind == ReadKind::Stream && has_cursor;
    if request.hub.is_stale() && !can_wait { Err(unreachable()) } else { Ok(()) }
}

fn unreachable() -> Problem {
    Problem::unavailable("the upstream can't be reached".to_owned())
}
