//! Every route × every role × public and private resources: allowed requests succeed, all others
//! are rejected uniformly and without effect.

mod requests;
pub mod routes;
mod scenario;
mod table;

use std::collections::BTreeSet;

use requests::Row;
use scenario::Scenario;
use serde_json::Value;
use table::ROLES;

use crate::support::api_client::{ApiClient, ApiResponse};
use crate::support::database::Database;
use crate::support::server::TestServer;

crate::support::on_both! {
    g7_public_resources_follow_the_permission_table,
    g7_private_resources_follow_the_permission_table,
}

async fn g7_public_resources_follow_the_permission_table(database: Database) {
    check_permission_table(database, false).await;
}

async fn g7_private_resources_follow_the_permission_table(database: Database) {
    check_permission_table(database, true).await;
}

#[test]
fn every_route_is_in_the_permission_table() {
    let rows: BTreeSet<_> = requests::all().iter().map(|row| row.route.to_owned()).collect();
    let routes = routes::all();
    let missing: Vec<_> = routes.difference(&rows).collect();
    assert!(missing.is_empty(), "routes without a row: {missing:#?}");
    let unknown: Vec<_> = rows.difference(&routes).collect();
    assert!(unknown.is_empty(), "rows without a route: {unknown:#?}");
}

/// First sends all forbidden requests and checks that nothing changed, then all allowed ones.
async fn check_permission_table(database: Database, private: bool) {
    let server = TestServer::start(database, &[]).await;
    let scenario = Scenario::new(&server, private).await;
    let mut errors = Vec::new();

    let mut targets = Vec::new();
    for row in requests::all() {
        targets.push((scenario.create_target(row.target).await, row));
    }
    let before = scenario.state().await;
    for (target, row) in &targets {
        for (role, client) in scenario.clients.iter().enumerate() {
            if let Some(status) = table::refused(row.right, role, private) {
                let response =
                    send(client, row, &scenario.fill(&row.path), target, &scenario).await;
                errors.extend(check_refusal(row, role, &response, status));
                errors.extend(check_looks_unknown(&scenario, client, row, role, &response).await);
            }
        }
    }
    if scenario.state().await != before {
        errors.push("a rejected request changed something".to_owned());
    }

    for (_, row) in &targets {
        for (role, client) in scenario.clients.iter().enumerate() {
            if table::refused(row.right, role, private).is_none() {
                let target = scenario.create_target(row.target).await;
                let response =
                    send(client, row, &scenario.fill(&row.path), &target, &scenario).await;
                errors.extend(check_allowed(row, role, &response));
            }
        }
    }
    assert!(errors.is_empty(), "{} errors:\n{}", errors.len(), errors.join("\n"));
}

async fn send(
    client: &ApiClient,
    row: &Row,
    path: &str,
    target: &str,
    scenario: &Scenario,
) -> ApiResponse {
    let body = scenario.fill(&row.body.to_string());
    send_raw(client, row, &path.replace("{new}", target), &body).await
}

async fn send_raw(client: &ApiClient, row: &Row, path: &str, body: &str) -> ApiResponse {
    let body: Value = serde_json::from_str(body).unwrap();
    let body = (!body.is_null()).then_some(body);
    let headers: &[_] = if row.has_stale_version { &[("If-Match", "\"0\"")] } else { &[] };
    client.send(row.method.clone(), path, body, headers).await.unwrap()
}

fn context(row: &Row, role: usize) -> String {
    format!("{} {} of {}", row.method, row.path, ROLES[role])
}

fn check_refusal(row: &Row, role: usize, response: &ApiResponse, status: u16) -> Option<String> {
    let kept = response.header("cache-control") != "no-store";
    let plain = response.header("content-type") != "application/problem+json";
    let wrong = response.status != status || kept || plain;
    wrong.then(|| format!("{}: {status} expected: {response:?}", context(row, role)))
}

fn check_allowed(row: &Row, role: usize, response: &ApiResponse) -> Option<String> {
    // This connection does not exist, but the request passed the permission check.
    let nothing_there = row.path.ends_with("c-999999");
    let refused = match response.status {
        401 | 403 | 405 | 500.. => true,
        404 => !nothing_there,
        412 => !row.has_stale_version,
        _ => row.has_stale_version,
    };
    refused.then(|| format!("{} is allowed: {response:?}", context(row, role)))
}

/// Repeats requests for hidden resources with unknown ids: the responses must be equal.
async fn check_looks_unknown(
    scenario: &Scenario,
    client: &ApiClient,
    row: &Row,
    role: usize,
    hidden: &ApiResponse,
) -> Option<String> {
    let template = format!("{} {}", row.path, row.body);
    let has = |names: &[&str]| names.iter().any(|name| template.contains(name));
    let secret = has(&["{event}", "{purchase}", "{announcement}", "{targeted}", "{code}"]);
    let is_open = has(&["{team}", "{match}", "{finished}"]);
    let compare = hidden.status == 404 || hidden.status == 401 && secret && !is_open;
    if !compare {
        return None;
    }
    let path = scenario.unknown(&row.path).replace("{new}", "999999");
    let unknown = send_raw(client, row, &path, &scenario.unknown(&row.body.to_string())).await;
    let body = |response: &ApiResponse| {
        let mut document = response.json();
        // The refused topics repeat the request.
        document.as_object_mut().map(|fields| fields.remove("topics"));
        document
    };
    let same = unknown.status == hidden.status && body(&unknown) == body(hidden);
    (!same).then(|| format!("{}: hidden is {hidden:?}, unknown {unknown:?}", context(row, role)))
}
