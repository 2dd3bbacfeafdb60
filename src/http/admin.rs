//! Administration: health, readiness, metrics, and open connections.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use serde_json::{Value, json};
use tokio::sync::oneshot;

use crate::auth::{SignedInUser, permission};
use crate::domain::permission::Permission;
use crate::http::node_state::NodeState;
use crate::http::path::Path;
use crate::problem::Problem;
use crate::stream::commands::HubCommand;
use crate::{App, limits};

/// Path of the node's metrics; no other spelling is served.
const METRICS: &str = "/metrics";

/// `GET /healthz`: the process is running.
pub async fn health() -> HttpResponse {
    HttpResponse::Ok().json(json!({ "status": "ok" }))
}

/// `GET /readyz`: the node accepts requests: it is not draining, and its database or upstream
/// responds.
pub async fn ready(node: Data<NodeState>) -> HttpResponse {
    if !node.is_ready.load(Ordering::Relaxed) {
        return HttpResponse::ServiceUnavailable().json(json!({ "status": "draining" }));
    }
    let source = Arc::clone(&node.stream_context.source);
    let name = source.name();
    let ping = node.stream_context.runtime.spawn(async move { source.ping().await });
    match ping.await {
        Ok(Ok(())) => HttpResponse::Ok().json(json!({ "status": "ready" })),
        Ok(Err(error)) => {
            tracing::warn!(error = %error, "Not ready: {error}");
            let status = format!("{name} unavailable");
            HttpResponse::ServiceUnavailable().json(json!({ "status": status }))
        }
        Err(_) => HttpResponse::ServiceUnavailable().json(json!({ "status": "ending" })),
    }
}

/// `GET /metrics` in the `OpenMetrics` text format, for direct callers from the configured
/// networks, at the exact path. Everyone else gets 404, so a proxy needs no rule for the spellings
/// of a path.
pub async fn metrics(request: HttpRequest, node: Data<NodeState>) -> Result<HttpResponse, Problem> {
    let is_direct = limits::is_direct(&request, &node.config.metrics_from);
    if request.uri().path() != METRICS || !is_direct {
        return Err(Problem::NotFound("page"));
    }
    Ok(HttpResponse::Ok()
        .content_type("application/openmetrics-text; version=1.0.0; charset=utf-8")
        .body(node.stream_context.metrics.encode_text()))
}

/// `GET /api/admin/connections`
pub async fn list_connections(
    app: Data<App>,
    admin: SignedInUser,
) -> Result<HttpResponse, Problem> {
    permission::check(&app.store, Some(&admin), Permission::ViewConnections).await?;
    Ok(HttpResponse::Ok().json(json!({ "items": collect_connections(&app).await, "next": null })))
}

/// `GET /api/admin/streams`: topics that have subscribers, and how many.
pub async fn list_streams(app: Data<App>, admin: SignedInUser) -> Result<HttpResponse, Problem> {
    permission::check(&app.store, Some(&admin), Permission::ViewConnections).await?;
    let mut subscribers: BTreeMap<String, u64> = BTreeMap::new();
    for connection in collect_connections(&app).await {
        for topic in connection["topics"].as_array().into_iter().flatten() {
            *subscribers.entry(topic.as_str().unwrap_or_default().to_owned()).or_default() += 1;
        }
    }
    let items: Vec<_> = subscribers
        .into_iter()
        .map(|(topic, count)| json!({ "topic": topic, "readers": count }))
        .collect();
    Ok(HttpResponse::Ok().json(json!({ "items": items, "next": null })))
}

/// `DELETE /api/admin/connections/{id}`: closes one; its client may reconnect.
pub async fn close_connection(
    app: Data<App>,
    admin: SignedInUser,
    connection: Path<String>,
) -> Result<HttpResponse, Problem> {
    permission::check(&app.store, Some(&admin), Permission::ViewConnections).await?;
    let id = connection.strip_prefix("c-").and_then(|id| id.parse().ok());
    let id = id.ok_or(Problem::NotFound("connection"))?;
    let mut replies = Vec::new();
    app.stream_context.feeder.broadcast(|| {
        let (sender, receiver) = oneshot::channel();
        replies.push(receiver);
        HubCommand::CloseConnection { id, reply: sender }
    });
    for reply in replies {
        if reply.await == Ok(true) {
            return Ok(HttpResponse::NoContent().finish());
        }
    }
    Err(Problem::NotFound("connection"))
}

async fn collect_connections(app: &App) -> Vec<Value> {
    let mut replies = Vec::new();
    app.stream_context.feeder.broadcast(|| {
        let (sender, receiver) = oneshot::channel();
        replies.push(receiver);
        HubCommand::ListConnections(sender)
    });
    let mut items = Vec::new();
    for reply in replies {
        items.extend(reply.await.unwrap_or_default());
    }
    items
}
