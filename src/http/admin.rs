//! For operators: health, readiness, metrics, and who watches what.

use std::collections::BTreeMap;
use std::sync::atomic::Ordering;

use actix_web::HttpRequest;
use actix_web::HttpResponse;
use actix_web::web::Data;
use serde_json::Value;
use serde_json::json;
use tokio::sync::oneshot;

use crate::App;
use crate::auth::SignedIn;
use crate::auth::permission;
use crate::auth::permission::Act;
use crate::config::Config;
use crate::http::path::Path;
use crate::limits;
use crate::metrics::Metrics;
use crate::problem::Problem;
use crate::stream::hub::Notice;

/// The only path of a node's metrics.
pub const METRICS: &str = "/metrics";

/// `GET /healthz`: the process runs.
pub async fn health() -> HttpResponse {
    HttpResponse::Ok().json(json!({ "status": "ok" }))
}

/// `GET /readyz`: it takes requests: not draining, and its database answers.
pub async fn ready(app: Data<App>) -> HttpResponse {
    if !app.ready.load(Ordering::Relaxed) {
        return HttpResponse::ServiceUnavailable().json(json!({ "status": "draining" }));
    }
    let store = app.store.clone();
    let asked = app.shared.runtime.spawn(async move { store.ping().await });
    match asked.await {
        Ok(Ok(())) => HttpResponse::Ok().json(json!({ "status": "ready" })),
        Ok(Err(error)) => {
            tracing::warn!(error = %error, "Not ready: {error}");
            HttpResponse::ServiceUnavailable().json(json!({ "status": "database unavailable" }))
        }
        Err(_) => HttpResponse::ServiceUnavailable().json(json!({ "status": "ending" })),
    }
}

/// `GET /metrics`: in Prometheus' text format.
pub async fn metrics(request: HttpRequest, app: Data<App>) -> Result<HttpResponse, Problem> {
    openmetrics(&request, &app.config, &app.shared.metrics)
}

/// All figures of a node, whatever it is: for direct callers from the networks in the settings, by
/// the path as it is written. Nobody else learns that there is such a page, so no rule of a proxy
/// need know how a path can be written.
pub fn openmetrics(
    request: &HttpRequest,
    config: &Config,
    metrics: &Metrics,
) -> Result<HttpResponse, Problem> {
    if request.uri().path() != METRICS || !limits::is_direct(request, &config.metrics_from) {
        return Err(Problem::NotFound("page"));
    }
    Ok(HttpResponse::Ok()
        .content_type("application/openmetrics-text; version=1.0.0; charset=utf-8")
        .body(metrics.text()))
}

/// `GET /api/admin/connections`
pub async fn connections(app: Data<App>, admin: SignedIn) -> Result<HttpResponse, Problem> {
    permission::may(&app.store, Some(&admin), Act::Figures).await?;
    Ok(HttpResponse::Ok().json(json!({ "items": list(&app).await, "next": null })))
}

/// `GET /api/admin/streams`: topics that have readers, and how many.
pub async fn streams(app: Data<App>, admin: SignedIn) -> Result<HttpResponse, Problem> {
    permission::may(&app.store, Some(&admin), Act::Figures).await?;
    let mut readers: BTreeMap<String, u64> = BTreeMap::new();
    for connection in list(&app).await {
        for topic in connection["topics"].as_array().into_iter().flatten() {
            *readers.entry(topic.as_str().unwrap_or_default().to_owned()).or_default() += 1;
        }
    }
    let items: Vec<_> = readers
        .into_iter()
        .map(|(topic, readers)| json!({ "topic": topic, "readers": readers }))
        .collect();
    Ok(HttpResponse::Ok().json(json!({ "items": items, "next": null })))
}

/// `DELETE /api/admin/connections/{id}`: ends one; its reader may come back.
pub async fn disconnect(
    app: Data<App>,
    admin: SignedIn,
    connection: Path<String>,
) -> Result<HttpResponse, Problem> {
    permission::may(&app.store, Some(&admin), Act::Figures).await?;
    let id = connection.strip_prefix("c-").and_then(|id| id.parse().ok());
    let id = id.ok_or(Problem::NotFound("connection"))?;
    let mut answers = Vec::new();
    app.shared.feeder.tell_all(|| {
        let (ended, answer) = oneshot::channel();
        answers.push(answer);
        Notice::End { id, ended }
    });
    for answer in answers {
        if answer.await == Ok(true) {
            return Ok(HttpResponse::NoContent().finish());
        }
    }
    Err(Problem::NotFound("connection"))
}

async fn list(app: &App) -> Vec<Value> {
    let mut answers = Vec::new();
    app.shared.feeder.tell_all(|| {
        let (reply, answer) = oneshot::channel();
        answers.push(answer);
        Notice::List(reply)
    });
    let mut items = Vec::new();
    for answer in answers {
        items.extend(answer.await.unwrap_or_default());
    }
    items
}
