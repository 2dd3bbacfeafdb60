//! What a relay answers: streams and long-polls from its own rings, the rest of what belongs to
//! streams through the upstream, and nothing else.

mod through;

use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering;
use std::time::Duration;

use actix_web::Error;
use actix_web::HttpRequest;
use actix_web::HttpResponse;
use actix_web::body::BoxBody;
use actix_web::dev::ServiceFactory;
use actix_web::dev::ServiceRequest;
use actix_web::dev::ServiceResponse;
use actix_web::http::header;
use actix_web::middleware::from_fn;
use actix_web::web;
use actix_web::web::Data;
use actix_web::web::ServiceConfig;
use actix_web::web::get;
use actix_web::web::head;
use actix_web_lab::middleware::CatchPanic;
use serde_json::json;

use crate::config::Config;
use crate::domain::topic::Topic;
use crate::http::admin;
use crate::http::around;
use crate::http::streams;
use crate::http::streams::head as heads;
use crate::http::streams::wish;
use crate::http::streams::wish::Transport;
use crate::http::streams::wish::Wished;
use crate::limits::Client;
use crate::limits::Limits;
use crate::problem::Problem;
use crate::relay::Upstream;
use crate::store::StoreError;
use crate::stream::Shared;
use crate::stream::body::Body;
use crate::stream::cursor::Cursor;
use crate::stream::hub::Hub;
use crate::stream::poll;
use crate::stream::reader::Bye;
use crate::stream::reader::Who;
use crate::stream::subscribe;
use crate::stream::subscribe::Wish;
use crate::stream::wire::Line;

/// What every request to a relay can reach.
pub struct Relay {
    pub upstream: Upstream,
    pub config: Arc<Config>,
    pub limits: Arc<Limits>,
    pub shared: Arc<Shared>,
    /// Whether new requests are welcome: not while the relay drains.
    pub ready: Arc<AtomicBool>,
}

type Answer = Result<HttpResponse, Problem>;

/// Where a request's topics are to be had.
enum Found {
    /// All from rings of this node: everybody may read them.
    Here,
    /// From the upstream alone, which knows who may.
    There,
    /// The upstream can't be reached.
    Nowhere,
}

/// Seconds after which a long-poll that met a limit may ask again, as at every node.
const POLL_LATER: u64 = 25;

/// Everything that answers requests, on one worker.
pub fn service(
    relay: Data<Relay>,
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
        .app_data(Data::from(Arc::clone(&relay.limits)))
        .app_data(relay)
        .app_data(Data::new(hub))
        .configure(routes)
        .default_service(web::to(elsewhere))
        .wrap(CatchPanic::default())
        .wrap(from_fn(around::around))
}

fn routes(config: &mut ServiceConfig) {
    let both = |path: &str| [path.to_owned(), format!("{path}/")];
    for path in [
        "/api/stream",
        "/api/{kind:matches|purchases}/{id}/stream",
        "/api/{kind:teams|events}/{id}/stream",
        "/api/{kind:teams|events}/{id}/stream/{channel}",
    ] {
        config.service(web::resource(both(path)).route(get().to(stream)));
    }
    let replay = web::resource(both("/api/matches/{id}/replay"));
    config.service(replay.route(get().to(through::through)));
    let history = web::resource(both("/api/streams/{topic}/messages"));
    config.service(history.route(get().to(through::through)).route(head().to(through::through)));
    config.service(web::resource(both("/healthz")).route(get().to(admin::health)));
    config.service(web::resource(both("/readyz")).route(get().to(ready)));
    config.service(web::resource(admin::METRICS).route(get().to(metrics)));
}

async fn elsewhere() -> Result<&'static str, Problem> {
    Err(Problem::Misdirected)
}

/// `GET /readyz`: not draining, and the upstream takes requests.
async fn ready(relay: Data<Relay>) -> HttpResponse {
    if !relay.ready.load(Ordering::Relaxed) {
        return HttpResponse::ServiceUnavailable().json(json!({ "status": "draining" }));
    }
    if relay.upstream.is_ready().await {
        HttpResponse::Ok().json(json!({ "status": "ready" }))
    } else {
        HttpResponse::ServiceUnavailable().json(json!({ "status": "upstream unavailable" }))
    }
}

async fn metrics(request: HttpRequest, relay: Data<Relay>) -> Answer {
    admin::openmetrics(&request, &relay.config, &relay.shared.metrics)
}

/// Streams and long-polls, of whatever topics.
async fn stream(request: HttpRequest, relay: Data<Relay>, hub: Data<Rc<Hub>>) -> Answer {
    let wished = Wished::read(&request)?;
    let Some(topics) = topics(&request)? else {
        // The upstream may make sense of it, or says in its own words that there is no such thing.
        return through::through(request, relay, hub).await;
    };
    match relay.find(&hub, &topics).await {
        Found::There => return through::through(request, relay, hub).await,
        Found::Nowhere => return nowhere(&request, &hub, wished.transport),
        Found::Here => {}
    }
    let is_poll = matches!(wished.transport, Transport::Poll { .. });
    if hub.is_stale() && (is_poll || wished.cursor.is_none()) {
        // There is no state to begin with, and an empty poll would say that nothing has happened.
        return nowhere(&request, &hub, wished.transport);
    }
    let epoch = relay.upstream.epoch();
    if wished.cursor.as_deref().is_some_and(|text| Cursor::parse(text, &epoch) == Cursor::Stop) {
        return Ok(heads::stop());
    }
    match wished.transport {
        Transport::Sse => tell(&request, &relay, &hub, wished, topics).await,
        Transport::Poll { wait } => {
            let Ok(_permit) = relay.permit(&request, &topics) else {
                return Err(Problem::TooManyRequests { retry_after: POLL_LATER });
            };
            let reader = subscribe::open(&hub, relay.wish(&request, wished, topics)).await?;
            let text = poll::poll(&hub, &reader, Duration::from_secs(wait)).await?;
            let text = text.ok_or_else(|| streams::ending(&hub))?;
            Ok(HttpResponse::Ok()
                .content_type("application/json")
                .insert_header((header::CACHE_CONTROL, "no-store"))
                .insert_header((header::VARY, heads::VARIES))
                .body(text))
        }
    }
}

async fn tell(
    request: &HttpRequest,
    relay: &Relay,
    hub: &Data<Rc<Hub>>,
    wished: Wished,
    topics: Vec<Topic>,
) -> Answer {
    if hub.is_draining() {
        return Ok(refuse(request, hub, Bye::Draining));
    }
    let Ok(permit) = relay.permit(request, &topics) else {
        return Ok(refuse(request, hub, Bye::Limit));
    };
    match subscribe::open(hub, relay.wish(request, wished, topics)).await {
        Ok(reader) => {
            let body = Body::new(reader, Rc::clone(hub), permit);
            Ok(heads::respond(heads::of_stream(false), body))
        }
        Err(StoreError::Unavailable(cause)) => {
            tracing::warn!(error = %cause, "A stream can't be opened: {cause}");
            Ok(refuse(request, hub, Bye::Unavailable))
        }
        Err(error) => Err(error.into()),
    }
}

fn refuse(request: &HttpRequest, hub: &Hub, why: Bye) -> HttpResponse {
    heads::refuse(request, hub, why, true)
}

/// The answer of a relay whose upstream is away.
fn nowhere(request: &HttpRequest, hub: &Hub, transport: Transport) -> Answer {
    match transport {
        Transport::Sse => Ok(refuse(request, hub, Bye::Unavailable)),
        Transport::Poll { .. } => {
            let cause = "the upstream can't be reached".to_owned();
            Err(Problem::Unavailable { retry_after: 2, cause })
        }
    }
}

/// The topics that a path or a query names; `None` where the path names none.
fn topics(request: &HttpRequest) -> Result<Option<Vec<Topic>>, Problem> {
    let part = |name| request.match_info().get(name);
    let Some((kind, id)) = part("kind").zip(part("id")) else {
        return wish::topics(request).map(Some);
    };
    let kind = match kind {
        "matches" => "match",
        kind => kind.trim_end_matches('s'),
    };
    let channel = part("channel").map(|channel| format!("_{channel}")).unwrap_or_default();
    Ok(format!("{kind}_{id}{channel}").parse().ok().map(|topic| vec![topic]))
}

impl Relay {
    /// Looks where the topics are to be had. What nobody has read here yet is opened for it.
    async fn find(&self, hub: &Hub, topics: &[Topic]) -> Found {
        if topics.iter().any(|topic| self.upstream.is_private(topic.stream)) {
            return Found::There;
        }
        for topic in topics {
            if hub.station(topic.stream).await.is_none() {
                let is_private = self.upstream.is_private(topic.stream);
                return if is_private { Found::There } else { Found::Nowhere };
            }
        }
        Found::Here
    }

    /// Counts the stream; an error where a limit is met.
    fn permit(&self, request: &HttpRequest, topics: &[Topic]) -> Result<Box<dyn Send>, ()> {
        let address = Client::of(request, &self.limits.proxies).address;
        match self.limits.permits.take(None, address, topics) {
            Ok(permit) => Ok(Box::new(permit)),
            Err(limit) => {
                let why = crate::metrics::Why { reason: limit.word() };
                self.shared.metrics.rejects.get_or_create(&why).inc();
                Err(())
            }
        }
    }

    fn wish(&self, request: &HttpRequest, wished: Wished, topics: Vec<Topic>) -> Wish {
        let address = Client::of(request, &self.limits.proxies).address;
        Wish {
            topics,
            // Where the log begins is asked of the upstream, not of memory of ours.
            public: Vec::new(),
            cursor: wished.cursor,
            mode: wished.mode,
            first: wished.first,
            padding: wished.padding,
            who: Who {
                principal: None,
                signed_in: through::has_credentials(request, self),
                address: Some(address),
            },
            rights: 0,
            expires_at: None,
            coding: heads::coding(request),
            line: request.conn_data::<Rc<Line>>().cloned(),
        }
    }
}
