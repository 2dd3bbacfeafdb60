//! Streams and long-polls of a relay.

use std::rc::Rc;
use std::time::Duration;

use actix_web::http::header;
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};

use crate::domain::topic::Topic;
use crate::http::relay::forward;
use crate::http::relay::rejection::{rejection_response, upstream_unreachable};
use crate::http::relay::relay_app::RelayApp;
use crate::http::streams;
use crate::http::streams::stream_query::{StreamQuery, Transport};
use crate::http::streams::{responses as heads, stream_query};
use crate::limits::ClientOrigin;
use crate::problem::{HandlerResult, Problem};
use crate::store::StoreError;
use crate::stream::close_reason::CloseReason;
use crate::stream::cursor::Cursor;
use crate::stream::direct_writer::HubWriter;
use crate::stream::event_stream_body::EventStreamBody;
use crate::stream::hub::Hub;
use crate::stream::subscribe::SubscriptionRequest;
use crate::stream::subscriber::SubscriberIdentity;
use crate::stream::{long_poll, subscribe};

/// Where a request's topics are to be had.
enum TopicLocation {
    /// All from rings of this node: everybody may read them.
    Local,
    /// From the upstream alone, which knows who may.
    UpstreamOnly,
    /// The upstream can't be reached.
    Unreachable,
}

/// Seconds after which a long-poll that met a limit may ask again, as at every node.
const POLL_RETRY_AFTER_SECONDS: u64 = 25;

/// Streams and long-polls, of whatever topics.
pub async fn open_stream(
    request: HttpRequest,
    relay: Data<RelayApp>,
    hub: Data<Rc<Hub>>,
) -> HandlerResult {
    let query = StreamQuery::from_request(&request)?;
    let Some(topics) = requested_topics(&request)? else {
        // The upstream may make sense of it, or says in its own words that there is no such thing.
        return forward::forward(request, relay, hub).await;
    };
    match relay.locate(&hub, &topics).await {
        TopicLocation::UpstreamOnly => return forward::forward(request, relay, hub).await,
        TopicLocation::Unreachable => return upstream_unreachable(&request, &hub, query.transport),
        TopicLocation::Local => {}
    }
    let is_poll = matches!(query.transport, Transport::Poll { .. });
    if hub.is_stale() && (is_poll || query.cursor.is_none()) {
        // There is no state to begin with, and an empty poll would say that nothing has happened.
        return upstream_unreachable(&request, &hub, query.transport);
    }
    let epoch = relay.upstream.epoch();
    if query.cursor.as_deref().is_some_and(|text| Cursor::parse(text, &epoch) == Cursor::Stop) {
        return Ok(heads::stop_response());
    }
    match query.transport {
        Transport::Sse => open_event_stream(&request, &relay, &hub, query, topics).await,
        Transport::Poll { wait_seconds: wait } => {
            let Some(_permit) = relay.acquire_permit(&request, &topics) else {
                return Err(Problem::TooManyRequests { retry_after: POLL_RETRY_AFTER_SECONDS });
            };
            let subscriber = subscribe::open_subscriber(
                &hub,
                relay.subscription_request(&request, query, topics),
            )
            .await?;
            let text = long_poll::long_poll(&hub, &subscriber, Duration::from_secs(wait)).await?;
            let text = text.ok_or_else(|| streams::draining_problem(&hub))?;
            Ok(HttpResponse::Ok()
                .content_type("application/json")
                .insert_header((header::CACHE_CONTROL, "no-store"))
                .insert_header((header::VARY, heads::VARY_HEADERS))
                .body(text))
        }
    }
}

async fn open_event_stream(
    request: &HttpRequest,
    relay: &RelayApp,
    hub: &Data<Rc<Hub>>,
    query: StreamQuery,
    topics: Vec<Topic>,
) -> HandlerResult {
    if hub.is_draining() {
        return Ok(rejection_response(request, hub, CloseReason::Draining));
    }
    let Some(permit) = relay.acquire_permit(request, &topics) else {
        return Ok(rejection_response(request, hub, CloseReason::LimitReached));
    };
    match subscribe::open_subscriber(hub, relay.subscription_request(request, query, topics)).await
    {
        Ok(subscriber) => {
            let body = EventStreamBody::new(subscriber, Rc::clone(hub), permit);
            Ok(heads::respond(heads::event_stream_builder(false), body))
        }
        Err(StoreError::Unavailable(cause)) => {
            tracing::warn!(error = %cause, "A stream can't be opened: {cause}");
            Ok(rejection_response(request, hub, CloseReason::Unavailable))
        }
        Err(error) => Err(error.into()),
    }
}

/// The topics that a path or a query names; `None` where the path names none.
fn requested_topics(request: &HttpRequest) -> Result<Option<Vec<Topic>>, Problem> {
    let path_segment = |name| request.match_info().get(name);
    let Some((kind, id)) = path_segment("kind").zip(path_segment("id")) else {
        return stream_query::requested_topics(request).map(Some);
    };
    let kind = match kind {
        "matches" => "match",
        kind => kind.trim_end_matches('s'),
    };
    let channel = path_segment("channel").map(|channel| format!("_{channel}")).unwrap_or_default();
    Ok(format!("{kind}_{id}{channel}").parse().ok().map(|topic| vec![topic]))
}

impl RelayApp {
    /// Looks where the topics are to be had. What nobody has read here yet is opened for it.
    async fn locate(&self, hub: &Hub, topics: &[Topic]) -> TopicLocation {
        if topics.iter().any(|topic| self.upstream.is_private(topic.stream)) {
            return TopicLocation::UpstreamOnly;
        }
        for topic in topics {
            if hub.local_stream(topic.stream).await.is_none() {
                let is_private = self.upstream.is_private(topic.stream);
                return if is_private {
                    TopicLocation::UpstreamOnly
                } else {
                    TopicLocation::Unreachable
                };
            }
        }
        TopicLocation::Local
    }

    fn subscription_request(
        &self,
        request: &HttpRequest,
        query: StreamQuery,
        topics: Vec<Topic>,
    ) -> SubscriptionRequest {
        let address = ClientOrigin::from_request(request, &self.limiters.proxies).address;
        SubscriptionRequest {
            topics,
            // Where the log begins is asked of the upstream, not of memory of ours.
            public_topics: Vec::new(),
            cursor: query.cursor,
            mode: query.mode,
            initial_snapshot: query.initial_snapshot,
            wants_padding: query.wants_padding,
            identity: SubscriberIdentity {
                principal: None,
                is_signed_in: forward::has_credentials(request, self),
                address: Some(address),
            },
            rights_version: 0,
            expires_at: None,
            coding: heads::transfer_coding(request),
            direct_writer: request.conn_data::<HubWriter>().cloned(),
        }
    }
}
