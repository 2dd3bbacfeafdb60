//! What a relay answers: streams and long-polls from its own rings, the rest of what belongs to
//! streams through the upstream, and nothing else.

mod forward;
mod open_stream;
mod rejection;
mod relay_app;

use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use actix_web::body::BoxBody;
use actix_web::dev::{ServiceFactory, ServiceRequest, ServiceResponse};
use actix_web::middleware::from_fn;
use actix_web::web::{Data, ServiceConfig, get, head};
use actix_web::{Error, HttpRequest, HttpResponse, web};
use actix_web_lab::middleware::CatchPanic;
pub use relay_app::RelayApp;
use serde_json::json;

use crate::http::relay::open_stream::open_stream;
use crate::http::{admin, middleware};
use crate::problem::Problem;
use crate::stream::hub::Hub;

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

async fn metrics(request: HttpRequest, relay: Data<RelayApp>) -> Result<HttpResponse, Problem> {
    admin::openmetrics_response(&request, &relay.config, &relay.stream_context.metrics)
}
