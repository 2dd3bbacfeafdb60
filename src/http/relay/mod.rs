//! What a relay answers: streams and long-polls from its own rings, the rest of what belongs to
//! streams through the upstream, and nothing else.

mod forward;

use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use actix_web::body::BoxBody;
use actix_web::dev::{ServiceFactory, ServiceRequest, ServiceResponse};
use actix_web::http::header;
use actix_web::middleware::from_fn;
use actix_web::web::{Data, ServiceConfig, get, head};
use actix_web::{Error, HttpRequest, HttpResponse, web};
use actix_web_lab::middleware::CatchPanic;
use serde_json::json;

use crate::config::Config;
use crate::domain::topic::Topic;
use crate::http::streams::stream_query::{StreamQuery, Transport};
use crate::http::streams::{responses as heads, stream_query};
use crate::http::{admin, middleware, streams};
use crate::limits::{ClientOrigin, Limiters};
use crate::problem::Problem;
use crate::relay::Upstream;
use crate::store::StoreError;
use crate::stream::close_reason::CloseReason;
use crate::stream::cursor::Cursor;
use crate::stream::direct_writer::HubWriter;
use crate::stream::event_stream_body::EventStreamBody;
use crate::stream::hub::Hub;
use crate::stream::subscribe::SubscriptionRequest;
use crate::stream::subscriber::SubscriberIdentity;
use crate::stream::{StreamContext, long_poll, subscribe};

/// What every request to a relay can reach.
pub struct RelayApp {
    pub upstream: Upstream,
    pub config: Arc<Config>,
    pub limiters: Arc<Limiters>,
    pub stream_context: Arc<StreamContext>,
    /// Whether new requests are welcome: not while the relay drains.
    pub is_ready: Arc<AtomicBool>,
}

type HandlerResult = Result<HttpResponse, Problem>;

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

/// Everything that answers requests, on one worker.
pub fn build_relay_app(
    relay: Data<RelayApp>,
    hub: Rc<Hub>,
) -> actix_web::App<
    impl ServiceFactory<
        ServiceRequest,
        Config = (),
        Response = ServiceResponse<BoxBody>,
        Error = Error,
        InitError = (),
    >,
> {
    actix_web::App::new()
        .app_data(Data::from(Arc::clone(&relay.config)))
        .app_data(Data::from(Arc::clone(&relay.limiters)))
        .app_data(relay)
        .app_data(Data::new(hub))
        .configure(routes)
        .default_service(web::to(misdirected))
        .wrap(CatchPanic::default())
        .wrap(from_fn(middleware::handle_request))
}

fn routes(config: &mut ServiceConfig) {
    let with_and_without_slash = |path: &str| [path.to_owned(), format!("{path}/")];
    for path in [
        "/api/stream",
        "/api/{kind:matches|purchases}/{id}/stream",
        "/api/{kind:teams|events}/{id}/stream",
        "/api/{kind:teams|events}/{id}/stream/{channel}",
    ] {
        config.service(web::resource(with_and_without_slash(path)).route(get().to(open_stream)));
    }
    let replay = web::resource(with_and_without_slash("/api/matches/{id}/replay"));
    config.service(replay.route(get().to(forward::forward)));
    let history = web::resource(with_and_without_slash("/api/streams/{topic}/messages"));
    config.service(history.route(get().to(forward::forward)).route(head().to(forward::forward)));
    config
        .service(web::resource(with_and_without_slash("/healthz")).route(get().to(admin::health)));
    config.service(web::resource(with_and_without_slash("/readyz")).route(get().to(ready)));
    config.service(web::resource(admin::METRICS).route(get().to(metrics)));
}

async fn misdirected() -> Result<&'static str, Problem> {
    Err(Problem::Misdirected)
}

/// `GET /readyz`: not draining, and the upstream takes requests.
async fn ready(relay: Data<RelayApp>) -> HttpResponse {
    if !relay.is_ready.load(Ordering::Relaxed) {
        return HttpResponse::ServiceUnavailable().json(json!({ "status": "draining" }));
    }
    if relay.upstream.is_ready().await {
        HttpResponse::Ok().json(json!({ "status": "ready" }))
    } else {
        HttpResponse::ServiceUnavailable().json(json!({ "status": "upstream unavailable" }))
    }
}

async fn metrics(request: HttpRequest, relay: Data<RelayApp>) -> HandlerResult {
    admin::openmetrics_response(&request, &relay.config, &relay.stream_context.metrics)
}

/// Streams and long-polls, of whatever topics.
async fn open_stream(
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
            let Ok(_permit) = relay.acquire_permit(&request, &topics) else {
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
    let Ok(permit) = relay.acquire_permit(request, &topics) else {
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

fn rejection_response(request: &HttpRequest, hub: &Hub, reason: CloseReason) -> HttpResponse {
    heads::refuse(request, hub, reason, true)
}

/// The answer of a relay whose upstream is away.
fn upstream_unreachable(request: &HttpRequest, hub: &Hub, transport: Transport) -> HandlerResult {
    match transport {
        Transport::Sse => Ok(rejection_response(request, hub, CloseReason::Unavailable)),
        Transport::Poll { .. } => {
            let cause = "the upstream can't be reached".to_owned();
            Err(Problem::Unavailable { retry_after: 2, cause })
        }
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

    /// Counts the stream; an error where a limit is met.
    fn acquire_permit(&self, request: &HttpRequest, topics: &[Topic]) -> Result<Box<dyn Send>, ()> {
        let address = ClientOrigin::from_request(request, &self.limiters.proxies).address;
        match self.limiters.stream_permits.try_acquire(None, address, topics) {
            Ok(permit) => Ok(Box::new(permit)),
            Err(limit) => {
                let label = crate::metrics::ReasonMetricLabel { reason: limit.as_str() };
                self.stream_context.metrics.limit_rejections.get_or_create(&label).inc();
                Err(())
            }
        }
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
